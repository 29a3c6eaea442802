/**
 * A class for simulations: cryptography that is quick, people with keys of their own, and, unless it is told otherwise,
 * everybody may write everything and has every key.
 */
import { Fake } from '../../crypto/fake';
import type { ICrypto, ISigner } from '../crypto';
import type { Kind } from '../envelope/envelope';
import { SessionKeys } from '../envelope/keys';
import { Sealer } from '../envelope/seal';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import type { Digest } from '../session';
import type { IKeys, IRules } from '../sync/options';
import { tagged } from '../tagged';
import type { Chance } from './chance';

export const EVERYBODY_MAY: IRules = { standing: () => 'may', cutOf: () => null };

/** The same key for everybody, another for each document and epoch. */
export function openKeys(digest: Digest): IKeys {
  const made = new Map<string, Uint8Array>();
  const keyOf = (document: string, epoch: number): Uint8Array => {
    const name = `${document} ${epoch}`;
    const key = made.get(name) ?? digest(tagged('simulated key', new TextEncoder().encode(name)));
    made.set(name, key);
    return key;
  };
  return {
    keyFor: (document, _, then) => then({ epoch: 0, key: keyOf(document, 0) }),
    keysOf: (document, _, epoch, then) => then([keyOf(document, epoch)])
  };
}

/** What is not as it should be. */
export interface IForged {
  readonly room?: Uint8Array;
  readonly epoch?: number;
  readonly signer?: ISigner;
  readonly session?: string;
}

export class Members {
  constructor(
    readonly chance: Chance,
    readonly digest: Digest,
    readonly crypto: ICrypto = new Fake()
  ) {
    this.room = chance.bytes(16);
    this.keys = openKeys(digest);
  }

  room: Uint8Array;
  readonly keys: IKeys;
  private readonly people = new Map<string, Secret>();

  /** Somebody's root seed. */
  rootOf(name: string): Secret {
    const root =
      this.people.get(name) ?? Secret.make(bytes => bytes.set(this.chance.bytes(bytes.byteLength)));
    this.people.set(name, root);
    return root;
  }

  /** A new session of somebody, on the device that they have. Cryptography must make signers at once. */
  session(name: string, room = this.room, crypto = this.crypto): IOwnSession {
    const root = this.rootOf(name);
    let own: IOwnSession | null = null;
    openSession(
      crypto,
      this.digest,
      room,
      { root, device: root },
      bytes => bytes.set(this.chance.bytes(bytes.byteLength)),
      made => (own = made)
    );
    return own!;
  }

  /** Envelopes that somebody makes beside their engine, from sequence 0: what forgers begin with. */
  sealed(
    own: IOwnSession,
    document: string,
    kind: Kind,
    payloads: readonly Uint8Array[],
    { room = this.room, epoch = 0, signer = own.signer, session = own.session }: IForged = {}
  ): Uint8Array[] {
    const keys = new SessionKeys(this.crypto);
    const made: Uint8Array[] = [];
    this.keys.keysOf(document, kind, epoch, ([key]) => {
      const place = { room, document, session, kind };
      const sealer = new Sealer({ keys, digest: this.digest, signer }, place, { epoch, key: key! });
      payloads.forEach(payload => sealer.seal(payload, ({ bytes }) => made.push(bytes)));
    });
    return made;
  }
}
