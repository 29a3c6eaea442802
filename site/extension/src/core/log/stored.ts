/**
 * The log of a document as it is kept on a device [LOG14]: what `storage/storage.ts` appends are records of this form, a
 * title and entries. Storage knows whole records from damaged and half-written ones; what is missing leaves a gap, and
 * what comes after the gap waits for the exchange to fill it.
 *
 *     text "peerbook log 1"; entries, each a byte for its kind and a block
 */
import * as encoding from 'lib0/encoding';
import { idText, type Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { SESSION_BYTES, sessionBytes, sessionText } from '../session';
import type { Log } from './log';
import type { IPiece } from './piece';
import { decodeProof } from './proof';

const TITLE = 'peerbook log 1';
/** The byte on the disk. */
const KINDS = { introduction: 0, piece: 1, refuse: 5, fork: 6 } as const;
const HASH_BYTES = 32;

export type Entry =
  | { readonly kind: 'introduction'; readonly bytes: Uint8Array }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  /** A segment that was refused, by its hash. */
  | {
      readonly kind: 'refuse';
      readonly session: string;
      readonly author: string;
      readonly hash: Uint8Array;
    }
  /** The proof that a session said two things. */
  | { readonly kind: 'fork'; readonly bytes: Uint8Array };

/** Another thing than a log's record; ends early or goes on; an unknown kind; not as its kind is. */
export type StoredFault = 'title' | 'cut-short' | 'number' | 'kind' | 'entry';

export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  for (const entry of entries) {
    encoding.writeUint8(encoder, KINDS[entry.kind]);
    encoding.writeVarUint8Array(encoder, encodeEntry(entry));
  }
  return encoding.toUint8Array(encoder);
}

export function decodeEntries(bytes: Uint8Array): Read<Entry[], StoredFault> {
  const reader = new Reader(bytes);
  if (reader.text() !== TITLE) {
    return fault('title');
  }
  const entries: Entry[] = [];
  while (reader.left > 0) {
    const kind = kindOf(reader.byte());
    const block = reader.block();
    if (reader.fault) {
      break;
    }
    if (!kind) {
      return fault('kind');
    }
    const entry = decodeEntry(kind, block);
    if (!entry) {
      return fault('entry');
    }
    entries.push(entry);
  }
  return reader.fault
    ? fault(reader.fault === 'number' ? 'number' : 'cut-short')
    : { kind: 'read', value: entries };
}

function kindOf(byte: number): Entry['kind'] | undefined {
  return (Object.keys(KINDS) as Entry['kind'][]).find(kind => KINDS[kind] === byte);
}

function encodeEntry(entry: Entry): Uint8Array {
  if (entry.kind !== 'refuse') {
    return entry.bytes;
  }
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, sessionBytes(entry.session));
  encoding.writeVarString(encoder, entry.author);
  encoding.writeUint8Array(encoder, entry.hash);
  return encoding.toUint8Array(encoder);
}

function decodeEntry(kind: Entry['kind'], bytes: Uint8Array): Entry | null {
  if (kind !== 'refuse') {
    return bytes.byteLength > 0 ? { kind, bytes } : null;
  }
  const reader = new Reader(bytes);
  const session = sessionText(reader.take(SESSION_BYTES));
  const author = reader.text();
  const hash = reader.take(HASH_BYTES);
  return reader.fault || reader.left > 0 ? null : { kind, session, author, hash };
}

/**
 * Fills an empty log with what was kept. `introduce` has the introductions first; `read` gives the piece of an entry, or
 * null. What is kept was verified before it was, and its segments compared. What comes after a gap waits in the log.
 */
export function restore(
  log: Log,
  entries: readonly Entry[],
  introduce: (bytes: Uint8Array) => void,
  read: (bytes: Uint8Array) => IPiece | null
): void {
  for (const entry of entries) {
    if (entry.kind === 'introduction') {
      introduce(entry.bytes);
    } else if (entry.kind === 'refuse') {
      log.ban(entry.session, entry.author, idText(entry.hash));
    }
  }
  const given = entries.map(entry => (entry.kind === 'piece' ? read(entry.bytes) : null));
  const pieces = given.filter(piece => piece !== null);
  // In order, so that what waits is only what comes after a gap, and a segment joins before what it stands for.
  pieces.sort((a, b) => a.from - b.from || a.to - b.to);
  pieces.forEach(piece => log.take(piece));
  entries.forEach(entry => entry.kind === 'fork' && prove(log, entry.bytes, read));
}

function prove(log: Log, bytes: Uint8Array, read: (bytes: Uint8Array) => IPiece | null): void {
  const proof = decodeProof(bytes);
  const pieces = proof.kind === 'read' ? proof.value.pieces.map(read) : [];
  const whole = pieces.filter(piece => piece !== null);
  if (whole[0] && whole.length === pieces.length) {
    log.prove(whole[0].session, whole[0].author, whole);
  }
}

function fault(reason: StoredFault): Read<Entry[], StoredFault> {
  return { kind: 'fault', fault: reason };
}
