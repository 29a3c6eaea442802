"""Every limit and choice of the signaling server, in one table; docs/signaling.md is the same table for people.

Read from the environment, `PEERBOOK_SIGNALING_<NAME>`; a value that cannot be, or a name nobody knows, is one error
in words. Pure: the environment is passed in.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import protocol

PREFIX = "PEERBOOK_SIGNALING_"


class SettingsError(ValueError):
    """A setting that cannot be: ``where`` names the variable, ``remedy`` says what it may be."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}. {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


def _of(default: Any, about: str, least: float = 0, most: float = math.inf) -> Any:
    return dataclasses.field(default=default, metadata={"about": about, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Sizes in bytes, times in seconds, rates per second; bursts are what a rest saves up."""

    origins: tuple[str, ...] = _of(
        (), "Sites whose pages may connect, separated by spaces: `https://school.example`; `*` for any. The host that "
        "serves the site may always.",
    )  # fmt: skip
    connections: int = _of(20_000, "Connections at once.", 1)
    connections_per_address: int = _of(
        5_000, "Connections from one address. Not below 2,000: a school is one address.", 2_000
    )
    rooms_per_connection: int = _of(4, "Rooms a connection may be in: a page is in one class, or changes it.", 1)
    members_per_room: int = _of(2_000, "People in a room.", 2)
    topics_per_connection: int = _of(
        256, "Topics a connection may follow: a notebook is one, and one for the outputs of each person looked at.", 1
    )
    topics_per_room: int = _of(20_000, "Topics of a room.", 1)
    control_bytes: int = _of(protocol.CONTROL_BYTES, "A text frame.", 4_096)
    payload_bytes: int = _of(protocol.PAYLOAD_BYTES, "What a relayed frame carries.", 1_024, 1_048_576)
    frames_per_second: float = _of(
        100, "Frames read from a connection. Who sends more is read more slowly. Entering a room, changing a record "
        "and asking for introductions count as 20.", 1,
    )  # fmt: skip
    frames_burst: float = _of(1_000, "Frames read at once after a rest.", 100)
    bytes_per_second: float = _of(1_048_576, "Bytes read from a connection.", 1_024)
    bytes_burst: float = _of(8_388_608, "Bytes read at once after a rest: a late joiner's 5 MB go through.", 65_536)
    deliveries_per_second: float = _of(
        20_000, "Deliveries caused by a connection: a frame counts once for each receiver and 4 KiB.", 100
    )
    deliveries_burst: float = _of(100_000, "Deliveries at once after a rest.", 2_000)
    queue_bytes: int = _of(8_388_608, "Waiting for a slow connection, before it is dropped.", 262_144)
    queue_seconds: float = _of(20, "How long something may wait for a slow connection, before it is dropped.", 1)
    queue_total_bytes: int = _of(268_435_456, "Waiting for all slow connections together.", 8_388_608)
    hello_seconds: float = _of(10, "From the connection to its hello.", 1)
    ping_seconds: float = _of(25, "Silence after which the server asks. Proxies cut at 60.", 1)
    silence_seconds: float = _of(60, "Silence after which the connection is given up.", 2)
    grace_seconds: float = _of(30, "How long the place of somebody whose connection broke is kept.")
    roster_seconds: float = _of(0.25, "At most one message about coming and going in this time.", 0.05)
    return_seconds: float = _of(10, "Within this time all come back after a restart, each at a random moment.")
    seen_per_topic: int = _of(256, "Hashes remembered for each topic, to drop duplicates.", 1)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "origins":
                for origin in value:
                    _check_origin(origin)
                continue
            least, most = field.metadata["least"], field.metadata["most"]
            if not math.isfinite(value) or not least <= value <= most:
                upper = "" if most == math.inf else f" and at most {most:,}"
                remedy = f"It must be at least {least:,}{upper}."
                raise SettingsError(variable(field.name), f"{value} cannot be", remedy)
        if self.silence_seconds <= self.ping_seconds:
            raise SettingsError(
                variable("silence_seconds"),
                f"{self.silence_seconds:g} is not longer than {variable('ping_seconds')}, {self.ping_seconds:g}",
                "A page needs time to answer before it is given up.",
            )

    @property
    def told(self) -> dict[str, int]:
        """The limits that a page is told of."""
        return {
            "control_bytes": self.control_bytes,
            "payload_bytes": self.payload_bytes,
            "rooms": self.rooms_per_connection,
            "topics": self.topics_per_connection,
        }


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of this environment. Raises :class:`SettingsError`."""
    fields = {variable(field.name): field for field in dataclasses.fields(Settings)}
    values: dict[str, Any] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        if name not in fields:
            raise SettingsError(name, "there is no such setting", "docs/signaling.md lists them.")
        field, text = fields[name], environment[name].strip()
        if field.name == "origins":
            values[field.name] = tuple(text.split())
            continue
        try:
            values[field.name] = int(text) if field.type == "int" else float(text)
        except ValueError:
            kind = "a whole number" if field.type == "int" else "a number"
            raise SettingsError(name, f"'{text[:40]}' is not {kind}", f"For example {field.default}.") from None
    return Settings(**values)


def _check_origin(origin: str) -> None:
    if origin == "*":
        return
    try:
        parts = urlsplit(origin)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid or origin.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        raise SettingsError(
            variable("origins"), f"'{origin[:80]}' is not the address of a site", "For example https://school.example"
        )
