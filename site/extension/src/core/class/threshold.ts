/** The door of the class, from both sides: knocking where a key is lacking here, and answering those who knock. */
import type { Cancel, Clock } from '../clock';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { answeredKnock, type IAdmission, makeAnswer, readAnswer } from '../keys/answer';
import { Door, type IWaiting, type Step } from '../keys/door';
import { Knocking, type KnockState } from '../keys/knocking';
import type { Keyring } from '../keys/keyring';
import { makeKnock, readKnock } from '../keys/knock';
import type { Digest } from '../session';
import type { Roles } from './roles';

/** How often it is looked whether to knock again. */
const TICK_MS = 1000;

export interface IThresholdPorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
  readonly own: IOwnSession;
  readonly ring: Keyring;
  name(): string;
  roles(): Roles | null;
  /** The founding record. */
  record(): Uint8Array | null;
  statements(): readonly Uint8Array[];
  isMember(participant: string): boolean;
  say(type: 'knock' | 'admit', bytes: Uint8Array, to: string | null, except?: string): void;
  learn(admission: IAdmission, then: () => void): void;
  changed(): void;
}

export class Threshold {
  constructor(private readonly ports: IThresholdPorts) {
    const { crypto, digest, clock, classId, joinSecret, own, ring } = ports;
    this.door = new Door(
      {
        isOpen: () => ports.roles()?.door === 'open',
        canTeach: () => ports.roles()?.canTeach(own.participant) === true,
        hasKey: () => ring.isCurrent && ports.record() !== null,
        isRemoved: participant => ports.roles()?.roleOf(participant) === 'removed',
        isMember: participant => ports.isMember(participant)
      },
      () => clock.now()
    );
    this.knocking = new Knocking({
      now: () => clock.now(),
      make: then => {
        const { introduction, signer } = own;
        const knocker = { introduction, signer, name: ports.name() };
        makeKnock(crypto, classId, joinSecret, knocker, this.random(16), bytes => then(bytes, digest(bytes)));
      },
      send: (bytes, to) => ports.say('knock', bytes, to),
      isInside: () => ring.isCurrent,
      learn: (admission, then) => ports.learn(admission, then),
      changed: () => ports.changed()
    });
  }

  private readonly door: Door;
  private readonly knocking: Knocking;
  private ticking: Cancel | null = null;

  get state(): KnockState {
    return this.knocking.state;
  }

  get waiting(): readonly IWaiting[] {
    return this.door.waiting;
  }

  begin(): void {
    this.need();
  }

  /** Something is lacking, or may be. */
  need(): void {
    this.knocking.need();
    this.tick();
  }

  met(peer: string): void {
    this.knocking.met(peer);
    this.tick();
  }

  left(peer: string): void {
    this.door.left(peer);
  }

  /** What counts is another thing: whoever waits may be let in now. */
  changed(): void {
    this.door.changed().forEach(step => this.do(step));
  }

  admit(participant: string): void {
    this.door.admit(participant).forEach(step => this.do(step));
    this.ports.changed();
  }

  refuse(participant: string): void {
    this.door.refuse(participant).forEach(step => this.do(step));
    this.ports.changed();
  }

  hearKnock(peer: string, bytes: Uint8Array): void {
    const { crypto, digest, classId, joinSecret } = this.ports;
    if (!this.door.mayRead(digest(bytes), peer)) {
      return;
    }
    readKnock(crypto, digest, classId, joinSecret, bytes, read => {
      if (read.kind === 'read') {
        const before = this.door.waiting.length;
        this.door.knocked(read.value, bytes, peer).forEach(step => this.do(step));
        if (this.door.waiting.length !== before) {
          this.ports.changed();
        }
      }
    });
  }

  hearAnswer(bytes: Uint8Array): void {
    const { crypto, classId, own } = this.ports;
    const knock = answeredKnock(bytes);
    if (!knock) {
      return;
    }
    if (!this.knocking.isAsked(knock)) {
      this.door.answered(knock, bytes).forEach(step => this.do(step));
      return;
    }
    readAnswer(crypto, classId, own.agreement, this.knocking.isAsked, bytes, read => {
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

  end(): void {
    this.ticking?.();
    this.ticking = null;
  }

  private tick(): void {
    if (this.knocking.state !== 'inside' && !this.ticking) {
      this.ticking = this.ports.clock.after(TICK_MS, () => {
        this.ticking = null;
        this.knocking.tick();
        this.tick();
      });
    }
  }

  private do(step: Step): void {
    const { crypto, classId, ring } = this.ports;
    switch (step.kind) {
      case 'pass-on':
        return this.ports.say('knock', step.bytes, null, step.from);
      case 'pass-back':
        return this.ports.say('admit', step.bytes, step.to);
      case 'answer': {
        const to = this.door.wayTo(step.knock);
        const record = this.ports.record();
        if (to === null || (step.answer === 'admitted' && !record)) {
          return;
        }
        const answer =
          step.answer === 'admitted'
            ? {
                kind: step.answer,
                founding: record!,
                statements: this.ports.statements(),
                keys: ring.all()
              }
            : { kind: step.answer };
        makeAnswer(crypto, classId, step.knock, answer, this.random(32), bytes => {
          if (bytes) {
            this.ports.say('admit', bytes, to);
          }
        });
      }
    }
  }

  private random(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    this.ports.fill(bytes);
    return bytes;
  }
}
