"""Who wants to hear of something: called in order; a listener that raises harms nobody [CON6]. Pure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVarTuple

from .clock import Cancel

Said = TypeVarTuple("Said")
_log = logging.getLogger(__name__)


class Listeners(Generic[*Said]):
    def __init__(self) -> None:
        self._listeners: list[Callable[[*Said], object]] = []

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Callable[[*Said], object]) -> Cancel:
        """The result takes the listening back."""
        self._listeners.append(listener)

        def cancel() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return cancel

    def call(self, *said: *Said) -> None:
        for listener in list(self._listeners):
            if listener in self._listeners:
                try:
                    listener(*said)
                except Exception:
                    _log.exception("a listener failed")
