/**
 * One session in a log: its strand, and what is decided of it: where it stops, how far a frontier lets it count, that it
 * said two things. `log.ts` says what the methods are for.
 */
import { idText } from '../envelope/envelope';
import { compacts, replaces } from './fit';
import { agrees, type IChain, type IPiece, isSamePiece, without } from './piece';
import { isContradictory } from './proof';
import { Strand } from './strand';
import { type ICut, type IMoved, KNOWN, refused, type Taken, WAITING } from './taken';
import type { WaitingRoom } from './waiting';

/** Segments of one session remembered as refused. */
const MOST_BAD = 64;

export interface IStop {
  readonly at: number;
  /** What was here from there on, without gaps. */
  readonly gone: readonly IPiece[];
  /** What the session said from there on, as far as is known: that, or an envelope that never was in the log. */
  readonly said: readonly IPiece[];
  /** The chain behind each of these. */
  readonly behind: ReadonlyMap<number, Uint8Array>;
}

interface IJoined {
  readonly joined: IPiece[];
  readonly instead: IPiece[];
}

export class Course {
  constructor(
    readonly session: string,
    readonly author: string,
    private readonly links: IChain,
    private readonly room: WaitingRoom,
    private readonly isOut: (piece: IPiece) => boolean = () => false
  ) {
    this.strand = new Strand(session, links);
  }

  strand: Strand;
  stopped: IStop | null = null;
  /** `settled`: the right chain is here at `count`. `doubt`: something did not fit, so ask from 0. */
  frontier: (ICut & { settled: boolean; doubt: boolean }) | null = null;
  /** `begins`: before that nothing is in doubt. `at`: what is here stays, and no more is taken. */
  fork: { readonly proof: readonly IPiece[]; readonly begins: number; readonly at: number } | null = null;
  /** What the frontier took away, in order: lifting it brings it back. */
  beyond: readonly IPiece[] = [];
  /** What is out, in order, and what followed on it. */
  withheld: readonly IPiece[] = [];
  /** Segments whose content was refused. */
  readonly bad = new Set<string>();
  /** Another way from 0, while a piece waits that does not follow on this one. */
  private side: Strand | null = null;

  /** The frontier, if somebody said it: that decides which side counts. */
  private get judged(): Course['frontier'] {
    return this.frontier?.isImplied ? null : this.frontier;
  }

  /** A frontier says how far a session counts whatever it did; without one a fork ends it. */
  get limit(): number {
    return Math.min(this.stopped?.at ?? Infinity, this.frontier?.count ?? this.fork?.at ?? Infinity);
  }

  /** Whether a piece waits that begins within what is here and leads further: it was cut at another place. */
  get isOff(): boolean {
    const { count } = this.strand;
    return [...this.room.of(this.session)].some(piece => piece.from < count && piece.to > count);
  }

  take(piece: IPiece): Taken {
    if (this.author !== piece.author) {
      return refused('author');
    }
    if (this.bad.has(idText(piece.hash))) {
      return refused('segment');
    }
    if (this.isOut(piece)) {
      return refused('out');
    }
    if (this.isWaiting(piece)) {
      return WAITING;
    }
    const proof = this.contradiction(piece);
    if (proof) {
      return this.contradicted(piece, proof);
    }
    if (piece.to > this.limit) {
      return refused(this.frontier ? 'cut' : this.stopped ? 'stopped' : 'forked');
    }
    return this.isOff ? this.putAside(piece) : this.put(piece);
  }

  /** What a frontier keeps out, and follows on what it took away. */
  keepOut(piece: IPiece): void {
    if (this.frontier) {
      this.beyond = [...this.beyond, piece];
    }
  }

  compact(piece: IPiece): readonly IPiece[] {
    const isFit = !this.isOut(piece) && (compacts(this.strand, piece) || replaces(this.strand, piece));
    return isFit ? this.strand.replace(piece) : [];
  }

  refuse(piece: IPiece, instead: readonly IPiece[]): readonly IPiece[] {
    this.ban(idText(piece.hash));
    this.dismiss(each => isSamePiece(each, piece));
    const there = this.strand.pieceAt(piece.from);
    if (!there || !isSamePiece(there, piece)) {
      return [];
    }
    const [, ...after] = this.strand.truncate(piece.from);
    if (this.frontier) {
      // Unless what is left leads there.
      this.frontier.settled = false;
    }
    [...instead, ...after].forEach(each => this.put(each));
    return without(after, this.strand.pieces);
  }

  ban(hash: string): void {
    this.bad.add(hash);
    if (this.bad.size > MOST_BAD) {
      this.bad.delete(this.bad.values().next().value!);
    }
  }

  stop(place: number, unfit: readonly IPiece[] = []): readonly IPiece[] {
    if (this.stopped && this.stopped.at <= place) {
      return [];
    }
    const { strand, stopped } = this;
    const gone = strand.truncate(place);
    // Kept to be compared: something else in its place is a fork all the same.
    const said = [...gone, ...unfit, ...(stopped?.said ?? [])];
    const behind = new Map<number, Uint8Array>();
    said.reduce((chain, piece) => {
      const after = piece.after ?? this.links.next(chain, piece.hash);
      behind.set(piece.to, after);
      return after;
    }, strand.chain);
    this.stopped = { at: place, gone: [...gone, ...(stopped?.gone ?? [])], said, behind };
    this.dismiss(each => each.to > place);
    return gone;
  }

  /** What may not be, and was never in the log: where it follows on what is here, the session ends before its change. */
  end(piece: IPiece): Taken {
    if (this.author !== piece.author) {
      return refused('author');
    }
    const proof = this.contradiction(piece);
    if (proof) {
      return this.contradicted(piece, proof);
    }
    if (piece.from === this.strand.count && piece.to <= this.limit) {
      const before = this.strand.pieceAt(piece.from - 1);
      const isBegun = before !== undefined && before.part + 1 < before.parts;
      this.stop(isBegun ? before.from - before.part : piece.from, [piece]);
    }
    return refused('stopped');
  }

  /** What may not be is to be found anew: what was stopped is back, as far as it counts, and no segment is refused. */
  resume(): boolean {
    const { stopped } = this;
    const isRefusing = this.bad.size > 0;
    this.stopped = null;
    this.bad.clear();
    this.bringBack(stopped?.gone ?? []);
    return stopped !== null || isRefusing;
  }

  prove(proof: readonly IPiece[]): boolean {
    const begins = Math.min(...proof.map(piece => piece.from));
    const isNews = !this.fork || begins < this.fork.begins;
    if (!isNews || proof.some(({ session }) => session !== this.session)) {
      return false;
    }
    if (!isContradictory(proof, this.links)) {
      return false;
    }
    const at = Math.max(this.strand.count, begins);
    this.fork = { proof, begins, at };
    this.dismiss(piece => piece.to > at);
    return true;
  }

  cut(cut: ICut | null): IMoved {
    const { strand } = this;
    const was = [...strand.pieces];
    this.frontier = null;
    if (cut?.chain && this.stopped && cut.count > this.stopped.at) {
      // The stop was for another side of a fork, or comes again.
      this.stopped = null;
    }
    this.bringBack(this.beyond);
    this.beyond = [];
    if (cut) {
      const chain = strand.chainAt(cut.count);
      const isWrong = !agrees(chain, cut.chain);
      // At 0 everybody knows the chain.
      const settled = chain !== null && !isWrong;
      this.frontier = { ...cut, settled, doubt: isWrong };
      this.beyond = strand.truncate(isWrong ? 0 : cut.count);
      this.dismiss(piece => piece.to > cut.count);
    }
    return { gone: without(was, strand.pieces), joined: without(strand.pieces, was) };
  }

  withhold(): IMoved {
    const { strand } = this;
    const was = [...strand.pieces];
    const first = was.find(this.isOut);
    const gone = first ? strand.truncate(first.from) : [];
    this.withheld = [...gone, ...this.goOn(this.withheld)];
    this.dismiss(this.isOut);
    this.side = null;
    this.settle();
    return { gone, joined: without(strand.pieces, was) };
  }

  /** What was here is back, as far as it follows and counts. */
  private bringBack(pieces: readonly IPiece[]): void {
    const rest = this.goOn(pieces);
    const out = rest.findIndex(this.isOut);
    this.withheld = out < 0 ? this.withheld : [...this.withheld, ...rest.slice(out)];
  }

  /** Appends what follows on what is here, counts, and is not out. Gives the others. */
  private goOn(pieces: readonly IPiece[]): readonly IPiece[] {
    const { strand } = this;
    return pieces.filter(piece => {
      const follows = piece.from === strand.count && agrees(piece.before, strand.chain);
      const isBack = follows && piece.to <= this.limit && !this.isOut(piece);
      if (isBack) {
        strand.append(piece);
      }
      return !isBack;
    });
  }

  private isWaiting(piece: IPiece): boolean {
    return [...this.room.of(this.session)].some(each => isSamePiece(each, piece));
  }

  private dismiss(isGone: (piece: IPiece) => boolean): void {
    [...this.room.of(this.session)].filter(isGone).forEach(piece => this.room.remove(piece));
  }

  /** Pieces that cannot be true together with this one, and it. */
  private contradiction(piece: IPiece): readonly IPiece[] | null {
    const { strand } = this;
    if (piece.form === 'envelope') {
      const said = this.stopped?.said ?? [];
      const rivals = [strand.pieceAt(piece.from), ...said, ...this.room.of(this.session)];
      const rival = rivals.find(each => each?.form === 'envelope' && each.from === piece.from);
      if (rival && !isSamePiece(rival, piece)) {
        return [rival, piece];
      }
    }
    if (!agrees(piece.before, strand.chainAt(piece.from))) {
      return [...strand.proofOf(piece.from), piece];
    }
    return agrees(piece.after, strand.chainAt(piece.to)) ? null : [...strand.proofOf(piece.to), piece];
  }

  private contradicted(piece: IPiece, proof: readonly IPiece[], done: readonly IPiece[] = []): Taken {
    const { judged } = this;
    if (judged) {
      return judged.settled ? refused('astray') : this.turn(piece, judged);
    }
    return this.prove(proof) ? { kind: 'fork', proof, joined: done } : refused('forked');
  }

  /**
   * A frontier's chain tells which side counts, but only when all up to it is here. Until then the side that is sent last
   * is followed: the exchange asks those whose summary has the frontier's chain.
   */
  private turn(piece: IPiece, frontier: NonNullable<Course['frontier']>): Taken {
    const { strand } = this;
    const chain = strand.chainAt(piece.from);
    const follows = chain ? agrees(piece.before, chain) : piece.from > strand.count;
    if (piece.to > frontier.count || !follows) {
      frontier.doubt = true;
      return refused(follows ? 'cut' : 'astray');
    }
    this.dismiss(each => each.to > piece.from);
    strand.truncate(piece.from);
    const taken = this.put(piece);
    return taken.kind === 'new' ? { ...taken, replay: true } : taken;
  }

  /** A piece that contradicts nothing and is within the limit. */
  private put(piece: IPiece): Taken {
    const { strand } = this;
    if (piece.to <= strand.count) {
      return compacts(this.strand, piece) ? { kind: 'known', compacts: true } : KNOWN;
    }
    if (!strand.chainAt(piece.from)) {
      this.room.add(piece);
      return WAITING;
    }
    const instead = strand.truncate(piece.from);
    strand.append(piece);
    return this.connect({ joined: [piece], instead });
  }

  /**
   * Two devices of one person may have compacted the session at different places: [0, 64) and [64, 128) lead further than
   * [0, 100), though neither follows on it. While such a piece waits, what is sent from 0 on is put together beside what
   * is here, and takes its place when it leads further.
   */
  private putAside(piece: IPiece): Taken {
    const side = (this.side ??= new Strand(this.session, this.links));
    const before = side.chainAt(piece.from);
    if (!before || !agrees(piece.before, before)) {
      return this.put(piece);
    }
    for (let next: IPiece | undefined = piece; next; next = this.following(side)) {
      if (!agrees(next.before, side.chainAt(next.from))) {
        // It waited, and is of another side of a fork: put together they would look whole.
        this.room.remove(next);
        if (!this.judged) {
          return this.contradicted(next, [...side.proofOf(next.from), next]);
        }
        this.judged.doubt = true;
        continue;
      }
      const known = this.strand.chainAt(next.to);
      side.truncate(next.from);
      side.append(next);
      if (!agrees(known, side.chain)) {
        const proof = [...this.strand.proofOf(side.count), ...side.proofOf(side.count)];
        this.side = null;
        return this.contradicted(next, proof);
      }
    }
    if (side.count <= this.strand.count) {
      return this.put(piece);
    }
    const was = this.strand.pieces;
    this.strand = side;
    this.side = null;
    return this.connect({ joined: without(side.pieces, was), instead: without(was, side.pieces) });
  }

  /** Takes from the waiting room what follows now. */
  private connect({ joined, instead }: IJoined): Taken {
    for (let next = this.following(this.strand); next; next = this.following(this.strand)) {
      this.room.remove(next);
      const proof = this.contradiction(next);
      if (!proof) {
        instead.push(...without(this.strand.truncate(next.from), joined));
        this.strand.append(next);
        joined.push(next);
      } else if (!this.judged) {
        return this.contradicted(next, proof, joined);
      } else {
        this.judged.doubt = true;
      }
    }
    this.dismiss(piece => piece.to <= this.strand.count);
    return this.settle() ? { kind: 'new', joined, instead, replay: false } : this.leaveWrongSide();
  }

  /** What waits, begins where a piece ends, and leads furthest. */
  private following(strand: Strand): IPiece | undefined {
    let found: IPiece | undefined;
    for (const piece of this.room.of(this.session)) {
      if (piece.to > (found?.to ?? strand.count) && strand.chainAt(piece.from)) {
        found = piece;
      }
    }
    return found;
  }

  /** @returns false if the frontier's place is reached with another chain than the frontier's. */
  private settle(): boolean {
    const { frontier, strand } = this;
    const chain = frontier && strand.chainAt(frontier.count);
    if (!frontier || !chain) {
      return true;
    }
    frontier.settled = agrees(frontier.chain, chain);
    frontier.doubt = !frontier.settled;
    return frontier.settled;
  }

  private leaveWrongSide(): Taken {
    this.strand.truncate(0);
    this.dismiss(() => true);
    return { kind: 'new', joined: [], instead: [], replay: true };
  }
}
