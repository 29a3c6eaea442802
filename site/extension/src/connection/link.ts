/**
 * A connection over several roads [CON13, CON14]: it takes the best that is well, and changes without losing or doubling
 * a message. Every message has a place in its channel and is kept until the other end confirms it; what was on a road
 * that ended, or is in doubt, goes over another; what comes twice is dropped, what comes early waits.
 */
import type { Cancel, Clock } from '../core/clock';
import {
  type Channel,
  CHANNELS,
  type Connection,
  HIGH_WATER_BYTES,
  MESSAGE_BYTES,
  type Road,
  type SessionId
} from '../core/connection';
import { BaseConnection } from './base';
import { chooseLane, Lane } from './lane';
import { Ledger } from './ledger';
import { type Packet, readPacket, writePacket } from './packets';
import { OVERRUN_BYTES } from './road';

/** A confirmation waits this long for company: ten a second at most for each neighbour. */
const CONFIRM_MS = 100;
/** But for no more than this. */
const CONFIRM_BYTES = 131_072;
/** While anything is unconfirmed or in doubt, it is looked at this often. */
const LOOK_MS = 250;
/** A road in doubt with no other to take is said to be interrupted after this. */
const SILENT_MS = 5_000;
/** As long as the server keeps the place of somebody whose line broke: then neither end is waited for any more. */
export const LOST_MS = 30_000;

export interface ILinkOptions {
  readonly clock: Clock;
  /** 32 random bits, not 0: this link among those between the same two sessions. */
  readonly number: number;
  readonly lostMs?: number;
}

export class Link extends BaseConnection {
  constructor(
    peer: SessionId,
    private readonly _options: ILinkOptions
  ) {
    super(peer);
    this._waitForRoad();
  }

  /** The road that carries now, or carried last. */
  get road(): Road {
    return this._road;
  }

  /** Roads there are, open or not. */
  get roads(): Road[] {
    return [...this._lanes.values()].map(lane => lane.road.road);
  }

  /** Takes another road in, open or on its way. It belongs to the link from now on, and is closed with it. */
  attach(road: Connection): void {
    if (this.state.kind === 'closed') {
      road.close();
      return;
    }
    const cancels = [
      road.onState(() => this._changed(road)),
      road.onMessage((channel, bytes) => this._hear(road, channel, bytes))
    ];
    this._lanes.set(road, new Lane(road, cancels, this._now()));
    if (road.state.kind !== 'connecting') {
      this._changed(road);
    }
  }

  send(channel: Channel, message: Uint8Array): void {
    if (message.byteLength > MESSAGE_BYTES) {
      throw new RangeError(
        `A message of ${message.byteLength} bytes: at most ${MESSAGE_BYTES} are carried in one piece.`
      );
    }
    if (this.state.kind === 'closed') {
      return;
    }
    this._ledgers[channel].add(message.slice());
    this.pump();
    if (this._ledgers.control.bytes + this._ledgers.bulk.bytes > OVERRUN_BYTES) {
      this.close('overrun');
    }
  }

  bufferedBytes(channel: Channel): number {
    return this._ledgers[channel].bytes;
  }

  /** The network changed, or the page slept: are its roads still roads? What does not answer is in doubt. */
  ask(): void {
    this._ask([...this._lanes.values()].filter(lane => lane.usable));
    this._watch();
  }

  protected pump(): void {
    for (const channel of CHANNELS) {
      const ledger = this._ledgers[channel];
      // Control has its own window: a keystroke goes out while a megabyte of outputs is on its way.
      while (this._lane && ledger.hasWaiting && ledger.bytesOnTheWay < HIGH_WATER_BYTES) {
        const entry = ledger.next(this._lane.road, this._now());
        if (entry) {
          this._transmit(this._lane, channel, entry.place, entry.payload);
        }
      }
    }
    this._watch();
  }

  protected release(tell: boolean): void {
    [this._cancelConfirm, this._cancelLook, this._cancelLost].forEach(cancel => cancel());
    const lanes = [...this._lanes.values()];
    this._lanes.clear();
    this._lane = undefined;
    for (const lane of lanes) {
      lane.cancels.forEach(cancel => cancel());
      if (tell) {
        lane.road.send('control', writePacket({ kind: 'bye' }));
      }
      lane.road.close();
    }
    CHANNELS.forEach(channel => this._ledgers[channel].clear());
  }

  private _changed(road: Connection): void {
    const lane = this._lanes.get(road);
    if (!lane) {
      return;
    }
    if (road.state.kind === 'closed') {
      lane.cancels.forEach(cancel => cancel());
      this._lanes.delete(road);
      // What it had not delivered is confirmed or sent again when the other end greets on the next.
      this._choose();
      return;
    }
    if (road.state.kind === 'open' && !this._greetedOn.has(road)) {
      this._greetedOn.add(road);
      lane.heard(this._now());
      road.send(
        'control',
        writePacket({ kind: 'hello', mine: this._options.number, yours: this._theirs, ...this._come() })
      );
    }
    this._choose();
  }

  private _hear(road: Connection, channel: Channel, bytes: Uint8Array): void {
    const lane = this._lanes.get(road);
    if (!lane) {
      return;
    }
    const wasWell = lane.well;
    lane.heard(this._now());
    const packet = readPacket(bytes);
    if (!packet) {
      this.close('garbled');
    } else if (packet.kind === 'hello') {
      this._greet(lane, packet);
    } else if (packet.kind === 'bye') {
      this.end('other-left');
    } else if (packet.kind === 'ask') {
      road.send('control', writePacket({ kind: 'here', ...this._come() }));
    } else if (!lane.greeted) {
      lane.early.push([channel, bytes]);
    } else {
      this._take(lane, channel, packet);
    }
    if (lane.well !== wasWell) {
      this._choose();
    }
  }

  private _greet(lane: Lane, hello: Packet & { kind: 'hello' }): void {
    if (hello.yours !== 0 && hello.yours !== this._options.number) {
      return; // meant for one before this; our own greeting tells them
    }
    if (this._theirs !== 0 && this._theirs !== hello.mine) {
      this.close('reset');
      return;
    }
    this._theirs = hello.mine;
    lane.greeted = true;
    if (this._confirmed(hello)) {
      lane.early.splice(0).forEach(([channel, bytes]) => this._hear(lane.road, channel, bytes));
      this._choose();
    }
  }

  private _take(lane: Lane, channel: Channel, packet: Packet): void {
    if (packet.kind === 'data') {
      if (!this._confirmed(packet)) {
        return;
      }
      const ready = this._ledgers[channel].take(packet.place, packet.payload);
      if (!ready) {
        this.close('garbled');
        return;
      }
      this._owe(lane, packet.payload.byteLength);
      ready.forEach(message => this.deliver(channel, message));
    } else if (packet.kind === 'confirm' || packet.kind === 'here') {
      this._confirmed(packet);
    }
  }

  /** The other end says how many messages it has had. False when it cannot be. */
  private _confirmed(counts: { control: number; bulk: number }): boolean {
    if (!CHANNELS.every(channel => this._ledgers[channel].confirm(counts[channel]))) {
      this.close('garbled');
      return false;
    }
    this.settleDrains();
    this.pump();
    return true;
  }

  /** Takes the best road there is, and sends again what another may have lost. */
  private _choose(): void {
    if (this.state.kind === 'closed') {
      return;
    }
    const before = this._lane;
    const lane = (this._lane = chooseLane(this._lanes.values(), before));
    if (!lane) {
      this._waitForRoad();
      if (this.state.kind !== 'connecting') {
        this.become({ kind: 'interrupted', reason: 'no-road' });
      }
      return;
    }
    this._sendAgain(lane);
    const moved = this._road !== lane.road.road;
    this._road = lane.road.road;
    if (lane.well) {
      this._cancelLost();
      this._isWaiting = false;
      if (this.state.kind !== 'open') {
        this.become({ kind: 'open' });
      } else if (moved) {
        this.tellState();
      }
    } else {
      this._waitForRoad();
    }
    this.pump();
  }

  private _sendAgain(lane: Lane): void {
    for (const channel of CHANNELS) {
      for (const entry of [...this._ledgers[channel].sent]) {
        if (entry.road !== lane.road && !this._lanes.get(entry.road)?.well) {
          entry.road = lane.road;
          entry.at = this._now();
          this._transmit(lane, channel, entry.place, entry.payload);
        }
      }
    }
  }

  private _transmit(lane: Lane, channel: Channel, place: number, payload: Uint8Array): void {
    this._owed = 0;
    this._cancelConfirm();
    this._confirming = false;
    lane.road.send(channel, writePacket({ kind: 'data', place, payload, ...this._come() }));
  }

  private _owe(lane: Lane, bytes: number): void {
    this._owed += bytes;
    this._owedOn = lane;
    if (this._owed >= CONFIRM_BYTES) {
      this._confirm();
    } else if (!this._confirming) {
      this._confirming = true;
      this._cancelConfirm = this._options.clock.after(CONFIRM_MS, () => this._confirm());
    }
  }

  private _confirm(): void {
    this._cancelConfirm();
    this._confirming = false;
    this._owed = 0;
    // Back the way it came: that road is alive, whatever has become of the one we would take.
    const lane = this._owedOn?.usable ? this._owedOn : this._lane;
    lane?.road.send('control', writePacket({ kind: 'confirm', ...this._come() }));
  }

  /** While anything is on its way, or in doubt: does the road still answer? */
  private _watch(): void {
    const busy =
      CHANNELS.some(channel => this._ledgers[channel].sent.length > 0) ||
      [...this._lanes.values()].some(lane => lane.usable && (lane.askedAt !== undefined || !lane.well));
    if (busy && !this._looking && this.state.kind !== 'closed') {
      this._looking = true;
      this._cancelLook = this._options.clock.after(LOOK_MS, () => {
        this._looking = false;
        this._look();
      });
    }
  }

  private _look(): void {
    const now = this._now();
    let changed = false;
    const lanes = [...this._lanes.values()].filter(lane => lane.usable);
    const unsure = lanes.filter(lane => {
      const wasWell = lane.well;
      const ask = lane.look(now, this._oldestOn(lane.road)) === 'ask';
      changed ||= lane.well !== wasWell;
      return ask;
    });
    // All at once: should this road not answer, it is known by then which other does.
    this._ask(unsure.length ? lanes : []);
    if (changed) {
      this._choose();
    }
    if (
      this._lane &&
      !this._lane.well &&
      this.state.kind === 'open' &&
      now - this._lane.heardAt >= SILENT_MS
    ) {
      this.become({ kind: 'interrupted', reason: 'silent' });
    }
    this._watch();
  }

  private _ask(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      lane.askedAt ??= this._now();
      if (lane.road.bufferedBytes('control') < CONFIRM_BYTES) {
        lane.road.send('control', writePacket({ kind: 'ask' }));
      }
    }
  }

  private _oldestOn(road: Connection): number | undefined {
    let oldest: number | undefined;
    for (const channel of CHANNELS) {
      const first = this._ledgers[channel].sent.find(entry => entry.road === road);
      oldest = first && (oldest === undefined || first.at < oldest) ? first.at : oldest;
    }
    return oldest;
  }

  /** Nothing carries: for so long it is waited. */
  private _waitForRoad(): void {
    if (!this._isWaiting) {
      this._isWaiting = true;
      this._cancelLost = this._options.clock.after(this._options.lostMs ?? LOST_MS, () =>
        this.end(this.state.kind === 'connecting' ? 'unreachable' : 'lost')
      );
    }
  }

  private _come(): { control: number; bulk: number } {
    return { control: this._ledgers.control.come, bulk: this._ledgers.bulk.come };
  }

  private _now(): number {
    return this._options.clock.now();
  }

  private _lane?: Lane;
  private _road: Road = 'relay';
  private _theirs = 0;
  private _owed = 0;
  private _owedOn?: Lane;
  private _confirming = false;
  private _looking = false;
  private _isWaiting = false;
  private _cancelConfirm: Cancel = () => undefined;
  private _cancelLook: Cancel = () => undefined;
  private _cancelLost: Cancel = () => undefined;
  private readonly _lanes = new Map<Connection, Lane>();
  private readonly _greetedOn = new WeakSet<Connection>();
  private readonly _ledgers: Readonly<Record<Channel, Ledger>> = {
    control: new Ledger(),
    bulk: new Ledger()
  };
}
