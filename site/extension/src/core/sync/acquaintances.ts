/**
 * Whose the sessions are that wrote something: introductions, verified once and kept, said to a neighbour before the first
 * envelope of that session, and asked for where one is missing. Who waits for one is bounded by whoever waits.
 */
import type { Cancel, Clock, Random } from '../clock';
import { idText } from '../envelope/envelope';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import type { Digest } from '../session';

/** How long a neighbour may take to say whose a session is, until another is asked; */
export const WHO_MS = 2000;
/** this many in all. */
const MOST_ASKED = 4;
/** Introductions kept: 9 MB of them. `introductions` in docs/protocol.json. */
export const MOST_INTRODUCTIONS = 20_000;

/** Who is behind a session, as far as a genuine introduction says. */
export interface IAcquaintance {
  readonly session: string;
  /** 32 hex digits. */
  readonly participant: string;
  /** What the session signs with. */
  readonly sessionKey: Uint8Array;
  readonly rootKey: Uint8Array;
  /** What is sealed for this device is sealed to this. */
  readonly agreementKey: Uint8Array;
}

export interface IAcquaintancesPorts<Acquaintance extends IAcquaintance> {
  readonly clock: Clock;
  readonly random: Random;
  readonly neighbours: Neighbours;
  readonly digest: Digest;
  /** Null for what is no introduction, or not genuine, or to another class. */
  verify(bytes: Uint8Array, then: (acquaintance: Acquaintance | null) => void): void;
  /** One that is new here. */
  met(acquaintance: Acquaintance, bytes: Uint8Array): void;
  /** Whether something that is kept here is that session's. */
  isNeeded(session: string): boolean;
}

interface IKept<Acquaintance> {
  readonly acquaintance: Acquaintance;
  readonly bytes: Uint8Array;
  readonly id: string;
}

interface IQuestion<Acquaintance> {
  readonly waiting: ((acquaintance: Acquaintance | null) => void)[];
  readonly asked: Set<string>;
  cancel: Cancel;
}

export class Acquaintances<Acquaintance extends IAcquaintance = IAcquaintance> {
  constructor(private readonly ports: IAcquaintancesPorts<Acquaintance>) {}

  private readonly kept = new Map<string, IKept<Acquaintance>>();
  private readonly sessions = new Map<string, string>();
  private readonly verifying = new Map<string, ((acquaintance: Acquaintance | null) => void)[]>();
  private readonly questions = new Map<string, IQuestion<Acquaintance>>();

  of(session: string): Acquaintance | undefined {
    return this.kept.get(session)?.acquaintance;
  }

  bytesOf(session: string): Uint8Array | undefined {
    return this.kept.get(session)?.bytes;
  }

  /** Calls back with whose a session is, once that is known, or null when nobody says. `peer` spoke of it. */
  need(session: string, peer: string, then: (acquaintance: Acquaintance | null) => void): void {
    const known = this.of(session);
    if (known) {
      then(known);
      return;
    }
    const question = this.questions.get(session);
    if (question) {
      question.waiting.push(then);
      return;
    }
    const made = { waiting: [then], asked: new Set<string>(), cancel: () => undefined };
    this.questions.set(session, made);
    this.ask(session, made, this.ports.neighbours.get(peer));
  }

  /** What somebody said, a neighbour or storage; `then`: whose it is, or null for what is none. */
  hear(bytes: Uint8Array, then: (acquaintance: Acquaintance | null) => void = () => undefined): void {
    // Every neighbour says it, and verifying costs the most of all.
    const id = idText(this.ports.digest(bytes));
    const known = this.of(this.sessions.get(id) ?? '');
    const verifying = this.verifying.get(id);
    if (known || verifying) {
      return known ? then(known) : void verifying!.push(then);
    }
    const waiting = [then];
    this.verifying.set(id, waiting);
    this.ports.verify(bytes, acquaintance => {
      this.verifying.delete(id);
      if (acquaintance && !this.kept.has(acquaintance.session)) {
        const own = bytes.slice();
        this.kept.set(acquaintance.session, { acquaintance, bytes: own, id });
        this.sessions.set(id, acquaintance.session);
        this.trim();
        this.ports.met(acquaintance, own);
      }
      if (acquaintance) {
        this.answer(acquaintance.session, this.of(acquaintance.session) ?? null);
      }
      waiting.forEach(each => each(acquaintance));
    });
  }

  hearWhoIs(neighbour: Neighbour, session: string): void {
    const bytes = this.bytesOf(session);
    if (bytes) {
      neighbour.knows(session);
      neighbour.say({ type: 'introduction', bytes });
    }
  }

  end(): void {
    [...this.questions.keys()].forEach(session => this.answer(session, null));
  }

  private ask(session: string, question: IQuestion<Acquaintance>, first?: Neighbour): void {
    const others = [...this.ports.neighbours].filter(({ peer }) => !question.asked.has(peer));
    const next = first ?? others[Math.floor(this.ports.random() * others.length)];
    if (!next || question.asked.size >= MOST_ASKED) {
      this.answer(session, null);
      return;
    }
    question.asked.add(next.peer);
    next.say({ type: 'who-is', session });
    question.cancel = this.ports.clock.after(WHO_MS, () => this.ask(session, question));
  }

  private answer(session: string, acquaintance: Acquaintance | null): void {
    const question = this.questions.get(session);
    if (question) {
      this.questions.delete(session);
      question.cancel();
      question.waiting.forEach(then => then(acquaintance));
    }
  }

  /** Those of sessions that nothing is kept of go first. */
  private trim(): void {
    if (this.kept.size <= MOST_INTRODUCTIONS) {
      return;
    }
    const oldest = [...this.kept.keys()].find(session => !this.ports.isNeeded(session));
    const session = oldest ?? this.kept.keys().next().value!;
    this.sessions.delete(this.kept.get(session)!.id);
    this.kept.delete(session);
  }
}
