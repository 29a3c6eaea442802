/**
 * A network under a seed: lines between sessions that delay, and, when it is a bad one, lose, double and reorder what
 * they carry, which no real connection does. Whatever the core survives here it survives there.
 */
import type { Clock } from '../clock';
import type { Channel } from '../connection';
import type { Line } from '../overlay/neighbours';
import { FIRST_TYPE } from '../overlay/wire';
import type { Chance } from './chance';

export interface IWeather {
  /** Milliseconds on the way, at least and at most. */
  readonly delay: readonly [number, number];
  /** Of a hundred messages. */
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

export const FAIR: IWeather = { delay: [5, 60], lost: 0, doubled: 0, reordered: 0 };
export const BAD: IWeather = { delay: [5, 400], lost: 4, doubled: 3, reordered: 10 };

/** Who is at the end of a line. */
export interface IListener {
  readonly session: string;
  hear(from: string, channel: Channel, message: Uint8Array): void;
}

export class Network {
  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
    public weather: IWeather
  ) {}

  messages = 0;
  lost = 0;
  doubled = 0;
  reordered = 0;
  bytes = 0;
  /** Messages that were envelopes, whole or short. */
  envelopes = 0;
  /** Sees all that anybody says. */
  onSend: ((message: Uint8Array, from: string) => void) | null = null;
  /** Sessions that cannot be reached from other sides. */
  private readonly sides = new Map<string, number>();
  private readonly cut = new Set<string>();

  /** The line from one to the other. */
  line(from: string, to: IListener): Line {
    const last = { control: 0, bulk: 0 };
    return {
      peer: to.session,
      bufferedBytes: () => 0,
      drained: () => Promise.resolve(),
      send: (channel, message) => {
        const { delay, lost, doubled, reordered } = this.weather;
        this.messages += 1;
        this.onSend?.(message, from);
        this.bytes += message.byteLength;
        this.envelopes += message[0]! <= FIRST_TYPE ? 1 : 0;
        const copies = this.isReachable(from, to.session) && !this.chance.is(lost / 100) ? 1 : 0;
        const more = copies > 0 && this.chance.is(doubled / 100) ? 1 : 0;
        this.lost += 1 - copies;
        this.doubled += more;
        for (let copy = copies + more; copy > 0; copy -= 1) {
          const wait = delay[0] + this.chance.below(delay[1] - delay[0] + 1);
          const inOrder = !this.chance.is(reordered / 100);
          this.reordered += inOrder ? 0 : 1;
          const at = Math.max(this.clock.now() + wait, inOrder ? last[channel] : 0);
          last[channel] = Math.max(last[channel], at);
          const own = message.slice();
          this.clock.after(at - this.clock.now(), () => {
            if (this.isReachable(from, to.session)) {
              to.hear(from, channel, own);
            }
          });
        }
      }
    };
  }

  isReachable(a: string, b: string): boolean {
    return !this.cut.has(a) && !this.cut.has(b) && (this.sides.get(a) ?? 0) === (this.sides.get(b) ?? 0);
  }

  /** Puts sessions on one side; 0 is where everybody begins. */
  move(session: string, side: number): void {
    this.sides.set(session, side);
  }

  /** Nothing reaches it any more. */
  remove(session: string): void {
    this.cut.add(session);
  }
}
