"""Logs in Python, held to what the page's say: `tests/protocol/log.json`."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.log import proof as proofs
from peerbook.peer.log import segments, waiting
from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Cut, Fork, Known, New, Piece, Refused, Taken, Waits, piece_of
from peerbook.peer.log.proof import ProofFault, decode_proof, encode_proof, verify_proof
from peerbook.peer.log.segments import range_to_compact

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, list[Any]] = json.loads((ROOT / "tests/protocol/log.json").read_text())
LINKS = Chain(bytes(16), "d", "document")
SEALED, SEGMENTS = (ROOT / f"tests/protocol/{name}.json" for name in ("sealed", "segments"))
SESSION = "AAAAAAAAAAAAAAAAAAAAAA"


def title(row: Any) -> str:
    return str(row["title"])


def unhex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def piece(row: list[Any]) -> Piece:
    form, session, author, signer, first, end, part, parts, data, before, after = row
    chains = unhex(before), unhex(after)
    return Piece(form, session, author, signer, first, end, bytes.fromhex(data), *chains, part, parts)


def told(taken: Taken, index: dict[int, int]) -> dict[str, Any]:
    def among(pieces: list[Piece]) -> list[int]:
        return [index[id(each)] for each in pieces]

    match taken:
        case New(joined, instead, replay):
            return {"kind": "new", "joined": among(joined), "instead": among(instead), "replay": replay}
        case Waits():
            return {"kind": "waiting"}
        case Known(compacts):
            return {"kind": "known", "compacts": compacts}
        case Fork(proof, joined):
            return {"kind": "fork", "proof": among(proof), "joined": among(joined)}
        case Refused(why):
            return {"kind": "refused", "why": why}


def act(log: Log, pieces: list[Piece], step: dict[str, Any]) -> Any:
    index = {id(each): at for at, each in enumerate(pieces)}

    def among(some: list[Piece]) -> list[int]:
        return [index[id(each)] for each in some]

    match step:
        case {"take": at}:
            return told(log.take(pieces[at]), index)
        case {"compact": at}:
            return among(log.compact(pieces[at]))
        case {"refuse": at, "instead": instead}:
            return among(log.refuse(pieces[at], [pieces[each] for each in instead]))
        case {"prove": proof}:
            given = [pieces[each] for each in proof]
            return log.prove(given[0].session, given[0].author, given)
        case {"stop": session, "place": place}:
            return among(log.stop(session, place))
        case {"cut": session, "author": author, "place": place, "chain": chain}:
            moved = log.cut(session, author, Cut(place, unhex(chain)))
        case {"lift": session, "author": author}:
            moved = log.cut(session, author, None)
        case _:
            raise AssertionError(step)
    return {"gone": among(moved.gone), "joined": among(moved.joined)}


def end_of(log: Log, pieces: list[Piece]) -> dict[str, Any]:
    index = {id(each): at for at, each in enumerate(pieces)}
    sessions = []
    for session in sorted(log.sessions):
        stop, limit = log._courses[session].stopped, log.limit_of(session)
        sessions.append(
            {
                "session": session,
                "author": log.author_of(session),
                "pieces": [index[id(each)] for each in log.pieces(session)],
                "kept": len(log.kept(session)),
                "shown": log.shown(session),
                "limit": None if limit == math.inf else limit,
                "askFrom": log.ask_from(session),
                "proof": [index[id(each)] for each in log.proof_of(session) or []],
                "stop": stop[0] if stop else None,
                "refused": len(log.refused_of(session)),
            }
        )
    shown = [(session, log.shown(session)) for session in sorted(log.sessions)]
    chains = [(session, count, log.chain_at(session, count)) for session, count in shown if count > 0]
    standings = [[session, count, chain[:16].hex()] for session, count, chain in chains if chain]
    return {"waiting": log.waiting, "sessions": sessions, "standings": standings}


@pytest.mark.parametrize("story", VECTORS["stories"], ids=title)
def test_log1_a_log_says_of_each_piece_what_the_page_s_log_says(story: dict[str, Any]) -> None:
    pieces = [piece(row) for row in story["pieces"]]
    log = Log(LINKS)
    for at, step in enumerate(story["steps"]):
        assert (at, act(log, pieces, step)) == (at, step["says"])
    assert end_of(log, pieces) == story["end"]


@pytest.mark.parametrize("row", VECTORS["proofs"], ids=title)
def test_log5_a_proof_reads_as_the_golden_bytes(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["bytes"])
    read = decode_proof(data)
    if isinstance(read, ProofFault):
        assert read.value == row["fault"]
    else:
        introductions, pieces = ([each.hex() for each in blocks] for blocks in (read.introductions, read.pieces))
        assert {"introductions": introductions, "pieces": pieces} == row["reads"]
        assert encode_proof(read) == data


def test_log5_a_proof_holds_only_if_all_of_it_is_genuine_and_contradicts() -> None:
    found = [story for story in VECTORS["stories"] if any(each["proof"] for each in story["end"]["sessions"])]
    assert found
    for story in found:
        pieces = [piece(row) for row in story["pieces"]]
        by_data = {each.data: each for each in pieces}
        for session in story["end"]["sessions"]:
            proof = [pieces[at].data for at in session["proof"]]
            if proof:
                bundle = proofs.Bundle([], proof)
                assert verify_proof(bundle, LINKS, by_data.get)
                assert verify_proof(proofs.Bundle([], proof[1:]), LINKS, by_data.get) is None
                assert verify_proof(bundle, LINKS, {data: by_data[data] for data in proof[1:]}.get) is None


def test_log5_whatever_is_in_a_proof_is_read_or_refused() -> None:
    chance = random.Random(3)
    good = [bytes.fromhex(row["bytes"]) for row in VECTORS["proofs"] if "reads" in row]
    for _ in range(4000):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.5 else data)
        proof = decode_proof(cut)
        assert isinstance(proof, ProofFault) or encode_proof(proof) == cut


def test_log13_the_same_is_compacted() -> None:
    for row in VECTORS["ranges"]:
        log = Log(LINKS)
        chain = LINKS.first(SESSION)
        for first, end, part, parts in row["pieces"]:
            form = "segment" if end - first > 1 else "envelope"
            made = Piece(form, SESSION, "a", SESSION, first, end, bytes(10 * (end - first)), part=part, parts=parts)
            log.take(made)
        assert chain == log.chain_at(SESSION, 0)
        found = range_to_compact(log, SESSION, is_over=row["isOver"], limit=row["limit"])
        assert found == (tuple(row["range"]) if row["range"] else None)


def test_log3_what_waits_is_bounded_for_each_author() -> None:
    log = Log(LINKS)
    for at in range(1, 400):
        log.take(Piece("envelope", SESSION, "a", SESSION, at, at + 1, bytes([1, at % 256, at // 256])))
    other = Piece("envelope", SESSION[:-1] + "Q", "b", SESSION, 1, 2, b"\x01other")
    log.take(other)
    assert log.waiting == waiting.WAITING_PIECES + 1
    taken = log.take(Piece("envelope", SESSION, "a", SESSION, 0, 1, b"\x01"))
    assert isinstance(taken, New)
    assert [each.first for each in taken.joined] == list(range(257))


def test_log7_where_a_log_ends_is_found_anew_when_what_counts_is_different() -> None:
    log = Log(LINKS)
    for at in range(10):
        log.take(Piece("envelope", SESSION, "a", SESSION, at, at + 1, bytes([1, at])))
    assert not log.resume()
    assert [each.first for each in log.stop(SESSION, 6)] == [6, 7, 8, 9]
    assert [each.first for each in log.stop(SESSION, 4)] == [4, 5]
    assert log.count(SESSION) == 4
    assert log.resume()
    assert (log.count(SESSION), log.limit_of(SESSION)) == (10, math.inf)
    # As far as it counts: a frontier was stated meanwhile.
    log.stop(SESSION, 4)
    chain = log.chain_at(SESSION, 3)
    log.cut(SESSION, "a", Cut(3, chain))
    assert log.resume()
    assert log.count(SESSION) == 3


def test_log3_limits_are_those_of_protocol_json() -> None:
    limits = json.loads((ROOT / "docs/protocol.json").read_text())
    assert limits["unresolved_bytes"] == waiting.WAITING_BYTES
    assert limits["waiting_pieces"] == waiting.WAITING_PIECES
    assert limits["proof_pieces"] == proofs.PROOF_PIECES
    assert limits["compact_envelopes"] == segments.COMPACT_ENVELOPES


def test_log4_a_piece_is_what_its_bytes_are_and_whose_the_introduction_says() -> None:
    [envelope] = [row for row in json.loads(SEALED.read_text())["looks"] if row["title"] == "as it was"]
    [segment] = [row for row in json.loads(SEGMENTS.read_text())["looks"] if row["title"] == "as it was"]
    for row, form in ((envelope, "envelope"), (segment, "segment")):
        data = bytes.fromhex(row["bytes"])
        read = piece_of(data)
        assert read
        assert read.form == form
        authors = {read.session: "somebody"}
        assert getattr(piece_of(data, authors), "author", None) == "somebody"
        assert piece_of(data, {}) is None
        assert piece_of(data[:-1], authors) is None
        assert (read.after is None) == (form == "envelope")
    assert piece_of(b"") is None
