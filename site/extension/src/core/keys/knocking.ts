/**
 * Asking to be let in, or for the key of an epoch that one lacks: knocks at each neighbour and again from time to time,
 * until what one lacks is here. Pure: `send` and the clock are passed in [KEY9].
 */
import { sameBytes } from '../bytes';
import type { IAdmission } from './answer';

/** Between two knocks. `knock_every_ms` in docs/protocol.json. */
export const KNOCK_EVERY_MS = 20_000;
/** Knocks for a key of old that nobody may have any more. */
const TRIES = 3;
/** Own knocks whose answers are still taken: a minute and more. */
const ASKED = 4;

export type KnockState =
  /** Nothing is lacking. */
  | 'inside'
  /** Nobody has answered yet. */
  | 'knocking'
  /** The door is closed, and somebody was told. */
  | 'waiting'
  /** Somebody who should know says no. Whoever may still lets one in. */
  | 'refused';

export interface IKnockingPorts {
  now(): number;
  /** A knock with a new salt; `id` is its SHA-256. */
  make(then: (bytes: Uint8Array, id: Uint8Array) => void): void;
  /** To all neighbours, or to one. */
  send(bytes: Uint8Array, to: string | null): void;
  /** Whether the key of the epoch that counts is here. */
  isInside(): boolean;
  /** How many other keys were stated and are not here. */
  missing(): number;
  /** Takes in what an admission holds, after verifying all of it; then it is known whether one is inside. */
  learn(admission: IAdmission, then: () => void): void;
  changed(state: KnockState): void;
}

export class Knocking {
  constructor(private readonly ports: IKnockingPorts) {}

  private asked: Uint8Array[] = [];
  private last: { readonly bytes: Uint8Array; readonly at: number } | null = null;
  private isMaking = false;
  private told: KnockState = 'inside';
  /** Asked in vain for keys that one does not need to be inside. */
  private tries = 0;
  private missed = 0;

  get state(): KnockState {
    return this.told;
  }

  /** Whether an answer is to a knock of one's own. */
  readonly isAsked = (id: Uint8Array): boolean => this.asked.some(each => sameBytes(each, id));

  /** Something is sealed with a key that is not here, an epoch was stated, the class was entered: knocks if it must. */
  need(): void {
    if (this.ports.isInside()) {
      this.tell('inside');
      const missing = this.ports.missing();
      this.tries = missing === this.missed ? this.tries : 0;
      this.missed = missing;
      if (missing > 0 && this.tries < TRIES) {
        this.knock();
      }
      return;
    }
    if (this.told === 'inside') {
      this.tell('knocking');
    }
    this.knock();
  }

  /** It was stated that one is a member again: whatever was answered before, knocks at once. */
  again(): void {
    if (this.told === 'refused' || this.told === 'waiting') {
      this.tell('knocking');
      this.last = null;
      this.knock();
    }
  }

  /** A neighbour is here: they hear the knock as well. */
  met(neighbour: string): void {
    if (!this.ports.isInside() && this.last) {
      this.ports.send(this.last.bytes, neighbour);
    } else {
      // They may have what nobody had before.
      this.tries = 0;
      this.need();
    }
  }

  /** To be called about every second. */
  tick(): void {
    if (this.told !== 'inside' || this.missed > 0) {
      this.need();
    }
  }

  /** An answer to one's own knock that was read. */
  answered(kind: 'waiting' | 'refused'): void;
  answered(kind: 'admitted', admission: IAdmission): void;
  answered(kind: KnockState | 'admitted', admission?: IAdmission): void {
    if (this.told === 'inside' && this.missed === 0) {
      return;
    }
    if (admission) {
      this.ports.learn(admission, () => this.ports.isInside() && this.tell('inside'));
    } else if (this.told !== 'inside' && (kind === 'waiting' || kind === 'refused')) {
      this.tell(kind);
    }
  }

  private knock(): void {
    const now = this.ports.now();
    if (this.isMaking || (this.last && now - this.last.at < KNOCK_EVERY_MS)) {
      return;
    }
    this.isMaking = true;
    this.tries += 1;
    this.ports.make((bytes, id) => {
      this.isMaking = false;
      this.asked = [...this.asked, id].slice(-ASKED);
      this.last = { bytes, at: now };
      this.ports.send(bytes, null);
    });
  }

  private tell(state: KnockState): void {
    if (state === this.told) {
      return;
    }
    this.told = state;
    if (state === 'inside') {
      [this.asked, this.last] = [[], null];
    }
    this.ports.changed(state);
  }
}
