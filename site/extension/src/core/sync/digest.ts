/**
 * Two replicas with the same digest are equal: it covers what each client wrote (the state vector) and what of it was
 * deleted. Contents join it when changes are signed; until then the same clock is taken for the same content.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Digest } from '../session';

/** Half a SHA-256: it is compared, never relied on against forgers. */
export const DIGEST_BYTES = 16;

/** Changes seen, client by client: the clock after the last. */
export function vectorOf(doc: Y.Doc): Map<number, number> {
  return Y.decodeStateVector(Y.encodeStateVector(doc));
}

export function stateDigest(doc: Y.Doc, digest: Digest): Uint8Array {
  const encoder = encoding.createEncoder();
  const clients = [...vectorOf(doc)].sort(byClient);
  encoding.writeVarUint(encoder, clients.length);
  for (const [client, clock] of clients) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
  }
  // Ranges are merged and ascending, whatever order things were deleted in.
  const deleted = [...Y.createDeleteSetFromStructStore(doc.store).clients].sort(byClient);
  encoding.writeVarUint(encoder, deleted.length);
  for (const [client, ranges] of deleted) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, len);
    }
  }
  return digest(encoding.toUint8Array(encoder)).slice(0, DIGEST_BYTES);
}

function byClient(a: readonly [number, unknown], b: readonly [number, unknown]): number {
  return a[0] - b[0];
}
