"""Writes `invitation.json`, the golden vectors of invite links: run only when a CLS rule of SPEC.md changes.

`good`: a secret and what follows from it. `bad`: what is no code, with the reason as a title.
"""

from __future__ import annotations

import json
from pathlib import Path

from peerbook.peer.invitation import Invitation, make_invitation, read_code

SECRETS = {
    "zeros": bytes(16),
    "ones": b"\xff" * 16,
    "counted": bytes(range(16)),
    "with both signs of base64url": bytes.fromhex("fbefbefbefbefbefbefbefbefbefbeff"),
}


def row(title: str, secret: bytes) -> dict[str, str]:
    made: Invitation = make_invitation(lambda size: secret[:size])
    return {
        "title": title,
        "secret": secret.hex(),
        "code": made.code,
        "room": made.room,
        "class": made.id.hex(),
        "everyone": made.everyone,
    }


def main() -> None:
    good = [row(title, secret) for title, secret in SECRETS.items()]
    code = next(each["code"] for each in good if each["title"] == "counted")
    bad = {
        "nothing": "",
        "the last character cut off": code[:-1],
        "the first character cut off": code[1:],
        "a character too many": code + "A",
        "another case": code.swapcase(),
        "two characters changed round": code[:5] + code[6] + code[5] + code[7:],
        "a mistyped check": code[:-1] + ("A" if code[-1] != "A" else "B"),
        "the other alphabet": "+/" + code[2:],
        "a full stop behind": code[:-1] + ".",
        "digits of another script": "\u0661" * 24,
    }
    assert not [title for title, given in bad.items() if read_code(given)]
    rows = {"good": good, "bad": [{"title": title, "given": given} for title, given in bad.items()]}
    Path(__file__).with_name("invitation.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
