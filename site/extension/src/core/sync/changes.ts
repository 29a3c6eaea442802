/** Changes of documents on their way in and out: from envelopes to pieces of logs. */
import { sameBytes } from '../bytes';
import { type IEnvelope, idText } from '../envelope/envelope';
import type { ISealed } from '../envelope/seal';
import { type IPiece, linksOf } from '../log/piece';
import type { Verdict } from '../overlay/flood';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { NOTEBOOK_LIMITS, OUTPUTS_LIMITS } from '../permissions/limits';
import type { Work } from '../permissions/work';
import { clientsOf } from '../session';
import type { Acquaintances, IAcquaintance } from './acquaintances';
import type { Exchange } from './exchange';
import type { Intake } from './intake';
import type { IKept } from './kept';
import type { DocumentKind, Library } from './library';
import type { Opener } from './opener';
import type { IEngineOptions, Refusal } from './options';
import { epochOf, pieceOf, type ReadPiece, readPiece } from './pieces';
import { Proofs } from './proofs';
import { type Received, Replica } from './replica';
import type { Spread } from './spread';
import type { Writer } from './writer';

export interface IChangesPorts {
  readonly options: IEngineOptions;
  readonly neighbours: Neighbours;
  readonly acquaintances: Acquaintances;
  readonly library: Library;
  readonly opener: Opener;
  /** How long each person's writing may take. */
  readonly work: Work | null;
  /** What comes after in the order of making. */
  readonly later: () => {
    readonly exchange: Exchange;
    readonly intake: Intake;
    readonly writer: Writer;
    readonly spread: Spread;
  };
  /** Something waits for what was written before this page kept the document. */
  lacking(document: string): void;
  refuse(refusal: Refusal, peer: string): void;
}

export class Changes {
  constructor(private readonly ports: IChangesPorts) {
    const { options, neighbours, acquaintances, library } = ports;
    this.proofs = new Proofs({
      ...{ options, neighbours, acquaintances },
      refuse: (refusal, peer) => ports.refuse(refusal, peer),
      replica: document => library.replicas.get(document),
      verify: (replica, piece, then) => this.verify(replica, piece, then)
    });
  }

  readonly proofs: Proofs;

  /** Introductions that storage has, for each document. */
  private readonly stored = new Set<string>();
  /** Pieces that storage has and that are on their way in. */
  private readonly restoring = new Set<string>();

  /**
   * Gives a document's log what storage has of it; `then`: it is there, but for what nobody here knows the author of.
   * Introductions first: with nobody connected there is no one else to ask whose a session is.
   */
  restore(document: string, kind: DocumentKind, kept: readonly IKept[], then: () => void): void {
    const { acquaintances, library } = this.ports;
    library.ensure(document, kind);
    this.keepCarried(document, kept);
    const [done, begin] = countDown(() => this.restorePieces(document, kind, kept, then));
    for (const each of kept) {
      if (each.kind === 'introduction') {
        begin();
        acquaintances.hear(each.bytes, who => {
          if (who) {
            this.stored.add(`${document} ${who.session}`);
          }
          done();
        });
      }
    }
    done();
  }

  makeReplica(document: string, kind: DocumentKind): Replica {
    const { options, opener, later } = this.ports;
    const { clock, digest, own, rules } = options;
    return new Replica(document, kind, {
      ...{ clock, digest, session: own.session, participant: own.participant },
      links: linksOf(digest, { room: options.room, document, kind }),
      limits: kind === 'outputs' ? OUTPUTS_LIMITS : NOTEBOOK_LIMITS,
      ...(this.ports.work ? { work: this.ports.work } : {}),
      clientOf: clientsOf(digest, document),
      cutOf: (session, author) =>
        rules.cutOf(document, session, author) ?? this.proofs.undoubtedOf(document, session, author),
      open: (piece, then) => opener.piece(piece, then),
      mayWrite: () => this.mayWrite(document, kind),
      publish: change => later().writer.write(document, kind, change),
      unsealed: () => later().writer.waiting(document, kind),
      withdraw: () => later().writer.drop(document, kind),
      isForeign: origin => options.isForeign?.(origin) === true,
      keep: piece => this.keep(document, piece),
      banned: (piece, instead) => this.banned(document, piece, instead),
      locked: piece => {
        options.onLocked?.(document, epochOf(piece));
        options.ear?.locked();
      },
      isUndone: piece => (rules.undone?.size ?? 0) > 0 && rules.undone!.has(epochOf(piece)),
      forked: proof => this.proofs.tell(document, proof),
      contradicted: (session, author) => options.onFork?.(document, session, author),
      replayed: (doc, lost) => {
        options.onReplayed?.(document, doc);
        if (lost.length > 0) {
          options.onLost?.(document, lost);
        }
      },
      resumed: () => later().exchange.compare(),
      unfit: fault => options.onUnfit?.(document, fault)
    });
  }

  /**
   * Whether less of one's own session is here than counts: a segment of it reached beyond the frontier that cut it off, or
   * was sealed with a key of an epoch that was undone. Then it comes from others, who have it in smaller pieces.
   */
  lacksOwn(document: string): boolean {
    const { session } = this.ports.options.own;
    const replica = this.ports.library.replicas.get(document);
    if (!replica) {
      return false;
    }
    const { log, kind } = replica;
    return (
      log.count(session) < Math.min(log.limitOf(session), this.ports.later().writer.count(document, kind))
    );
  }

  /** Whether the very same envelope is in a log here. */
  has({ document, session, sequence }: IEnvelope, bytes: Uint8Array): boolean {
    const [piece] =
      this.ports.library.replicas.get(document)?.log.pieces(session, sequence, sequence + 1) ?? [];
    return piece?.form === 'envelope' && sameBytes(piece.bytes, bytes);
  }

  /** Takes a genuine envelope that came through the overlay. */
  take(
    envelope: IEnvelope,
    bytes: Uint8Array,
    { participant }: IAcquaintance,
    from: string,
    then: (verdict: Verdict) => void
  ): void {
    const { library, neighbours, later } = this.ports;
    const { document } = envelope;
    const replica = library.replicas.get(document) ?? library.carry(document);
    if (replica?.kind !== envelope.kind) {
      then('pass');
      return;
    }
    library.custody.carried.touch(document);
    replica.take(this.pieceOf({ form: 'envelope', value: envelope }, bytes, participant), received => {
      if (received === 'waiting') {
        if (library.custody.carried.has(document)) {
          this.ports.lacking(document);
        }
        // What was published may be of somebody one has no connection to.
        later().exchange.incomplete(document, neighbours.get(from)?.peer);
      }
      then(this.judge(received, from));
    });
  }

  /** Takes a piece that a neighbour sent when it was asked. */
  takeEntry(replica: Replica, bytes: Uint8Array, from: string, then: () => void): void {
    const read = readPiece(bytes);
    if (read?.value.document !== replica.name || read.value.kind !== replica.kind) {
      this.ports.refuse('garbled', from);
      then();
      return;
    }
    const { exchange, intake, spread } = this.ports.later();
    const { session } = read.value;
    const before = replica.log.count(session);
    const judged = (): void => {
      if (replica.log.count(session) > before) {
        exchange.tell(replica.name, session, from);
      }
      then();
    };
    if (read.form === 'envelope') {
      intake.accept(read.value, bytes, from, judged);
      return;
    }
    this.takeSegment(replica, bytes, from, (received, piece) => {
      const neighbour = this.ports.neighbours.get(from);
      if (piece && received === 'lie' && neighbour) {
        spread.accuse(neighbour, replica, piece);
      }
      judged();
    });
  }

  /** Takes a segment; `then` has what became of it, and the piece if it is genuine. */
  takeSegment(
    replica: Replica,
    bytes: Uint8Array,
    from: string,
    then: (received: Received | null, piece: IPiece | null) => void
  ): void {
    const read = readPiece(bytes);
    const isOurs = read?.value.document === replica.name && read.value.kind === replica.kind;
    if (read?.form !== 'segment' || !isOurs) {
      this.ports.refuse('garbled', from);
      then(null, null);
      return;
    }
    this.ports.later().intake.acceptSegment(read.value, bytes, from, author => {
      if (!author) {
        then(null, null);
        return;
      }
      const piece = this.pieceOf(read, bytes, author.participant);
      replica.take(piece, received => {
        this.judge(received, from);
        then(received, piece);
      });
    });
  }

  /** One's own, sealed. */
  takeOwn({ envelope, bytes }: ISealed): void {
    const { library, options } = this.ports;
    const { document, part, parts } = envelope;
    library.replicas
      .get(document)
      ?.takeOwn(
        this.pieceOf({ form: 'envelope', value: envelope }, bytes, options.own.participant),
        part === parts - 1
      );
  }

  /** Whose a session is, for a neighbour, before what it wrote. */
  introduce(neighbour: Neighbour, session: string): void {
    neighbour.introduce('bulk', session, this.ports.acquaintances.bytesOf(session));
  }

  /** A neighbour speaks of a session. */
  meet({ peer }: Neighbour, replica: Replica, session: string): void {
    if (session !== this.ports.options.own.session) {
      this.ports.acquaintances.need(session, peer, who => who && replica.meet(session, who.participant));
    }
  }

  /** What came while nobody had the document open was carried in memory: from now on it is kept. */
  private keepCarried(document: string, kept: readonly IKept[]): void {
    const { library, options } = this.ports;
    const { log } = library.replicas.get(document)!;
    [...this.stored]
      .filter(name => name.startsWith(`${document} `))
      .forEach(name => this.stored.delete(name));
    const pieces = kept.flatMap(each => (each.kind === 'piece' ? [each.bytes] : []));
    const ids = new Set(pieces.map(bytes => idText(options.digest(bytes))));
    for (const piece of log.sessions.flatMap(session => log.kept(session))) {
      if (!ids.has(idText(piece.hash))) {
        this.keep(document, piece);
      }
    }
  }

  private restorePieces(
    document: string,
    kind: DocumentKind,
    kept: readonly IKept[],
    then: () => void
  ): void {
    const { acquaintances, library } = this.ports;
    const replica = library.replicas.get(document);
    if (!replica) {
      // The page ended meanwhile.
      then();
      return;
    }
    const [done, begin] = countDown(() => {
      // It may count by now what a page before refused.
      replica.log.unban();
      then();
    });
    for (const each of kept) {
      if (each.kind === 'refuse') {
        replica.log.ban(each.session, each.author, idText(each.hash));
      } else if (each.kind === 'fork') {
        this.proofs.take(each.bytes, '', true);
      }
    }
    for (const each of kept) {
      const read = each.kind === 'piece' ? readPiece(each.bytes) : null;
      if (each.kind === 'piece' && read?.value.document === document && read.value.kind === kind) {
        const isKnown = acquaintances.of(read.value.session) !== undefined;
        if (isKnown) {
          begin();
        }
        this.takeKept(replica, read, each.bytes, () => isKnown && done());
      }
    }
    done();
  }

  private takeKept(replica: Replica, read: ReadPiece, bytes: Uint8Array, then: () => void): void {
    const hash = idText(this.ports.options.digest(bytes));
    this.restoring.add(hash);
    const judged = (): void => {
      this.restoring.delete(hash);
      then();
    };
    if (read.form === 'segment') {
      this.takeSegment(replica, bytes, '', judged);
    } else {
      this.ports.later().intake.accept(read.value, bytes, '', judged);
    }
  }

  private judge(received: Received, from: string): Verdict {
    switch (received) {
      case 'taken':
      case 'waiting':
      case 'known':
        return 'pass';
      case 'bad':
      case 'lie':
        this.ports.refuse('no-change', from);
        return 'drop';
      case 'forked':
        this.ports.refuse('forked', from);
        return 'drop';
      case 'refused':
        this.ports.refuse('cut-off', from);
        return 'later';
    }
  }

  /** A genuine piece of a document by somebody who is known, or null. */
  verify(replica: Replica, bytes: Uint8Array, then: (piece: IPiece | null) => void): void {
    const read = readPiece(bytes);
    const who = read && this.ports.acquaintances.of(read.value.session);
    // Each kind counts for itself: a cursor and a change of one number contradict nothing.
    const isOurs = read?.value.document === replica.name && read.value.kind === replica.kind;
    if (!read || !who || !isOurs) {
      then(null);
      return;
    }
    const { intake } = this.ports.later();
    const done = (isGenuine: boolean): void =>
      then(isGenuine ? this.pieceOf(read, bytes, who.participant) : null);
    if (read.form === 'segment') {
      intake.verifySegment(read.value, bytes, done);
    } else {
      intake.verify(read.value, bytes, who, done);
    }
  }

  private mayWrite(document: string, kind: DocumentKind): boolean {
    const { own, rules } = this.ports.options;
    return (
      rules.standing(own, { document, kind, session: own.session, epoch: null, sequence: Infinity }) !==
      'may-not'
    );
  }

  /** With the introductions before it, where storage has none. */
  private keep(document: string, piece: IPiece): void {
    const { options, acquaintances } = this.ports;
    if (this.restoring.delete(idText(piece.hash))) {
      return;
    }
    for (const session of new Set([piece.session, piece.signer])) {
      const name = `${document} ${session}`;
      // One's own is not looked at yet when one writes in the page's first moments.
      const introduction =
        session === options.own.session ? options.own.introduction : acquaintances.bytesOf(session);
      if (options.keep && introduction && !this.stored.has(name)) {
        this.stored.add(name);
        options.keep(document, { kind: 'introduction', bytes: introduction });
      }
    }
    options.keep?.(document, { kind: 'piece', bytes: piece.bytes });
  }

  /** Never taken again, from storage either; what counts in its place may not be there any more. */
  private banned(document: string, { session, author, hash }: IPiece, instead: readonly IPiece[]): void {
    this.ports.options.keep?.(document, { kind: 'refuse', session, author, hash });
    instead.forEach(piece => this.keep(document, piece));
  }

  private pieceOf(read: ReadPiece, bytes: Uint8Array, author: string): IPiece {
    return pieceOf(this.ports.options.digest, read, bytes, author);
  }
}

/** Calls `then` when `done` was called once for each `begin`, and once more. */
function countDown(then: () => void): [done: () => void, begin: () => void] {
  let left = 1;
  return [() => (left -= 1) === 0 && then(), () => void (left += 1)];
}
