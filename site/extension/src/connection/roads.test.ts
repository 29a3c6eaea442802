import { describe, expect, it } from 'vitest';
import type { SessionId } from '../core/connection';
import { Listeners } from './listeners';
import { MemoryPair } from './memory';
import { type IDirect, type IRelay, Roads } from './roads';
import { Room } from './signaling/room';
import type { SignalingState } from './signaling/state';
import { HandClock } from './testing';

/** Roads to neighbours that exist only as the other ends of memory pairs. */
function setting(with_: { direct?: 'works' | 'unsupported' | 'spent' | 'none' } = {}) {
  const clock = new HandClock();
  const said: [string, Record<string, unknown>][] = [];
  const room = new Room(
    'room',
    { clock, graceMs: () => 30_000, say: (type, fields) => said.push([type, fields]) > 0 },
    { record: '' }
  );
  let state: SignalingState = { kind: 'open' };
  const states = new Listeners<[SignalingState]>();
  const made: Record<'relay' | 'direct', MemoryPair[]> = { relay: [], direct: [] };
  const open = (kind: 'relay' | 'direct', peer: SessionId): MemoryPair => {
    const pair = new MemoryPair('me', peer, kind);
    made[kind].push(pair);
    return pair;
  };
  const relay: IRelay = {
    open: peer => open('relay', peer).left,
    knocks: new Listeners(),
    close: () => undefined
  };
  const calls: [SessionId, boolean][] = [];
  const direct: IDirect = {
    open: (peer, calling) => {
      calls.push([peer, calling]);
      const how = with_.direct ?? 'works';
      return how === 'unsupported' || how === 'spent' ? how : open('direct', peer).left;
    },
    calls: new Listeners(),
    hear: () => undefined,
    close: () => undefined
  };
  let number = 100;
  const roads = new Roads({
    clock,
    number: () => number++,
    signaling: {
      get state() {
        return state;
      },
      onState: listener => states.add(listener)
    },
    room,
    relay,
    direct: with_.direct === 'none' ? undefined : direct
  });
  /** The other end greets, as a link would. */
  const greet = (pair: MemoryPair, mine = 7): void => {
    pair.open();
    pair.right.send('control', Uint8Array.of(2, mine, 0, 0, 0));
    pair.flush();
  };
  const join = (count: number, ...all: SessionId[]): void =>
    room.take({ type: 'joined', room: 'room', count, people: [], next: null, neighbours: all });
  const meet = (change: Partial<Record<'call' | 'expect' | 'release', SessionId[]>>): void =>
    room.take({ type: 'meet', room: 'room', call: [], expect: [], release: [], ...change });
  const server = (next: SignalingState): void => {
    state = next;
    if (next.kind !== 'open') {
      room.pause();
    }
    states.call(next);
  };
  return { clock, said, room, roads, made, calls, relay, direct, greet, join, meet, server };
}

describe('roads', () => {
  it('[CON15] relay and direct are tried together, the first that opens carries, the better is taken over', () => {
    const { roads, made, calls, greet, join, meet } = setting();
    join(2);
    meet({ call: ['ada'] });
    expect([made.relay.length, made.direct.length]).toEqual([1, 1]);
    expect(calls).toEqual([['ada', true]]);
    expect(roads.summary.kind).toBe('joining');
    greet(made.relay[0]!);
    expect(roads.summary).toMatchObject({ kind: 'relayed', relayed: 1, others: 1 });
    greet(made.direct[0]!);
    expect(roads.summary).toMatchObject({ kind: 'direct', direct: 1, relayed: 0 });
    made.direct[0]!.break();
    expect(roads.summary.kind).toBe('relayed');
  });

  it.each(['unsupported', 'spent', 'none'] as const)(
    '[CON15] where direct is %s the relay carries',
    direct => {
      const { clock, roads, made, calls, greet, join, meet } = setting({ direct });
      join(2);
      meet({ call: ['ada'] });
      greet(made.relay[0]!);
      expect(roads.summary.kind).toBe('relayed');
      clock.pass(600_000);
      expect(calls.length).toBe(direct === 'none' ? 0 : 1);
    }
  );

  it('[CON15] a direct road that fails is tried again, ever more seldom', () => {
    const { clock, made, greet, join, meet } = setting();
    join(2);
    meet({ call: ['ada'] });
    greet(made.relay[0]!);
    const tries: number[] = [];
    for (let at = 0; at < 3_600; at++) {
      const known = made.direct.length;
      made.direct.at(-1)!.break();
      clock.pass(1_000);
      if (made.direct.length > known) {
        tries.push(at);
      }
    }
    expect(tries.length).toBeGreaterThan(6);
    expect(tries.length).toBeLessThan(14);
  });

  it('[CON15] who is expected calls; who was there before is called after a moment if they do not', () => {
    const { clock, calls, direct, join, meet } = setting();
    join(3, 'ada', 'bob');
    meet({ expect: ['ada'], call: ['bob'] });
    expect(calls).toEqual([['bob', true]]);
    direct.calls.call('ada');
    expect(calls).toEqual([
      ['bob', true],
      ['ada', false]
    ]);
    clock.pass(2_000);
    expect(calls.length).toBe(2);
  });

  it('[CON12] a stranger opens nothing', () => {
    const { roads, made, calls, relay, direct, join } = setting();
    join(2);
    relay.knocks.call('mallory');
    direct.calls.call('mallory');
    expect(roads.links.size + made.relay.length + calls.length).toBe(0);
  });

  it('[CON16] the released are let go of when the newcomer is connected, or after a while', () => {
    const { clock, roads, made, greet, join, meet } = setting();
    join(3);
    meet({ call: ['ada'] });
    greet(made.relay[0]!);
    meet({ expect: ['new'], release: ['ada'] });
    expect(roads.links.has('ada')).toBe(true);
    greet(made.relay[1]!, 8);
    expect([...roads.links.keys()]).toEqual(['new']);
    meet({ expect: ['slow'], release: ['new'] });
    clock.pass(16_000);
    expect([...roads.links.keys()]).toEqual(['slow']);
  });

  it('[CON16] the lost are told to the server, which introduces others; who left is not', () => {
    const { clock, roads, said, room, made, greet, join, meet } = setting();
    join(3);
    meet({ call: ['ada', 'bob'] });
    made.relay.forEach((pair, at) => greet(pair, 7 + at));
    made.relay[1]!.right.send('control', Uint8Array.of(5));
    made.relay[1]!.flush();
    room.take({ type: 'changes', room: 'room', count: 2, people: [], left: ['bob'] });
    expect([...roads.links.keys()]).toEqual(['ada']);
    [...made.relay, ...made.direct].forEach(pair => pair.cut());
    made.relay[0]!.left.lose();
    made.direct[0]!.left.lose();
    clock.pass(60_000);
    expect(said.filter(([type]) => type === 'more')).toEqual([['more', { room: 'room', lost: ['ada'] }]]);
  });

  it('[CON16] who sent what is no message is left for others, and never connected to again', () => {
    const { clock, roads, said, made, calls, greet, join, meet } = setting();
    join(3);
    meet({ call: ['mallory', 'bob'] });
    greet(made.relay[0]!);
    made.relay[0]!.right.send('control', Uint8Array.of(99, 99));
    made.relay[0]!.flush();
    expect([...roads.links.keys()]).toEqual(['bob']);
    meet({ call: ['mallory'] });
    join(3, 'mallory', 'bob');
    clock.pass(20_000);
    expect([...roads.links.keys()]).toEqual(['bob']);
    expect(calls.filter(([peer]) => peer === 'mallory').length).toBe(1);
    expect(said.filter(([type]) => type === 'more').map(([, { lost }]) => lost)).toEqual([['mallory']]);
  });

  it('[CON16] who is gone for the server and still reached stays until they are not', () => {
    const { roads, room, made, greet, join, meet } = setting();
    join(2);
    meet({ call: ['ada'] });
    greet(made.relay[0]!);
    greet(made.direct[0]!);
    room.take({ type: 'changes', room: 'room', count: 1, people: [], left: ['ada'] });
    expect(roads.links.get('ada')?.state.kind).toBe('open');
    made.direct[0]!.break();
    expect(roads.links.size).toBe(0);
  });

  it('[CON19] closed and opened again it is in the class as one who comes: nobody of before, everybody anew', () => {
    const { clock, roads, said, made, greet, join, meet } = setting();
    join(3);
    meet({ call: ['ada', 'bob'] });
    made.relay.forEach((pair, at) => greet(pair, 7 + at));
    roads.close();
    expect([roads.links.size, roads.have()]).toEqual([0, []]);
    join(3, 'ada');
    expect(roads.links.size).toBe(0);
    roads.open(undefined);
    roads.open(undefined);
    join(3, 'ada', 'cyd');
    expect([...roads.links.keys()]).toEqual(['ada', 'cyd']);
    made.relay.slice(-2).forEach((pair, at) => greet(pair, 17 + at));
    expect(roads.summary).toMatchObject({ kind: 'relayed', relayed: 2 });
    clock.pass(20_000);
    expect(said.filter(([type]) => type === 'more')).toEqual([]);
  });

  it('[CON19] who was lost while the server was away is not told to it as lost, once it has introduced them again', () => {
    const { clock, said, made, greet, join, meet, server } = setting();
    join(2);
    meet({ call: ['ada'] });
    greet(made.relay[0]!);
    server({ kind: 'away', reason: 'broken', retryAt: 0 });
    [...made.relay, ...made.direct].forEach(pair => pair.cut());
    made.relay[0]!.left.lose();
    made.direct[0]!.left.lose();
    for (let second = 0; second < 40; second++) {
      [...made.relay, ...made.direct].forEach(pair => pair.left.lose());
      clock.pass(1_000);
    }
    server({ kind: 'open' });
    join(2, 'ada');
    greet(made.relay.at(-1)!, 9);
    clock.pass(20_000);
    expect(said.filter(([type]) => type === 'more')).toEqual([]);
  });

  it('[CON17] says in few words how the class is connected', () => {
    const { roads, made, greet, join, meet, server } = setting();
    const heard: string[] = [];
    roads.changed.add(summary => heard.at(-1) === summary.kind || heard.push(summary.kind));
    join(1);
    meet({ call: ['ada'] });
    greet(made.direct[0]!);
    server({ kind: 'away', reason: 'broken', retryAt: 0 });
    made.direct[0]!.break();
    server({ kind: 'offline' });
    expect(heard).toEqual(['joining', 'alone', 'direct', 'server-away', 'offline']);
  });
});
