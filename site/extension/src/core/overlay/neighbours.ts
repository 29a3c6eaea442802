/** The connections a page holds, at most eight, and what is remembered of each. */
import { type Channel, type Connection, HIGH_WATER_BYTES } from '../connection';
import type { Digest } from '../session';
import type { Message } from './messages';
import { Hearing, type IHeaded, Saying } from './shorthand';
import { encodeMessage } from './wire';

/** Connections aimed at; `target_degree` in docs/protocol.json. */
export const TARGET_DEGREE = 6;
/** Connections held at most; `max_degree`. */
export const MAX_DEGREE = 8;

/** Sessions of which it is remembered that they were introduced; said again when forgotten. */
const MOST_INTRODUCED = 4000;

/** What of a connection is needed here. */
export type Line = Pick<Connection, 'peer' | 'send' | 'bufferedBytes' | 'drained'>;

export class Neighbour {
  constructor(
    private readonly line: Line,
    digest: Digest
  ) {
    this.hearing = { control: new Hearing(digest), bulk: new Hearing(digest) };
  }

  readonly hearing: Readonly<Record<Channel, Hearing>>;
  private readonly saying = { control: new Saying(), bulk: new Saying() };
  private readonly introduced = { control: new Set<string>(), bulk: new Set<string>() };

  get peer(): string {
    return this.line.peer;
  }

  say(message: Message, channel: Channel = message.type === 'entries' ? 'bulk' : 'control'): void {
    this.line.send(channel, encodeMessage(message));
  }

  /** Says whose a session is, unless that was said on this channel before: what follows on it is understood. */
  introduce(channel: Channel, session: string, bytes: Uint8Array | undefined): void {
    const introduced = this.introduced[channel];
    if (bytes && !introduced.has(session)) {
      introduced.add(session);
      if (introduced.size > MOST_INTRODUCED) {
        introduced.delete(introduced.values().next().value!);
      }
      this.say({ type: 'introduction', bytes }, channel);
    }
  }

  /** It knows that session: told by it, or told to it in answer. */
  knows(session: string): void {
    this.introduced.control.add(session);
    this.introduced.bulk.add(session);
  }

  pass(channel: Channel, { bytes, tail, reference, ...head }: IHeaded): void {
    const isSaid = this.saying[channel].isSaid({ bytes, tail, reference, ...head });
    this.line.send(channel, isSaid ? encodeMessage({ type: 'short', reference, tail }) : bytes);
  }

  /** A head that was said did not arrive. */
  forget(reference: string): void {
    this.saying.control.forget(reference);
    this.saying.bulk.forget(reference);
  }

  /** When more may be sent; null: now. */
  room(): Promise<void> | null {
    const waiting = this.line.bufferedBytes('control') + this.line.bufferedBytes('bulk');
    return waiting > HIGH_WATER_BYTES ? this.line.drained() : null;
  }
}

export class Neighbours implements Iterable<Neighbour> {
  private readonly map = new Map<string, Neighbour>();

  get size(): number {
    return this.map.size;
  }

  [Symbol.iterator](): Iterator<Neighbour> {
    return this.map.values();
  }

  get(peer: string): Neighbour | undefined {
    return this.map.get(peer);
  }

  /** False when there are as many as may be. */
  add(neighbour: Neighbour): boolean {
    if (!this.map.has(neighbour.peer) && this.map.size >= MAX_DEGREE) {
      return false;
    }
    this.map.set(neighbour.peer, neighbour);
    return true;
  }

  delete(peer: string): boolean {
    return this.map.delete(peer);
  }

  /** Says it to everybody but those. */
  say(message: Message, except: ReadonlySet<string> = new Set()): void {
    for (const neighbour of this.map.values()) {
      if (!except.has(neighbour.peer)) {
        neighbour.say(message);
      }
    }
  }

  /** One of them, as likely as any other. */
  any(random: () => number): Neighbour | undefined {
    return [...this.map.values()][Math.floor(random() * this.map.size)];
  }
}
