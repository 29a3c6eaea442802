"""What one change may be at most; the numbers are those of docs/protocol.json."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..parts import CHANGE_BYTES

MOST_CLOCK = 2_147_483_647
"""Where Yjs and yrs place what is written: yrs counts in 32 bits. `most_clock`."""
CHANGE_STRUCTS = 1024
"""Crafted places make each struct look at every other. `change_structs`."""
CHANGE_RANGES = 8192
"""As many, since each may split a struct in two. `change_ranges`."""
JSON_DEPTH = 64
"""`json_depth`."""
TYPE_DEPTH = 8
"""Root map, run, outputs, output, text: five. `type_depth`."""
WAITING_CHANGES = 4096
"""Changes of one author that wait for others'. `unresolved_changes`."""
WAITING_BYTES = 1_000_000
"""The same in bytes; `unresolved_bytes`."""


SEGMENT_BYTES = 4_000_000
"""What ENV9 gives a segment; `segment_bytes`."""
SEGMENT_STRUCTS = 2048
"""`segment_structs`."""


@dataclass(frozen=True, slots=True)
class Limits:
    roots: frozenset[str]
    """Root maps the document has."""
    bytes_: int = CHANGE_BYTES
    structs: int = CHANGE_STRUCTS
    ranges: int = CHANGE_RANGES
    json_depth: int = JSON_DEPTH
    is_segment: bool = False
    """What was written over a while, merged (ENV8): two of them may need each other, struct by struct."""


NOTEBOOK_LIMITS = Limits(frozenset({"cells", "meta"}))
OUTPUTS_LIMITS = Limits(frozenset({"cells"}))


def for_segments(limits: Limits) -> Limits:
    """What a segment of a document may be, where a change may be that much."""
    return replace(limits, bytes_=SEGMENT_BYTES, structs=SEGMENT_STRUCTS, ranges=SEGMENT_STRUCTS, is_segment=True)
