"""What all roads have in common: messages cut to frames, waiting in order, control before bulk. Pure."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque

from ..overlay.neighbours import CHANNELS, Channel
from .base import OVERRUN_BYTES, Connection, RoadName
from .framing import Assembler, FrameFault, split_message


class RoadConnection(Connection):
    def __init__(self, peer: str, road: RoadName) -> None:
        super().__init__(peer)
        self._road: RoadName = road
        self.fault: FrameFault | None = None
        """What was wrong with what came, once it was `garbled`."""
        self._assembler = Assembler()
        self._waiting: dict[Channel, deque[bytes]] = {"control": deque(), "bulk": deque()}
        self._waiting_bytes: dict[Channel, int] = {"control": 0, "bulk": 0}

    @property
    def road(self) -> RoadName:
        return self._road

    def send(self, channel: Channel, message: bytes) -> None:
        frames = split_message(channel, message)
        if self.state.kind == "closed":
            return
        self._waiting[channel].extend(frames)
        self._waiting_bytes[channel] += sum(map(len, frames))
        self._pump()
        if sum(self._waiting_bytes.values()) > OVERRUN_BYTES:
            self.close("overrun")

    def buffered_bytes(self, channel: Channel) -> int:
        return 0 if self.state.kind == "closed" else self._waiting_bytes[channel] + self._carried_bytes(channel)

    @abstractmethod
    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        """Takes the frame if there is room for it now; whoever says no calls `_pump` when there is. Only while open."""

    def _carried_bytes(self, channel: Channel) -> int:
        """Bytes taken by `_transmit` that have not left."""
        return 0

    def _pump(self) -> None:
        for channel in CHANNELS:
            queue = self._waiting[channel]
            while queue and self.state.kind == "open" and self._transmit(channel, queue[0]):
                self._waiting_bytes[channel] -= len(queue.popleft())
        self._settle_drains()

    def _receive(self, frame: bytes) -> None:
        if self.state.kind == "closed":
            return
        result = self._assembler.take(frame)
        if isinstance(result, str):
            self.fault = result
            self.close("garbled")
        elif result is not None:
            self._deliver(*result)
