/**
 * A class of thirty behind a closed door, at work, and a great many forged edits of every kind, brought to its pages by
 * neighbours who look honest and by the server. None may be in a notebook or a log, none may be passed on, and what the
 * class writes meanwhile must be everybody's.
 */
import * as Y from 'yjs';
import { cellsOf } from '../document/cells';
import { VERSION } from '../envelope/envelope';
import { encodeMessage } from '../overlay/wire';
import { clientOf, type Digest } from '../session';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { toHex } from '../tagged';
import { EVIL, FORGERIES, Forger, type IForged } from './forger';
import type { Pupil } from './pupil';
import { School } from './school';

/** Besides what forgers make in any class: what the door, roles and epochs are against. */
export const ASSAULTS = [
  'by a viewer',
  'by somebody removed',
  'by somebody removed, in an epoch before',
  'under a new name, in an epoch before',
  'under a new name, with the key of now',
  'garbled'
] as const;
export const KINDS = [...FORGERIES, ...ASSAULTS];
export type Kind = (typeof KINDS)[number];

export interface ISiegeScript {
  readonly people: number;
  readonly forgeries: number;
  readonly only?: readonly Kind[];
  /** The same without any forgery: what there is to say in any case. */
  readonly isPeaceful?: boolean;
}

/** What would show that a page took, or passed on, what it must not. */
const FAULTS = ['forged', 'garbled', 'no-change', 'sealed', 'other-class', 'not-allowed', 'forked'] as const;
const SIGNATURE_BYTES = 64;
/** From one forged edit to the next, in milliseconds; and every so many, somebody writes. */
const STRIKE_MS = 20;
const WORK = 10;

export class Siege {
  constructor(
    readonly seed: number,
    private readonly script: ISiegeScript,
    private readonly digest: Digest,
    crypto?: ICrypto
  ) {
    this.school = new School(seed, digest, crypto);
    this.forger = new Forger(this.school.course);
  }

  /** `messages`: what the pages said to each other meanwhile. */
  readonly counts = { forged: 0, written: 0, messages: 0 };
  readonly byKind = new Map<Kind, number>();
  private readonly school: School;
  private readonly forger: Forger;
  private readonly deleted = new Set<string>();
  /** What forged envelopes end with: their signatures. */
  private readonly marks = new Set<string>();
  private readonly passedOn: string[] = [];
  /** Refusals of what was brought from outside, by all pages: all others would be of what a page passed on. */
  private refused = 0;
  private seen: Uint8Array | null = null;

  /** Step by step. @throws Error with the seed when something is not as it must be. */
  *run(): Generator<void> {
    try {
      yield* this.gather();
      const before = this.school.network.messages;
      for (; this.counts.forged < this.script.forgeries; this.counts.forged += 1) {
        if (this.counts.forged % WORK === 0) {
          this.work();
        }
        if (!this.script.isPeaceful) {
          this.strike(KINDS[this.counts.forged % KINDS.length]!);
        }
        this.school.clock.advance(STRIKE_MS);
        yield;
      }
      this.counts.messages = this.school.network.messages - before;
      this.calm();
      this.check();
    } catch (error) {
      throw new Error(`siege ${this.seed}: ${(error as Error).message}`, { cause: error });
    }
  }

  private get people(): readonly Pupil[] {
    return this.school.people;
  }

  /** Those who write, and whom the class must be the same to. */
  private get honest(): readonly Pupil[] {
    return this.people.filter(({ who }) => who !== 'rex');
  }

  private *gather(): Generator<void> {
    const { school } = this;
    for (let count = this.people.length; count < this.script.people; count += 1) {
      school.arrive(count === 1 ? 'vera' : count === 2 ? 'rex' : `p${count}`);
      yield;
    }
    school.clock.advance(5000);
    // Everybody writes once, so that everybody knows whose each session is.
    for (const pupil of this.people) {
      pupil.deeds.act(this.deleted);
      school.clock.advance(100);
    }
    school.clock.advance(5000);
    const { society, engine } = school.teacher;
    const [vera, rex] = ['vera', 'rex'].map(who => this.people.find(pupil => pupil.who === who)!);
    const { members, classId } = school.course;
    society.stating.give(vera!.participant, 'viewer', engine.reachesOf(vera!.participant));
    // Of forgers three are members: they may write what attendees may, and nothing else.
    [0, 1, 2].forEach(each =>
      society.stating.give(members.session(`mallory${each}`, classId).participant, 'attendee', [])
    );
    society.stating.give(rex!.participant, 'removed', engine.reachesOf(rex!.participant));
    society.stating.beginEpoch('closed');
    school.crowd.remove(rex!);
    school.crowd.notice(rex!);
    school.clock.advance(30_000);
    this.refused = this.refusals;
    this.watch();
  }

  /** Looks at everything that anybody says. */
  private watch(): void {
    this.school.network.onSend = message => {
      const mark = toHex(message.slice(-SIGNATURE_BYTES));
      if (this.marks.has(mark)) {
        this.passedOn.push(mark);
      }
    };
  }

  private get refusals(): number {
    return this.people.reduce(
      (sum, { refusals }) => FAULTS.reduce((so, fault) => so + (refusals.get(fault) ?? 0), sum),
      0
    );
  }

  private work(): void {
    const writers = this.honest.filter(({ isInside, role }) => isInside && role !== 'viewer');
    const pupil = this.school.chance.pick(writers);
    const isLecture = pupil.who === 'teacher' && this.school.chance.is(0.5);
    (isLecture ? pupil.lectureDeeds : pupil.deeds).act(this.deleted);
    this.counts.written += 1;
  }

  private strike(of: Kind): void {
    const { chance } = this.school;
    const kind = chance.pick(this.script.only ?? [of]);
    this.byKind.set(kind, (this.byKind.get(kind) ?? 0) + 1);
    const target = chance.pick(this.honest);
    const victim = chance.is(0.5) ? this.school.teacher : chance.pick(this.honest);
    const { messages, isPublished } = this.make(kind, victim);
    // Said by an honest neighbour, as one sees it, or brought by the server.
    const from = chance.pick(target.neighbours);
    const before = this.refusals;
    for (const message of messages) {
      const isEnvelope = message[0] === VERSION;
      if (isEnvelope && !this.isGenuine(message)) {
        this.marks.add(toHex(message.slice(-SIGNATURE_BYTES)));
      }
      if (isPublished && isEnvelope) {
        target.engine.hearStar('nobody', message);
      } else {
        target.hear(from, 'control', message);
      }
    }
    this.refused += this.refusals - before;
    if (this.counts.forged % 50 === 0) {
      this.seen = this.anyEnvelope() ?? this.seen;
    }
  }

  /** Whether it ends as something that is rightly here: it is what was changed before the signature, or said again. */
  private isGenuine(message: Uint8Array): boolean {
    const { seen } = this;
    return seen !== null && toHex(seen.slice(-SIGNATURE_BYTES)) === toHex(message.slice(-SIGNATURE_BYTES));
  }

  private make(kind: Kind, victim: Pupil): IForged {
    const { course, chance } = this.school;
    const { members, classId } = course;
    const epoch = this.school.teacher.society.keyring.newest!;
    switch (kind) {
      case 'by a viewer':
        return this.words(members.session('vera', classId), epoch);
      case 'by somebody removed':
        return this.words(members.session('rex', classId), epoch);
      case 'by somebody removed, in an epoch before':
        return this.words(members.session('rex', classId), 1);
      case 'under a new name, in an epoch before':
        return this.words(members.session(`new${chance.below(100)}`, classId), 1 + chance.below(epoch - 1));
      case 'under a new name, with the key of now':
        return this.words(members.session(`new${chance.below(100)}`, classId), epoch);
      case 'garbled': {
        const bytes = chance.bytes(1 + chance.below(200));
        bytes[0] = chance.is(0.7) ? VERSION : chance.below(256);
        return { messages: [bytes], isPublished: chance.is(0.2) };
      }
      default:
        return this.forger.forge(kind, victim, this.seen);
    }
  }

  /** As they would write, had they the right to: rightly made in everything else. */
  private words(own: IOwnSession, epoch: number): IForged {
    const { course, chance } = this.school;
    const doc = new Y.Doc();
    Y.applyUpdate(doc, course.genesis);
    doc.clientID = clientOf(this.digest, course.team, own.participant, own.session);
    let change = new Uint8Array(0);
    doc.on('update', (update: Uint8Array<ArrayBuffer>) => (change = update));
    (cellsOf(doc).get('a')!.get('source') as Y.Text).insert(0, EVIL);
    const introduction = encodeMessage({ type: 'introduction', bytes: own.introduction });
    const isPublished = chance.is(0.2);
    return {
      messages: [introduction, ...this.school.seal(own, course.team, [change], { epoch })],
      isPublished
    };
  }

  private anyEnvelope(): Uint8Array | null {
    const log = this.school.teacher.engine.replica(this.school.course.team)?.log;
    const session = log && this.school.chance.pick([...log.sessions, '']);
    return (session && log.pieces(session).at(-1)?.bytes) || null;
  }

  private calm(): void {
    const until = this.school.clock.now() + 120_000;
    do {
      this.school.clock.advance(2000);
    } while (this.school.clock.now() < until && new Set(this.honest.map(pupil => this.read(pupil))).size > 1);
  }

  private read({ deeds, lectureDeeds, engine }: Pupil): string {
    const { team, lecture } = this.school.course;
    const digests = [team, lecture].map(name => toHex(engine.replica(name)!.reaches.digest));
    return [deeds.allText(), lectureDeeds.allText(), ...digests].join('\n');
  }

  private check(): void {
    const { honest } = this;
    const { team, lecture } = this.school.course;
    demand(new Set(honest.map(pupil => this.read(pupil))).size === 1, 'not everybody has the same');
    const text = honest[0]!.deeds.allText() + honest[0]!.lectureDeeds.allText();
    demand(!text.includes(EVIL), 'what was forged is in a notebook');
    for (const { deeds, lectureDeeds } of honest) {
      const lost = [...deeds.written, ...lectureDeeds.written].filter(
        word => !this.deleted.has(word) && !text.includes(word)
      );
      demand(lost.length === 0, `lost: ${lost.join(' ')}`);
    }
    const sessions = new Set(this.people.map(({ session }) => session));
    for (const { name, engine } of honest) {
      for (const document of [team, lecture]) {
        const { log } = engine.replica(document)!;
        const foreign = log.sessions.filter(
          session => !sessions.has(session) && Math.min(log.count(session), log.limitOf(session)) > 0
        );
        const removed = this.school.people.length < this.script.people ? 1 : 0;
        demand(foreign.length <= removed, `${name} has ${foreign.length} forged logs in ${document}`);
        demand(log.waiting <= 256 * this.script.people, 'too much waits');
      }
    }
    const others = this.refusals - this.refused;
    demand(others === 0, `${others} times a page refused what another had passed on`);
    demand(this.passedOn.length === 0, `${this.passedOn.length} forged envelopes were passed on`);
  }
}

function demand(condition: boolean, words: string): void {
  if (!condition) {
    throw new Error(words);
  }
}
