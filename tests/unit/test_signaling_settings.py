"""The settings table, and that documents say what the code does."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from peerbook.cli import main
from signaling import protocol
from signaling.refusals import Reason
from signaling.settings import Settings, SettingsError, read_settings, variable

DOCS = Path(__file__).parents[2] / "docs"
UNIT = Path(__file__).parent


def test_every_setting_is_documented_with_its_default_and_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", (DOCS / "signaling.md").read_text(), re.MULTILINE)
    expected = []
    for field in dataclasses.fields(Settings):
        default = "(none)" if field.name == "origins" else f"{field.default:,}"
        expected.append((variable(field.name), default, field.metadata["about"]))
    assert rows == expected


def test_every_reason_is_in_the_specification_with_its_code_and_words() -> None:
    specification = (DOCS / "SPEC.md").read_text()
    for reason in Reason:
        code = f"HTTP {reason.code}" if reason.code in (403, 503) else str(reason.code or "")
        assert f"| `{reason.wire}` | {code} | {reason.words} |" in specification, reason
        assert len(reason.wire.encode()) <= 123  # what a close frame carries
    assert len({reason.wire for reason in Reason}) == len(Reason)


def test_every_message_of_a_page_is_in_the_specification() -> None:
    section = (DOCS / "SPEC.md").read_text().split("### From the page")[1].split("### From the server")[0]
    documented = set(re.findall(r"`(\w+) \{", section))
    assert documented == set(protocol._PARSERS)


def test_every_rule_of_the_section_is_held_by_a_test() -> None:
    rules = set(re.findall(r"\*\*\[SIG(\d+)\]\*\*", (DOCS / "SPEC.md").read_text()))
    tests = "\n".join(path.read_text() for path in UNIT.glob("test_signaling*.py"))
    held = set(re.findall(r"def test_sig(\d+)_", tests))
    assert rules == held
    assert rules == {str(number) for number in range(1, len(rules) + 1)}


def test_limits_that_both_languages_read_are_the_servers() -> None:
    limits = json.loads((DOCS / "protocol.json").read_text())
    defaults = Settings()
    assert limits["signaling_version"] == protocol.VERSION
    assert limits["frame_bytes"] == protocol.CONTROL_BYTES == defaults.control_bytes
    assert limits["envelope_bytes"] == protocol.PAYLOAD_BYTES == defaults.payload_bytes
    assert limits["record_chars"] == protocol.RECORD_CHARS
    assert limits["signal_chars"] == protocol.SIGNAL_CHARS
    assert limits["ids_per_message"] == protocol.IDS_PER_MESSAGE
    assert (limits["target_degree"], limits["max_degree"]) == (protocol.TARGET_DEGREE, protocol.MAX_DEGREE)
    assert limits["room_members"] == defaults.members_per_room


def test_the_environment_sets_what_it_names() -> None:
    settings = read_settings(
        {
            "PEERBOOK_SIGNALING_MEMBERS_PER_ROOM": "30",
            "PEERBOOK_SIGNALING_GRACE_SECONDS": " 2.5 ",
            "PEERBOOK_SIGNALING_ORIGINS": "https://school.example  http://localhost:8000",
            "PEERBOOK_BROWSER": "/usr/bin/chromium",
            "HOME": "/root",
        }
    )
    assert settings.members_per_room == 30
    assert settings.grace_seconds == 2.5
    assert settings.origins == ("https://school.example", "http://localhost:8000")
    assert settings == dataclasses.replace(
        Settings(), members_per_room=30, grace_seconds=2.5, origins=("https://school.example", "http://localhost:8000")
    )
    assert read_settings({}) == Settings()


def test_serve_says_which_setting_is_wrong_before_it_does_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEERBOOK_SIGNALING_MEMBERS_PER_ROOM", "lots")
    assert main(["serve", "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert "PEERBOOK_SIGNALING_MEMBERS_PER_ROOM: 'lots' is not a whole number" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("MEMBERS_PER_ROOM", "many", "'many' is not a whole number. For example 2000."),
        ("MEMBERS_PER_ROOM", "2.5", "'2.5' is not a whole number."),
        ("MEMBERS_PER_ROOM", "1", "1 cannot be. It must be at least 2."),
        ("GRACE_SECONDS", "", "'' is not a number."),
        ("GRACE_SECONDS", "-1", "-1.0 cannot be. It must be at least 0."),
        ("GRACE_SECONDS", "nan", "nan cannot be."),
        ("FRAMES_PER_SECOND", "inf", "inf cannot be."),
        ("PAYLOAD_BYTES", "9999999", "9999999 cannot be. It must be at least 1,024 and at most 1,048,576."),
        ("CONNECTIONS_PER_ADDRESS", "100", "100 cannot be. It must be at least 2,000."),
        ("SILENCE_SECONDS", "20", "20 is not longer than PEERBOOK_SIGNALING_PING_SECONDS, 25."),
        (
            "ORIGINS",
            "school.example",
            "'school.example' is not the address of a site. For example https://school.example",
        ),
        ("ORIGINS", "https://school.example/path", "'https://school.example/path' is not the address of a site."),
        ("ORIGINS", "https://school.example:x", "'https://school.example:x' is not the address of a site."),
        ("MEMBER_PER_ROOM", "30", "there is no such setting. docs/signaling.md lists them."),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence_naming_it(name: str, value: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"PEERBOOK_SIGNALING_{name}": value})
    assert str(caught.value).startswith(f"PEERBOOK_SIGNALING_{name}: {what}")
