"""Writes `class.json`, the golden vectors of founding records, links, recovery files and owners: run only when CLS6-9
change.

`good`: keys and what follows from them. `links`, `files`: what is none, with the fault of a file. `owners`: what an
owner's link hands over, null for nothing.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

from peerbook.peer.crypto import Signer
from peerbook.peer.founding import found_class, lecture_of, link_of, read_founding, read_link
from peerbook.peer.owner import read_owner
from peerbook.peer.recovery import Recovery, RecoveryFault, read_recovery, write_recovery
from peerbook.peer.secret import Secret


def recovery_of(seed: int, workshop: str) -> Recovery:
    secret = Secret(bytes([seed]) * 32)
    founding = found_class(
        Signer(bytes([seed + 1]) * 32).key, Signer(secret.reveal()).key, lambda size: bytes([seed + 2]) * size
    )
    return Recovery(secret, founding, bytes([seed + 3]) * 16, workshop)


GOOD = {
    "a class": recovery_of(0x10, "welcome"),
    "a class of a workshop in another script": recovery_of(0xF0, "einführung-in-Δ"),
    "a class of small numbers": recovery_of(0, "a"),
}


def row(title: str, recovery: Recovery) -> dict[str, str]:
    founding = recovery.founding
    link = link_of(founding.class_id, recovery.join_secret)
    assert read_link(link.code) == link
    assert read_founding(founding.class_id, founding.record) == founding
    return {
        "title": title,
        "owner_key": founding.owner_key.hex(),
        "recovery_key": founding.recovery_key.hex(),
        "random": founding.record[-16:].hex(),
        "record": founding.record.hex(),
        "class": founding.class_id.hex(),
        "join_secret": recovery.join_secret.hex(),
        "code": link.code,
        "room": link.room,
        "everyone": link.everyone,
        "lecture": lecture_of(founding.class_id),
        "recovery_seed": recovery.seed.reveal().hex(),
        "workshop": recovery.workshop,
        "file": write_recovery(recovery),
    }


def links() -> dict[str, str]:
    code = row("", GOOD["a class"])["code"]
    return {
        "nothing": "",
        "the last character cut off": code[:-1],
        "the first character cut off": code[1:],
        "a character too many": code + "A",
        "two characters changed round": code[:7] + code[8] + code[7] + code[9:],
        "another spelling of the last bits": code[:-1] + chr(ord(code[-1]) + 1),
        "the other alphabet": "+/" + code[2:],
        "a link of before there were keys": "AAECAwQFBgcICQoLDA0OD_tX",
        "digits of another script": "\u0661" * 46,
    }


def files() -> dict[str, tuple[str, RecoveryFault]]:
    text, other = write_recovery(GOOD["a class"]), write_recovery(GOOD["a class of small numbers"])
    lines = text.split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith(" 4  "))

    def with_row(line: str) -> str:
        return "\n".join([*lines[:at], line, *lines[at + 1 :]])

    return {
        "nothing": ("", RecoveryFault("other")),
        "another version": (text.replace("file 1", "file 2"), RecoveryFault("other")),
        "no workshop": (text.replace("Workshop: welcome", ""), RecoveryFault("workshop")),
        "a workshop with a hidden character": (text.replace("welcome", "wel\u200bcome"), RecoveryFault("workshop")),
        "a row missing": (with_row(""), RecoveryFault("missing", 4)),
        "a row cut": (with_row(lines[at][:-2]), RecoveryFault("mistyped", 4)),
        "a row mistyped": (with_row(lines[at][:-1] + "@"), RecoveryFault("mistyped", 4)),
        "a row in another's place": (with_row(lines[at + 2].replace(" 6", " 4")), RecoveryFault("mistyped", 4)),
        "a row twice": (with_row(lines[at] + "\n" + other.split("\n")[at]), RecoveryFault("twice", 4)),
        "rows of two files": (with_row(other.split("\n")[at]), RecoveryFault("mixed")),
        "another workshop": (text.replace("welcome", "Welcome"), RecoveryFault("mixed")),
    }


def owner_row(title: str, text: str) -> dict[str, Any]:
    owner = read_owner(text)
    if owner is None:
        return {"title": title, "given": text, "owner": None}
    seeds = {"root": owner.root, "device": owner.device, "recovery": owner.recovery}
    says = {
        **{name: seed.reveal().hex() for name, seed in seeds.items()},
        "record": owner.founding.record.hex(),
        "class": owner.founding.class_id.hex(),
        "key": owner.key.hex(),
        "statement": owner.statement.data.hex(),
    }
    return {"title": title, "given": text, "owner": says}


def owners() -> dict[str, str]:
    data = (
        bytes(seed for start in (0x20, 0x40, 0x60) for seed in [start] * 32) + bytes([0x80]) * 16 + bytes([0xA0]) * 32
    )
    whole = base64.urlsafe_b64encode(data).decode()
    return {
        "an owner": whole,
        "an owner with both signs of base64url": "-_" * 96,
        "the last character cut off": whole[:-1],
        "a character too many": whole + "A",
        "the other alphabet": "+/" + whole[2:],
        "nothing": "",
    }


def main() -> None:
    vectors: dict[str, list[dict[str, Any]]] = {
        "good": [row(title, recovery) for title, recovery in GOOD.items()],
        "links": [{"title": title, "given": given} for title, given in links().items()],
        "files": [],
        "owners": [owner_row(title, text) for title, text in owners().items()],
    }
    assert not [title for title, given in links().items() if read_link(given)]
    for title, (text, fault) in files().items():
        assert read_recovery(text) == fault, (title, read_recovery(text))
        said = {name: value for name, value in dataclasses.asdict(fault).items() if value is not None}
        vectors["files"].append({"title": title, "text": text, "fault": said})
    Path(__file__).with_name("class.json").write_text(json.dumps(vectors, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
