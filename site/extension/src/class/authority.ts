/**
 * A member's part in the class's government, in a page: governance over this page's engine, kept in the vault, and what
 * the interface asks of it. Shell around `core/class/governance`.
 */
import { digest } from 'lib0/hash/sha256';
import { pageClock } from '../connection/page';
import { Governance, type IKeptGovernance } from '../core/class/governance';
import type { IInvitation } from '../core/class/invitation';
import type { IReach, StatedRole } from '../core/class/statement';
import { readFounding } from '../core/class/founding';
import { writeRecovery, type IRecovery } from '../core/class/recovery';
import type { ICrypto } from '../core/crypto';
import type { IOwnSession } from '../core/identity/own';
import type { Secret } from '../core/secret';
import type { Engine } from '../core/sync/engine';
import type { IKeys, IRules } from '../core/sync/options';
import type { IKeptClass, KeptClasses } from './kept';
import type { ITeaching } from './membership';
import type { Entrance } from './panel/entrance';

export interface IAuthorityParts {
  readonly crypto: ICrypto;
  readonly invitation: IInvitation;
  readonly own: IOwnSession;
  readonly root: Secret;
  readonly classes: KeptClasses;
  readonly kept: IKeptClass;
  engine(): Engine;
  name(): string;
  /** Agreement keys of somebody's devices, and how far their sessions are here. */
  devicesOf(participant: string): readonly Uint8Array[];
  reachesOf(participant: string): readonly IReach[];
  changed(): void;
}

export class Authority {
  constructor(private readonly parts: IAuthorityParts) {
    const { crypto, invitation, own, root } = parts;
    this.recovery = parts.kept.recovery;
    this.governance = new Governance({
      crypto,
      digest,
      clock: pageClock,
      fill: bytes => globalThis.crypto.getRandomValues(bytes),
      classId: invitation.id,
      joinSecret: invitation.joinSecret,
      own,
      root,
      name: () => parts.name(),
      say: (type, bytes, to, except) => parts.engine().sayClass(type, bytes, to, except),
      reachesOf: participant => parts.reachesOf(participant),
      devicesOf: participant => parts.devicesOf(participant),
      isMember: participant => this.members.has(participant),
      changed: () => this.changed(),
      keep: () => this.keep()
    });
    this.rules = {
      standing: (who, place) => this.governance.standing(who.participant, who.session, place),
      cutOf: (document, session, participant) => this.governance.cutOf(document, session, participant)
    };
    this.keys = {
      keyFor: (document, _, then) => this.governance.keyFor(document, then),
      keysOf: (document, _, epoch, then) => this.governance.keysOf(document, epoch, then)
    };
  }

  readonly governance: Governance;
  /** What the engine asks. */
  readonly rules: IRules;
  readonly keys: IKeys;
  /** Who was in the class, as far as this page saw. */
  readonly members = new Set<string>();
  private recovery: Secret | null;
  private saving: Promise<void> | null = null;
  private isStale = false;
  private before = { rules: '', keys: '' };

  /** Takes back what is kept. What is not here is knocked for. */
  begin(): void {
    this.governance.begin(this.parts.kept);
  }

  get isInside(): boolean {
    return this.governance.state === 'inside';
  }

  /** @param isConnected whether somebody of the class can be reached; @param isAway whether nothing can */
  entranceOf(isConnected: boolean, isAway: boolean): Entrance {
    const { state } = this.governance;
    // With the keys of an epoch that is over one is in, and knocks behind.
    if (state === 'inside' || (this.governance.secrets.ring.newest !== null && state !== 'refused')) {
      return 'in';
    }
    if (state === 'waiting') {
      return 'door';
    }
    if (state === 'refused') {
      return 'refused';
    }
    return isConnected ? 'asking' : isAway ? 'away' : 'nobody';
  }

  mayWrite(document: string): boolean {
    const { roles } = this.governance;
    return roles?.mayWrite(this.parts.own.participant, document, 'document') === true;
  }

  /** Null for whoever does not teach. */
  get teaching(): ITeaching | null {
    const { governance, parts } = this;
    const { roles } = governance;
    const { participant } = parts.own;
    if (!roles?.canTeach(participant)) {
      return null;
    }
    return {
      door: roles.door,
      waiting: governance.waiting,
      outputsShared: roles.outputsShared,
      mayGive: (to, role) =>
        to !== participant &&
        roles.mayState(participant, { kind: 'standing', participant: to, role, counts: [], frontier: [] }),
      give: (to: string, role: StatedRole) => governance.setRole(to, role),
      setDoor: door => governance.setDoor(door),
      admit: who => governance.admit(who),
      refuse: who => governance.refuse(who),
      share: outputs => governance.share(outputs),
      recoveryFile: workshop => this.recoveryFile(workshop)
    };
  }

  /** With the recovery file's key: the class is this person's from now on. */
  takeOver({ seed, founding }: Pick<IRecovery, 'seed' | 'founding'>, then: (isDone: boolean) => void): void {
    this.governance.takeOver(seed, founding.record, isDone => {
      if (isDone) {
        this.recovery = seed;
        this.keep();
      }
      then(isDone);
    });
  }

  end(): void {
    this.governance.end();
  }

  private recoveryFile(workshop: string): string | null {
    const { recovery, parts } = this;
    const { founding } = this.governance.kept;
    const read = founding && readFounding(digest, parts.invitation.id, founding);
    return recovery && read?.kind === 'read'
      ? writeRecovery(digest, {
          seed: recovery,
          founding: read.value,
          joinSecret: parts.invitation.joinSecret,
          workshop
        })
      : null;
  }

  private changed(): void {
    const { roles, secrets, kept } = this.governance;
    const rules = kept.statements.length === 0 ? '' : `${kept.statements.length} ${roles?.epoch?.epoch ?? 0}`;
    const keys = `${secrets.ring.all().length} ${secrets.entries.length}`;
    const isOther = { rules: rules !== this.before.rules, keys: keys !== this.before.keys };
    this.before = { rules, keys };
    if (isOther.rules) {
      this.parts.engine().rulesChanged();
    }
    if (isOther.keys) {
      this.parts.engine().keysChanged();
    }
    this.parts.changed();
  }

  /** Written one after the other; what changed meanwhile is in the next one. */
  private keep(): void {
    this.isStale = true;
    this.saving ??= this.save().finally(() => (this.saving = null));
  }

  private async save(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      const { invitation, classes } = this.parts;
      const kept: IKeptGovernance = this.governance.kept;
      try {
        await classes.write(invitation.id, { ...kept, recovery: this.recovery });
      } catch (error) {
        // In this page it holds; the next one is let in again.
        console.warn('The keys of the class could not be kept:', error);
      }
    }
  }
}
