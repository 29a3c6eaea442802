/**
 * One document on this page: its log, and, where somebody has it open, the Y.Doc that is read out of the log. Own changes
 * go out; what comes from others is screened, logged and read; when something does not count any more the document is
 * built anew.
 */
import * as Y from 'yjs';
import { sameBytes } from '../bytes';
import type { Cancel } from '../clock';
import type { Kind } from '../envelope/envelope';
import { applyFrontiers } from '../log/frontier';
import { Log } from '../log/log';
import { type IPiece, isSamePiece } from '../log/piece';
import { checkChange, type ICheckedChange } from '../permissions/change';
import { forSegments } from '../permissions/limits';
import { lostBy } from '../permissions/lost';
import { splitChange } from '../permissions/split';
import { Contents } from './contents';
import { Forms } from './forms';
import { Outbox } from './outbox';
import type { IReplicaPorts, Received } from './ports';
import { type IReadingPorts, type Opened, Reading } from './reading';
import { Reaches } from './reaches';
import { Weighing } from './weighing';

/** Marks what came from others, for undo, for keeping and for us. */
export const FROM_OTHERS = Symbol('from others');

export type { IReplicaPorts, Received } from './ports';

export class Replica {
  constructor(
    readonly name: string,
    readonly kind: Extract<Kind, 'document' | 'outputs'>,
    private readonly ports: IReplicaPorts
  ) {
    this.client = ports.clientOf(ports.session, ports.participant);
    this.log = new Log(ports.links, (session, author) => ports.cutOf(session, author));
    this.contents = new Contents(ports.clock, ports.digest);
    this.outbox = new Outbox(ports.clock, change => this.publish(change));
    this.reaches = new Reaches(this.log, ports.digest, ports.links, (session, author) =>
      ports.cutOf(session, author)
    );
    this.forms = new Forms(this.log, this.reaches, ports.digest);
    this.weighing = new Weighing({
      log: this.log,
      open: (piece, then) => ports.open(piece, then),
      join: (piece, opened) => this.join(piece, opened),
      compact: segment => this.compact(segment),
      ban: (segment, instead) => this.ban(segment, instead)
    });
    this.reading = this.makeReading(null);
  }

  readonly log: Log;
  /** How far each session is, for neighbours. */
  readonly reaches: Reaches;
  /** Which segments are here, for neighbours. */
  readonly forms: Forms;
  /** Segments beside what else says of their range. */
  readonly weighing: Weighing;
  private readonly outbox: Outbox;
  private readonly client: number;
  private reading: Reading;
  /** The next document, while it is being built. */
  private next: Reading | null = null;
  private genesis: Uint8Array | null = null;
  /** Published, and not in the log yet. */
  private unsealed: ICheckedChange[] = [];
  private isBatching = false;
  /** The next document takes the place of this one only if it says something else. */
  private isCheck = false;
  /** Until the document was built anew, what is written is not said. */
  private isGivingBack = false;
  /** The document is to be built anew, when whoever is writing or bringing something has finished. */
  private soon: Cancel | null = null;
  /** Only this page has what it wrote: outputs of whoever may not give them to the class. */
  private isAside = false;
  private readonly contents: Contents;
  private _bytes = 0;
  /** Waits until the log is read into the document. */
  private onRead: (() => void) | null = null;
  /** The own client's clock up to which its changes are on their way. */
  private saidTo = 0;

  get doc(): Y.Doc | null {
    return this.reading.doc;
  }

  /**
   * What the document says, once it is quiet and all of the log was looked at; else null. Also while something waits: what
   * nobody has any more is waited for for ever.
   */
  get content(): Uint8Array | null {
    const { doc, reading, unsealed } = this;
    const isWhole = !reading.isUnread && unsealed.length === 0;
    return doc && isWhole && this.kind === 'document' ? this.contents.quiet(doc) : null;
  }

  /** Of the log. */
  get bytes(): number {
    return this._bytes;
  }

  /** Whether something is known to be missing. */
  get isIncomplete(): boolean {
    return this.log.waiting > 0;
  }

  /** Whether something waits outside of the document. */
  get isWaiting(): boolean {
    return this.reading.isWaiting;
  }

  /** Whether this session wrote in it, or is about to. */
  get isOwn(): boolean {
    return this.log.count(this.ports.session) > 0 || this.unsealed.length > 0;
  }

  /**
   * Reads the log into `doc` and follows what is written there. `genesis`: what the document starts from, if anything;
   * `then`: it was read, as far as there are keys.
   */
  open(doc: Y.Doc, genesis: Uint8Array | null, then: () => void = () => undefined): void {
    this.reading.end();
    this.onRead = then;
    this.genesis = genesis;
    this.reading = this.makeReading(doc);
    this.batch(doc, () => this.reading.readAll());
    this.unsealed.forEach(change => this.reading.takeOwn(change));
    // Last: Yjs takes another when its own comes back from outside.
    this.begin(doc);
    this.tellRead();
    this.lookUnsealed();
  }

  /** The document is closed here; its log stays. */
  close(): void {
    this.outbox.flush();
    this.soon?.();
    this.soon = null;
    this.isGivingBack = false;
    this.leave();
    this.next?.end();
    this.next = null;
    this.reading.end();
    this.reading = this.makeReading(null);
    this.reading.readAll();
    this.tellRead();
  }

  /** Takes a genuine piece of others: `then` when it was screened. */
  take(piece: IPiece, then: (received: Received) => void): void {
    this.ports.open(piece, opened => {
      if (!this.isFit(piece, opened)) {
        this.dismiss(piece.session, piece.from, piece);
        then('bad');
      } else if (piece.form === 'segment' && opened.kind === 'open') {
        this.weighing.weigh(piece, opened, then);
      } else {
        then(this.join(piece, opened));
      }
    });
  }

  /** One's own segment, in the place of what it was made of. Whether it is. */
  takeCompacted(segment: IPiece): boolean {
    const taken = this.log.take(segment);
    return taken.kind === 'known' && taken.compacts && this.compact(segment);
  }

  /** One's own piece was sealed; `isWhole`: with it all of a change is. */
  takeOwn(piece: IPiece, isWhole: boolean): void {
    if (isWhole) {
      this.unsealed.shift();
    }
    if (this.join(piece, null) === 'refused' && this.log.limitOf(piece.session) < piece.to) {
      // It waited for a key, and was cut off meanwhile: it stands in the document alone. What the session says when it
      // counts again follows on it.
      this.log.keepOut(piece);
      this.ports.keep(piece);
      this.giveBack('role');
    }
  }

  /** A proof that a session said two things, which somebody else found. Whether that is news. */
  prove(proof: readonly IPiece[]): boolean {
    const [first] = proof;
    const isNews = first !== undefined && this.log.prove(first.session, first.author, proof);
    this.reaches.changed();
    return isNews;
  }

  /** A session that somebody speaks of: with its author it is known how far it counts. */
  meet(session: string, author: string): void {
    const cut = this.ports.cutOf(session, author);
    if (cut && this.log.authorOf(session) === undefined) {
      this.log.cut(session, author, cut);
      this.reaches.changed();
      [this.reading, this.next].forEach(reading => reading?.read(session));
    }
  }

  /** What is said of how far sessions count may be different; and of keys, with which all is opened again. */
  review(isRekeyed = false): void {
    if (this.isAside && this.ports.mayWrite()) {
      this.isAside = false;
      this.giveBack('role');
    }
    this.lookUnsealed();
    // What was cut out of the document comes back with all of the log alone.
    const lifted = this.log.sessions.filter(session => {
      const [was, is] = [this.log.cutAt(session), this.ports.cutOf(session, this.log.authorOf(session)!)];
      return was && (!is || is.count > was.count);
    });
    const moved = applyFrontiers(this.log, (session, author) => this.ports.cutOf(session, author));
    const isResumed = (moved.size > 0 || isRekeyed) && this.log.resume();
    if (moved.size > 0) {
      this.reaches.changed();
    }
    if (
      isResumed ||
      isRekeyed ||
      lifted.length > 0 ||
      [...moved.values()].some(({ gone }) => gone.length > 0)
    ) {
      this.replay();
    } else {
      moved.forEach((_, session) => [this.reading, this.next].forEach(reading => reading?.read(session)));
    }
  }

  /** There may be other keys. */
  unlock(): void {
    this.reading.unlock();
    this.next?.unlock();
  }

  flush(): void {
    this.outbox.flush();
  }

  end(): void {
    this.outbox.end();
    this.soon?.();
    this.leave();
    this.reading.end();
    this.next?.end();
    this.onRead?.();
    this.onRead = null;
  }

  /** What one writes from now on in the document is one's own, under the session's clientID. */
  private begin(doc: Y.Doc): void {
    this.keepClient(doc);
    this.saidTo = Y.getState(doc.store, this.client);
    doc.on('afterTransactionCleanup', this.onCleanup);
    doc.on('update', this.onUpdate);
  }

  private leave(): void {
    this.doc?.off('afterTransactionCleanup', this.onCleanup);
    this.doc?.off('update', this.onUpdate);
  }

  /** Yjs takes another also when somebody writes while it is told, again, what one wrote just before. */
  private readonly onCleanup = (_: Y.Transaction, doc: Y.Doc): void => this.keepClient(doc);

  private keepClient(doc: Y.Doc): void {
    doc.clientID = this.client;
  }

  private makeReading(doc: Y.Doc | null): Reading {
    const { log, ports } = this;
    const made: { reading?: Reading } = {};
    const readingPorts: IReadingPorts = {
      log,
      session: ports.session,
      limits: ports.limits,
      origin: FROM_OTHERS,
      work: ports.work,
      personOf: session => {
        const author = log.authorOf(session) ?? null;
        return author === ports.participant ? null : author;
      },
      clientOf: (session, author) => ports.clientOf(session, author),
      frontier: session => {
        const author = log.authorOf(session);
        return author === undefined ? null : (ports.cutOf(session, author)?.count ?? null);
      },
      open: (piece, then) => ports.open(piece, then),
      locked: piece => ports.locked(piece),
      progressed: () => this.progressed(made.reading),
      torn: () => {
        if (made.reading === this.reading || made.reading === this.next) {
          this.replay();
        }
      },
      stopped: (session, place, piece, isBuilding) => {
        // What the next document finds is found in this one too, or counts for the next alone.
        if (made.reading === this.reading || made.reading === this.next) {
          this.dismiss(session, place, piece, isBuilding);
        }
      }
    };
    return (made.reading = new Reading(readingPorts, doc, this.genesis, log.count(ports.session)));
  }

  private isFit(piece: IPiece, opened: Opened): boolean {
    if (opened.kind !== 'open' || opened.parts > 1) {
      return opened.kind !== 'wrong';
    }
    const { limits } = this.ports;
    const client = this.ports.clientOf(piece.session, piece.author);
    const read = checkChange(opened.plain, client, piece.form === 'segment' ? forSegments(limits) : limits);
    return read.kind === 'read';
  }

  private compact(segment: IPiece): boolean {
    const gone = this.log.compact(segment);
    if (gone.length > 0) {
      this._bytes += segment.bytes.byteLength - bytesOf(gone);
      this.ports.keep(segment);
      this.reaches.changed();
    }
    return gone.length > 0;
  }

  /** A segment is never to be taken again; `instead` counts in its place. */
  private ban(segment: IPiece, instead: readonly IPiece[]): void {
    const isHere = this.log
      .pieces(segment.session, segment.from, segment.to)
      .some(each => isSamePiece(each, segment));
    this.log.refuse(segment, instead);
    this.reaches.changed();
    this.ports.banned?.(segment, instead);
    if (isHere) {
      this.replay();
    }
  }

  private join(piece: IPiece, opened: Opened | null): Received {
    const taken = this.log.take(piece);
    switch (taken.kind) {
      case 'new':
        this._bytes -= bytesOf(taken.instead);
        this.joined(taken.joined);
        if (taken.replay) {
          const isResumed = this.log.resume();
          this.replay();
          if (isResumed) {
            this.ports.resumed();
          }
        } else if (opened && piece.session === this.ports.session) {
          // Of one's own, from others: nothing of it is in the document.
          this.replaySoon();
        } else {
          this.read(piece, opened);
        }
        // Reading it may have shown that it may not be.
        return this.log.limitOf(piece.session) < piece.to ? 'bad' : 'taken';
      case 'fork':
        this.joined(taken.joined);
        this.read(piece, opened);
        this.reaches.changed();
        this.ports.forked(taken.proof);
        return 'forked';
      default:
        return taken.kind;
    }
  }

  private joined(pieces: readonly IPiece[]): void {
    for (const piece of pieces) {
      this._bytes += piece.bytes.byteLength;
      this.ports.keep(piece);
    }
    this.reaches.changed();
  }

  private read(piece: IPiece, opened: Opened | null): void {
    const { session } = piece;
    for (const reading of [this.reading, this.next]) {
      reading?.read(session, opened ? { piece, opened } : undefined);
    }
  }

  /** Content that may not be: what comes from there on does not count, for anybody. */
  private dismiss(session: string, place: number, piece: IPiece, isBuilding = false): void {
    if (piece.form === 'segment') {
      this.ban(piece, []);
      return;
    }
    const gone = this.log.stop(session, place).slice(1);
    this.reaches.changed();
    if (gone.length > 0 && !(isBuilding && piece.form === 'envelope')) {
      this.replay();
    }
  }

  /**
   * Somebody who is as far has other content: somebody wrote what Yjs orders by arrival [PER6]. Built anew, all have the
   * same; once for each state of the log, and not more often than now and then, as a neighbour may say anything.
   */
  settle(): void {
    if (this.content && !this.next && this.contents.mayBuild(this.reaches.digest)) {
      this.replay(true);
    }
  }

  /** Builds the document out of the log, beside the one that is open, and puts it in its place. */
  private replay(isCheck = false): void {
    this.next?.end();
    this.next = null;
    this.isCheck = isCheck;
    if (!this.doc) {
      this.reading.end();
      this.reading = this.makeReading(null);
      this.reading.readAll();
      return;
    }
    this.outbox.flush();
    const doc = new Y.Doc();
    const next = this.makeReading(doc);
    // Also what is written while it is being built is read out of the log.
    next.ownFrom = Infinity;
    this.next = next;
    this.batch(doc, () => next.readAnew());
    this.progressed(next);
  }

  private replaySoon(): void {
    this.soon ??= this.ports.clock.after(0, () => {
      this.soon = null;
      this.replay();
    });
  }

  /** What one wrote oneself may lean on what is still being fetched; the document before stays open as long. */
  private progressed(reading: Reading | undefined): void {
    if (reading?.doc && reading === this.next && !this.isBatching) {
      if (reading.hasOwn) {
        this.exchange(reading, reading.doc);
      } else if (reading.ownEnd !== null) {
        this.endOwn(reading.ownEnd);
      }
    }
    if (reading === this.reading) {
      this.tellRead();
    }
  }

  /** What one wrote from there on is in nobody's document, and nothing that follows on it would be: a new page goes on. */
  private endOwn(place: number): void {
    this.log.stop(this.ports.session, place);
    this.reaches.changed();
    this.giveBack('place');
  }

  private tellRead(): void {
    if (!this.isBatching && !this.reading.isOpening) {
      const then = this.onRead;
      this.onRead = null;
      then?.();
    }
  }

  private exchange(next: Reading, doc: Y.Doc): void {
    this.next = null;
    this.isGivingBack = false;
    const before = this.reading.doc!;
    if (this.isCheck && this.unsealed.length === 0 && sameBytes(...this.contents.of(before, doc))) {
      next.end();
      return;
    }
    next.ownFrom = this.log.count(this.ports.session);
    this.leave();
    this.reading.end();
    this.reading = next;
    const { session, participant } = this.ports;
    if (this.isStranded) {
      this.unsealed.splice(-this.ports.unsealed());
      this.ports.withdraw();
    }
    if (!this.ports.cutOf(session, participant)) {
      this.unsealed = this.unsealed.filter(change => {
        Y.applyUpdate(doc, change.bytes, FROM_OTHERS);
        return next.takeOwn(change);
      });
    }
    this.begin(doc);
    this.contents.changed();
    const clients = this.log.sessions.filter(each => this.log.authorOf(each) === participant);
    const own = new Set([...clients, session].map(each => this.ports.clientOf(each, participant)));
    this.ports.replayed(doc, lostBy(own, before, doc));
  }

  private publish(change: Uint8Array): void {
    if (!this.ports.mayWrite()) {
      if (this.kind === 'outputs') {
        // Running is for everybody: what comes out stands on this page alone, as nobody else is given it.
        this.isAside = true;
      } else {
        this.giveBack('role');
      }
      return;
    }
    for (const piece of splitChange(change, this.client, this.ports.limits)) {
      const read = checkChange(piece, this.client, this.ports.limits);
      if (read.kind === 'fault') {
        this.giveBack(read.fault);
      }
      if (read.kind === 'fault' || this.isGivingBack) {
        return;
      }
      this.unsealed.push(read.value);
      this.ports.publish(piece);
    }
  }

  /** Whether what waits for a key is of whoever may not write any more: perhaps none ever comes. */
  private get isStranded(): boolean {
    return this.kind === 'document' && this.ports.unsealed() > 0 && !this.ports.mayWrite();
  }

  /** It would stand on this page alone. While the document is closed nobody would be told: it waits until it is open. */
  private lookUnsealed(): void {
    if (this.doc && this.isStranded) {
      this.giveBack('role');
    }
  }

  /**
   * What was written cannot be said, so it does not stay: what came after it would lean on what nobody else has. The
   * document is again what the class has, and the text is given back to who wrote it.
   */
  private giveBack(fault: string): void {
    this.outbox.flush();
    this.ports.unfit(fault);
    if (this.doc) {
      this.isGivingBack = true;
      this.replaySoon();
    }
  }

  private readonly onUpdate = (
    update: Uint8Array,
    origin: unknown,
    _: Y.Doc,
    transaction: Y.Transaction
  ): void => {
    this.contents.changed();
    if (origin === FROM_OTHERS || this.ports.isForeign(origin) || this.isGivingBack) {
      return;
    }
    if (!transaction.local) {
      // Something on this page gave the document what nobody of the class is known to have written.
      this.giveBack('outside');
      return;
    }
    const limits = { ...this.ports.limits, structs: Infinity, ranges: Infinity };
    let read = checkChange(update, this.client, limits);
    if (read.kind === 'read' && read.value.structs.length > 0 && read.value.from < this.saidTo) {
      // Who writes while they are told of a change is in that change's update already, as Yjs tells it.
      const known = Y.encodeStateVector(new Map([[this.client, this.saidTo]]));
      read = checkChange(Y.diffUpdate(update, known), this.client, limits);
      if (read.kind === 'read' && read.value.structs.length + read.value.deletes.length === 0) {
        return;
      }
    }
    if (read.kind === 'fault' || !this.reading.takeOwn(read.value)) {
      this.giveBack(read.kind === 'fault' ? read.fault : 'place');
      return;
    }
    this.saidTo = Math.max(this.saidTo, read.value.to);
    this.outbox.put(read.value.bytes);
  };

  /** As one transaction: who watches the document is told once. */
  private batch(doc: Y.Doc, run: () => void): void {
    this.isBatching = true;
    Y.transact(doc, run, FROM_OTHERS, false);
    this.isBatching = false;
  }
}

function bytesOf(pieces: readonly IPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
