import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../../core/session';
import { HandClock, seeded } from '../testing';
import { signalingAddress } from './address';
import { SignalingClient } from './client';
import type { INetwork, ISocket } from './line';
import { formatRelayed, parseMessage, parseRelayed } from './messages';
import { LONGEST_MS, returnAfter } from './returning';
import type { Room } from './room';

const SELF = 'AAAAAAAAAAAAAAAAAAAAAA';
const ADA = 'BBBBBBBBBBBBBBBBBBBBBA';
const BOB = 'CCCCCCCCCCCCCCCCCCCCCA';
const TOPIC = 'DDDDDDDDDDDDDDDDDDDDDA';

/** A server's end of a socket, by hand. */
class FakeSocket implements ISocket {
  binaryType = '';
  bufferedAmount = 0;
  closed?: number;
  readonly said: Record<string, unknown>[] = [];
  readonly frames: Uint8Array[] = [];
  onopen: ISocket['onopen'] = null;
  onmessage: ISocket['onmessage'] = null;
  onclose: ISocket['onclose'] = null;

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (typeof data === 'string') {
      this.said.push(JSON.parse(data) as Record<string, unknown>);
    } else {
      this.frames.push(data);
    }
  }

  close(code?: number): void {
    this.closed = code;
  }

  open(): void {
    this.onopen?.({} as Event);
  }

  say(message: object | string | ArrayBuffer): void {
    const plain = typeof message === 'string' || message instanceof ArrayBuffer;
    this.onmessage?.({ data: plain ? message : JSON.stringify(message) } as MessageEvent);
  }

  welcome(): void {
    this.open();
    this.say({
      type: 'welcome',
      version: 1,
      resumed: false,
      dropped: null,
      grace_seconds: 30,
      return_seconds: 10
    });
  }

  lose(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

function setting(options: { throws?: boolean; keysHash?: Uint8Array } = {}) {
  const clock = new HandClock();
  const sockets: FakeSocket[] = [];
  let online = true;
  let changed: (sleptMs?: number) => void = () => undefined;
  const network: INetwork = {
    online: () => online,
    onChange: listener => {
      changed = listener;
      return () => undefined;
    }
  };
  const client = new SignalingClient({
    session: SELF,
    secret: ADA,
    keysHash: options.keysHash,
    clock,
    random: seeded(1),
    network,
    openSocket: () => {
      if (options.throws) {
        throw new DOMException('insecure', 'SecurityError');
      }
      sockets.push(new FakeSocket());
      return sockets.at(-1)!;
    }
  });
  const states: string[] = [];
  client.onState(state => states.push('reason' in state ? `${state.kind} ${state.reason}` : state.kind));
  const setOnline = (value: boolean): void => {
    online = value;
    changed();
  };
  const wake = (sleptMs?: number): void => changed(sleptMs);
  return { clock, client, sockets, states, setOnline, wake, last: () => sockets.at(-1)! };
}

const entering = (room: Room, ...people: [string, boolean?][]) => ({
  type: 'joined',
  room: room.name,
  count: people.length,
  people: people.map(([session, here = true]) => ({ session, record: '', here, age: 0 })),
  next: null,
  neighbours: []
});

describe('signaling client', () => {
  it('[CON11] says hello, rooms and topics at once, and all of it again after every loss', () => {
    const { clock, client, sockets, states, last } = setting();
    client.start();
    const room = client.join('room', { record: 'me', have: () => [ADA] });
    room.subscribe([TOPIC]);
    last().welcome();
    const said = last().said.map(message => message['type']);
    expect(said).toEqual(['hello', 'join', 'subscribe']);
    last().lose();
    clock.pass(10_000);
    expect(sockets.length).toBe(2);
    last().welcome();
    expect(last().said.map(message => message['type'])).toEqual(said);
    expect(last().said[1]).toMatchObject({ have: [ADA], record: 'me' });
    expect(states).toEqual(['connecting', 'open', 'away broken', 'connecting', 'open']);
  });

  it('[CON11] waits longer after each failed attempt, at random, at most half a minute, and never gives up', () => {
    const { clock, client, sockets, last } = setting();
    client.start();
    const times: number[] = [];
    for (let at = 0; at < 40; at++) {
      times.push(clock.now());
      last().lose();
      clock.pass(LONGEST_MS);
    }
    expect(sockets.length).toBeGreaterThanOrEqual(41);
    const random = seeded(3);
    const waits = (attempt: number, people: number): number[] =>
      Array.from({ length: 200 }, () => returnAfter(attempt, people, 10, random));
    expect(Math.max(...waits(0, 10))).toBeLessThanOrEqual(550);
    expect(Math.max(...waits(0, 1_000))).toBeGreaterThan(4_000);
    expect(Math.max(...waits(3, 10))).toBeGreaterThan(3_000);
    expect(Math.max(...waits(30, 2_000))).toBeLessThanOrEqual(LONGEST_MS);
  });

  it.each([
    [4001, 'refused version'],
    [4002, 'refused garbled'],
    [4007, 'refused session-taken'],
    [4008, 'refused replaced'],
    [4005, 'away dropped'],
    [1012, 'away restarting'],
    [1006, 'away broken']
  ])('[CON11] close code %i is said as: %s', (code, words) => {
    const { clock, client, sockets, states, last } = setting();
    client.start();
    last().welcome();
    last().lose(code);
    expect(states.at(-1)).toBe(words);
    clock.pass(60_000);
    expect(sockets.length > 1).toBe(words.startsWith('away'));
  });

  it('[CON11] a WebSocket that is refused, cut again and again, or never answers is a state', () => {
    const refused = setting();
    refused.client.start();
    refused.last().lose();
    expect(refused.states.at(-1)).toBe('away unreachable');
    const cut = setting();
    cut.client.start();
    for (let at = 0; at < 3; at++) {
      cut.last().welcome();
      cut.clock.pass(60_000 - 35_000);
      cut.last().lose();
      expect(cut.states.at(-1)).toBe(at ? 'away cut' : 'away broken');
      cut.clock.pass(30_000);
    }
    const silent = setting();
    silent.client.start();
    silent.clock.pass(15_000);
    expect(silent.states.at(-1)).toBe('away unreachable');
    const forbidden = setting({ throws: true });
    expect(() => forbidden.client.start()).not.toThrow();
    expect(forbidden.states.at(-1)).toBe('refused address');
  });

  it('[CON11] offline is said when the browser says so and nothing is open; back, it connects without being asked', () => {
    const { clock, client, sockets, states, setOnline, last } = setting();
    client.start();
    last().welcome();
    setOnline(false);
    expect(states.at(-1)).toBe('open');
    last().lose();
    expect(states.at(-1)).toBe('offline');
    clock.pass(5_000);
    expect(sockets.length).toBe(1);
    setOnline(true);
    clock.pass(1_000);
    expect(sockets.length).toBe(2);
  });

  it('[CON11] after a sleep the line is asked, and given up without an answer', () => {
    const { clock, client, sockets, states, wake, last } = setting();
    client.start();
    last().welcome();
    wake();
    expect(last().said.at(-1)).toEqual({ type: 'ping' });
    last().say({ type: 'pong' });
    clock.pass(9_000);
    expect(states.at(-1)).toBe('open');
    clock.pass(60_000);
    expect(states).toContain('away broken');
    expect(sockets.length).toBeGreaterThan(1);
  });

  it('[CON19] after an hour’s sleep nobody is asked: the line is opened anew within a second', () => {
    const { clock, client, sockets, states, wake, last } = setting();
    client.start();
    last().welcome();
    const before = last();
    wake(3_600_000);
    expect(states.at(-1)).toBe('away broken');
    // Not 1000: that would tell the class that we left.
    expect(before.closed).toBe(4000);
    clock.pass(1_000);
    expect(sockets.length).toBe(2);
    last().welcome();
    expect(states.at(-1)).toBe('open');
  });

  it('[CON19] waking up, it need not wait for the long pause after many failures; looked at often, it hurries no more', () => {
    const { clock, client, sockets, wake, last } = setting();
    client.start();
    const pause = (): number => (client.state.kind === 'away' ? client.state.retryAt - clock.now() : 0);
    last().lose();
    while (pause() < 10_000) {
      clock.pass(pause());
      last().lose();
    }
    const tried = sockets.length;
    clock.pass(4_000);
    expect(sockets.length).toBe(tried);
    wake();
    clock.pass(600);
    expect(sockets.length).toBe(tried + 1);
    last().lose();
    for (let glance = 0; glance < 100; glance++) {
      wake();
      clock.pass(100);
      last().lose();
    }
    expect(sockets.length).toBeLessThanOrEqual(tried + 6);
  });

  it('[CON19] stopped and started again, it is in its rooms as before', () => {
    const { client, states, last } = setting();
    client.start();
    const room = client.join('room', { record: 'me' });
    room.subscribe([TOPIC]);
    last().welcome();
    const said = last().said.map(message => message['type']);
    client.stop();
    expect([states.at(-1), last().closed, room.joined]).toEqual(['idle', 1000, false]);
    client.start();
    last().welcome();
    expect(last().said.map(message => message['type'])).toEqual(said);
  });

  it('[SIG2] says the hash of its keys, of a session that has some', () => {
    const keys = 'CgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCk';
    const hash = Uint8Array.from({ length: 32 }, (_, index) => index + 10);
    for (const [options, said] of [
      [{}, {}],
      [{ keysHash: hash }, { keys }]
    ] as const) {
      const { client, last } = setting(options);
      client.start();
      last().welcome();
      expect(last().said[0]).toEqual({ type: 'hello', version: 1, session: SELF, secret: ADA, ...said });
    }
  });

  it('[SIG2] a session is named after its secret, as the server names it', () => {
    expect(sessionOf(digest, 'AAECAwQFBgcICQoLDA0ODw')).toBe('vkXLJgW_Nr695oSEGijw_Q');
  });

  it('answers the server’s ping', () => {
    const { client, last } = setting();
    client.start();
    last().welcome();
    last().say({ type: 'ping' });
    expect(last().said.at(-1)).toEqual({ type: 'pong' });
  });

  it('[CON11] after a restart nobody is gone before they had the time to come back', () => {
    const { clock, client, last } = setting();
    client.start();
    const room = client.join('room', { record: '' });
    const left: string[] = [];
    room.changes.add((_changed, gone) => left.push(...gone));
    last().welcome();
    last().say(entering(room, [SELF], [ADA], [BOB]));
    last().lose(1012);
    clock.pass(10_000);
    last().welcome();
    last().say(entering(room, [SELF]));
    expect([room.count, room.people.get(ADA)?.here, left]).toEqual([1, false, []]);
    last().say({
      type: 'changes',
      room: 'room',
      count: 2,
      people: [{ session: ADA, record: '', here: true, age: 0 }],
      left: []
    });
    clock.pass(20_000);
    last().say({ type: 'ping' });
    clock.pass(11_000);
    expect([left, [...room.people.keys()]]).toEqual([[BOB], [SELF, ADA]]);
  });

  it('a large roster comes in pages', () => {
    const { client, last } = setting();
    client.start();
    const room = client.join('room', { record: '' });
    last().welcome();
    last().say({ ...entering(room, [SELF], [ADA]), count: 3, next: 7 });
    expect(last().said.at(-1)).toEqual({ type: 'roster', room: 'room', after: 7 });
    last().say({
      type: 'people',
      room: 'room',
      people: [{ session: BOB, record: '', here: true, age: 5 }],
      next: null
    });
    expect([room.count, room.people.size, room.people.get(BOB)?.since]).toEqual([3, 3, -5_000]);
  });

  it('[CON3] nothing a server could send is an exception', () => {
    const { client, states, last } = setting();
    client.start();
    client.join('room', { record: '' });
    last().welcome();
    const random = seeded(5);
    const garbage = [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{"type":"joined"}',
      '{"type":"joined","room":"room","people":[null,1,{}]}',
      '{"type":"meet","room":"room","call":"x"}',
      '{"type":"signal","room":"room","from":5}',
      '{"type":"changes","room":"room"}',
      '{"type":"subscribed","room":"room","topics":{}}',
      '{"type":"refused"}',
      '{"type":"later"}'
    ];
    garbage.forEach(text => last().say(text));
    for (let round = 0; round < 1_000; round++) {
      const frame = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256));
      last().say(frame.buffer);
    }
    expect(states.at(-1)).toBe('open');
    expect(parseMessage('{"type":"welcome"}')).toMatchObject({ returnSeconds: 10 });
  });

  it('[CON9] relayed frames carry whom they are for, and from whom they are', () => {
    const { client, last } = setting();
    client.start();
    last().welcome();
    expect(client.publish(TOPIC, Uint8Array.of(1, 2), true)).toBe(true);
    expect([...last().frames[0]!.subarray(0, 2)]).toEqual([2, 0x0c]);
    const heard: unknown[] = [];
    client.published.add((topic, from, payload) => heard.push([topic, from, ...payload]));
    client.directs.add((from, payload) => heard.push([from, ...payload]));
    const direct = formatRelayed(3, ADA, Uint8Array.of(9));
    last().say(direct.buffer);
    const published = new Uint8Array([
      ...formatRelayed(1, TOPIC, Uint8Array.of(5)).subarray(0, 17),
      ...formatRelayed(3, BOB, Uint8Array.of(5)).subarray(1)
    ]);
    last().say(published.buffer);
    expect(heard).toEqual([
      [ADA, 9],
      [TOPIC, BOB, 5]
    ]);
    expect(() => client.direct(ADA, new Uint8Array(65_537))).toThrow(RangeError);
    expect(() => client.direct('x', Uint8Array.of(1))).toThrow(TypeError);
    last().lose();
    expect(client.direct(ADA, Uint8Array.of(1))).toBe(false);
    expect(parseRelayed(new Uint8Array())).toBeUndefined();
  });

  it.each([
    ['', { kind: 'alone' }],
    [undefined, { kind: 'alone' }],
    ['signal', { kind: 'address', url: 'wss://school.example/py/signal' }],
    ['http://other.example:8000/signal#x', { kind: 'address', url: 'ws://other.example:8000/signal' }],
    ['javascript:alert(1)', { kind: 'wrong', given: 'javascript:alert(1)' }],
    [{ a: 1 }, { kind: 'wrong', given: 'object' }],
    ['https://', { kind: 'wrong', given: 'https://' }]
  ])('peerbook.json: %j is %j', (given, address) => {
    expect(signalingAddress(given, 'https://school.example/py/')).toEqual(address);
  });
});
