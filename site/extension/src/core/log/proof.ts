/**
 * The proof of a fork: pieces that one session (or its person, in segments) signed and that cannot all be true. Whoever
 * has it needs nothing else: the introductions it needs are in it, and where a chain begins everybody knows [LOG5].
 */
import * as encoding from 'lib0/encoding';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { agrees, type Form, FORMS, type IChain, type IPiece, isSamePiece } from './piece';

/** Pieces of one proof: 17 prove a chain, twice, and a way through segments. `proof_pieces` in docs/protocol.json. */
export const PROOF_PIECES = 64;
const TITLE = 'peerbook fork 1';

export interface IProof {
  readonly introductions: readonly Uint8Array[];
  readonly pieces: readonly { readonly form: Form; readonly bytes: Uint8Array }[];
}

/** The first that fits: not "peerbook fork 1", ends early, a number's spelling, goes on after its end, too many or no pieces, an unknown form. */
export const PROOF_FAULTS = ['title', 'cut-short', 'number', 'left-over', 'pieces', 'form'] as const;
export type ProofFault = (typeof PROOF_FAULTS)[number];

export function encodeProof({ introductions, pieces }: IProof): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  encoding.writeVarUint(encoder, introductions.length);
  introductions.forEach(bytes => encoding.writeVarUint8Array(encoder, bytes));
  encoding.writeVarUint(encoder, pieces.length);
  for (const { form, bytes } of pieces) {
    encoding.writeUint8(encoder, FORMS.indexOf(form));
    encoding.writeVarUint8Array(encoder, bytes);
  }
  return encoding.toUint8Array(encoder);
}

/** Reads what anybody may have written; the pieces are views of `bytes`, and not verified. */
export function decodeProof(bytes: Uint8Array): Read<IProof, ProofFault> {
  const reader = new Reader(bytes);
  if (reader.text() !== TITLE) {
    return fault(reader.fault === 'cut-short' ? 'cut-short' : 'title');
  }
  const introductions: Uint8Array[] = [];
  const pieces: { form: Form; bytes: Uint8Array }[] = [];
  const introduced = reader.number();
  for (let left = Math.min(introduced, PROOF_PIECES); left > 0; left -= 1) {
    introductions.push(reader.block());
  }
  const said = reader.number();
  let isForm = true;
  for (let left = Math.min(said, PROOF_PIECES); left > 0; left -= 1) {
    const form = FORMS[reader.byte()];
    isForm &&= form !== undefined;
    pieces.push({ form: form ?? 'envelope', bytes: reader.block() });
  }
  if (introduced > PROOF_PIECES || said > PROOF_PIECES || (said < 2 && !reader.fault)) {
    return fault('pieces');
  }
  if (reader.fault) {
    return fault(reader.fault === 'number' ? 'number' : 'cut-short');
  }
  if (reader.left > 0) {
    return fault('left-over');
  }
  return isForm ? { kind: 'read', value: { introductions, pieces } } : fault('form');
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
  { pieces }: IProof,
  links: IChain,
  verify: (form: Form, bytes: Uint8Array, then: (piece: IPiece | null) => void) => void,
  then: (proven: readonly IPiece[] | null) => void
): void {
  const found: IPiece[] = [];
  const go = (): void => {
    const next = pieces[found.length];
    if (!next) {
      then(isContradictory(found, links) ? found : null);
      return;
    }
    verify(next.form, next.bytes, piece => {
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

function fault(reason: ProofFault): Read<IProof, ProofFault> {
  return { kind: 'fault', fault: reason };
}
