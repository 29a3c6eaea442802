"""Direct connections in Python, two ends in one process: whoever calls, both at once, signals said twice or lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from peerbook.peer.connection.rtc import RtcConnection
from peerbook.peer.connection.signals import Candidate, Description, Signal, decode_signal, encode_signal
from peerbook.peer.loop import Background, LoopClock

LOW, HIGH = "A" * 21 + "A", "B" * 21 + "A"


@dataclass
class Ends:
    """Two connections whose signals go to each other, through the text the server passes on."""

    low: RtcConnection
    high: RtcConnection
    heard: list[bytes] = field(default_factory=list)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.01)


def ends(background: Background, *, low_calls: bool, high_calls: bool, lose: int = 0, twice: bool = False) -> Ends:
    """``lose``: so many of the first signals."""
    clock = LoopClock()
    lost = lose

    def send(to: str) -> Callable[[Signal], None]:
        def deliver(signal: Signal) -> None:
            nonlocal lost
            text = encode_signal(signal)
            assert text
            read = decode_signal(text)
            assert read
            lost -= 1
            for _ in range((2 if twice else 1) if lost < 0 else 0):
                (made.low if to == "low" else made.high).hear(read)

        return deliver

    made = Ends(
        RtcConnection(HIGH, LOW, low_calls, 1, send("high"), clock, background),
        RtcConnection(LOW, HIGH, high_calls, 2, send("low"), clock, background),
    )
    made.high.on_message(lambda channel, message: made.heard.append(message))
    return made


@pytest.mark.parametrize(
    ("low_calls", "high_calls", "lose", "twice"),
    [
        (True, False, 0, False),
        (False, True, 0, True),
        (True, True, 0, False),
        (True, True, 0, True),
        (True, False, 1, False),
    ],
    ids=["the lower calls", "said twice", "both call", "both call, said twice", "the offer is lost"],
)
def test_con10_two_ends_find_each_other(low_calls: bool, high_calls: bool, lose: int, twice: bool) -> None:
    async def story() -> None:
        background = Background()
        both = ends(background, low_calls=low_calls, high_calls=high_calls, lose=lose, twice=twice)
        both.low.send("control", b"said before it is open")
        await both.until(lambda: both.low.state.kind == both.high.state.kind == "open")
        both.low.send("bulk", bytes(500_000))
        await both.until(lambda: len(both.heard) == 2)
        assert sorted(map(len, both.heard)) == [22, 500_000]
        both.low.close()
        await both.until(lambda: both.high.state.kind == "closed")
        assert (both.low.state.closed, both.high.state.closed) == ("left", "other-left")
        await background.finish(5)

    asyncio.run(story())


def test_con10_what_is_no_description_ends_the_road_and_nothing_else() -> None:
    async def story() -> None:
        background = Background()
        both = ends(background, low_calls=False, high_calls=False)
        both.low.hear(Signal(2, 0, candidates=(Candidate("nonsense", "0", 0), Candidate("", "0", 0))))
        both.low.hear(Signal(2, 0, Description("offer", "v=0\r\nnonsense")))
        await both.until(lambda: both.low.state.kind == "closed")
        assert both.low.state.closed == "unreachable"
        both.high.close()
        await background.finish(5)

    asyncio.run(story())
