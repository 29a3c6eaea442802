/** Messages between neighbours, byte for byte (SYN in docs/SPEC.md; golden vectors in `tests/protocol/messages.json`). */
import * as encoding from 'lib0/encoding';
import { joinBytes } from '../bytes';
import { DOCUMENT_CHARS, ID_BYTES, idBytes, idText, type Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { SESSION_BYTES, sessionBytes, sessionText } from '../session';
import { STREAM_BYTES } from '../sync/latest';
import type { IHeardOf, IReach, ISummary, IWant, Message } from './messages';
import { SEEK_BYTES } from './search';
import { REFERENCE_BYTES } from './shorthand';

/** Bytes of pieces in one message, but for a single one that is larger: others get their turn. `entries_bytes`. */
export const ENTRIES_BYTES = 262_144;
/** Documents in one summary. */
export const MOST_SUMMARIES = 256;
/** Sessions of one document in a summary or a question: a year of lessons of a large class. */
export const MOST_REACHES = 20_000;
/** Bytes of a log's digest, and of a chain, in a summary: they are compared between neighbours. */
export const DIGEST_BYTES = 16;
export const CHAIN_BYTES = 16;
/** Streams in one `who`: two for each member of the largest room, marks and statements. */
const MOST_HEARD_OF = 8000;

export type MessageFault = 'empty' | 'type' | 'garbled';

const TYPES = [
  'short',
  'announce',
  'pull',
  'missing',
  'summary',
  'ask',
  'entries',
  'who',
  'unknown',
  'seek',
  'found',
  'take',
  'introduction',
  'who-is',
  'statement',
  'fork',
  'knock',
  'admit'
] as const;
/** Below it the first byte is an envelope's version. */
const MOST_VERSION = 127;
/** This version's types: the version before had its own from 128 on, and none of them is taken for one of these. */
export const FIRST_TYPE = 160;
/** How much a summary says of a document. */
const FORMS = { digest: 0, some: 1, whole: 2 };

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
      message.summaries.forEach(summary => writeSummary(encoder, summary));
      break;
    case 'ask':
      encoding.writeVarString(encoder, message.document);
      encoding.writeVarUint(encoder, message.wants.length);
      for (const { session, from } of message.wants) {
        encoding.writeUint8Array(encoder, sessionBytes(session));
        encoding.writeVarUint(encoder, from);
      }
      break;
    case 'entries':
      encoding.writeVarString(encoder, message.document);
      encoding.writeUint8(encoder, message.isLast ? 1 : 0);
      message.pieces.forEach(piece => encoding.writeVarUint8Array(encoder, piece));
      break;
    case 'who':
      encoding.writeVarUint(encoder, message.known.length);
      for (const { stream, sequence } of message.known) {
        encoding.writeUint8Array(encoder, idBytes(stream));
        encoding.writeVarUint(encoder, sequence);
      }
      break;
    case 'unknown':
      encoding.writeUint8Array(encoder, idBytes(message.reference));
      break;
    case 'seek':
      encoding.writeUint8Array(encoder, idBytes(message.id));
      encoding.writeVarString(encoder, message.document);
      break;
    case 'found':
    case 'take':
      encoding.writeVarString(encoder, message.document);
      break;
    case 'who-is':
      encoding.writeUint8Array(encoder, sessionBytes(message.session));
      break;
    case 'introduction':
    case 'statement':
    case 'fork':
    case 'knock':
    case 'admit':
      return joinBytes([encoding.toUint8Array(encoder), message.bytes]);
  }
  return encoding.toUint8Array(encoder);
}

/** Reads what a neighbour may have written; bytes are views of what was given. Never throws. */
export function decodeMessage(bytes: Uint8Array): Read<Message, MessageFault> {
  const [first] = bytes;
  if (first === undefined) {
    return { kind: 'fault', fault: 'empty' };
  }
  if (first <= MOST_VERSION) {
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
    case 'summary': {
      const flags = reader.byte();
      const summaries = readList(reader, MOST_SUMMARIES, () => readSummary(reader));
      const [fresh, answer] = [(flags & 1) !== 0, (flags & 2) !== 0];
      return summaries && flags < 4 ? { type, fresh, answer, summaries } : null;
    }
    case 'ask': {
      const document = readDocument(reader);
      const wants = readList(reader, MOST_REACHES, (): IWant => {
        return { session: readSession(reader), from: reader.number() };
      });
      return wants && { type, document, wants };
    }
    case 'entries': {
      const document = readDocument(reader);
      const last = reader.byte();
      const pieces: Uint8Array[] = [];
      while (reader.left > 0 && !reader.fault) {
        pieces.push(reader.block());
      }
      return last < 2 ? { type, document, isLast: last === 1, pieces } : null;
    }
    case 'who': {
      const known = readList(reader, MOST_HEARD_OF, (): IHeardOf => {
        return { stream: idText(reader.take(STREAM_BYTES)), sequence: reader.number() };
      });
      return known && { type, known };
    }
    case 'unknown':
      return { type, reference: idText(reader.take(REFERENCE_BYTES)) };
    case 'seek':
      return { type, id: idText(reader.take(SEEK_BYTES)), document: readDocument(reader) };
    case 'found':
    case 'take':
      return { type, document: readDocument(reader) };
    case 'who-is':
      return { type, session: readSession(reader) };
    case 'introduction':
    case 'statement':
    case 'fork':
    case 'knock':
    case 'admit':
      return { type, bytes: reader.rest() };
  }
}

function writeSummary(encoder: encoding.Encoder, { document, digest, reaches, isWhole }: ISummary): void {
  encoding.writeVarString(encoder, document);
  encoding.writeUint8Array(encoder, digest);
  encoding.writeUint8(encoder, !reaches ? FORMS.digest : isWhole ? FORMS.whole : FORMS.some);
  if (reaches) {
    encoding.writeVarUint(encoder, reaches.length);
    for (const { session, count, chain } of reaches) {
      encoding.writeUint8Array(encoder, sessionBytes(session));
      encoding.writeVarUint(encoder, count);
      encoding.writeUint8Array(encoder, chain);
    }
  }
}

function readSummary(reader: Reader): ISummary | null {
  const document = readDocument(reader);
  const digest = reader.take(DIGEST_BYTES);
  const form = reader.byte();
  if (form === FORMS.digest) {
    return { document, digest, reaches: null, isWhole: false };
  }
  const reaches = readList(reader, MOST_REACHES, (): IReach => {
    return { session: readSession(reader), count: reader.number(), chain: reader.take(CHAIN_BYTES) };
  });
  return reaches && form <= FORMS.whole ? { document, digest, reaches, isWhole: form === FORMS.whole } : null;
}

/** Null when there are too many, or one of them is none. Grows with what is there, not with what is said to come. */
function readList<Item>(reader: Reader, most: number, read: () => Item | null): Item[] | null {
  const count = reader.number();
  if (count > most) {
    return null;
  }
  const items: Item[] = [];
  for (let index = 0; index < count && !reader.fault; index += 1) {
    const item = read();
    if (item === null) {
      return null;
    }
    items.push(item);
  }
  return items;
}

function readDocument(reader: Reader): string {
  return reader.text().slice(0, DOCUMENT_CHARS);
}

function readSession(reader: Reader): string {
  return sessionText(reader.take(SESSION_BYTES));
}
