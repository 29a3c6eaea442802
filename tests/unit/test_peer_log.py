"""Logs in Python, held to what the page's say: `tests/protocol/log.json`."""

from __future__ import annotations

import itertools
import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.encoding import number_bytes
from peerbook.peer.log import proof as proofs
from peerbook.peer.log import segments, waiting
from peerbook.peer.log.log import Log
from peerbook.peer.log.piece import Chain, Cut, Fork, Known, New, Piece, Refused, Taken, Waits, piece_of
from peerbook.peer.log.proof import Bundle, ProofFault, decode_proof, encode_proof, is_contradictory, verify_proof
from peerbook.peer.log.segments import range_to_compact
from peerbook.peer.sealed import DocumentKey

from .peer_kit import sealer_of, somebody

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
        stop, limit = log.stop_at(session), log.limit_of(session)
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
                "stop": stop,
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


class Said:
    """What one session said: three envelopes and their chain; and the same again in segments."""

    def __init__(self) -> None:
        self.chains = [LINKS.first(SESSION)]
        self.envelopes: list[Piece] = []
        for at in range(3):
            envelope = Piece("envelope", SESSION, "a", SESSION, at, at + 1, bytes([1, at]))
            self.envelopes.append(envelope)
            self.chains.append(LINKS.next(self.chains[-1], envelope.hash))
        self.told = replace(self.envelopes[2], before=self.chains[2])
        """The third, which tells the chain before it."""

    def segment(self, first: int, end: int, **other: bytes) -> Piece:
        chains = {"before": self.chains[first], "after": self.chains[end], **other}
        return Piece("segment", SESSION, "a", SESSION, first, end, b"segment %d %d" % (first, end), **chains)


def test_log5_who_says_one_thing_in_however_many_pieces_is_never_accused() -> None:
    said = Said()
    true = [*said.envelopes, said.told, *(said.segment(*span) for span in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3)))]
    for count in (2, 3):
        for pieces in itertools.permutations(true, count):
            assert not is_contradictory(pieces, LINKS)
    assert not is_contradictory(true, LINKS)


def test_log5_two_sessions_prove_nothing_against_either() -> None:
    one = Said().envelopes[1]
    other = replace(one, session="AAAAAAAAAAAAAAAAAAAAAQ", data=b"else")
    assert not is_contradictory([one, other], LINKS)
    assert is_contradictory([one, replace(other, session=SESSION)], LINKS)


def test_log5_each_way_to_say_two_things_is_one() -> None:
    said, wrong = Said(), bytes(32)
    zero, one, _ = said.envelopes
    for pieces in (
        [one, replace(one, data=b"else")],
        [said.segment(0, 2), said.segment(0, 2, after=wrong)],
        [said.segment(0, 2, before=wrong), one],
        [zero, said.segment(1, 3, before=wrong)],
        [zero, replace(one, before=wrong)],
        [said.segment(0, 2), replace(said.told, before=wrong)],
        [zero, one, said.segment(0, 2, after=wrong)],
        [said.segment(0, 1), one, said.segment(0, 2, after=wrong)],
    ):
        for order in itertools.permutations(pieces):
            assert is_contradictory(order, LINKS)


def test_log5_what_is_no_proof_is_not_written() -> None:
    with pytest.raises(ValueError, match="not a proof"):
        encode_proof(Bundle([], [b"one"]))
    assert decode_proof(encode_proof(Bundle([], [b"one", b"two"]))) == Bundle([], [b"one", b"two"])


def log_of(count: int) -> Log:
    log = Log(LINKS)
    for at in range(count):
        log.take(Piece("envelope", SESSION, "a", SESSION, at, at + 1, number_bytes(at + 128)))
    return log


def compacted(log: Log, first: int, end: int) -> Log:
    chains = log.chain_at(SESSION, first), log.chain_at(SESSION, end)
    segment = Piece("segment", SESSION, "a", SESSION, first, end, b"segment", *chains)
    log.take(segment)
    assert log.compact(segment)
    return log


def test_log13_a_segment_is_of_so_many_envelopes_but_for_the_last() -> None:
    def ranged(log: Log, **more: float) -> tuple[int, int] | None:
        return range_to_compact(log, SESSION, is_over=False, **more)  # type: ignore[arg-type]

    assert [ranged(log_of(count)) for count in (0, 1, 79, 80, 81)] == [None, None, None, (0, 64), (0, 65)]
    assert [ranged(log_of(count), most=8) for count in (9, 10)] == [None, (0, 8)]
    assert ranged(log_of(80), limit=20) == (54, 64), "of two bytes each"
    # An older one joins where it is at most twice as large.
    assert ranged(compacted(log_of(208), 0, 128)) == (0, 192)
    assert ranged(compacted(log_of(209), 0, 129)) == (129, 193)
    assert ranged(compacted(log_of(80), 0, 64)) is None


def test_log13_of_a_session_that_is_over_all_of_it_is_one_segment() -> None:
    def ranged(log: Log) -> tuple[int, int] | None:
        return range_to_compact(log, SESSION, is_over=True)

    assert [ranged(log_of(count)) for count in (0, 1, 2, 80)] == [None, None, (0, 2), (0, 80)]
    assert ranged(compacted(log_of(200), 0, 190)) == (0, 200)
    assert ranged(compacted(compacted(log_of(100), 0, 64), 64, 100)) == (0, 100)
    assert ranged(compacted(log_of(64), 0, 64)) is None


def test_log13_a_change_in_parts_is_not_cut() -> None:
    log = log_of(78)
    parts = [
        Piece("envelope", SESSION, "a", SESSION, 78 + at, 79 + at, bytes([2, at]), None, None, at, 3) for at in range(3)
    ]
    for each in parts:
        log.take(each)
    assert range_to_compact(log, SESSION, is_over=True) == (0, 81)
    assert range_to_compact(log, SESSION, is_over=False, most=78) is None
    # The last of its parts is not among those that are kept: none of them is.
    assert range_to_compact(log, SESSION, is_over=False, most=4) == (0, 78)
    log.take(Piece("envelope", SESSION, "a", SESSION, 81, 82, b"one more"))
    assert range_to_compact(log, SESSION, is_over=False, most=4) == (0, 81)
    assert range_to_compact(log, SESSION, is_over=True, limit=9) is None
    log.take(Piece("envelope", SESSION, "a", SESSION, 82, 83, b"one more"))
    assert range_to_compact(log, SESSION, is_over=True, limit=18) == (81, 83)
    assert range_to_compact(log, SESSION, is_over=True, limit=0) is None


def test_env4_every_sixteenth_envelope_tells_the_chain_before_it() -> None:
    own = somebody(random.Random(1))
    sealer, chains, pieces = sealer_of(own), [], []
    for _ in range(18):
        chains.append(sealer.chain)
        [sealed] = sealer.seal(DocumentKey(0, bytes(32)), b"\x00\x00")
        pieces.append(piece_of(sealed.data))
    assert [at for at, each in enumerate(pieces) if each and each.before] == [16]
    assert pieces[16]
    assert pieces[16].before == chains[16]


def test_log5_nobody_is_accused_by_what_another_said() -> None:
    said = Said()
    rivals = [said.envelopes[1], replace(said.envelopes[1], data=b"else")]
    log = Log(LINKS)
    assert not log.prove(SESSION, "b", rivals)
    assert not log.prove(SESSION, "a", [rivals[0], replace(rivals[1], author="b")])
    assert not log.prove("AAAAAAAAAAAAAAAAAAAAAQ", "a", rivals)
    assert not log.prove(SESSION, "a", [rivals[0], said.segment(0, 2)])
    assert log.forks == []
    assert log.prove(SESSION, "a", rivals)
    assert (log.forks, log.proof_of(SESSION), log.is_doubted(SESSION)) == ([SESSION], rivals, True)
    assert not log.prove(SESSION, "a", rivals), "no news"


def test_log1_of_a_session_nobody_heard_of_there_is_nothing() -> None:
    log = Log(LINKS)
    assert (log.count(SESSION), log.shown(SESSION), log.ask_from(SESSION)) == (0, 0, 0)
    assert (log.pieces(SESSION), log.kept(SESSION), log.refused_of(SESSION), log.stop(SESSION, 0)) == ([], [], [], [])
    assert (log.author_of(SESSION), log.proof_of(SESSION), log.chain_at(SESSION, 0)) == (None, None, None)
    assert (log.limit_of(SESSION), log.is_doubted(SESSION), log.resume()) == (math.inf, False, False)
    assert log.compact(Said().segment(0, 2)) == []
    assert log.sessions == []


def test_log9_a_session_that_is_new_here_is_cut_where_a_statement_says() -> None:
    said = Said()
    log = Log(LINKS, lambda session, author: Cut(2, said.chains[2]) if (session, author) == (SESSION, "a") else None)
    taken = [log.take(each) for each in said.envelopes]
    assert [type(each) for each in taken] == [New, New, Refused]
    assert (log.count(SESSION), log.limit_of(SESSION)) == (2, 2)


def test_log1_a_piece_of_a_session_is_its_author_s() -> None:
    said = Said()
    log = Log(LINKS)
    assert isinstance(log.take(said.envelopes[0]), New)
    assert log.take(replace(said.envelopes[1], author="b")) == Refused("author")
    assert (log.author_of(SESSION), log.count(SESSION)) == ("a", 1)
