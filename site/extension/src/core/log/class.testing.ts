/**
 * A class that shares one log, for tests: devices that do with each result of the log what the engine does, keep records,
 * crash, lose records, and exchange. What they hold is told by results alone, and compared with the log after each step.
 */
import { digest } from 'lib0/hash/sha256';
import type { Chance } from '../simulation/chance';
import { applyFrontiers, type IFrontierEntry } from './frontier';
import { Log } from './log';
import type { ICut, Taken } from './taken';
import type { IPiece } from './piece';
import { encodeProof } from './proof';
import { decodeEntries, encodeEntries, type Entry, restore } from './stored';
import { Reaches } from '../sync/reaches';
import { links } from './writer.testing';

export interface IWorld {
  readonly chance: Chance;
  /** All pieces ever made, by their bytes. */
  readonly pieces: Map<string, IPiece>;
  /** Envelopes whose change may not be, and segments that say something else. */
  readonly bad: Set<IPiece>;
}

export class Device {
  constructor(private readonly world: IWorld) {}

  log = new Log(links, (session, author) => this.cutOf(session, author));
  private records: Uint8Array[] = [];
  private isRestoring = false;
  private statements = new Map<string, readonly IFrontierEntry[]>();
  /** How much of each session is in the document, by the results alone. */
  private document = new Map<string, number>();

  take(piece: IPiece): Taken {
    const taken = this.log.take(piece);
    if (taken.kind === 'new') {
      this.join(taken.joined, taken.instead);
      if (taken.replay) {
        this.replay();
      }
    } else if (taken.kind === 'known' && taken.compacts) {
      if (this.world.bad.has(piece)) {
        this.refuse(piece, []);
      } else {
        this.log.compact(piece);
        this.keepPiece(piece);
      }
    } else if (taken.kind === 'fork') {
      this.join(taken.joined, []);
      this.keepProof(taken.proof);
    }
    return taken;
  }

  private join(joined: readonly IPiece[], instead: readonly IPiece[]): void {
    for (const piece of joined) {
      if (this.world.bad.has(piece) && piece.form === 'segment') {
        this.refuse(piece, instead);
        return;
      }
      if (this.world.bad.has(piece)) {
        this.keepPiece(piece);
        this.log.stop(piece.session, piece.from);
        this.replay();
        return;
      }
      this.keepPiece(piece);
      this.apply(piece);
    }
  }

  private refuse(piece: IPiece, instead: readonly IPiece[]): void {
    const { session, author, hash } = piece;
    this.log.refuse(piece, instead);
    this.keep({ kind: 'refuse', session, author, hash });
    this.replay();
  }

  private apply({ session, to }: IPiece): void {
    this.document.set(session, Math.max(to, this.document.get(session) ?? 0));
  }

  private replay(): void {
    this.document = new Map(this.log.sessions.map(session => [session, this.log.count(session)]));
  }

  /** Whether what the results told is what the log holds. */
  get isTrue(): boolean {
    return this.log.sessions.every(session => this.log.count(session) === (this.document.get(session) ?? 0));
  }

  hear(author: string, frontier: readonly IFrontierEntry[]): void {
    this.statements.set(author, frontier);
    for (const { gone, joined } of applyFrontiers(this.log, (...whose) => this.cutOf(...whose)).values()) {
      joined.forEach(piece => this.apply(piece));
      if (gone.length > 0) {
        this.replay();
      }
    }
  }

  private cutOf(session: string, author: string): ICut | null {
    const frontier = this.statements.get(author);
    return frontier ? (frontier.find(each => each.session === session) ?? { count: 0, chain: null }) : null;
  }

  private keepProof(proof: readonly IPiece[]): void {
    const pieces = proof.map(({ bytes }) => bytes);
    this.keep({ kind: 'fork', bytes: encodeProof({ introductions: [], pieces }) });
  }

  private keepPiece({ bytes }: IPiece): void {
    this.keep({ kind: 'piece', bytes });
  }

  private keep(entry: Entry): void {
    if (!this.isRestoring) {
      this.records.push(encodeEntries([entry]));
    }
  }

  /** Starts again from what was kept; `lost` records of the end are not there, `damaged` of any. */
  crash(lost: number, damaged: number): void {
    this.records.splice(Math.max(0, this.records.length - lost));
    for (let count = damaged; count > 0 && this.records.length > 0; count -= 1) {
      this.records.splice(this.world.chance.below(this.records.length), 1);
    }
    // Statements are kept elsewhere, and are here before the log is.
    this.log = new Log(links, (session, author) => this.cutOf(session, author));
    const entries = this.records.flatMap(record => {
      const read = decodeEntries(record);
      return read.kind === 'read' ? read.value : [];
    });
    this.isRestoring = true;
    restore(
      this.log,
      entries,
      () => undefined,
      bytes => this.world.pieces.get(bytes.join()) ?? null
    );
    this.replay();
    // A page that opens looks at all it has: what it kept before it knew of a stop is stopped now.
    this.log.sessions.forEach(session => this.join([...this.log.pieces(session)], []));
    this.isRestoring = false;
  }

  /** As two neighbours do it, one way: this one asks. */
  ask(other: Device, limit = 1e6): void {
    for (const session of other.log.sessions) {
      const proof = other.log.proofOf(session);
      if (proof && this.log.prove(session, proof[0]!.author, proof)) {
        this.keepProof(proof);
      }
    }
    for (const reach of other.reaches.all.filter(each => this.reaches.isBehind(each))) {
      const from = this.reaches.askFrom(reach);
      let left = from === 0 ? 1e6 : limit;
      for (const piece of other.log.pieces(reach.session, from, other.log.shown(reach.session))) {
        this.take(piece);
        left -= piece.bytes.byteLength;
        if (left <= 0) {
          break;
        }
      }
    }
  }

  /** As neighbours say it. */
  get reaches(): Reaches {
    return new Reaches(this.log, digest, links, (session, author) => this.cutOf(session, author));
  }
}
