/**
 * Getting in, and letting in, for stories of the door: it, the asking and their messages put together for one member as a
 * page does. What it sends and what the class says are passed in; `heard` is given what neighbours say.
 */
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import type { Digest } from '../session';
import { type Answer, answeredKnock, type IAdmission, makeAnswer, readAnswer } from './answer';
import { Door, type IDoorRules, type IWaiting, type Step } from './door';
import type { Keyring } from './keyring';
import { type IKnock, makeKnock, readKnock } from './knock';
import { Knocking, type KnockState } from './knocking';

export interface IEntryPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly ring: Keyring;
  readonly rules: Omit<IDoorRules, 'hasKey' | 'isBehind'>;
  readonly classId: Uint8Array;
  /** What the invite link carries. */
  readonly joinSecret: Uint8Array;
  readonly own: {
    readonly session: string;
    readonly signer: ISigner;
    readonly agreement: IAgreement;
    readonly introduction: Uint8Array;
  };
  now(): number;
  fill(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** One's own name as it is now. */
  name(): string;
  /** The sessions one is connected to. */
  neighbours(): readonly string[];
  send(kind: EntryKind, bytes: Uint8Array, to: string): void;
  /** The class's founding record and all statements, for who comes in; null while one does not have them. */
  records(): Pick<IAdmission, 'founding' | 'statements'> | null;
  /** Verifies them (the record hashes to the class; signatures) and takes them in; then `ring` knows what was stated. */
  learn(records: Pick<IAdmission, 'founding' | 'statements'>, then: () => void): void;
  /** Somebody was let in: their introduction need not be asked for. */
  admitted(knock: IKnock): void;
  /** One's own state, or who waits. */
  changed(): void;
}

export type EntryKind = 'knock' | 'admit';

export class Entry {
  constructor(private readonly ports: IEntryPorts) {
    const { rules, ring } = ports;
    this.door = new Door(
      {
        isOpen: () => rules.isOpen(),
        canTeach: () => rules.canTeach(),
        isRemoved: participant => rules.isRemoved(participant),
        isMember: participant => rules.isMember(participant),
        hasKey: () => ring.isCurrent,
        isBehind: () => false
      },
      () => ports.now()
    );
    this.knocking = new Knocking({
      now: () => ports.now(),
      make: then => this.makeKnock(then),
      send: (bytes, to) => this.sendAll('knock', bytes, to === null ? ports.neighbours() : [to]),
      isInside: () => ring.isCurrent,
      missing: () => ring.missingOf(),
      learn: (admission, then) => this.learn(admission, then),
      changed: () => ports.changed()
    });
  }

  private readonly door: Door;
  private readonly knocking: Knocking;

  get state(): KnockState {
    return this.knocking.state;
  }

  /** Who waits to be let in: for owner and instructors. */
  get waiting(): readonly IWaiting[] {
    return this.door.waiting;
  }

  /** The class was entered, something cannot be opened, or what is stated changed. */
  look(): void {
    this.knocking.need();
    this.take(this.door.changed());
  }

  met(neighbour: string): void {
    this.knocking.met(neighbour);
  }

  left(neighbour: string): void {
    this.door.left(neighbour);
  }

  /** About every second. */
  tick(): void {
    this.knocking.tick();
  }

  admit(participant: string): void {
    this.take(this.door.admit(participant));
    this.ports.changed();
  }

  refuse(participant: string): void {
    this.take(this.door.refuse(participant));
    this.ports.changed();
  }

  heard(kind: EntryKind, bytes: Uint8Array, from: string): void {
    if (kind === 'knock') {
      this.heardKnock(bytes, from);
    } else {
      this.heardAnswer(bytes, from);
    }
  }

  private heardKnock(bytes: Uint8Array, from: string): void {
    const { crypto, digest, classId, joinSecret, own } = this.ports;
    const copy = bytes.slice();
    const id = digest(copy);
    if (this.knocking.isAsked(id) || !this.door.mayRead(id, from)) {
      return;
    }
    readKnock(crypto, digest, classId, joinSecret, copy, read => {
      if (read.kind === 'read' && read.value.session !== own.session) {
        this.take(this.door.knocked(read.value, copy, from));
        this.ports.changed();
      }
    });
  }

  private heardAnswer(bytes: Uint8Array, from: string): void {
    const { crypto, classId, own } = this.ports;
    const copy = bytes.slice();
    const id = answeredKnock(copy);
    if (!id) {
      return;
    }
    if (!this.knocking.isAsked(id)) {
      this.take(this.door.answered(id, copy, from));
      return;
    }
    readAnswer(crypto, classId, own.agreement, this.knocking.isAsked, copy, read => {
      if (read.kind === 'fault') {
        return;
      }
      if (read.value.kind === 'admitted') {
        this.knocking.answered('admitted', read.value);
      } else {
        this.knocking.answered(read.value.kind);
      }
    });
  }

  private take(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'answer') {
        this.answer(step.knock, step.answer);
      } else if (step.kind === 'pass-back') {
        this.sendAll('admit', step.bytes, [step.to]);
      } else {
        const others = this.ports.neighbours().filter(neighbour => neighbour !== step.from);
        this.sendAll('knock', step.bytes, others);
      }
    }
  }

  private answer(knock: IKnock, kind: Answer['kind']): void {
    const { crypto, classId, ring } = this.ports;
    const to = this.door.wayTo(knock);
    const held = kind === 'admitted' ? this.ports.records() : null;
    if (to === null || (kind === 'admitted' && !held)) {
      return;
    }
    const answer: Answer = held
      ? { kind: 'admitted', ...held, keys: ring.all() }
      : { kind: kind as 'waiting' };
    makeAnswer(crypto, classId, knock, answer, this.random(32), bytes => {
      if (bytes) {
        this.sendAll('admit', bytes, [to]);
      }
    });
    if (held) {
      this.ports.admitted(knock);
    }
  }

  private learn({ founding, statements, keys }: IAdmission, then: () => void): void {
    this.ports.learn({ founding, statements }, () => {
      keys.forEach(({ epoch, key }) => this.ports.ring.takeEpoch(epoch, key));
      then();
      this.take(this.door.changed());
    });
  }

  private makeKnock(then: (bytes: Uint8Array, id: Uint8Array) => void): void {
    const { crypto, digest, classId, joinSecret, own } = this.ports;
    const knocker = { signer: own.signer, introduction: own.introduction, name: this.ports.name() };
    makeKnock(crypto, classId, joinSecret, knocker, this.random(16), bytes => then(bytes, digest(bytes)));
  }

  private sendAll(kind: EntryKind, bytes: Uint8Array, to: readonly string[]): void {
    const here = this.ports.neighbours();
    to.filter(neighbour => here.includes(neighbour)).forEach(neighbour =>
      this.ports.send(kind, bytes, neighbour)
    );
  }

  private random(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    this.ports.fill(bytes);
    return bytes;
  }
}
