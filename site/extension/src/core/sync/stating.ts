/** What this page itself states, if it may: epochs and the door, who is what, teams, and who owns the class. */
import { fitBounds } from '../class/bounds';
import { frontierFor, type IReached } from '../class/readmission';
import type { Roles } from '../class/roles';
import {
  type Door,
  type IReach,
  type IStatement,
  signStatement,
  type StatedRole,
  type StatementBody
} from '../class/statement';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import type { Keyring } from '../keys/keyring';
import type { Secret } from '../secret';
import type { Digest } from '../session';
import { Teaming } from './teaming';

export interface IStatingPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly classId: Uint8Array;
  readonly own: IOwnSession;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly keyring: Keyring;
  /** Null while it is not known how the class was founded. */
  roles(): Roles | null;
  /** Participants who are, or were, here, as far as this page saw: whom a door that closes leaves in. */
  known(): Iterable<string>;
  /** Takes what was stated, and says it to all. */
  take(statement: IStatement): void;
  keysChanged(): void;
  /** Lets somebody in who waits at the door. */
  letIn(participant: string): void;
}

export class Stating {
  constructor(private readonly ports: IStatingPorts) {
    const { digest, keyring, fill } = ports;
    this.teaming = new Teaming({
      ...{ digest, keyring, fill },
      roles: () => ports.roles(),
      state: body => this.state(body),
      keysChanged: () => ports.keysChanged(),
      give: (...given) => this.give(...given)
    });
  }

  readonly teaming: Teaming;
  /** Whether the class was taken over behind a closed door: whoever has its key hands it over first. */
  private beginsAfter = false;

  /** States something, if one may: whether that is so. */
  state(body: StatementBody): boolean {
    const { own, digest, classId } = this.ports;
    const roles = this.ports.roles();
    const number = roles?.nextNumber(own.rootKey, body) ?? null;
    if (!roles?.mayState(own.participant, body) || number === null) {
      return false;
    }
    signStatement(own.root, digest, classId, number, body, statement => this.ports.take(statement));
    return true;
  }

  /**
   * Lets somebody in who waits. With the door closed it is stated: what they wrote before counts by that, but for what is
   * proven to be two things.
   */
  admit(participant: string, reaches: readonly IReached[]): void {
    if (this.ports.roles()?.roleOf(participant) === 'outsider') {
      this.give(participant, 'attendee', reaches);
    }
    this.ports.letIn(participant);
  }

  /** A new epoch, with a key of its own. With the door closed, those who are in it now stay. */
  beginEpoch(door: Door): boolean {
    const { digest, fill, keyring } = this.ports;
    const roles = this.ports.roles();
    const key = new Uint8Array(32);
    fill(key);
    const epoch = (roles?.epoch?.epoch ?? 0) + 1;
    const members = door === 'closed' ? (roles?.membersOf(this.ports.known()) ?? []) : [];
    const isStated = this.state({ kind: 'epoch', epoch, door, keyHash: digest(key), members });
    if (keyring.takeEpoch(epoch, key) === 'taken') {
      this.ports.keysChanged();
    }
    return isStated;
  }

  /**
   * Gives somebody a role, or takes one: what they did where they may not write with it counts as far as it is here, and
   * what they contradicted themselves in as far as nobody doubts it.
   */
  give(participant: string, role: StatedRole, reaches: readonly IReached[]): boolean {
    const roles = this.ports.roles();
    if (!roles) {
      return false;
    }
    const didTeach = roles.canTeach(participant) && role !== 'instructor';
    const bounds = fitBounds(roles.statementsOf(participant), frontierFor(roles, participant, role, reaches));
    const isStated = this.state({ kind: 'standing', participant, role, ...bounds });
    if (isStated && didTeach && role !== 'removed') {
      this.teaming.renew();
    }
    // Whoever is out has no key of what comes.
    return isStated && (role !== 'removed' || this.beginEpoch(this.ports.roles()!.door));
  }

  /** With the recovery key: the class is one's own from now on, and no device of who owned it has any power over it. */
  takeOver(seed: Secret, reaches: readonly IReach[], then: (isDone: boolean) => void): void {
    const { crypto, digest, classId, own, keyring } = this.ports;
    const before = this.ports.roles();
    if (!before) {
      then(false);
      return;
    }
    const body = {
      ...{ kind: 'succession' as const, ownerKey: own.rootKey },
      ...before.boundsOfOwners(reaches)
    };
    crypto.signer(seed.reveal(), recovery => {
      const number = before.nextNumber(recovery.key, body);
      if (number === null) {
        then(false);
        return;
      }
      signStatement(recovery, digest, classId, number, body, statement => {
        this.ports.take(statement);
        const roles = this.ports.roles();
        const isOwner = roles?.owner === own.participant;
        if (isOwner && keyring.isCurrent) {
          this.beginEpoch(roles.door);
        } else {
          this.beginsAfter = isOwner;
        }
        if (isOwner) {
          this.teaming.renew();
        }
        then(isOwner);
      });
    });
  }

  /** Keys came: what waited for them is stated now. */
  keysCame(): void {
    if (this.beginsAfter && this.ports.keyring.isCurrent) {
      this.beginsAfter = false;
      this.beginEpoch(this.ports.roles()!.door);
    }
  }
}
