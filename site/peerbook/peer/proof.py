"""The proof of a fork: pieces that one session signed and that cannot all be true. Whoever has it needs nothing else:
the introductions it needs are in it, and where a chain begins everybody knows [LOG5]. ``core/log/proof.ts`` in Python.
Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from .encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from .log import Chain, Piece

PROOF_PIECES = 64
"""Pieces of one proof: 17 prove a chain, twice, and a way through segments. `proof_pieces`."""
_TITLE = "peerbook fork 1"


@dataclass(frozen=True, slots=True)
class Proof:
    introductions: tuple[bytes, ...]
    pieces: tuple[bytes, ...]
    """Envelopes and segments: their first byte tells."""


def encode_proof(proof: Proof) -> bytes:
    """Numbers of introductions and of pieces, each a block."""
    parts = [text_bytes(_TITLE)]
    for blocks in (proof.introductions, proof.pieces):
        parts += [number_bytes(len(blocks)), *map(block_bytes, blocks)]
    return b"".join(parts)


def decode_proof(data: bytes) -> Proof | None:
    """None for what is none. Never raises."""
    reader = Reader(data)
    try:
        if reader.text() != _TITLE:
            return None
        introductions, pieces = _blocks(reader), _blocks(reader)
    except Unreadable:
        return None
    if introductions is None or pieces is None or len(pieces) < 2 or not all(pieces) or reader.left:
        return None
    return Proof(introductions, pieces)


def _blocks(reader: Reader) -> tuple[bytes, ...] | None:
    count = reader.number()
    return None if count > PROOF_PIECES else tuple(reader.block() for _ in range(count))


def is_contradictory(pieces: Sequence[Piece], links: Chain) -> bool:
    """Whether these pieces, all of them verified, cannot all be true."""
    if not pieces or any(piece.session != pieces[0].session for piece in pieces):
        return False
    ordered = sorted(pieces, key=lambda piece: (piece.start, piece.end))
    envelopes = [piece for piece in ordered if piece.form == "envelope"]
    if any(one.start == two.start and one.hash != two.hash for one, two in itertools.pairwise(envelopes)):
        return True
    chains = {0: links.first(pieces[0].session)}

    def contradicts(place: int, chain: bytes | None) -> bool:
        """Whether the chain at a place was something else."""
        return chain is not None and chains.setdefault(place, chain) != chain

    if any(contradicts(piece.start, piece.before) or contradicts(piece.end, piece.after) for piece in ordered):
        return True
    return any(
        piece.start in chains and contradicts(piece.end, links.next(chains[piece.start], piece.data))
        for piece in envelopes
    )
