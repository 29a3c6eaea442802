/**
 * What the tests run in a bare page of a real browser: the contract over roads that only browsers have. Bundled by
 * tests/browser, never part of the site.
 */
import { digest } from 'lib0/hash/sha256';
import type { SessionId } from '../core/connection';
import { sessionOf } from '../core/session';
import { makeId } from './base64';
import { RtcBudget } from './budget';
import { Tabs } from './broadcastchannel';
import { CONTRACT, type IPair, runCase } from './contract';
import { DirectRoads } from './direct';
import type { Link } from './link';
import { type IOpened, type IOpenOptions, openConnections } from './open';
import { pageClock } from './page';
import { RelayRoads } from './relay';
import { SignalingClient } from './signaling/client';
import type { Room } from './signaling/room';

export const fill = (bytes: Uint8Array<ArrayBuffer>): void => void crypto.getRandomValues(bytes);
export const number = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 25_000;
  while (!isSo()) {
    if (performance.now() > end) {
      throw new Error(`in 25 s it did not come to this: ${what}`);
    }
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

export function client(signal: string, session: SessionId = makeId(fill)): SignalingClient {
  const signaling = new SignalingClient({
    session,
    secret: makeId(fill),
    openSocket: () => new WebSocket(signal),
    clock: pageClock,
    random: Math.random
  });
  signaling.start();
  return signaling;
}

async function twoClients(signal: string): Promise<[SignalingClient, SignalingClient, Room, Room]> {
  const name = makeId(fill);
  const [one, two] = [client(signal), client(signal)];
  const [here, there] = [one.join(name, { record: '' }), two.join(name, { record: '' })];
  await until('both are in the room', () => here.people.has(two.session) && there.people.has(one.session));
  return [one, two, here, there];
}

/** Through the real server, both ends in this page: signals and frames leave it all the same. */
async function relayPair(signal: string): Promise<IPair> {
  const [one, two] = await twoClients(signal);
  const [mine, yours] = [one, two].map(end => new RelayRoads(end, pageClock, number)) as [
    RelayRoads,
    RelayRoads
  ];
  const [left, right] = [mine.open(two.session), yours.open(one.session)];
  return {
    left,
    right,
    until,
    end: () => [mine, yours, one, two].forEach(end => ('stop' in end ? end.stop() : end.close()))
  };
}

async function directPair(signal: string): Promise<IPair> {
  const [one, two, here, there] = await twoClients(signal);
  const roads = (end: SignalingClient, room: Room): DirectRoads => {
    const direct = new DirectRoads({
      session: end.session,
      clock: pageClock,
      budget: new RtcBudget(),
      create: () => new RTCPeerConnection({ iceServers: [] }),
      number,
      send: (peer, data) => room.signal(peer, data)
    });
    room.signals.add((from, data) => direct.hear(from, data));
    return direct;
  };
  const [mine, yours] = [roads(one, here), roads(two, there)];
  let right: IPair['right'] | undefined;
  yours.calls.add(peer => {
    const answer = yours.open(peer, false);
    right = typeof answer === 'string' ? undefined : answer;
  });
  const left = mine.open(two.session, true);
  await until('the other is called', () => right !== undefined);
  if (typeof left === 'string' || !right) {
    throw new Error(typeof left === 'string' ? left : 'nobody called');
  }
  return {
    left,
    right,
    until,
    end: () => [mine, yours, one, two].forEach(end => ('stop' in end ? end.stop() : end.close()))
  };
}

async function tabPair(): Promise<IPair> {
  const name = makeId(fill);
  const tabs = (session: string): Tabs => new Tabs(session, new BroadcastChannel(name), pageClock);
  const [one, two] = [tabs('one'), tabs('two')];
  await until('they find each other', () => one.connections.size === 1 && two.connections.size === 1);
  const [left, right] = [one.connections.get('two')!, two.connections.get('one')!];
  return { left, right, until, end: () => [one, two].forEach(end => end.close()) };
}

/** Runs the contract's case of this title; '' when it passes, else what went wrong. */
export async function runContract(
  road: 'relay' | 'direct' | 'tab',
  title: string,
  signal: string
): Promise<string> {
  const aCase = CONTRACT.find(candidate => candidate.title === title);
  if (!aCase) {
    return `there is no case '${title}'`;
  }
  const make = { relay: () => relayPair(signal), direct: () => directPair(signal), tab: tabPair }[road];
  try {
    await runCase(aCase, make);
    return '';
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Somebody in a class, in a bare page: says numbers to everybody it is linked to, notes what it hears. */
export class Member {
  constructor(signal: string, room: string, options: Partial<IOpenOptions> = {}) {
    const secret = makeId(fill);
    this.session = options.session ?? sessionOf(digest, secret);
    this.opened = openConnections({
      session: this.session,
      secret,
      signal,
      room,
      record: '',
      budget: this.budget,
      ...options
    });
    this.opened.roads.made.add(link => {
      this._note(link, link.state.kind);
      link.onState(state => this._note(link, state.kind));
      link.onMessage((_channel, message) => {
        const number = new DataView(message.buffer, message.byteOffset).getUint32(0);
        (this.heard[link.peer] ??= []).push(number);
        this.lastHeard = performance.now();
      });
    });
    this.opened.roads.changed.add(summary => {
      if (this.words.at(-1) !== summary.kind) {
        this.words.push(summary.kind);
      }
    });
  }

  readonly session: SessionId;
  readonly opened: IOpened;
  readonly budget = new RtcBudget();
  /** Numbers heard, by who said them. */
  readonly heard: Record<SessionId, number[]> = {};
  /** What became of links: when, whose, what, over which road. */
  readonly log: [ms: number, peer: SessionId, state: string, road: string][] = [];
  /** The class's states, in the order they were said. */
  readonly words: string[] = [];
  lastHeard = 0;

  /** Says the next number to everybody, and again every `ms`. */
  talk(ms: number, bytes = 4): void {
    this.stop();
    this._timer = setInterval(() => this.say(bytes), ms);
  }

  say(bytes = 4): void {
    const message = new Uint8Array(Math.max(4, bytes));
    for (const link of this.opened.roads.links.values()) {
      const next = this._said.get(link) ?? 0;
      this._said.set(link, next + 1);
      new DataView(message.buffer).setUint32(0, next);
      link.send('control', message);
    }
  }

  stop(): void {
    clearInterval(this._timer);
  }

  /** How many numbers were said to `peer` over its present link. */
  saidTo(peer: SessionId): number {
    const link = this.opened.roads.links.get(peer);
    return (link && this._said.get(link)) ?? 0;
  }

  links(): Record<SessionId, string> {
    return Object.fromEntries(
      [...this.opened.roads.links.values()].map(link => [link.peer, `${link.state.kind} ${link.road}`])
    );
  }

  private _note(link: Link, state: string): void {
    this.log.push([Math.round(performance.now()), link.peer, state, link.road]);
  }

  private _timer?: ReturnType<typeof setInterval>;
  private readonly _said = new Map<Link, number>();
}
