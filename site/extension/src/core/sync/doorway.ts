/**
 * The door of a class, between neighbours: who knocks here is let in, waits or is passed on; and one knocks oneself for as
 * long as the key of the epoch that counts is not here [KEY7, KEY9].
 */
import { isOut as isOutRole } from '../class/permissions';
import type { Statements } from '../class/statements';
import type { Cancel, Clock } from '../clock';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { answeredKnock, type IAdmission, makeAnswer, readAnswer } from '../keys/answer';
import { Door, type IWaiting, type Step } from '../keys/door';
import type { Keyring } from '../keys/keyring';
import { makeKnock, readKnock } from '../keys/knock';
import { Knocking, type KnockState } from '../keys/knocking';
import type { Neighbours } from '../overlay/neighbours';
import type { Digest } from '../session';

const TICK_MS = 1000;

export interface IDoorwayPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly own: IOwnSession;
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
  readonly name: string | (() => string);
  readonly keyring: Keyring;
  statements(): Statements | null;
  neighbours(): Neighbours | null;
  /** Takes in an admission, after verifying all of it. */
  learn(admission: IAdmission, then: () => void): void;
  knockState(state: KnockState): void;
  waitingChanged(): void;
}

export class Doorway {
  constructor(private readonly ports: IDoorwayPorts) {
    const { clock, keyring, own } = ports;
    const roles = () => ports.statements()?.roles;
    const rules = {
      isOpen: () => roles()?.door === 'open',
      canTeach: () => roles()?.canTeach(own.participant) === true,
      hasKey: () => keyring.isCurrent,
      isBehind: () =>
        keyring.newest !== null &&
        !keyring.isCurrent &&
        !isOutRole(roles()?.roleOf(own.participant) ?? 'outsider'),
      isRemoved: (participant: string) => roles()?.roleOf(participant) === 'removed',
      isMember: (participant: string) => !isOutRole(roles()?.roleOf(participant) ?? 'outsider')
    };
    this.door = new Door(rules, () => clock.now());
    this.knocking = new Knocking({
      now: () => clock.now(),
      make: then => this.makeKnock(then),
      send: (bytes, to) => this.send({ type: 'knock', bytes }, to),
      isInside: () => keyring.isCurrent,
      missing: () => keyring.missingOf(),
      learn: (admission, then) => ports.learn(admission, then),
      changed: state => ports.knockState(state)
    });
  }

  private readonly door: Door;
  private readonly knocking: Knocking;
  private ticking: Cancel | null = null;
  private wasOut = false;

  /** How far one is who lacks a key. */
  get state(): KnockState {
    return this.knocking.state;
  }

  /** Who waits to be let in, for those who may. */
  get waiting(): readonly IWaiting[] {
    return this.door.waiting;
  }

  begin(): void {
    this.wasOut = this.isOut;
    this.tick();
  }

  end(): void {
    this.ticking?.();
  }

  joined(peer: string): void {
    this.knocking.met(peer);
  }

  left(peer: string): void {
    this.door.left(peer);
  }

  /** Something is sealed with a key that is not here, or an epoch was stated: knocks if it must. */
  need(): void {
    this.knocking.need();
  }

  /** Roles, keys or the door are different. */
  changed(): void {
    this.go(this.door.changed());
    const { isOut } = this;
    if (this.wasOut && !isOut) {
      // What was answered before does not hold any more: one is let back in.
      this.knocking.again();
    }
    this.wasOut = isOut;
  }

  /** Lets somebody in who waits. */
  admit(participant: string): void {
    this.go(this.door.admit(participant));
    this.ports.waitingChanged();
  }

  refuse(participant: string): void {
    this.go(this.door.refuse(participant));
    this.ports.waitingChanged();
  }

  hearKnock(peer: string, bytes: Uint8Array): void {
    const { crypto, digest, classId, joinSecret, own } = this.ports;
    const id = digest(bytes);
    if (this.door.mayRead(id, peer)) {
      readKnock(crypto, digest, classId, joinSecret, bytes, read => {
        // One's own comes back from others: it is theirs to answer.
        if (read.kind === 'read' && read.value.session !== own.session) {
          this.go(this.door.knocked(read.value, bytes, peer));
          this.ports.waitingChanged();
        }
      });
    }
  }

  hearAnswer(peer: string, bytes: Uint8Array): void {
    const { crypto, classId, own } = this.ports;
    const knock = answeredKnock(bytes);
    if (knock && !this.knocking.isAsked(knock)) {
      this.go(this.door.answered(knock, bytes, peer));
      return;
    }
    readAnswer(crypto, classId, own.agreement, this.knocking.isAsked, bytes, read => {
      if (read.kind === 'read' && read.value.kind === 'admitted') {
        this.knocking.answered('admitted', read.value);
      } else if (read.kind === 'read') {
        this.knocking.answered(read.value.kind as 'waiting' | 'refused');
      }
    });
  }

  private get isOut(): boolean {
    const { own } = this.ports;
    return isOutRole(this.ports.statements()?.roles.roleOf(own.participant) ?? 'outsider');
  }

  private makeKnock(then: (bytes: Uint8Array, id: Uint8Array) => void): void {
    const { crypto, classId, joinSecret, own, digest, fill } = this.ports;
    const name = typeof this.ports.name === 'string' ? this.ports.name : this.ports.name();
    const salt = new Uint8Array(16);
    fill(salt);
    makeKnock(crypto, classId, joinSecret, { ...own, name }, salt, bytes => then(bytes, digest(bytes)));
  }

  private go(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'pass-on') {
        this.ports.neighbours()?.say({ type: 'knock', bytes: step.bytes }, new Set([step.from]));
      } else if (step.kind === 'pass-back') {
        this.send({ type: 'admit', bytes: step.bytes }, step.to);
      } else {
        this.answer(step);
      }
    }
  }

  private answer({ knock, answer }: Extract<Step, { kind: 'answer' }>): void {
    const { crypto, classId, fill } = this.ports;
    const to = this.door.wayTo(knock);
    const statements = this.ports.statements();
    if (to === null || !statements) {
      return;
    }
    const seed = new Uint8Array(32);
    fill(seed);
    const said =
      answer === 'admitted'
        ? {
            kind: answer,
            founding: statements.founding.record,
            statements: statements.all.map(({ bytes }) => bytes),
            keys: this.ports.keyring.all()
          }
        : { kind: answer };
    makeAnswer(crypto, classId, knock, said, seed, bytes => bytes && this.send({ type: 'admit', bytes }, to));
  }

  private send(
    message: { readonly type: 'knock' | 'admit'; readonly bytes: Uint8Array },
    to: string | null
  ): void {
    if (to === null) {
      this.ports.neighbours()?.say(message);
    } else {
      this.ports.neighbours()?.get(to)?.say(message);
    }
  }

  private tick(): void {
    this.knocking.tick();
    this.ticking = this.ports.clock.after(TICK_MS, () => this.tick());
  }
}
