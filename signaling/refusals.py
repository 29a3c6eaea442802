"""Why the server says no: a closed set, the same words in the specification, the code, the counts and the page.

Pure: part of the message grammar. A fatal reason closes the connection with its code; the others answer one request.
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A reason: its name on the wire, the close code when it ends the connection (0: it does not), and the words."""

    VERSION = ("version", 4001, "This page is of another version than the server. Reload the page.")
    GARBLED = ("garbled", 4002, "The server could not read a message of this page.")
    TOO_LARGE = ("too-large", 4003, "A message of this page is larger than the server takes.")
    NO_HELLO = ("no-hello", 4004, "The page did not introduce itself.")
    TOO_SLOW = ("too-slow", 4005, "This connection is too slow to keep up. The page comes back by itself.")
    SILENT = ("silent", 4006, "Nothing was heard from this page for a while. The page comes back by itself.")
    TAKEN = ("session-taken", 4007, "Another page uses this session. Reload the page.")
    REPLACED = ("replaced", 4008, "This page has connected anew.")
    BROKEN = ("server-error", 1011, "The server made a mistake. The page comes back by itself.")
    RESTARTING = ("restarting", 1012, "The server restarts. The page comes back by itself.")
    ROOM_FULL = ("room-full", 0, "This class is full.")
    TOO_MANY_ROOMS = ("too-many-rooms", 0, "This page is in as many classes as one page may be.")
    TOO_MANY_TOPICS = ("too-many-topics", 0, "This page follows as many documents as one page may.")
    NOT_IN_ROOM = ("not-in-room", 0, "This page is not in that class.")
    NOT_HERE = ("not-here", 0, "That person is not here at the moment.")
    NOT_SUBSCRIBED = ("not-subscribed", 0, "This page does not follow that document.")
    ORIGIN = ("origin", 403, "Pages of that site may not use this server.")
    SERVER_FULL = ("server-full", 503, "The server has as many connections as it takes. Try again in a minute.")

    def __init__(self, wire: str, code: int, words: str) -> None:
        self.wire = wire
        self.code = code
        self.words = words

    @property
    def fatal(self) -> bool:
        """Whether the connection ends with it."""
        return self.code != 0


class RefusedError(Exception):
    """A message that is not accepted: ``reason`` and, for whoever writes a client, the field and what it must be."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.wire}: {detail}" if detail else reason.wire)
        self.reason = reason
        self.detail = detail
