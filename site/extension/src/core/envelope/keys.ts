/** The keys that a session's pieces are sealed with, derived from a document's key and kept for a while. */
import type { ICrypto } from '../crypto';
import { sessionBytes } from '../session';
import { idText, type Kind } from './envelope';

/** Of AES-256 and of every secret here. */
export const KEY_BYTES = 32;
/** Derived keys kept: more than the sessions that write to what one page has open. */
export const KEYS_KEPT = 512;

/** What a key seals: envelopes and segments count apart. */
export type Purpose = 'envelope' | 'segment';

/** A document's key in one epoch. */
export interface IDocumentKey {
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export class SessionKeys {
  constructor(
    readonly crypto: ICrypto,
    private readonly most = KEYS_KEPT
  ) {}

  private readonly kept = new Map<string, Uint8Array>();

  get size(): number {
    return this.kept.size;
  }

  /** The key of one session, document, epoch and kind [ENV2]. */
  of(
    documentKey: Uint8Array,
    session: string,
    purpose: Purpose,
    kind: Kind,
    then: (key: Uint8Array) => void
  ): void {
    const name = `${idText(documentKey)} ${session} ${purpose} ${kind}`;
    const known = this.kept.get(name);
    if (known) {
      this.keep(name, known);
      then(known);
      return;
    }
    const info = `peerbook ${purpose} 1 ${kind}`;
    this.crypto.derive(documentKey, sessionBytes(session), info, KEY_BYTES, key => {
      this.keep(name, key);
      then(key);
    });
  }

  /** Forgets all of them: an epoch is over, or the class was left. */
  forget(): void {
    this.kept.clear();
  }

  /** At the end; the one not used for longest goes first. */
  private keep(name: string, key: Uint8Array): void {
    this.kept.delete(name);
    this.kept.set(name, key);
    if (this.kept.size > this.most) {
      this.kept.delete(this.kept.keys().next().value!);
    }
  }
}
