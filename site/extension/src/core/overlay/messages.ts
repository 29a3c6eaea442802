/**
 * What neighbours say to each other over a connection, byte for byte. The first byte tells: below 128 it is the version of
 * an envelope, which is passed on as it is; the others are between two neighbours and go no further.
 */
import * as encoding from 'lib0/encoding';
import { joinBytes } from '../bytes';
import { DOCUMENT_CHARS, ID_BYTES, idBytes, idText, type Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { DIGEST_BYTES, type Vector } from '../sync/digest';
import { STREAM_BYTES } from '../sync/latest';
import { SEEK_BYTES } from './search';
import { REFERENCE_BYTES } from './shorthand';

/** Bytes of a state in one message: a quarter of what may be under way, so that others get their turn. */
export const STATE_BYTES = 262_144;
/** Documents in one summary. */
export const MOST_SUMMARIES = 256;
/** Clients of one vector: a session each; a year of lessons of a large class. */
const MOST_CLIENTS = 100_000;

/** Streams in one `who`: two for each member of the largest room, and the marks. */
const MOST_HEARD_OF = 5000;

/** How far a replica is. */
export interface ISummary {
  readonly document: string;
  readonly digest: Uint8Array;
  readonly vector: Vector;
}

/** The latest that is known of what a session says of itself; `stream` stands for session, document and kind. */
export interface IHeardOf {
  readonly stream: string;
  readonly sequence: number;
}

export type Message =
  | { readonly type: 'envelope'; readonly bytes: Uint8Array }
  | { readonly type: 'short'; readonly reference: string; readonly tail: Uint8Array }
  /** There is an envelope too large to be sent unasked. */
  | { readonly type: 'announce'; readonly id: string; readonly size: number; readonly document: string }
  | { readonly type: 'pull'; readonly id: string }
  /** The answer to a pull of what is no longer here. */
  | { readonly type: 'missing'; readonly id: string }
  /**
   * `fresh`: nothing is on its way between the two that might explain a difference. `answer`: a replica that has more
   * answers with its own summary.
   */
  | {
      readonly type: 'summary';
      readonly fresh: boolean;
      readonly answer: boolean;
      readonly summaries: readonly ISummary[];
    }
  | {
      readonly type: 'ask';
      readonly document: string;
      readonly vector: Vector;
      readonly deletions: Uint8Array;
    }
  /** A part of the answer to an ask. `digest`: of the whole state it was taken from. */
  | {
      readonly type: 'state';
      readonly document: string;
      readonly digest: Uint8Array;
      readonly part: number;
      readonly parts: number;
      readonly bytes: Uint8Array;
    }
  /** Tell me what is newer than this. */
  | { readonly type: 'who'; readonly known: readonly IHeardOf[] }
  /** That head was never said, or is forgotten: say it again. */
  | { readonly type: 'unknown'; readonly reference: string }
  /** Who has this document? Passed on by those who do not. */
  | { readonly type: 'seek'; readonly id: string; readonly document: string }
  /** The way to it leads through me. */
  | { readonly type: 'found'; readonly document: string }
  /** Then bring it. */
  | { readonly type: 'take'; readonly document: string };

export type MessageFault = 'empty' | 'type' | 'garbled';

const TYPES = [
  'short',
  'announce',
  'pull',
  'missing',
  'summary',
  'ask',
  'state',
  'who',
  'unknown',
  'seek',
  'found',
  'take'
] as const;
const FIRST_TYPE = 128;

export function encodeMessage(message: Message): Uint8Array {
  if (message.type === 'envelope') {
    return message.bytes;
  }
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, FIRST_TYPE + TYPES.indexOf(message.type));
  switch (message.type) {
    case 'short':
      encoding.writeUint8Array(encoder, idBytes(message.reference));
      encoding.writeUint8Array(encoder, message.tail);
      break;
    case 'announce':
      encoding.writeUint8Array(encoder, idBytes(message.id));
      encoding.writeVarUint(encoder, message.size);
      encoding.writeVarString(encoder, message.document);
      break;
    case 'pull':
    case 'missing':
      encoding.writeUint8Array(encoder, idBytes(message.id));
      break;
    case 'summary':
      encoding.writeUint8(encoder, (message.fresh ? 1 : 0) | (message.answer ? 2 : 0));
      encoding.writeVarUint(encoder, message.summaries.length);
      for (const { document, digest, vector } of message.summaries) {
        encoding.writeVarString(encoder, document);
        encoding.writeUint8Array(encoder, digest);
        writeVector(encoder, vector);
      }
      break;
    case 'ask':
      encoding.writeVarString(encoder, message.document);
      writeVector(encoder, message.vector);
      encoding.writeUint8Array(encoder, message.deletions);
      break;
    case 'state':
      encoding.writeVarString(encoder, message.document);
      encoding.writeUint8Array(encoder, message.digest);
      encoding.writeVarUint(encoder, message.part);
      encoding.writeVarUint(encoder, message.parts);
      // A quarter of a megabyte, and twenty of them: copied once.
      return joinBytes([encoding.toUint8Array(encoder), message.bytes]);
    case 'seek':
      encoding.writeUint8Array(encoder, idBytes(message.id));
      encoding.writeVarString(encoder, message.document);
      break;
    case 'found':
    case 'take':
      encoding.writeVarString(encoder, message.document);
      break;
    case 'unknown':
      encoding.writeUint8Array(encoder, idBytes(message.reference));
      break;
    case 'who':
      encoding.writeVarUint(encoder, message.known.length);
      for (const { stream, sequence } of message.known) {
        encoding.writeUint8Array(encoder, idBytes(stream));
        encoding.writeVarUint(encoder, sequence);
      }
      break;
  }
  return encoding.toUint8Array(encoder);
}

/** Reads what a neighbour may have written. Never throws. */
export function decodeMessage(bytes: Uint8Array): Read<Message, MessageFault> {
  const [first] = bytes;
  if (first === undefined) {
    return { kind: 'fault', fault: 'empty' };
  }
  if (first < FIRST_TYPE) {
    return { kind: 'read', value: { type: 'envelope', bytes } };
  }
  const type = TYPES[first - FIRST_TYPE];
  if (!type) {
    return { kind: 'fault', fault: 'type' };
  }
  const reader = new Reader(bytes.subarray(1));
  const value = readBody(type, reader);
  return !value || reader.fault || reader.left > 0
    ? { kind: 'fault', fault: 'garbled' }
    : { kind: 'read', value };
}

function readBody(type: (typeof TYPES)[number], reader: Reader): Message | null {
  switch (type) {
    case 'short':
      return { type, reference: idText(reader.take(REFERENCE_BYTES)), tail: reader.rest() };
    case 'announce':
      return {
        type,
        id: idText(reader.take(ID_BYTES)),
        size: reader.number(),
        document: readDocument(reader)
      };
    case 'pull':
    case 'missing':
      return { type, id: idText(reader.take(ID_BYTES)) };
    case 'summary':
      return readSummaries(reader);
    case 'ask':
      return { type, document: readDocument(reader), vector: readVector(reader), deletions: reader.rest() };
    case 'state': {
      const document = readDocument(reader);
      const digest = reader.take(DIGEST_BYTES);
      const [part, parts] = [reader.number(), reader.number()];
      const state: Message = { type, document, digest, part, parts, bytes: reader.rest() };
      return part < parts && state.bytes.byteLength <= STATE_BYTES ? state : null;
    }
    case 'seek':
      return { type, id: idText(reader.take(SEEK_BYTES)), document: readDocument(reader) };
    case 'found':
    case 'take':
      return { type, document: readDocument(reader) };
    case 'unknown':
      return { type, reference: idText(reader.take(REFERENCE_BYTES)) };
    case 'who': {
      const known: IHeardOf[] = [];
      for (let left = Math.min(reader.number(), MOST_HEARD_OF); left > 0 && !reader.fault; left -= 1) {
        known.push({ stream: idText(reader.take(STREAM_BYTES)), sequence: reader.number() });
      }
      return { type, known };
    }
  }
}

function readSummaries(reader: Reader): Message | null {
  const flags = reader.byte();
  const count = reader.number();
  if (count > MOST_SUMMARIES) {
    return null;
  }
  const summaries: ISummary[] = [];
  for (let index = 0; index < count && !reader.fault; index += 1) {
    summaries.push({
      document: readDocument(reader),
      digest: reader.take(DIGEST_BYTES),
      vector: readVector(reader)
    });
  }
  return { type: 'summary', fresh: (flags & 1) !== 0, answer: (flags & 2) !== 0, summaries };
}

function readDocument(reader: Reader): string {
  return reader.text().slice(0, DOCUMENT_CHARS);
}

function writeVector(encoder: encoding.Encoder, vector: Vector): void {
  encoding.writeVarUint(encoder, vector.size);
  for (const [client, clock] of vector) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
  }
}

function readVector(reader: Reader): Map<number, number> {
  const vector = new Map<number, number>();
  const count = Math.min(reader.number(), MOST_CLIENTS);
  for (let index = 0; index < count && !reader.fault; index += 1) {
    vector.set(reader.number(), reader.number());
  }
  return vector;
}
