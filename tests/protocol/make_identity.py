"""Writes `identity.json`, the golden vectors of identities: run only when an IDN rule of SPEC.md changes.

`people`: seeds and all that follows from them. `bad`: bytes that are no introduction, with the fault they are refused
for; everything in them but one thing is right.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from peerbook.peer.crypto import Signer, derive
from peerbook.peer.envelope import session_bytes
from peerbook.peer.identity import (
    Introduction,
    IntroductionFault,
    OwnSession,
    hash_of_keys,
    open_session,
    read_introduction,
    session_of_keys,
    sha256,
    tagged,
)
from peerbook.peer.secret import Secret

CLASS = bytes(range(0xC0, 0xD0))
PEOPLE = {
    "Ada": {"class": CLASS, "root_seed": b"\x01", "device_seed": b"\x02", "place": b"\x03", "session_seed": b"\x04"},
    "Ada's second page": {
        "class": CLASS,
        "root_seed": b"\x01",
        "device_seed": b"\x02",
        "place": b"\x05",
        "session_seed": b"\x06",
    },
    "Ben, in another class": {
        "class": bytes(16),
        "root_seed": b"\x11",
        "device_seed": b"\x12",
        "place": b"\x13",
        "session_seed": b"\x14",
    },
}


def seeds_of(title: str) -> dict[str, bytes]:
    sizes = {"class": 16, "place": 16}
    return {
        name: (data * 32)[: sizes.get(name, 32)] if name != "class" else data for name, data in PEOPLE[title].items()
    }


def opened(title: str) -> OwnSession:
    seeds = seeds_of(title)
    drawn = iter((seeds["place"], seeds["session_seed"]))
    root, device = Secret(seeds["root_seed"]), Secret(seeds["device_seed"])
    return open_session(seeds["class"], root, device, lambda size: next(drawn))


def person(title: str) -> dict[str, str]:
    own, seeds = opened(title), seeds_of(title)
    keys = own.introduced
    return {
        "title": title,
        **{name: data.hex() for name, data in seeds.items()},
        "participant": keys.participant,
        "session": keys.session,
        "keys_hash": own.keys_hash.hex(),
        "root_key": keys.root_key.hex(),
        "device_key": keys.device_key.hex(),
        "agreement_key": keys.agreement_key.hex(),
        "session_key": keys.session_key.hex(),
        "introduction": own.introduction.hex(),
    }


def device_of(title: str) -> Signer:
    return Signer(derive(seeds_of(title)["device_seed"], b"", "peerbook device key 1", 32))


def said(
    device: Signer, keys: Introduction, certificate: bytes, session: str | None = None, secret: bytes = bytes(16)
) -> bytes:
    """An introduction with these keys, everything else made right."""
    raw = (keys.session_key, keys.root_key, keys.device_key, keys.agreement_key)
    bond = session or session_of_keys(sha256(secret), hash_of_keys(*raw))
    unsigned = tagged("introduction", CLASS, session_bytes(bond), sha256(secret), *raw, certificate)
    return unsigned + device.sign(unsigned)


def bad() -> dict[str, tuple[bytes, IntroductionFault]]:
    ada, whole = opened("Ada"), opened("Ada").introduction
    device, keys, certificate = device_of("Ada"), ada.introduced, whole[-128:-64]
    mallory = Signer(bytes(31) + b"\x66")
    vouched = mallory.sign(tagged("device", mallory.key, keys.agreement_key))
    as_ada = replace(keys, device_key=mallory.key)
    as_mallory = replace(keys, root_key=mallory.key, device_key=mallory.key)
    return {
        "nothing": (b"", IntroductionFault.LENGTH),
        "a byte too many": (whole + b"\x00", IntroductionFault.LENGTH),
        "a byte too few": (whole[:-1], IntroductionFault.LENGTH),
        "another version": (whole.replace(b"introduction 1", b"introduction 2"), IntroductionFault.WHAT),
        "another class": (whole[:24] + bytes(16) + whole[40:], IntroductionFault.CLASS),
        "another session key": (whole[:88] + bytes(32) + whole[120:], IntroductionFault.SESSION),
        "another secret's hash": (whole[:56] + bytes(32) + whole[88:], IntroductionFault.SESSION),
        "her session under another's root key": (
            said(mallory, as_mallory, vouched, session=keys.session, secret=seeds_of("Ada")["place"]),
            IntroductionFault.SESSION,
        ),
        "a device her root key knows nothing of": (said(mallory, as_ada, certificate), IntroductionFault.CERTIFICATE),
        "a device certified by itself": (said(mallory, as_ada, vouched), IntroductionFault.CERTIFICATE),
        "a certificate for another agreement key": (
            said(device, replace(keys, agreement_key=mallory.key), certificate),
            IntroductionFault.CERTIFICATE,
        ),
        "a certificate that signs something else": (
            said(device, keys, Signer(seeds_of("Ada")["root_seed"]).sign(keys.device_key + keys.agreement_key)),
            IntroductionFault.CERTIFICATE,
        ),
        "signed by another device": (said(mallory, keys, certificate), IntroductionFault.SIGNATURE),
        "signed by nobody": (whole[:-64] + bytes(64), IntroductionFault.SIGNATURE),
    }


def main() -> None:
    rows = []
    for title, (data, fault) in bad().items():
        assert read_introduction(CLASS, data) == fault, (title, read_introduction(CLASS, data))
        rows.append({"title": title, "class": CLASS.hex(), "bytes": data.hex(), "fault": fault.value})
    vectors = {"people": [person(title) for title in PEOPLE], "bad": rows}
    Path(__file__).with_name("identity.json").write_text(json.dumps(vectors, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
