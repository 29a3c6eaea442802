"""The proof of a fork: pieces that one session signed and that cannot all be true [LOG5]. Pure."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from .piece import Chain, Piece

PROOF_PIECES = 64
_TITLE = "peerbook fork 1"


class ProofFault(enum.StrEnum):
    """What can be wrong with a proof's bytes; the words of ``ProofFault`` in proof.ts."""

    TITLE = "title"
    CUT_SHORT = "cut-short"
    NUMBER = "number"
    PIECES = "pieces"
    LEFT_OVER = "left-over"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Pieces on their way, with the introductions they need."""

    introductions: list[bytes]
    pieces: list[bytes]


def bundle_bytes(bundle: Bundle) -> bytes:
    """Two lists of blocks."""
    lists = (bundle.introductions, bundle.pieces)
    return b"".join(number_bytes(len(blocks)) + b"".join(map(block_bytes, blocks)) for blocks in lists)


def encode_proof(bundle: Bundle) -> bytes:
    """The proof's bytes; ValueError when it is none."""
    data = text_bytes(_TITLE) + bundle_bytes(bundle)
    check = decode_proof(data)
    if isinstance(check, ProofFault):
        raise ValueError(f"not a proof: {check}")
    return data


def decode_proof(data: bytes) -> Bundle | ProofFault:
    """Read what anybody may have written; the pieces are not verified."""
    reader = Reader(data)
    try:
        if reader.text() != _TITLE:
            return ProofFault.TITLE
    except Unreadable:
        return ProofFault.TITLE
    try:
        introductions = _blocks(reader)
        pieces = None if introductions is None else _blocks(reader)
    except Unreadable as wrong:
        return ProofFault.NUMBER if wrong.fault == "number" else ProofFault.CUT_SHORT
    if introductions is None or pieces is None or not all(pieces):
        return ProofFault.PIECES
    if reader.left:
        return ProofFault.LEFT_OVER
    return Bundle(introductions, pieces) if len(pieces) > 1 else ProofFault.PIECES


def _blocks(reader: Reader) -> list[bytes] | None:
    count = reader.number()
    return None if count > PROOF_PIECES else [reader.block() for _ in range(count)]


def is_contradictory(pieces: Sequence[Piece], links: Chain) -> bool:
    """Whether these pieces, all of them verified, cannot all be true."""
    if len({piece.session for piece in pieces}) != 1:
        return False
    ordered = sorted(pieces, key=lambda piece: (piece.first, piece.end))
    envelopes = [piece for piece in ordered if piece.form == "envelope"]
    chains = {0: links.first(ordered[0].session)}

    def contradicts(place: int, chain: bytes | None) -> bool:
        return chain is not None and chains.setdefault(place, chain) != chain

    if any(a.first == b.first and not a.same(b) for a, b in itertools.pairwise(envelopes)):
        return True
    if any(contradicts(piece.first, piece.before) or contradicts(piece.end, piece.after) for piece in ordered):
        return True
    return any(
        piece.first in chains and contradicts(piece.end, links.next(chains[piece.first], piece.hash))
        for piece in envelopes
    )


def verify_proof(bundle: Bundle, links: Chain, verify: Callable[[bytes], Piece | None]) -> list[Piece] | None:
    """The pieces, if all are genuine (``verify`` is what verifies all pieces of the document) and contradict."""
    pieces = []
    for data in bundle.pieces:
        piece = verify(data)
        if piece is None:
            return None
        pieces.append(piece)
    return pieces if is_contradictory(pieces, links) else None
