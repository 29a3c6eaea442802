"""Identities in Python: the same keys, sessions and refusals as in the page."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.crypto import Agreement, Signer
from peerbook.peer.identity import (
    INTRODUCTION_BYTES,
    Introduction,
    IntroductionFault,
    OwnSession,
    open_session,
    participant_of,
    read_introduction,
    session_of_keys,
    sha256,
)
from peerbook.peer.keep.own import Own
from peerbook.peer.owner import make_owner
from peerbook.peer.secret import Secret
from peerbook.peer.sync.society import Known

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, list[dict[str, str]]] = json.loads((ROOT / "tests/protocol/identity.json").read_text("utf-8"))


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def opened(person: dict[str, str]) -> OwnSession:
    drawn = iter((bytes.fromhex(person["place"]), bytes.fromhex(person["session_seed"])))
    root, device = (Secret(bytes.fromhex(person[name])) for name in ("root_seed", "device_seed"))
    return open_session(bytes.fromhex(person["class"]), root, device, lambda size: next(drawn))


@pytest.mark.parametrize("person", VECTORS["people"], ids=title)
def test_idn4_a_session_introduces_itself_as_in_the_page(person: dict[str, str]) -> None:
    own = opened(person)
    assert own.introduction.hex() == person["introduction"]
    assert len(own.introduction) == INTRODUCTION_BYTES
    read = read_introduction(bytes.fromhex(person["class"]), own.introduction)
    assert read == own.introduced
    assert isinstance(read, Introduction)
    assert (read.session, read.participant) == (person["session"], person["participant"])
    assert read.agreement_key.hex() == person["agreement_key"] == own.agreement.key.hex()
    assert own.signer.key.hex() == person["session_key"]


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=title)
def test_idn4_what_is_no_introduction_is_refused_for_its_reason(vector: dict[str, str]) -> None:
    read = read_introduction(bytes.fromhex(vector["class"]), bytes.fromhex(vector["bytes"]))
    assert read == IntroductionFault(vector["fault"])


def test_idn1_a_participant_follows_from_the_root_key() -> None:
    ada, second, ben = VECTORS["people"]
    assert participant_of(bytes.fromhex(ada["root_key"])) == ada["participant"] == second["participant"]
    assert ben["participant"] != ada["participant"]


def test_idn2_idn3_the_server_checks_a_place_with_sha256_alone() -> None:
    own = opened(VECTORS["people"][0])
    assert session_of_keys(sha256(own.place.reveal()), own.keys_hash) == own.introduced.session
    assert session_of_keys(sha256(bytes(16)), own.keys_hash) != own.introduced.session


def test_idn5_a_secret_is_in_nothing_that_is_written_out() -> None:
    secret = Secret(b"\x5a" * 32)
    shown = f"{secret} {secret!r} {[secret]} {opened(VECTORS['people'][0])}"
    assert "5a5a" not in shown
    assert "ZZZ" not in shown
    assert "(secret)" in shown
    assert secret.reveal() == b"\x5a" * 32
    assert len(secret) == 32
    with pytest.raises(TypeError):
        json.dumps({"seed": secret})
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(secret)


def test_idn5_a_secret_is_in_no_log_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    seed = b"\x5a" * 32
    secret, signer, agreement = Secret(seed), Signer(seed), Agreement(seed)
    known = Known(keys=((1, seed),))
    owner = make_owner(lambda size: seed * 3 + bytes(16) + seed)  # all but what everybody knows of the class
    held = [secret, signer, agreement, known, Own(secret, secret, known), owner]
    logger = logging.getLogger("test of secrets")
    try:
        raise ValueError(held)
    except ValueError as error:
        logger.exception("%s %r %s", held, held, f"{secret} {secret!s:>9} {held}")
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        # The name here that is no wrapper is this test's own.
        shown = "".join(frames.format()).replace(f"seed = {seed!r}", "")
    for text in (caplog.text, shown):
        assert "(secret)" in text
        for form in (seed.hex()[:8], base64.b64encode(seed).decode()[:8], "ZZZZ", "\\x5a", "90, 90"):
            assert form not in text
    for write in (pickle.dumps, vars):
        for each in (secret, signer, agreement):
            with pytest.raises(TypeError):
                write(each)
    assert json.dumps({"seed": secret}, default=str) == '{"seed": "(secret)"}'
