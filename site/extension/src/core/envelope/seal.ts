/**
 * Signed and sealed envelopes [ENV1-ENV6]. Made by a `Sealer`, one for each stream of one's own session for as long as the
 * session lasts: it counts, so that no nonce is used twice under a key. Verified alone and in any order, by whoever has the
 * session's key, whether or not they have the document's.
 */
import * as encoding from 'lib0/encoding';
import { joinBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import type { Digest } from '../session';
import { carriesChain, firstLink, isChainPlaced, nextLink, type Stream } from './chain';
import { encodeEnvelope, encodeFront, type IEnvelope, plainEnvelope } from './envelope';
import type { IDocumentKey, SessionKeys } from './keys';
import { cutChange } from './parts';

export const NONCE_BYTES = 12;
/** The tag of AES-GCM: what sealing adds. */
export const TAG_BYTES = 16;
export const SIGNATURE_BYTES = 64;
const TITLE = 'peerbook envelope 1';
const NOTHING = new Uint8Array(0);

/** One's own envelope, ready to be sent and logged. */
export interface ISealed {
  readonly envelope: IEnvelope;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly id: Uint8Array;
  /** The stream's chain after it. */
  readonly chain: Uint8Array;
}

export interface ISealerPorts {
  readonly keys: SessionKeys;
  readonly digest: Digest;
  /** With the session's key. */
  readonly signer: ISigner;
}

interface IJob {
  readonly plain: Uint8Array;
  readonly part: number;
  readonly parts: number;
  readonly key: IDocumentKey;
  readonly then: (sealed: ISealed) => void;
}

export class Sealer {
  /** @throws RangeError for a stream that no envelope can have. */
  constructor(
    private readonly ports: ISealerPorts,
    private readonly stream: Stream,
    private key: IDocumentKey
  ) {
    encodeEnvelope(plainEnvelope(stream, 0, new Uint8Array(1)));
    this.link = firstLink(ports.digest, stream);
  }

  private readonly queue: IJob[] = [];
  private link: Uint8Array;
  private made = 0;
  private isBusy = false;
  private isWorking = false;

  /** Envelopes made, which is the next one's sequence. */
  get count(): number {
    return this.made;
  }

  /** The chain after them. */
  get chain(): Uint8Array {
    return this.link;
  }

  /** Envelopes that are being made, or wait for it. */
  get waiting(): number {
    return this.queue.length + (this.isBusy ? 1 : 0);
  }

  /** Another epoch. What is sealed from now on is of that; counting and chain go on. */
  use(key: IDocumentKey): void {
    this.key = key;
  }

  /**
   * Seals and signs a change, in as many envelopes as it needs. `then` has them one after the other in order of sequence,
   * before this returns if the cryptography calls back at once. How many: none when there is nothing to say, or the change
   * is larger than CHANGE_BYTES.
   */
  seal(change: Uint8Array, then: (sealed: ISealed) => void): number {
    const pieces = cutChange(change);
    const [parts, key] = [pieces.length, this.key];
    pieces.forEach((plain, part) => this.queue.push({ plain, part, parts, key, then }));
    this.work();
    return parts;
  }

  /** One after the other: an envelope's chain stands on all bytes of those before. */
  private work(): void {
    if (this.isWorking) {
      return;
    }
    this.isWorking = true;
    try {
      while (!this.isBusy && this.queue.length > 0) {
        this.isBusy = true;
        this.make(this.queue.shift()!);
      }
    } finally {
      this.isWorking = false;
    }
  }

  private make(job: IJob): void {
    const { keys, signer } = this.ports;
    const sequence = this.made;
    const place = {
      ...this.stream,
      epoch: job.key.epoch,
      sequence,
      part: job.part,
      parts: job.parts,
      chain: carriesChain(sequence) ? this.link : NOTHING
    };
    const front = encodeFront(place);
    keys.of(job.key.key, this.stream.session, 'envelope', this.stream.kind, key =>
      keys.crypto.seal(key, nonceOf(sequence), front, job.plain, payload =>
        signer.sign(messageOf(front, payload), signature => this.done(job, { ...place, payload, signature }))
      )
    );
  }

  private done(job: IJob, envelope: IEnvelope): void {
    const bytes = encodeEnvelope(envelope);
    const id = this.ports.digest(bytes);
    this.link = nextLink(this.ports.digest, this.link, id);
    this.made += 1;
    try {
      job.then({ envelope, bytes, id, chain: this.link });
    } finally {
      // Not before: who is told of one and says more at once is not to be told of that first.
      this.isBusy = false;
      this.work();
    }
  }
}

/**
 * Whether that session wrote an envelope, of which `bytes` are what `decodeEnvelope` read. Nothing else is needed than the
 * session's key, so that everybody can pass on only what is genuine.
 */
export function verifyEnvelope(
  crypto: ICrypto,
  sessionKey: Uint8Array,
  envelope: IEnvelope,
  bytes: Uint8Array,
  then: (isGenuine: boolean) => void
): void {
  const { signature } = envelope;
  if (!isChainPlaced(envelope)) {
    then(false);
    return;
  }
  // An envelope without a signature has one of another length, which no key made.
  const signed = bytes.subarray(0, bytes.byteLength - SIGNATURE_BYTES - 1);
  crypto.verify(sessionKey, signature, joinBytes([TITLE_BYTES, signed]), then);
}

/**
 * What a genuine envelope says, or null: sealed with another key, for another place, or nothing. What it gives comes from
 * whoever has the document's key and the session's; it is still to be checked.
 */
export function openEnvelope(
  keys: SessionKeys,
  documentKey: Uint8Array,
  envelope: IEnvelope,
  bytes: Uint8Array,
  then: (plain: Uint8Array | null) => void
): void {
  const { session, kind, sequence, payload } = envelope;
  if (payload.byteLength <= TAG_BYTES) {
    then(null);
    return;
  }
  const front = bytes.subarray(0, frontLength(envelope, bytes));
  keys.of(documentKey, session, 'envelope', kind, key =>
    keys.crypto.open(key, nonceOf(sequence), front, payload, then)
  );
}

/** Four zero bytes and the sequence, big-endian. */
export function nonceOf(sequence: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  view.setUint32(4, Math.floor(sequence / 2 ** 32));
  view.setUint32(8, sequence % 2 ** 32);
  return nonce;
}

function messageOf(front: Uint8Array, payload: Uint8Array): Uint8Array {
  return joinBytes([TITLE_BYTES, front, blockOf(payload)]);
}

/** Where the payload's length begins: what is behind it has one spelling, so its size is known. */
function frontLength({ payload, signature }: IEnvelope, bytes: Uint8Array): number {
  let behind = 1 + payload.byteLength + 1 + signature.byteLength;
  for (let size = payload.byteLength; size > 127; size >>>= 7) {
    behind += 1;
  }
  return bytes.byteLength - behind;
}

function blockOf(bytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

const TITLE_BYTES = ((): Uint8Array => {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, TITLE);
  return encoding.toUint8Array(encoder);
})();
