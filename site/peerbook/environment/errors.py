"""Why a package cannot be had: one error class, raised with words a teacher can act on."""

from __future__ import annotations

from dataclasses import dataclass

from peerbook.errors import PeerbookError


class PackageUnavailable(PeerbookError):
    """A package of a workshop cannot be had for Python in the browser.

    ``where`` names the workshop's file and field, ``what`` the package and why, ``remedy`` what can be done. An
    optional workshop is left out with these words; for any other the build stops.
    """


@dataclass(frozen=True)
class Blame:
    """Whose requirements are being worked on: goes into ``where`` of every error."""

    where: str
    """`content/loops/workshop.toml: field 'environment.packages'`, or words for the base environment."""
    asker: str
    """How the words call who asked: `workshop 'loops'`."""

    def unavailable(self, what: str, remedy: str) -> PackageUnavailable:
        return PackageUnavailable(f"{self.asker}: {what}", where=self.where, remedy=remedy)


BASE_REMEDY = "Make the base environment's lock anew: python -m peerbook.environment --lock-base"
BASE = Blame(where="the base environment (site/peerbook/environment/base.lock)", asker="what every notebook needs")
