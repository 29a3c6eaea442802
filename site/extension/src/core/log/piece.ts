/**
 * What a log is made of: pieces of one session's writing in one document, each signed by its author, as raw bytes. A log
 * neither opens nor verifies them; it is given pieces that are verified.
 */
import { sameBytes } from '../bytes';
import { firstLink, nextLink, type Stream } from '../envelope/chain';
import type { Digest } from '../session';

/** An envelope is one place of a session's chain; a segment is a range of it, signed anew as one. */
export const FORMS = ['envelope', 'segment'] as const;
export type Form = (typeof FORMS)[number];

export interface IPiece {
  readonly form: Form;
  readonly session: string;
  /** The participant whose session it is, as the introduction proves. */
  readonly author: string;
  /** The session that signed it: of an envelope its own, of a segment any of the same participant. */
  readonly signer: string;
  /** It holds the envelopes [from, to); an envelope holds itself. */
  readonly from: number;
  readonly to: number;
  /** Which part of a change an envelope is, and of how many; a segment holds whole changes: 0 of 1. */
  readonly part: number;
  readonly parts: number;
  readonly bytes: Uint8Array;
  /** SHA-256 of all its bytes. */
  readonly hash: Uint8Array;
  /** The chain at `from`, if the piece states it: every segment does, and every 16th envelope. */
  readonly before: Uint8Array | null;
  /** The chain at `to`: every segment states it. */
  readonly after: Uint8Array | null;
}

/** The running hash of the sessions of one document. */
export interface IChain {
  first(session: string): Uint8Array;
  next(chain: Uint8Array, hash: Uint8Array): Uint8Array;
}

/** As `core/envelope/chain.ts` has it [ENV4]. */
export function linksOf(digest: Digest, stream: Omit<Stream, 'session'>): IChain {
  return {
    first: session => firstLink(digest, { ...stream, session }),
    next: (chain, hash) => nextLink(digest, chain, hash)
  };
}

export function isSamePiece(a: IPiece, b: IPiece): boolean {
  return sameBytes(a.hash, b.hash);
}

/** Whether both say the same of the chain at one place, or one of them says nothing. */
export function agrees(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null || sameBytes(a, b);
}

/** Those that are not among the others. */
export function without(pieces: readonly IPiece[], others: readonly IPiece[]): IPiece[] {
  const gone = new Set(others);
  return pieces.filter(piece => !gone.has(piece));
}
