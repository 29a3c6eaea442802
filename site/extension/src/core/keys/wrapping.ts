/**
 * Wraps kept and made: of one's own documents for whoever may read them now, and of others' what is here. Pure: what is
 * made is handed to `publish`, what comes is handed to `heard` [KEY3].
 */
import { sameBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { idText } from '../envelope/envelope';
import type { Digest } from '../session';
import type { Keyring } from './keyring';
import { Handing, type ITeamReaders, isTeams } from './handing';
import { HeldWraps } from './held';
import { type IWraps, makeWraps, openShared, openWraps, readWraps } from './wraps';

export { WRAPS_BYTES } from './held';

export interface IWrappingPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly ring: Keyring;
  readonly classId: Uint8Array;
  /** The owner of the branch that all members write. */
  readonly everyone: string;
  readonly own: { readonly participant: string; readonly root: ISigner; readonly agreement: IAgreement };
  fill(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** Agreement keys of the devices that may read a document of one's own: owner's and instructors', the team's. */
  readers(document: string): readonly Uint8Array[];
  /** Whether the class may read it as well: outputs, where they are shared. */
  isShared(document: string): boolean;
  readonly teams: ITeamReaders;
  /** Wraps that are new: of one's own, to be said and kept. */
  publish(bytes: Uint8Array): void;
  /** There is a secret that was not here. */
  opened(document: string, epoch: number): void;
}

export class Wrapping {
  constructor(private readonly ports: IWrappingPorts) {
    this.held = new HeldWraps(ports.digest);
    this.handing = new Handing(ports, this.held, bytes => this.say(bytes));
  }

  /** Keys of teams. */
  readonly handing: Handing;
  private readonly held: HeldWraps;
  private readonly making = new Set<string>();
  /** Devices wrapped to already: of those whose key is none, or for which there is no room, nothing comes of it. */
  private readonly tried = new Set<string>();

  /** All that are here: for a newcomer, and for storage. */
  get all(): readonly Uint8Array[] {
    return this.held.all.map(({ bytes }) => bytes);
  }

  /**
   * Wraps the secrets of a document of one's own, in each epoch of which the key is here, for those who may read it now
   * and have not got them. To be called when it is opened, and when an epoch, a role, a device or what is shared changed.
   */
  look(document: string): void {
    new Set(this.ports.ring.all().map(({ epoch }) => epoch)).forEach(epoch => this.lookIn(document, epoch));
  }

  /** Wraps from a neighbour, or from storage. `then`: whether they are new and genuine, and so to be kept and passed on. */
  heard(bytes: Uint8Array, then: (isNews: boolean) => void): void {
    const { crypto, digest, classId, everyone } = this.ports;
    const copy = bytes.slice();
    readWraps(crypto, digest, classId, everyone, copy, read => {
      if (read.kind === 'fault') {
        then(false);
        return;
      }
      const given = { wraps: read.value, bytes: copy };
      if (isTeams(given)) {
        then(this.handing.heard(given));
        return;
      }
      const isNews = this.held.keep(given);
      if (isNews) {
        this.open(read.value);
      }
      then(isNews);
    });
  }

  /** Keys of epochs came: what is shared with the class may open now. */
  retry(): void {
    this.held.all.filter(each => !isTeams(each)).forEach(({ wraps }) => this.open(wraps));
    this.handing.retry();
  }

  private lookIn(document: string, epoch: number): void {
    const { crypto, digest, classId, own, ring } = this.ports;
    const name = `${epoch} ${document}`;
    const before = this.held.of({ document, epoch, author: own.participant });
    const had = before?.boxes.map(({ recipient }) => recipient) ?? [];
    const readers = this.ports.readers(document).filter(key => !sameBytes(key, own.agreement.key));
    const fresh = readers.filter(
      key => !had.some(each => sameBytes(each, key)) && !this.tried.has(`${name} ${idText(key)}`)
    );
    const isShared = this.ports.isShared(document);
    const isDue = fresh.length > 0 || (isShared && !before?.shared.byteLength);
    if (!isDue || this.making.has(name)) {
      return;
    }
    this.making.add(name);
    fresh.forEach(key => this.tried.add(`${name} ${idText(key)}`));
    // Who could read goes on being able to: a new epoch is what takes that away.
    const recipients = [...had, ...fresh];
    const shareWith = isShared || before?.shared.byteLength ? (ring.epochKeys(epoch)[0] ?? null) : null;
    const fill = (into: Uint8Array<ArrayBuffer>): unknown => this.ports.fill(into);
    ring.secretOf(document, epoch, secret =>
      makeWraps(
        crypto,
        digest,
        own.root,
        { classId, document, epoch },
        { secret, recipients, shareWith },
        fill,
        bytes => {
          this.making.delete(name);
          this.say(bytes);
        }
      )
    );
  }

  /** Wraps of one's own. */
  private say(bytes: Uint8Array): void {
    this.heard(bytes, isNews => isNews && this.ports.publish(bytes));
  }

  private open(wraps: IWraps): void {
    const { crypto, digest, ring, own } = this.ports;
    const { document, epoch } = wraps;
    if (wraps.author === own.participant) {
      return;
    }
    const take = (secret: Uint8Array | null): void => {
      if (secret && ring.takeSecret(document, epoch, secret) === 'taken') {
        this.ports.opened(document, epoch);
      }
    };
    openWraps(crypto, digest, wraps, own.agreement, take);
    ring.epochKeys(epoch).forEach(key => openShared(crypto, digest, wraps, key, take));
  }
}
