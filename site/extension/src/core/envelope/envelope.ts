/**
 * The envelope: one batch of one session's changes to one document, and the only thing that travels through a class. This
 * is its codec, byte for byte (SYN in docs/SPEC.md; golden vectors in `tests/protocol/envelope.json`, read by
 * `site/peerbook/peer/envelope.py` as well).
 *
 *     version (1 byte), head, tail; each of them written with lib0
 *     head: class (16-32 bytes behind their length), document (text), session (16 bytes), epoch, kind (1 byte)
 *     tail: sequence, [part, parts], chain (0 or 32 bytes behind their length), payload, signature (0 or 64 bytes)
 *
 * The head is what a session's envelopes to one document have in common: a connection says it once (`overlay/shorthand`).
 * What seals and signs it is `seal.ts`; an envelope without a signature can be read, and is nobody's.
 */
import * as encoding from 'lib0/encoding';
import { type Digest, SESSION_BYTES, sessionBytes, sessionText } from '../session';
import { type ReadFault, Reader } from './reader';

export const VERSION = 2;
/** One frame of the relay; `envelope_bytes` in docs/protocol.json. */
export const ENVELOPE_BYTES = 65_536;
/** What goes at once to everybody; more is announced and pulled. `small_bytes` in docs/protocol.json. */
export const SMALL_BYTES = 16_384;
/** Parts one change may be cut into: 15 MB, three times the outputs of a large notebook. `change_parts`. */
export const CHANGE_PARTS = 256;
/** Characters of a document's name: an outputs document's has 178. `document_chars`. */
export const DOCUMENT_CHARS = 255;

/** What the payload is. The byte on the wire is the index. */
export const KINDS = ['document', 'awareness', 'record', 'outputs'] as const;
export type Kind = (typeof KINDS)[number];

export interface IHead {
  /** Which class: 16 to 32 bytes. */
  readonly room: Uint8Array;
  /** The document's name, as `core/document/name.ts` writes it. Printable ASCII. */
  readonly document: string;
  readonly session: string;
  readonly epoch: number;
  readonly kind: Kind;
}

export interface IEnvelope extends IHead {
  /** Counts a session's envelopes of one kind to one document, from 0. */
  readonly sequence: number;
  /** Which part of a change this is, and of how many; 0 of 1 is a whole change. Parts have consecutive sequences. */
  readonly part: number;
  readonly parts: number;
  /** The running hash of the session's chain, in some envelopes. */
  readonly chain: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** The closed set of what can be wrong with an envelope's bytes. */
export const FAULTS = [
  'too-large', // more than ENVELOPE_BYTES
  'version', // another version's
  'cut-short', // ends before what it says
  'left-over', // goes on after its end
  'number', // not the shortest spelling, or above 2^53 - 1
  'class', // not 16 to 32 bytes
  'document', // not 1 to DOCUMENT_CHARS printable ASCII characters
  'kind', // a kind nobody writes
  'part', // a part that cannot be
  'chain', // neither empty nor 32 bytes
  'payload', // empty
  'signature' // neither empty nor 64 bytes
] as const;
export type EnvelopeFault = (typeof FAULTS)[number];

export type Read<Value, Fault> =
  { readonly kind: 'read'; readonly value: Value } | { readonly kind: 'fault'; readonly fault: Fault };

/** The bit of the kind's byte that says that part and parts follow the sequence. */
const IN_PARTS = 0x10;
const PRINTABLE = /^[!-~]+$/;
const EMPTY = new Uint8Array(0);

/** @throws RangeError when it is none: own envelopes are made right. */
export function encodeEnvelope(envelope: IEnvelope): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, encodeFront(envelope));
  encoding.writeVarUint8Array(encoder, envelope.payload);
  encoding.writeVarUint8Array(encoder, envelope.signature);
  const bytes = encoding.toUint8Array(encoder);
  const check = decodeEnvelope(bytes);
  if (check.kind === 'fault') {
    throw new RangeError(`Not an envelope: ${check.fault}`);
  }
  return bytes;
}

/** All that stands before the payload: what is sealed is sealed for this place and no other. */
export function encodeFront(envelope: Omit<IEnvelope, 'payload' | 'signature'>): Uint8Array {
  const inParts = envelope.parts > 1;
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, VERSION);
  encoding.writeUint8Array(encoder, encodeHead(envelope, inParts));
  encoding.writeVarUint(encoder, envelope.sequence);
  if (inParts) {
    encoding.writeVarUint(encoder, envelope.part);
    encoding.writeVarUint(encoder, envelope.parts);
  }
  encoding.writeVarUint8Array(encoder, envelope.chain);
  return encoding.toUint8Array(encoder);
}

function encodeHead(head: IHead, inParts: boolean): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint8Array(encoder, head.room);
  encoding.writeVarString(encoder, head.document);
  encoding.writeUint8Array(encoder, sessionBytes(head.session));
  encoding.writeVarUint(encoder, head.epoch);
  encoding.writeUint8(encoder, KINDS.indexOf(head.kind) | (inParts ? IN_PARTS : 0));
  return encoding.toUint8Array(encoder);
}

/** Reads an envelope that anybody may have written. Its parts are views of `bytes`. */
export function decodeEnvelope(bytes: Uint8Array): Read<IEnvelope, EnvelopeFault> {
  if (bytes.byteLength > ENVELOPE_BYTES) {
    return fault('too-large');
  }
  const reader = new Reader(bytes);
  if (reader.byte() !== VERSION) {
    return fault(reader.fault ? 'cut-short' : 'version');
  }
  const room = reader.block();
  const document = reader.text();
  const session = reader.take(SESSION_BYTES);
  const epoch = reader.number();
  const kindByte = reader.byte();
  const sequence = reader.number();
  const inParts = (kindByte & IN_PARTS) !== 0;
  const part = inParts ? reader.number() : 0;
  const parts = inParts ? reader.number() : 1;
  const chain = reader.block();
  const payload = reader.block();
  const signature = reader.block();
  const kind = KINDS[kindByte & ~IN_PARTS];
  const wrong = reader.fault ? FAULT_OF[reader.fault] : reader.left > 0 ? 'left-over' : null;
  if (wrong) {
    return fault(wrong);
  }
  if (room.byteLength < 16 || room.byteLength > 32) {
    return fault('class');
  }
  if (!PRINTABLE.test(document) || document.length > DOCUMENT_CHARS) {
    return fault('document');
  }
  if (!kind) {
    return fault('kind');
  }
  if (inParts && (parts < 2 || parts > CHANGE_PARTS || part >= parts || part > sequence)) {
    return fault('part');
  }
  if (chain.byteLength !== 0 && chain.byteLength !== 32) {
    return fault('chain');
  }
  if (payload.byteLength === 0) {
    return fault('payload');
  }
  if (signature.byteLength !== 0 && signature.byteLength !== 64) {
    return fault('signature');
  }
  const value: IEnvelope = {
    room,
    document,
    session: sessionText(session),
    epoch,
    kind,
    sequence,
    part,
    parts,
    chain,
    payload,
    signature
  };
  return { kind: 'read', value };
}

/** Where an envelope's head ends, for `shorthand`; only for bytes that `decodeEnvelope` has read. */
export function headLength(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  reader.byte();
  reader.block();
  reader.block();
  reader.take(SESSION_BYTES);
  reader.number();
  reader.byte();
  return bytes.byteLength - reader.left;
}

/** What an envelope is known by: the SHA-256 of all its bytes, signature included. As text, for maps. */
export function envelopeId(digest: Digest, bytes: Uint8Array): string {
  return idText(digest(bytes));
}

export const ID_BYTES = 32;

/** A hash as a key of maps: a character for each byte. */
export function idText(hash: Uint8Array): string {
  // Six times as fast as spreading it, and every message is known by one.
  return String.fromCharCode.apply(null, hash as unknown as number[]);
}

export function idBytes(id: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(id.length);
  for (let index = 0; index < id.length; index += 1) {
    bytes[index] = id.charCodeAt(index);
  }
  return bytes;
}

/** An envelope with nothing in the places that are for later. */
export function plainEnvelope(head: Omit<IHead, 'epoch'>, sequence: number, payload: Uint8Array): IEnvelope {
  return { ...head, epoch: 0, sequence, part: 0, parts: 1, chain: EMPTY, payload, signature: EMPTY };
}

const FAULT_OF: Record<ReadFault, EnvelopeFault> = {
  'cut-short': 'cut-short',
  number: 'number',
  text: 'document'
};

function fault(reason: EnvelopeFault): Read<IEnvelope, EnvelopeFault> {
  return { kind: 'fault', fault: reason };
}
