/**
 * Two devices of one person may have compacted one session at different places: then [0, 64) and [64, 128) lead further
 * than [0, 100), though none of them follows on it. The way from where a piece ends through pieces that wait to beyond
 * what is here.
 */
import { agrees, type IChain, type IPiece } from './piece';
import type { Strand } from './strand';

interface IStep {
  readonly chain: Uint8Array;
  readonly piece: IPiece;
  readonly back: IStep | null;
}

export type Detour =
  | { readonly kind: 'way'; readonly pieces: readonly IPiece[] }
  | { readonly kind: 'fork'; readonly proof: readonly IPiece[] };

/** Each piece that waits is looked at once. */
export function findDetour(strand: Strand, waiting: Iterable<IPiece>, links: IChain): Detour | null {
  const { count } = strand;
  const sorted = [...waiting].sort((a, b) => a.from - b.from || a.to - b.to);
  if (!sorted.some(piece => piece.form === 'segment' && piece.from < count)) {
    return null;
  }
  const reached = new Map<number, IStep>();
  for (const piece of sorted) {
    const here = strand.chainAt(piece.from);
    const back = here ? null : (reached.get(piece.from) ?? null);
    const before = here ?? back?.chain;
    if (!before) {
      continue;
    }
    const basis = here ? strand.proofOf(piece.from) : proofOf(strand, back!);
    const chain = piece.after ?? links.next(before, piece.hash);
    const there = strand.chainAt(piece.to);
    if (!agrees(piece.before, before)) {
      return { kind: 'fork', proof: [...basis, piece] };
    }
    if (!agrees(there, chain)) {
      return { kind: 'fork', proof: [...strand.proofOf(piece.to), ...basis, piece] };
    }
    const step = { chain, piece, back };
    if (piece.to > count) {
      return { kind: 'way', pieces: wayOf(step) };
    }
    if (!reached.has(piece.to)) {
      reached.set(piece.to, step);
    }
  }
  return null;
}

/** The pieces that prove the chain behind a step: back to one that states it. */
function proofOf(strand: Strand, last: IStep): IPiece[] {
  const proof: IPiece[] = [];
  for (let step: IStep | null = last; step; step = step.back) {
    proof.unshift(step.piece);
    if (step.piece.before || step.piece.after) {
      return proof;
    }
  }
  return [...strand.proofOf(proof[0]!.from), ...proof];
}

function wayOf(last: IStep | null): IPiece[] {
  const way: IPiece[] = [];
  for (let step = last; step; step = step.back) {
    way.unshift(step.piece);
  }
  return way;
}
