/**
 * The running hash over what a session wrote to a document: who shows two people two texts has two chains, and that shows
 * as soon as the two compare them [ENV4, ENV5].
 */
import * as encoding from 'lib0/encoding';
import { type Digest, sessionBytes } from '../session';
import { type IEnvelope, type IHead, KINDS } from './envelope';

/** Every so many envelopes carry the chain; `chain_every` in docs/protocol.json. 32 bytes, so two for each envelope. */
export const CHAIN_EVERY = 16;
export const CHAIN_BYTES = 32;
const TITLE = 'peerbook chain 1';

/** What is counted from 0 and has a chain: one session's envelopes of one kind to one document. */
export type Stream = Omit<IHead, 'epoch'>;

/** The chain before the first envelope. */
export function firstLink(digest: Digest, { room, document, session, kind }: Stream): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  encoding.writeVarUint8Array(encoder, room);
  encoding.writeVarString(encoder, document);
  encoding.writeUint8Array(encoder, sessionBytes(session));
  encoding.writeUint8(encoder, KINDS.indexOf(kind));
  return digest(encoding.toUint8Array(encoder));
}

/** The chain after one more envelope, of which `id` is the SHA-256 of all its bytes. */
export function nextLink(digest: Digest, chain: Uint8Array, id: Uint8Array): Uint8Array {
  const both = new Uint8Array(CHAIN_BYTES + id.byteLength);
  both.set(chain);
  both.set(id, CHAIN_BYTES);
  return digest(both);
}

/** Whether the envelope with this sequence says how the chain stands before it. */
export function carriesChain(sequence: number): boolean {
  return sequence > 0 && sequence % CHAIN_EVERY === 0;
}

/** Whether the chain is where it has to be, and nowhere else; whether it is the right one knows who has those before. */
export function isChainPlaced({ sequence, chain }: IEnvelope): boolean {
  return chain.byteLength === (carriesChain(sequence) ? CHAIN_BYTES : 0);
}
