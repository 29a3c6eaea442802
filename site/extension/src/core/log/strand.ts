/**
 * One session's part of a log: pieces without gaps from 0, and the chain at each of their ends. The chain inside a
 * segment is not known.
 */
import type { IChain, IPiece } from './piece';

export class Strand {
  constructor(
    readonly session: string,
    private readonly links: IChain
  ) {
    this.first = links.first(session);
  }

  private readonly first: Uint8Array;
  private readonly held: IPiece[] = [];
  /** The chain behind each piece. */
  private readonly behind: Uint8Array[] = [];

  get pieces(): readonly IPiece[] {
    return this.held;
  }

  get count(): number {
    return this.held.at(-1)?.to ?? 0;
  }

  get chain(): Uint8Array {
    return this.behind.at(-1) ?? this.first;
  }

  /** The chain before the envelope at `place`; null where no piece ends. */
  chainAt(place: number): Uint8Array | null {
    if (place === 0) {
      return this.first;
    }
    const index = this.indexOf(place - 1);
    return this.held[index]?.to === place ? this.behind[index]! : null;
  }

  /** The piece that holds the envelope at `place`. */
  pieceAt(place: number): IPiece | undefined {
    return this.held[this.indexOf(place)];
  }

  /** The pieces that hold [from, to), with those that reach beyond. */
  range(from: number, to = Infinity): readonly IPiece[] {
    const first = this.indexOf(from);
    let end = first;
    while (end < this.held.length && this.held[end]!.from < to) {
      end += 1;
    }
    return this.held.slice(first, end);
  }

  /** Puts a piece at the end. It begins there, and what it states of the chain there fits: the log has looked. */
  append(piece: IPiece): void {
    this.behind.push(piece.after ?? this.links.next(this.chain, piece.hash));
    this.held.push(piece);
  }

  /** Takes away every piece that reaches beyond `place`, and gives them. */
  truncate(place: number): IPiece[] {
    const length = this.indexOf(place);
    this.behind.length = Math.min(length, this.behind.length);
    return this.held.splice(length);
  }

  /** One piece in the place of those that hold the same range; both its ends are ends of pieces, with the same chain. */
  replace(piece: IPiece): IPiece[] {
    const first = this.indexOf(piece.from);
    const last = this.indexOf(piece.to - 1);
    const gone = this.held.splice(first, last - first + 1, piece);
    this.behind.splice(first, last - first);
    return gone;
  }

  /**
   * The pieces that prove the chain at `place`, the end of a piece: back to the last one that states it. Nothing at 0,
   * where everybody knows it. At most 17, as every 16th envelope states the chain before it.
   */
  proofOf(place: number): IPiece[] {
    const proof: IPiece[] = [];
    for (let index = this.indexOf(place) - 1; index >= 0; index -= 1) {
      const piece = this.held[index]!;
      proof.unshift(piece);
      // A segment states both its ends.
      if (piece.before) {
        break;
      }
    }
    return proof;
  }

  /** The index of the first piece that reaches beyond `place`. */
  private indexOf(place: number): number {
    let [low, high] = [0, this.held.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.held[middle]!.to > place) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
