/**
 * The keys that one member holds: of epochs, checked against what was stated about them, and of documents that have a
 * secret of their own. Says which keys open a document in an epoch, or what is missing [KEY4].
 */
import { sameBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import type { Digest } from '../session';
import { Discreet, type Secret } from '../secret';
import { toHex } from '../tagged';
import {
  documentKey,
  keeperOf,
  ownSecret,
  type SecretKind,
  secretKindOf,
  teamOf,
  teamSecret
} from './documents';

/** Documents' keys kept: every document of a large class, in a few epochs. */
const KEYS_KEPT = 4096;
/** Secrets of documents in one epoch: an instructor has one for each attendee's notebooks and outputs. */
const SECRETS_KEPT = 20_000;

export interface IKeyringPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  /** The owner of the branch that all members write. */
  readonly everyone: string;
  /** Oneself, whose own documents' secrets follow from the root seed. */
  readonly own: { readonly participant: string; readonly root: Secret; readonly classId: Uint8Array };
  /** Epochs of which there is a statement that counts, ascending. */
  epochs(): readonly number[];
  /**
   * SHA-256 of the keys stated for an epoch: the one that counts first, then others stated under the same number by
   * somebody who might (two instructors at once). Empty for an epoch nobody stated.
   */
  stated(epoch: number): readonly Uint8Array[];
  /** SHA-256 of the keys stated for a team, the one to write with first. Empty for a team nobody stated. */
  teamKeys(team: string): readonly Uint8Array[];
}

/** What is missing to open something. */
export type Missing =
  /** The epoch's key: a member must be asked. */
  | 'epoch'
  /** The document's own secret, or the team's key: nobody has wrapped it for this device, or that has not come. */
  | 'secret';

export interface IKeys {
  /** To be tried one after the other; the first is the one to write with. */
  readonly keys: readonly Uint8Array[];
  readonly missing: Missing | null;
}

/** A key of an epoch, and its SHA-256, which is what was stated. */
interface IHeld {
  readonly key: Uint8Array;
  readonly hash: Uint8Array;
}

export class Keyring extends Discreet {
  constructor(private readonly ports: IKeyringPorts) {
    super();
  }

  private readonly held = new Map<number, IHeld[]>();
  private readonly secrets = new Map<string, Uint8Array>();
  private readonly made = new Map<string, Uint8Array>();
  private readonly kinds = new Map<string, SecretKind>();
  /** Keys of teams, by team and SHA-256. */
  private readonly teams = new Map<string, Uint8Array>();

  /** `wrong`: not the key that was stated; `unstated`: nobody stated such an epoch, as far as is known here. */
  takeEpoch(epoch: number, key: Uint8Array): 'taken' | 'known' | 'unstated' | 'wrong' {
    const stated = this.ports.stated(epoch);
    if (stated.length === 0) {
      return 'unstated';
    }
    const hash = this.ports.digest(key);
    if (key.byteLength !== 32 || !stated.some(each => sameBytes(each, hash))) {
      return 'wrong';
    }
    const held = this.held.get(epoch) ?? [];
    if (held.some(each => sameBytes(each.key, key))) {
      return 'known';
    }
    this.held.set(epoch, [...held, { key: key.slice(), hash }]);
    return 'taken';
  }

  /** `other`: there is another secret already; the first stays, as what is here was read with it. */
  takeSecret(document: string, epoch: number, secret: Uint8Array): 'taken' | 'known' | 'other' | 'full' {
    const name = `${epoch} ${document}`;
    const held = this.secrets.get(name);
    if (held) {
      return sameBytes(held, secret) ? 'known' : 'other';
    }
    if (this.secrets.size >= SECRETS_KEPT) {
      return 'full';
    }
    this.secrets.set(name, secret.slice());
    return 'taken';
  }

  /** `wrong`: no key that was stated for the team. */
  takeTeam(team: string, key: Uint8Array): 'taken' | 'known' | 'wrong' {
    const hash = this.ports.digest(key);
    if (key.byteLength !== 32 || !this.ports.teamKeys(team).some(each => sameBytes(each, hash))) {
      return 'wrong';
    }
    const name = `${team} ${toHex(hash)}`;
    if (this.teams.has(name)) {
      return 'known';
    }
    this.teams.set(name, key.slice());
    return 'taken';
  }

  hasTeam(team: string, keyHash: Uint8Array): boolean {
    return this.teams.has(`${team} ${toHex(keyHash)}`);
  }

  /** A team's keys that are here and were stated, the one to write with first. */
  teamKeys(team: string): readonly Uint8Array[] {
    return this.ports.teamKeys(team).flatMap(hash => this.teams.get(`${team} ${toHex(hash)}`) ?? []);
  }

  /** The newest epoch that can be written in: stated, its key here. Null before there is any. */
  get newest(): number | null {
    const epochs = this.ports.epochs();
    for (let index = epochs.length - 1; index >= 0; index -= 1) {
      if (this.epochKeys(epochs[index]!).length > 0) {
        return epochs[index]!;
      }
    }
    return null;
  }

  /** Whether the epoch that counts now can be written in. */
  get isCurrent(): boolean {
    return this.newest === this.ports.epochs().at(-1);
  }

  /** Stated epochs whose key is not here: what to knock for. */
  get lacking(): readonly number[] {
    return this.ports.epochs().filter(epoch => !this.hasCounting(epoch));
  }

  /** How many keys that were stated are not here: two may have stated an epoch at once, and each of them writes. */
  missingOf(epochs = this.ports.epochs()): number {
    return epochs.reduce(
      (so, epoch) => so + this.ports.stated(epoch).length - this.epochKeys(epoch).length,
      0
    );
  }

  /** An epoch's keys that are here, the one that counts first. */
  epochKeys(epoch: number): readonly Uint8Array[] {
    const held = this.held.get(epoch) ?? [];
    return this.ports
      .stated(epoch)
      .flatMap(hash => held.filter(each => sameBytes(each.hash, hash)).map(each => each.key));
  }

  /** All of them, ascending by epoch: what a member who admits somebody hands over. */
  all(): readonly { readonly epoch: number; readonly key: Uint8Array }[] {
    return this.ports.epochs().flatMap(epoch => this.epochKeys(epoch).map(key => ({ epoch, key })));
  }

  /** Which keys open a document in an epoch. Answers at once where the cryptography does. */
  keysOf(document: string, epoch: number, then: (keys: IKeys) => void): void {
    const kind = this.kindOf(document);
    if (kind === 'team') {
      this.teamSecrets(teamOf(document)!, epoch, (secrets, missing) =>
        this.keysFrom(secrets, document, missing, then)
      );
      return;
    }
    const isOwn = kind === 'own';
    const own = this.secrets.get(`${epoch} ${document}`);
    if (isOwn && !own && keeperOf(document) === this.ports.own.participant) {
      this.secretOf(document, epoch, () => this.keysOf(document, epoch, then));
      return;
    }
    const secrets = isOwn ? (own ? [own] : []) : this.epochKeys(epoch);
    this.keysFrom(secrets, document, isOwn ? 'secret' : 'epoch', then);
  }

  /** Which keys open what somebody says of themselves about a document: that is for all, whatever it is about. */
  recordKeys(document: string, epoch: number, then: (keys: IKeys) => void): void {
    this.keysFrom(this.epochKeys(epoch), document, 'epoch', then);
  }

  /** The secret of a document of one's own, to be wrapped for others. */
  secretOf(document: string, epoch: number, then: (secret: Uint8Array) => void): void {
    const { root, classId } = this.ports.own;
    const held = this.secrets.get(`${epoch} ${document}`);
    if (held) {
      then(held);
      return;
    }
    ownSecret(this.ports.crypto, root, classId, document, epoch, secret => {
      this.secrets.set(`${epoch} ${document}`, secret);
      then(secret);
    });
  }

  /** Forgets everything: the class was left. */
  forget(): void {
    [this.held, this.secrets, this.made, this.teams, this.kinds].forEach(map => map.clear());
  }

  /** Of documents of a team in an epoch: that of the key to write with first. */
  private teamSecrets(
    team: string,
    epoch: number,
    then: (secrets: readonly Uint8Array[], missing: Missing) => void
  ): void {
    const epochKeys = this.epochKeys(epoch);
    const pairs = this.teamKeys(team).flatMap(teamKey => epochKeys.map(epochKey => ({ teamKey, epochKey })));
    gather(
      pairs,
      ({ teamKey, epochKey }, made) =>
        this.remember(
          `${textOf(teamKey)} ${textOf(epochKey)} ${epoch}`,
          then => teamSecret(this.ports.crypto, teamKey, epochKey, epoch, then),
          made
        ),
      secrets => then(secrets, epochKeys.length > 0 ? 'secret' : 'epoch')
    );
  }

  /** @param missing what it is that is missing if there is no secret */
  private keysFrom(
    secrets: readonly Uint8Array[],
    document: string,
    missing: Missing,
    then: (keys: IKeys) => void
  ): void {
    gather(
      secrets,
      (secret, made) => this.keyOf(secret, document, made),
      keys => then({ keys, missing: keys.length > 0 ? null : missing })
    );
  }

  private hasCounting(epoch: number): boolean {
    const held = this.held.get(epoch) ?? [];
    const counting = this.ports.stated(epoch).slice(0, 1);
    return counting.some(hash => held.some(each => sameBytes(each.hash, hash)));
  }

  private keyOf(secret: Uint8Array, document: string, then: (key: Uint8Array) => void): void {
    this.remember(
      `${textOf(secret)} ${document}`,
      made => documentKey(this.ports.crypto, secret, document, made),
      then
    );
  }

  private remember(
    name: string,
    make: (then: (made: Uint8Array) => void) => void,
    then: (made: Uint8Array) => void
  ): void {
    const known = this.made.get(name);
    if (known) {
      then(known);
      return;
    }
    make(made => {
      this.made.set(name, made);
      if (this.made.size > KEYS_KEPT) {
        this.made.delete(this.made.keys().next().value!);
      }
      then(made);
    });
  }

  private kindOf(document: string): SecretKind {
    const known = this.kinds.get(document);
    if (known) {
      return known;
    }
    const kind = secretKindOf(document, this.ports.everyone);
    if (this.kinds.size >= KEYS_KEPT) {
      this.kinds.clear();
    }
    this.kinds.set(document, kind);
    return kind;
  }
}

/** As every envelope asks for its key, and secrets are few. */
const texts = new WeakMap<Uint8Array, string>();

function textOf(bytes: Uint8Array): string {
  const known = texts.get(bytes);
  if (known !== undefined) {
    return known;
  }
  const text = String.fromCharCode(...bytes);
  texts.set(bytes, text);
  return text;
}

/** Asks for each, and calls back with all answers, in order. */
function gather<Asked>(
  all: readonly Asked[],
  ask: (one: Asked, then: (answer: Uint8Array) => void) => void,
  then: (answers: readonly Uint8Array[]) => void
): void {
  const answers: Uint8Array[] = [];
  let left = all.length + 1;
  const finish = (): void => {
    left -= 1;
    if (left === 0) {
      then(answers);
    }
  };
  all.forEach((one, index) =>
    ask(one, answer => {
      answers[index] = answer;
      finish();
    })
  );
  finish();
}
