/**
 * The log of one document: for each session its pieces from 0 without gaps, with the running chain. It decides what is
 * new, what waits, what is known, and what proves that a session said two things; it neither opens nor verifies (LOG in
 * docs/SPEC.md). Pure: the engine gives it verified pieces, and opens, checks and applies what joined, in this order.
 */
import { Course, type IStop } from './course';
import type { IChain, IPiece } from './piece';
import type { ICut, IMoved, Taken } from './taken';
import { WaitingRoom } from './waiting';

export type { ICut, IMoved, Refusal, Taken } from './taken';

export class Log {
  /**
   * @param cutOf how far a session that is new here counts, if there is a statement
   * @param isOut whether a piece is not to be had, for now
   */
  constructor(
    private readonly links: IChain,
    private readonly cutOf: (session: string, author: string) => ICut | null = () => null,
    private readonly isOut?: (piece: IPiece) => boolean
  ) {}

  private readonly courses = new Map<string, Course>();
  private readonly room = new WaitingRoom(session => this.count(session));

  /** All sessions of which something is known. */
  get sessions(): readonly string[] {
    return [...this.courses.keys()];
  }

  /** How many pieces wait. */
  get waiting(): number {
    return this.room.size;
  }

  /** Bytes that wait of a session's author. */
  waitingBytes(session: string): number {
    return this.room.bytesOf(this.courses.get(session)?.author ?? '');
  }

  authorOf(session: string): string | undefined {
    return this.courses.get(session)?.author;
  }

  /** The envelopes of a session that are here without a gap. */
  count(session: string): number {
    return this.courses.get(session)?.strand.count ?? 0;
  }

  /** How much of it others are told of and sent: of a session that said two things, what nobody doubts. */
  shown(session: string): number {
    const course = this.courses.get(session);
    if (!course?.fork || course.frontier) {
      return this.count(session);
    }
    return course.strand.pieceAt(course.fork.begins)?.from ?? course.strand.count;
  }

  /** The chain at a place; null where it is not known: beyond `count`, and inside a segment. */
  chainAt(session: string, place: number): Uint8Array | null {
    return this.courses.get(session)?.strand.chainAt(place) ?? null;
  }

  /** The pieces of a session that hold [from, to), with those that reach beyond. */
  pieces(session: string, from = 0, to = Infinity): readonly IPiece[] {
    return this.courses.get(session)?.strand.range(from, to) ?? [];
  }

  /** All pieces that are kept: those that count, then those that a frontier took away, or that are withheld. */
  kept(session: string): readonly IPiece[] {
    const course = this.courses.get(session);
    return course ? [...course.strand.pieces, ...course.beyond, ...course.withheld] : [];
  }

  /** What proves that the session said two things, whatever a frontier says. */
  proofOf(session: string): readonly IPiece[] | null {
    return this.courses.get(session)?.fork?.proof ?? null;
  }

  /** What proves that the session said two things, while nobody says how far it counts all the same. */
  forkOf(session: string): readonly IPiece[] | null {
    const cut = this.cutAt(session);
    return cut && !cut.isImplied ? null : this.proofOf(session);
  }

  /** Where the proof begins that the session said two things: nobody doubts what is before. Null without a proof. */
  doubtedFrom(session: string): number | null {
    return this.courses.get(session)?.fork?.begins ?? null;
  }

  /** Sessions that are proven to have said two things, while no frontier says how far they count all the same. */
  get forks(): readonly string[] {
    return this.sessions.filter(session => this.forkOf(session));
  }

  /** Hashes (as `idText`) of its segments that were refused. */
  refusedOf(session: string): readonly string[] {
    return [...(this.courses.get(session)?.bad ?? [])];
  }

  /** Where a change that may not be ended the session, and what it said from there on. */
  stopAt(session: string): IStop | null {
    return this.courses.get(session)?.stopped ?? null;
  }

  /** How far a statement says that the session counts. */
  cutAt(session: string): ICut | null {
    return this.courses.get(session)?.frontier ?? null;
  }

  /** Up to where a session may grow here. */
  limitOf(session: string): number {
    return this.courses.get(session)?.limit ?? Infinity;
  }

  /** Where to ask on from: at 0 when what was sent does not follow on what is here. */
  askFrom(session: string): number {
    const course = this.courses.get(session);
    return !course || course.isOff || course.frontier?.doubt ? 0 : course.strand.count;
  }

  take(piece: IPiece): Taken {
    return this.course(piece.session, piece.author).take(piece);
  }

  /** What a frontier keeps out: lifting it brings it back. */
  keepOut(piece: IPiece): void {
    this.courses.get(piece.session)?.keepOut(piece);
  }

  /**
   * A segment in the place of what it covers, once its content is known to be the same; `take` said that it may.
   * @returns what it took the place of; nothing if it does not fit any more.
   */
  compact(piece: IPiece): readonly IPiece[] {
    return this.courses.get(piece.session)?.compact(piece) ?? [];
  }

  /**
   * The content of a segment is not what it says, or may not be. It is not taken again, and `instead` (of `new`) is
   * back: so envelopes alone decide where a session ends, whoever holds segments in their place.
   * @returns what does not count any more, beside the segment.
   */
  refuse(piece: IPiece, instead: readonly IPiece[] = []): readonly IPiece[] {
    return this.course(piece.session, piece.author).refuse(piece, instead);
  }

  /** What `refuse` remembers, by its hash as `idText`: for what was kept from the page before. */
  ban(session: string, author: string, hash: string): void {
    this.course(session, author).ban(hash);
  }

  /** Takes segments again that were refused: what was kept from the page before is judged anew where it is needed. */
  unban(): void {
    this.courses.forEach(({ bad }) => bad.clear());
  }

  /**
   * A change that may not be: the log of the session ends before it, for everybody alike. `place` is the change's first
   * envelope. What comes after is not taken again.
   * @returns the pieces that do not count.
   */
  stop(session: string, place: number): readonly IPiece[] {
    return this.courses.get(session)?.stop(place) ?? [];
  }

  /**
   * A piece that was never in the log says what may not be: where it follows on what is here, the log of the session ends
   * before the change that it is of. What contradicts what is here is a fork all the same.
   */
  end(piece: IPiece): Taken {
    return this.course(piece.session, piece.author).end(piece);
  }

  /** The chain behind what ended a session, where that is known: who has it has nothing else. */
  endedChainAt(session: string, place: number): Uint8Array | null {
    return this.courses.get(session)?.stopped?.behind.get(place) ?? null;
  }

  /**
   * What counts is different. Whether a change may be depends on what it leans on, so where logs end is found anew: it
   * depends on what counts, and not on what came first. So is what a segment says.
   * @returns whether any log had ended, or any segment was refused
   */
  resume(): boolean {
    return [...this.courses.values()].filter(course => course.resume()).length > 0;
  }

  /**
   * It is proven that the session said two things; the pieces are verified. Of several proofs the one that begins first
   * counts, so that all who heard of all of them doubt the same.
   * @returns whether that is news, to be told.
   */
  prove(session: string, author: string, proof: readonly IPiece[]): boolean {
    return proof.every(piece => piece.author === author) && this.course(session, author).prove(proof);
  }

  /** How far a session counts, by a statement, or null: there is none any more. What is beyond is kept apart. */
  cut(session: string, author: string, cut: ICut | null): IMoved {
    return this.course(session, author).cut(cut);
  }

  /**
   * Other pieces may be out than were. What is, and what follows on it, is kept apart; what is not any more is back. Nobody
   * else is to have it either, so it neither ends a session nor says anything against what comes in its place.
   * @returns by session, what moved.
   */
  withhold(): Map<string, IMoved> {
    const moved = [...this.courses].map(([session, course]) => [session, course.withhold()] as const);
    return new Map(moved.filter(([, { gone, joined }]) => gone.length + joined.length > 0));
  }

  private course(session: string, author: string): Course {
    const known = this.courses.get(session);
    if (known) {
      return known;
    }
    const course = new Course(session, author, this.links, this.room, this.isOut);
    this.courses.set(session, course);
    course.cut(this.cutOf(session, author));
    return course;
  }
}
