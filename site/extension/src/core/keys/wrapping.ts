/**
 * Wraps kept and made: of one's own documents for whoever may read them now, and of others' what is here. Pure: what is
 * made is handed to `publish`, what comes is handed to `heard` [KEY3].
 */
import { sameBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import type { Digest } from '../session';
import type { Keyring } from './keyring';
import { Handing, type ITeamReaders, isTeams } from './handing';
import { HeldWraps, type IHeld } from './held';
import { Making, type Reader } from './making';
import { checkWraps, type IWraps, makeWraps, openShared, openWraps, readWraps } from './wraps';

export { WRAPS_AUTHOR_BYTES, WRAPS_BYTES } from './held';

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
    this.making = new Making(this.held);
    this.handing = new Handing(ports, this.held, this.making, (bytes, then) => this.say(bytes, then));
  }

  /** Keys of teams. */
  readonly handing: Handing;
  private readonly held: HeldWraps;
  private readonly making: Making;

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

  /** Wraps from a neighbour. `then`: whether they are new and genuine, and so to be kept and passed on. */
  heard(bytes: Uint8Array, then: (isNews: boolean) => void): void {
    this.read(bytes, given => {
      const isNews = given !== null && this.keep(given);
      then(isNews);
      if (isNews && given.wraps.author === this.ports.own.participant) {
        // Another page of one's own: it may know less of those who are to read than was said here.
        this.lookAgain(given);
      }
    });
  }

  /** Wraps that were kept on this device, where they were verified before. */
  restore(bytes: Uint8Array): void {
    const { digest, classId, everyone } = this.ports;
    const read = checkWraps(digest, classId, everyone, bytes);
    if (read.kind === 'read') {
      this.keep({ wraps: read.value, bytes });
    }
  }

  /** Keys of epochs came: what is shared with the class may open now. */
  retry(): void {
    this.held.all.filter(each => !isTeams(each)).forEach(({ wraps }) => this.open(wraps));
    this.handing.retry();
  }

  private lookIn(document: string, epoch: number): void {
    const { own, ring } = this.ports;
    const place = { document, epoch, author: own.participant };
    const devices = this.ports.readers(document).filter(key => !sameBytes(key, own.agreement.key));
    const readers = [...devices, ...(this.ports.isShared(document) ? ['class' as const] : [])];
    this.making.look(place, readers, {
      make: (fresh, then) =>
        ring.secretOf(document, epoch, secret => this.make(document, epoch, secret, fresh, then)),
      again: () => this.lookIn(document, epoch)
    });
  }

  private make(
    document: string,
    epoch: number,
    secret: Uint8Array,
    fresh: readonly Reader[],
    then: (isKept: boolean) => void
  ): void {
    const { crypto, digest, classId, own, ring } = this.ports;
    const before = this.held.of({ document, epoch, author: own.participant });
    const isShared = fresh.includes('class') || (before?.shared.byteLength ?? 0) > 0;
    // Who could read goes on being able to: a new epoch is what takes that away.
    const recipients = [
      ...(before?.boxes.map(({ recipient }) => recipient) ?? []),
      ...fresh.filter(reader => reader !== 'class')
    ];
    makeWraps(
      crypto,
      digest,
      own.root,
      { classId, document, epoch },
      { secret, recipients, shareWith: isShared ? (ring.epochKeys(epoch)[0] ?? null) : null },
      into => this.ports.fill(into),
      bytes => this.say(bytes, then)
    );
  }

  /** Wraps of one's own. */
  private say(bytes: Uint8Array, then: (isKept: boolean) => void): void {
    this.read(bytes, given => {
      const isKept = given !== null && this.keep(given);
      if (isKept) {
        this.ports.publish(bytes);
      }
      then(isKept);
    });
  }

  /** What is genuine, else null. */
  private read(bytes: Uint8Array, then: (given: IHeld | null) => void): void {
    const { crypto, digest, classId, everyone } = this.ports;
    const copy = bytes.slice();
    readWraps(crypto, digest, classId, everyone, copy, read =>
      then(read.kind === 'read' ? { wraps: read.value, bytes: copy } : null)
    );
  }

  private keep(given: IHeld): boolean {
    if (isTeams(given)) {
      return this.handing.heard(given);
    }
    const isNews = this.held.keep(given);
    if (isNews) {
      this.open(given.wraps);
    }
    return isNews;
  }

  private lookAgain(given: IHeld): void {
    if (isTeams(given)) {
      this.handing.look();
    } else {
      this.lookIn(given.wraps.document, given.wraps.epoch);
    }
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
