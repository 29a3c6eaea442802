"""The message grammar: what parses, and what is refused in which words. Titles begin with their rule in SPEC.md."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from signaling import protocol
from signaling.protocol import Hello, Join, Message, Relayed, Signal, Subscribe, parse_binary, parse_text
from signaling.refusals import Reason, RefusedError
from tests.signaling_pages import an_id

RANDOM = Random(4)
ROOM = protocol.encode_id(RANDOM.randbytes(16))
SESSION, SECRET, TOPIC = (an_id(RANDOM) for _ in range(3))

VALID: list[tuple[dict[str, Any], Message]] = [
    ({"type": "hello", "version": 1, "session": SESSION, "secret": SECRET}, Hello(SESSION, SECRET)),
    ({"type": "join", "room": ROOM, "record": "cmVj"}, Join(ROOM, "cmVj", (), True)),
    (
        {"type": "join", "room": ROOM, "record": "", "have": [SESSION, SESSION], "overlay": False},
        Join(ROOM, "", (SESSION,), False),
    ),
    ({"type": "leave", "room": ROOM}, protocol.Leave(ROOM)),
    ({"type": "record", "room": ROOM, "record": "x" * 1024}, protocol.Record(ROOM, "x" * 1024)),
    ({"type": "roster", "room": ROOM, "after": 12}, protocol.Roster(ROOM, 12)),
    ({"type": "more", "room": ROOM}, protocol.More(ROOM, ())),
    ({"type": "signal", "room": ROOM, "to": SESSION, "data": "ZGF0YQ"}, Signal(ROOM, SESSION, "ZGF0YQ")),
    ({"type": "subscribe", "room": ROOM, "topics": [TOPIC]}, Subscribe(ROOM, (protocol.decode_id(TOPIC),))),
    (
        {"type": "unsubscribe", "room": ROOM, "topics": [TOPIC]},
        protocol.Unsubscribe(ROOM, (protocol.decode_id(TOPIC),)),
    ),
    ({"type": "ping"}, protocol.Ping()),
    ({"type": "pong", "of the future": [1]}, protocol.Pong()),
]


@pytest.mark.parametrize(
    ("written", "message"), VALID, ids=lambda value: value.get("type") if isinstance(value, dict) else ""
)
def test_sig8_every_message_of_the_grammar_is_read(written: dict[str, Any], message: Message) -> None:
    assert parse_text(json.dumps(written)) == message
    assert parse_text(json.dumps({**written, "later": {"a": 1}})) == message


def test_sig8_the_table_above_is_the_whole_grammar() -> None:
    assert {written["type"] for written, _ in VALID} == set(protocol._PARSERS)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 16_000, "not JSON"),
        ('{"a":' * 3_000, "not JSON"),
        ("9" * 10_000, "not JSON"),
        ('{"type":"ping","a":NaN}', "not JSON"),
        ('"ping"', "a message is an object"),
        ("[]", "a message is an object"),
        ("null", "a message is an object"),
        ("{}", "'type' must be one of hello, join,"),
        ('{"type":null}', "'type' must be one of"),
        ('{"type":["ping"]}', "'type' must be one of"),
        ('{"type":"shout"}', "'type' must be one of"),
        ('{"type":"leave"}', "'room' must be at least 128 random bits"),
        (json.dumps({"type": "hello", "version": 1, "session": "x", "secret": SECRET}), "'session' must be 16 bytes"),
        (json.dumps({"type": "hello", "version": 1, "session": SESSION, "secret": None}), "'secret' must be 16 bytes"),
        (json.dumps({"type": "hello", "version": 1, "session": SESSION[:-1] + "B", "secret": SECRET}), "'session'"),
        (json.dumps({"type": "join", "room": ROOM}), "'record' must be base64url"),
        (json.dumps({"type": "join", "room": ROOM, "record": "<b>"}), "'record' must be base64url"),
        (json.dumps({"type": "join", "room": ROOM, "record": "\ud800"}), "'record' must be base64url"),
        (
            json.dumps({"type": "join", "room": ROOM, "record": "", "have": [SESSION] * 9}),
            "'have' must be a list of at most 8",
        ),
        (json.dumps({"type": "join", "room": ROOM, "record": "", "have": [1]}), "every item of 'have'"),
        (json.dumps({"type": "join", "room": ROOM, "record": "", "overlay": 1}), "'overlay' must be true or false"),
        (json.dumps({"type": "roster", "room": ROOM, "after": -1}), "'after' must be"),
        (json.dumps({"type": "roster", "room": ROOM, "after": True}), "'after' must be"),
        (json.dumps({"type": "roster", "room": ROOM, "after": 1e300}), "'after' must be"),
        (json.dumps({"type": "subscribe", "room": ROOM, "topics": []}), "'topics' names no topic"),
        (
            json.dumps({"type": "subscribe", "room": ROOM, "topics": [TOPIC] * 65}),
            "'topics' must be a list of at most 64",
        ),
        (json.dumps({"type": "signal", "room": ROOM, "to": SESSION}), "'data' must be base64url"),
    ],
    ids=range(29),
)
def test_sig8_what_is_not_in_the_grammar_is_refused_naming_the_field_and_never_quoting_it(
    text: str, detail: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_text(text)
    assert caught.value.reason is Reason.GARBLED
    assert caught.value.detail.startswith(detail)


def test_sig8_what_is_too_long_is_refused_as_too_large() -> None:
    for message in (
        {"type": "record", "room": ROOM, "record": "x" * 1025},
        {"type": "signal", "room": ROOM, "to": SESSION, "data": "x" * 12_001},
    ):
        with pytest.raises(RefusedError) as caught:
            parse_text(json.dumps(message))
        assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("version", [0, 2, "1", True, None, 1.5, [1]])
def test_sig1_another_version_is_told_from_garbage(version: object) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_text(json.dumps({"type": "hello", "version": version}))
    assert caught.value.reason is Reason.VERSION


def test_sig17_a_binary_frame_has_a_kind_an_address_and_a_payload() -> None:
    topic = bytes(range(16))
    for kind in (1, 2, 3):
        assert parse_binary(bytes((kind,)) + topic + b"x") == Relayed(kind, topic, b"x")
    for data in (b"", b"\1", b"\1" + topic, b"\0" + topic + b"x", b"\4" + topic + b"x"):
        with pytest.raises(RefusedError):
            parse_binary(data)


def test_ids_have_one_spelling() -> None:
    for _ in range(200):
        raw = RANDOM.randbytes(16)
        text = protocol.encode_id(raw)
        assert protocol.ID.fullmatch(text)
        assert protocol.decode_id(text) == raw
    spellings = [SESSION[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    same = [text for text in spellings if base64.urlsafe_b64decode(text + "==") == protocol.decode_id(SESSION)]
    assert len(same) == 16
    assert [text for text in same if protocol.ID.fullmatch(text)] == [SESSION]


def test_sig2_a_session_with_keys_is_named_after_both_as_the_page_names_it() -> None:
    path = Path(__file__).parents[1] / "protocol" / "identity.json"
    for person in json.loads(path.read_text("utf-8"))["people"]:
        secret, keys = protocol.encode_id(bytes.fromhex(person["place"])), bytes.fromhex(person["keys_hash"])
        assert protocol.session_of(secret, keys) == person["session"]
        assert protocol.session_of(secret) != person["session"]
        text = base64.urlsafe_b64encode(keys).decode().rstrip("=")
        hello = {"type": "hello", "version": 1, "session": person["session"], "secret": secret}
        assert parse_text(json.dumps({**hello, "keys": text})) == Hello(person["session"], secret, keys)
        last = chr(ord(text[-1]) + 1)
        for wrong in (text[:-1], text + "A", text[:-1] + last, 7, "", [text]):
            with pytest.raises(RefusedError, match="'keys' must be 32 bytes"):
                parse_text(json.dumps({**hello, "keys": wrong}))


def test_sig2_a_session_is_named_after_its_secret_as_the_page_names_it() -> None:
    assert protocol.session_of("AAECAwQFBgcICQoLDA0ODw") == "vkXLJgW_Nr695oSEGijw_Q"
