/**
 * Tabs of one browser, over BroadcastChannel [CON8]: who comes says hello to all, who is there answers; a tab that
 * vanishes without a word is found out by asking (a hidden tab's timers sleep, its message handler does not).
 *
 * BroadcastChannel takes everything and tells nobody how much waits, so each end confirms what it has heard.
 */
import type { Cancel, Clock } from '../core/clock';
import { type Channel, HIGH_WATER_BYTES, type SessionId } from '../core/connection';
import { Listeners } from './listeners';
import { RoadConnection } from './road';

/** How often a tab is asked whether it is there. */
export const ASK_MS = 5_000;
/** After so long without a word it has vanished. */
export const VANISHED_MS = 15_000;
/** Confirmed at the latest after so much: an eighth of what may be on its way. */
const CONFIRM_BYTES = HIGH_WATER_BYTES / 8;

/** The part of BroadcastChannel used here. */
export interface IBroadcast {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  close(): void;
}

/** `to` is left out when all are meant. Everything else on the channel is not ours. */
type Word =
  | { readonly from: SessionId; readonly to?: SessionId; readonly kind: 'hello' }
  | { readonly from: SessionId; readonly to: SessionId; readonly kind: 'here' | 'ask' | 'bye' }
  | { readonly from: SessionId; readonly to: SessionId; readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly from: SessionId; readonly to: SessionId; readonly kind: 'heard'; readonly bytes: number };

/** The other tabs of one class in this browser: a connection to each, made by itself. */
export class Tabs {
  constructor(
    private readonly _session: SessionId,
    private readonly _broadcast: IBroadcast,
    private readonly _clock: Clock
  ) {
    _broadcast.addEventListener('message', event => this._hear(event.data));
    this._say({ from: _session, kind: 'hello' });
    this._ask();
  }

  get connections(): ReadonlyMap<SessionId, TabConnection> {
    return this._tabs;
  }

  /** A tab was found; its connection is open. */
  onConnection(listener: (connection: TabConnection) => void): Cancel {
    return this._found.add(listener);
  }

  /** Says goodbye to all and hears nothing more: on `pagehide`. */
  close(): void {
    this._cancelAsk();
    [...this._tabs.values()].forEach(tab => tab.close());
    this._closed = true;
    this._broadcast.close();
  }

  private _hear(data: unknown): void {
    const word = data as Partial<Word> | null;
    if (
      this._closed ||
      typeof word !== 'object' ||
      !word ||
      typeof word.from !== 'string' ||
      word.from === this._session
    ) {
      return;
    }
    if ('to' in word && word.to !== this._session) {
      return;
    }
    if (word.kind === 'hello') {
      // A tab that says hello again has forgotten us: it was frozen, or restored.
      this._tabs.get(word.from)?.forgotten();
      this._say({ from: this._session, to: word.from, kind: 'here' });
      this._meet(word.from);
    } else if (word.kind === 'here') {
      this._meet(word.from).heardOf(this._clock.now());
    } else if (word.kind === 'ask') {
      const known = this._tabs.has(word.from);
      this._say({ from: this._session, to: word.from, kind: known ? 'here' : 'bye' });
      if (!known) {
        // Given up here while it slept there: the old connection ends, and another begins.
        this._say({ from: this._session, to: word.from, kind: 'hello' });
      }
    } else {
      this._tabs.get(word.from)?.hear(word, this._clock.now());
    }
  }

  private _meet(peer: SessionId): TabConnection {
    const known = this._tabs.get(peer);
    if (known) {
      return known;
    }
    const tab = new TabConnection(peer, this._session, word => this._say(word), this._clock.now());
    this._tabs.set(peer, tab);
    tab.onState(state => {
      if (state.kind === 'closed' && this._tabs.get(peer) === tab) {
        this._tabs.delete(peer);
      }
    });
    tab.open();
    this._found.call(tab);
    return tab;
  }

  private _ask(): void {
    this._cancelAsk = this._clock.after(ASK_MS, () => this._ask());
    for (const tab of [...this._tabs.values()]) {
      tab.ask(this._clock.now());
    }
  }

  private _say(word: Word): void {
    if (!this._closed) {
      this._broadcast.postMessage(word);
    }
  }

  private _closed = false;
  private _cancelAsk: Cancel = () => undefined;
  private readonly _tabs = new Map<SessionId, TabConnection>();
  private readonly _found = new Listeners<[TabConnection]>();
}

export class TabConnection extends RoadConnection {
  constructor(
    peer: SessionId,
    private readonly _session: SessionId,
    private readonly _say: (word: Word) => void,
    private _heardAt: number
  ) {
    super(peer, 'tab');
  }

  open(): void {
    this.become({ kind: 'open' });
  }

  heardOf(now: number): void {
    this._heardAt = now;
    this._asked = 0;
  }

  hear(word: Partial<Word>, now: number): void {
    this.heardOf(now);
    if (word.kind === 'bye') {
      this.end('other-left');
    } else if (word.kind === 'frame') {
      this._take(word.frame);
    } else if (word.kind === 'heard' && typeof word.bytes === 'number') {
      this._carried = Math.max(0, this._carried - word.bytes);
      this.pump();
    }
  }

  /** Asks whether the tab is there. Given up only when it was asked as often: after a sleep, time alone says nothing. */
  ask(now: number): void {
    if (now - this._heardAt >= VANISHED_MS && this._asked >= VANISHED_MS / ASK_MS) {
      this.end('lost');
    } else if (now - this._heardAt >= ASK_MS) {
      this._asked++;
      this._say({ from: this._session, to: this.peer, kind: 'ask' });
    }
  }

  forgotten(): void {
    this.end('reset');
  }

  protected transmit(_channel: Channel, frame: Uint8Array): boolean {
    if (this._carried >= HIGH_WATER_BYTES) {
      return false;
    }
    this._carried += frame.byteLength;
    this._say({ from: this._session, to: this.peer, kind: 'frame', frame });
    return true;
  }

  protected override carriedBytes(channel: Channel): number {
    return channel === 'bulk' ? this._carried : 0;
  }

  protected release(tell: boolean): void {
    if (tell) {
      this._say({ from: this._session, to: this.peer, kind: 'bye' });
    }
  }

  private _take(frame: unknown): void {
    this.receive(frame instanceof Uint8Array ? frame : new Uint8Array());
    this._heard += frame instanceof Uint8Array ? frame.byteLength : 0;
    // At once for the first of a burst, then in larger parts: an idle sender always learns that it is idle.
    if (this._heard >= CONFIRM_BYTES) {
      this._confirm();
    } else if (!this._confirming) {
      this._confirming = true;
      queueMicrotask(() => this._confirm());
    }
  }

  private _confirm(): void {
    this._confirming = false;
    if (this._heard && this.state.kind === 'open') {
      this._say({ from: this._session, to: this.peer, kind: 'heard', bytes: this._heard });
      this._heard = 0;
    }
  }

  private _carried = 0;
  private _heard = 0;
  private _confirming = false;
  private _asked = 0;
}
