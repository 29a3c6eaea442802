/**
 * One document on this page: its log, and, where somebody has it open, the Y.Doc that is read out of the log. Own changes
 * go out; what comes from others is screened, logged and read; when something does not count any more the document is
 * built anew.
 */
import type * as Y from 'yjs';
import { sameBytes } from '../bytes';
import type { Kind } from '../envelope/envelope';
import { applyFrontiers } from '../log/frontier';
import { Log, type Taken } from '../log/log';
import { type IPiece, isSamePiece } from '../log/piece';
import { lostBy } from '../permissions/lost';
import { Contents } from './contents';
import { Drafts } from './drafts';
import { Forms } from './forms';
import type { IReplicaPorts, Received } from './ports';
import { Reaches } from './reaches';
import { isFit } from './opener';
import type { Opened } from './reading';
import { Readings } from './readings';
import { Weighing } from './weighing';

export type { IReplicaPorts, Received } from './ports';
export { FROM_OTHERS } from './readings';

export class Replica {
  constructor(
    readonly name: string,
    readonly kind: Extract<Kind, 'document' | 'outputs'>,
    private readonly ports: IReplicaPorts
  ) {
    this.log = new Log(
      ports.links,
      (session, author) => ports.cutOf(session, author),
      // Of one's own it is known that nobody else has it: that ends.
      piece => piece.session !== ports.session && ports.isUndone?.(piece) === true
    );
    this.contents = new Contents(ports.clock, ports.digest);
    this.reaches = new Reaches(this.log, ports.digest, ports.links, (session, author) =>
      ports.cutOf(session, author)
    );
    this.forms = new Forms(this.log, this.reaches, ports.digest);
    this.weighing = new Weighing({
      log: this.log,
      open: (piece, then) => ports.open(piece, then),
      join: (piece, opened) => this.join(piece, opened),
      compact: segment => this.compact(segment),
      ban: (segment, instead) => this.belie(segment, instead),
      contradicted: ({ session, author }) => ports.contradicted?.(session, author)
    });
    this.readings = new Readings(ports, {
      log: this.log,
      stopped: (session, place, piece, isBuilding) => this.dismiss(session, place, piece, isBuilding),
      ownEnded: place => this.endOwn(place),
      flush: () => this.drafts.flush(),
      isSaying: () => this.drafts.isSaying,
      isSame: (before, doc) => sameBytes(...this.contents.of(before, doc)),
      exchanged: (before, doc) => this.exchanged(before, doc)
    });
    this.drafts = new Drafts(kind, ports, {
      doc: () => this.doc,
      takeOwn: change => this.readings.takeOwn(change),
      replaySoon: () => this.readings.replaySoon(),
      changed: () => this.contents.changed()
    });
  }

  readonly log: Log;
  /** How far each session is, for neighbours. */
  readonly reaches: Reaches;
  /** Which segments are here, for neighbours. */
  readonly forms: Forms;
  /** Segments beside what else says of their range. */
  readonly weighing: Weighing;
  /** What the log is read into. */
  private readonly readings: Readings;
  /** What one writes oneself, on its way into the log. */
  private readonly drafts: Drafts;
  private readonly contents: Contents;
  private _bytes = 0;
  /** Whether a segment was not taken that nobody here can open, yet. */
  private isPutOff = false;

  get doc(): Y.Doc | null {
    return this.readings.doc;
  }

  /**
   * What the document says, once it is quiet and all of the log was looked at; else null. Also while something waits: what
   * nobody has any more is waited for for ever.
   */
  get content(): Uint8Array | null {
    const { doc, readings, drafts } = this;
    const isWhole = !readings.isUnread && !drafts.isPending;
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
    return this.readings.isWaiting;
  }

  /** Whether others leaned on what a session said after its frontier, and nothing of that is here. */
  isShort(session: string): boolean {
    const { log } = this;
    const isAll = log.kept(session).length === log.pieces(session).length;
    return log.cutAt(session) !== null && isAll && this.readings.isFilled(session);
  }

  /** Whether this session wrote in it, or is about to. */
  get isOwn(): boolean {
    return this.log.count(this.ports.session) > 0 || this.drafts.isPending;
  }

  /**
   * Reads the log into `doc` and follows what is written there. `genesis`: what the document starts from, if anything;
   * `then`: it was read, as far as there are keys.
   */
  open(doc: Y.Doc, genesis: Uint8Array | null, then: () => void = () => undefined): void {
    this.readings.open(doc, genesis);
    this.drafts.open(doc);
    this.readings.whenRead(then);
    this.drafts.look();
  }

  /** The document is closed here; its log stays. */
  close(): void {
    this.drafts.close();
    this.readings.close();
  }

  /** Takes a genuine piece of others: `then` when it was screened. */
  take(piece: IPiece, then: (received: Received) => void): void {
    this.ports.open(piece, opened => {
      if (!isFit(piece, opened, this.ports.clientOf(piece.session, piece.author), this.ports.limits)) {
        then(this.takeUnfit(piece));
      } else if (piece.form === 'segment' && opened.kind === 'open') {
        this.weighing.weigh(piece, opened, then);
      } else if (piece.form === 'segment' && this.readings.hasRead(piece)) {
        // What can be read here is not given up for what cannot: it comes again when there is a key.
        this.isPutOff = true;
        then('known');
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
      this.drafts.sealed();
    }
    if (this.join(piece, null) === 'refused' && this.log.limitOf(piece.session) < piece.to) {
      // It waited for a key, and was cut off meanwhile: it stands in the document alone. What the session says when it
      // counts again follows on it.
      this.log.keepOut(piece);
      this.ports.keep(piece);
      this.drafts.giveBack('role');
    }
  }

  /** A proof that a session said two things, which somebody else found. Whether that is news. */
  prove(proof: readonly IPiece[]): boolean {
    const [first] = proof;
    const isNews = first !== undefined && this.log.prove(first.session, first.author, proof);
    this.reaches.changed();
    if (isNews) {
      this.review();
    }
    return isNews;
  }

  /** A session that somebody speaks of: with its author it is known how far it counts. */
  meet(session: string, author: string): void {
    const cut = this.ports.cutOf(session, author);
    if (cut && this.log.authorOf(session) === undefined) {
      this.log.cut(session, author, cut);
      this.reaches.changed();
      this.readings.read(session);
    }
  }

  /** What is said of how far sessions count may be different; and of keys, with which all is opened again. */
  review(isRekeyed = false): void {
    this.drafts.review();
    // What was cut out of the document comes back with all of the log alone.
    const lifted = this.log.sessions.filter(session => {
      const [was, is] = [this.log.cutAt(session), this.ports.cutOf(session, this.log.authorOf(session)!)];
      return was && (!is || is.count > was.count);
    });
    const moved = applyFrontiers(this.log, (session, author) => this.ports.cutOf(session, author));
    const isResumed = (moved.size > 0 || isRekeyed) && this.log.resume();
    // As whoever opens the document anew does not take it.
    const withheld = isRekeyed ? this.log.withhold().size : 0;
    if (moved.size > 0 || isResumed || withheld > 0) {
      this.reaches.changed();
    }
    if (
      isResumed ||
      isRekeyed ||
      lifted.length > 0 ||
      [...moved.values()].some(({ gone }) => gone.length > 0)
    ) {
      this.readings.replay();
    } else {
      moved.forEach((_, session) => this.readings.read(session));
    }
  }

  /**
   * Somebody who is as far has other content: somebody wrote what Yjs orders by arrival [PER6]. Built anew, all have the
   * same; once for each state of the log, and not more often than now and then, as a neighbour may say anything.
   */
  settle(): void {
    if (this.content && !this.readings.isBuilding && this.contents.mayBuild(this.reaches.digest)) {
      this.readings.replay(true);
    }
  }

  /** There may be other keys. */
  unlock(): void {
    this.readings.unlock();
    if (this.isPutOff) {
      this.isPutOff = false;
      this.ports.resumed();
    }
  }

  flush(): void {
    this.drafts.flush();
  }

  end(): void {
    this.drafts.end();
    this.readings.end();
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

  /** A segment is a lie: where it was here, something else counts now, and so may what leaned on either. */
  private belie(segment: IPiece, instead: readonly IPiece[]): void {
    const isResumed = this.holds(segment) && this.log.resume();
    this.ban(segment, instead);
    if (isResumed) {
      this.ports.resumed();
    }
  }

  private holds(piece: IPiece): boolean {
    return this.log.pieces(piece.session, piece.from, piece.to).some(each => isSamePiece(each, piece));
  }

  /** A segment is not to be taken again; `instead` counts in its place. */
  private ban(segment: IPiece, instead: readonly IPiece[]): void {
    const isHere = this.holds(segment);
    this.log.refuse(segment, instead);
    this.reaches.changed();
    this.ports.banned?.(segment, instead);
    if (isHere) {
      this.readings.replay();
    }
  }

  private join(piece: IPiece, opened: Opened | null): Received {
    const isNew = this.log.authorOf(piece.session) === undefined;
    const taken = this.log.take(piece);
    if (isNew) {
      // Also of what counts for nothing it is said that it is known.
      this.reaches.changed();
    }
    switch (taken.kind) {
      case 'new':
        this._bytes -= bytesOf(taken.instead);
        this.joined(taken.joined);
        if (taken.replay) {
          const isResumed = this.log.resume();
          this.readings.replay();
          if (isResumed) {
            this.ports.resumed();
          }
        } else if (opened && piece.session === this.ports.session) {
          // Of one's own, from others: nothing of it is in the document.
          this.readings.replaySoon();
        } else {
          this.read(piece, opened);
        }
        // Reading it may have shown that it may not be.
        return this.log.limitOf(piece.session) < piece.to ? 'bad' : 'taken';
      case 'fork':
        return this.forked(taken, piece, opened);
      default:
        return taken.kind;
    }
  }

  /** What may not be, as it is alone. */
  private takeUnfit(piece: IPiece): Received {
    if (piece.form === 'segment') {
      this.ban(piece, []);
      return 'bad';
    }
    const taken = this.log.end(piece);
    this.reaches.changed();
    if (taken.kind === 'fork') {
      return this.forked(taken, piece, null);
    }
    if (taken.kind === 'new') {
      // The side that is sent last is followed: read anew, it ends here.
      this.readings.replay();
    }
    return 'bad';
  }

  private forked(
    { joined, proof }: Extract<Taken, { kind: 'fork' }>,
    piece: IPiece,
    opened: Opened | null
  ): Received {
    this.joined(joined);
    this.read(piece, opened);
    this.reaches.changed();
    this.review();
    this.ports.forked(proof);
    return 'forked';
  }

  private joined(pieces: readonly IPiece[]): void {
    for (const piece of pieces) {
      this._bytes += piece.bytes.byteLength;
      this.ports.keep(piece);
    }
    this.reaches.changed();
  }

  private read(piece: IPiece, opened: Opened | null): void {
    this.readings.read(piece.session, opened ? { piece, opened } : undefined);
  }

  /** Content that may not be: what comes from there on does not count, for anybody. */
  private dismiss(session: string, place: number, piece: IPiece, isBuilding = false): void {
    if (piece.form === 'segment') {
      this.ban(piece, []);
      return;
    }
    const gone = this.log.stop(session, place).slice(1);
    this.reaches.changed();
    if (gone.length > 0 && !isBuilding) {
      this.readings.replay();
    }
  }

  /** What one wrote from there on is in nobody's document, and nothing that follows on it would be: a new page goes on. */
  private endOwn(place: number): void {
    const gone = this.log.stop(this.ports.session, place);
    this.reaches.changed();
    if (gone.length > 0) {
      this.drafts.giveBack('role');
    }
  }

  /** `doc` was built anew, and is open now. */
  private exchanged(before: Y.Doc, doc: Y.Doc): void {
    this.drafts.exchanged(before, doc);
    this.contents.changed();
    const { session, participant } = this.ports;
    const clients = this.log.sessions.filter(each => this.log.authorOf(each) === participant);
    const own = new Set([...clients, session].map(each => this.ports.clientOf(each, participant)));
    this.ports.replayed(doc, lostBy(own, before, doc));
  }
}

function bytesOf(pieces: readonly IPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
