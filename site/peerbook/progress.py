"""Long work says what it is doing: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Protocol

BAR_CELLS = 24
REDRAW_SECONDS = 0.1
"""Ten times a second is as often as an eye can use."""


class Task(Protocol):
    """One piece of work under way."""

    def advance(self, amount: int = 1) -> None:
        """Say that ``amount`` more of the task's unit is done."""


class Progress(Protocol):
    """Where work reports itself. Pure code takes one of these and never prints."""

    def task(self, words: str, total: int | None = None, unit: str = "") -> AbstractContextManager[Task]:
        """Announce work in ``words``; ``total`` in ``unit`` ("" counts, "bytes" is shown as MB), None if unknown."""

    def say(self, words: str) -> None:
        """Say one line that stays."""


class Silent:
    """Reports nothing: for tests and for callers that show their own."""

    @contextmanager
    def task(self, words: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        yield _SilentTask()

    def say(self, words: str) -> None:
        return None


class _SilentTask:
    def advance(self, amount: int = 1) -> None:
        return None


class Terminal:
    """A bar that redraws itself on a terminal; one line at the start and one at the end of each task elsewhere."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()

    def say(self, words: str) -> None:
        print(words, file=self._stream, flush=True)

    @contextmanager
    def task(self, words: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        started = time.monotonic()
        task = _TerminalTask(self._stream, words, total, unit, self._live)
        if self._live:
            task.draw()
        else:
            self.say(f"{words} ...")
        try:
            yield task
        except BaseException:
            if self._live:
                self._stream.write("\n")
            raise
        seconds = time.monotonic() - started
        ending = f"{words}: {task.amount_in_words()}{seconds:.1f} s"
        if self._live:
            self._stream.write(f"\r\033[K{ending}\n")
            self._stream.flush()
        elif seconds >= 1:
            self.say(f"  {ending}")


class _TerminalTask:
    def __init__(self, stream: IO[str], words: str, total: int | None, unit: str, live: bool) -> None:
        self._stream, self._words, self._total, self._unit, self._live = stream, words, total, unit, live
        self._done = 0
        self._drawn = 0.0

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        if self._live and time.monotonic() - self._drawn >= REDRAW_SECONDS:
            self.draw()

    def draw(self) -> None:
        self._drawn = time.monotonic()
        bar = ""
        if self._total:
            filled = min(BAR_CELLS, self._done * BAR_CELLS // self._total)
            bar = f" [{'#' * filled}{'.' * (BAR_CELLS - filled)}]"
        self._stream.write(f"\r\033[K{self._words}{bar} {self.amount_in_words().rstrip(', ')}")
        self._stream.flush()

    def amount_in_words(self) -> str:
        if not self._done:
            return ""
        if self._unit == "bytes":
            of = f" of {self._total / 1e6:.1f}" if self._total else ""
            return f"{self._done / 1e6:.1f}{of} MB, "
        of = f" of {self._total}" if self._total else ""
        return f"{self._done}{of}{' ' + self._unit if self._unit else ''}, "
