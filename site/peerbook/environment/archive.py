"""What goes into the archives: which members of which zips, under which names, as bytecode or as they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from peerbook.environment.wheels import installed_path

LEFT_OUT = re.compile(
    r"""
    ^jedi/third_party/typeshed/stubs/        # libraries' stubs; jedi looks for them one level too high
    | ^jedi/third_party/django-stubs/        # no Django in a browser; jedi copes with their absence
    | ^traitlets/tests/                      # nothing imports them
    | ^prompt_toolkit/                       # draws on a terminal: in a browser there is none
    | ^IPython/terminal/(?!(pt_inputhooks/)?__init__\.py$)    # the same
    | ^wcwidth/table_grapheme_overrides/_known_               # how single terminals misjudge widths
    | ^IPython/(sphinxext/|testing/(?!(__init__|skipdoctest)\.py$))  # for who builds IPython itself
    | \.dist-info/(RECORD|INSTALLER|direct_url\.json|.*\.jws|.*\.p7s)$   # lists of files that are not laid out so here
    | ^[^/]+\.pth$                           # acted on by a start-up of Python that has passed
    | \.(c|h|pyx|pxd|pxi)$                   # sources that only a compiler reads
    """,
    re.VERBOSE,
)
"""Measured on jedi 0.20.1: its two folders of stubs are 10.2 MB of 25.4 MB unpacked, 2.6 of 6.5 MB packed.
Measured on IPython 9.18.1 and what it needs: what only a terminal wants is 0.6 MB packed."""


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    source: int
    """Number of the zip it is in."""
    name: str
    """Its name there."""
    target: str
    """Its name in the archive; a `.py` that is compiled gets a `c` at the end."""
    compiled: bool


@dataclass(frozen=True)
class Warm:
    """Files of the library and of the base that a first lesson imports; see `warm.py`."""

    library: frozenset[str]
    packages: frozenset[str]


def plan_packages(wheels: Sequence[Sequence[str]], warm: Set[str] | None = None) -> tuple[Member, ...]:
    """Merge wheels, given the names of each one's members, into one archive for site-packages, like files together.

    Where two wheels have a file of one name, the later one's stays, as when they are installed one after the other.
    Sources are compiled when they are in ``warm``, all of them when it is None.
    """
    targets: dict[str, tuple[int, str]] = {}
    for number, members in enumerate(wheels):
        for member in members:
            target = installed_path(member)
            if target is not None and not LEFT_OUT.search(target):
                targets[target] = (number, member)
    return _ordered(
        Member(number, name, target, _is_compiled(target, warm)) for target, (number, name) in targets.items()
    )


def plan_library(members: Sequence[str], warm: Set[str] | None = None) -> tuple[Member, ...]:
    """The standard library's own zip, member by member."""
    names = (name for name in members if not name.endswith("/"))
    return _ordered(Member(0, name, name, _is_compiled(name, warm)) for name in names)


def _ordered(members: Iterable[Member]) -> tuple[Member, ...]:
    """Bytecode beside bytecode, text beside text: an archive that is compressed as a whole is 1 % smaller for it."""
    return tuple(sorted(members, key=lambda one: (one.compiled, PurePosixPath(one.target).suffix, one.target)))


def _is_compiled(target: str, warm: Set[str] | None) -> bool:
    return target.endswith(".py") and (warm is None or target in warm)
