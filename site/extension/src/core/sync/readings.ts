/** The document that is open, as it is read out of its log, and the next one while it is being built beside it. */
import * as Y from 'yjs';
import type { Cancel } from '../clock';
import type { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import type { ICheckedChange } from '../permissions/change';
import type { IReplicaPorts } from './ports';
import { type IReadingPorts, type Opened, Reading } from './reading';

/** What was here and is not in the log any more comes back within this, if anybody has it. `lost_after_ms` in docs/protocol.json. */
export const LOST_MS = 30_000;

/** Marks what came from others, for undo, for keeping and for us. */
export const FROM_OTHERS = Symbol('from others');

type Page = Pick<
  IReplicaPorts,
  'clientOf' | 'clock' | 'cutOf' | 'limits' | 'locked' | 'open' | 'participant' | 'session' | 'work'
>;

export interface IReadingsPorts {
  readonly log: Log;
  /** What a session says from `place` on may not be said; as in `IReadingPorts`. */
  stopped(session: string, place: number, piece: IPiece, isBuilding: boolean): void;
  /** What one's own session says from `place` on is in nobody's document; as `ownEnd` of `Reading`. */
  ownEnded(place: number): void;
  /** The next document is read out of the log alone: what one wrote and waits for its turn is to be there. */
  flush(): void;
  /** Whether some of what one wrote is being put into the log, and the rest is not there yet. */
  isSaying(): boolean;
  /** Whether two documents say the same. */
  isSame(before: Y.Doc, doc: Y.Doc): boolean;
  /** `doc` is open now, in the place of the one before. */
  exchanged(before: Y.Doc, doc: Y.Doc): void;
}

export class Readings {
  constructor(
    private readonly page: Page,
    private readonly ports: IReadingsPorts
  ) {
    this.reading = this.make(null);
  }

  private reading: Reading;
  /** The next document, while it is being built. */
  private next: Reading | null = null;
  private genesis: Uint8Array | null = null;
  /** The next document takes the place of this one only if it says something else. */
  private isCheck = false;
  /** The document is to be built anew, when whoever is writing or bringing something has finished. */
  private soon: Cancel | null = null;
  /** Something that one's own leans on is not here any more. */
  private lost: Cancel | null = null;
  /** Waits until the log is read into the document. */
  private onRead: (() => void) | null = null;

  get doc(): Y.Doc | null {
    return this.reading.doc;
  }

  /** Whether something waits outside of the document. */
  get isWaiting(): boolean {
    return this.reading.isWaiting;
  }

  /** Whether something of the log is not looked at yet. */
  get isUnread(): boolean {
    return this.reading.isUnread;
  }

  /** Whether something of a piece's range is in the document, or was looked at. */
  hasRead({ session, from }: IPiece): boolean {
    return this.reading.hasRead(session, from);
  }

  /** Whether the document has something in the place of what a session said after its frontier. */
  isFilled(session: string): boolean {
    return this.reading.isFilled(session);
  }

  /** Whether the next document is being built. */
  get isBuilding(): boolean {
    return this.next !== null;
  }

  /** Reads the log into `doc`. `genesis`: what the document starts from, if anything. */
  open(doc: Y.Doc, genesis: Uint8Array | null): void {
    this.reading.end();
    this.onRead = null;
    this.genesis = genesis;
    this.reading = this.make(doc);
    batch(doc, () => this.reading.readAll());
  }

  /** Calls `then` when the log is read into the document, as far as there are keys: at once, or later. */
  whenRead(then: () => void): void {
    this.onRead = then;
    this.tellRead();
  }

  /** The log is checked, and nothing is built of it. */
  close(): void {
    this.soon?.();
    this.soon = null;
    this.leaveNext();
    this.readClosed();
    this.tellRead();
  }

  /** Reads on in a session; `known` is what was opened already of one of its pieces. */
  read(session: string, known?: { readonly piece: IPiece; readonly opened: Opened }): void {
    [this.reading, this.next].forEach(reading => reading?.read(session, known));
  }

  /** One's own change, which is in the document that is open. Whether it may be. */
  takeOwn(change: ICheckedChange): boolean {
    return this.reading.takeOwn(change);
  }

  /** There may be other keys. */
  unlock(): void {
    this.reading.unlock();
    this.next?.unlock();
  }

  /**
   * Builds the document out of the log, beside the one that is open, and puts it in its place; `isCheck`: only if it says
   * something else.
   */
  replay(isCheck = false): void {
    this.leaveNext();
    this.isCheck = isCheck;
    if (!this.doc) {
      this.readClosed();
      return;
    }
    this.ports.flush();
    const doc = new Y.Doc();
    const next = this.make(doc);
    // Also what is written while it is being built is read out of the log.
    next.ownFrom = Infinity;
    this.next = next;
    batch(doc, () => next.readAnew());
    this.progressed(next);
  }

  replaySoon(): void {
    this.soon ??= this.page.clock.after(0, () => {
      this.soon = null;
      this.replay();
    });
  }

  end(): void {
    this.soon?.();
    this.reading.end();
    this.next?.end();
    this.lost?.();
    this.onRead?.();
    this.onRead = null;
  }

  private make(doc: Y.Doc | null): Reading {
    const { page, ports } = this;
    const { log } = ports;
    const made: { reading?: Reading } = {};
    const readingPorts: IReadingPorts = {
      log,
      session: page.session,
      limits: page.limits,
      origin: FROM_OTHERS,
      work: page.work,
      personOf: session => {
        const author = log.authorOf(session) ?? null;
        return author === page.participant ? null : author;
      },
      clientOf: (session, author) => page.clientOf(session, author),
      frontier: session => {
        const author = log.authorOf(session);
        return author === undefined ? null : (page.cutOf(session, author)?.count ?? null);
      },
      open: (piece, then) => page.open(piece, then),
      locked: piece => page.locked(piece),
      progressed: () => this.progressed(made.reading),
      torn: () => {
        if (made.reading === this.reading || made.reading === this.next) {
          this.replay();
        }
      },
      decides: () => made.reading !== this.reading || (this.next ?? this.soon) === null,
      stopped: (session, place, piece, isBuilding) => {
        if (made.reading === this.reading || made.reading === this.next) {
          ports.stopped(session, place, piece, isBuilding);
        }
      }
    };
    return (made.reading = new Reading(readingPorts, doc, this.genesis, log.count(page.session)));
  }

  private readClosed(): void {
    this.reading.end();
    this.reading = this.make(null);
    this.reading.readAll();
  }

  private leaveNext(): void {
    this.next?.end();
    this.next = null;
  }

  /** What one wrote oneself may lean on what is still being fetched; the document before stays open as long. */
  private progressed(reading: Reading | undefined): void {
    if (reading?.doc && reading === this.next && !this.ports.isSaying()) {
      if (reading.hasOwn) {
        this.ports.flush();
      }
      if (reading !== this.next) {
        return;
      }
      const end = reading.hasOwn ? null : reading.ownEnd;
      if (reading.hasOwn) {
        this.exchange(reading, reading.doc);
      } else if (end !== null) {
        this.ports.ownEnded(end);
      } else if (reading.ownLost !== null) {
        this.lost ??= this.page.clock.after(LOST_MS, () => this.despair());
      }
    }
    this.tellRead();
  }

  /** What one's own leans on did not come back: it is in nobody's document. */
  private despair(): void {
    this.lost = null;
    const place = this.next?.ownLost ?? null;
    if (place !== null) {
      this.ports.ownEnded(place);
    }
  }

  private tellRead(): void {
    if (!this.reading.isOpening) {
      const then = this.onRead;
      this.onRead = null;
      then?.();
    }
  }

  private exchange(next: Reading, doc: Y.Doc): void {
    this.next = null;
    // What is lost another time is waited for as long.
    this.lost?.();
    this.lost = null;
    const before = this.reading.doc!;
    if (this.isCheck && !this.reading.hasLeft && this.ports.isSame(before, doc)) {
      next.end();
      return;
    }
    next.ownFrom = this.ports.log.count(this.page.session);
    this.reading.end();
    this.reading = next;
    this.ports.exchanged(before, doc);
  }
}

/** As one transaction: who watches the document is told once. */
function batch(doc: Y.Doc, run: () => void): void {
  Y.transact(doc, run, FROM_OTHERS, false);
}
