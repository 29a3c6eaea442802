/**
 * The sync engine of one page in one class: documents and what their owner says go in, signed and sealed envelopes go
 * through the overlay, what others wrote comes out in the documents. Pure: clock, chance, cryptography, keys and
 * connections are passed in. What is wired here lives in the files beside.
 */
import type * as Y from 'yjs';
import type { Awareness } from '../awareness/awareness';
import { type IReached, undoubted } from '../class/readmission';
import { fitFrontier, type IReach } from '../class/statement';
import type { Cancel } from '../clock';
import type { Channel, Connection } from '../connection';
import { SessionKeys } from '../envelope/keys';
import { Seals } from '../envelope/seals';
import { reachesIn } from '../log/frontier';
import { COMPACT_ENVELOPES } from '../log/segments';
import { Flood } from '../overlay/flood';
import { type Line, Neighbour, Neighbours } from '../overlay/neighbours';
import { Search } from '../overlay/search';
import type { IStar } from '../overlay/star';
import { workOf } from '../permissions/work';
import type { IMark } from '../roster/marks';
import { encodeRecord, type IRecord } from '../roster/record';
import type { IPerson } from '../roster/roster';
import type { Acquaintances } from './acquaintances';
import { Changes } from './changes';
import { Company } from './company';
import { Compactor } from './compactor';
import { Custody } from './custody';
import { Delivery } from './delivery';
import { Exchange } from './exchange';
import { Hearing } from './hearing';
import { Intake } from './intake';
import type { IKept } from './kept';
import { type DocumentKind, Library } from './library';
import { meetPeople } from './meeting';
import { Opener } from './opener';
import type { IEngineOptions, Refusal } from './options';
import type { Replica } from './replica';
import { Sayings } from './sayings';
import { Spread } from './spread';
import { Writer } from './writer';

export { CARRY_MS } from './carried';
export { RECORD_MS, RECORDS } from './company';
export type { IEngineOptions, IKeys, IPlace, IRules, Refusal, Standing } from './options';

export interface IFollowOptions {
  readonly kind?: DocumentKind;
  /** What the document starts from; null for one that begins with nothing. */
  readonly genesis: Uint8Array | null;
  /** What storage has of it. */
  readonly kept?: readonly IKept[];
  /** What storage has is in the document, as far as there are keys for it. Before, nothing is to be written. */
  readonly restored?: () => void;
}

export class Engine {
  constructor(private readonly options: IEngineOptions) {
    const { clock, random, digest, own, crypto, room } = options;
    const { neighbours } = this;
    const refuse = (refusal: Refusal, peer: string): void => options.onRefusal?.(refusal, peer);
    const sessionKeys = new SessionKeys(crypto);
    this.acquaintances = meetPeople(options, neighbours, session => this.isNeeded(session));
    this.library = new Library({
      clock,
      make: (document, kind) => this.changes.makeReplica(document, kind),
      opened: (replica, isOpen) => {
        this.exchange.opened(replica);
        if (isOpen) {
          this.search.begin(replica.name);
        }
      },
      dropped: document => {
        this.search.end(document);
        this.exchange.closed(document);
      }
    });
    const { replicas } = this.library;
    this.custody = this.library.custody = new Custody({
      ...{ clock, random, digest, replicas, session: own.session },
      carries: document => options.carries?.(document) === true,
      drop: replica => this.library.drop(replica),
      find: document => this.library.carry(document) && this.search.begin(document)
    });
    this.opener = new Opener(options.keys, sessionKeys);
    this.changes = new Changes({
      ...{ options, neighbours, refuse, acquaintances: this.acquaintances },
      ...{ library: this.library, opener: this.opener, work: workOf(options) },
      later: () => this,
      lacking: document => this.search.begin(document)
    });
    this.company = new Company({
      ...{ clock, digest, neighbours, marks: this.custody.marks },
      more: {
        known: () => options.ear?.known() ?? [],
        tell: (neighbour, known) => options.ear?.tell(neighbour, known)
      },
      publish: (document, kind, payload) => this.writer.write(document, kind, payload),
      say: (neighbour, session, bytes) => {
        neighbour.introduce('control', session, this.acquaintances.bytesOf(session));
        neighbour.say({ type: 'envelope', bytes });
      },
      mark: (envelope, bytes) => this.custody.hear(envelope, bytes),
      met: roster => this.custody.met(roster),
      changed: () => options.onPeople?.()
    });
    this.sayings = new Sayings({
      ...{ opener: this.opener, company: this.company, rules: options.rules, refuse },
      lockedOut: (document, epoch) => this.lockedOut(document, epoch)
    });
    this.intake = new Intake({
      ...{ room, crypto, session: own.session, acquaintances: this.acquaintances, refuse },
      standing: (who, place) => options.rules.standing(who, place),
      lacksOwn: document => this.changes.lacksOwn(document),
      has: (envelope, bytes) => this.changes.has(envelope, bytes),
      take: (envelope, bytes, who, from, then) =>
        envelope.kind === 'document' || envelope.kind === 'outputs'
          ? this.changes.take(envelope, bytes, who, from, then)
          : this.sayings.take(envelope, bytes, who, from, then)
    });
    this.flood = new Flood({
      ...{ clock, digest, neighbours, star: () => this.star },
      accept: (envelope, bytes, from, then) => this.intake.accept(envelope, bytes, from, then),
      introduction: session => this.acquaintances.bytesOf(session),
      wants: document => this.library.carry(document) !== undefined,
      lost: document => this.exchange.doubt(document)
    });
    this.spread = new Spread({
      ...{ clock, neighbours, replicas },
      take: (replica, bytes, from, then) => this.changes.takeSegment(replica, bytes, from, then),
      verify: (replica, bytes, then) => this.changes.verify(replica, bytes, then)
    });
    const compactor = new Compactor({
      ...{ room, own, crypto, digest, sessionKeys, opener: this.opener },
      every: options.compactEvery ?? COMPACT_ENVELOPES,
      keyFor: (document, kind, then) => options.keys.keyFor(document, kind, then),
      isHere: session => this.company.has(session),
      made: (replica, { session }) => this.spread.tell(replica, session, '')
    });
    this.exchange = new Exchange({
      ...{ clock, random, neighbours, replicas, spread: this.spread },
      carry: document => this.library.carry(document),
      take: (replica, piece, from, then) => this.changes.takeEntry(replica, piece, from, then),
      meet: (neighbour, replica, session) => this.changes.meet(neighbour, replica, session),
      expose: (neighbour, replica, session) => this.changes.proofs.expose(neighbour, replica, session),
      stated: () => options.ear?.summary ?? null,
      differs: ({ peer }) => this.company.joined(peer)
    });
    this.search = new Search({
      ...{ clock, random, neighbours },
      holds: document => replicas.has(document),
      holders: document => this.exchange.holders(document),
      wasEnriched: document => this.exchange.wasEnriched(document),
      offer: (peer, document) => this.exchange.offer(peer, document),
      carry: document => void this.library.carry(document, true)
    });
    const introduce = this.changes.introduce.bind(this.changes);
    const delivery = new Delivery({ neighbours, replicas, introduce });
    this.writer = new Writer({
      seals: new Seals({ room, session: own.session, digest, keys: sessionKeys, signer: own.signer }),
      keyFor: (document, kind, then) => options.keys.keyFor(document, kind, then),
      made: (sealed, change) => {
        const { envelope, bytes } = sealed;
        if (envelope.kind === 'document' || envelope.kind === 'outputs') {
          this.changes.takeOwn(sealed);
          const replica = replicas.get(envelope.document);
          if (replica) {
            compactor.look(replica);
          }
        } else {
          this.company.takeOwn(sealed, change);
        }
        this.flood.publish(envelope, bytes);
      },
      locked: document => this.lockedOut(document, -1)
    });
    this.hearing = new Hearing({
      ...{ neighbours, flood: this.flood, exchange: this.exchange, delivery, search: this.search },
      spread: this.spread,
      ...{ company: this.company, changes: this.changes, acquaintances: this.acquaintances },
      hearClass: (peer, type, bytes) => options.ear?.hear(peer, type, bytes),
      refuse
    });
    this.acquaintances.hear(own.introduction);
  }

  readonly neighbours = new Neighbours();
  /** Where what is small goes once to many: set by whoever has one. */
  star: IStar | null = null;
  readonly flood: Flood;
  readonly exchange: Exchange;
  readonly spread: Spread;
  readonly intake: Intake;
  readonly writer: Writer;
  private readonly acquaintances: Acquaintances;
  private readonly library: Library;
  private readonly custody: Custody;
  private readonly opener: Opener;
  private readonly sayings: Sayings;
  private readonly changes: Changes;
  private readonly company: Company;
  private readonly search: Search;
  private readonly hearing: Hearing;

  get awareness(): Awareness {
    return this.company.awareness;
  }

  /** Sessions in this class, one's own included. */
  get size(): number {
    return this.company.size;
  }

  /** Takes a connection that is open. False when there are eight: close it. */
  connect(line: Line): boolean {
    this.disconnect(line.peer);
    const neighbour = new Neighbour(line, this.options.digest);
    if (!this.neighbours.add(neighbour)) {
      return false;
    }
    const { session, introduction } = this.options.own;
    neighbour.introduce('control', session, introduction);
    this.exchange.joined(neighbour);
    this.company.joined(neighbour.peer);
    this.options.ear?.joined(neighbour.peer);
    return true;
  }

  disconnect(peer: string): void {
    if (this.neighbours.delete(peer)) {
      this.exchange.left(peer);
      this.flood.left(peer);
      this.options.ear?.left(peer);
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
    this.hearing.hear(peer, channel, bytes);
  }

  /** Takes an envelope that somebody, neighbour or not, published. Whatever it is, nothing is thrown. */
  hearStar(from: string, bytes: Uint8Array): void {
    this.hearing.hearStar(from, bytes);
  }

  /** Something published may have been missed, here or by others: looks at all that is here with all neighbours. */
  compare(): void {
    this.exchange.compare();
    for (const { peer } of this.neighbours) {
      this.company.joined(peer);
    }
  }

  /**
   * Keeps a document equal with everybody's. Its clientID becomes this session's; call it before anything is written.
   * The result ends it: what was written stays with this page, for the class and for opening it again.
   */
  follow(document: string, doc: Y.Doc, options: IFollowOptions): Cancel {
    const { kind = 'document', genesis, kept = [], restored = () => undefined } = options;
    let close: Cancel | null = null;
    let isOver = false;
    this.changes.restore(document, kind, kept, () => {
      if (isOver) {
        restored();
      } else {
        close = this.library.open(document, doc, kind, genesis, restored);
      }
    });
    return () => {
      isOver = true;
      this.awareness.leave(document);
      close?.();
    };
  }

  /** Whether all that neighbours said they have is here. */
  get isEven(): boolean {
    return this.exchange.isEven;
  }

  /** How far the sessions of somebody are, in every document that is here: for a frontier. */
  reachesOf(participant: string): readonly IReach[] {
    return fitFrontier(undoubted(this.reachedBy(participant)));
  }

  /** The same for whoever is to have another role. */
  reachedBy(participant: string): readonly IReached[] {
    return [...this.library.replicas].flatMap(([document, replica]) =>
      reachesIn(replica.log, participant).map(entry => ({
        ...{ document, ...entry },
        ...(replica.isShort(entry.session) && { isShort: true })
      }))
    );
  }

  /** What is here of a document, open or carried. */
  replica(document: string): Replica | undefined {
    return this.library.replicas.get(document);
  }

  /** Says who one is; again whenever it changes. */
  introduce(record: IRecord): void {
    this.company.introduce(record);
  }

  /** Says that there are outputs of one's own in a document of outputs; stays known when one has gone. */
  mark(document: string, record: IRecord): void {
    this.writer.write(document, 'record', encodeRecord(record));
  }

  /** Who left outputs of a notebook, or of any. */
  marks(document?: string): readonly IMark[] {
    return this.custody.marks.of(document);
  }

  /** Says again who one is and where: others may have heard that we left. */
  returned(record: IRecord): void {
    this.company.returned(record);
  }

  /** Everybody else who is here. `now` is milliseconds since 1970. */
  people(now: number): IPerson[] {
    return this.company.people(now);
  }

  /** The server says that somebody left. */
  gone(session: string): void {
    this.company.gone(session);
  }

  /** What is known of who may what, and how far sessions count, is different: what was refused may be taken now. */
  rulesChanged(isRekeyed = false): void {
    this.library.replicas.forEach(replica => replica.review(isRekeyed));
    this.compare();
  }

  /** Of whom something is kept here that they wrote. */
  get authors(): ReadonlySet<string> {
    const authors = [...this.library.replicas.values()].flatMap(({ log }) =>
      log.sessions.flatMap(session => (log.count(session) > 0 ? (log.authorOf(session) ?? []) : []))
    );
    return new Set(authors);
  }

  /** There are other keys: what waits for one is opened, and what waits to be said is said. */
  keysChanged(): void {
    this.library.replicas.forEach(replica => replica.unlock());
    this.writer.unlock();
    this.sayings.unlock();
    this.compare();
  }

  /** What waits for its turn goes now: the page may be about to freeze. */
  flush(): void {
    this.library.replicas.forEach(replica => replica.flush());
  }

  end(): void {
    this.flush();
    this.company.end();
    this.custody.end();
    this.exchange.end();
    this.spread.end();
    this.search.end();
    this.acquaintances.end();
    this.library.end();
    [...this.neighbours].forEach(({ peer }) => this.disconnect(peer));
  }

  private lockedOut(document: string, epoch: number): void {
    this.options.onLocked?.(document, epoch);
    this.options.ear?.locked();
  }

  /** Whether something of that session is kept here. */
  private isNeeded(session: string): boolean {
    return (
      session === this.options.own.session ||
      [...this.library.replicas.values()].some(({ log }) => log.authorOf(session) !== undefined)
    );
  }
}
