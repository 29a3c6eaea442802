"""The proof of a fork: pieces that one session signed and that cannot all be true. Whoever has it needs nothing else:
the introductions it needs are in it, and where a chain begins everybody knows [LOG5]. ``core/log/proof.ts`` in Python.
Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from .encoding import Reader, Unreadable, block_bytes, number_bytes, text_bytes
from .log import Chain, Form, Piece

PROOF_PIECES = 64
"""Pieces of one proof: 17 prove a chain, twice, and a way through segments. `proof_pieces`."""
_TITLE = "peerbook fork 1"
_FORMS: tuple[Form, ...] = ("envelope", "segment")


@dataclass(frozen=True, slots=True)
class Proof:
    introductions: tuple[bytes, ...]
    pieces: tuple[tuple[Form, bytes], ...]


def encode_proof(proof: Proof) -> bytes:
    rows = [bytes([_FORMS.index(form)]) + block_bytes(data) for form, data in proof.pieces]
    introductions = [number_bytes(len(proof.introductions)), *map(block_bytes, proof.introductions)]
    return b"".join([text_bytes(_TITLE), *introductions, number_bytes(len(rows)), *rows])


def decode_proof(data: bytes) -> Proof | None:
    """None for what is none. Never raises."""
    reader = Reader(data)
    try:
        if reader.text() != _TITLE:
            return None
        introduced = reader.number()
        introductions = [reader.block() for _ in range(min(introduced, PROOF_PIECES))]
        said = reader.number()
        rows = [(reader.byte(), reader.block()) for _ in range(min(said, PROOF_PIECES))]
    except Unreadable:
        return None
    if introduced > PROOF_PIECES or not 2 <= said <= PROOF_PIECES or reader.left:
        return None
    if any(form >= len(_FORMS) for form, _ in rows):
        return None
    return Proof(tuple(introductions), tuple((_FORMS[form], piece) for form, piece in rows))


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
