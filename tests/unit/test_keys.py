"""Keys and the door's messages in Python: byte for byte as in the page."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.crypto import Agreement, Signer, derive
from peerbook.peer.founding import JOIN_SECRET_BYTES
from peerbook.peer.keys import wraps as wraps_module
from peerbook.peer.keys.answer import (
    ANSWER_BYTES,
    Admission,
    Answer,
    AnswerFault,
    answered_knock,
    make_answer,
    read_answer,
)
from peerbook.peer.keys.box import BoxPlace, open_box, seal_box
from peerbook.peer.keys.documents import document_key, keeper_of, own_secret, secret_kind_of, team_of, team_secret
from peerbook.peer.keys.keyring import SECRETS_KEPT, Keyring, Keys, Oneself
from peerbook.peer.keys.knock import KNOCK_BYTES, Knock, make_knock, read_knock
from peerbook.peer.keys.wraps import (
    DOCUMENT_CHARS,
    WRAP_RECIPIENTS,
    Wraps,
    WrapsFault,
    make_wraps,
    open_shared,
    open_wraps,
    read_wraps,
)
from peerbook.peer.secret import Secret

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/protocol/keys.json").read_text("utf-8"))
ADA: dict[str, str] = json.loads((ROOT / "tests/protocol/identity.json").read_text("utf-8"))["people"][0]
LIMITS: dict[str, int] = json.loads((ROOT / "docs/protocol.json").read_text("utf-8"))
CLASS, JOIN = bytes.fromhex(VECTORS["class"]), bytes.fromhex(VECTORS["join_secret"])
EVERYONE = VECTORS["everyone"]
ROOT_SEED = Secret(bytes.fromhex(ADA["root_seed"]))
AGREEMENT = Agreement(derive(bytes.fromhex(ADA["device_seed"]), b"", "peerbook device agreement 1", 32))
SEED = bytes.fromhex(VECTORS["seed"])


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


@pytest.mark.parametrize("vector", VECTORS["documents"], ids=title)
def test_key1_a_documents_key_is_the_pages(vector: dict[str, Any]) -> None:
    name, secret = vector["title"], bytes.fromhex(vector["secret"])
    assert secret_kind_of(name, EVERYONE) == vector["secret_kind"]
    assert document_key(secret, name).hex() == vector["key"]
    if vector["secret_kind"] == "own":
        assert own_secret(ROOT_SEED, CLASS, name, 7) == secret
        assert own_secret(ROOT_SEED, CLASS, name, 8) != secret
        assert keeper_of(name) == ADA["participant"]


@pytest.mark.parametrize("vector", [row for row in VECTORS["documents"] if "team_key" in row], ids=title)
def test_key11_a_teams_secret_is_the_pages(vector: dict[str, Any]) -> None:
    team_key, epoch_key = bytes.fromhex(vector["team_key"]), bytes.fromhex(vector["epoch_key"])
    assert (vector["secret_kind"], team_of(vector["title"])) == ("team", ADA["participant"])
    assert team_secret(team_key, epoch_key, 7).hex() == vector["secret"]
    assert team_secret(epoch_key, team_key, 7).hex() != vector["secret"]


@pytest.mark.parametrize("vector", VECTORS["boxes"], ids=title)
def test_key2_a_box_opens_for_its_recipient_in_its_place(vector: dict[str, Any]) -> None:
    own = Agreement(bytes.fromhex(vector["own"]))
    place = BoxPlace(
        bytes.fromhex(vector["class"]), vector["epoch"], vector["purpose"], bytes.fromhex(vector["context"])
    )
    opened = open_box(own, place, bytes.fromhex(vector["box"]))
    assert (None if opened is None else opened.hex()) == vector["plain"]
    if opened is not None:
        assert (seal_box(bytes.fromhex(vector["once"]), own.key, place, opened) or b"").hex() == vector["box"]
    assert seal_box(SEED, bytes(32), place, b"") is None


@pytest.mark.parametrize("vector", VECTORS["wraps"]["good"], ids=title)
def test_key3_wraps_are_read_and_opened(vector: dict[str, Any]) -> None:
    read = read_wraps(CLASS, EVERYONE, bytes.fromhex(vector["bytes"]))
    assert isinstance(read, Wraps)
    assert (read.document, read.epoch, read.author) == (vector["document"], vector["epoch"], vector["author"])
    secret = bytes.fromhex(vector["secret"])
    assert {open_wraps(read, Agreement(bytes.fromhex(seed))) for seed in vector["devices"]} == {secret}
    assert open_wraps(read, Agreement(SEED)) is None
    other = dataclasses.replace(read, hash=bytes(32))
    assert open_wraps(other, Agreement(bytes.fromhex(vector["devices"][0]))) is None
    assert open_shared(read, bytes.fromhex(vector["epoch_key"])) == (secret if vector["shared"] else None)
    assert open_shared(read, SEED) is None


@pytest.mark.parametrize("vector", VECTORS["wraps"]["bad"], ids=title)
def test_key3_wraps_that_are_wrong_are_refused(vector: dict[str, Any]) -> None:
    assert read_wraps(CLASS, EVERYONE, bytes.fromhex(vector["bytes"])) == vector["fault"]


def test_key3_at_most_so_many_are_wrapped_to() -> None:
    keys = [Agreement(hashlib.sha256(index.to_bytes(2)).digest()).key for index in range(WRAP_RECIPIENTS + 3)]
    data = make_wraps(
        Signer(ROOT_SEED.reveal()),
        CLASS,
        f"{'5e' * 32}.mine.{ADA['participant']}",
        1,
        secret=SEED,
        recipients=keys,
        share_with=None,
        fill=lambda _: SEED,
    )
    read = read_wraps(CLASS, EVERYONE, data)
    assert isinstance(read, Wraps)
    assert len(read.boxes) == WRAP_RECIPIENTS == LIMITS["wrap_recipients"]


def test_key4_a_keyring_takes_what_was_stated_and_says_what_is_missing() -> None:
    one, two, rival = (bytes([seed]) * 32 for seed in (1, 2, 3))
    stated = {1: [hashlib.sha256(one).digest()], 2: [hashlib.sha256(key).digest() for key in (two, rival)]}
    own = Oneself(ADA["participant"], ROOT_SEED, CLASS)
    ring = Keyring(EVERYONE, own, lambda: sorted(stated), lambda epoch: stated.get(epoch, []))
    lecture, mine = f"{'5e' * 32}.lecture.0a", f"{'5e' * 32}.mine.0a"
    assert (ring.take_epoch(1, two), ring.take_epoch(7, one)) == ("wrong", "unstated")
    assert (ring.newest, ring.lacking) == (None, [1, 2])
    assert ring.keys_of(lecture, 1) == Keys((), "epoch")
    assert (ring.take_epoch(1, one), ring.take_epoch(1, one)) == ("taken", "known")
    assert (ring.newest, ring.lacking) == (1, [2])
    assert ring.keys_of(lecture, 1) == Keys((document_key(one, lecture),), None)
    assert ring.keys_of(mine, 1) == Keys((), "secret")
    ring.take_epoch(2, rival)
    assert (ring.newest, ring.lacking) == (2, [2])
    ring.take_epoch(2, two)
    assert ring.keys_of(lecture, 2).keys == (document_key(two, lecture), document_key(rival, lecture))
    assert ring.all() == ((1, one), (2, two), (2, rival))
    assert (ring.take_secret(mine, 1, one), ring.take_secret(mine, 1, one)) == ("taken", "known")
    assert ring.take_secret(mine, 1, two) == "other"
    assert ring.keys_of(mine, 1) == Keys((document_key(one, mine),), None)
    ours = f"{'5e' * 32}.mine.{ADA['participant']}"
    assert ring.keys_of(ours, 1).keys == (document_key(own_secret(ROOT_SEED, CLASS, ours, 1), ours),)
    assert (ring.newest, ring.keys_of(lecture, 2).keys[0]) == (2, document_key(two, lecture))
    assert ring.keys_of(f"{'5e' * 32}.mine.0b", 2) == Keys((), "secret")


@pytest.mark.parametrize("vector", VECTORS["knocks"]["good"], ids=title)
def test_key5_a_knock_is_made_and_read_as_in_the_page(vector: dict[str, Any]) -> None:
    data = make_knock(
        CLASS,
        JOIN,
        signer=Signer(bytes.fromhex(ADA["session_seed"])),
        introduction=bytes.fromhex(ADA["introduction"]),
        name=vector["given"],
        salt=bytes.fromhex(vector["salt"]),
    )
    assert data.hex() == vector["bytes"]
    read = read_knock(CLASS, JOIN, data)
    assert isinstance(read, Knock)
    assert (read.id.hex(), read.name) == (vector["id"], vector["name"])
    assert (read.who.session, read.who.participant) == (vector["session"], vector["participant"])


@pytest.mark.parametrize("vector", VECTORS["knocks"]["bad"], ids=title)
def test_key5_a_knock_that_is_wrong_is_refused(vector: dict[str, Any]) -> None:
    assert read_knock(CLASS, JOIN, bytes.fromhex(vector["bytes"])) == vector["fault"]
    assert LIMITS["knock_bytes"] == KNOCK_BYTES
    assert len(JOIN) == JOIN_SECRET_BYTES


@pytest.mark.parametrize("vector", VECTORS["answers"]["good"], ids=title)
def test_key6_an_answer_is_made_and_read_as_in_the_page(vector: dict[str, Any]) -> None:
    data, asked = bytes.fromhex(vector["bytes"]), bytes.fromhex(VECTORS["asked"])
    answer: Answer = vector["kind"]
    if answer == "admitted":
        statements = tuple(map(bytes.fromhex, vector["statements"]))
        keys = tuple((each["epoch"], bytes.fromhex(each["key"])) for each in vector["keys"])
        answer = Admission(bytes.fromhex(vector["founding"]), statements, keys)
    assert make_answer(CLASS, asked, AGREEMENT.key, answer, SEED) == data
    assert read_answer(CLASS, AGREEMENT, lambda knock: knock == asked, data) == answer
    assert answered_knock(data) == asked


@pytest.mark.parametrize("vector", VECTORS["answers"]["bad"], ids=title)
def test_key6_an_answer_that_is_wrong_is_refused(vector: dict[str, Any]) -> None:
    asked = bytes.fromhex(VECTORS["asked"])
    read = read_answer(CLASS, AGREEMENT, lambda knock: knock == asked, bytes.fromhex(vector["bytes"]))
    assert read == vector["fault"]
    assert LIMITS["message_bytes"] == ANSWER_BYTES
    assert read_answer(CLASS, AGREEMENT, lambda _: True, bytes(ANSWER_BYTES + 1)) == "length"


def test_key6_which_knock_is_answered_is_read_of_answers_alone() -> None:
    own, knock_id = Agreement(bytes([5]) * 32), bytes([6]) * 32
    made = make_answer(bytes(16), knock_id, own.key, "waiting", bytes([7]) * 32)
    assert made
    assert answered_knock(made) == knock_id
    assert answered_knock(made[:-2]) is None, "no box is so short"
    assert answered_knock(bytes([made[0] ^ 1]) + made[1:]) is None
    assert answered_knock(made + bytes(ANSWER_BYTES)) is None
    # A key of small order, with which everybody would agree on the same.
    assert make_answer(bytes(16), knock_id, bytes(32), "waiting", bytes([7]) * 32) is None


def test_key2_what_is_too_short_for_a_box_is_none() -> None:
    own, place = Agreement(bytes([5]) * 32), BoxPlace(bytes(16), 0, "answer", bytes(16))
    box = seal_box(bytes([7]) * 32, own.key, place, b"")
    assert box
    assert open_box(own, place, box) == b""
    assert [open_box(own, place, box[:size]) for size in (0, 31, 32, 33, len(box) - 1)] == [None] * 5


def test_key1_what_is_no_name_of_a_document_has_no_keeper_and_no_team() -> None:
    for name in ("records", "no document", "5e.mine.0a"):
        assert (keeper_of(name), team_of(name), secret_kind_of(name, "0b" * 16)) == (None, None, "class")


def test_key4_no_key_of_another_length_is_taken_and_secrets_are_bounded() -> None:
    short = bytes(31)
    own = Oneself("0a" * 16, Secret(bytes(32)), bytes(16))
    hashes = [hashlib.sha256(short).digest()]
    ring = Keyring("0b" * 16, own, lambda: [1], lambda epoch: hashes, lambda team: hashes)
    assert ring.take_epoch(1, short) == "wrong"
    assert ring.take_team("0c" * 16, short) == "wrong"
    taken = [ring.take_secret(f"d{at}", 1, bytes(32)) for at in range(SECRETS_KEPT + 2)]
    assert (taken.count("taken"), taken[-2:]) == (SECRETS_KEPT, ["full", "full"])
    assert ring.take_secret("d0", 1, bytes(32)) == "known"
    assert ring.take_secret("d0", 1, bytes([1]) * 32) == "other"


def test_key11_a_team_s_key_is_taken_when_it_was_stated() -> None:
    own, team, key, other = Oneself("0a" * 16, Secret(bytes(32)), bytes(16)), "0c" * 16, bytes(32), bytes([1]) * 32
    stated: list[bytes] = []
    epochs: list[int] = []
    epoch_hash = hashlib.sha256(other).digest()
    ring = Keyring(EVERYONE, own, lambda: epochs, lambda epoch: [epoch_hash], lambda team: stated)
    document = f"{'5e' * 32}.team.{team}"
    assert (ring.take_team(team, key), ring.newest) == ("wrong", None)
    stated.append(hashlib.sha256(key).digest())
    assert [ring.take_team(team, each) for each in (key, key, other)] == ["taken", "known", "wrong"]
    assert ring.keys_of(document, 1) == Keys((), "epoch")
    epochs.append(1)
    assert ring.take_epoch(1, other) == "taken"
    expected = document_key(team_secret(key, other, 1), document)
    assert (ring.keys_of(document, 1), ring.newest) == (Keys((expected,), None), 1)
    stated.clear()
    assert ring.keys_of(document, 1) == Keys((), "secret")


def test_key3_a_key_that_is_none_is_wrapped_to_nobody_and_what_is_shared_opens_with_the_epoch_s_key() -> None:
    device, epoch_key = Agreement(SEED), bytes([9]) * 32

    def made(share_with: bytes | None) -> Wraps:
        data = make_wraps(
            Signer(ROOT_SEED.reveal()),
            CLASS,
            f"{'5e' * 32}.mine.{ADA['participant']}",
            1,
            secret=bytes([4]) * 32,
            recipients=[bytes(32), device.key],
            share_with=share_with,
            fill=lambda size: bytes([8]) * size,
        )
        read = read_wraps(CLASS, EVERYONE, data)
        assert isinstance(read, Wraps)
        return read

    for share_with, shared in ((None, None), (epoch_key, bytes([4]) * 32)):
        read = made(share_with)
        assert [key for key, _ in read.boxes] == [device.key]
        assert (open_wraps(read, device), open_shared(read, epoch_key)) == (bytes([4]) * 32, shared)


def test_key3_more_recipients_than_there_may_be_and_longer_names_are_no_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [Agreement(hashlib.sha256(index.to_bytes(2)).digest()).key for index in range(WRAP_RECIPIENTS + 1)]

    def made(document: str) -> Wraps | WrapsFault:
        with monkeypatch.context() as patch:
            patch.setattr(wraps_module, "WRAP_RECIPIENTS", WRAP_RECIPIENTS + 1)
            data = make_wraps(
                Signer(ROOT_SEED.reveal()),
                CLASS,
                document,
                1,
                secret=SEED,
                recipients=keys,
                share_with=None,
                fill=lambda size: bytes(size),
            )
        return read_wraps(CLASS, EVERYONE, data)

    assert made(f"{'5e' * 32}.mine.{ADA['participant']}") == WrapsFault.FORM
    del keys[1:]
    assert isinstance(made(f"{'5e' * 32}.mine.{ADA['participant']}"), Wraps)
    assert [made("d" * size) for size in (DOCUMENT_CHARS, DOCUMENT_CHARS + 1)] == [WrapsFault.DOCUMENT, WrapsFault.FORM]


@pytest.mark.parametrize(
    "plain", [b"\x03", b"\x03\x00\x00\x00", b"\x00\x00\x00\x00x", b"\x00", b"\x01\x00\x00\x00", b""]
)
def test_key6_what_is_sealed_and_no_answer_is_refused(plain: bytes) -> None:
    own, knock_id, head = Agreement(bytes([5]) * 32), bytes([6]) * 32, b"\x11peerbook answer 1" + bytes(16)
    place = BoxPlace(bytes(16), 0, "answer", knock_id)

    def read(said: bytes) -> Answer | AnswerFault:
        box = seal_box(bytes([7]) * 32, own.key, place, said)
        assert box
        return read_answer(bytes(16), own, lambda id_: id_ == knock_id, head + knock_id + box)

    assert read(plain) == AnswerFault.FORM
    assert read(b"\x00\x00\x00\x00") == Admission(b"", (), ())
