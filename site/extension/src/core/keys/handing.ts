/**
 * Keys of teams, handed to whoever may read them: by who stated the team, and by anybody who is of it and has the key, so
 * that who was put in need not wait for one person. Which keys are a team's is stated, so nobody hands over another
 * [KEY11]. Pure.
 */
import { sameBytes } from '../bytes';
import { toHex } from '../tagged';
import { teamKeyName, teamOf } from './documents';
import type { HeldWraps, IHeld } from './held';
import type { Making } from './making';
import type { IWrappingPorts } from './wrapping';
import { makeWraps, openWraps } from './wraps';

/** Genuine wraps of keys that nobody stated yet, as far as is known here: they wait for the statement. */
const MOST_WAITING = 64;

/** What is known of teams. */
export interface ITeamReaders {
  /** Teams that one is of, or was. */
  own(): readonly string[];
  /** Agreement keys of all devices that may read a team's documents, one's own among them. */
  devices(team: string): readonly Uint8Array[];
  /** SHA-256 of the keys stated for it. */
  keyHashes(team: string): readonly Uint8Array[];
  /** Whether somebody may have the team's keys, or had them rightly. */
  mayHave(participant: string, team: string): boolean;
  teaches(participant: string): boolean;
}

export class Handing {
  constructor(
    private readonly ports: IWrappingPorts,
    private readonly held: HeldWraps,
    private readonly making: Making,
    /** Wraps of one's own: whether they are kept. */
    private readonly made: (bytes: Uint8Array, then: (isKept: boolean) => void) => void
  ) {}

  private readonly waiting = new Map<string, IHeld>();

  /** Hands the keys of one's teams, those before among them, that are here to those who may read them and have not got them. */
  look(): void {
    const { teams, ring } = this.ports;
    teams.own().forEach(team => ring.teamKeys(team).forEach(key => this.lookAt(team, key)));
  }

  /** Genuine wraps of a team's key: whether they are kept now, and so to be passed on. */
  heard(given: IHeld): boolean {
    if (!this.isRight(given)) {
      this.wait(given);
      return false;
    }
    const isNews = this.held.keep(given);
    if (isNews) {
      this.open(given);
    }
    return isNews;
  }

  /** Other things are stated. Kept is what is right by that, so that all who know the same keep the same. */
  changed(): void {
    for (const each of this.held.all) {
      if (isTeams(each) && !this.isRight(each)) {
        this.held.drop(each);
        this.wait(each);
      }
    }
    for (const [id, each] of [...this.waiting]) {
      // What is not right yet waits again.
      this.waiting.delete(id);
      if (this.heard(each)) {
        this.ports.publish(each.bytes);
      }
    }
    this.retry();
  }

  /** What is held may be for this device. */
  retry(): void {
    this.held.all.filter(isTeams).forEach(each => this.open(each));
  }

  private lookAt(team: string, key: Uint8Array): void {
    const { crypto, digest, classId, own, teams } = this.ports;
    const document = teamKeyName(digest(key), team);
    const place = { document, epoch: 0, author: own.participant };
    // A member may name a device and give it nothing: who teaches does not rely on that.
    const relied = this.held.all.filter(
      ({ wraps }) =>
        wraps.document === document && (!teams.teaches(own.participant) || teams.teaches(wraps.author))
    );
    const isNamed = (device: Uint8Array): boolean =>
      relied.some(({ wraps }) => wraps.boxes.some(({ recipient }) => sameBytes(recipient, device)));
    const devices = teams.devices(team).filter(device => !isNamed(device));
    this.making.look(place, devices, {
      make: (fresh, then) => {
        const had = this.held.of(place)?.boxes.map(({ recipient }) => recipient) ?? [];
        makeWraps(
          crypto,
          digest,
          own.root,
          { classId, document, epoch: 0 },
          { secret: key, recipients: [...had, ...fresh.filter(each => each !== 'class')], shareWith: null },
          bytes => this.ports.fill(bytes),
          bytes => this.made(bytes, then)
        );
      },
      again: () => this.lookAt(team, key)
    });
  }

  private open({ wraps }: IHeld): void {
    const { crypto, digest, ring, own } = this.ports;
    const team = teamOf(wraps.document)!;
    if (ring.hasTeam(team, wraps.hash)) {
      return;
    }
    openWraps(crypto, digest, wraps, own.agreement, key => {
      if (key && ring.takeTeam(team, key) === 'taken') {
        this.ports.opened(wraps.document, wraps.epoch);
      }
    });
  }

  private isRight({ wraps }: IHeld): boolean {
    const { teams } = this.ports;
    const team = teamOf(wraps.document)!;
    return (
      teams.keyHashes(team).some(hash => sameBytes(hash, wraps.hash)) && teams.mayHave(wraps.author, team)
    );
  }

  private wait(given: IHeld): void {
    this.waiting.set(toHex(this.ports.digest(given.bytes)), given);
    if (this.waiting.size > MOST_WAITING) {
      this.waiting.delete(this.waiting.keys().next().value!);
    }
  }
}

export function isTeams({ wraps }: IHeld): boolean {
  return teamOf(wraps.document) !== null;
}
