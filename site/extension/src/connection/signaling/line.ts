/**
 * The one WebSocket to the server, kept: opened, watched, opened anew after every loss [SIG5, SIG6, CON11]. Sockets,
 * time, chance and the browser's word about the network are passed in.
 */
import type { Cancel, Clock, Random } from '../../core/clock';
import { Listeners } from '../listeners';
import { isFinal, OFFLINE_MS, returnAfter } from './returning';
import { type AwayReason, awayReason, CUT_MS, refusedReason, type SignalingState } from './state';

/** The part of WebSocket used here. */
export interface ISocket {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

/** What the browser knows of the network; its events are hints, never proof. */
export interface INetwork {
  online(): boolean;
  /** Called when it says that the network came or went, and when the page wakes up: after how long, if that is known. */
  onChange(listener: (sleptMs?: number) => void): Cancel;
}

export interface ILineOptions {
  readonly openSocket: () => ISocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly network?: INetwork;
  /** People in this page's rooms: the more, the more apart they come back. */
  readonly people: () => number;
}

/** A network that swallows everything answers neither yes nor no: given up after this. */
const OPEN_MS = 15_000;
/** The server asks after 25 seconds of silence; a line that brought nothing for longer is asked by us. */
const SILENT_MS = 35_000;
const LOOK_MS = 15_000;
const ANSWER_MS = 8_000;
/** The server gives up who is silent for 60 s: after a longer sleep there is nobody to ask. Hidden tabs wake each minute. */
const SLEPT_MS = 90_000;
/** Between two attempts, however often the page is looked at. */
const HURRY_MS = 3_000;
/** Closing with 1000 would tell the class that we left; any other code keeps our place. */
const COMES_BACK = 4000;
/** Whoever woke up begins with pauses of about this many failures: some seconds. */
const FRESH_ATTEMPTS = 3;
/** What may wait in the socket before bulk is held back: 1/4 s at the rate the server reads (1 MiB/s). */
const ROOM_BYTES = 262_144;
/** WebSockets have no event for room; polled this often, and only while there is none: 50 MB/s are waited for, no line. */
const ROOM_POLL_MS = 5;

export class Line {
  constructor(private readonly _options: ILineOptions) {}

  get state(): SignalingState {
    return this._state;
  }

  /** How much waits in the socket. */
  get bufferedBytes(): number {
    return this._socket?.bufferedAmount ?? 0;
  }

  /** Whether bulk may be sent now; `onRoom` tells when it may again. */
  get hasRoom(): boolean {
    if (this._state.kind === 'open' && this.bufferedBytes < ROOM_BYTES) {
      return true;
    }
    this._pollRoom();
    return false;
  }

  readonly states = new Listeners<[SignalingState]>();
  /** A socket has opened: say hello. Every time. */
  readonly opened = new Listeners<[]>();
  readonly texts = new Listeners<[string]>();
  readonly binaries = new Listeners<[Uint8Array]>();
  readonly room = new Listeners<[]>();

  start(): void {
    if (this._state.kind === 'idle' || this._state.kind === 'refused') {
      this._cancels.push(
        this._options.network?.onChange(slept => this._networkChanged(slept)) ?? (() => undefined)
      );
      this._attempt = 0;
      this._connect();
    }
  }

  /** Says goodbye (code 1000: the page leaves). */
  stop(): void {
    this._cancels.splice(0).forEach(cancel => cancel());
    this._drop(1000);
    this._become({ kind: 'idle' });
  }

  /** Called when the server has accepted the hello. */
  welcomed(returnSeconds: number): void {
    this._returnSeconds = returnSeconds;
    this._attempt = 0;
    this._welcomedAt = this._options.clock.now();
    this._become({ kind: 'open' });
  }

  /** Sends if there is an open socket; what is lost in between is said again at the next hello. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this._socket || !this._isOpen) {
      return false;
    }
    try {
      this._socket.send(data);
      return true;
    } catch {
      return false;
    }
  }

  private _connect(): void {
    this._cancelTimers();
    this._become({ kind: 'connecting' });
    this._welcomedAt = undefined;
    this._triedAt = this._options.clock.now();
    let socket: ISocket;
    try {
      socket = this._options.openSocket();
    } catch {
      // A wrong address, or ws: from a page of https:. The same next time.
      this._cancels.splice(0).forEach(cancel => cancel());
      this._become({ kind: 'refused', reason: 'address' });
      return;
    }
    this._socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this._isOpen = true;
      this._heardAt = this._options.clock.now();
      this._watch();
      this.opened.call();
    };
    socket.onmessage = event => {
      this._heardAt = this._options.clock.now();
      const data: unknown = event.data;
      if (typeof data === 'string') {
        this.texts.call(data);
      } else if (data instanceof ArrayBuffer) {
        this.binaries.call(new Uint8Array(data));
      }
    };
    socket.onclose = event => this._lost(event.code);
    this._timers.push(
      this._options.clock.after(OPEN_MS, () => {
        if (this._state.kind === 'connecting') {
          this._drop(1000);
          this._lost(1006);
        }
      })
    );
  }

  private _lost(code: number): void {
    this._drop(COMES_BACK);
    const { clock, network, people, random } = this._options;
    if (isFinal(code)) {
      this._cancels.splice(0).forEach(cancel => cancel());
      this._become({ kind: 'refused', reason: refusedReason(code) });
      return;
    }
    const lived = this._welcomedAt === undefined ? undefined : clock.now() - this._welcomedAt;
    this._cuts =
      lived !== undefined && lived < CUT_MS && code === 1006
        ? this._cuts + 1
        : lived === undefined
          ? this._cuts
          : 0;
    const reason = awayReason(code, lived !== undefined, this._cuts);
    const offline = network?.online() === false;
    const wait = offline ? OFFLINE_MS : returnAfter(this._attempt++, people(), this._returnSeconds, random);
    this._timers.push(clock.after(wait, () => this._connect()));
    this._become(offline ? { kind: 'offline' } : { kind: 'away', reason, retryAt: clock.now() + wait });
  }

  /** The network came or went, or the page woke up: look now, not at the next timer. */
  private _networkChanged(sleptMs = 0): void {
    const { network } = this._options;
    const [state, online] = [this._state, network?.online() !== false];
    if (state.kind === 'open' && sleptMs > SLEPT_MS) {
      this._lost(1006);
    } else if (state.kind === 'open') {
      this._ask();
    } else if (state.kind === 'offline' && online) {
      this._hurry('broken', Infinity);
    } else if (state.kind === 'away' && online) {
      this._hurry(state.reason, state.retryAt);
    } else if (state.kind === 'away') {
      this._become({ kind: 'offline' });
    }
  }

  /** Comes back sooner than at `retryAt`: whoever is there again need not wait for what came of waiting long. */
  private _hurry(reason: AwayReason, retryAt: number): void {
    const { clock, people, random } = this._options;
    const soonest = Math.max(0, this._triedAt + HURRY_MS - clock.now());
    const wait = soonest + returnAfter(0, people(), this._returnSeconds, random);
    if (clock.now() + wait < retryAt) {
      this._cancelTimers();
      // Wi-Fi may need some seconds more than the page.
      this._attempt = Math.min(this._attempt, FRESH_ATTEMPTS);
      this._timers.push(clock.after(wait, () => this._connect()));
      this._become({ kind: 'away', reason, retryAt: clock.now() + wait });
    }
  }

  private _watch(): void {
    this._timers.push(
      this._options.clock.after(LOOK_MS, () => {
        if (this._options.clock.now() - this._heardAt > SILENT_MS) {
          this._ask();
        }
        this._watch();
      })
    );
  }

  /** Is the line still one? After a sleep only an answer tells. */
  private _ask(): void {
    const asked = this._options.clock.now();
    if (this._asking || !this.send('{"type":"ping"}')) {
      return;
    }
    this._asking = true;
    this._timers.push(
      this._options.clock.after(ANSWER_MS, () => {
        this._asking = false;
        if (this._heardAt < asked) {
          this._lost(1006);
        }
      })
    );
  }

  private _pollRoom(): void {
    if (this._polling || this._state.kind !== 'open') {
      return;
    }
    this._polling = true;
    this._timers.push(
      this._options.clock.after(ROOM_POLL_MS, () => {
        this._polling = false;
        if (this.hasRoom) {
          this.room.call();
        }
      })
    );
  }

  private _drop(code: number): void {
    this._cancelTimers();
    this._isOpen = false;
    const socket = this._socket;
    this._socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      try {
        socket.close(code);
      } catch {
        // closed already
      }
    }
  }

  private _cancelTimers(): void {
    this._timers.splice(0).forEach(cancel => cancel());
    this._asking = this._polling = false;
  }

  private _become(state: SignalingState): void {
    if (state.kind !== this._state.kind || state.kind === 'away') {
      this._state = state;
      this.states.call(state);
    }
  }

  private _state: SignalingState = { kind: 'idle' };
  private _socket?: ISocket;
  private _isOpen = false;
  private _attempt = 0;
  private _cuts = 0;
  private _heardAt = 0;
  private _welcomedAt?: number;
  private _triedAt = -Infinity;
  private _asking = false;
  private _polling = false;
  private _returnSeconds = 10;
  private readonly _timers: Cancel[] = [];
  private readonly _cancels: Cancel[] = [];
}
