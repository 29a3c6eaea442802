/**
 * The log of a document as it is kept on a device [LOG14]: what `storage/storage.ts` appends are records of this form, a
 * title and entries. Storage knows whole records from damaged and half-written ones; what is missing leaves a gap, and
 * what comes after the gap waits for the exchange to fill it.
 *
 *     text "peerbook log 1"; entries, each a byte for its kind and a block
 */
import * as encoding from 'lib0/encoding';
import { idBytes, idText, type Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { SESSION_BYTES, sessionBytes, sessionText } from '../session';
import type { Log } from './log';
import type { IPiece } from './piece';
import { decodeProof, encodeProof } from './proof';

const TITLE = 'peerbook log 1';
/** The byte on the disk is the index. */
const KINDS = ['introduction', 'piece', 'stop', 'cut', 'lift', 'refuse', 'fork'] as const;
const HASH_BYTES = 32;

export type Entry =
  | { readonly kind: 'introduction'; readonly bytes: Uint8Array }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  /** `piece`: the envelope that stopped it, or nothing. */
  | { readonly kind: 'stop'; readonly session: string; readonly place: number; readonly piece: Uint8Array }
  | {
      readonly kind: 'cut';
      readonly session: string;
      readonly author: string;
      readonly count: number;
      readonly chain: Uint8Array | null;
    }
  | { readonly kind: 'lift'; readonly session: string; readonly author: string }
  /** A segment that was refused, by its hash. */
  | {
      readonly kind: 'refuse';
      readonly session: string;
      readonly author: string;
      readonly hash: Uint8Array;
    }
  /** The proof that a session said two things. */
  | { readonly kind: 'fork'; readonly bytes: Uint8Array };

/** Not a log's record (the version before kept changes as they were); ends early or goes on; an unknown kind; not as its kind is. */
export type StoredFault = 'title' | 'cut-short' | 'number' | 'kind' | 'entry';

export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  for (const entry of entries) {
    encoding.writeUint8(encoder, KINDS.indexOf(entry.kind));
    encoding.writeVarUint8Array(encoder, encodeEntry(entry));
  }
  return encoding.toUint8Array(encoder);
}

/** What begins otherwise is a change of the version before logs: apply it, and say it as one's own. */
export function isStoredLog(bytes: Uint8Array): boolean {
  return new Reader(bytes).text() === TITLE;
}

export function decodeEntries(bytes: Uint8Array): Read<Entry[], StoredFault> {
  const reader = new Reader(bytes);
  if (reader.text() !== TITLE) {
    return fault('title');
  }
  const entries: Entry[] = [];
  while (reader.left > 0 && !reader.fault) {
    const kind = KINDS[reader.byte()];
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

function encodeEntry(entry: Entry): Uint8Array {
  const encoder = encoding.createEncoder();
  switch (entry.kind) {
    case 'introduction':
    case 'piece':
    case 'fork':
      return entry.bytes;
    case 'stop':
      encoding.writeUint8Array(encoder, sessionBytes(entry.session));
      encoding.writeVarUint(encoder, entry.place);
      encoding.writeUint8Array(encoder, entry.piece);
      break;
    case 'cut':
      encoding.writeUint8Array(encoder, sessionBytes(entry.session));
      encoding.writeVarString(encoder, entry.author);
      encoding.writeVarUint(encoder, entry.count);
      encoding.writeUint8Array(encoder, entry.chain ?? new Uint8Array(0));
      break;
    case 'lift':
    case 'refuse':
      encoding.writeUint8Array(encoder, sessionBytes(entry.session));
      encoding.writeVarString(encoder, entry.author);
      encoding.writeUint8Array(encoder, entry.kind === 'refuse' ? entry.hash : new Uint8Array(0));
  }
  return encoding.toUint8Array(encoder);
}

function decodeEntry(kind: Entry['kind'], bytes: Uint8Array): Entry | null {
  if (kind === 'introduction' || kind === 'piece' || kind === 'fork') {
    return bytes.byteLength > 0 ? { kind, bytes } : null;
  }
  const reader = new Reader(bytes);
  const session = sessionText(reader.take(SESSION_BYTES));
  if (kind === 'stop') {
    const place = reader.number();
    return reader.fault ? null : { kind, session, place, piece: reader.rest() };
  }
  const author = reader.text();
  if (kind === 'lift') {
    return reader.fault || reader.left > 0 ? null : { kind, session, author };
  }
  if (kind === 'refuse') {
    const hash = reader.take(HASH_BYTES);
    return reader.fault || reader.left > 0 ? null : { kind, session, author, hash };
  }
  const count = reader.number();
  const chain = reader.left === 0 ? null : reader.take(HASH_BYTES);
  return reader.fault || reader.left > 0 ? null : { kind, session, author, count, chain };
}

/** What one result of the log is kept as. Pieces that wait are not kept: they come again. */
export function entriesOf(
  pieces: readonly IPiece[],
  introduction: (session: string) => Uint8Array | undefined
): Entry[] {
  const entries: Entry[] = [];
  for (const { session, signer, bytes } of pieces) {
    for (const each of new Set([session, signer])) {
      const introduced = introduction(each);
      if (introduced) {
        entries.push({ kind: 'introduction', bytes: introduced });
      }
    }
    entries.push({ kind: 'piece', bytes });
  }
  return entries;
}

/** Everything a log is, for one record in the place of all before it; `left` (of `restore`) stays, too. */
export function snapshotOf(
  log: Log,
  introductions: Iterable<Uint8Array>,
  left: readonly IPiece[] = []
): Entry[] {
  const entries: Entry[] = [...introductions].map(bytes => ({ kind: 'introduction', bytes }));
  for (const session of log.sessions) {
    const author = log.authorOf(session)!;
    const [stop, cut] = [log.stopAt(session), log.cutAt(session)];
    log.kept(session).forEach(({ bytes }) => entries.push({ kind: 'piece', bytes }));
    log
      .refusedOf(session)
      .forEach(hash => entries.push({ kind: 'refuse', session, author, hash: idBytes(hash) }));
    const proof = log.proofOf(session);
    if (proof) {
      const pieces = proof.map(({ bytes }) => bytes);
      // The introductions are entries of their own.
      entries.push({ kind: 'fork', bytes: encodeProof({ introductions: [], pieces }) });
    }
    if (stop) {
      const piece = stop.piece?.bytes ?? new Uint8Array(0);
      entries.push({ kind: 'stop', session, place: stop.at, piece });
    }
    if (cut) {
      entries.push({ kind: 'cut', session, author, count: cut.count, chain: cut.chain });
    }
  }
  left.forEach(({ bytes }) => entries.push({ kind: 'piece', bytes }));
  return entries;
}

export interface IRestored {
  /** Pieces that do not follow on what is here: a gap is before them, which the exchange fills. They are kept. */
  readonly left: readonly IPiece[];
  /** Entries that cannot be read as what they say: set aside. */
  readonly unread: number;
}

/**
 * Fills an empty log with what was kept. `introduce` has the introductions first; `read` gives the piece of an entry, or
 * null. What is kept was verified before it was, and its segments compared.
 */
export function restore(
  log: Log,
  entries: readonly Entry[],
  introduce: (bytes: Uint8Array) => void,
  read: (bytes: Uint8Array) => IPiece | null
): IRestored {
  entries.forEach(entry => entry.kind === 'introduction' && introduce(entry.bytes));
  entries.forEach(
    entry => entry.kind === 'refuse' && log.ban(entry.session, entry.author, idText(entry.hash))
  );
  const given = entries.flatMap(entry => (entry.kind === 'piece' ? [entry.bytes] : stopperOf(entry)));
  const found = given.map(read);
  const pieces = found.filter(piece => piece !== null);
  // In order, so that what waits is only what comes after a gap, and a segment joins before what it stands for.
  pieces.sort((a, b) => a.from - b.from || a.to - b.to);
  pieces.forEach(piece => log.take(piece));
  entries.forEach(entry => replay(log, entry, read));
  const left = pieces.filter(
    piece => piece.to > log.count(piece.session) && log.limitOf(piece.session) === Infinity
  );
  return { left, unread: found.length - pieces.length };
}

function stopperOf(entry: Entry): Uint8Array[] {
  return entry.kind === 'stop' && entry.piece.byteLength > 0 ? [entry.piece] : [];
}

/** What was decided, in the order in which it was. */
function replay(log: Log, entry: Entry, read: (bytes: Uint8Array) => IPiece | null): void {
  switch (entry.kind) {
    case 'stop':
      log.stop(entry.session, entry.place);
      break;
    case 'cut':
      log.cut(entry.session, entry.author, { count: entry.count, chain: entry.chain });
      break;
    case 'lift':
      log.cut(entry.session, entry.author, null);
      break;
    case 'fork': {
      const proof = decodeProof(entry.bytes);
      const pieces = proof.kind === 'read' ? proof.value.pieces.map(read) : [];
      const whole = pieces.filter(piece => piece !== null);
      if (whole[0] && whole.length === pieces.length) {
        log.prove(whole[0].session, whole[0].author, whole);
      }
    }
  }
}

function fault(reason: StoredFault): Read<Entry[], StoredFault> {
  return { kind: 'fault', fault: reason };
}
