/** What somebody who means harm does in a lesson: forged messages, garbage in floods, one page that says two things. */
import { VERSION } from '../envelope/envelope';
import { encodeMessage, FIRST_TYPE } from '../overlay/wire';
import { FORGERIES, Forger, type Forgery } from './forger';
import type { Promises } from './promises';
import type { ICourse, IPlace, Pupil } from './pupil';

/** What everybody needs who does something in a lesson. */
export interface ILessonPorts {
  readonly course: ICourse;
  readonly promises: Promises;
  readonly people: () => readonly Pupil[];
  /** Whoever owns the class now. */
  readonly owner: () => Pupil;
  readonly note: (words: string) => void;
}

export interface ITroublePorts extends ILessonPorts {
  readonly only?: readonly Forgery[] | undefined;
  /** Whether whoever owns the class contradicts themselves as well. */
  readonly isOwnersToo?: boolean | undefined;
}

export class Trouble {
  constructor(private readonly ports: ITroublePorts) {
    this.forger = new Forger(ports.course);
  }

  readonly counts = { forged: 0, forks: 0, floods: 0 };
  /** Sessions that said two things. */
  readonly contradictory = new Set<string>();
  private readonly forger: Forger;
  private seen: Uint8Array | null = null;

  /** Somebody's page is copied while it runs: two go on as one session, and say different things to different people. */
  fork(): void {
    const { course, promises, people, note } = this.ports;
    const pupil = course.chance.pick(people());
    const { document, deeds } = this.forkedIn(pupil);
    const log = pupil.engine.replica(document)?.log;
    if (
      !log ||
      log.count(pupil.session) % 16 === 0 ||
      !pupil.isInside ||
      (pupil === this.ports.owner() && !this.ports.isOwnersToo) ||
      pupil.neighbours.length < 2
    ) {
      return;
    }
    note(`${pupil.name} contradicts themselves`);
    this.counts.forks += 1;
    this.contradictory.add(pupil.session);
    if (pupil === this.ports.owner()) {
      // Nobody puts them out: they reload the page, and go on.
      promises.disown(pupil.who);
    } else {
      promises.outlaw(pupil.who);
    }
    const place = log.count(pupil.session);
    const twin = this.forger.twin(pupil, document, place);
    note(deeds.act(promises.deleted));
    pupil.engine.flush();
    const [first] = pupil.neighbours;
    const message = encodeMessage({ type: 'envelope', bytes: twin });
    people()
      .find(({ session }) => session === first)
      ?.hear(pupil.session, 'control', message);
  }

  flood(): void {
    const { course, people, note } = this.ports;
    const { chance } = course;
    const [pupil] = chance.shuffle(people());
    const from = pupil!.neighbours[0];
    if (from === undefined) {
      return;
    }
    this.counts.floods += 1;
    note(`${pupil!.name} is flooded`);
    for (let count = 0; count < 300; count += 1) {
      const bytes = chance.bytes(1 + chance.below(120));
      bytes[0] = chance.is(0.5) ? VERSION : FIRST_TYPE + chance.below(20);
      pupil!.hear(from, 'control', bytes);
    }
  }

  forge(): void {
    const { course, people, owner, note } = this.ports;
    const { chance } = course;
    const forgery = chance.pick(this.ports.only ?? FORGERIES);
    const target = chance.pick(people());
    const victim = chance.is(0.5) ? owner() : chance.pick(people());
    const from = chance.is(0.9) ? target.neighbours[0] : undefined;
    this.counts.forged += 1;
    note(`${target.name} is given ${forgery}`);
    const { messages, isPublished } = this.forger.forge(forgery, victim, this.seen);
    for (const message of messages) {
      if (isPublished && message[0] === VERSION) {
        target.engine.hearStar('nobody', message);
      } else if (from !== undefined) {
        target.hear(from, 'control', message);
      }
    }
    this.seen = this.anyEnvelope() ?? this.seen;
  }

  /** In what everybody writes; where there are teams, in theirs as well. */
  private forkedIn(pupil: Pupil): IPlace {
    const { chance } = this.ports.course;
    const { roles } = pupil.society;
    const [everybodys, , ...teams] = pupil.open;
    const own = teams.filter(({ document }) => roles?.mayWrite(pupil.participant, document, 'document'));
    return own.length > 0 && chance.is(0.5) ? chance.pick(own) : everybodys!;
  }

  private anyEnvelope(): Uint8Array | null {
    const { course, owner } = this.ports;
    const log = owner().engine.replica(course.aim?.() ?? course.team)?.log;
    const session = log && course.chance.pick([...log.sessions, '']);
    return (session && log.pieces(session).at(-1)?.bytes) || null;
  }
}
