/**
 * A road in memory, flushed by hand: no timers, no turns of the event loop, so a test decides what arrives when, and a
 * simulation runs thousands.
 */
import { type Channel, CHANNELS, HIGH_WATER_BYTES, type Road, type SessionId } from '../core/connection';
import { RoadConnection } from './road';

/** Both ends of one road, and what is on its way. */
export class MemoryPair {
  constructor(left: SessionId, right: SessionId, road: Road = 'memory') {
    this.left = new MemoryConnection(right, road, () => this._cut);
    this.right = new MemoryConnection(left, road, () => this._cut);
    this.left.meet(this.right);
  }

  /** `left` is the end at the session `left`: its peer is `right`. */
  readonly left: MemoryConnection;
  readonly right: MemoryConnection;

  open(): void {
    this.left.open();
    this.right.open();
  }

  /** Delivers the next frame to one end, of `first` if that channel has one. False when there is none. */
  step(end: 'left' | 'right', first: Channel = 'control'): boolean {
    return this._cut ? false : this[end].takeNext(first);
  }

  /** Delivers everything, answers to it included. */
  flush(): void {
    while (this.step('left') || this.step('right')) {
      // until it is quiet
    }
  }

  /** From now on frames are taken and go nowhere, and neither end is told: a cable pulled. */
  cut(): void {
    this._cut = true;
  }

  /** Ends the road on both sides; what was on its way is lost. */
  break(): void {
    this.left.lose();
    this.right.lose();
  }

  private _cut = false;
}

export class MemoryConnection extends RoadConnection {
  constructor(
    peer: SessionId,
    road: Road,
    private readonly _isCut: () => boolean
  ) {
    super(peer, road);
  }

  meet(other: MemoryConnection): void {
    this._other = other;
    other._other = this;
  }

  open(): void {
    this.become({ kind: 'open' });
  }

  lose(): void {
    this.end('lost');
  }

  /** The channels of a real road overtake each other, so each has its own line. */
  takeNext(first: Channel): boolean {
    const other = first === 'control' ? 'bulk' : 'control';
    const frame = this._coming[first].shift() ?? this._coming[other].shift();
    if (frame) {
      this._other?._delivered(frame);
      this.receive(frame);
      return true;
    }
    const left = this._byeComes && this.state.kind !== 'closed';
    if (left) {
      this.end('other-left');
    }
    return left;
  }

  protected transmit(channel: Channel, frame: Uint8Array): boolean {
    if (this._carried >= HIGH_WATER_BYTES) {
      return false;
    }
    this._carried += frame.byteLength;
    this._other?._coming[channel].push(frame);
    return true;
  }

  protected override carriedBytes(channel: Channel): number {
    return channel === 'bulk' ? this._carried : 0;
  }

  protected release(tell: boolean): void {
    if (tell && !this._isCut() && this._other) {
      this._other._byeComes = true;
    }
    CHANNELS.forEach(channel => (this._coming[channel].length = 0));
  }

  private _delivered(frame: Uint8Array): void {
    this._carried -= frame.byteLength;
    this.pump();
  }

  private _other?: MemoryConnection;
  private _carried = 0;
  private _byeComes = false;
  private readonly _coming: Record<Channel, Uint8Array[]> = { control: [], bulk: [] };
}
