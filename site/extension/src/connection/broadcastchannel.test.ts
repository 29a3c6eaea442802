import { afterEach, describe, expect, it } from 'vitest';
import { pageClock } from './page';
import { ASK_MS, type IBroadcast, Tabs, VANISHED_MS } from './broadcastchannel';
import { CONTRACT, type IPair, runCase } from './contract';
import { HandClock } from './testing';

const waitFor = async (what: string, isSo: () => boolean): Promise<void> => {
  const until = Date.now() + 10_000;
  while (!isSo()) {
    expect(Date.now(), what).toBeLessThan(until);
    await new Promise(resolve => setTimeout(resolve, 2));
  }
};

let last = 0;

/** Two tabs, as far as Node has them: its BroadcastChannel is the browser's. */
async function twoTabs(): Promise<IPair> {
  const name = `peerbook-test-${++last}`;
  const one = new Tabs('one', new BroadcastChannel(name), pageClock);
  const two = new Tabs('two', new BroadcastChannel(name), pageClock);
  await waitFor('they find each other', () => one.connections.size === 1 && two.connections.size === 1);
  return {
    left: one.connections.get('two')!,
    right: two.connections.get('one')!,
    until: waitFor,
    end: () => [one, two].forEach(tabs => tabs.close())
  };
}

describe('broadcastchannel', () => {
  it.each(CONTRACT)('$title', aCase => runCase(aCase, twoTabs));
});

/** A BroadcastChannel that delivers at once, and may be cut off. */
class Room {
  join(): IBroadcast & { frozen: boolean; heard: unknown[] } {
    const listeners: ((event: { data: unknown }) => void)[] = [];
    const end = {
      frozen: false,
      heard: [] as unknown[],
      postMessage: (data: unknown) => {
        this._ends
          .filter(other => other !== end && !other.frozen && !end.frozen)
          .forEach(other => other.deliver(data));
      },
      deliver: (data: unknown) => {
        end.heard.push(data);
        listeners.forEach(listener => listener({ data }));
      },
      addEventListener: (_type: 'message', listener: (event: { data: unknown }) => void) =>
        void listeners.push(listener),
      close: () => undefined
    };
    this._ends.push(end);
    return end;
  }

  private readonly _ends: (IBroadcast & { frozen: boolean; deliver(data: unknown): void })[] = [];
}

describe('tabs', () => {
  const opened: Tabs[] = [];
  afterEach(() => opened.splice(0).forEach(tabs => tabs.close()));

  function setting(count: number) {
    const clocks = Array.from({ length: count }, () => new HandClock());
    const room = new Room();
    const ends = Array.from({ length: count }, () => room.join());
    const tabs = ends.map((end, at) => new Tabs(`tab${at}`, end, clocks[at]!));
    opened.push(...tabs);
    // A frozen tab's timers sleep too.
    const pass = (ms: number): void => {
      for (let step = 0; step < ms; step += 1_000) {
        clocks.forEach((clock, at) => ends[at]!.frozen || clock.pass(1_000));
      }
    };
    return { pass, room, ends, tabs };
  }

  it('[CON8] three tabs find each other, each once, and nobody itself', () => {
    const { tabs } = setting(3);
    tabs.forEach(tab => expect(tab.connections.size).toBe(2));
  });

  it('[CON8] a tab that says goodbye is gone at once', () => {
    const { tabs } = setting(2);
    const left = tabs[0]!.connections.get('tab1')!;
    tabs[1]!.close();
    expect(left.state).toEqual({ kind: 'closed', reason: 'other-left' });
    expect(tabs[0]!.connections.size).toBe(0);
  });

  it('[CON8] a tab that vanishes is noticed, one that is only silent is not given up', () => {
    const { pass, ends, tabs } = setting(3);
    const gone = tabs[0]!.connections.get('tab1')!;
    const quiet = tabs[0]!.connections.get('tab2')!;
    ends[1]!.frozen = true;
    pass(VANISHED_MS + 2 * ASK_MS);
    expect(gone.state).toEqual({ kind: 'closed', reason: 'lost' });
    expect(quiet.state.kind).toBe('open');
  });

  it('[CON8] a tab that slept and comes back is found again', () => {
    const { pass, ends, tabs } = setting(2);
    ends[1]!.frozen = true;
    pass(60_000);
    expect(tabs[0]!.connections.size).toBe(0);
    ends[1]!.frozen = false;
    pass(2 * ASK_MS);
    const [here, there] = [tabs[0]!.connections.get('tab1')!, tabs[1]!.connections.get('tab0')!];
    expect([here.state.kind, there.state.kind]).toEqual(['open', 'open']);
    const got: number[] = [];
    there.onMessage((_channel, message) => got.push(message.byteLength));
    here.send('control', new Uint8Array(3));
    expect(got).toEqual([3]);
  });

  it('[CON3] what others put on the channel is ignored, and a garbled frame ends one connection', () => {
    const { room, tabs } = setting(2);
    const stranger = room.join();
    for (const data of [
      null,
      5,
      'x',
      {},
      { from: 'tab1' },
      { from: 'tab1', to: 'tab0', kind: 'heard', bytes: 'x' }
    ]) {
      stranger.postMessage(data);
    }
    expect(tabs[0]!.connections.get('tab1')!.state.kind).toBe('open');
    stranger.postMessage({ from: 'tab1', to: 'tab0', kind: 'frame', frame: 'no bytes' });
    expect(tabs[0]!.connections.has('tab1')).toBe(false);
  });
});
