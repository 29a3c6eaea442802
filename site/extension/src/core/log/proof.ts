/**
 * The proof of a fork: pieces that one session (or its person, in segments) signed and that cannot all be true. Whoever
 * has it needs nothing else: the introductions it needs are in it, and where a chain begins everybody knows [LOG5].
 */
import * as encoding from 'lib0/encoding';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { type BundleFault, type IBundle, readBundle, writeBundle } from './bundle';
import { agrees, type IChain, type IPiece, isSamePiece } from './piece';

/** Pieces of one proof: 17 prove a chain, twice, and a way through segments. `proof_pieces` in docs/protocol.json. */
export const PROOF_PIECES = 64;
const TITLE = 'peerbook fork 1';

export type ProofFault = 'title' | BundleFault;

/** @throws RangeError for what is no proof. */
export function encodeProof(bundle: IBundle): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  writeBundle(encoder, bundle);
  const bytes = encoding.toUint8Array(encoder);
  const check = decodeProof(bytes);
  if (check.kind === 'fault') {
    throw new RangeError(`Not a proof: ${check.fault}`);
  }
  return bytes;
}

/** Reads what anybody may have written; the pieces are views of `bytes`, and not verified. */
export function decodeProof(bytes: Uint8Array): Read<IBundle, ProofFault> {
  const reader = new Reader(bytes);
  if (reader.text() !== TITLE) {
    return { kind: 'fault', fault: 'title' };
  }
  const read = readBundle(reader, PROOF_PIECES);
  return read.kind === 'read' && read.value.pieces.length < 2 ? { kind: 'fault', fault: 'pieces' } : read;
}

/** Whether these pieces, all of them verified, cannot all be true. */
export function isContradictory(pieces: readonly IPiece[], links: IChain): boolean {
  const session = pieces[0]?.session;
  if (session === undefined || pieces.some(piece => piece.session !== session)) {
    return false;
  }
  const sorted = [...pieces].sort((a, b) => a.from - b.from || a.to - b.to);
  const envelopes = sorted.filter(piece => piece.form === 'envelope');
  const chains = new Map([[0, links.first(session)]]);
  /** Whether the chain at a place was something else. */
  const contradicts = (place: number, chain: Uint8Array | null): boolean => {
    const other = chains.get(place) ?? null;
    if (chain && !other) {
      chains.set(place, chain);
    }
    return !agrees(other, chain);
  };
  return (
    envelopes.some((piece, index) => {
      const next = envelopes[index + 1];
      return next?.from === piece.from && !isSamePiece(next, piece);
    }) ||
    sorted.some(piece => contradicts(piece.from, piece.before) || contradicts(piece.to, piece.after)) ||
    envelopes.some(piece => {
      const chain = chains.get(piece.from);
      return chain !== undefined && contradicts(piece.to, links.next(chain, piece.hash));
    })
  );
}

/**
 * Verifies each piece with what the engine verifies all pieces with (null: none of this document, or not genuine; the
 * proof's introductions are known to it by then), and gives them if they contradict each other.
 */
export function verifyProof(
  { pieces }: IBundle,
  links: IChain,
  verify: (bytes: Uint8Array, then: (piece: IPiece | null) => void) => void,
  then: (proven: readonly IPiece[] | null) => void
): void {
  const found: IPiece[] = [];
  const go = (): void => {
    const next = pieces[found.length];
    if (!next) {
      then(isContradictory(found, links) ? found : null);
      return;
    }
    verify(next, piece => {
      if (!piece) {
        then(null);
        return;
      }
      found.push(piece);
      go();
    });
  };
  go();
}
