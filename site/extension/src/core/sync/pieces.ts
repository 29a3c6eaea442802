/** Pieces of logs as they travel and as they are kept: envelopes and segments, read out of their bytes. */
import { decodeEnvelope, type IEnvelope } from '../envelope/envelope';
import { decodeSegment, type ISegment, isSegment } from '../envelope/segment';
import type { IPiece } from '../log/piece';
import type { Digest } from '../session';

export type ReadPiece =
  | { readonly form: 'envelope'; readonly value: IEnvelope }
  | { readonly form: 'segment'; readonly value: ISegment };

/** Null for what is neither. */
export function readPiece(bytes: Uint8Array): ReadPiece | null {
  if (isSegment(bytes)) {
    const read = decodeSegment(bytes);
    return read.kind === 'read' ? { form: 'segment', value: read.value } : null;
  }
  const read = decodeEnvelope(bytes);
  return read.kind === 'read' ? { form: 'envelope', value: read.value } : null;
}

/** For a log. A copy: what came is a view of what a connection may use again. */
export function pieceOf(digest: Digest, read: ReadPiece, bytes: Uint8Array, author: string): IPiece {
  const own = bytes.slice();
  const { session } = read.value;
  const about = { session, author, bytes: own, hash: digest(own) };
  if (read.form === 'segment') {
    const { signer, from, to, chainFrom, chainTo } = read.value;
    const chains = { before: chainFrom.slice(), after: chainTo.slice() };
    return { form: 'segment', ...about, signer, from, to, part: 0, parts: 1, ...chains };
  }
  const { sequence, part, parts, chain } = read.value;
  return {
    ...{ form: 'envelope', ...about, signer: session, from: sequence, to: sequence + 1, part, parts },
    before: chain.byteLength > 0 ? chain.slice() : null,
    after: null
  };
}

/** Of the key that it is sealed with; 0 for what is no piece. */
export function epochOf({ bytes }: IPiece): number {
  return readPiece(bytes)?.value.epoch ?? 0;
}
