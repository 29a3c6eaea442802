/**
 * The door of a class, as a member keeps it: who knocks is let in, waits for somebody who may open, or is turned away; and
 * where one cannot answer oneself, knocks are passed on and answers passed back. Pure: says what to do, does nothing
 * [KEY7, KEY8].
 */
import { idText } from '../envelope/envelope';
import type { IKnock } from './knock';

/** Knocks looked at, of one neighbour in a minute: a school's worth, passed on by one page. `knocks_per_minute`. */
export const KNOCKS_PER_MINUTE = 600;
/** People who wait, at most: those who knocked last. `waiting_people`. */
export const WAITING_PEOPLE = 500;
/** Who has not knocked for so long is not waiting any more: three times as long as between two knocks. */
export const WAITING_MS = 60_000;
/** Ways back remembered. */
const WAYS = 2000;
/** Knocks known not to be answered twice. */
const SEEN = 4000;
/** Knocks remembered that nobody has answered yet, passed on or held. */
const PASSED_ON = 500;
/** Answers to one knock that are passed back: those of a newcomer's neighbours. `knock_answers`. */
export const KNOCK_ANSWERS = 8;

/** What the class says at the moment. */
export interface IDoorRules {
  /** Of the epoch that counts. */
  isOpen(): boolean;
  /** Whether one is owner or instructor oneself. */
  canTeach(): boolean;
  /** Whether one has the key of the epoch that counts, and so anything to hand over. */
  hasKey(): boolean;
  /** Whether one is a member who waits for that key oneself, as all do when an epoch begins. */
  isBehind(): boolean;
  isRemoved(participant: string): boolean;
  /**
   * Whether somebody is in the class by what was stated: they are given what they lack, also where the door is closed. What
   * they wrote makes nobody a member: whoever was removed has the key of the epoch before, and may write in it under a new
   * name.
   */
  isMember(participant: string): boolean;
}

export type Step =
  | { readonly kind: 'answer'; readonly knock: IKnock; readonly answer: 'admitted' | 'waiting' | 'refused' }
  /** To all neighbours but `from`. */
  | { readonly kind: 'pass-on'; readonly bytes: Uint8Array; readonly from: string }
  | { readonly kind: 'pass-back'; readonly bytes: Uint8Array; readonly to: string };

export interface IWaiting {
  readonly participant: string;
  readonly name: string;
  /** When they knocked first and last, in the clock's milliseconds. */
  readonly since: number;
  readonly last: number;
}

interface IHeld {
  readonly knock: IKnock;
  readonly bytes: Uint8Array;
  readonly from: string;
}

interface IPerson extends IWaiting {
  /** Their latest knocks, one for each session. */
  readonly knocks: ReadonlyMap<string, IKnock>;
}

export class Door {
  constructor(
    private readonly rules: IDoorRules,
    private readonly now: () => number
  ) {}

  private readonly people = new Map<string, IPerson>();
  private readonly turnedAway = new Set<string>();
  /** Knocks that one could not answer and nobody else has yet: of a class that came before its teacher. */
  private readonly passedOn = new Map<string, IKnock>();
  /** Knocks that wait for a key that one waits for oneself. */
  private readonly held = new Map<string, IHeld>();
  private readonly ways = new Map<string, { readonly to: string; answers: number }>();
  private readonly seen = new Set<string>();
  private readonly counts = new Map<string, { minute: number; count: number }>();

  /** Whether a knock that a neighbour brings is worth reading: neither too many, nor known. `id` is its SHA-256. */
  mayRead(id: Uint8Array, from: string): boolean {
    const minute = Math.floor(this.now() / 60_000);
    const before = this.counts.get(from);
    const count = before?.minute === minute ? before.count + 1 : 1;
    this.counts.set(from, { minute, count });
    return count <= KNOCKS_PER_MINUTE && !this.seen.has(idText(id));
  }

  /** A knock that was read and is genuine; `from` is the neighbour's session. */
  knocked(knock: IKnock, bytes: Uint8Array, from: string): readonly Step[] {
    const id = idText(knock.id);
    if (this.seen.has(id)) {
      return [];
    }
    remember(this.seen, id, SEEN);
    this.ways.delete(id);
    this.ways.set(id, { to: from, answers: 0 });
    if (this.ways.size > WAYS) {
      this.ways.delete(this.ways.keys().next().value!);
    }
    return this.respond(knock, bytes, from);
  }

  private respond(knock: IKnock, bytes: Uint8Array, from: string): readonly Step[] {
    const id = idText(knock.id);
    const { participant } = knock;
    if (this.rules.isRemoved(participant)) {
      return [{ kind: 'answer', knock, answer: 'refused' }];
    }
    if (this.lets(participant)) {
      return [{ kind: 'answer', knock, answer: 'admitted' }];
    }
    if (this.mayDecide) {
      if (this.turnedAway.has(participant)) {
        return [{ kind: 'answer', knock, answer: 'refused' }];
      }
      this.wait(knock);
      return [{ kind: 'answer', knock, answer: 'waiting' }];
    }
    if (this.rules.isBehind()) {
      // They are answered in a moment, as one is oneself: a class that all knocks at once does not pass every knock on.
      keep(this.held, id, { knock, bytes, from });
      return [];
    }
    keep(this.passedOn, id, knock);
    const passing: Step = { kind: 'pass-on', bytes, from };
    const isDirect = from === knock.session;
    return isDirect && this.rules.hasKey()
      ? [{ kind: 'answer', knock, answer: 'waiting' }, passing]
      : [passing];
  }

  /** An answer to somebody else's knock, told by the knock it answers: it goes back the way the knock came. */
  answered(knock: Uint8Array, bytes: Uint8Array, from: string): readonly Step[] {
    const way = this.ways.get(idText(knock));
    this.passedOn.delete(idText(knock));
    if (!way || way.to === from || way.answers >= KNOCK_ANSWERS) {
      return [];
    }
    way.answers += 1;
    return [{ kind: 'pass-back', bytes, to: way.to }];
  }

  /** Where one's own answer to a knock goes. */
  wayTo(knock: IKnock): string | null {
    return this.ways.get(idText(knock.id))?.to ?? null;
  }

  /** Who waits to be let in, for those who may. In order of coming. */
  get waiting(): readonly IWaiting[] {
    const now = this.now();
    for (const [participant, { last }] of [...this.people]) {
      if (now - last > WAITING_MS) {
        this.people.delete(participant);
      }
    }
    return [...this.people.values()]
      .sort((a, b) => a.since - b.since || (a.participant < b.participant ? -1 : 1))
      .map(({ participant, name, since, last }) => ({ participant, name, since, last }));
  }

  /** An instructor lets somebody in. Nothing where one may not, or nobody of that name waits. */
  admit(participant: string): readonly Step[] {
    if (!this.mayDecide) {
      return [];
    }
    this.turnedAway.delete(participant);
    return this.decide(participant, 'admitted');
  }

  /** An instructor does not; while this page is open they are turned away. */
  refuse(participant: string): readonly Step[] {
    if (!this.mayDecide || !this.people.has(participant)) {
      return [];
    }
    remember(this.turnedAway, participant, SEEN);
    return this.decide(participant, 'refused');
  }

  /** The door was opened, a key came, a role changed: whoever waits and may come in now is let in. */
  changed(): readonly Step[] {
    const waiting = [...this.people.keys()].flatMap(participant => {
      if (this.rules.isRemoved(participant)) {
        return this.decide(participant, 'refused');
      }
      return this.lets(participant) ? this.decide(participant, 'admitted') : [];
    });
    return [...waiting, ...this.answerHeld(), ...this.answerPassedOn()];
  }

  /** A neighbour went. */
  left(neighbour: string): void {
    this.counts.delete(neighbour);
  }

  private answerHeld(): readonly Step[] {
    // Those for whom one still waits are held again.
    return [...this.held].flatMap(([id, { knock, bytes, from }]) => {
      this.held.delete(id);
      return this.respond(knock, bytes, from);
    });
  }

  private answerPassedOn(): readonly Step[] {
    const steps: Step[] = [];
    for (const [id, knock] of [...this.passedOn]) {
      const isOut = this.rules.isRemoved(knock.participant);
      if (isOut || this.lets(knock.participant)) {
        this.passedOn.delete(id);
        steps.push({ kind: 'answer', knock, answer: isOut ? 'refused' : 'admitted' });
      }
    }
    return steps;
  }

  private get mayDecide(): boolean {
    return this.rules.hasKey() && this.rules.canTeach();
  }

  /** Whether any member may let them in. */
  private lets(participant: string): boolean {
    return this.rules.hasKey() && (this.rules.isOpen() || this.rules.isMember(participant));
  }

  private decide(participant: string, answer: 'admitted' | 'refused'): readonly Step[] {
    const person = this.people.get(participant);
    this.people.delete(participant);
    return [...(person?.knocks.values() ?? [])].map(knock => ({ kind: 'answer', knock, answer }));
  }

  private wait(knock: IKnock): void {
    const { participant, session, name } = knock;
    const before = this.people.get(participant);
    const now = this.now();
    const knocks = new Map([...(before?.knocks ?? []), [session, knock]].slice(-8) as [string, IKnock][]);
    this.people.delete(participant);
    this.people.set(participant, { participant, name, since: before?.since ?? now, last: now, knocks });
    if (this.people.size > WAITING_PEOPLE) {
      this.people.delete(this.people.keys().next().value!);
    }
  }
}

function keep<Value>(map: Map<string, Value>, id: string, value: Value): void {
  map.set(id, value);
  if (map.size > PASSED_ON) {
    map.delete(map.keys().next().value!);
  }
}

function remember(set: Set<string>, value: string, most: number): void {
  set.delete(value);
  set.add(value);
  if (set.size > most) {
    set.delete(set.values().next().value!);
  }
}
