"""Where each notebook of a class lies in the folder that keeps it. Pure.

Paths come from a site somebody else made: whatever they say, a file lies inside of the folder, under a name that every
system can write, and no two notebooks share one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

ENDING = ".ipynb"
_PART_BYTES = 100
"""Of a name: 255 is what file systems take, and a copy's name is longer than its original's."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever ending it has."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def file_of(document: str, path: str, taken: Collection[str] = (), everyone: str = "") -> str:
    """Where a document's notebook goes, relative to the folder, with forward slashes.

    ``path`` is its path in the site (`first-steps/1-hello.ipynb`). ``taken`` are the
    files of other documents: the result is none of them, nor differs from one in capitals alone. So the edition that
    was kept first has the plain name, as a device stays with the edition it opened first [CLS5]. ``everyone``: whom
    everyone's page belongs to.
    """
    genesis, branch, owner, *copy = document.split(".")
    used = {_alike(each) for each in taken}
    plain = "/".join(_safe(part) for part in path.removesuffix(ENDING).split("/"))
    if branch == "lecture":
        plain += ".lecture"
    elif branch == "mine":
        plain += f".of-{_safe(owner[:8])}"
    elif everyone and owner != everyone:
        plain += f".team-{_safe(owner[:8])}"
    wanted = [f"{plain}.copy-{_safe(copy[0][:8])}"] if copy else [plain, f"{plain}.edition-{_safe(genesis[:8])}"]
    wanted.append(f"{wanted[0]}.{hashlib.sha256(document.encode()).hexdigest()[:16]}")
    free = [each for each in wanted if _alike(each + ENDING) not in used]
    return (free or wanted[-1:])[0] + ENDING


def beside(file: str, number: int) -> str:
    """The name, beside a notebook's own, for a file that somebody else put in its place."""
    where = PurePosixPath(file)
    return str(where.with_name(f"{where.stem}.yours-{number}{where.suffix}"))


def _safe(part: str) -> str:
    """One part of a path as every system can write it; the same for the same part."""
    plain = "".join(
        "_" if _FORBIDDEN.match(each) or unicodedata.category(each) in _UNSEEN else each
        for each in unicodedata.normalize("NFC", part)
    )
    plain = plain.rstrip(". ")
    # A dot in front hides a file, and `..` leads out of the folder.
    if not plain or plain[0] in ". " or _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    data = plain.encode()
    if len(data) <= _PART_BYTES:
        return plain
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{data[: _PART_BYTES - 9].decode(errors='ignore')}-{digest}"


def _alike(file: str) -> str:
    """Equal for names that some file systems take for one."""
    return unicodedata.normalize("NFC", file).casefold()
