/** How well work is kept, as a pure machine, and in words. */
import type { Refusal } from '../storage/storage';

export type Keeping =
  /** Everything is on this device. */
  | { readonly kind: 'kept' }
  /** Something is on its way for longer than one notices. */
  | { readonly kind: 'keeping' }
  /** There is no room, or the browser keeps nothing. */
  | { readonly kind: Refusal };

export type KeepingEvent =
  /** The storage was opened; `refusal` when only memory is left. */
  | { readonly kind: 'opened'; readonly refusal: Refusal | null }
  /** A write did not end within what one calls at once. */
  | { readonly kind: 'slow' }
  | { readonly kind: 'written' }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

export interface IKeepingState {
  readonly keeping: Keeping;
  /** Only memory is left: no write can make that better. */
  readonly lost: boolean;
}

export const UNOPENED: IKeepingState = { keeping: { kind: 'kept' }, lost: false };

export function keep(state: IKeepingState, event: KeepingEvent): IKeepingState {
  if (state.lost) {
    return state;
  }
  switch (event.kind) {
    case 'opened':
      return event.refusal
        ? { keeping: { kind: event.refusal }, lost: true }
        : { keeping: { kind: 'kept' }, lost: false };
    case 'slow':
      // A refusal is the stronger word; it stays until something could be written.
      return state.keeping.kind === 'kept' ? { ...state, keeping: { kind: 'keeping' } } : state;
    case 'written':
      return { ...state, keeping: { kind: 'kept' } };
    case 'failed':
      return { ...state, keeping: { kind: event.refusal } };
  }
}

/** The worst of several documents' states is what is said. */
export function worst(states: readonly Keeping[]): Keeping {
  const rank: Record<Keeping['kind'], number> = { kept: 0, keeping: 1, full: 2, refused: 3 };
  return states.reduce((a, b) => (rank[b.kind] > rank[a.kind] ? b : a), { kind: 'kept' });
}
