/** What a log says of a piece, and the engine acts on. */
import type { IPiece } from './piece';

/** How far a session counts, by a statement of its author's removal [LOG9]; `chain` is the right one there. */
export interface ICut {
  readonly count: number;
  /** Null with a count of 0, and where nobody said it. */
  readonly chain: Uint8Array | null;
  /** By no statement: of what said two things, how far nobody doubts it [LOG6]. */
  readonly isImplied?: true;
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
  /** It is sealed for an epoch that is undone. */
  | 'out'
  /** The session is another participant's. */
  | 'author'
  /** It belongs to the side of a fork that does not count. */
  | 'astray';

export type Taken =
  /** `joined` is here now: open, check and apply it, in this order. */
  | {
      readonly kind: 'new';
      readonly joined: readonly IPiece[];
      /** What segments among them took the place of: `refuse` wants it back. */
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

export const KNOWN: Taken = { kind: 'known', compacts: false };
export const WAITING: Taken = { kind: 'waiting' };

export function refused(why: Refusal): Taken {
  return { kind: 'refused', why };
}
