/**
 * The page's side of the signaling server: rooms to be in, frames to relay. What it says of the server is a state in
 * words; nothing here throws because of a network. docs/SPEC.md: SIG is what is said, CON how the page behaves.
 */
import type { Cancel, Clock, Random } from '../../core/clock';
import type { SessionId } from '../../core/connection';
import { encodeBytes } from '../base64';
import { Listeners } from '../listeners';
import { type INetwork, type ISocket, Line } from './line';
import {
  DIRECT,
  formatRelayed,
  parseMessage,
  parseRelayed,
  PUBLISH,
  PUBLISH_ONCE,
  type ServerMessage,
  SIGNALING_VERSION
} from './messages';
import { type IRoomOptions, Room } from './room';
import type { SignalingState } from './state';

export interface ISignalingOptions {
  readonly session: SessionId;
  /** Drawn with the session and told to nobody else: proves that the session comes back. */
  readonly secret: string;
  /** The hash of the session's keys, 32 bytes, for a session that is named after secret and keys [IDN3]. */
  readonly keysHash?: Uint8Array;
  readonly openSocket: () => ISocket;
  readonly clock: Clock;
  readonly random: Random;
  readonly network?: INetwork;
}

export class SignalingClient {
  constructor(private readonly _options: ISignalingOptions) {
    this.session = _options.session;
    this._line = new Line({
      ..._options,
      people: () => Math.max(0, ...[...this._rooms.values()].map(room => room.count))
    });
    this._line.opened.add(() => this._open());
    this._line.texts.add(text => this._hear(parseMessage(text)));
    this._line.binaries.add(frame => this._hearRelayed(frame));
    this._line.states.add(state => {
      if (state.kind !== 'open') {
        this._rooms.forEach(room => room.pause());
      }
    });
  }

  readonly session: SessionId;

  get state(): SignalingState {
    return this._line.state;
  }

  /** Whether the server still knew us the last time: else others may have heard that we left. */
  get resumed(): boolean {
    return this._resumed;
  }

  onState(listener: (state: SignalingState) => void): Cancel {
    return this._line.states.add(listener);
  }

  start(): void {
    this._line.start();
  }

  /** Leaves: the others hear at once. On `pagehide`. */
  stop(): void {
    this._line.stop();
  }

  /** Enters a room and stays in it over every reconnection, until `leave`. */
  join(name: string, options: IRoomOptions): Room {
    const carrier = {
      say: (type: string, fields: Readonly<Record<string, unknown>>) => this._say(type, fields),
      clock: this._options.clock,
      graceMs: () => this._graceMs
    };
    const room = new Room(name, carrier, options);
    this._rooms.set(name, room);
    room.enter();
    return room;
  }

  leave(room: Room): void {
    if (this._rooms.get(room.name) === room) {
      this._rooms.delete(room.name);
      room.pause();
      this._say('leave', { room: room.name });
    }
  }

  /** Frames addressed to this page alone. */
  readonly directs = new Listeners<[from: SessionId, payload: Uint8Array]>();
  /** What others published on a topic this page follows. */
  readonly published = new Listeners<[topic: string, from: SessionId, payload: Uint8Array]>();
  /** A relayed frame was for somebody who is not there (`direct`), or on a topic not followed (`publish`). */
  readonly undelivered = new Listeners<[about: 'direct' | 'publish', to: string]>();
  /** There is room for bulk again. */
  get room(): Listeners<[]> {
    return this._line.room;
  }

  get hasRoom(): boolean {
    return this._line.hasRoom;
  }

  get bufferedBytes(): number {
    return this._line.bufferedBytes;
  }

  /** To one member of a shared room, `rest` behind `payload`. False: the server is away. */
  direct(to: SessionId, payload: Uint8Array, rest?: Uint8Array): boolean {
    return this._relay(DIRECT, to, payload, rest);
  }

  /**
   * To everybody else who follows the topic, sent once however many they are. `once`: the server drops what a receiver
   * was already sent, whoever sent it: for envelopes. False: the server is away; catching up is the caller's.
   */
  publish(topic: string, payload: Uint8Array, once = false): boolean {
    return this._relay(once ? PUBLISH_ONCE : PUBLISH, topic, payload);
  }

  private _relay(kind: number, to: string, payload: Uint8Array, rest?: Uint8Array): boolean {
    const frame = formatRelayed(kind, to, payload, rest);
    return this.state.kind === 'open' && this._line.send(frame);
  }

  private _open(): void {
    const { secret, keysHash } = this._options;
    const keys = keysHash && { keys: encodeBytes(keysHash) };
    this._say('hello', { version: SIGNALING_VERSION, session: this.session, secret, ...keys });
    this._rooms.forEach(room => room.enter());
  }

  private _hear(message: ServerMessage | undefined): void {
    if (!message) {
      return;
    }
    switch (message.type) {
      case 'welcome':
        this._resumed = message.resumed;
        this._graceMs = message.graceSeconds * 1_000;
        this._line.welcomed(message.returnSeconds);
        break;
      case 'ping':
        this._say('pong', {});
        break;
      case 'pong':
        break;
      case 'refused':
        if (message.to !== undefined && (message.about === 'direct' || message.about === 'publish')) {
          this.undelivered.call(message.about, message.to);
        } else if (message.room) {
          this._rooms.get(message.room)?.take(message);
        }
        break;
      default:
        this._rooms.get(message.room)?.take(message);
    }
  }

  private _hearRelayed(frame: Uint8Array): void {
    const relayed = parseRelayed(frame);
    if (relayed?.kind === 'direct') {
      this.directs.call(relayed.from, relayed.payload);
    } else if (relayed) {
      this.published.call(relayed.topic, relayed.from, relayed.payload);
    }
  }

  private _say(type: string, fields: Readonly<Record<string, unknown>>): boolean {
    return this._line.send(JSON.stringify({ type, ...fields }));
  }

  private _graceMs = 30_000;
  private _resumed = false;
  private readonly _line: Line;
  private readonly _rooms = new Map<string, Room>();
}
