/** All direct connections of this page: the budget they are opened from, and which signal belongs to which. */
import type { Clock } from '../core/clock';
import type { SessionId } from '../core/connection';
import type { RtcBudget } from './budget';
import { Listeners } from './listeners';
import { decodeSignal, encodeSignal, type ISignal, readSignal, signalBytes } from './signals';
import { DirectConnection } from './webrtc';

/** Seals what is told to one person, so that the server passes on what it cannot read. */
export interface ISealer {
  seal(peer: SessionId, bytes: Uint8Array): Promise<Uint8Array>;
  /** Undefined for what that person did not seal. */
  unseal(peer: SessionId, bytes: Uint8Array): Promise<Uint8Array | undefined>;
}

export interface IDirectRoadsOptions {
  readonly session: SessionId;
  readonly clock: Clock;
  readonly budget: RtcBudget;
  /** Throws, or is left out, where the browser has none. */
  readonly create?: () => RTCPeerConnection;
  /** 32 random bits. */
  readonly number: () => number;
  /** Hands a signal to the server. False: it is away. */
  readonly send: (peer: SessionId, data: string) => boolean;
  readonly sealer?: ISealer;
}

export class DirectRoads {
  constructor(private readonly _options: IDirectRoadsOptions) {}

  /** Somebody without a connection calls; whoever wants one calls `open` with `calls: false`. */
  readonly calls = new Listeners<[SessionId]>();

  /** A connection to `peer`, or why there is none. There is one at a time. */
  open(peer: SessionId, calls: boolean): DirectConnection | 'unsupported' | 'spent' {
    const { session, clock, budget, create, number } = this._options;
    if (!create || this._unsupported) {
      return 'unsupported';
    }
    this._ends.get(peer)?.close();
    if (budget.take(clock.now(), peer) !== 'granted') {
      return 'spent';
    }
    const end = new DirectConnection(peer, {
      session,
      calls,
      number: Math.max(1, number()),
      clock,
      create,
      send: signal => this._send(peer, signal)
    });
    if (end.state.kind === 'closed') {
      // A browser that forbids it once forbids it always: not tried again.
      this._unsupported = true;
      return 'unsupported';
    }
    this._ends.set(peer, end);
    end.onState(state => {
      if (state.kind === 'closed' && this._ends.get(peer) === end) {
        this._ends.delete(peer);
      }
    });
    return end;
  }

  /** A signal came from the server. */
  hear(peer: SessionId, data: string): void {
    const bytes = decodeSignal(data);
    if (!bytes) {
      return;
    }
    if (!this._options.sealer) {
      this._take(peer, readSignal(bytes));
      return;
    }
    const { sealer } = this._options;
    this._inOrder(`from ${peer}`, async () => {
      const opened = await sealer.unseal(peer, bytes);
      this._take(peer, opened && readSignal(opened));
    });
  }

  close(): void {
    [...this._ends.values()].forEach(end => end.close());
  }

  private _take(peer: SessionId, signal: ISignal | undefined): void {
    if (!signal) {
      return;
    }
    let end = this._ends.get(peer);
    if (end && signal.yours !== 0 && signal.yours !== end.number) {
      return; // for one that is no more
    }
    if (end?.theirs !== undefined && end.theirs !== signal.mine) {
      if (!signal.description || signal.yours !== 0) {
        return; // of one that is no more
      }
      end.forgotten();
      end = this._ends.get(peer);
    }
    if (!end && signal.yours === 0 && signal.description?.type === 'offer') {
      this.calls.call(peer);
      end = this._ends.get(peer);
    }
    end?.hear(signal);
  }

  private _send(peer: SessionId, signal: ISignal): boolean {
    const { send, sealer } = this._options;
    if (!sealer) {
      const data = encodeSignal(signalBytes(signal));
      return data !== undefined && send(peer, data);
    }
    this._inOrder(`to ${peer}`, async () => {
      const data = encodeSignal(await sealer.seal(peer, signalBytes(signal)));
      if (data !== undefined) {
        send(peer, data);
      }
    });
    return true;
  }

  /** Sealing takes its time, and an answer must not overtake its candidates. */
  private _inOrder(line: string, run: () => Promise<void>): void {
    const last = this._lines.get(line) ?? Promise.resolve();
    const next = last.then(run).catch(() => undefined);
    this._lines.set(line, next);
    void next.then(() => this._lines.get(line) === next && this._lines.delete(line));
  }

  private _unsupported = false;
  private readonly _ends = new Map<SessionId, DirectConnection>();
  private readonly _lines = new Map<string, Promise<void>>();
}
