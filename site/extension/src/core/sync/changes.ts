/** Changes of documents on their way in and out: from envelopes to pieces of logs, and proofs of what forked. */
import { decodeEnvelope, type IEnvelope, idText } from '../envelope/envelope';
import type { ISealed } from '../envelope/seal';
import { type IPiece, linksOf } from '../log/piece';
import { decodeProof, encodeProof, verifyProof } from '../log/proof';
import type { Verdict } from '../overlay/flood';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { NOTEBOOK_LIMITS, OUTPUTS_LIMITS } from '../permissions/limits';
import { clientOf } from '../session';
import type { Acquaintances, IAcquaintance } from './acquaintances';
import type { Exchange } from './exchange';
import type { Intake } from './intake';
import type { IKept } from './kept';
import type { DocumentKind, Library } from './library';
import type { Opener } from './opener';
import type { IEngineOptions, Refusal } from './options';
import { type Received, Replica } from './replica';
import type { Writer } from './writer';

export interface IChangesPorts {
  readonly options: IEngineOptions;
  readonly neighbours: Neighbours;
  readonly acquaintances: Acquaintances;
  readonly library: Library;
  readonly opener: Opener;
  /** What comes after in the order of making. */
  readonly later: () => { readonly exchange: Exchange; readonly intake: Intake; readonly writer: Writer };
  /** Something waits for what was written before this page kept the document. */
  lacking(document: string): void;
  refuse(refusal: Refusal, peer: string): void;
}

export class Changes {
  constructor(private readonly ports: IChangesPorts) {}

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
    if (kept.length > 0) {
      library.ensure(document, kind);
    }
    this.keepCarried(document, kept);
    const [done, begin] = countDown(() => this.restorePieces(document, kind, kept, then));
    for (const { bytes } of kept.filter(({ kind: what }) => what === 'introduction')) {
      begin();
      acquaintances.hear(bytes, who => {
        if (who) {
          this.stored.add(`${document} ${who.session}`);
        }
        done();
      });
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
      clientOf: (session, author) => clientOf(digest, document, author, session),
      cutOf: (session, author) => rules.cutOf(document, session, author),
      open: (piece, then) => opener.piece(piece, then),
      mayWrite: () => this.mayWrite(document, kind),
      publish: change => later().writer.write(document, kind, change),
      isForeign: origin => options.isForeign?.(origin) === true,
      keep: piece => this.keep(document, piece),
      locked: piece => {
        options.onLocked?.(document, epochOf(piece));
        options.ear?.locked();
      },
      forked: proof => this.forked(document, proof),
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

  /** Whether the very same envelope is in a log here. */
  has({ document, session, sequence }: IEnvelope, bytes: Uint8Array): boolean {
    const [piece] =
      this.ports.library.replicas.get(document)?.log.pieces(session, sequence, sequence + 1) ?? [];
    return piece?.form === 'envelope' && piece.from === sequence && isSame(piece.bytes, bytes);
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
    if (!replica) {
      then('pass');
      return;
    }
    library.custody.carried.touch(document);
    replica.take(this.pieceOf(envelope, bytes, participant), received => {
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
    const read = decodeEnvelope(bytes);
    const isOurs =
      read.kind === 'read' && read.value.document === replica.name && read.value.kind === replica.kind;
    if (!isOurs) {
      this.ports.refuse('garbled', from);
      then();
      return;
    }
    const { session } = read.value;
    const before = replica.log.count(session);
    this.ports.later().intake.accept(read.value, bytes, from, () => {
      if (replica.log.count(session) > before) {
        this.ports.later().exchange.tell(replica.name, session, from);
      }
      then();
    });
  }

  /** One's own, sealed. */
  takeOwn({ envelope, bytes }: ISealed): void {
    const { library, options } = this.ports;
    const { document, part, parts } = envelope;
    library.replicas
      .get(document)
      ?.takeOwn(this.pieceOf(envelope, bytes, options.own.participant), part === parts - 1);
  }

  /** A neighbour has proof of a fork. */
  hearFork(neighbour: Neighbour, bytes: Uint8Array): void {
    const read = decodeProof(bytes);
    const first = read.kind === 'read' ? decodeEnvelope(read.value.pieces[0]!) : null;
    if (read.kind === 'fault' || first?.kind !== 'read') {
      this.ports.refuse('garbled', neighbour.peer);
      return;
    }
    const { document } = first.value;
    const replica = this.ports.library.replicas.get(document);
    if (!replica || replica.log.forkOf(first.value.session)) {
      return;
    }
    let waiting = read.value.introductions.length;
    const { digest, room } = this.ports.options;
    const links = linksOf(digest, { room, document, kind: replica.kind });
    const verify = (): void => {
      const verifyPiece = (piece: Uint8Array, then: (found: IPiece | null) => void): void =>
        this.verify(replica, piece, then);
      verifyProof(read.value, links, verifyPiece, proven => {
        if (!proven) {
          this.ports.refuse('forged', neighbour.peer);
        } else if (replica.prove(proven)) {
          this.forked(document, proven, neighbour.peer);
        }
      });
    };
    if (waiting === 0) {
      verify();
    }
    for (const introduction of read.value.introductions) {
      this.ports.acquaintances.hear(introduction, () => {
        waiting -= 1;
        if (waiting === 0) {
          verify();
        }
      });
    }
  }

  /** Tells a neighbour who still counts what contradicts itself. */
  expose(neighbour: Neighbour, { log }: Replica, session: string): void {
    const proof = log.forkOf(session);
    if (proof) {
      neighbour.say({ type: 'fork', bytes: this.proofOf(proof) });
    }
  }

  /** Whose a session is, for a neighbour, before what it wrote. */
  introduce(neighbour: Neighbour, session: string): void {
    neighbour.introduce('bulk', session, this.ports.acquaintances.bytesOf(session));
  }

  /** A neighbour speaks of a session. */
  meet({ peer }: Neighbour, replica: Replica, session: string): void {
    if (session !== this.ports.options.own.session && replica.log.authorOf(session) === undefined) {
      this.ports.acquaintances.need(session, peer, who => who && replica.meet(session, who.participant));
    }
  }

  /** What came while nobody had the document open was carried in memory: from now on it is kept. */
  private keepCarried(document: string, kept: readonly IKept[]): void {
    const { library, options } = this.ports;
    const log = library.replicas.get(document)?.log;
    [...this.stored]
      .filter(name => name.startsWith(`${document} `))
      .forEach(name => this.stored.delete(name));
    if (log && log.sessions.length > 0) {
      const ids = new Set(kept.map(({ bytes }) => idText(options.digest(bytes))));
      for (const piece of log.sessions.flatMap(session => log.kept(session))) {
        if (!ids.has(idText(piece.hash))) {
          this.keep(document, piece);
        }
      }
    }
  }

  private restorePieces(
    document: string,
    kind: DocumentKind,
    kept: readonly IKept[],
    then: () => void
  ): void {
    const { acquaintances, options, later } = this.ports;
    const [done, begin] = countDown(then);
    for (const { bytes } of kept.filter(({ kind: what }) => what === 'piece')) {
      const read = decodeEnvelope(bytes);
      if (read.kind === 'read' && read.value.document === document && read.value.kind === kind) {
        this.restoring.add(idText(options.digest(bytes)));
        const isKnown = acquaintances.of(read.value.session) !== undefined;
        if (isKnown) {
          begin();
        }
        later().intake.accept(read.value, bytes, '', () => isKnown && done());
      }
    }
    done();
  }

  private judge(received: Received, from: string): Verdict {
    switch (received) {
      case 'taken':
      case 'waiting':
      case 'known':
        return 'pass';
      case 'bad':
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

  private forked(document: string, proof: readonly IPiece[], from = ''): void {
    const [{ session, author }] = proof as readonly [IPiece];
    this.ports.neighbours.say({ type: 'fork', bytes: this.proofOf(proof) }, new Set([from]));
    this.ports.options.onFork?.(document, session, author);
  }

  private proofOf(pieces: readonly IPiece[]): Uint8Array {
    const signers = [...new Set(pieces.flatMap(({ session, signer }) => [session, signer]))];
    const introductions = signers.flatMap(signer => this.ports.acquaintances.bytesOf(signer) ?? []);
    return encodeProof({ introductions, pieces: pieces.map(({ bytes }) => bytes) });
  }

  private verify(replica: Replica, bytes: Uint8Array, then: (piece: IPiece | null) => void): void {
    const read = decodeEnvelope(bytes);
    const who = read.kind === 'read' ? this.ports.acquaintances.of(read.value.session) : undefined;
    if (read.kind === 'fault' || !who || read.value.document !== replica.name) {
      then(null);
      return;
    }
    this.ports
      .later()
      .intake.verify(read.value, bytes, who, isGenuine =>
        then(isGenuine ? this.pieceOf(read.value, bytes, who.participant) : null)
      );
  }

  private mayWrite(document: string, kind: DocumentKind): boolean {
    const { own, rules } = this.ports.options;
    return (
      rules.standing(own, { document, kind, session: own.session, epoch: null, sequence: Infinity }) !==
      'may-not'
    );
  }

  /** With the introduction before it, where storage has none. */
  private keep(document: string, piece: IPiece): void {
    const { options, acquaintances } = this.ports;
    if (this.restoring.delete(idText(piece.hash))) {
      return;
    }
    const name = `${document} ${piece.signer}`;
    const introduction = acquaintances.bytesOf(piece.signer);
    if (options.keep && introduction && !this.stored.has(name)) {
      this.stored.add(name);
      options.keep(document, { kind: 'introduction', bytes: introduction });
    }
    options.keep?.(document, { kind: 'piece', bytes: piece.bytes });
  }

  /** A copy: what came is a view of what a connection may use again. */
  private pieceOf(
    { session, sequence, part, parts, chain }: IEnvelope,
    bytes: Uint8Array,
    author: string
  ): IPiece {
    const own = bytes.slice();
    return {
      ...{ form: 'envelope', session, author, signer: session, from: sequence, to: sequence + 1 },
      ...{ part, parts, bytes: own, hash: this.ports.options.digest(own) },
      before: chain.byteLength > 0 ? chain.slice() : null,
      after: null
    };
  }
}

/** Calls `then` when `done` was called once for each `begin`, and once more. */
function countDown(then: () => void): [done: () => void, begin: () => void] {
  let left = 1;
  return [() => (left -= 1) === 0 && then(), () => void (left += 1)];
}

function epochOf({ bytes }: IPiece): number {
  const read = decodeEnvelope(bytes);
  return read.kind === 'read' ? read.value.epoch : 0;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
