"""What is kept for a while, all of it equally long: so the first to come is the first to go. Pure."""

from __future__ import annotations

from itertools import takewhile


class Deadlines(dict[tuple[str, str], float]):
    """(session, room) -> the moment it ends, in seconds, in order of time."""

    def take_due(self, now: float) -> list[tuple[str, str]]:
        """Those whose time has come, taken out, in order."""
        due = list(takewhile(lambda key: self[key] <= now, self))
        for key in due:
            del self[key]
        return due
