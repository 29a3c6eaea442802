/** What every connection has, over one road or several: a state, listeners, who waits for it to drain. Pure. */
import type { Cancel } from '../core/clock';
import {
  type Channel,
  type CloseReason,
  type Connection,
  type ConnectionState,
  LOW_WATER_BYTES,
  type MessageListener,
  type Road,
  type SessionId,
  type StateListener
} from '../core/connection';
import { Listeners } from './listeners';

export abstract class BaseConnection implements Connection {
  constructor(readonly peer: SessionId) {}

  abstract get road(): Road;

  get state(): ConnectionState {
    return this._state;
  }

  abstract send(channel: Channel, message: Uint8Array): void;
  abstract bufferedBytes(channel: Channel): number;

  drained(): Promise<void> {
    return this._isDrained() ? Promise.resolve() : new Promise(resolve => this._drains.push(resolve));
  }

  close(reason: CloseReason = 'left'): void {
    this.finish(reason, true);
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

  /** Lets go of what it runs on; `tell`: the other side does not know yet. Once. */
  protected abstract release(tell: boolean): void;
  /** Hands over what waits, as far as there is room. */
  protected abstract pump(): void;

  /** It ended without our doing. */
  protected end(reason: CloseReason): void {
    this.finish(reason, false);
  }

  protected deliver(channel: Channel, message: Uint8Array): void {
    if (this._messages.size) {
      this._messages.call(channel, message);
    } else {
      this._early.push([channel, message]);
    }
  }

  protected become(state: ConnectionState): void {
    if (this._state.kind !== 'closed' && this._state.kind !== state.kind) {
      this._state = state;
      this.settleDrains();
      this._states.call(state);
      this.pump();
    }
  }

  /** Tells the listeners, though the state is what it was. */
  protected tellState(): void {
    this._states.call(this._state);
  }

  /** Resolves who waits for `drained`, when it is so. */
  protected settleDrains(): void {
    if (this._drains.length && this._isDrained()) {
      this._drains.splice(0).forEach(resolve => resolve());
    }
  }

  private finish(reason: CloseReason, tell: boolean): void {
    if (this._state.kind !== 'closed' && !this._ending) {
      this._ending = true;
      this.release(tell);
      this.become({ kind: 'closed', reason });
    }
  }

  private _isDrained(): boolean {
    return (
      this._state.kind === 'closed' ||
      this.bufferedBytes('control') + this.bufferedBytes('bulk') <= LOW_WATER_BYTES
    );
  }

  private _state: ConnectionState = { kind: 'connecting' };
  private _ending = false;
  private readonly _messages = new Listeners<[Channel, Uint8Array]>();
  private readonly _states = new Listeners<[ConnectionState]>();
  private readonly _early: [Channel, Uint8Array][] = [];
  private readonly _drains: (() => void)[] = [];
}
