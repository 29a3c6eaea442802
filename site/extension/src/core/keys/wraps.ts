/**
 * The secret of a document that is not the class's, handed to those who may read it: one box for each of their devices,
 * all in one statement that the document's owner signs, so that everybody is shown the same secret's hash. May also hand
 * it to the class (outputs that are shared) [KEY3]. A team's key is handed over in the same way [KEY11].
 */
import * as encoding from 'lib0/encoding';
import { joinBytes, sameBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { DOCUMENT_CHARS, type Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { participantOf } from '../identity/participant';
import type { Digest } from '../session';
import { tagged } from '../tagged';
import { BOX_EXTRA, openBox, sealBox, ZERO_NONCE } from './box';
import { keeperOf, secretKindOf, teamKeyName, teamOf } from './documents';

/** Devices that one secret is wrapped to: a team's and all instructors'. `wrap_recipients` in docs/protocol.json. */
export const WRAP_RECIPIENTS = 256;
const SECRET_BYTES = 32;
const BOX_BYTES = SECRET_BYTES + BOX_EXTRA;
const SHARED_BYTES = SECRET_BYTES + 16;
const WHAT = tagged('wraps');
const PRINTABLE = /^[!-~]+$/;
const utf8 = new TextEncoder();

export interface IWrapsPlace {
  readonly classId: Uint8Array;
  readonly document: string;
  readonly epoch: number;
}

export interface IWraps extends IWrapsPlace {
  /** Whose root key signed. */
  readonly author: string;
  readonly rootKey: Uint8Array;
  /** SHA-256 of the secret. */
  readonly hash: Uint8Array;
  /** Sealed with the epoch's key, or empty. */
  readonly shared: Uint8Array;
  readonly boxes: readonly { readonly recipient: Uint8Array; readonly box: Uint8Array }[];
}

export const WRAPS_FAULTS = [
  'what', // something else, or another version's
  'class', // another class's
  'form', // not how wraps are written
  'document', // of a document that has no secret of its own, or of a team's key that is another
  'author', // not the document's owner
  'signature' // not the author's
] as const;
export type WrapsFault = (typeof WRAPS_FAULTS)[number];

export interface IWrapping {
  readonly secret: Uint8Array;
  /** Agreement keys of the devices that may read; those that are none are left out. */
  readonly recipients: readonly Uint8Array[];
  /** The epoch's key, when the class may read as well. */
  readonly shareWith: Uint8Array | null;
}

/** `fill` gives random bytes. At most WRAP_RECIPIENTS are wrapped to, the first in order of their keys. */
export function makeWraps(
  crypto: ICrypto,
  digest: Digest,
  root: ISigner,
  place: IWrapsPlace,
  { secret, recipients, shareWith }: IWrapping,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  then: (bytes: Uint8Array) => void
): void {
  const hash = digest(secret);
  const sorted = [...recipients].sort(compareBytes);
  const keys = sorted
    .filter((key, index) => index === 0 || !sameBytes(key, sorted[index - 1]!))
    .slice(0, WRAP_RECIPIENTS);
  const boxes: (Uint8Array | null)[] = [];
  let left = keys.length + 1;
  let shared = new Uint8Array(0);
  const finish = (): void => {
    left -= 1;
    if (left > 0) {
      return;
    }
    const made = keys.flatMap((recipient, index) => (boxes[index] ? [{ recipient, box: boxes[index] }] : []));
    const unsigned = encodeWraps({ ...place, rootKey: root.key, hash, shared, boxes: made });
    root.sign(unsigned, signature => then(joinBytes([unsigned, signature])));
  };
  keys.forEach((recipient, index) => {
    const seed = new Uint8Array(SECRET_BYTES);
    fill(seed);
    sealBox(crypto, seed, recipient, boxPlace(place), secret, box => {
      boxes[index] = box;
      finish();
    });
  });
  if (!shareWith) {
    finish();
    return;
  }
  sharedKey(crypto, shareWith, place, hash, key =>
    crypto.seal(key, ZERO_NONCE, hash, secret, sealed => {
      shared = Uint8Array.from(sealed);
      finish();
    })
  );
}

/** Reads wraps that anybody may have written, and verifies them. Of a team's, whether `author` is of it is not known here. */
export function readWraps(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  everyone: string,
  bytes: Uint8Array,
  then: (read: Read<IWraps, WrapsFault>) => void
): void {
  const read = checkWraps(digest, classId, everyone, bytes);
  if (read.kind === 'fault') {
    then(read);
    return;
  }
  const at = bytes.byteLength - 64;
  crypto.verify(read.value.rootKey, bytes.slice(at), bytes.slice(0, at), isGenuine =>
    then(isGenuine ? read : { kind: 'fault', fault: 'signature' })
  );
}

/** The same without verifying who signed. */
export function checkWraps(
  digest: Digest,
  classId: Uint8Array,
  everyone: string,
  bytes: Uint8Array
): Read<IWraps, WrapsFault> {
  const read = decodeWraps(digest, classId, bytes);
  if (read.kind === 'fault') {
    return read;
  }
  const { document, author, hash, epoch } = read.value;
  const kind = secretKindOf(document, everyone);
  // A team's key is of no epoch: what it opens, it opens with an epoch's key.
  const isTeams = (): boolean => epoch === 0 && document === teamKeyName(hash, teamOf(document)!);
  if (kind === 'class' || (kind === 'team' && !isTeams())) {
    return { kind: 'fault', fault: 'document' };
  }
  if (kind === 'own' && keeperOf(document) !== author) {
    return { kind: 'fault', fault: 'author' };
  }
  return read;
}

/** The secret, or null where there is none for this device, or not the one that everybody is shown the hash of. */
export function openWraps(
  crypto: ICrypto,
  digest: Digest,
  wraps: IWraps,
  own: IAgreement,
  then: (secret: Uint8Array | null) => void
): void {
  const found = wraps.boxes.find(({ recipient }) => sameBytes(recipient, own.key));
  if (!found) {
    then(null);
    return;
  }
  openBox(crypto, own, boxPlace(wraps), found.box, secret => then(checked(digest, wraps, secret)));
}

/** The same for what is shared with the class, by one of the epoch's keys. */
export function openShared(
  crypto: ICrypto,
  digest: Digest,
  wraps: IWraps,
  epochKey: Uint8Array,
  then: (secret: Uint8Array | null) => void
): void {
  if (wraps.shared.byteLength === 0) {
    then(null);
    return;
  }
  sharedKey(crypto, epochKey, wraps, wraps.hash, key =>
    crypto.open(key, ZERO_NONCE, wraps.hash, wraps.shared, secret => then(checked(digest, wraps, secret)))
  );
}

function checked(digest: Digest, { hash }: IWraps, secret: Uint8Array | null): Uint8Array | null {
  // Boxes, and what is shared, have one size: so has what they hold.
  return secret && sameBytes(digest(secret), hash) ? secret : null;
}

function boxPlace({ classId, document, epoch }: IWrapsPlace): Parameters<typeof openBox>[2] {
  return { classId, epoch, purpose: 'wraps', context: utf8.encode(document) };
}

function sharedKey(
  crypto: ICrypto,
  epochKey: Uint8Array,
  { classId, document, epoch }: IWrapsPlace,
  hash: Uint8Array,
  then: (key: Uint8Array) => void
): void {
  const salt = joinBytes([hash, classId, utf8.encode(document)]);
  crypto.derive(epochKey, salt, `peerbook shared 1 ${epoch}`, 32, then);
}

function encodeWraps(wraps: Omit<IWraps, 'author'>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, WHAT);
  encoding.writeUint8Array(encoder, wraps.classId);
  encoding.writeUint8Array(encoder, wraps.rootKey);
  encoding.writeVarString(encoder, wraps.document);
  encoding.writeVarUint(encoder, wraps.epoch);
  encoding.writeUint8Array(encoder, wraps.hash);
  encoding.writeVarUint8Array(encoder, wraps.shared);
  encoding.writeVarUint(encoder, wraps.boxes.length);
  for (const { recipient, box } of wraps.boxes) {
    encoding.writeUint8Array(encoder, recipient);
    encoding.writeUint8Array(encoder, box);
  }
  return encoding.toUint8Array(encoder);
}

function decodeWraps(digest: Digest, classId: Uint8Array, bytes: Uint8Array): Read<IWraps, WrapsFault> {
  const reader = new Reader(bytes);
  if (!sameBytes(reader.take(WHAT.byteLength), WHAT)) {
    return { kind: 'fault', fault: 'what' };
  }
  if (!sameBytes(reader.take(16), classId)) {
    return { kind: 'fault', fault: 'class' };
  }
  const rootKey = reader.take(32).slice();
  const document = reader.text();
  const epoch = reader.number();
  const hash = reader.take(32).slice();
  const shared = reader.block().slice();
  const count = reader.number();
  const boxes: { recipient: Uint8Array; box: Uint8Array }[] = [];
  let isSorted = count <= WRAP_RECIPIENTS;
  for (let index = 0; index < count && isSorted; index += 1) {
    const recipient = reader.take(32).slice();
    isSorted = index === 0 || compareBytes(boxes[index - 1]!.recipient, recipient) < 0;
    boxes.push({ recipient, box: reader.take(BOX_BYTES).slice() });
  }
  reader.take(64);
  const isWhole = !reader.fault && reader.left === 0;
  const isNamed = PRINTABLE.test(document) && document.length <= DOCUMENT_CHARS;
  if (!isWhole || !isSorted || !isNamed || ![0, SHARED_BYTES].includes(shared.byteLength)) {
    return { kind: 'fault', fault: 'form' };
  }
  const author = participantOf(digest, rootKey);
  const value = { classId: classId.slice(), document, epoch, author, rootKey, hash, shared, boxes };
  return { kind: 'read', value };
}

/** By the first byte that differs. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.byteLength - b.byteLength : a[at]! - (b[at] ?? -1);
}
