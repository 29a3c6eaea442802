"""What goes into the merged archives: which members of which wheels, and under which names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from peerbook.environment.wheels import installed_path

LEFT_OUT = re.compile(
    r"""
    ^jedi/third_party/typeshed/stubs/        # libraries' stubs; jedi looks for them one level too high
    | ^jedi/third_party/django-stubs/        # no Django in a browser; jedi copes with their absence
    | ^traitlets/tests/                      # nothing imports them
    | \.dist-info/(RECORD|INSTALLER|direct_url\.json|.*\.jws|.*\.p7s)$   # lists of files that are not laid out so here
    | ^[^/]+\.pth$                           # acted on by a start-up of Python that has passed
    | \.(c|h|pyx|pxd|pxi)$                   # sources that only a compiler reads
    """,
    re.VERBOSE,
)
"""Measured on jedi 0.20.1: its two folders of stubs are 10.2 MB of 25.4 MB unpacked, 2.6 of 6.5 MB packed."""


@dataclass(frozen=True)
class Plan:
    """An archive to be made: a member is (number of the wheel, name in it, name in the archive)."""

    members: tuple[tuple[int, str, str], ...]
    replaced: tuple[str, ...]
    """Names that more than one wheel has; the last one stays, as when they are installed one after the other."""


def plan_packages(wheels: Sequence[Sequence[str]]) -> Plan:
    """Merge wheels, given the names of each one's members, into one archive for site-packages, sorted by name."""
    targets: dict[str, tuple[int, str]] = {}
    replaced = set()
    for number, members in enumerate(wheels):
        for member in members:
            target = installed_path(member)
            if target is None or LEFT_OUT.search(target):
                continue
            if target in targets and not target.endswith("__init__.py"):
                replaced.add(target)
            targets[target] = (number, member)
    rows = tuple((number, member, target) for target, (number, member) in sorted(targets.items()))
    return Plan(rows, tuple(sorted(replaced)))


def plan_library(members: Sequence[str]) -> Plan:
    """The standard library's own zip, member by member."""
    return Plan(tuple((0, name, name) for name in sorted(members) if not name.endswith("/")), ())
