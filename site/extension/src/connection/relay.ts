/**
 * One-to-one over the server [CON9]. The server vouches for who sends; what it carries it does not read. As it forgets
 * everything when it ends, and a page everything when it reloads, each connection has a number at either end, and
 * frames of an older one are no part of a newer one.
 *
 *     HELLO    mine              until it is answered
 *     WELCOME  mine, yours       there is an end here
 *     FRAME    yours, frame
 *     BYE      mine              that end is no more
 */
import type { Cancel, Clock } from '../core/clock';
import { type Channel, HIGH_WATER_BYTES, type SessionId } from '../core/connection';
import { Listeners } from './listeners';
import { RoadConnection } from './road';
import type { SignalingClient } from './signaling/client';

const HELLO = 1;
const WELCOME = 2;
const FRAME = 3;
const BYE = 4;
/** Kind and number. */
const HEAD_BYTES = 5;
/** Twice the time over a slow network; doubled each time, to the longest. */
const KNOCK_MS = 1_000;
const LONGEST_KNOCK_MS = 16_000;

/** All connections of this page over the server. */
export class RelayRoads {
  constructor(
    private readonly _client: SignalingClient,
    private readonly _clock: Clock,
    /** 32 random bits. */
    private readonly _number: () => number
  ) {
    // For as long as the client lives: it may be stopped and started again.
    _client.directs.add((from, payload) => this._hear(from, payload));
    _client.undelivered.add((about, to) => void (about === 'direct' && this._ends.get(to)?.missing()));
    _client.room.add(() => this._ends.forEach(end => end.resume()));
    _client.onState(state => {
      if (state.kind === 'open') {
        this._ends.forEach(end => end.knock());
      } else if (state.kind !== 'connecting') {
        [...this._ends.values()].forEach(end => end.serverAway());
      }
    });
  }

  /** Somebody without a connection knocks; whoever wants one calls `open`. Else they knock in vain. */
  readonly knocks = new Listeners<[SessionId]>();

  /** A connection to `peer`, open when there is one at the other end too. There is one at a time. */
  open(peer: SessionId): RelayConnection {
    this._ends.get(peer)?.close();
    const end = new RelayConnection(peer, this._client, this._clock, this._number());
    this._ends.set(peer, end);
    end.onState(state => {
      if (state.kind === 'closed' && this._ends.get(peer) === end) {
        this._ends.delete(peer);
      }
    });
    end.knock();
    return end;
  }

  close(): void {
    [...this._ends.values()].forEach(end => end.close());
  }

  private _hear(from: SessionId, payload: Uint8Array): void {
    if (payload.byteLength < HEAD_BYTES) {
      return;
    }
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const number = view.getUint32(1);
    const end = this._ends.get(from);
    switch (payload[0]) {
      case HELLO:
        if (end?.isOther(number)) {
          end.forgotten();
        }
        // Whoever lost the old one may have opened another by now.
        if (!this._ends.has(from)) {
          this.knocks.call(from);
        }
        this._ends.get(from)?.hello(number);
        break;
      case WELCOME:
        if (payload.byteLength === HEAD_BYTES + 4) {
          end?.welcome(number, view.getUint32(HEAD_BYTES));
        }
        break;
      case FRAME:
        if (!end?.take(number, payload.subarray(HEAD_BYTES))) {
          this._client.direct(from, packet(BYE, number));
        }
        break;
      case BYE:
        end?.bye(number);
        break;
      default:
        break;
    }
  }

  private readonly _ends = new Map<SessionId, RelayConnection>();
}

export class RelayConnection extends RoadConnection {
  constructor(
    peer: SessionId,
    private readonly _client: SignalingClient,
    private readonly _clock: Clock,
    private readonly _mine: number
  ) {
    super(peer, 'relay');
  }

  /** Says hello, again and again until there is an answer. */
  knock(): void {
    this._cancelKnock();
    if (this.state.kind === 'connecting') {
      this._client.direct(this.peer, packet(HELLO, this._mine));
      this._cancelKnock = this._clock.after(this._pause, () => this.knock());
      this._pause = Math.min(LONGEST_KNOCK_MS, this._pause * 2);
    }
  }

  /** Whether `number` is another end than the one we are connected to. */
  isOther(number: number): boolean {
    return this._theirs !== undefined && this._theirs !== number;
  }

  hello(number: number): void {
    this._theirs = number;
    this._client.direct(this.peer, packet(WELCOME, this._mine, number));
    this.become({ kind: 'open' });
  }

  welcome(theirs: number, mine: number): void {
    if (mine !== this._mine) {
      return;
    }
    if (this.isOther(theirs)) {
      this.forgotten();
      return;
    }
    this._theirs = theirs;
    this.become({ kind: 'open' });
  }

  /** False when the frame is for an end that is no more. */
  take(mine: number, frame: Uint8Array): boolean {
    if (mine !== this._mine) {
      return false;
    }
    this.receive(frame);
    return true;
  }

  bye(theirs: number): void {
    if (theirs === this._theirs) {
      this.end('other-left');
    }
  }

  forgotten(): void {
    this.end('reset');
  }

  /** What was sent may have gone nowhere: it is over. While connecting nothing was sent yet, and we go on knocking. */
  missing(): void {
    if (this.state.kind !== 'connecting') {
      this.end('not-here');
    }
  }

  serverAway(): void {
    if (this.state.kind !== 'connecting') {
      this.end('server-away');
    }
  }

  resume(): void {
    this.pump();
  }

  protected transmit(channel: Channel, frame: Uint8Array): boolean {
    if (this._theirs === undefined || !(this._client.hasRoom || this._mayPass(channel))) {
      return false;
    }
    return this._client.direct(this.peer, packet(FRAME, this._theirs), frame);
  }

  /** All connections share one socket, so what waits there is everybody's. */
  protected override carriedBytes(channel: Channel): number {
    return channel === 'bulk' ? this._client.bufferedBytes : 0;
  }

  protected release(tell: boolean): void {
    this._cancelKnock();
    if (tell && this._theirs !== undefined) {
      this._client.direct(this.peer, packet(BYE, this._mine));
    }
  }

  private _mayPass(channel: Channel): boolean {
    return channel === 'control' && this._client.bufferedBytes < HIGH_WATER_BYTES;
  }

  private _theirs?: number;
  private _pause = KNOCK_MS;
  private _cancelKnock: Cancel = () => undefined;
}

function packet(kind: number, number: number, more?: number): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + (more === undefined ? 0 : 4));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, number);
  if (more !== undefined) {
    view.setUint32(HEAD_BYTES, more);
  }
  return bytes;
}
