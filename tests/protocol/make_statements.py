"""Writes `statements.json`, the golden vectors of statements and of the fold: run only when a ROL rule changes.

`good`: bytes and what they say. `bad`: bytes that are no statement, with the fault. `stories`: statements, given in a
random order, and the class that they make.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peerbook.peer.crypto import Signer
from peerbook.peer.encoding import number_bytes
from peerbook.peer.envelope import session_text
from peerbook.peer.founding import everyone_of, found_class, lecture_of
from peerbook.peer.identity import participant_of, tagged
from peerbook.peer.readmission import Reached, frontier_for
from peerbook.peer.roles import Roles
from peerbook.peer.statement import (
    EPOCHS_AHEAD,
    STATED_ROLES,
    STATEMENT_BYTES,
    Body,
    Door,
    Epoch,
    Fork,
    Reach,
    Sharing,
    Standing,
    Statement,
    StatementFault,
    Succession,
    Team,
    fit_frontier,
    read_statement,
    sign_statement,
)

OWNER, RECOVERY, INES, IVAN, ADA, HEIR = (Signer(bytes([seed]) * 32) for seed in range(0x21, 0x27))
PEOPLE = {"owner": OWNER, "ines": INES, "ivan": IVAN, "ada": ADA, "heir": HEIR}
FOUNDING = found_class(OWNER.key, RECOVERY.key, lambda size: bytes(size))
CLASS = FOUNDING.class_id
GENESIS = "5e" * 32
LECTURE, TEAM = f"{GENESIS}.lecture.{lecture_of(CLASS)}", f"{GENESIS}.team.{everyone_of(CLASS)}"


def of(signer: Signer) -> str:
    return participant_of(signer.key)


RED = "0d" * 16
RED_TEAM = f"{GENESIS}.team.{RED}"
MINE = f"{GENESIS}.mine.{of(ADA)}"
DOCUMENTS = (
    LECTURE,
    TEAM,
    RED_TEAM,
    f"{RED_TEAM}/outputs.{of(ADA)}",
    MINE,
    f"{TEAM}/outputs.{of(ADA)}",
    f"{MINE}/outputs.{of(ADA)}",
    "records",
    "nothing",
)
SESSIONS = tuple(session_text(bytes([value]) * 16) for value in (1, 2))


def reach(document: str, session: str, count: int) -> Reach:
    return Reach(document, session, count, bytes([count % 256]) * 32)


def said(by: Signer, number: int, body: Body) -> Statement:
    return sign_statement(by, CLASS, number, body)


FRONTIER = (reach(LECTURE, SESSIONS[0], 1), reach(LECTURE, SESSIONS[1], 200), reach(TEAM, SESSIONS[0], 16_384))
FIRST = said(OWNER, 1, Standing(of(INES), "instructor"))
SECOND = said(INES, 2, Standing(of(ADA), "viewer"))
COUNTS = tuple(sorted((FIRST.id, SECOND.id)))
GOOD: dict[str, Statement] = {
    "an instructor": FIRST,
    "a viewer": SECOND,
    "removed, with bounds": said(OWNER, 200, Standing(of(INES), "removed", COUNTS, FRONTIER)),
    "an attendee, with the highest number": said(OWNER, 2**53 - 1, Standing(of(INES), "attendee")),
    "an epoch": said(INES, 3, Epoch(0, "open", bytes(32))),
    "a closed epoch": said(OWNER, 3, Epoch(300, "closed", bytes(range(32)))),
    "a closed epoch with members": said(
        OWNER, 4, Epoch(2**40, "closed", bytes(32), tuple(sorted(map(of, (ADA, IVAN, HEIR)))))
    ),
    "a succession": said(RECOVERY, 4, Succession(HEIR.key, COUNTS, FRONTIER[:1])),
    "sharing": said(OWNER, 5, Sharing(True)),
    "sharing no more": said(OWNER, 6, Sharing(False)),
    "a fork": said(INES, 7, Fork(of(ADA), bytes(range(32)), (), FRONTIER)),
    "a team": said(INES, 8, Team(RED, "Team 1", bytes(range(32)), tuple(sorted(map(of, (ADA, IVAN)))))),
    "a team that somebody left": said(
        OWNER, 9, Team(RED, "Gruppe ä \U0001f600", bytes(32), (of(ADA),), (reach(RED_TEAM, SESSIONS[0], 200),))
    ),
    "a team that is over": said(OWNER, 300, Team(RED, "x" * 40, bytes(32))),
}


def bad() -> dict[str, tuple[bytes, StatementFault]]:
    head = tagged("statement", CLASS, OWNER.key)
    whole = GOOD["removed, with bounds"].data
    who = bytes.fromhex(of(INES))
    ids = [bytes.fromhex(one) for one in COUNTS]
    session = bytes(16)

    def by_owner(body: bytes, number: bytes = b"\x01") -> bytes:
        return head + number + body + OWNER.sign(head + number + body)

    def removed(bounds: bytes) -> bytes:
        return by_owner(b"\x00" + who + b"\x03" + bounds)

    def frontier(name: bytes, *reaches: bytes) -> bytes:
        return number_bytes(len(name)) + name + bytes([len(reaches)]) + b"".join(reaches)

    def team(name: bytes, members: bytes, frontier: bytes = b"\x00") -> bytes:
        return by_owner(b"\x05" + bytes(16) + number_bytes(len(name)) + name + bytes(32) + members + frontier)

    one = session + b"\x01" + bytes(32)
    two = bytes([1]) * 16 + b"\x01" + bytes(32)
    forged = whole[:-64] + ADA.sign(whole[:-64])
    return {
        "nothing": (b"", StatementFault.WHAT),
        "too large": (head + bytes(STATEMENT_BYTES), StatementFault.TOO_LARGE),
        "another version": (whole.replace(b"statement 1", b"statement 2"), StatementFault.WHAT),
        "another class": (tagged("statement", bytes(16)) + whole[37:], StatementFault.CLASS),
        "cut in the class": (whole[:30], StatementFault.CUT_SHORT),
        "cut in the body": (whole[:-100], StatementFault.CUT_SHORT),
        "cut in the signature": (whole[:-1], StatementFault.CUT_SHORT),
        "a byte too many": (whole + b"\x00", StatementFault.LEFT_OVER),
        "a kind nobody states": (by_owner(b"\x06"), StatementFault.KIND),
        "a number with a zero behind": (by_owner(b"\x03\x01", b"\x80\x00"), StatementFault.NUMBER),
        "a number above 2^53": (by_owner(b"\x03\x01", b"\xff" * 7 + b"\x10"), StatementFault.NUMBER),
        "a role that is none": (by_owner(b"\x00" + who + b"\x04\x00\x00"), StatementFault.VALUE),
        "a door that is none": (by_owner(b"\x01\x01\x02" + bytes(32)), StatementFault.VALUE),
        "members in another order": (
            by_owner(b"\x01\x01\x01" + bytes(32) + b"\x02" + who + bytes(16)),
            StatementFault.ORDER,
        ),
        "a member twice": (by_owner(b"\x01\x01\x01" + bytes(32) + b"\x02" + who + who), StatementFault.ORDER),
        "a member cut short": (by_owner(b"\x01\x01\x01" + bytes(32) + b"\x02" + who)[:-70], StatementFault.CUT_SHORT),
        "members with the door open": (by_owner(b"\x01\x01\x00" + bytes(32) + b"\x01" + who), StatementFault.LEFT_OVER),
        "more members than may be": (
            by_owner(
                b"\x01\x01\x01" + bytes(32) + number_bytes(4001) + b"".join(n.to_bytes(16, "big") for n in range(4001))
            ),
            StatementFault.VALUE,
        ),
        "a team without a name": (team(b"", b"\x00"), StatementFault.VALUE),
        "a team with a long name": (team(b"x" * 41, b"\x00"), StatementFault.VALUE),
        "a team with a long name of pairs": (team("\U0001f600".encode() * 21, b"\x00"), StatementFault.VALUE),
        "a team whose name is not UTF-8": (team(b"\xff", b"\x00"), StatementFault.VALUE),
        "a team's members in another order": (team(b"x", b"\x02" + who + bytes(16)), StatementFault.ORDER),
        "a team's member twice": (team(b"x", b"\x02" + who + who), StatementFault.ORDER),
        "a team of too many": (
            team(b"x", number_bytes(65) + b"".join(n.to_bytes(16, "big") for n in range(65))),
            StatementFault.VALUE,
        ),
        "a team cut short": (team(b"x", b"\x02" + who)[:-66], StatementFault.CUT_SHORT),
        "a team and more": (team(b"x", b"\x00", b"\x00\x00"), StatementFault.LEFT_OVER),
        "shared or not": (by_owner(b"\x03\x02"), StatementFault.VALUE),
        "ids in another order": (removed(b"\x02" + ids[1] + ids[0] + b"\x00"), StatementFault.ORDER),
        "an id twice": (removed(b"\x02" + ids[0] * 2 + b"\x00"), StatementFault.ORDER),
        "more ids than there are": (removed(b"\xff\xff\x03" + ids[0] + b"\x00"), StatementFault.CUT_SHORT),
        "documents in another order": (
            removed(b"\x00\x02" + frontier(b"b", one) + frontier(b"a", one)),
            StatementFault.ORDER,
        ),
        "a document twice": (removed(b"\x00\x02" + frontier(b"a", one) + frontier(b"a", two)), StatementFault.ORDER),
        "sessions in another order": (removed(b"\x00\x01" + frontier(b"a", two, one)), StatementFault.ORDER),
        "a session twice": (removed(b"\x00\x01" + frontier(b"a", one, one)), StatementFault.ORDER),
        "a document without sessions": (removed(b"\x00\x01" + frontier(b"a")), StatementFault.VALUE),
        "a document without a name": (removed(b"\x00\x01" + frontier(b"", one)), StatementFault.VALUE),
        "a name with a space": (removed(b"\x00\x01" + frontier(b"a b", one)), StatementFault.VALUE),
        "a name that is not UTF-8": (removed(b"\x00\x01" + frontier(b"\xff", one)), StatementFault.VALUE),
        "signed by another": (forged, StatementFault.SIGNATURE),
        "signed by nobody": (whole[:-64] + bytes(64), StatementFault.SIGNATURE),
        "under another's key": (whole.replace(OWNER.key, ADA.key), StatementFault.SIGNATURE),
    }


def shown(body: Body) -> dict[str, Any]:
    """As a page has it, bytes in hex."""
    match body:
        case Standing():
            return {"kind": "standing", "participant": body.participant, "role": body.role, **bounds(body)}
        case Epoch():
            return {
                "kind": "epoch",
                "epoch": body.epoch,
                "door": body.door,
                "keyHash": body.key_hash.hex(),
                "members": list(body.members),
            }
        case Succession():
            return {"kind": "succession", "ownerKey": body.owner_key.hex(), **bounds(body)}
        case Sharing():
            return {"kind": "sharing", "outputs": body.outputs}
        case Fork():
            return {"kind": "fork", "participant": body.participant, "proof": body.proof.hex(), **bounds(body)}
        case Team():
            return {
                "kind": "team",
                "team": body.team,
                "name": body.name,
                "keyHash": body.key_hash.hex(),
                "members": list(body.members),
                "frontier": reaches(body.frontier),
            }


def bounds(body: Standing | Succession | Fork) -> dict[str, Any]:
    return {"counts": list(body.counts), "frontier": reaches(body.frontier)}


def reaches(frontier: tuple[Reach, ...]) -> list[dict[str, Any]]:
    return [
        {"document": one.document, "session": one.session, "count": one.count, "chain": one.chain.hex()}
        for one in frontier
    ]


BODIES: tuple[Body, ...] = (
    Standing(of(ADA), "viewer"),
    Standing(of(IVAN), "instructor"),
    Standing(of(OWNER), "removed"),
    Fork(of(HEIR), bytes(32)),
    Epoch(1, "closed", bytes(32)),
    Sharing(True),
    Succession(HEIR.key),
    Team(RED, "Team", bytes(32)),
)
"""What somebody may want to state."""


REACHED = (
    Reached(reach(LECTURE, SESSIONS[0], 20)),
    Reached(reach(LECTURE, SESSIONS[1], 21), "later"),
    Reached(reach(TEAM, SESSIONS[1], 22), "first"),
    Reached(reach(RED_TEAM, SESSIONS[0], 23)),
    Reached(reach(RED_TEAM, SESSIONS[1], 24), "first"),
    Reached(reach(MINE, SESSIONS[0], 25)),
    Reached(reach(MINE, SESSIONS[1], 0), "later"),
    Reached(reach(f"{TEAM}/outputs.{of(ADA)}", SESSIONS[0], 26), "later"),
    Reached(reach(f"{TEAM}/outputs.{of(ADA)}", SESSIONS[1], 0)),
)
"""How far somebody may be where they are given another role; of the rest of the class's documents nothing is here."""


def story(seed: int) -> list[Statement]:
    """What may happen in a class where everybody with a key says anything."""
    chance = random.Random(seed)
    told: list[Statement] = []
    people = list(PEOPLE.values())

    def epoch() -> Epoch:
        door: Door = chance.choice(("open", "closed"))
        members = sorted(of(one) for one in people if door == "closed" and chance.random() < 0.5)
        return Epoch(chance.randrange(3), door, bytes([chance.randrange(4)]) * 32, tuple(members))

    def team() -> Team:
        members = tuple(sorted(of(one) for one in people if chance.random() < 0.4))
        places = [(document, session) for document in DOCUMENTS[2:4] for session in SESSIONS]
        left = tuple(reach(*place, chance.randint(0, 9)) for place in places if chance.random() < 0.4)
        return Team(RED, chance.choice(("Team 1", "Team 2")), bytes([chance.randrange(4)]) * 32, members, left)

    kinds: list[Callable[[], Body]] = [
        lambda: Standing(
            of(chance.choice(people)),
            chance.choice(("instructor", "instructor", "attendee", "viewer", "removed")),
            *limits(),
        ),
        epoch,
        lambda: Sharing(chance.random() < 0.5),
        lambda: Fork(of(chance.choice(people)), bytes(32), *limits()),
        lambda: Succession(chance.choice((HEIR, HEIR, OWNER)).key, *limits()),
        team,
    ]

    def limits() -> tuple[tuple[str, ...], tuple[Reach, ...]]:
        counts = tuple(sorted({each.id for each in told if chance.random() < 0.3}))
        places = [(document, session) for document in sorted((LECTURE, TEAM, RED_TEAM)) for session in SESSIONS]
        return counts, tuple(reach(*place, chance.randint(0, 9)) for place in places if chance.random() < 0.2)

    for _ in range(chance.randint(4, 18)):
        body = chance.choices(kinds, (12, 2, 1, 1, 3, 4))[0]()
        is_real = isinstance(body, Succession) and chance.random() < 0.8
        by = RECOVERY if is_real else chance.choices(people, (6, 4, 3, 1, 4))[0]
        told.append(said(by, chance.randint(1, 8), body))
    chance.shuffle(told)
    return told


def greedy() -> list[Statement]:
    """An instructor who wants that nobody can say anything after them."""
    most, key = 2**53 - 1, bytes(32)
    return [
        FIRST,
        said(OWNER, 2, Epoch(3, "open", key)),
        said(INES, 9, Epoch(3, "closed", bytes([1]) * 32)),
        said(INES, 8, Epoch(3 + EPOCHS_AHEAD, "open", key)),
        said(INES, 7, Epoch(4 + EPOCHS_AHEAD, "open", key)),
        *(said(INES, number, Sharing(number % 2 == 0)) for number in (3, 6, most)),
        said(INES, 5, Standing(of(ADA), "viewer")),
        said(INES, most, Standing(of(ADA), "removed")),
        said(INES, most - 1, Fork(of(HEIR), key)),
        *(said(INES, number, Team(RED, "Team", bytes([number % 7]) * 32)) for number in (4, most)),
    ]


def class_of(roles: Roles, told: list[Statement]) -> dict[str, Any]:
    """What the page's fold must give as well."""
    everybody = {name: of(signer) for name, signer in PEOPLE.items()}
    cuts: dict[str, int] = {}
    for name, who in everybody.items():
        for place, document in enumerate(DOCUMENTS[:4]):
            for index, session in enumerate(SESSIONS):
                if cut := roles.cut_of(document, session, who):
                    assert (cut.chain is None) == (cut.count == 0)
                    cuts[f"{name} {place} {index}"] = cut.count
    kinds = ("document", "awareness", "record", "outputs")
    frontiers = {
        f"{name} {role}": " ".join(
            f"{DOCUMENTS.index(each.document)}.{SESSIONS.index(each.session)}.{each.count}"
            for each in fit_frontier(frontier_for(roles, who, role, REACHED))
        )
        for name, who in everybody.items()
        for role in STATED_ROLES
    }
    return {
        "roles": {name: roles.role_of(who) for name, who in everybody.items()},
        "counts": sorted({each.id for each in told if roles.counts(each.id)}),
        "cuts": cuts,
        "frontiers": frontiers,
        "epochs": [
            [each.epoch, each.door, each.key_hash.hex(), each.participant, [one.hex() for one in each.others]]
            for each in roles.epochs
        ],
        "shared": roles.outputs_shared,
        "teams": [
            [
                each.team,
                each.name,
                list(each.members),
                [one.hex() for one in each.key_hashes],
                sorted(each.ever),
                each.is_owners,
            ]
            for each in roles.teams.values()
        ],
        "theirs": {name: list(roles.statements_of(who)) for name, who in everybody.items()},
        "states": [
            [roles.may_state(of(by), body), roles.next_number(by.key, body)]
            for by in (*PEOPLE.values(), RECOVERY)
            for body in BODIES
        ],
        "writes": [
            f"{name} {kind} {place}"
            for name, who in everybody.items()
            for place, document in enumerate(DOCUMENTS)
            for kind in kinds
            if roles.may_write(who, document, kind)
        ],
        "reads": [
            f"{name} {place}"
            for name, who in everybody.items()
            for place, document in enumerate(DOCUMENTS)
            if roles.may_read(who, document)
        ],
    }


def main() -> None:
    good = []
    for title, statement in GOOD.items():
        assert read_statement(CLASS, statement.data) == statement, title
        says = {"author": statement.author.hex(), "number": statement.number, **shown(statement.body)}
        good.append({"title": title, "id": statement.id, "bytes": statement.data.hex(), "says": says})
    wrong = []
    for title, (data, fault) in bad().items():
        assert read_statement(CLASS, data) == fault, (title, read_statement(CLASS, data))
        wrong.append({"title": title, "bytes": data.hex(), "fault": fault.value})
    stories = []
    told_of = {f"story {seed}": story(seed) for seed in range(40)}
    for name, told in {**told_of, "an instructor who leaves no room": greedy()}.items():
        stories.append(
            {
                "title": name,
                "statements": [each.data.hex() for each in told],
                "class": class_of(Roles(FOUNDING, told), told),
            }
        )
    vectors = {
        "founding": FOUNDING.record.hex(),
        "people": {name: of(signer) for name, signer in PEOPLE.items()},
        "documents": DOCUMENTS,
        "sessions": SESSIONS,
        "reached": [{**one, "fork": each.fork} for each in REACHED for one in reaches((each.reach,))],
        "authors": [signer.key.hex() for signer in (*PEOPLE.values(), RECOVERY)],
        "bodies": [shown(body) for body in BODIES],
        "good": good,
        "bad": wrong,
        "stories": stories,
    }
    path = Path(__file__).with_name("statements.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
