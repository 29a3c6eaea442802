/**
 * One topic of the relay for a whole class [CON18]: pages that reach everybody over the server alone publish there what
 * each of their neighbours is to have, once. Who hears it is told by the roster, whose record says so from when the server
 * has confirmed it until ten seconds before it ends; between that and the confirmations of the links nothing is missed.
 */
import * as encoding from 'lib0/encoding';
import type { Cancel, Clock } from '../core/clock';
import type { SessionId } from '../core/connection';
import type { IStar } from '../core/overlay/star';
import { STAR_NEIGHBOURS } from '../core/overlay/star';
import type { Digest } from '../core/session';
import { encodeBytes } from './base64';
import { Listeners } from './listeners';
import type { Roads } from './roads';
import type { SignalingClient } from './signaling/client';
import type { Room } from './signaling/room';

/** The record of who hears the topic: nothing else stands in records, so one bit is all they have. */
export const HEARS = 'AQ';
/** Better roads open within a second: until then every page seems to be relayed. */
export const SETTLE_MS = 3_000;
/** Everybody has read the roster by then. */
export const LEAVE_MS = 10_000;

export interface IStarOptions {
  readonly client: Pick<SignalingClient, 'publish' | 'published' | 'hasRoom' | 'onState'>;
  readonly room: Pick<Room, 'people' | 'subscribe' | 'unsubscribe' | 'subscriptions' | 'setRecord'>;
  readonly roads: Pick<Roads, 'links' | 'changed'>;
  readonly clock: Clock;
  /** 16 bytes as base64url, see `starTopic`. */
  readonly topic: string;
  /** The record of who does not hear it. */
  readonly record: string;
}

export class Star implements IStar {
  constructor(private readonly _options: IStarOptions) {
    const { client, room, roads, topic } = _options;
    this._cancels = [
      roads.changed.add(() => this._look()),
      room.subscriptions.add(topics => void (topics.includes(topic) && this._subscribed())),
      client.onState(state => void (state.kind === 'open' || (this._isConfirmed = this._isIn = false))),
      client.published.add((to, from, payload) => void (to === topic && this.heard.call(from, payload)))
    ];
  }

  /** An envelope that somebody published. */
  readonly heard = new Listeners<[from: SessionId, envelope: Uint8Array]>();
  /** From now on everything is heard, and before something may have been missed. */
  readonly joined = new Listeners<[]>();

  hears(peer: SessionId): boolean {
    const person = this._isIn ? this._options.room.people.get(peer) : undefined;
    return person?.here === true && person.record === HEARS;
  }

  publish(envelope: Uint8Array): boolean {
    const { client, topic } = this._options;
    return this._isIn && client.hasRoom && client.publish(topic, envelope, true);
  }

  close(): void {
    this._cancels.forEach(cancel => cancel());
    this._cancelTimer();
    this._isIn = false;
  }

  /** Whether every neighbour is reached over the server alone; other tabs of this browser do not count. */
  private get _isRelayed(): boolean {
    const links = [...this._options.roads.links.values()].filter(
      link => link.state.kind === 'open' && link.road !== 'tab'
    );
    return links.length >= STAR_NEIGHBOURS && links.every(link => link.road === 'relay');
  }

  private _look(): void {
    const { clock, room, topic, record } = this._options;
    const wants = this._isRelayed;
    if (wants === this._wants) {
      return;
    }
    this._wants = wants;
    this._cancelTimer();
    if (wants) {
      this._cancelTimer = clock.after(SETTLE_MS, () => this._settle());
      return;
    }
    this._isSettled = this._isIn = false;
    room.setRecord(record);
    this._cancelTimer = clock.after(LEAVE_MS, () => {
      this._isConfirmed = false;
      room.unsubscribe([topic]);
    });
  }

  private _settle(): void {
    this._isSettled = true;
    if (this._isConfirmed) {
      this._begin();
    } else {
      this._options.room.subscribe([this._options.topic]);
    }
  }

  private _subscribed(): void {
    this._isConfirmed = true;
    if (this._isSettled) {
      this._begin();
    }
  }

  private _begin(): void {
    this._isIn = true;
    this._options.room.setRecord(HEARS);
    this.joined.call();
  }

  private _wants = false;
  private _isSettled = false;
  /** The server has it that we follow the topic. */
  private _isConfirmed = false;
  private _isIn = false;
  private _cancelTimer: Cancel = () => undefined;
  private readonly _cancels: Cancel[];
}

/** The topic of a class: the server cannot tell what it is about. `id`: the class's. */
export function starTopic(digest: Digest, id: Uint8Array): string {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, 'peerbook star 1');
  encoding.writeUint8Array(encoder, id);
  return encodeBytes(digest(encoding.toUint8Array(encoder)).slice(0, 16));
}
