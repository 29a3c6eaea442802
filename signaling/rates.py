"""Token buckets as one number each: the moment at which the bucket would be full again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .settings import Settings

DELIVERY_BYTES = 4_096
"""A delivery larger than this counts as several: past it the copying costs more than the call."""
HEAVY = 20.0
"""Frames that a message to a whole room counts as: at the default rate five such messages a second."""


@dataclass(slots=True)
class Rates:
    """What one connection has used. ``wait`` tells how long not to read from it."""

    frames: float = 0.0
    bytes: float = 0.0
    deliveries: float = 0.0

    def receive(self, settings: Settings, size: int, now: float) -> None:
        """A frame of ``size`` bytes came in."""
        self.frames = max(self.frames, now) + 1 / settings.frames_per_second
        self.bytes = max(self.bytes, now) + size / settings.bytes_per_second

    def trouble(self, settings: Settings) -> None:
        """It concerns everybody in the room."""
        self.frames += (HEAVY - 1) / settings.frames_per_second

    def deliver(self, settings: Settings, receivers: int, size: int, now: float) -> None:
        """It is passed on to so many."""
        cost = receivers * (1 + size // DELIVERY_BYTES)
        self.deliveries = max(self.deliveries, now) + cost / settings.deliveries_per_second

    def wait(self, settings: Settings, now: float) -> float:
        """Seconds until the connection is within its rates again; 0 when it is."""
        return max(
            0.0,
            self.frames - now - settings.frames_burst / settings.frames_per_second,
            self.bytes - now - settings.bytes_burst / settings.bytes_per_second,
            self.deliveries - now - settings.deliveries_burst / settings.deliveries_per_second,
        )
