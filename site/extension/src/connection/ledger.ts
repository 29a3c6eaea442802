/** One channel of a link: what was sent and not confirmed, what has come and not in order. Pure. */
import type { Connection } from '../core/connection';

export interface ISent {
  readonly place: number;
  readonly payload: Uint8Array;
  /** Over which road it went last. */
  road: Connection;
  /** When, in the clock's milliseconds. */
  at: number;
}

/** Messages out of their order wait for the ones before them; more than two windows no honest sender has on the way. */
const HELD_BYTES = 4_194_304;

export class Ledger {
  /** Sent, not confirmed, in order. */
  readonly sent: ISent[] = [];
  /** How many have come, in order. */
  come = 0;

  /** Not confirmed, waiting ones included. */
  get bytes(): number {
    return this._waitingBytes + this._sentBytes;
  }

  get bytesOnTheWay(): number {
    return this._sentBytes;
  }

  get hasWaiting(): boolean {
    return this._waiting.length > 0;
  }

  add(payload: Uint8Array): void {
    this._waiting.push(payload);
    this._waitingBytes += payload.byteLength;
  }

  /** Moves the next that waits to what is on its way. */
  next(road: Connection, at: number): ISent | undefined {
    const payload = this._waiting.shift();
    if (!payload) {
      return undefined;
    }
    const entry = { place: this._place++, payload, road, at };
    this.sent.push(entry);
    this._waitingBytes -= payload.byteLength;
    this._sentBytes += payload.byteLength;
    return entry;
  }

  /** The other side has had `count` messages. False when there never were as many. */
  confirm(count: number): boolean {
    if (count > this._place) {
      return false;
    }
    while (this.sent.length && this.sent[0]!.place < count) {
      this._sentBytes -= this.sent.shift()!.payload.byteLength;
    }
    return true;
  }

  /** A message came: those that are now in order, or undefined when too much is out of it. */
  take(place: number, payload: Uint8Array): Uint8Array[] | undefined {
    if (place < this.come || this._held.has(place)) {
      return []; // had it, over another road
    }
    if (place > this.come) {
      this._heldBytes += payload.byteLength + 64;
      this._held.set(place, payload);
      return this._heldBytes > HELD_BYTES ? undefined : [];
    }
    const ready = [payload];
    this.come++;
    for (let next = this._held.get(this.come); next; next = this._held.get(this.come)) {
      this._held.delete(this.come++);
      this._heldBytes -= next.byteLength + 64;
      ready.push(next);
    }
    return ready;
  }

  clear(): void {
    this.sent.length = this._waiting.length = this._sentBytes = this._waitingBytes = this._heldBytes = 0;
    this._held.clear();
  }

  private _place = 0;
  private _sentBytes = 0;
  private _waitingBytes = 0;
  private _heldBytes = 0;
  private readonly _waiting: Uint8Array[] = [];
  private readonly _held = new Map<number, Uint8Array>();
}
