/**
 * A segment: a range of what one session wrote to a document, merged, sealed and signed again as one by a session of the
 * same participant, with the chain at both ends [ENV7]. This is its codec; `compact.ts` makes and opens them.
 *
 *     text "peerbook segment 1", class (block), document (text), session (16 bytes), kind (1 byte), epoch, from, to,
 *     chain at from (32), chain at to (32), signer's session (16), nonce (12), payload (block), signature (64)
 */
import * as encoding from 'lib0/encoding';
import { SESSION_BYTES, sessionBytes, sessionText } from '../session';
import { CHAIN_BYTES } from './chain';
import { DOCUMENT_CHARS, type IHead, KINDS, type Kind, type Read } from './envelope';
import { type ReadFault, Reader } from './reader';
import { NONCE_BYTES, SIGNATURE_BYTES } from './seal';

/** The largest segment: sixteen answers' worth of an exchange between neighbours. `segment_bytes` in docs/protocol.json. */
export const SEGMENT_BYTES = 4_000_000;
export const SEGMENT_TITLE = 'peerbook segment 1';
/** What has a log: of awareness and records only the latest counts. */
export const LOGGED = ['document', 'outputs'] as const satisfies readonly Kind[];
export type Logged = (typeof LOGGED)[number];

export interface ISegmentPlace extends IHead {
  readonly kind: Logged;
  /** The envelopes from this sequence to before that one. */
  readonly from: number;
  readonly to: number;
  readonly chainFrom: Uint8Array;
  readonly chainTo: Uint8Array;
  /** The session that signed it. */
  readonly signer: string;
}

export interface ISegment extends ISegmentPlace {
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** The closed set of what can be wrong with a segment's bytes. */
export const SEGMENT_FAULTS = [
  'too-large', // more than SEGMENT_BYTES
  'title', // it does not begin as segments do
  'cut-short', // ends before what it says
  'number', // not the shortest spelling, or above 2^53 - 1
  'document', // not 1 to DOCUMENT_CHARS printable ASCII characters
  'left-over', // goes on after its end
  'class', // not 16 to 32 bytes
  'kind', // a kind that has no log
  'range', // nothing in it
  'payload' // empty
] as const;
export type SegmentFault = (typeof SEGMENT_FAULTS)[number];

const PRINTABLE = /^[!-~]+$/;

/** All that stands before the payload, nonce included. */
export function encodeSegmentFront(place: ISegmentPlace, nonce: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, SEGMENT_TITLE);
  encoding.writeVarUint8Array(encoder, place.room);
  encoding.writeVarString(encoder, place.document);
  encoding.writeUint8Array(encoder, sessionBytes(place.session));
  encoding.writeUint8(encoder, KINDS.indexOf(place.kind));
  [place.epoch, place.from, place.to].forEach(number => encoding.writeVarUint(encoder, number));
  encoding.writeUint8Array(encoder, place.chainFrom);
  encoding.writeUint8Array(encoder, place.chainTo);
  encoding.writeUint8Array(encoder, sessionBytes(place.signer));
  encoding.writeUint8Array(encoder, nonce);
  return encoding.toUint8Array(encoder);
}

/** @throws RangeError when it is none: own segments are made right. */
export function encodeSegment(segment: ISegment): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, encodeSegmentFront(segment, segment.nonce));
  encoding.writeVarUint8Array(encoder, segment.payload);
  encoding.writeUint8Array(encoder, segment.signature);
  const bytes = encoding.toUint8Array(encoder);
  const check = decodeSegment(bytes);
  if (check.kind === 'fault') {
    throw new RangeError(`Not a segment: ${check.fault}`);
  }
  return bytes;
}

/** Whether bytes begin as a segment does: in a log and between neighbours it is told from an envelope by its first byte. */
export function isSegment(bytes: Uint8Array): boolean {
  return bytes[0] === SEGMENT_TITLE.length;
}

/** Reads a segment that anybody may have written. Its parts are views of `bytes`. */
export function decodeSegment(bytes: Uint8Array): Read<ISegment, SegmentFault> {
  if (bytes.byteLength > SEGMENT_BYTES) {
    return fault('too-large');
  }
  const reader = new Reader(bytes);
  const title = reader.text();
  if (title !== SEGMENT_TITLE) {
    return fault(reader.fault && isSegment(bytes) ? 'cut-short' : 'title');
  }
  const room = reader.block();
  const document = reader.text();
  const session = reader.take(SESSION_BYTES);
  const kindByte = reader.byte();
  const [epoch, from, to] = [reader.number(), reader.number(), reader.number()];
  const [chainFrom, chainTo] = [reader.take(CHAIN_BYTES), reader.take(CHAIN_BYTES)];
  const signer = reader.take(SESSION_BYTES);
  const nonce = reader.take(NONCE_BYTES);
  const payload = reader.block();
  const signature = reader.take(SIGNATURE_BYTES);
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
  const kind = LOGGED.find(each => KINDS.indexOf(each) === kindByte);
  if (!kind) {
    return fault('kind');
  }
  if (from >= to) {
    return fault('range');
  }
  if (payload.byteLength === 0) {
    return fault('payload');
  }
  const place = { room, document, session: sessionText(session), kind, epoch, from, to, chainFrom, chainTo };
  return { kind: 'read', value: { ...place, signer: sessionText(signer), nonce, payload, signature } };
}

const FAULT_OF: Record<ReadFault, SegmentFault> = {
  'cut-short': 'cut-short',
  number: 'number',
  text: 'document'
};

function fault(reason: SegmentFault): Read<ISegment, SegmentFault> {
  return { kind: 'fault', fault: reason };
}
