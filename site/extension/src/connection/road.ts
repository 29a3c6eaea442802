/**
 * What all roads have in common: messages cut to frames, waiting in order, control before bulk; the state; listeners.
 * A road brings what carries frames. Pure: no clock, no socket.
 */
import type { Cancel } from '../core/clock';
import {
  type Channel,
  CHANNELS,
  type CloseReason,
  type Connection,
  type ConnectionState,
  LOW_WATER_BYTES,
  MESSAGE_BYTES,
  type MessageListener,
  type Road,
  type SessionId,
  type StateListener
} from '../core/connection';
import { Assembler, type FrameFault, LARGEST_BYTES, splitMessage } from './framing';
import { Listeners } from './listeners';

/** What may wait in a page for one road: 16 times what a sender who pauses leaves there. Chromium throws at as much. */
export const OVERRUN_BYTES = 16_777_216;

export abstract class RoadConnection implements Connection {
  constructor(
    readonly peer: SessionId,
    readonly road: Road
  ) {}

  get state(): ConnectionState {
    return this._state;
  }

  /** What was wrong with what came, once it was `garbled`. For whoever looks for the reason. */
  get fault(): FrameFault | undefined {
    return this._fault;
  }

  send(channel: Channel, message: Uint8Array): void {
    if (message.byteLength > LARGEST_BYTES) {
      throw new RangeError(
        `A message of ${message.byteLength} bytes: at most ${MESSAGE_BYTES} are carried in one piece.`
      );
    }
    if (this._state.kind === 'closed') {
      return;
    }
    for (const frame of splitMessage(channel, message)) {
      this._waiting[channel].push(frame);
      this._waitingBytes[channel] += frame.byteLength;
    }
    this.pump();
    if (this._waitingBytes.control + this._waitingBytes.bulk > OVERRUN_BYTES) {
      this.close('overrun');
    }
  }

  bufferedBytes(channel: Channel): number {
    return this._state.kind === 'closed' ? 0 : this._waitingBytes[channel] + this.carriedBytes(channel);
  }

  drained(): Promise<void> {
    return this._isDrained() ? Promise.resolve() : new Promise(resolve => this._drains.push(resolve));
  }

  close(reason: CloseReason = 'left'): void {
    if (this._state.kind !== 'closed') {
      this.release(true);
      this.become({ kind: 'closed', reason });
    }
  }

  onMessage(listener: MessageListener): Cancel {
    const cancel = this._messages.add(listener);
    // A connection that somebody else began may have spoken before anybody here listened.
    this._early.splice(0).forEach(([channel, message]) => this._messages.call(channel, message));
    return cancel;
  }

  onState(listener: StateListener): Cancel {
    return this._states.add(listener);
  }

  /** Takes the frame if there is room for it now; whoever says no calls `pump` when there is. Only while open. */
  protected abstract transmit(channel: Channel, frame: Uint8Array): boolean;
  /** Lets go of what carried frames; `tell`: the other side does not know yet. Once. */
  protected abstract release(tell: boolean): void;

  /** Bytes taken by `transmit` that have not left. */
  protected carriedBytes(_channel: Channel): number {
    return 0;
  }

  /** Hands over what waits, as far as there is room. Call it whenever there is more. */
  protected pump(): void {
    if (this._state.kind !== 'open') {
      return;
    }
    for (const channel of CHANNELS) {
      const queue = this._waiting[channel];
      let sent = 0;
      for (; sent < queue.length; sent++) {
        const frame = queue[sent]!;
        if (!this.transmit(channel, frame)) {
          break;
        }
        this._waitingBytes[channel] -= frame.byteLength;
      }
      queue.splice(0, sent);
    }
    this.settleDrains();
  }

  /** Resolves who waits for `drained`, when it is so. */
  protected settleDrains(): void {
    if (this._drains.length && this._isDrained()) {
      this._drains.splice(0).forEach(resolve => resolve());
    }
  }

  protected receive(frame: Uint8Array): void {
    if (this._state.kind === 'closed') {
      return;
    }
    const result = this._assembler.take(frame);
    if (result.kind === 'fault') {
      this._fault = result.fault;
      this.close('garbled');
    } else if (result.kind === 'message') {
      if (this._messages.size) {
        this._messages.call(result.channel, result.message);
      } else {
        this._early.push([result.channel, result.message]);
      }
    }
  }

  /** The road ended without our doing. */
  protected end(reason: CloseReason): void {
    if (this._state.kind !== 'closed') {
      this.release(false);
      this.become({ kind: 'closed', reason });
    }
  }

  protected become(state: ConnectionState): void {
    if (this._state.kind === 'closed' || this._state.kind === state.kind) {
      return;
    }
    this._state = state;
    if (state.kind === 'closed') {
      for (const channel of CHANNELS) {
        this._waiting[channel] = [];
        this._waitingBytes[channel] = 0;
      }
      this.settleDrains();
    }
    this._states.call(state);
    this.pump();
  }

  private _isDrained(): boolean {
    return this.bufferedBytes('control') + this.bufferedBytes('bulk') <= LOW_WATER_BYTES;
  }

  private _state: ConnectionState = { kind: 'connecting' };
  private _fault?: FrameFault;
  private readonly _assembler = new Assembler();
  private readonly _waiting: Record<Channel, Uint8Array[]> = { control: [], bulk: [] };
  private readonly _waitingBytes: Record<Channel, number> = { control: 0, bulk: 0 };
  private readonly _messages = new Listeners<[Channel, Uint8Array]>();
  private readonly _states = new Listeners<[ConnectionState]>();
  private readonly _early: [Channel, Uint8Array][] = [];
  private readonly _drains: (() => void)[] = [];
}
