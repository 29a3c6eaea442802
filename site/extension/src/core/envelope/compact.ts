/** Own envelopes compacted into segments, and others' segments verified, opened and compared with what they stand for. */
import { joinBytes, sameBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import type { Digest } from '../session';
import { type IDocumentKey, type SessionKeys } from './keys';
import { type IMerged, mergeChanges } from './merge';
import { NONCE_BYTES, SIGNATURE_BYTES } from './seal';
import {
  encodeSegment,
  encodeSegmentFront,
  type ISegment,
  type ISegmentPlace,
  SEGMENT_BYTES
} from './segment';

/** Structs, and ranges of deletions, in one segment: 0.8 s at worst, were they crafted. `segment_structs`. */
export const SEGMENT_STRUCTS = 2048;
/** Of the merged change: the rest is a name of 255, class, two chains and numbers. */
export const SEGMENT_PLAIN_BYTES = SEGMENT_BYTES - 1024;

/** A change of one's own, whole, with the sequences of the envelopes that carry it. */
export interface IOwnChange {
  readonly from: number;
  readonly to: number;
  readonly change: Uint8Array;
}

/** What may be one segment. */
export interface IRangeOfChanges {
  readonly from: number;
  readonly to: number;
  readonly plain: Uint8Array;
}

/**
 * The segments that own changes make, in order and each within the limits. What cannot be merged, or is too large alone,
 * is left out: it stays envelopes.
 */
export function planSegments(changes: readonly IOwnChange[]): IRangeOfChanges[] {
  const merged = mergeChanges(changes.map(({ change }) => change));
  const [first, last] = [changes[0], changes.at(-1)];
  if (!first || !last) {
    return [];
  }
  if (
    merged &&
    fits(merged) &&
    changes.every((each, index) => index === 0 || each.from === changes[index - 1]!.to)
  ) {
    return [{ from: first.from, to: last.to, plain: merged.bytes }];
  }
  const half = changes.length >> 1;
  return half === 0 ? [] : [...planSegments(changes.slice(0, half)), ...planSegments(changes.slice(half))];
}

function fits({ bytes, structs, ranges }: IMerged): boolean {
  return bytes.byteLength <= SEGMENT_PLAIN_BYTES && structs <= SEGMENT_STRUCTS && ranges <= SEGMENT_STRUCTS;
}

export interface ICompactPorts {
  readonly keys: SessionKeys;
  readonly digest: Digest;
  /** With the key of the session that signs, `signer` of the place. */
  readonly signer: ISigner;
}

/**
 * Seals and signs a range. There is nothing to count: the nonce follows from all that is said, so that only the same
 * segment has it again.
 */
export function sealSegment(
  { keys, digest, signer }: ICompactPorts,
  place: Omit<ISegmentPlace, 'epoch'>,
  documentKey: IDocumentKey,
  plain: Uint8Array,
  then: (bytes: Uint8Array) => void
): void {
  const placed: ISegmentPlace = { ...place, epoch: documentKey.epoch };
  const said = digest(joinBytes([encodeSegmentFront(placed, new Uint8Array(NONCE_BYTES)), plain]));
  keys.of(documentKey.key, place.signer, 'segment', place.kind, key =>
    keys.crypto.derive(key, said, 'peerbook segment nonce 1', NONCE_BYTES, nonce =>
      keys.crypto.seal(key, nonce, encodeSegmentFront(placed, nonce), plain, payload => {
        const unsigned = encodeSegment({
          ...placed,
          nonce,
          payload,
          signature: new Uint8Array(SIGNATURE_BYTES)
        });
        const message = unsigned.slice(0, -SIGNATURE_BYTES);
        signer.sign(message, signature => then(joinBytes([message, signature])));
      })
    )
  );
}

/** Whose a session is, as its introduction proves. */
export interface IWhose {
  readonly session: string;
  readonly participant: string;
  /** The session's public key, 32 bytes. */
  readonly sessionKey: Uint8Array;
}

/**
 * Whether `signer` made a segment, of which `bytes` are what `decodeSegment` read, and may: it speaks for `author`, whose
 * participant is the same.
 */
export function verifySegment(
  crypto: ICrypto,
  author: IWhose,
  signer: IWhose,
  segment: ISegment,
  bytes: Uint8Array,
  then: (isGenuine: boolean) => void
): void {
  if (
    segment.session !== author.session ||
    segment.signer !== signer.session ||
    author.participant !== signer.participant
  ) {
    then(false);
    return;
  }
  crypto.verify(signer.sessionKey, segment.signature, bytes.subarray(0, -SIGNATURE_BYTES), then);
}

/**
 * The merged change of a genuine segment, or null: sealed with another key, for another place, or not in its one spelling,
 * unless `isSpelled`: that was found before.
 */
export function openSegment(
  keys: SessionKeys,
  documentKey: Uint8Array,
  segment: ISegment,
  then: (plain: Uint8Array | null) => void,
  isSpelled = false
): void {
  const front = encodeSegmentFront(segment, segment.nonce);
  keys.of(documentKey, segment.signer, 'segment', segment.kind, key =>
    keys.crypto.open(key, segment.nonce, front, segment.payload, plain =>
      then(plain && (isSpelled || saysTheSame(plain, [plain])) ? plain : null)
    )
  );
}

/** Whether a segment's merged change is what these whole changes say, no more and no less. */
export function saysTheSame(plain: Uint8Array, changes: readonly Uint8Array[]): boolean {
  const merged = mergeChanges(changes);
  return merged !== null && sameBytes(merged.bytes, plain);
}
