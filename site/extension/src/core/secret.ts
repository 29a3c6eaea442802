/**
 * Secret bytes - the seeds of keys - in a wrapper that shows them to nobody by accident: not to JSON, to a log, to a
 * string, nor to whatever copies an object's fields. Who needs the bytes says `reveal`, where a reader sees it.
 */

/** What stands in the place of the bytes wherever an object is written out. */
const SHOWN = '(secret)';

export class Secret {
  readonly #bytes: Uint8Array;

  /** Takes a copy: what the caller had may be overwritten. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
  }

  /** New ones; `fill` is `crypto.getRandomValues` in a page. */
  static make(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown, count = SEED_BYTES): Secret {
    const bytes = new Uint8Array(count);
    fill(bytes);
    return new Secret(bytes);
  }

  get length(): number {
    return this.#bytes.byteLength;
  }

  /** The bytes, a copy. They may go into cryptography, a recovery file and this device's storage, and nowhere else. */
  reveal(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }

  toJSON(): string {
    return SHOWN;
  }

  toString(): string {
    return SHOWN;
  }

  /** What Node's console and test runners print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

/** What holds keys among other things, and is written out as little as they are. */
export abstract class Discreet {
  toJSON(): string {
    return SHOWN;
  }

  toString(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

/** Of a key: Ed25519's and X25519's seeds alike. */
export const SEED_BYTES = 32;
