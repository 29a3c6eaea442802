/**
 * The recovery file: what lets a teacher take their class over on another machine, as a text that can be printed and, at
 * worst, typed. Thirteen numbered rows of sixteen letters and digits, each with a check of its own, so that what is wrong
 * is found in its row; the last row checks all of them. docs/SPEC.md, CLS8.
 */
import { joinBytes, sameBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import type { Read } from '../envelope/envelope';
import { SEED_BYTES, Secret } from '../secret';
import type { Digest } from '../session';
import { tagged } from '../tagged';
import { foundClass, type IFounding } from './founding';
import { JOIN_SECRET_BYTES } from './link';

export interface IRecovery {
  /** Of the recovery key, whose public half is in the founding record. */
  readonly seed: Secret;
  /** The class's founding record: with it the class can be opened where nobody of it is online. */
  readonly founding: IFounding;
  readonly joinSecret: Uint8Array;
  /** Which workshop the class is of: the name of its folder. */
  readonly workshop: string;
}

/** What can be wrong with a file, in the order in which it is looked for. Rows count from 1. */
export type RecoveryFault =
  /** Not a recovery file, or another version's. */
  | { readonly reason: 'other' }
  /** The line that names the workshop is missing, empty or too long. */
  | { readonly reason: 'workshop' }
  | { readonly reason: 'missing'; readonly row: number }
  /** There twice, and not the same. */
  | { readonly reason: 'twice'; readonly row: number }
  /** Cut or mistyped. */
  | { readonly reason: 'mistyped'; readonly row: number }
  /** Each row is right, but they are of two files, or the workshop's name was changed. */
  | { readonly reason: 'mixed' };

const TITLE = 'Peerbook recovery file 1';
const WORDS = [
  'With this file you can take your class over on another machine, also when the',
  'old one is lost; the old one has no power over the class any more then. So can',
  'anybody else who has this file: keep it where only you look, and send it to',
  'nobody. On paper it is as good: the rows can be typed.'
];
const WORKSHOP = 'Workshop:';
/** More than a folder's name has, and still one line. */
const WORKSHOP_CHARS = 100;
const ROW_BYTES = 8;
const CHECK_BYTES = 2;
const [OWNER_AT, RANDOM_AT, JOIN_AT, DATA_BYTES] = [SEED_BYTES, 64, 80, 80 + JOIN_SECRET_BYTES];
const ROWS = DATA_BYTES / ROW_BYTES + 1;
/** Crockford's: I, L and O are read as 1, 1 and 0; there is no U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ROW_CHARS = 16;
const ROW = /^\s*(\d{1,2})[.:)]?\s(.*)$/;
/** More than any recovery file: nobody has to look through a film. */
const MOST_CHARS = 20_000;

const utf8 = new TextEncoder();

/** The file's text. @throws RangeError for a workshop that is no line. */
export function writeRecovery(digest: Digest, recovery: IRecovery): string {
  const { seed, founding, joinSecret, workshop } = recovery;
  if (!isWorkshop(workshop)) {
    throw new RangeError(`No name of a workshop: ${workshop}`);
  }
  const random = founding.record.subarray(-16);
  const data = joinBytes([seed.reveal(), founding.ownerKey, random, joinSecret]);
  const rows = [...rowsOf(data), wholeCheck(digest, data, workshop)].map((row, index) => {
    const text = toDigits(joinBytes([row, rowCheck(digest, index + 1, row)]));
    return `${String(index + 1).padStart(2)}  ${text.match(/.{4}/g)!.join(' ')}`;
  });
  return [TITLE, '', ...WORDS, '', `${WORKSHOP} ${workshop}`, '', ...rows, ''].join('\n');
}

/** Reads a file that somebody kept, printed, typed or damaged. Never throws. */
export function readRecovery(
  crypto: ICrypto,
  digest: Digest,
  text: string,
  then: (read: Read<IRecovery, RecoveryFault>) => void
): void {
  const found = contentOf(digest, text);
  if ('reason' in found) {
    then({ kind: 'fault', fault: found });
    return;
  }
  const { data, workshop } = found;
  const seed = new Secret(data.subarray(0, OWNER_AT));
  crypto.signer(seed.reveal(), ({ key }) => {
    const fill = (bytes: Uint8Array): void => bytes.set(data.subarray(RANDOM_AT, JOIN_AT));
    const founding = foundClass(digest, data.slice(OWNER_AT, RANDOM_AT), key, fill);
    then({ kind: 'read', value: { seed, founding, joinSecret: data.slice(JOIN_AT), workshop } });
  });
}

function contentOf(
  digest: Digest,
  text: string
): RecoveryFault | { readonly data: Uint8Array; readonly workshop: string } {
  const lines = text.slice(0, MOST_CHARS).split(/\r\n|\r|\n/);
  if (!lines.some(line => line.replace(/^\uFEFF/, '').trim() === TITLE)) {
    return { reason: 'other' };
  }
  const named = lines.find(line => line.trim().startsWith(WORKSHOP));
  const workshop = named?.trim().slice(WORKSHOP.length).trim() ?? '';
  if (!isWorkshop(workshop)) {
    return { reason: 'workshop' };
  }
  const given = new Map<number, Set<string>>();
  for (const line of lines) {
    const [, number, written] = ROW.exec(line) ?? [];
    if (written !== undefined) {
      given.set(Number(number), (given.get(Number(number)) ?? new Set()).add(normal(written)));
    }
  }
  const rows: Uint8Array[] = [];
  for (let row = 1; row <= ROWS; row += 1) {
    const [written, another] = given.get(row) ?? [];
    if (written === undefined) {
      return { reason: 'missing', row };
    }
    if (another !== undefined) {
      return { reason: 'twice', row };
    }
    const bytes = fromDigits(written);
    const content = bytes?.subarray(0, ROW_BYTES);
    if (!content || !sameBytes(bytes!.subarray(ROW_BYTES), rowCheck(digest, row, content))) {
      return { reason: 'mistyped', row };
    }
    rows.push(content);
  }
  const check = rows.pop()!;
  const data = joinBytes(rows);
  return sameBytes(check, wholeCheck(digest, data, workshop)) ? { data, workshop } : { reason: 'mixed' };
}

function isWorkshop(text: string): boolean {
  return text.length > 0 && text.length <= WORKSHOP_CHARS && text === text.trim() && !/\p{C}/u.test(text);
}

function rowsOf(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: ROWS - 1 }, (_, row) => data.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES));
}

function rowCheck(digest: Digest, row: number, bytes: Uint8Array): Uint8Array {
  return digest(tagged('recovery row', Uint8Array.of(row), bytes)).subarray(0, CHECK_BYTES);
}

function wholeCheck(digest: Digest, data: Uint8Array, workshop: string): Uint8Array {
  return digest(tagged('recovery file', data, utf8.encode(workshop))).subarray(0, ROW_BYTES);
}

/** What somebody typed, as it was printed. */
function normal(written: string): string {
  return written.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

/** Five bits a character; ten bytes are sixteen of them. */
function toDigits(bytes: Uint8Array): string {
  let [text, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (held += 8; held >= 5; held -= 5) {
      text += DIGITS[(bits >> (held - 5)) & 31];
    }
  }
  return text;
}

function fromDigits(text: string): Uint8Array | null {
  if (text.length !== ROW_CHARS) {
    return null;
  }
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const character of text) {
    const value = DIGITS.indexOf(character);
    if (value < 0) {
      return null;
    }
    bits = ((bits << 5) | value) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 255);
    }
  }
  return Uint8Array.from(bytes);
}
