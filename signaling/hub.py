"""The server's state and what changes it: events in, effects out. Pure: no socket, no clock, randomness passed in.

A session is in rooms; a connection carries a session. When a connection breaks, its session's places are kept for a
grace period, shown as away at once. Nothing outlives the process: pages come back and say everything again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hmac import compare_digest
from random import Random
from typing import Any

from . import protocol
from .connection import Connection, Session
from .deadlines import Deadlines
from .events import Binary, Close, Closed, Effect, Event, Opened, Overrun, Send, Stopping, Text, Tick, Wait
from .refusals import Reason, RefusedError
from .room import Room
from .settings import Settings

GOODBYES = (1000, 1001)
"""Close codes of a page that leaves: it closes on purpose, or is closed. Anything else may be a broken line."""
SHORTEST_WAIT = 0.001
LOOK_SECONDS = 1.0
"""How often connections are looked at for silence."""


class Hub:
    """One process's rooms. :meth:`handle` is all there is; everything else reads."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self.settings = settings
        self.refused: Counter[str] = Counter()
        """Reasons, by name, with how often."""
        self.delivered = 0
        self._random = random
        self._connections: dict[int, Connection] = {}
        self._sessions: dict[str, Session] = {}
        self._rooms: dict[str, Room] = {}
        self._away, self._claims = Deadlines(), Deadlines()
        """When a place is given up, and when connections somebody says to have count no more."""
        self._looked = float("-inf")
        self._effects: list[Effect] = []

    def counts(self) -> dict[str, int]:
        """How much of everything; no names."""
        return {
            "connections": len(self._connections),
            "rooms": len(self._rooms),
            "members": sum(len(room.members) for room in self._rooms.values()),
            "topics": sum(len(room.topics) for room in self._rooms.values()),
            "delivered": self.delivered,
        }

    @property
    def idle(self) -> bool:
        """Nothing to do for a tick."""
        return not self._connections and not self._rooms and not self._sessions

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Take in what happened at ``now`` (seconds, monotonic) and return what is to be done, in order."""
        match event:
            case Binary() | Text():
                if connection := self._connections.get(event.connection):
                    self._receive(connection, event, now)
            case Opened(number):
                self._connections[number] = Connection(number, now, now)
            case Closed(number, code):
                if connection := self._connections.pop(number, None):
                    self._detach(connection, now, for_good=code in GOODBYES)
            case Overrun(number):
                if connection := self._connections.get(number):
                    self._drop(connection, RefusedError(Reason.TOO_SLOW), now)
            case Tick():
                self._tick(now)
            case Stopping():
                for connection in list(self._connections.values()):
                    self._effects.append(Close(connection.number, Reason.RESTARTING))
        effects, self._effects = self._effects, []
        return effects

    # -- frames

    def _receive(self, connection: Connection, event: Text | Binary, now: float) -> None:
        connection.heard, connection.asked = now, False
        about: dict[str, str] = {}
        try:
            if isinstance(event, Binary):
                self._relay(connection, event.data, now)
            else:
                connection.rates.receive(self.settings, len(event.text), now)
                if len(event.text) > self.settings.control_bytes:
                    raise RefusedError(Reason.TOO_LARGE, f"a text frame may have {self.settings.control_bytes} bytes")
                message = protocol.parse_text(event.text)
                about = {"about": type(message).__name__.lower()}
                for name in ("room", "to"):
                    if isinstance(found := getattr(message, name, None), str):
                        about[name] = found
                if connection.session is None and not isinstance(message, protocol.Hello):
                    raise RefusedError(Reason.NO_HELLO)
                _HANDLERS[type(message)](self, connection, message, now)
        except RefusedError as refusal:
            self._refuse(connection, refusal, about, now)
        if (seconds := connection.rates.wait(self.settings, now)) > SHORTEST_WAIT:
            self._effects.append(Wait(connection.number, seconds))

    def _relay(self, connection: Connection, data: bytes, now: float) -> None:
        settings, sender = self.settings, connection.session
        connection.rates.receive(settings, len(data), now)
        if len(data) > settings.payload_bytes + 1 + protocol.ID_BYTES:
            raise RefusedError(Reason.TOO_LARGE, f"a payload may have {settings.payload_bytes} bytes")
        relayed = protocol.parse_binary(data)
        if sender is None:
            raise RefusedError(Reason.NO_HELLO)
        if relayed.kind == protocol.DIRECT:
            name = protocol.encode_id(relayed.to)
            target = self._reach(name)
            if target is None or not sender.shares_a_room(name):
                self._refuse(connection, RefusedError(Reason.NOT_HERE), {"about": "direct", "to": name}, now)
                return
            to = [target.number]
            frame = protocol.format_direct(relayed, protocol.decode_id(sender.name))
        else:
            found = connection.receivers(relayed, settings)
            if found is None:
                topic = protocol.encode_id(relayed.to)
                self._refuse(connection, RefusedError(Reason.NOT_SUBSCRIBED), {"about": "publish", "to": topic}, now)
                return
            to = found
            frame = protocol.format_published(relayed, protocol.decode_id(sender.name))
        if to:
            self.delivered += len(to)
            connection.rates.deliver(settings, len(to), len(frame), now)
            self._effects.append(Send(to, frame))

    def _hello(self, connection: Connection, message: protocol.Hello, now: float) -> None:
        if connection.session is not None:
            raise RefusedError(Reason.GARBLED, "a connection has one hello")
        session = self._sessions.get(message.session)
        if session and not compare_digest(session.secret, message.secret):
            if protocol.session_of(message.secret, message.keys) != message.session:
                raise RefusedError(Reason.TAKEN)
            # Somebody was quicker after a restart, with a name that everybody in the room knows.
            self._evict(session, now)
            session = None
        resumed = session is not None
        if session is None:
            session = self._sessions[message.session] = Session(message.session, message.secret)
        if old := session.connection:
            self._drop(old, RefusedError(Reason.REPLACED), now, quietly=True)
        connection.session, session.connection = session, connection
        dropped, session.dropped = session.dropped, None
        self._say(
            connection,
            "welcome",
            version=protocol.VERSION,
            resumed=resumed,
            dropped=dropped.wire if dropped else None,
            limits=self.settings.told,
            grace_seconds=self.settings.grace_seconds,
            return_seconds=self.settings.return_seconds,
        )

    # -- rooms

    def _join(self, connection: Connection, message: protocol.Join, now: float) -> None:
        session = connection.carried
        connection.rates.trouble(self.settings)
        room = self._rooms.get(message.room)
        if message.room not in session.rooms:
            if len(session.rooms) >= self.settings.rooms_per_connection:
                raise RefusedError(Reason.TOO_MANY_ROOMS)
            if room and len(room.members) >= self.settings.members_per_room:
                raise RefusedError(Reason.ROOM_FULL)
        if room is None:
            room = self._rooms[message.room] = Room.create(message.room, self._random)
        session.rooms[message.room] = room
        key = (session.name, message.room)
        self._away.pop(key, None)
        room.enter(session.name, message, now)
        if message.have:
            self._claims.pop(key, None)
            self._claims[key] = now + self.settings.grace_seconds
        people, more = room.page(0, self.settings.control_bytes, now)
        neighbours = room.overlay.neighbours(session.name) if message.overlay else []
        self._say(
            connection,
            "joined",
            room=room.name,
            count=len(room.members),
            people=people,
            next=more,
            neighbours=neighbours,
        )
        self._introduce(room)
        self._tell(room, now)

    def _leave(self, connection: Connection, message: protocol.Leave, now: float) -> None:
        session = connection.carried
        if room := session.rooms.get(message.room):
            connection.rates.trouble(self.settings)
            connection.unfollow_all(room)
            self._give_up(session, room, now)

    def _record(self, connection: Connection, message: protocol.Record, now: float) -> None:
        connection.rates.trouble(self.settings)
        room = self._room(connection, message.room)
        room.update(connection.carried.name, message.record)
        self._tell(room, now)

    def _roster(self, connection: Connection, message: protocol.Roster, now: float) -> None:
        room = self._room(connection, message.room)
        people, more = room.page(message.after, self.settings.control_bytes, now)
        self._say(connection, "people", room=room.name, people=people, next=more)

    def _more(self, connection: Connection, message: protocol.More, now: float) -> None:
        connection.rates.trouble(self.settings)
        room = self._room(connection, message.room)
        room.overlay.lose(connection.carried.name, message.lost, now)
        self._introduce(room)

    def _signal(self, connection: Connection, message: protocol.Signal, now: float) -> None:
        room = self._room(connection, message.room)
        target = self._reach(message.to) if message.to in room.members else None
        if target is None:
            raise RefusedError(Reason.NOT_HERE)
        sender = connection.carried.name
        self._say(target, "signal", room=room.name, data=message.data, **{"from": sender})

    def _subscribe(self, connection: Connection, message: protocol.Subscribe, now: float) -> None:
        room = self._room(connection, message.room)
        others = connection.follow(room, message.topics, self.settings)
        names = [protocol.encode_id(topic) for topic in message.topics]
        self._say(connection, "subscribed", room=room.name, topics=names, others=others)

    def _unsubscribe(self, connection: Connection, message: protocol.Unsubscribe, now: float) -> None:
        for topic in message.topics:
            if (followed := (connection.topics or {}).get(topic)) and followed[0].name == message.room:
                connection.unfollow(topic)

    def _ping(self, connection: Connection, message: protocol.Ping, now: float) -> None:
        self._say(connection, "pong")

    def _pong(self, connection: Connection, message: protocol.Pong, now: float) -> None:
        """Being heard was all it was for."""

    # -- time

    def _tick(self, now: float) -> None:
        for name, home in self._away.take_due(now):
            session = self._sessions[name]
            self._give_up(session, session.rooms[home], now)
        for name, home in self._claims.take_due(now):
            if room := self._rooms.get(home):
                room.overlay.forget_claims(name)
        for room in list(self._rooms.values()):
            room.overlay.mend(now)
            self._introduce(room)
            self._tell(room, now)
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._look(now)

    def _look(self, now: float) -> None:
        """Ask who is silent, give up who stays so, or never said hello."""
        settings = self.settings
        ask: list[int] = []
        for connection in list(self._connections.values()):
            if connection.session is None and now - connection.opened > settings.hello_seconds:
                self._drop(connection, RefusedError(Reason.NO_HELLO), now)
            elif now - connection.heard > settings.silence_seconds:
                self._drop(connection, RefusedError(Reason.SILENT), now)
            elif now - connection.heard > settings.ping_seconds and not connection.asked:
                connection.asked = True
                ask.append(connection.number)
        if ask:
            self._effects.append(Send(ask, protocol.format_text("ping")))

    # -- ends

    def _refuse(self, connection: Connection, refusal: RefusedError, about: dict[str, str], now: float) -> None:
        if refusal.reason.fatal:
            self._drop(connection, refusal, now, about)
            return
        self.refused[refusal.reason.wire] += 1
        self._effects.append(Send((connection.number,), protocol.format_refusal(refusal, about)))

    def _drop(
        self,
        connection: Connection,
        refusal: RefusedError,
        now: float,
        about: dict[str, str] | None = None,
        *,
        quietly: bool = False,
    ) -> None:
        """End a connection: say why, close, keep its session's places for the grace period."""
        self.refused[refusal.reason.wire] += 1
        self._connections.pop(connection.number, None)
        self._effects.append(Send((connection.number,), protocol.format_refusal(refusal, about or {})))
        self._effects.append(Close(connection.number, refusal.reason))
        if connection.session:
            connection.session.dropped = refusal.reason
        self._detach(connection, now, quietly=quietly)

    def _evict(self, session: Session, now: float) -> None:
        """``session`` is not whose it says it is: nothing of it stays."""
        if session.connection:
            self._drop(session.connection, RefusedError(Reason.TAKEN), now)
        for room in list(session.rooms.values()):
            self._give_up(session, room, now)
        self._sessions.pop(session.name, None)

    def _detach(self, connection: Connection, now: float, *, for_good: bool = False, quietly: bool = False) -> None:
        connection.unfollow_all()
        session, connection.session = connection.session, None
        if session is None:
            return
        session.connection = None
        for name, room in list(session.rooms.items()):
            if for_good:
                self._give_up(session, room, now)
                continue
            # A place not taken again yet keeps the end it has.
            self._away.setdefault((session.name, name), now + self.settings.grace_seconds)
            if room.members[session.name].here:
                room.pause(session.name)
                if not quietly:
                    self._tell(room, now)
        if not session.rooms and not quietly:
            self._sessions.pop(session.name, None)

    def _give_up(self, session: Session, room: Room, now: float) -> None:
        """``session`` is no longer in ``room``."""
        del session.rooms[room.name]
        self._away.pop((session.name, room.name), None)
        self._claims.pop((session.name, room.name), None)
        room.leave(session.name)
        if not session.rooms and session.connection is None:
            self._sessions.pop(session.name, None)
        if not room.members:
            del self._rooms[room.name]
            return
        self._introduce(room)
        self._tell(room, now)

    # -- words

    def _say(self, connection: Connection, kind: str, **fields: object) -> None:
        self._effects.append(Send((connection.number,), protocol.format_text(kind, **fields)))

    def _introduce(self, room: Room) -> None:
        """Tell each person concerned what changed about their neighbours."""
        for name, change in room.overlay.take_changes().items():
            if (target := self._reach(name)) and (change.call or change.expect or change.release):
                self._say(
                    target, "meet", room=room.name, call=change.call, expect=change.expect, release=change.release
                )

    def _tell(self, room: Room, now: float) -> None:
        """Tell the room who came, changed and went, at most once in ``roster_seconds``; a tick brings the rest."""
        if now - room.told < self.settings.roster_seconds or not room.changed:
            return
        frame = room.take_changes(self.settings.control_bytes, now)
        if frame is None:
            return
        found = (self._reach(name) for name, member in room.members.items() if member.here)
        if to := [connection.number for connection in found if connection]:
            self._effects.append(Send(to, frame))

    # -- looks

    def _reach(self, name: str) -> Connection | None:
        session = self._sessions.get(name)
        return session.connection if session else None

    def _room(self, connection: Connection, name: str) -> Room:
        session = connection.carried
        room = session.rooms.get(name)
        if room is None or not session.is_here(room):
            raise RefusedError(Reason.NOT_IN_ROOM)
        return room


_HANDLERS: dict[type, Callable[[Hub, Connection, Any, float], None]] = {
    protocol.Hello: Hub._hello,
    protocol.Join: Hub._join,
    protocol.Leave: Hub._leave,
    protocol.Record: Hub._record,
    protocol.Roster: Hub._roster,
    protocol.More: Hub._more,
    protocol.Signal: Hub._signal,
    protocol.Subscribe: Hub._subscribe,
    protocol.Unsubscribe: Hub._unsubscribe,
    protocol.Ping: Hub._ping,
    protocol.Pong: Hub._pong,
}
