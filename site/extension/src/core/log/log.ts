/**
 * The log of one document: for each session its pieces from 0 without gaps, with the running chain. It decides what is
 * new, what waits, what is known, and what proves that a session said two things; it neither opens nor verifies (LOG in
 * docs/SPEC.md). Pure: the engine gives it verified pieces, and opens, checks and applies what joined, in this order.
 */
import { idText } from '../envelope/envelope';
import { findDetour } from './detour';
import { agrees, type IChain, type IPiece, isSamePiece } from './piece';
import { isContradictory } from './proof';
import { Strand } from './strand';
import { WaitingRoom } from './waiting';

/** How far a session counts, by a statement of its author's removal [LOG9]; `chain` is the right one there. */
export interface ICut {
  readonly count: number;
  /** Null only with a count of 0. */
  readonly chain: Uint8Array | null;
}

/** Why a piece is not taken, and not passed on. */
export type Refusal =
  /** It reaches beyond the frontier of somebody who was removed. */
  | 'cut'
  /** It comes after a change that may not be. */
  | 'stopped'
  /** Its session said two things: nothing more of it is taken until a frontier says how far it counts. */
  | 'forked'
  /** A segment whose content was refused. */
  | 'segment'
  /** The session is another participant's. */
  | 'author'
  /** It belongs to the side of a fork that does not count. */
  | 'astray';

export type Taken =
  /** `joined` follow on what was here: open, check and apply them in this order. */
  | {
      readonly kind: 'new';
      readonly joined: readonly IPiece[];
      /** What a segment among them took the place of: `refuse` wants it back. */
      readonly instead: readonly IPiece[];
      /** What joined before does not count any more: the document is to be replayed. */
      readonly replay: boolean;
    }
  | { readonly kind: 'waiting' }
  /** `compacts`: it can take the place of what is here once its content was compared: `compact`. */
  | { readonly kind: 'known'; readonly compacts: boolean }
  /** The session said two things: these pieces prove it together [LOG5]. What joined before is for the document. */
  | { readonly kind: 'fork'; readonly proof: readonly IPiece[]; readonly joined: readonly IPiece[] }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** What a change of the frontier changes: if anything is gone, the document is to be replayed. */
export interface IMoved {
  readonly gone: readonly IPiece[];
  readonly joined: readonly IPiece[];
}

interface ISession {
  readonly strand: Strand;
  stop: { readonly at: number; readonly piece: IPiece | undefined } | null;
  /** `settled`: the right chain is here at `count`. `doubt`: something did not fit, so ask from 0. */
  cut: (ICut & { settled: boolean; doubt: boolean }) | null;
  /** `begins`: before that nothing is in doubt. `at`: what is here stays, and no more is taken. */
  fork: { readonly proof: readonly IPiece[]; readonly begins: number; readonly at: number } | null;
  /** What the cut took away, in order: lifting it brings it back. */
  beyond: readonly IPiece[];
  /** Segments whose content was refused. */
  readonly bad: Set<string>;
}

/** Segments of one session remembered as refused. */
const MOST_BAD = 64;

export class Log {
  /** `cutOf`: how far a session that is new here counts, if there is a statement. */
  constructor(
    private readonly links: IChain,
    private readonly cutOf: (session: string, author: string) => ICut | null = () => null
  ) {}

  private readonly known = new Map<string, ISession>();
  private readonly room = new WaitingRoom(session => this.count(session));

  /** All sessions of which something is known. */
  get sessions(): readonly string[] {
    return [...this.known.keys()];
  }

  /** How many pieces wait. */
  get waiting(): number {
    return this.room.size;
  }

  /** The envelopes of a session that are here without a gap. */
  count(session: string): number {
    return this.known.get(session)?.strand.count ?? 0;
  }

  /** How much of it others are told of and sent: of a session that said two things, what nobody doubts. */
  shown(session: string): number {
    const state = this.known.get(session);
    if (!state?.fork || state.cut) {
      return this.count(session);
    }
    const { strand, fork } = state;
    return strand.pieceAt(fork.begins)?.from ?? strand.count;
  }

  /** The chain at a place; null where it is not known: beyond `count`, and inside a segment. */
  chainAt(session: string, place: number): Uint8Array | null {
    return this.known.get(session)?.strand.chainAt(place) ?? null;
  }

  authorOf(session: string): string | undefined {
    return this.known.get(session)?.strand.author;
  }

  /** The pieces of a session that hold [from, to), with those that reach beyond. */
  pieces(session: string, from = 0, to = Infinity): readonly IPiece[] {
    return this.known.get(session)?.strand.range(from, to) ?? [];
  }

  /** What proves that the session said two things; null too when a frontier says how far it counts all the same. */
  forkOf(session: string): readonly IPiece[] | null {
    const state = this.known.get(session);
    return state?.cut ? null : (state?.fork?.proof ?? null);
  }

  /** What proves that the session said two things, whatever a frontier says. */
  proofOf(session: string): readonly IPiece[] | null {
    return this.known.get(session)?.fork?.proof ?? null;
  }

  /** Hashes (as `idText`) of its segments that were refused. */
  refusedOf(session: string): readonly string[] {
    return [...(this.known.get(session)?.bad ?? [])];
  }

  /** How far a statement says that the session counts. */
  cutAt(session: string): ICut | null {
    return this.known.get(session)?.cut ?? null;
  }

  /** Where a change that may not be ended the session, and its envelope, if it is here. */
  stopAt(session: string): { readonly at: number; readonly piece: IPiece | undefined } | null {
    return this.known.get(session)?.stop ?? null;
  }

  /** All pieces that are kept: those that count, then those that a frontier took away. */
  kept(session: string): readonly IPiece[] {
    const state = this.known.get(session);
    return state ? [...state.strand.pieces, ...state.beyond] : [];
  }

  /** Up to where a session may grow here. */
  limitOf(session: string): number {
    const state = this.known.get(session);
    return state ? limit(state) : Infinity;
  }

  /** Where to ask on from: at 0 when what was sent does not follow on what is here. */
  askFrom(session: string): number {
    const count = this.count(session);
    const isOff = [...this.room.of(session)].some(piece => piece.from < count && piece.to > count);
    return isOff || this.known.get(session)?.cut?.doubt ? 0 : count;
  }

  /** Whether more of a session would be taken, if it contradicts what is here: it is not if a frontier is settled. */
  isOpen(session: string): boolean {
    const { cut, fork } = this.known.get(session) ?? {};
    return cut ? cut.count > 0 && !cut.settled : !fork;
  }

  /** Whether what a neighbour has, this many with that chain (its first bytes), is worth asking for. */
  wants(session: string, count: number, chain: Uint8Array): boolean {
    const { cut } = this.known.get(session) ?? {};
    if (this.count(session) >= Math.min(count, this.limitOf(session))) {
      return false;
    }
    // In doubt which side it is on, only who is where the frontier is helps.
    const right = cut?.chain?.subarray(0, chain.byteLength);
    return !right || count > cut!.count || (count < cut!.count ? !cut!.doubt : agrees(right, chain));
  }

  take(piece: IPiece): Taken {
    const state = this.stateOf(piece.session, piece.author);
    const { strand, stop } = state;
    if (strand.author !== piece.author) {
      return refused('author');
    }
    if (state.bad.has(idText(piece.hash))) {
      return refused('segment');
    }
    const there = strand.pieceAt(piece.from);
    if ((there && isSamePiece(there, piece)) || this.isWaiting(piece)) {
      return there ? KNOWN : WAITING;
    }
    const proof = this.contradiction(state, piece);
    if (proof) {
      return this.contradicted(state, piece, proof);
    }
    if (piece.to > limit(state)) {
      return refused(state.cut ? 'cut' : stop ? 'stopped' : 'forked');
    }
    return this.put(state, piece);
  }

  /**
   * A segment in the place of what it covers, once its content is known to be the same; `take` said that it may.
   * @returns what it took the place of; nothing if it does not fit any more.
   */
  compact(piece: IPiece): readonly IPiece[] {
    const strand = this.known.get(piece.session)?.strand;
    return strand && compacts(strand, piece) ? strand.replace(piece) : [];
  }

  /**
   * The content of a segment is not what it says, or may not be. It is never taken again, and `instead` (of `new`) is
   * back: so envelopes alone decide where a session ends, whoever holds segments in their place.
   * @returns what does not count any more, beside the segment.
   */
  refuse(piece: IPiece, instead: readonly IPiece[] = []): readonly IPiece[] {
    const state = this.stateOf(piece.session, piece.author);
    this.ban(piece.session, piece.author, idText(piece.hash));
    this.dismiss(piece.session, each => isSamePiece(each, piece));
    const there = state.strand.pieceAt(piece.from);
    if (!there || !isSamePiece(there, piece)) {
      return [];
    }
    const [, ...after] = state.strand.truncate(piece.from);
    [...instead, ...after].forEach(each => this.put(state, each));
    const now = new Set(state.strand.pieces);
    return after.filter(each => !now.has(each));
  }

  /** What `refuse` remembers, by its hash as `idText`: for what was kept from the page before. */
  ban(session: string, author: string, hash: string): void {
    const { bad } = this.stateOf(session, author);
    bad.add(hash);
    if (bad.size > MOST_BAD) {
      bad.delete(bad.values().next().value!);
    }
  }

  /**
   * A change that may not be: the log of the session ends before it, for everybody alike. `place` is the change's first
   * envelope. What comes after is not taken again.
   * @returns the pieces that do not count.
   */
  stop(session: string, place: number): readonly IPiece[] {
    const state = this.known.get(session);
    if (!state || (state.stop && state.stop.at <= place)) {
      return [];
    }
    const gone = state.strand.truncate(place);
    // Kept to be compared: another envelope in its place is a fork all the same.
    state.stop = { at: place, piece: gone.find(piece => piece.form === 'envelope' && piece.from === place) };
    this.dismiss(session, piece => piece.to > place);
    return gone;
  }

  /** It is proven that the session said two things; the pieces are verified. @returns whether that is news. */
  prove(session: string, author: string, proof: readonly IPiece[]): boolean {
    const state = this.stateOf(session, author);
    if (state.fork || state.strand.author !== author || !isContradictory(proof, this.links)) {
      return false;
    }
    const begins = Math.min(...proof.map(piece => piece.from));
    const at = Math.max(state.strand.count, begins);
    state.fork = { proof, begins, at };
    this.dismiss(session, piece => piece.to > at);
    return true;
  }

  /** How far a session counts, by a statement, or null: there is none any more. What is beyond is kept apart. */
  cut(session: string, author: string, cut: ICut | null): IMoved {
    const state = this.stateOf(session, author);
    const { strand } = state;
    const was = new Set(strand.pieces);
    state.cut = null;
    if (cut?.chain && state.stop && cut.count > state.stop.at) {
      // The stop was for another side of a fork, or comes again.
      state.stop = null;
    }
    for (const piece of state.beyond) {
      if (piece.from === strand.count && agrees(piece.before, strand.chain) && piece.to <= limit(state)) {
        strand.append(piece);
      }
    }
    state.beyond = [];
    if (cut) {
      this.setCut(state, cut);
    }
    const now = new Set(strand.pieces);
    return {
      gone: [...was].filter(piece => !now.has(piece)),
      joined: [...now].filter(piece => !was.has(piece))
    };
  }

  private setCut(state: ISession, cut: ICut): void {
    const { strand } = state;
    const chain = strand.chainAt(cut.count);
    const isWrong = !agrees(chain, cut.chain);
    const settled = cut.count === 0 || (chain !== null && !isWrong);
    state.cut = { ...cut, settled, doubt: isWrong };
    state.beyond = strand.truncate(isWrong ? 0 : cut.count);
    this.dismiss(strand.session, piece => isWrong || piece.to > cut.count);
  }

  private stateOf(session: string, author: string): ISession {
    const known = this.known.get(session);
    if (known) {
      return known;
    }
    const strand = new Strand(session, author, this.links);
    const state: ISession = { strand, stop: null, cut: null, fork: null, beyond: [], bad: new Set() };
    this.known.set(session, state);
    const cut = this.cutOf(session, author);
    if (cut) {
      this.setCut(state, cut);
    }
    return state;
  }

  private isWaiting(piece: IPiece): boolean {
    return [...this.room.of(piece.session)].some(each => isSamePiece(each, piece));
  }

  private dismiss(session: string, isGone: (piece: IPiece) => boolean): void {
    [...this.room.of(session)].filter(isGone).forEach(piece => this.room.remove(piece));
  }

  /** Pieces that cannot be true together with this one, and it. */
  private contradiction({ strand, stop }: ISession, piece: IPiece): readonly IPiece[] | null {
    if (piece.form === 'envelope') {
      const rivals = [strand.pieceAt(piece.from), stop?.piece, ...this.room.of(piece.session)];
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

  private contradicted(state: ISession, piece: IPiece, proof: readonly IPiece[]): Taken {
    const { cut } = state;
    if (cut && (cut.settled || !cut.chain)) {
      return refused('astray');
    }
    if (cut) {
      return this.turn(state, piece, cut.count);
    }
    return this.prove(piece.session, piece.author, proof)
      ? { kind: 'fork', proof, joined: [] }
      : refused('forked');
  }

  /**
   * A frontier's chain tells which side counts, but only when all up to it is here. Until then the side that is sent last
   * is followed: the exchange asks those whose summary has the frontier's chain.
   */
  private turn(state: ISession, piece: IPiece, count: number): Taken {
    const { strand } = state;
    const chain = strand.chainAt(piece.from);
    const follows = chain ? agrees(piece.before, chain) : piece.from > strand.count;
    if (piece.to > count || !follows) {
      state.cut!.doubt = true;
      return refused(follows ? 'cut' : 'astray');
    }
    this.dismiss(piece.session, each => each.to > piece.from);
    const gone = strand.truncate(piece.from);
    const taken = this.put(state, piece);
    return taken.kind === 'new' && gone.length > 0 ? { ...taken, replay: true } : taken;
  }

  /** A piece that contradicts nothing and is within the limit. */
  private put(state: ISession, piece: IPiece): Taken {
    const { strand } = state;
    const { count } = strand;
    if (piece.from < count && (piece.form === 'envelope' || compacts(strand, piece))) {
      return piece.form === 'envelope' ? KNOWN : { kind: 'known', compacts: true };
    }
    const known = strand.chainAt(piece.from);
    if (piece.from < count && piece.to <= count && known && strand.chainAt(piece.to)) {
      return KNOWN;
    }
    let instead: readonly IPiece[] = [];
    const joined: IPiece[] = [];
    if (known && piece.to > count) {
      instead = strand.truncate(piece.from);
      strand.append(piece);
      joined.push(piece);
    } else {
      this.room.add(piece);
    }
    return this.connect(state, joined, instead, piece.to <= count ? KNOWN : WAITING);
  }

  /** Takes from the waiting room what follows now. */
  private connect(state: ISession, joined: IPiece[], instead: readonly IPiece[], otherwise: Taken): Taken {
    const { strand } = state;
    for (;;) {
      const waiting = this.room.of(strand.session);
      const next = this.following(strand);
      const detour = next ? null : findDetour(strand, waiting, this.links);
      if (!next && !detour) {
        break;
      }
      const proof = next ? this.contradiction(state, next) : detour!.kind === 'fork' ? detour!.proof : null;
      const way = next ? [next] : detour!.kind === 'way' ? detour!.pieces : detour!.proof;
      way.forEach(piece => this.room.remove(piece));
      if (proof && !state.cut) {
        this.prove(strand.session, strand.author, proof);
        return { kind: 'fork', proof, joined };
      }
      if (proof) {
        state.cut!.doubt = true;
        continue;
      }
      instead = [...instead, ...strand.truncate(way[0]!.from).filter(piece => !joined.includes(piece))];
      way.forEach(piece => strand.append(piece));
      joined.push(...way);
    }
    this.dismiss(strand.session, piece => piece.form === 'envelope' && piece.from < strand.count);
    return this.settle(state) ? asTaken(joined, instead, otherwise) : this.leaveWrongSide(state);
  }

  /** What waits and begins at the end: the longest of it. */
  private following({ session, count }: Strand): IPiece | undefined {
    let found: IPiece | undefined;
    for (const piece of this.room.of(session)) {
      if (piece.from === count && piece.to > (found?.to ?? count)) {
        found = piece;
      }
    }
    return found;
  }

  /** @returns false if the frontier's place is reached with another chain than the frontier's. */
  private settle({ cut, strand }: ISession): boolean {
    const chain = cut && !cut.settled ? strand.chainAt(cut.count) : null;
    if (!cut || !chain) {
      return true;
    }
    cut.settled = agrees(cut.chain, chain);
    cut.doubt = !cut.settled;
    return cut.settled;
  }

  private leaveWrongSide(state: ISession): Taken {
    state.strand.truncate(0);
    this.dismiss(state.strand.session, () => true);
    return { kind: 'new', joined: [], instead: [], replay: true };
  }
}

const KNOWN: Taken = { kind: 'known', compacts: false };
const WAITING: Taken = { kind: 'waiting' };

function refused(why: Refusal): Taken {
  return { kind: 'refused', why };
}

function asTaken(joined: readonly IPiece[], instead: readonly IPiece[], otherwise: Taken): Taken {
  return joined.length > 0 ? { kind: 'new', joined, instead, replay: false } : otherwise;
}

/** Whether the segment holds what two or more pieces here hold, with the same chain at both ends. */
function compacts(strand: Strand, piece: IPiece): boolean {
  const [before, after] = [strand.chainAt(piece.from), strand.chainAt(piece.to)];
  return (
    piece.form === 'segment' &&
    before !== null &&
    after !== null &&
    agrees(piece.before, before) &&
    agrees(piece.after, after) &&
    strand.range(piece.from, piece.to).length > 1
  );
}

/** A frontier says how far a session counts whatever it did; without one a fork ends it. */
function limit({ stop, cut, fork }: ISession): number {
  return Math.min(stop?.at ?? Infinity, cut?.count ?? fork?.at ?? Infinity);
}
