/**
 * The keys of a class as one member has them, from what was stated, handed over and wrapped: what a document is sealed
 * with now, what opens it in an epoch, and what of one's own is wrapped to those who may read it.
 */
import { compareBytes, makeWraps, openShared, openWraps, readWraps, type IWraps } from '../keys/wraps';
import { keeperOf, secretKindOf } from '../keys/documents';
import { Keyring } from '../keys/keyring';
import type { IDocumentKey } from '../envelope/keys';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import type { Secret } from '../secret';
import type { Digest } from '../session';
import { toHex } from '../tagged';
import { parseOutputsName } from '../document/name';
import type { Roles } from './roles';

/** Documents of others of which wraps are kept, in one class; `wraps` in docs/protocol.json. */
export const MOST_WRAPS = 20_000;

export interface ISecretsPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly classId: Uint8Array;
  readonly everyone: string;
  readonly own: IOwnSession;
  /** One's root seed: the secrets of one's own documents follow from it. */
  readonly root: Secret;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  roles(): Roles | null;
  /** Agreement keys of a participant's devices, as far as they are known here. */
  devicesOf(participant: string): readonly Uint8Array[];
  /** Said to everybody: one's own wraps, new or with more in them. */
  publish(bytes: Uint8Array): void;
  /** A key came: what was sealed with it can be opened. */
  changed(): void;
}

interface IKeptWraps {
  readonly id: string;
  readonly wraps: IWraps;
  readonly bytes: Uint8Array;
}

export class Secrets {
  constructor(private readonly ports: ISecretsPorts) {
    const { crypto, digest, everyone, root, classId } = ports;
    this.ring = new Keyring({
      crypto,
      digest,
      everyone,
      own: { participant: ports.own.participant, root, classId },
      epochs: () => ports.roles()?.epochs.map(({ epoch }) => epoch) ?? [],
      stated: epoch => {
        const found = ports.roles()?.epochs.find(each => each.epoch === epoch);
        return found ? [found.keyHash, ...found.others] : [];
      }
    });
  }

  readonly ring: Keyring;
  /** Of documents that have a secret of their own, by epoch and name. */
  private readonly kept = new Map<string, IKeptWraps>();
  /** One's own documents that were sealed in an epoch. */
  private readonly mine = new Set<string>();
  private readonly making = new Set<string>();

  get entries(): readonly (readonly [string, Uint8Array])[] {
    return [...this.kept.values()].map(({ id, bytes }) => [id, bytes]);
  }

  /** What a document is sealed with now; null while there is no key. */
  keyFor(document: string, then: (key: IDocumentKey | null) => void): void {
    const epoch = this.ring.newest;
    if (epoch === null) {
      then(null);
      return;
    }
    this.ring.keysOf(document, epoch, ({ keys: [key] }) => {
      then(key ? { epoch, key } : null);
      this.offer(document, epoch);
    });
  }

  /** What may open a document in an epoch; none while that is not here. */
  keysOf(document: string, epoch: number, then: (keys: readonly Uint8Array[]) => void): void {
    this.ring.keysOf(document, epoch, ({ keys }) => then(keys));
  }

  /** Takes wraps that somebody passed on; `then` hears whether they are genuine, new and kept: passed on then. */
  hear(bytes: Uint8Array, then: (isNew: boolean) => void): void {
    const { crypto, digest, classId, everyone } = this.ports;
    const id = toHex(digest(bytes));
    if ([...this.kept.values()].some(each => each.id === id)) {
      then(false);
      return;
    }
    readWraps(crypto, digest, classId, everyone, bytes, read => {
      if (read.kind === 'fault' || !this.keep({ id, wraps: read.value, bytes: bytes.slice() })) {
        then(false);
        return;
      }
      this.open(read.value);
      then(true);
    });
  }

  /** Others teach, another device of theirs is here, an epoch began, sharing was switched: who may read is given the keys. */
  refresh(): void {
    for (const { wraps } of this.kept.values()) {
      this.open(wraps);
    }
    this.mine.forEach(name => {
      const at = name.indexOf(' ');
      this.wrap(name.slice(at + 1), Number(name.slice(0, at)));
    });
  }

  /** What is sealed in one's own documents is wrapped to those who may read it, once it is. */
  private offer(document: string, epoch: number): void {
    const { own, everyone } = this.ports;
    const isOwn = secretKindOf(document, everyone) === 'own' && keeperOf(document) === own.participant;
    const name = `${epoch} ${document}`;
    if (isOwn && !this.mine.has(name)) {
      this.mine.add(name);
      this.wrap(document, epoch);
    }
  }

  /** Wraps the secret of one's own document to whoever may read it and is not served yet. */
  private wrap(document: string, epoch: number): void {
    const { crypto, digest, classId, own, fill } = this.ports;
    const roles = this.ports.roles();
    const name = `${epoch} ${document}`;
    const before = this.kept.get(name)?.wraps;
    if (!roles || this.making.has(name) || epoch !== this.ring.newest) {
      return;
    }
    const teachers = [roles.owner, ...roles.instructors].filter(each => each !== own.participant);
    const devices = teachers.flatMap(each => this.ports.devicesOf(each));
    const served = new Set(before?.boxes.map(({ recipient }) => toHex(recipient)));
    const isShared = parseOutputsName(document) !== null && roles.outputsShared;
    const lacks = devices.some(key => !served.has(toHex(key)));
    if (!lacks && (!isShared || (before?.shared.byteLength ?? 0) > 0)) {
      return;
    }
    this.making.add(name);
    const recipients = [...devices, ...(before?.boxes.map(({ recipient }) => recipient) ?? [])];
    const shareWith = isShared ? (this.ring.epochKeys(epoch)[0] ?? null) : null;
    this.ring.secretOf(document, epoch, secret =>
      makeWraps(
        crypto,
        digest,
        own.root,
        { classId, document, epoch },
        { secret, recipients: recipients.sort(compareBytes), shareWith },
        fill,
        bytes => {
          this.making.delete(name);
          this.hear(bytes, isNew => isNew && this.ports.publish(bytes));
        }
      )
    );
  }

  /** Of two for one document and epoch the one that serves more stays; then the one with the greater hash. */
  private keep(kept: IKeptWraps): boolean {
    const name = `${kept.wraps.epoch} ${kept.wraps.document}`;
    const before = this.kept.get(name);
    const weight = ({ wraps }: IKeptWraps): number => wraps.boxes.length + Math.sign(wraps.shared.byteLength);
    const isMore =
      !before || weight(kept) > weight(before) || (weight(kept) === weight(before) && kept.id > before.id);
    if (isMore && (before || this.kept.size < MOST_WRAPS)) {
      this.kept.set(name, kept);
      return true;
    }
    return false;
  }

  private open(wraps: IWraps): void {
    const { crypto, digest, own } = this.ports;
    const take = (secret: Uint8Array | null): void => {
      if (secret && this.ring.takeSecret(wraps.document, wraps.epoch, secret) === 'taken') {
        this.ports.changed();
      }
    };
    openWraps(crypto, digest, wraps, own.agreement, take);
    const [key] = this.ring.epochKeys(wraps.epoch);
    if (key && wraps.shared.byteLength > 0) {
      openShared(crypto, digest, wraps, key, take);
    }
  }
}
