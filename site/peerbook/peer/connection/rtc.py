"""From here to a browser, over aiortc's RTCPeerConnection [CON10]. A shell, and the only module that needs aiortc.

aiortc knows neither rollback nor ICE restarts: who gives way in a glare begins with a new connection under the same
number, and one that failed is ended and opened anew, while the relay carries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from ..clock import Clock, nothing
from ..loop import Background
from ..overlay.neighbours import CHANNELS, Channel
from .base import OPEN, State
from .direct import Create, DirectConnection
from .signals import Candidate, Description, Signal

_CARRIED_BYTES = 262_144
"""What may wait in a data channel; as in `connection/webrtc.ts`."""
_CARRIED_LOW_BYTES = 65_536
_AGAIN_MS = 3_000
"""Signals may be lost: an offer without an answer is said again after this."""


def rtc_creator(session: str, clock: Clock, background: Background) -> Create:
    """Makes direct connections of this session's."""

    def create(peer: str, calls: bool, number: int, send: Callable[[Signal], object]) -> DirectConnection:
        return RtcConnection(peer, session, calls, number, send, clock, background)

    return create


class RtcConnection(DirectConnection):
    def __init__(
        self,
        peer: str,
        session: str,
        calls: bool,
        number: int,
        send: Callable[[Signal], object],
        clock: Clock,
        background: Background,
    ) -> None:
        super().__init__(peer, number, send)
        self._is_polite = session < peer
        self._clock = clock
        self._background = background
        self._channels: dict[Channel, RTCDataChannel] = {}
        self._too_early: list[Candidate] = []
        self._answered = ""
        self._cancel_again = nothing
        self._heard: asyncio.Queue[Signal | None] = asyncio.Queue()
        self._pc = self._make()
        self._task = background.start(self._run(calls))

    def _take_signal(self, signal: Signal) -> None:
        self._heard.put_nowait(signal)

    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        carrier = self._channels.get(channel)
        if not carrier or carrier.readyState != "open" or carrier.bufferedAmount >= _CARRIED_BYTES:
            return False
        carrier.send(frame)
        return True

    def _carried_bytes(self, channel: Channel) -> int:
        carrier = self._channels.get(channel)
        return carrier.bufferedAmount if carrier else 0

    def _release(self, *, tell: bool) -> None:
        self._cancel_again()
        if tell and self.state.kind != "open":
            self._say(bye=True)
        self._channels.clear()
        self._heard.put_nowait(None)
        self._background.start(self._pc.close())

    def _make(self) -> RTCPeerConnection:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        pc.on("connectionstatechange", lambda: self._changed(pc))
        return pc

    async def _run(self, calls: bool) -> None:
        """Takes what is heard in order, one after the other, until it is over."""
        try:
            if calls:
                await self._offer()
        except Exception:  # closed meanwhile, or no network to offer anything on
            self.close("unreachable")
        while (signal := await self._heard.get()) is not None:
            try:
                await self._take(signal)
            except Exception:  # a description or a candidate that is none: whoever made it says another
                if self.state.kind == "connecting" and signal.description:
                    self.close("unreachable")

    async def _offer(self) -> None:
        self._open_channels()
        pc = self._pc
        await pc.setLocalDescription(await pc.createOffer())
        self._say_description()
        self._cancel_again = self._clock.after(_AGAIN_MS, self._offer_again)

    def _offer_again(self) -> None:
        if self.state.kind == "connecting" and self._pc.signalingState == "have-local-offer":
            self._say_description()
            self._cancel_again = self._clock.after(_AGAIN_MS, self._offer_again)

    async def _take(self, signal: Signal) -> None:
        if self.state.kind == "closed":
            return
        if signal.bye:
            self._end("other-left")
            return
        if signal.description:
            if not await self._take_description(signal.description):
                return
            early, self._too_early = self._too_early, []
            for candidate in early:
                await self._add(candidate)
        for candidate in signal.candidates:
            if self._pc.remoteDescription:
                await self._add(candidate)
            else:
                self._too_early.append(candidate)

    async def _take_description(self, description: Description) -> bool:
        """Perfect negotiation: when both offer, the polite takes its own back, the other ignores what came."""
        if description.type == "answer":
            if self._pc.signalingState != "have-local-offer":
                return False  # an answer said twice
            await self._pc.setRemoteDescription(RTCSessionDescription(description.sdp, "answer"))
            return True
        if self._pc.signalingState != "stable":
            if not self._is_polite:
                return False
            await self._begin_anew()
        if description.sdp == self._answered:
            self._say_description()  # the answer was lost
            return True
        if self._answered:
            self.close("lost")  # an ICE restart: another connection is opened instead
            return False
        await self._pc.setRemoteDescription(RTCSessionDescription(description.sdp, "offer"))
        self._open_channels()
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        self._answered = description.sdp
        self._say_description()
        return True

    async def _begin_anew(self) -> None:
        before, self._pc = self._pc, self._make()
        self._channels.clear()
        await before.close()

    def _open_channels(self) -> None:
        pc = self._pc
        for id_, channel in enumerate(CHANNELS):
            carrier = pc.createDataChannel(channel, negotiated=True, id=id_, ordered=True)
            carrier.bufferedAmountLowThreshold = _CARRIED_LOW_BYTES
            carrier.on("open", lambda: self._changed(pc))
            carrier.on("close", lambda: self._other_closed(pc))
            carrier.on("bufferedamountlow", self._pump)
            carrier.on("message", lambda data: self._receive(data if isinstance(data, bytes) else b""))
            self._channels[channel] = carrier

    async def _add(self, candidate: Candidate) -> None:
        text = candidate.candidate.removeprefix("candidate:")
        if not text:
            return
        parsed = candidate_from_sdp(text)
        parsed.sdpMid, parsed.sdpMLineIndex = candidate.sdp_mid, candidate.sdp_line
        await self._pc.addIceCandidate(parsed)

    def _changed(self, pc: RTCPeerConnection) -> None:
        if pc is not self._pc or self.state.kind == "closed":
            return
        opened = [carrier.readyState == "open" for carrier in self._channels.values()]
        match pc.connectionState:
            case "connected" if opened and all(opened):
                self._cancel_again()
                self._become(OPEN)
            case "disconnected" if self.state.kind == "open":
                self._become(State("interrupted", interrupted="silent"))
            case "failed" | "closed":
                self.close("lost")

    def _other_closed(self, pc: RTCPeerConnection) -> None:
        if pc is self._pc:
            self._end("other-left")

    def _say_description(self) -> None:
        local = self._pc.localDescription
        if local:
            kind: Literal["offer", "answer"] = "offer" if local.type == "offer" else "answer"
            self._say(description=Description(kind, local.sdp))

    def _say(self, description: Description | None = None, *, bye: bool = False) -> None:
        self._send_signal(Signal(self.number, self.theirs or 0, description, bye=bye))
