"""A workshop's picture: read, measured, and named by the hash of its content."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from peerbook.errors import PeerbookError
from peerbook.workshop import Workshop


@dataclass(frozen=True)
class Picture:
    """A workshop's picture: where it is, and where it goes."""

    source: Path
    url: str
    """Relative to the site's root."""
    alt: str
    width: int | None
    height: int | None
    """In CSS pixels, so that nothing moves when it arrives; None when the file does not say."""

    @property
    def fills_card(self) -> bool:
        """Whether it is so near to a card's 3:2 that filling the card cuts off less than a tenth."""
        return bool(self.width and self.height) and 1.35 <= (self.width or 0) / (self.height or 1) <= 1.65


def read_picture(workshop: Workshop) -> Picture | None:
    """The picture that `workshop.toml` names, None when it names none.

    :raises PeerbookError: when it is neither SVG nor PNG.
    """
    if workshop.picture is None:
        return None
    source = workshop.folder / workshop.picture
    content = source.read_bytes()
    if source.suffix == ".svg":
        width, height = _svg_size(content)
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", content[16:24])
    else:
        raise PeerbookError(
            f"the picture {workshop.picture} is neither an SVG nor a PNG file.",
            where=f"{workshop.folder / 'workshop.toml'}: field 'picture'",
            remedy="Save it as .svg or .png, or leave the field out.",
        )
    digest = hashlib.sha256(content).hexdigest()[:8]
    url = f"static/peerbook/pictures/{workshop.slug}-{digest}{source.suffix}"
    return Picture(source, url, workshop.picture_alt, width, height)


def _svg_size(content: bytes) -> tuple[int | None, int | None]:
    """Width and height of a drawing: its own, else its viewBox's."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return None, None
    said = [re.fullmatch(r"([\d.]+)(?:px)?", root.get(side, "")) for side in ("width", "height")]
    if said[0] and said[1]:
        return round(float(said[0][1])), round(float(said[1][1]))
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    return (round(float(box[2])), round(float(box[3]))) if len(box) == 4 else (None, None)
