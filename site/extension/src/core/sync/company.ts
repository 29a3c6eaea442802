/** Who is here and what they say of themselves: records, presence, marks; the latest of each counts. */
import { Awareness } from '../awareness/awareness';
import type { Cancel, Clock } from '../clock';
import type { IEnvelope, Kind } from '../envelope/envelope';
import type { ISealed } from '../envelope/seal';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import type { IHeardOf } from '../overlay/messages';
import type { Marks } from '../roster/marks';
import { decodeRecord, encodeRecord, type IRecord } from '../roster/record';
import { foldRoster, type IPerson, type IRoster, NOBODY, peopleOf, type RosterEvent } from '../roster/roster';
import type { Digest } from '../session';
import { Greeting } from './greeting';
import { Latest } from './latest';
import type { Refusal } from './options';

/** The name records go under: they are about the class, not about a notebook. */
export const RECORDS = 'records';
/** Said again though nothing changed, for whom it did not reach; and for each person here. */
export const RECORD_MS = 60_000;
const RECORD_SHARE_MS = 400;
const GONE = new Uint8Array([0]);

export interface ICompanyPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly neighbours: Neighbours;
  readonly marks: Marks;
  /** What else a newcomer is told when they ask who is here. */
  readonly more: { known(): IHeardOf[]; tell(neighbour: Neighbour, known: readonly IHeardOf[]): void };
  publish(document: string, kind: Kind, payload: Uint8Array): void;
  /** Says an envelope to one, with whose it is. */
  say(neighbour: Neighbour, session: string, bytes: Uint8Array): void;
  /** Takes a mark: whether it is one, and new. */
  mark(envelope: IEnvelope, bytes: Uint8Array): boolean;
  met(roster: IRoster): void;
  changed(): void;
}

export class Company {
  constructor(private readonly ports: ICompanyPorts) {
    const { clock, digest, neighbours } = ports;
    this.latest = new Latest(clock, digest);
    this.greeting = new Greeting(clock, neighbours, () => [
      ...this.latest.known(),
      ...ports.marks.known(),
      ...ports.more.known()
    ]);
    this.awareness = new Awareness({
      clock,
      publish: (document, payload) => ports.publish(document, 'awareness', payload),
      people: () => this.size,
      changed: () => ports.changed()
    });
  }

  readonly awareness: Awareness;
  private readonly latest: Latest;
  private readonly greeting: Greeting;
  private roster: IRoster = NOBODY;
  private repeat: Cancel | null = null;

  /** Sessions in this class, one's own included. */
  get size(): number {
    return this.roster.records.size + 1;
  }

  /** A new neighbour, or one who may know more: asked who is here. */
  joined(peer: string): void {
    this.greeting.joined(peer);
  }

  hearWho(neighbour: Neighbour, known: readonly IHeardOf[]): void {
    const { marks, more } = this.ports;
    more.tell(neighbour, known);
    for (const { session, bytes } of [...this.latest.newerThan(known), ...marks.newerThan(known)]) {
      this.ports.say(neighbour, session, bytes);
    }
  }

  /** Whether something that counts came before: then it is not worth opening. */
  isStale(envelope: IEnvelope): boolean {
    // Of marks none is remembered: which of them counts is said in them.
    return !this.latest.isNew(envelope);
  }

  /** Takes what `participant` says, opened; null: it is taken. */
  take(envelope: IEnvelope, bytes: Uint8Array, participant: string): Refusal | null {
    if (isMark(envelope)) {
      return this.takeMark(envelope, bytes, participant);
    }
    if (!this.latest.isNew(envelope)) {
      return 'stale';
    }
    const isTaken =
      envelope.kind === 'record' ? this.takeRecord(envelope, participant) : this.awareness.hear(envelope);
    if (isTaken) {
      const { session } = envelope;
      this.latest.keep(envelope, bytes, this.awareness.expiryMs, () => this.gone(session));
    }
    return isTaken ? null : 'not-allowed';
  }

  /** One's own: kept for those who come. */
  takeOwn({ envelope, bytes }: ISealed, plain: Uint8Array): void {
    if (isMark(envelope)) {
      this.ports.marks.hear({ ...envelope, payload: plain }, bytes);
    } else {
      this.latest.keepOwn(envelope, bytes);
    }
  }

  /** Says who one is; again whenever it changes. */
  introduce(record: IRecord): void {
    this.repeat?.();
    this.awareness.say(RECORDS, null);
    this.ports.publish(RECORDS, 'record', encodeRecord(record));
    const ms = Math.max(RECORD_MS, this.size * RECORD_SHARE_MS);
    this.repeat = this.ports.clock.after(ms, () => this.introduce(record));
  }

  /** Says again who one is and where: others may have heard that we left. */
  returned(record: IRecord): void {
    this.awareness.repeat();
    this.introduce(record);
  }

  /** Whether a session is known to be here. */
  has(session: string): boolean {
    return this.roster.records.has(session);
  }

  /** Everybody else who is here. `now` is milliseconds since 1970. */
  people(now: number): IPerson[] {
    const present = this.awareness.present().filter(({ document }) => document !== RECORDS);
    return peopleOf(this.roster, present, now);
  }

  /** Somebody left. */
  gone(session: string): void {
    this.fold({ kind: 'gone', session });
    this.awareness.gone(session);
    this.latest.gone(session);
    this.ports.changed();
  }

  /** Those who may not be here any more, and whom nobody hears. */
  dismiss(isGone: (participant: string) => boolean): void {
    [...this.roster.records].forEach(
      ([session, { participant }]) => isGone(participant) && this.gone(session)
    );
  }

  end(): void {
    this.awareness.end();
    this.ports.publish(RECORDS, 'record', GONE);
    this.repeat?.();
    this.latest.end();
    this.greeting.end();
  }

  private takeRecord({ session, payload }: IEnvelope, participant: string): boolean {
    if (payload.length === 1 && payload[0] === 0) {
      this.gone(session);
      return true;
    }
    const read = decodeRecord(payload);
    if (read.kind === 'fault' || read.value.participant !== participant) {
      return false;
    }
    this.fold({ kind: 'record', session, record: read.value });
    this.ports.changed();
    return true;
  }

  private takeMark(envelope: IEnvelope, bytes: Uint8Array, participant: string): Refusal | null {
    const read = decodeRecord(envelope.payload);
    if (read.kind === 'fault' || read.value.participant !== participant) {
      return 'not-allowed';
    }
    if (!this.ports.mark(envelope, bytes)) {
      return 'stale';
    }
    this.ports.changed();
    return null;
  }

  private fold(event: RosterEvent): void {
    this.roster = foldRoster(this.roster, event);
    this.ports.met(this.roster);
  }
}

/** Records of other names than RECORDS are about outputs that somebody left. */
function isMark({ kind, document }: IEnvelope): boolean {
  return kind === 'record' && document !== RECORDS;
}
