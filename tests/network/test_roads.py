"""What schools do to networks, and what becomes of a class: relayed within seconds, healed, nothing lost."""

from __future__ import annotations

import time

import pytest

from tests.browser.test_connections import everything_arrived, wait_for, wait_for_roads

from .conftest import Seat
from .lab import Lab

UDP = "meta l4proto udp"
MDNS = "udp dport 5353"


def test_two_desks_connect_directly(lab: Lab, seat: Seat) -> None:
    """[CON10] The measure of the others: on a network that blocks nothing the direct road is taken."""
    ada, alan = seat(lab.desk("ada")), seat(lab.desk("alan"))
    for page in (ada, alan):
        wait_for_roads(page, "open direct")


@pytest.mark.parametrize("rule", [UDP, MDNS], ids=["udp", "mdns"])
def test_where_direct_links_are_blocked_the_class_is_relayed(lab: Lab, seat: Seat, rule: str) -> None:
    """[CON15] Within 10 s, without anybody doing anything."""
    desks = [lab.desk("ada"), lab.desk("alan")]
    for desk in desks:
        desk.block(rule)
    ada, alan = (seat(desk) for desk in desks)
    seconds = max(wait_for_roads(page, "open relay", seconds=10) for page in (ada, alan))
    print(f"relayed {seconds:.2f} s after the second had opened the page")
    ada.evaluate("me.say(50000)")
    everything_arrived(alan, ada)
    assert alan.evaluate("me.words.at(-1)") == "relayed"


def test_where_udp_is_let_through_later_the_direct_road_is_taken_later(lab: Lab, seat: Seat) -> None:
    """[CON10, CON13] Nothing of the other side could be tried before, and no restart came of a failure."""
    desks = [lab.desk("ada"), lab.desk("alan")]
    for desk in desks:
        desk.block(UDP)
    ada, alan = (seat(desk) for desk in desks)
    for page in (ada, alan):
        wait_for_roads(page, "open relay", seconds=10)
        page.evaluate("me.talk(50)")
    time.sleep(4)
    for desk in desks:
        desk.unblock()
    seconds = max(wait_for_roads(page, "open direct", seconds=15) for page in (ada, alan))
    print(f"direct {seconds:.2f} s after UDP was free")
    for page, other in ((ada, alan), (alan, ada)):
        page.evaluate("me.stop()")
        everything_arrived(other, page)


def test_without_a_default_route_the_class_is_relayed(lab: Lab, seat: Seat) -> None:
    """[CON15] An island without internet: Chromium gathers no candidates."""
    desks = [lab.desk("ada"), lab.desk("alan")]
    for desk in desks:
        desk.lose_default_route()
    ada, alan = (seat(desk) for desk in desks)
    for page in (ada, alan):
        wait_for_roads(page, "open relay", seconds=10)


@pytest.mark.parametrize("seconds", [8, 25])
def test_udp_that_is_cut_and_comes_back(lab: Lab, seat: Seat, seconds: int) -> None:
    """[CON13] Relayed within 2 s, direct again when it may, and every word arrives once: 8 s heal by themselves, 25 s
    only by restarts."""
    desk = lab.desk("ada")
    ada, alan = seat(desk), seat(lab.desk("alan"))
    for page in (ada, alan):
        wait_for_roads(page, "open direct")
        page.evaluate("me.talk(50)")
    time.sleep(0.5)
    began = time.monotonic()
    desk.block(UDP)
    took = [wait_for_roads(page, "open relay", seconds=5) for page in (ada, alan)]
    assert time.monotonic() - began < 3.5, "2 s, and what it takes to see it"
    time.sleep(seconds - (time.monotonic() - began))
    desk.unblock()
    back = [wait_for_roads(page, "open direct", seconds=20) for page in (ada, alan)]
    print(f"relayed after {sum(took):.2f} s, direct again {sum(back):.2f} s after UDP was back")
    for page, other in ((ada, alan), (alan, ada)):
        page.evaluate("me.stop()")
        everything_arrived(other, page)
        assert page.evaluate("me.log.filter(line => line[2] === 'interrupted').length") == 0


def test_a_cable_that_is_pulled_for_a_while(lab: Lab, seat: Seat) -> None:
    """[CON14] Neither road: it is said, the link is kept, and what was said meanwhile arrives."""
    desk = lab.desk("ada")
    ada, alan = seat(desk), seat(lab.desk("alan"))
    for page in (ada, alan):
        wait_for_roads(page, "open direct")
        page.evaluate("me.talk(100)")
    time.sleep(0.5)
    desk.unplug()
    wait_for(alan, "me.log.at(-1)[2] === 'interrupted'", 15)
    time.sleep(4)
    desk.plug()
    for page in (ada, alan):
        wait_for(page, "Object.values(me.links()).every(link => link.startsWith('open'))", 25)
    for page, other in ((ada, alan), (alan, ada)):
        page.evaluate("me.stop()")
        everything_arrived(other, page)
