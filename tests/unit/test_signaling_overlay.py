"""Introductions: the graph stays near-regular and connected, whatever comes and goes. Rules of docs/SPEC.md."""

from __future__ import annotations

from random import Random

import pytest

from signaling.overlay import Overlay, _Place
from signaling.protocol import MAX_DEGREE, TARGET_DEGREE
from tests.signaling_pages import HubWithPages, Page, an_id


class Crowd:
    """People in an overlay, each with the neighbours they were told of."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.overlay = Overlay(self.random)
        self.told: dict[str, set[str]] = {}
        self.calls = 0
        self.last = 0

    def come(self, *have: str) -> str:
        self.last += 1
        name = f"p{self.last}"
        self.told[name] = set(have)
        self.overlay.add(name, have)
        self.listen()
        return name

    def go(self, name: str) -> None:
        del self.told[name]
        self.overlay.remove(name)
        for others in self.told.values():
            others.discard(name)  # a page hears of it by `left`
        self.listen()

    def mend(self) -> None:
        self.overlay.mend(0.0)
        self.listen()

    def listen(self) -> None:
        for name, change in self.overlay.take_changes().items():
            self.calls += len(change.call)
            self.told[name] = (self.told[name] | {*change.call, *change.expect}) - set(change.release)

    def check(self, *, least: int = TARGET_DEGREE) -> None:
        """Connected, degrees in bounds, edges known to both ends and told to both."""
        edges = {name: set(self.overlay.neighbours(name)) for name in self.told}
        assert edges == self.told
        assert all(name in edges[other] for name, others in edges.items() for other in others)
        least = min(least, len(edges) - 1)
        assert all(least <= len(others) <= MAX_DEGREE for others in edges.values())
        assert parts(edges) == (1 if edges else 0)


def parts(edges: dict[str, set[str]]) -> int:
    """How many pieces the graph is in, counted independently of the overlay's own way."""
    unseen, found = set(edges), 0
    while unseen:
        found += 1
        reach = {unseen.pop()}
        while reach:
            step = set().union(*(edges[name] for name in reach)) & unseen
            unseen -= step
            reach = step
    return found


@pytest.mark.parametrize("people", range(1, 31))
def test_sig13_in_a_small_room_everybody_has_six_neighbours_or_all_others(people: int) -> None:
    crowd = Crowd(people)
    for _ in range(people):
        crowd.come()
        crowd.mend()
    crowd.check()


@pytest.mark.parametrize("seed", range(3))
def test_sig13_a_thousand_coming_and_going_stay_connected_with_six_to_eight_neighbours(seed: int) -> None:
    crowd = Crowd(seed)
    for _ in range(1_000):
        crowd.come()
    crowd.mend()
    crowd.check()
    assert crowd.calls <= 7 * 1_000  # of the 500 connections of a page's life the class's growth takes a dozen
    for turn in range(1_000):
        if crowd.random.random() < 0.5:
            crowd.come()
        else:
            crowd.go(crowd.random.choice(list(crowd.told)))
        if turn % 5 == 0:
            crowd.mend()
        if turn % 200 == 0:
            crowd.mend()
            crowd.check()
    for name in crowd.random.sample(list(crowd.told), len(crowd.told) // 3):  # a third at once: the bell rings
        crowd.go(name)
    crowd.mend()
    crowd.check()
    while len(crowd.told) > 2:
        crowd.go(crowd.random.choice(list(crowd.told)))
        if crowd.random.random() < 0.2:
            crowd.mend()
            crowd.check()


def test_sig13_it_is_a_random_graph_and_not_a_ring_of_friends() -> None:
    crowd = Crowd(5)
    for _ in range(1_000):
        crowd.come()
    crowd.mend()
    for start in list(crowd.told)[::250]:
        reach, distance = {start}, 0
        while len(reach) < 1_000:
            reach |= set().union(*(crowd.told[name] for name in reach))
            distance += 1
        assert distance <= 6  # log 1000 / log 6 is 3.9


@pytest.mark.parametrize("degrees", [(6, 6), (8, 8), (8, 6), (6, 8), (7, 8), (8, 8, 8), (2, 8), (8, 2, 6, 8)])
@pytest.mark.parametrize("seed", range(5))
def test_sig13_parts_that_came_apart_are_joined_and_nobody_has_more_than_eight(
    degrees: tuple[int, ...], seed: int
) -> None:
    crowd = Crowd(seed)
    crowd.overlay = overlay = Overlay(Random(seed))
    for part, degree in enumerate(degrees):
        names = [f"{part}-{number}" for number in range(12)]
        for name in names:
            crowd.told[name] = set()
            overlay._places[name] = _Place()
        for number, name in enumerate(names):  # a ring in which everybody knows the next few
            for step in range(1, degree // 2 + 1):
                overlay._link(name, names[(number + step) % 12])
            if degree % 2 and number < 6:
                overlay._link(name, names[number + 6])
    crowd.listen()
    overlay._torn = True
    crowd.mend()
    crowd.check()


def test_sig13_one_seed_is_one_graph() -> None:
    graphs = []
    for _ in range(2):
        crowd = Crowd(7)
        for _ in range(100):
            crowd.come()
        graphs.append(crowd.told)
    assert graphs[0] == graphs[1]


def test_sig14_a_newcomer_steps_into_edges_and_both_ends_let_go_of_each_other() -> None:
    hub = HubWithPages()
    pages = {page.session: page for page in (hub.member() for _ in range(40))}
    before = {name: len(page.heard) for name, page in pages.items()}
    newcomer = hub.member()
    released = 0
    for name, page in pages.items():
        for message in page.heard[before[name] :]:
            if message["type"] == "meet":
                assert message["expect"] == [newcomer.session]
                for other in message["release"]:
                    released += 1
                    assert name not in pages[other].neighbours()
    assert released >= 4
    assert 6 <= len(newcomer.neighbours()) <= 8
    assert newcomer.of("meet")[0]["call"] == newcomer.of("joined")[0]["neighbours"]


def test_sig14_who_calls_is_expected_and_never_called_back() -> None:
    hub = HubWithPages()
    pages = {page.session: page for page in (hub.member() for _ in range(30))}
    hub.sleep(1)
    called = {(name, other) for name, page in pages.items() for m in page.of("meet") for other in m["call"]}
    expected = {(other, name) for name, page in pages.items() for m in page.of("meet") for other in m["expect"]}
    assert called == expected
    assert not {(other, name) for name, other in called} & called


def test_sig15_who_lost_a_connection_gets_another_and_not_the_same_again() -> None:
    hub = HubWithPages()
    pages = {page.session: page for page in (hub.member() for _ in range(30))}
    hub.sleep(1)
    page = next(iter(pages.values()))
    for _ in range(8):
        lost = min(page.neighbours())
        page.say("more", room=hub.room, lost=[lost])
        hub.sleep(1)
        assert lost not in page.neighbours()
        assert page.session not in pages[lost].neighbours()
        assert 6 <= len(page.neighbours()) <= 8
        assert 6 <= len(pages[lost].neighbours()) <= 8


def test_sig15_two_that_cannot_connect_are_not_introduced_again_from_either_side() -> None:
    hub = HubWithPages()
    pages = [hub.member() for _ in range(5)]
    pages[0].say("more", room=hub.room, lost=[pages[1].session])
    hub.sleep(1)
    pages[1].say("more", room=hub.room, lost=[])
    hub.sleep(1)
    assert [len(page.neighbours()) for page in pages] == [3, 3, 4, 4, 4]


def test_sig15_who_lost_each_other_meet_again_after_a_while_and_ever_more_seldom() -> None:
    hub = HubWithPages()
    one, two, three = (hub.member() for _ in range(3))
    hub.sleep(1)
    waits = []
    for _ in range(4):  # a lid closed for a while, in a class of few: both tell, and there is hardly anybody else
        one.say("more", room=hub.room, lost=[two.session])
        two.say("more", room=hub.room, lost=[one.session])
        assert one.neighbours() == two.neighbours() == {three.session}
        slept = 0
        while two.session not in one.neighbours():
            hub.sleep(1)
            slept += 1
            assert slept < 2_000
        waits.append(slept)
        assert one.session in two.neighbours()
    assert [round(wait / 15) for wait in waits] == [1, 4, 16, 64]


def test_sig15_whoever_would_be_alone_is_introduced_at_once_also_to_whom_they_lost() -> None:
    hub = HubWithPages()
    one, two = hub.member(), hub.member()
    one.say("more", room=hub.room, lost=[two.session])
    hub.sleep(1)
    assert (one.neighbours(), two.neighbours()) == ({two.session}, {one.session})


def test_sig15_nobody_is_introduced_to_somebody_who_is_away() -> None:
    hub = HubWithPages()
    pages = [hub.member() for _ in range(10)]
    away = pages[3]
    kept = away.neighbours()
    away.break_off()
    newcomers = [hub.member() for _ in range(10)]
    hub.sleep(1)
    assert all(away.session not in page.neighbours() for page in newcomers)
    holders = {page.session for page in pages if away.session in page.neighbours()}
    assert holders == kept
    hub.sleep(31)
    assert all(away.session not in page.neighbours() for page in pages + newcomers)
    check_pages([page for page in pages + newcomers if page is not away])


def test_sig13_whoever_uses_only_the_relay_is_introduced_to_nobody() -> None:
    hub = HubWithPages()
    pages = [hub.member() for _ in range(5)]
    relayed = hub.member(overlay=False)
    hub.sleep(1)
    assert relayed.neighbours() == set()
    assert all(relayed.session not in page.neighbours() for page in pages)
    relayed.join(hub.room, overlay=True)
    hub.sleep(1)
    check_pages([*pages, relayed])


@pytest.mark.parametrize("seed", range(5))
def test_sig16_after_a_restart_everybody_keeps_their_neighbours(seed: int) -> None:
    hub = HubWithPages(seed)
    pages = [hub.member() for _ in range(60)]
    hub.sleep(2)
    before = {page.session: page.neighbours() for page in pages}
    hub.restart()
    hub.random.shuffle(pages)
    for page in pages:
        page.heard.clear()
    for page in pages:  # within ten seconds, each at their own moment
        hub.sleep(0.2)
        page.connect().join(hub.room, have=sorted(before[page.session]))
        assert page.of("welcome")[-1]["resumed"] is False
    hub.sleep(40)
    assert {page.session: page.neighbours() for page in pages} == before
    assert not any(page.of("meet") for page in pages)
    check_pages(pages)


def test_sig16_a_neighbour_that_only_one_end_claims_is_none() -> None:
    hub = HubWithPages()
    pages = [hub.member() for _ in range(20)]
    liar = hub.member(have=[page.session for page in pages[:8]])
    hub.sleep(1)
    check_pages([*pages, liar])
    ghost = hub.member(have=[an_id(hub.random) for _ in range(8)])
    assert ghost.of("meet") == []  # eight connections, it says, to people who may come back
    hub.sleep(31)
    check_pages([*pages, liar, ghost])


def check_pages(pages: list[Page]) -> None:
    """What pages understood is a connected graph with degrees in bounds, the same from both ends."""
    edges = {page.session: page.neighbours() for page in pages}
    assert all(name in edges[other] for name, others in edges.items() for other in others)
    assert all(min(TARGET_DEGREE, len(pages) - 1) <= len(others) <= MAX_DEGREE for others in edges.values())
    assert parts(edges) == 1
