"""Writes `keys.json`, the golden vectors of keys and of the door: run only when a KEY rule of SPEC.md changes.

Bytes in hex. People are those of `identity.json`. `good` rows say what their bytes mean, `bad` ones the fault they are
refused for, everything in them but one thing being right.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from peerbook.peer.crypto import Agreement, Signer, derive, seal
from peerbook.peer.encoding import block_bytes, text_bytes
from peerbook.peer.identity import OwnSession, open_session, tagged
from peerbook.peer.keys.answer import Admission, Answer, AnswerFault, make_answer, read_answer
from peerbook.peer.keys.box import BoxPlace, open_box, seal_box
from peerbook.peer.keys.documents import document_key, own_secret, secret_kind_of, team_key_name, team_secret
from peerbook.peer.keys.knock import Knock, KnockFault, make_knock, read_knock
from peerbook.peer.keys.wraps import Wraps, WrapsFault, make_wraps, open_shared, open_wraps, read_wraps
from peerbook.peer.secret import Secret

HERE = Path(__file__).parent
PEOPLE = {row["title"]: row for row in json.loads((HERE / "identity.json").read_text("utf-8"))["people"]}
CLASS = bytes.fromhex(PEOPLE["Ada"]["class"])
JOIN = bytes(range(0x30, 0x40))
GENESIS = "5e" * 32
EVERYONE = "ee" * 16
ADA = PEOPLE["Ada"]["participant"]
MINE = f"{GENESIS}.mine.{ADA}"
ROOT = Secret(bytes.fromhex(PEOPLE["Ada"]["root_seed"]))

Row = dict[str, Any]


def some(size: int, name: str) -> bytes:
    return hashlib.shake_128(name.encode()).digest(size)


TEAM_KEY = team_key_name(hashlib.sha256(some(32, "secret")).digest(), "0d" * 16)


def session(title: str) -> OwnSession:
    row = PEOPLE[title]
    drawn = iter((bytes.fromhex(row["place"]), bytes.fromhex(row["session_seed"])))
    root, device = Secret(bytes.fromhex(row["root_seed"])), Secret(bytes.fromhex(row["device_seed"]))
    return open_session(bytes.fromhex(row["class"]), root, device, lambda _: next(drawn))


def documents() -> list[Row]:
    epoch_key = some(32, "epoch")
    names = [
        "records",
        f"{GENESIS}.lecture.{ADA}",
        f"{GENESIS}.team.{EVERYONE}",
        f"{GENESIS}.team.{EVERYONE}/outputs.{ADA}",
        f"{GENESIS}.team.{ADA}",
        f"{GENESIS}.team.{ADA}/outputs.{ADA}",
        MINE,
        f"{MINE}.{'0c' * 16}",
        f"{MINE}/outputs.{ADA}",
        f"{GENESIS}.mine.{ADA}.tail",
    ]
    rows: list[Row] = []
    for name in names:
        kind = secret_kind_of(name, EVERYONE)
        secret = {
            "class": epoch_key,
            "own": own_secret(ROOT, CLASS, name, 7),
            "team": team_secret(some(32, "team"), epoch_key, 7),
        }[kind]
        rows.append({"title": name, "secret_kind": kind, "secret": secret.hex()})
        if kind == "team":
            rows[-1] |= {"team_key": some(32, "team").hex(), "epoch_key": epoch_key.hex()}
        rows[-1]["key"] = document_key(secret, name).hex()
    return rows


def boxes() -> list[Row]:
    own, other = some(32, "own"), Agreement(some(32, "other"))
    place = BoxPlace(CLASS, 3, "wraps", b"a document")
    box = seal_box(some(32, "once"), Agreement(own).key, place, b"what it holds")
    assert box
    other_box = seal_box(some(32, "once"), other.key, place, b"what it holds")
    assert other_box
    rows: list[tuple[str, BoxPlace, bytes]] = [
        ("for this key", place, box),
        ("of nothing", place, seal_box(some(32, "once"), Agreement(own).key, place, b"") or b""),
        ("for another key", place, other_box),
        ("another epoch", BoxPlace(CLASS, 4, "wraps", b"a document"), box),
        ("another class", BoxPlace(bytes(16), 3, "wraps", b"a document"), box),
        ("another purpose", BoxPlace(CLASS, 3, "answer", b"a document"), box),
        ("another context", BoxPlace(CLASS, 3, "wraps", b"a document "), box),
        ("with a key of small order", place, bytes(32) + box[32:]),
        ("cut", place, box[:47]),
    ]
    made: list[Row] = []
    for title, where, given in rows:
        opened = open_box(Agreement(own), where, given)
        made.append(
            {
                "title": title,
                "own": own.hex(),
                "once": some(32, "once").hex(),
                "class": where.class_id.hex(),
                "epoch": where.epoch,
                "purpose": where.purpose,
                "context": where.context.hex(),
                "box": given.hex(),
                "plain": None if opened is None else opened.hex(),
            }
        )
    assert sum(row["plain"] is None for row in made) == 7
    return made


def wraps() -> dict[str, list[Row]]:
    ada = session("Ada")
    devices = [some(32, f"device {index}") for index in range(3)]
    epoch_key = some(32, "epoch")

    def made(document: str = MINE, *, epoch: int = 3, share: bool = False, root: Signer = ada.root) -> bytes:
        drawn = iter(some(32, f"seed {index}") for index in range(9))
        return make_wraps(
            root,
            CLASS,
            document,
            epoch,
            secret=some(32, "secret"),
            recipients=[Agreement(seed).key for seed in devices],
            share_with=epoch_key if share else None,
            fill=lambda _: next(drawn),
        )

    good: list[Row] = []
    for title, data in {
        "for three devices": made(),
        "and for the class": made(share=True),
        "of outputs, in a late epoch": made(f"{MINE}/outputs.{ADA}", epoch=300, share=True),
        "of a team": made(TEAM_KEY, epoch=0),
    }.items():
        read = read_wraps(CLASS, EVERYONE, data)
        assert isinstance(read, Wraps)
        assert {open_wraps(read, Agreement(seed)) for seed in devices} == {some(32, "secret")}
        assert open_shared(read, epoch_key) == (some(32, "secret") if read.shared else None)
        good.append(
            {
                "title": title,
                "bytes": data.hex(),
                "document": read.document,
                "epoch": read.epoch,
                "author": read.author,
                "hash": read.hash.hex(),
                "shared": read.shared != b"",
                "devices": [seed.hex() for seed in devices],
                "epoch_key": epoch_key.hex(),
                "secret": some(32, "secret").hex(),
            }
        )
    whole = made()
    at = len(tagged("wraps"))
    count_at = at + 16 + 32 + len(text_bytes(MINE)) + 1 + 32 + 1
    signed = {
        "in another order": whole[: count_at + 1]
        + whole[count_at + 113 : count_at + 225]
        + whole[count_at + 1 :][:112]
        + whole[count_at + 225 : -64],
        "a device twice": whole[:count_at] + b"\4" + whole[count_at + 1 : count_at + 113] + whole[count_at + 1 : -64],
        "a share of 47 bytes": whole[: count_at - 1] + b"\x2f" + bytes(47) + whole[count_at:-64],
        "more than there are": whole[:count_at] + b"\4" + whole[count_at + 1 : -64],
        "257 devices": whole[:count_at] + b"\x81\x02" + whole[count_at + 1 : -64],
        "a number with a zero behind": whole[: count_at - 34] + b"\x83\0" + whole[count_at - 33 : -64],
        "a name with a space": whole[: at + 50] + b" " + whole[at + 51 : -64],
    }
    bad = {
        "nothing": (b"", WrapsFault.WHAT),
        "something else": (tagged("wrap") + whole[at:], WrapsFault.WHAT),
        "another class": (whole[:at] + bytes(16) + whole[at + 16 :], WrapsFault.CLASS),
        "a byte too many": (whole + b"\0", WrapsFault.FORM),
        "a byte missing": (whole[:-1], WrapsFault.FORM),
        "of the lecture": (made(f"{GENESIS}.lecture.{ADA}"), WrapsFault.DOCUMENT),
        "of everyone's branch": (made(f"{GENESIS}.team.{EVERYONE}"), WrapsFault.DOCUMENT),
        "of a team's document": (made(f"{GENESIS}.team.{'0d' * 16}", epoch=0), WrapsFault.DOCUMENT),
        "of a team's key in an epoch": (made(TEAM_KEY), WrapsFault.DOCUMENT),
        "of a team's outputs": (made(f"{TEAM_KEY}/outputs.{ADA}", epoch=0), WrapsFault.DOCUMENT),
        "of a copy of a team's": (made(f"{TEAM_KEY}.{'0c' * 16}", epoch=0), WrapsFault.DOCUMENT),
        "of what is no document": (made("records"), WrapsFault.DOCUMENT),
        "of another's notebook": (made(f"{GENESIS}.mine.{'0d' * 16}"), WrapsFault.AUTHOR),
        "of another's outputs": (made(f"{MINE}/outputs.{'0d' * 16}"), WrapsFault.AUTHOR),
        "signed by the session": (whole[:-64] + ada.signer.sign(whole[:-64]), WrapsFault.SIGNATURE),
        "another hash": (whole[: count_at - 33] + bytes(32) + whole[count_at - 1 :], WrapsFault.SIGNATURE),
        **{title: (data + ada.root.sign(data), WrapsFault.FORM) for title, data in signed.items()},
    }
    for title, (data, fault) in bad.items():
        assert read_wraps(CLASS, EVERYONE, data) == fault, (title, read_wraps(CLASS, EVERYONE, data))
    return {"good": good, "bad": bad_rows(bad)}


def bad_rows(bad: Any) -> list[Row]:
    return [{"title": title, "bytes": data.hex(), "fault": str(fault)} for title, (data, fault) in bad.items()]


def knocks() -> dict[str, list[Row]]:
    ada, ben = session("Ada"), session("Ben, in another class")

    def made(
        name: str = "Ada",
        *,
        salt: bytes = some(16, "salt"),
        signer: Signer = ada.signer,
        introduction: bytes = ada.introduction,
        join: bytes = JOIN,
    ) -> bytes:
        return make_knock(CLASS, join, signer=signer, introduction=introduction, name=name, salt=salt)

    good: list[Row] = []
    for name in ("Ada", "", "Zoë  O'Brien", "x" * 70):
        data = made(name, salt=some(16, f"salt {name}"))
        read = read_knock(CLASS, JOIN, data)
        assert isinstance(read, Knock)
        good.append(
            {
                "title": name[:12] or "nobody's name",
                "given": name,
                "salt": some(16, f"salt {name}").hex(),
                "bytes": data.hex(),
                "id": read.id.hex(),
                "name": read.name,
                "session": read.who.session,
                "participant": read.who.participant,
            }
        )
    whole = made()
    at = len(tagged("knock"))
    head = whole[: at + 32]
    key = derive(JOIN, some(16, "salt"), "peerbook knock 1", 32)
    said = block_bytes(ada.introduction) + text_bytes("Ada")

    def sealed(plain: bytes) -> bytes:
        return head + block_bytes(seal(key, bytes(12), head, plain))

    assert sealed(said + ada.signer.sign(head + said)) == whole
    bad = {
        "nothing": (b"", KnockFault.WHAT),
        "another version's": (tagged("knock").replace(b"1", b"2") + whole[at:], KnockFault.WHAT),
        "too long": (whole + bytes(1024), KnockFault.LENGTH),
        "another class": (whole[:at] + bytes(16) + whole[at + 16 :], KnockFault.CLASS),
        "a byte too many": (whole + b"\0", KnockFault.FORM),
        "a byte missing": (whole[:-1], KnockFault.FORM),
        "without the link": (made(join=bytes(16)), KnockFault.SECRET),
        "another salt": (whole[: at + 16] + bytes(16) + whole[at + 32 :], KnockFault.SECRET),
        "a byte behind, inside": (sealed(said + ada.signer.sign(head + said) + b"\0"), KnockFault.FORM),
        "no signature": (sealed(said), KnockFault.FORM),
        "introduced in another class": (made(introduction=ben.introduction), KnockFault.INTRODUCTION),
        "no introduction": (made(introduction=b""), KnockFault.INTRODUCTION),
        "by another session": (made(signer=ben.signer), KnockFault.SIGNATURE),
        "by the root key": (made(signer=ada.root), KnockFault.SIGNATURE),
        "said at another time": (sealed(said + ada.signer.sign(bytes(16) + said)), KnockFault.SIGNATURE),
        "under another name": (
            sealed(said.replace(b"Ada", b"Eve") + ada.signer.sign(head + said)),
            KnockFault.SIGNATURE,
        ),
    }
    for title, (data, fault) in bad.items():
        assert read_knock(CLASS, JOIN, data) == fault, (title, read_knock(CLASS, JOIN, data))
    return {"good": good, "bad": bad_rows(bad)}


def answers() -> dict[str, list[Row]]:
    ada = session("Ada")
    asked = some(32, "a knock")
    own_key = ada.agreement.key
    everything = Admission(
        some(90, "founding"), (some(100, "one"), b"", some(3, "three")), ((1, some(32, "1")), (300, some(32, "300")))
    )

    def made(answer: Answer, *, knock: bytes = asked, to: bytes = own_key) -> bytes:
        data = make_answer(CLASS, knock, to, answer, some(32, "seed"))
        assert data
        return data

    def boxed(plain: bytes) -> bytes:
        place = BoxPlace(CLASS, 0, "answer", asked)
        return tagged("answer") + CLASS + asked + (seal_box(some(32, "seed"), own_key, place, plain) or b"")

    def read(data: bytes) -> Answer | AnswerFault:
        return read_answer(CLASS, ada.agreement, lambda knock: knock == asked, data)

    good: list[Row] = []
    rows: dict[str, Answer] = {
        "admitted": everything,
        "admitted with nothing": Admission(b"", (), ()),
        "waiting": "waiting",
        "refused": "refused",
    }
    for title, answer in rows.items():
        assert read(made(answer)) == answer
        fields: Row = {"title": title, "bytes": made(answer).hex(), "kind": answer}
        if isinstance(answer, Admission):
            fields |= {
                "kind": "admitted",
                "founding": answer.founding.hex(),
                "statements": [statement.hex() for statement in answer.statements],
                "keys": [{"epoch": epoch, "key": key.hex()} for epoch, key in answer.keys],
            }
        good.append(fields)
    whole = made(everything)
    at = len(tagged("answer"))
    two = Admission(b"", (), ((2, bytes(32)), (1, bytes(32))))
    bad = {
        "nothing": (b"", AnswerFault.WHAT),
        "a knock": (tagged("knock") + whole[at:], AnswerFault.WHAT),
        "another class": (whole[:at] + bytes(16) + whole[at + 16 :], AnswerFault.CLASS),
        "to another knock": (made(everything, knock=bytes(32)), AnswerFault.ASKED),
        "cut in the knock": (whole[: at + 40], AnswerFault.ASKED),
        "moved to this knock": (
            made(everything, knock=bytes(32)).replace(bytes(32), asked, 1),
            AnswerFault.SEALED,
        ),
        "to another": (made(everything, to=Agreement(bytes(32)).key), AnswerFault.SEALED),
        "a byte too many": (whole + b"\0", AnswerFault.SEALED),
        "no box": (whole[: at + 48], AnswerFault.SEALED),
        "an empty box": (boxed(b""), AnswerFault.FORM),
        "a kind nobody writes": (boxed(b"\3"), AnswerFault.FORM),
        "waiting and more": (boxed(b"\1\0"), AnswerFault.FORM),
        "epochs the other way round": (made(two), AnswerFault.FORM),
        "more statements than there are": (boxed(b"\0\0\5"), AnswerFault.FORM),
        "a number with a zero behind": (boxed(b"\0\x80\0\0\0"), AnswerFault.FORM),
        "a byte behind, inside": (boxed(b"\0\0\0\0\0"), AnswerFault.FORM),
    }
    for title, (data, fault) in bad.items():
        assert read(data) == fault, (title, read(data))
    return {"good": good, "bad": bad_rows(bad)}


def main() -> None:
    rows = {
        "class": CLASS.hex(),
        "join_secret": JOIN.hex(),
        "everyone": EVERYONE,
        "asked": some(32, "a knock").hex(),
        "seed": some(32, "seed").hex(),
        "documents": documents(),
        "boxes": boxes(),
        "wraps": wraps(),
        "knocks": knocks(),
        "answers": answers(),
    }
    (HERE / "keys.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
