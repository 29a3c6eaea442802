"""A hostile neighbour: raw bytes on its data channel, over the relay, through the server. The honest go on, say what is
wrong, and nothing of it reaches a console as an uncaught error.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .classmates import LIVE, WITHOUT_WEBRTC, ClassOf, a_class, build_classmates, wait_until
from .conftest import NewContext

KEEP_CHANNELS = """
window.channels = [];
const create = RTCPeerConnection.prototype.createDataChannel;
RTCPeerConnection.prototype.createDataChannel = function (...words) {
  const channel = create.apply(this, words);
  window.channels.push(channel);
  return channel;
};
"""
RANDOM = """
const bytes = size => { const made = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(made.subarray(at, at + 65536)); return made; };
const roads = me.joined.connections.roads;
const peers = [...roads.links.keys()];
const send = data => roads.links.forEach(link => { try { link.send('control', data) } catch {} });
const refuse = error => {};
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_classmates(tmp_path_factory.mktemp("classmates"))


def the_honest_go_on(together: ClassOf, honest: list[Page]) -> None:
    """They write, each has what the other wrote, and they answer at once."""
    for page in honest:
        wait_until(page, "me.links.some(link => link.startsWith('open'))")
        page.evaluate("me.talk(20)")
    time.sleep(0.5)
    assert len(together.agree(honest).split()) >= 20
    for page in honest:
        assert page.evaluate("new Promise(done => setTimeout(() => done(performance.now()), 0))") > 0
    assert together.errors == []


RAW = [
    "bytes(100)", "bytes(200000)", "'text'", "new Uint8Array([1, 255, 255, 255, 255])",
    "new Uint8Array([2, 0, 0])",
]  # fmt: skip


def test_raw_bytes_on_a_data_channel_end_that_connection_only(folder: Path, new_context: NewContext) -> None:
    """[CON3] Each of many shapes, and the honest page is left with its other neighbours."""
    with a_class(folder, new_context) as together:
        ada, ben = together.join("Ada"), together.join("Ben")
        for shape in RAW:
            mallory = together.join("Mallory", KEEP_CHANNELS)
            wait_until(mallory, "me.links.length === 2 && me.links.every(link => link === 'open direct')")
            mallory.evaluate(f"""() => {{ {RANDOM}
                for (const channel of channels) try {{ channel.send({shape}) }} catch (error) {{ refuse(error) }} }}""")
            wait_until(ada, "me.links.filter(link => link === 'open direct').length === 1")
            mallory.close()
            wait_until(ada, "me.links.join() === 'open direct'")
        the_honest_go_on(together, [ada, ben])


def test_garbage_within_messages_is_borne_a_little_and_then_ends_the_connection(
    folder: Path, new_context: NewContext
) -> None:
    """[SYN13] Well-framed nonsense; whoever goes on with it is left, and not connected to again."""
    with a_class(folder, new_context) as together:
        ada, ben = together.join("Ada"), together.join("Ben")
        mallory = together.join("Mallory")
        for page in (ada, ben, mallory):
            wait_until(page, f"me.links.length === 2 && {LIVE}")
        mallory.evaluate(f"() => {{ {RANDOM} for (let at = 0; at < 20; at++) send(new Uint8Array([2, 2, 3])) }}")
        time.sleep(0.3)
        assert mallory.evaluate("me.links.length") == 2
        mallory.evaluate(f"""() => {{ {RANDOM}
            for (let at = 0; at < 300; at++) send(bytes(at));
            for (let at = 0; at < 100; at++) send(new Uint8Array([165, ...bytes(at)]));
            for (const size of [70000, 500000, 1000000]) {{ const all = bytes(size); all[0] = 2; send(all); }} }}""")
        for page in (ada, ben):
            wait_until(page, "me.links.length === 1")
        time.sleep(6)  # the server is told after 5 s, and may introduce them again
        for page in (ada, ben):
            assert page.evaluate("me.links.length") == 1
        the_honest_go_on(together, [ada, ben])


def test_garbage_over_the_relay_and_in_signals_changes_nothing(folder: Path, new_context: NewContext) -> None:
    """[CON9, CON10] Frames to one page, signals to one page: none opens a connection, none ends an honest one."""
    with a_class(folder, new_context) as together:
        ada, ben = (together.join(name) for name in ("Ada", "Ben"))
        mallory = together.join("Mallory")
        wait_until(mallory, f"me.links.length === 2 && {LIVE}")
        left = ada.evaluate("me.joined.connections.roads.links.size")
        mallory.evaluate(f"""async () => {{ {RANDOM}
            const {{ signaling, room }} = me.joined.connections;
            const text = value => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_')
              .replace(/=+$/, '');
            for (const peer of peers) {{
              for (let kind = 0; kind < 6; kind++)
                for (const size of [1, 4, 5, 9, 100, 60000])
                  signaling.direct(peer, new Uint8Array([kind, ...bytes(size)]));
              for (const data of ['', 'AAAA', 'x'.repeat(12000)])
                room.signal(peer, data);
              for (const said of [null, [], {{ mine: 7 }}, {{ mine: -1, yours: 0 }},
                {{ mine: 7, yours: 0, description: {{ type: 'offer', sdp: 'v=0' }} }},
                {{ mine: 8, yours: 0, description: {{ type: 'offer', sdp: 'x'.repeat(5000) }} }},
                {{ mine: 9, yours: 0, description: {{ type: 'rollback' }} }},
                {{ mine: 9, yours: 0, candidates: [null, 7, {{}}, {{ candidate: 'candidate:x', sdpMid: '0' }}] }},
                {{ mine: 9, yours: 0, bye: true }}]) {{
                room.signal(peer, text(said));
                await me.signal(peer, said);
              }}
            }} }}""")
        time.sleep(1)
        assert left == 2
        the_honest_go_on(together, [ada, ben])
        budget = ada.evaluate("me.joined.connections.roads.links.size")
        assert budget <= 2


def test_who_calls_again_and_again_does_not_use_up_the_page(folder: Path, new_context: NewContext) -> None:
    """[CON12] A page opens ten connections to one neighbour in an hour, then the relay has to do."""
    count = """
    window.opened = 0;
    const Real = RTCPeerConnection;
    window.RTCPeerConnection = class extends Real { constructor(...words) { super(...words); window.opened++; } };
    """
    with a_class(folder, new_context) as together:
        ada = together.join("Ada", count)
        ben = together.join("Ben")
        mallory = together.join("Mallory")
        wait_until(mallory, f"me.links.length === 2 && {LIVE}")
        before = ada.evaluate("opened")
        offer = mallory.evaluate("""async () => {
            const pc = new RTCPeerConnection(); pc.createDataChannel('control', { negotiated: true, id: 0 });
            return (await pc.createOffer()).sdp; }""")
        mallory.evaluate(
            f"""async offer => {{ {RANDOM}
            for (let mine = 1; mine < 60; mine++) {{
              for (const peer of peers)
                await me.signal(peer, {{ mine, yours: 0, description: {{ type: 'offer', sdp: offer }} }});
              await new Promise(done => setTimeout(done, 20));
            }} }}""",
            offer,
        )
        time.sleep(1)
        spent = ada.evaluate("opened") - before
        print(f"opened for sixty calls: {spent}")
        assert 1 <= spent <= 10
        the_honest_go_on(together, [ada, ben])


@pytest.mark.parametrize("script", ["", WITHOUT_WEBRTC], ids=["direct", "relayed"])
def test_a_neighbour_of_another_version_is_told_in_words(folder: Path, new_context: NewContext, script: str) -> None:
    """[SYN13] Its envelopes are set aside, its connection is kept, and the page can say that somebody is of another."""
    with a_class(folder, new_context) as together:
        ada, ben = (together.join(name, script) for name in ("Ada", "Ben"))
        later = together.join("Later", script)
        for page in (ada, ben, later):
            wait_until(page, f"me.links.length === 2 && {LIVE}")
        assert ada.evaluate("me.joined.meetsOtherVersion") is False
        later.evaluate(f"() => {{ {RANDOM} for (let at = 0; at < 100; at++) send(new Uint8Array([9, 16, 0, 0, at])) }}")
        for page in (ada, ben):
            wait_until(page, "me.joined.meetsOtherVersion")
        assert ada.evaluate("me.links.length") == 2
        later.close(run_before_unload=False)
        wait_until(ada, "!me.joined.meetsOtherVersion")
        the_honest_go_on(together, [ada, ben])


def test_another_version_of_the_server_is_a_sentence_and_not_an_error(folder: Path, new_context: NewContext) -> None:
    """[SIG1] Refused with 4001: said in words, not tried again, and the page goes on with its tabs."""
    older = """
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      send.call(this, typeof data === 'string' ? data.replace('"version":1', '"version":99') : data);
    };
    """
    with a_class(folder, new_context) as together:
        ada = together.join("Ada", older)
        wait_until(ada, "me.joined.summary.server.kind === 'refused' && me.joined.summary.server.reason === 'version'")
        wait_until(ada, "me.words.at(-1) === 'offline'")
        tab = together.join("Ada", older, beside=ada)
        wait_until(tab, "me.links.join() === 'open tab'")
        tab.evaluate("me.write('hello')")
        wait_until(ada, "me.text === 'hello '")
