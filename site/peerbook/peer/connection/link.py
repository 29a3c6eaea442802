"""A connection over several roads [CON13, CON14]: it takes the best that is well, and changes without losing a message.

Every message has a place in its channel and is kept until the other end confirms it; what was on a road that ended,
or is in doubt, goes over another; what comes twice is dropped, what comes early waits. `connection/link.ts` in
Python. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..clock import Cancel, Clock, nothing
from ..overlay.neighbours import CHANNELS, HIGH_WATER_BYTES, Channel
from .base import OPEN, OVERRUN_BYTES, Connection, RoadName, State
from .framing import MESSAGE_BYTES
from .lane import Lane, choose_lane
from .ledger import Ledger
from .packets import Bye, Confirm, Data, Hello, Here, Packet, Question, read_packet, write_packet

_CONFIRM_MS = 100
"""A confirmation waits this long for company: ten a second at most for each neighbour."""
_CONFIRM_BYTES = 131_072
"""But for no more than this."""
_LOOK_MS = 250
"""While anything is unconfirmed or in doubt, it is looked at this often."""
_SILENT_MS = 5_000
"""A road in doubt with no other to take is said to be interrupted after this."""
LOST_MS = 30_000
"""As long as the server keeps the place of somebody whose line broke: then neither end is waited for any more."""


@dataclass(slots=True)
class _Timers:
    confirm: Cancel = nothing
    look: Cancel = nothing
    lost: Cancel = nothing


class Link(Connection):
    def __init__(self, peer: str, clock: Clock, number: int, lost_ms: float = LOST_MS) -> None:
        """``number``: 32 random bits, not 0: this link among those between the same two sessions."""
        super().__init__(peer)
        self._clock = clock
        self._number = number
        self._lost_ms = lost_ms
        self._theirs = 0
        self._road: RoadName = "relay"
        self._lane: Lane | None = None
        self._lanes: dict[Connection, Lane] = {}
        self._greeted_on: set[Connection] = set()
        self._ledgers: dict[Channel, Ledger] = {"control": Ledger(), "bulk": Ledger()}
        self._owed = 0
        self._owed_on: Lane | None = None
        self._timers = _Timers()
        self._is_confirming = self._is_looking = self._is_waiting = False
        self._wait_for_road()

    @property
    def road(self) -> RoadName:
        """The road that carries now, or carried last."""
        return self._road

    @property
    def roads(self) -> list[RoadName]:
        """Roads there are, open or not."""
        return [lane.road.road for lane in self._lanes.values()]

    def attach(self, road: Connection) -> None:
        """Takes another road in, open or on its way. It belongs to the link from now on, and is closed with it."""
        if self.state.kind == "closed":
            road.close()
            return
        # Known before it is listened to: it may have spoken already.
        lane = self._lanes[road] = Lane(road, cancels := [], self._clock.now())
        cancels.append(road.states.add(lambda _: self._changed(road)))
        cancels.append(road.on_message(lambda channel, data: self._hear(lane, channel, data)))
        if road.state.kind != "connecting":
            self._changed(road)

    def send(self, channel: Channel, message: bytes) -> None:
        if len(message) > MESSAGE_BYTES:
            raise ValueError(f"a message of {len(message)} bytes: at most {MESSAGE_BYTES} are carried in one piece")
        if self.state.kind == "closed":
            return
        self._ledgers[channel].add(message)
        self._pump()
        if sum(ledger.size for ledger in self._ledgers.values()) > OVERRUN_BYTES:
            self.close("overrun")

    def buffered_bytes(self, channel: Channel) -> int:
        return self._ledgers[channel].size

    def _pump(self) -> None:
        for channel in CHANNELS:
            ledger = self._ledgers[channel]
            # Control has its own window: a keystroke goes out while a megabyte of outputs is on its way.
            while self._lane and ledger.has_waiting and ledger.on_the_way < HIGH_WATER_BYTES:
                entry = ledger.next(self._lane.road, self._clock.now())
                self._transmit(self._lane, channel, entry.place, entry.payload)
        self._watch()

    def _release(self, *, tell: bool) -> None:
        for cancel in (self._timers.confirm, self._timers.look, self._timers.lost):
            cancel()
        lanes = list(self._lanes.values())
        self._lanes.clear()
        self._lane = None
        for lane in lanes:
            for cancel in lane.cancels:
                cancel()
            if tell:
                lane.road.send("control", write_packet(Bye()))
            lane.road.close()
        for ledger in self._ledgers.values():
            ledger.clear()

    def _changed(self, road: Connection) -> None:
        lane = self._lanes.get(road)
        if not lane:
            return
        if road.state.kind == "closed":
            for cancel in lane.cancels:
                cancel()
            del self._lanes[road]
            self._greeted_on.discard(road)
        elif road.state.kind == "open" and road not in self._greeted_on:
            self._greeted_on.add(road)
            lane.heard(self._clock.now())
            road.send("control", write_packet(Hello(self._number, self._theirs, *self._come())))
        # What a road that ended had not delivered is confirmed or sent again when the other end greets on the next.
        self._choose()

    def _hear(self, lane: Lane, channel: Channel, data: bytes) -> None:
        if self._lanes.get(lane.road) is not lane:
            return
        was_well = lane.well
        lane.heard(self._clock.now())
        packet = read_packet(data)
        match packet:
            case None:
                self.close("garbled")
            case Hello():
                self._greet(lane, packet)
            case Bye():
                self._end("other-left")
            case Question():
                lane.road.send("control", write_packet(Here(*self._come())))
            case _ if not lane.greeted:
                lane.early.append((channel, data))
            case _:
                self._take(lane, channel, packet)
        if lane.well != was_well:
            self._choose()

    def _greet(self, lane: Lane, hello: Hello) -> None:
        if hello.yours not in (0, self._number):
            return  # meant for one before this; our own greeting tells them
        if self._theirs not in (0, hello.mine):
            self.close("reset")
            return
        self._theirs = hello.mine
        lane.greeted = True
        if self._confirmed(hello.control, hello.bulk):
            early, lane.early = lane.early, []
            for channel, data in early:
                self._hear(lane, channel, data)
            self._choose()

    def _take(self, lane: Lane, channel: Channel, packet: Packet) -> None:
        match packet:
            case Data(place, control, bulk, payload):
                if not self._confirmed(control, bulk):
                    return
                ready = self._ledgers[channel].take(place, payload)
                if ready is None:
                    self.close("garbled")
                    return
                self._owe(lane, len(payload))
                for message in ready:
                    self._deliver(channel, message)
            case Confirm(control, bulk) | Here(control, bulk):
                self._confirmed(control, bulk)

    def _confirmed(self, control: int, bulk: int) -> bool:
        """The other end says how many messages it has had. False when it cannot be."""
        if not (self._ledgers["control"].confirm(control) and self._ledgers["bulk"].confirm(bulk)):
            self.close("garbled")
            return False
        self._settle_drains()
        self._pump()
        return True

    def _choose(self) -> None:
        """Takes the best road there is, and sends again what another may have lost."""
        if self.state.kind == "closed":
            return
        lane = self._lane = choose_lane(self._lanes.values(), self._lane)
        if not lane:
            self._wait_for_road()
            if self.state.kind != "connecting":
                self._become(State("interrupted", interrupted="no-road"))
            return
        self._send_again(lane)
        moved = self._road != lane.road.road
        self._road = lane.road.road
        if lane.well:
            self._timers.lost()
            self._is_waiting = False
            if self.state.kind != "open":
                self._become(OPEN)
            elif moved:
                self.states.call(self.state)
        else:
            self._wait_for_road()
        self._pump()

    def _send_again(self, lane: Lane) -> None:
        for channel in CHANNELS:
            for entry in list(self._ledgers[channel].sent):
                before = self._lanes.get(entry.road)
                if entry.road is not lane.road and not (before and before.well):
                    entry.road = lane.road
                    entry.at = self._clock.now()
                    self._transmit(lane, channel, entry.place, entry.payload)

    def _transmit(self, lane: Lane, channel: Channel, place: int, payload: bytes) -> None:
        self._owed = 0
        self._timers.confirm()
        self._is_confirming = False
        lane.road.send(channel, write_packet(Data(place, *self._come(), payload)))

    def _owe(self, lane: Lane, count: int) -> None:
        self._owed += count
        self._owed_on = lane
        if self._owed >= _CONFIRM_BYTES:
            self._confirm()
        elif not self._is_confirming:
            self._is_confirming = True
            self._timers.confirm = self._clock.after(_CONFIRM_MS, self._confirm)

    def _confirm(self) -> None:
        self._timers.confirm()
        self._is_confirming = False
        self._owed = 0
        # Back the way it came: that road is alive, whatever has become of the one we would take.
        lane = self._owed_on if self._owed_on and self._owed_on.usable else self._lane
        if lane:
            lane.road.send("control", write_packet(Confirm(*self._come())))

    def _watch(self) -> None:
        """While anything is on its way, or in doubt: does the road still answer?"""
        busy = any(ledger.sent for ledger in self._ledgers.values()) or any(
            lane.usable and (lane.asked_at is not None or not lane.well) for lane in self._lanes.values()
        )
        if busy and not self._is_looking and self.state.kind != "closed":
            self._is_looking = True
            self._timers.look = self._clock.after(_LOOK_MS, self._look)

    def _look(self) -> None:
        self._is_looking = False
        now = self._clock.now()
        lanes = [lane for lane in self._lanes.values() if lane.usable]
        well = [lane.well for lane in lanes]
        unsure = [lane.look(now, self._oldest_on(lane.road)) == "ask" for lane in lanes]
        # All at once: should this road not answer, it is known by then which other does.
        for lane in lanes if any(unsure) else ():
            lane.asked_at = now if lane.asked_at is None else lane.asked_at
            if lane.road.buffered_bytes("control") < _CONFIRM_BYTES:
                lane.road.send("control", write_packet(Question()))
        if well != [lane.well for lane in lanes]:
            self._choose()
        lane_ = self._lane
        if lane_ and not lane_.well and self.state.kind == "open" and now - lane_.heard_at >= _SILENT_MS:
            self._become(State("interrupted", interrupted="silent"))
        self._watch()

    def _oldest_on(self, road: Connection) -> float | None:
        times = [
            entry.at
            for ledger in self._ledgers.values()
            if (entry := next((each for each in ledger.sent if each.road is road), None))
        ]
        return min(times, default=None)

    def _wait_for_road(self) -> None:
        """Nothing carries: for so long it is waited."""
        if not self._is_waiting:
            self._is_waiting = True
            self._timers.lost = self._clock.after(self._lost_ms, self._give_up)

    def _give_up(self) -> None:
        self._end("unreachable" if self.state.kind == "connecting" else "lost")

    def _come(self) -> tuple[int, int]:
        return self._ledgers["control"].come, self._ledgers["bulk"].come
