/**
 * The sync engine of one page in one class: documents and what their owner says go in, envelopes go through the overlay,
 * what others wrote comes out in the documents. Pure: clock, chance, SHA-256 and connections are passed in.
 *
 * Where things are taken in (`accept`) is where they will be verified and permitted; where they are made (`publish`) is
 * where they will be sealed and signed.
 */
import * as Y from 'yjs';
import { Awareness } from '../awareness/awareness';
import { sameBytes } from '../bytes';
import type { Cancel } from '../clock';
import type { Channel, Connection } from '../connection';
import { encodeEnvelope, type IEnvelope, type Kind, plainEnvelope } from '../envelope/envelope';
import { cutChange, Parts } from '../envelope/parts';
import { Flood } from '../overlay/flood';
import { decodeMessage } from '../overlay/messages';
import { type Line, Neighbour, Neighbours } from '../overlay/neighbours';
import { Search } from '../overlay/search';
import type { IStar } from '../overlay/star';
import { parseOutputsName } from '../document/name';
import type { IMark } from '../roster/marks';
import { decodeRecord, encodeRecord, type IRecord } from '../roster/record';
import { foldRoster, type IPerson, NOBODY, peopleOf, type RosterEvent } from '../roster/roster';
import { clientOf } from '../session';
import { CARRY_MS } from './carried';
import { Custody } from './custody';
import { Exchange } from './exchange';
import { Greeting } from './greeting';
import { Latest } from './latest';
import type { IEngineOptions, Refusal } from './options';
import { FROM_OTHERS, Replica } from './replica';

export { CARRY_MS } from './carried';
export type { IEngineOptions, Refusal } from './options';

/** The name records go under: they are about the class, not about a notebook. */
export const RECORDS = 'records';
/** Said again though nothing changed, for whom it did not reach; and for each person here. */
export const RECORD_MS = 60_000;
const RECORD_SHARE_MS = 400;

export class Engine {
  constructor(private readonly options: IEngineOptions) {
    const { clock, random, digest } = options;
    this.latest = new Latest(clock, digest);
    this.custody = new Custody({
      clock,
      random,
      digest,
      session: options.session,
      replicas: this.replicas,
      carries: document => options.carries?.(document) === true,
      drop: replica => this.dropReplica(replica),
      find: document => this.carry(document) && this.search.begin(document)
    });
    this.greeting = new Greeting(clock, this.neighbours, () => [
      ...this.latest.known(),
      ...this.custody.marks.known()
    ]);
    this.awareness = new Awareness({
      clock,
      publish: (document, payload) => this.publish(document, 'awareness', payload),
      people: () => this.size,
      changed: () => options.onPeople?.()
    });
    this.flood = new Flood({
      clock,
      digest,
      neighbours: this.neighbours,
      star: () => this.star,
      accept: (envelope, bytes, from) => this.accept(envelope, bytes, from),
      wants: document => this.replicas.has(document) || this.carry(document) !== undefined,
      lost: document => this.exchange.doubt(document)
    });
    this.exchange = new Exchange({
      clock,
      random,
      neighbours: this.neighbours,
      replicas: this.replicas,
      carry: document => this.carry(document)
    });
    this.search = new Search({
      clock,
      random,
      neighbours: this.neighbours,
      holds: document => this.replicas.has(document),
      holders: document => this.exchange.holders(document),
      wasEnriched: document => this.exchange.wasEnriched(document),
      offer: (peer, document) => this.exchange.offer(peer, document),
      carry: document => void this.carry(document, true)
    });
  }

  readonly neighbours = new Neighbours();
  /** Where what is small goes once to many: set by whoever has one. */
  star: IStar | null = null;
  readonly awareness: Awareness;
  readonly flood: Flood;
  private readonly exchange: Exchange;
  private readonly search: Search;
  private readonly latest: Latest;
  private readonly greeting: Greeting;
  private readonly replicas = new Map<string, Replica>();
  private readonly custody: Custody;
  private readonly sequences = new Map<string, number>();
  private readonly parts = new Parts();
  private roster = NOBODY;
  private repeat: Cancel | null = null;

  /** Sessions in this class, one's own included. */
  get size(): number {
    return this.roster.records.size + 1;
  }

  /** Takes a connection that is open. False when there are eight: close it. */
  connect(line: Line): boolean {
    this.disconnect(line.peer);
    const neighbour = new Neighbour(line, this.options.digest);
    if (!this.neighbours.add(neighbour)) {
      return false;
    }
    this.exchange.joined(neighbour);
    this.greeting.joined(neighbour.peer);
    return true;
  }

  disconnect(peer: string): void {
    if (this.neighbours.delete(peer)) {
      this.exchange.left(peer);
      this.flood.left(peer);
    }
  }

  /** Follows a connection for as long as it lives; the result lets go of it without closing it. */
  attach(connection: Connection): Cancel {
    const end = (): void => {
      cancels.forEach(cancel => cancel());
      this.disconnect(connection.peer);
    };
    let isKnown = false;
    // Said again when a link takes another road or comes back: it has lost nothing, and an exchange under way goes on.
    const open = (): void => {
      if (!isKnown && !this.connect(connection)) {
        connection.close();
      }
      isKnown = true;
    };
    const cancels = [
      connection.onState(state =>
        state.kind === 'open' ? open() : state.kind === 'closed' ? end() : undefined
      ),
      connection.onMessage((channel, message) => this.hear(connection.peer, channel, message))
    ];
    if (connection.state.kind === 'open') {
      open();
    }
    return end;
  }

  /** Takes a message of a neighbour. Whatever it is, nothing is thrown. */
  hear(peer: string, channel: Channel, bytes: Uint8Array): void {
    const neighbour = this.neighbours.get(peer);
    const read = decodeMessage(bytes);
    if (!neighbour || read.kind === 'fault') {
      return (
        neighbour &&
        this.refuse(read.kind === 'fault' && read.fault === 'type' ? 'other-version' : 'garbled', peer)
      );
    }
    const message = read.value;
    switch (message.type) {
      case 'envelope':
        if (this.hearEnvelope(peer, message.bytes)) {
          neighbour.hearing[channel].remember(message.bytes);
        }
        return undefined;
      case 'short': {
        const whole = neighbour.hearing[channel].lengthen(message.reference, message.tail);
        if (!whole) {
          neighbour.say({ type: 'unknown', reference: message.reference });
          return this.refuse('unknown-head', peer);
        }
        this.hearEnvelope(peer, whole);
        return undefined;
      }
      case 'announce':
        return this.flood.announced(peer, message.id, message.size, message.document);
      case 'pull':
        return this.flood.pulled(peer, message.id);
      case 'missing':
        return this.flood.missing(peer, message.id);
      case 'summary':
        return this.exchange.hearSummary(neighbour, message);
      case 'ask':
        return this.exchange.hearAsk(neighbour, message);
      case 'state':
        return this.exchange.hearState(neighbour, message);
      case 'seek':
        return this.search.hearSeek(peer, message.id, message.document);
      case 'found':
        return this.search.hearFound(peer, message.document);
      case 'take':
        return this.search.hearTake(peer, message.document);
      case 'unknown':
        return neighbour.forget(message.reference);
      case 'who':
        return [
          ...this.latest.newerThan(message.known),
          ...this.custody.marks.newerThan(message.known)
        ].forEach(each => neighbour.say({ type: 'envelope', bytes: each }));
    }
  }

  /** Takes an envelope that somebody, neighbour or not, published. Whatever it is, nothing is thrown. */
  hearStar(from: string, bytes: Uint8Array): void {
    if (this.flood.hear(from, bytes, true) !== null) {
      this.refuse('garbled', from);
    }
  }

  /** Something published may have been missed, here or by others: looks at all that is here with all neighbours. */
  compare(): void {
    this.exchange.compare();
    for (const { peer } of this.neighbours) {
      this.greeting.joined(peer);
    }
  }

  /**
   * Keeps a document equal with everybody's. Its clientID becomes this session's; call it before anything is written.
   * The result ends it: what was written stays with this page, for the class and for opening it again.
   */
  follow(document: string, doc: Y.Doc, kind: Extract<Kind, 'document' | 'outputs'> = 'document'): Cancel {
    const before = this.replicas.get(document);
    if (before && !this.custody.carried.has(document)) {
      throw new Error(`Already open: ${document}`);
    }
    if (before) {
      // Before the clientID is set: Yjs takes another when its own comes back from outside.
      this.dropReplica(before);
      Y.applyUpdate(doc, before.stateSince(new Map()), FROM_OTHERS);
    }
    doc.clientID = clientOf(this.options.digest, document, '', this.options.session);
    const replica = this.addReplica(document, doc, kind);
    this.exchange.opened(replica);
    this.search.begin(document);
    return () => {
      if (this.replicas.get(document) === replica) {
        this.awareness.leave(document);
        this.dropReplica(replica);
        const copy = this.addReplica(document, new Y.Doc(), kind);
        Y.applyUpdate(copy.doc, replica.stateSince(new Map()), FROM_OTHERS);
        this.custody.carried.add(document);
      }
    };
  }

  /** Says who one is; again whenever it changes. */
  introduce(record: IRecord): void {
    this.repeat?.();
    this.awareness.say(RECORDS, null);
    this.publish(RECORDS, 'record', encodeRecord(record));
    const ms = Math.max(RECORD_MS, this.size * RECORD_SHARE_MS);
    this.repeat = this.options.clock.after(ms, () => this.introduce(record));
  }

  /** Says that there are outputs of one's own in a document of outputs; stays known when one has gone. */
  mark(document: string, record: IRecord): void {
    this.publish(document, 'record', encodeRecord(record));
  }

  /** Who left outputs of a notebook, or of any. */
  marks(document?: string): readonly IMark[] {
    return this.custody.marks.of(document);
  }

  /** Says again who one is and where: others may have heard that we left. */
  returned(record: IRecord): void {
    this.awareness.repeat();
    this.introduce(record);
  }

  /** Everybody else who is here. `now` is milliseconds since 1970. */
  people(now: number): IPerson[] {
    const present = this.awareness.present().filter(({ document }) => document !== RECORDS);
    return peopleOf(this.roster, present, now);
  }

  /** The server says that somebody left. */
  gone(session: string): void {
    this.fold({ kind: 'gone', session });
    this.awareness.gone(session);
    this.latest.gone(session);
    this.options.onPeople?.();
  }

  /** What waits for its turn goes now: the page may be about to freeze. */
  flush(): void {
    this.replicas.forEach(replica => replica.flush());
  }

  end(): void {
    this.flush();
    this.awareness.end();
    this.publish(RECORDS, 'record', new Uint8Array([0]));
    this.repeat?.();
    this.custody.end();
    this.exchange.end();
    this.search.end();
    this.latest.end();
    this.greeting.end();
    [...this.replicas.values()].forEach(replica => this.dropReplica(replica));
    [...this.neighbours].forEach(({ peer }) => this.disconnect(peer));
  }

  /** Whether it is an envelope. */
  private hearEnvelope(peer: string, bytes: Uint8Array): boolean {
    const fault = this.flood.hear(peer, bytes);
    return fault === null || this.deny(fault === 'version' ? 'other-version' : 'garbled', peer);
  }

  /** Whether an envelope is taken, and so passed on. */
  private accept(envelope: IEnvelope, bytes: Uint8Array, from: string): boolean {
    const { room, session } = this.options;
    if (!sameBytes(envelope.room, room)) {
      return this.deny('other-class', from);
    }
    if (envelope.session === session) {
      return this.deny('own', from);
    }
    switch (envelope.kind) {
      case 'document':
      case 'outputs':
        return this.acceptChange(envelope, from);
      case 'awareness':
      case 'record': {
        if (envelope.kind === 'record' && envelope.document !== RECORDS) {
          return this.acceptMark(envelope, bytes) || this.deny('stale', from);
        }
        if (!this.latest.isNew(envelope)) {
          return this.deny('stale', from);
        }
        const isTaken =
          envelope.kind === 'record' ? this.acceptRecord(envelope) : this.awareness.hear(envelope);
        if (isTaken) {
          this.latest.keep(envelope, bytes, this.awareness.expiryMs, () => this.gone(envelope.session));
        }
        return isTaken || this.deny('not-allowed', from);
      }
    }
  }

  private acceptChange(envelope: IEnvelope, from: string): boolean {
    const replica = this.replicas.get(envelope.document) ?? this.carry(envelope.document);
    const change = replica ? this.parts.take(envelope) : null;
    if (!replica || !change) {
      return true;
    }
    const received = replica.receive(change);
    this.custody.carried.touch(replica.name);
    if (received === 'waiting') {
      if (this.custody.carried.has(replica.name)) {
        // What it leans on was written before this page kept it; no neighbour may have it.
        this.search.begin(replica.name);
      }
      // What was published may be of somebody one has no connection to.
      this.exchange.incomplete(replica.name, this.neighbours.get(from)?.peer);
    }
    return received !== 'garbled' || this.deny('no-change', from);
  }

  private acceptRecord(envelope: IEnvelope): boolean {
    const { session, payload } = envelope;
    if (payload.length === 1 && payload[0] === 0) {
      this.gone(session);
      return true;
    }
    const read = decodeRecord(payload);
    if (read.kind === 'read') {
      this.fold({ kind: 'record', session, record: read.value });
      this.options.onPeople?.();
    }
    return read.kind === 'read';
  }

  private acceptMark(envelope: IEnvelope, bytes: Uint8Array): boolean {
    const isNew = this.custody.hear(envelope, bytes);
    if (isNew) {
      this.options.onPeople?.();
    }
    return isNew;
  }

  private fold(event: RosterEvent): void {
    this.roster = foldRoster(this.roster, event);
    this.custody.met(this.roster);
  }

  private publish(document: string, kind: Kind, change: Uint8Array): void {
    const { room, session } = this.options;
    const stream = `${document} ${kind}`;
    const pieces = cutChange(change);
    pieces.forEach((payload, part) => {
      const sequence = this.sequences.get(stream) ?? 0;
      this.sequences.set(stream, sequence + 1);
      const envelope = {
        ...plainEnvelope({ room, document, session, kind }, sequence, payload),
        part,
        parts: pieces.length
      };
      const bytes = encodeEnvelope(envelope);
      if (kind === 'record' && document !== RECORDS) {
        this.custody.marks.hear(envelope, bytes);
      } else if (kind === 'awareness' || kind === 'record') {
        this.latest.keepOwn(envelope, bytes);
      }
      this.flood.publish(envelope, bytes);
    });
    if (pieces.length === 0) {
      this.exchange.news(document);
    }
  }

  /** `isAsked`: somebody needs it who reaches nobody else. */
  private carry(document: string, isAsked = false): Replica | undefined {
    const isDuty = this.custody.isDuty(document);
    if (!(isAsked || isDuty) || !this.custody.carried.admits(document)) {
      return undefined;
    }
    const replica = this.addReplica(document, new Y.Doc(), kindOf(document));
    this.custody.carried.add(document);
    if (!isDuty) {
      this.options.clock.after(CARRY_MS, () => this.release(replica));
    }
    this.exchange.opened(replica);
    return replica;
  }

  /** What was carried for somebody need not be any more: who still needs it asks again. */
  private release(replica: Replica): void {
    // Not if it was opened here meanwhile: what this session wrote stays, or its clientID would begin anew.
    if (
      this.replicas.get(replica.name) === replica &&
      this.custody.carried.has(replica.name) &&
      !this.custody.isDuty(replica.name)
    ) {
      this.dropReplica(replica);
    }
  }

  private addReplica(document: string, doc: Y.Doc, kind: 'document' | 'outputs'): Replica {
    const replica = new Replica(document, doc, {
      clock: this.options.clock,
      digest: this.options.digest,
      publish: change => this.publish(document, kind, change),
      isForeign: origin => this.options.isForeign?.(origin) === true
    });
    this.replicas.set(document, replica);
    return replica;
  }

  private dropReplica(replica: Replica): void {
    replica.end();
    this.search.end(replica.name);
    this.replicas.delete(replica.name);
    this.custody.carried.delete(replica.name);
  }

  private deny(refusal: Refusal, peer: string): false {
    this.refuse(refusal, peer);
    return false;
  }

  private refuse(refusal: Refusal, peer: string): void {
    this.options.onRefusal?.(refusal, peer);
  }
}

function kindOf(document: string): 'document' | 'outputs' {
  return parseOutputsName(document) ? 'outputs' : 'document';
}
