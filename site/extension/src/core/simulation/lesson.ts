/**
 * A lesson under a seed, in a class with roles, keys and a door: people come, write, crash between any two writes, come
 * back with an older disk, are removed and let in again; somebody forges, somebody contradicts themselves, somebody
 * floods. Then it becomes quiet, and everybody has the same, with every word that was kept and none that may not be.
 */
import { fitBounds } from '../class/bounds';
import { frontierFor } from '../class/readmission';
import type { ICrypto } from '../crypto';
import type { Digest } from '../session';
import { Chance } from './chance';
import { beginCourse } from './course';
import { Crowd } from './crowd';
import { Network } from './network';
import { Promises } from './promises';
import { Disk, type ICourse, type IPlace, Pupil } from './pupil';
import { type ILessonScript, kindOf, pauseOf } from './script';
import { sealBeside } from './sealed';
import { Staff } from './staff';
import { VirtualClock } from './time';
import { Trouble } from './trouble';
import { demand, Verdict } from './verdict';

export class Lesson {
  constructor(
    readonly seed: number,
    private readonly script: ILessonScript,
    digest: Digest,
    crypto?: ICrypto
  ) {
    this.chance = new Chance(seed);
    this.network = new Network(this.clock, this.chance, script.weather);
    this.crowd = new Crowd(this.chance, this.network);
    const { founding, begun } = beginCourse(this, digest, crypto);
    const { members, classId } = begun;
    this.course = {
      ...begun,
      seal: (...what) => sealBeside(members, this.teacher, classId, ...what),
      ...{ isBusy: script.isBusy === true, isTidy: script.isTidy === true, lateMs: script.lateMs ?? 0 },
      here: () => this.people.map(({ participant }) => participant),
      replays: { count: 0 },
      lost: text => this.promises.offered.push(text),
      buried: (who, text) => this.promises.bury(who, text),
      forked: (finder, session, participant) => {
        demand(this.trouble.contradictory.has(session), `${finder.name} blames who said one thing`);
        this.judge(finder, participant);
      },
      learned: () => this.staff?.learned()
    };
    this.verdict = new Verdict(this.course);
    const ports = {
      ...{ course: this.course, promises: this.promises },
      people: () => this.people,
      owner: () => this.teacher,
      note: (words: string) => this.note(words)
    };
    this.trouble = new Trouble({ ...ports, only: script.only, isOwnersToo: script.isOwnersToo });
    this.staff = script.teams
      ? new Staff({
          ...ports,
          arrive: who => this.arrive(who),
          reload: pupil => this.reload(pupil),
          rememberKeys: pupil => this.rememberKeys(pupil),
          tookOver: pupil => {
            this.teacher = pupil;
            this.owner = pupil.who;
          },
          cutOff: pupil => {
            this.network.move(pupil.session, this.isCalm ? 0 : 1);
            this.clock.after(this.chance.below(4000), () => this.crowd.closeDead());
          }
        })
      : null;
    const disk = new Disk();
    disk.founding = founding;
    this.teacher = this.arrive('teacher', disk);
    this.teacher.society.stating.beginEpoch('open');
    this.rememberKeys();
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;
  readonly log: string[] = [];
  private readonly happened = {
    ...{ ops: 0, deeds: 0, crashes: 0, rollbacks: 0, partitions: 0, removals: 0 },
    ...{ epochs: 0, replays: 0, offered: 0 }
  };
  readonly crowd: Crowd<Pupil>;
  readonly course: ICourse;
  teacher: Pupil;
  private owner = 'teacher';
  private readonly trouble: Trouble;
  /** What those who teach do, in a lesson with teams. */
  private readonly staff: Staff | null;
  private readonly disks = new Map<string, Disk>();
  private readonly promises = new Promises();
  private readonly verdict: Verdict;
  private names = 0;
  private isCalm = false;
  /** Who wrote last. */
  private last: Pupil | null = null;

  /** What happened, how often. */
  get counts(): Lesson['happened'] & Trouble['counts'] & Partial<Staff['counts']> {
    return { ...this.happened, ...this.trouble.counts, ...this.staff?.counts };
  }

  get people(): readonly Pupil[] {
    return this.crowd.members;
  }

  /** Tells it to the end, stopping now and then. @throws Error with seed and log when something is not as it must be. */
  *tell(): Generator<void> {
    try {
      for (let count = 1; count < this.script.people; count += 1) {
        this.arrive(`p${count}`);
        yield;
      }
      this.clock.advance(3000);
      for (; this.happened.ops < this.script.ops; this.happened.ops += 1) {
        this.step();
        this.clock.advance(pauseOf(this.script, this.chance));
        yield;
      }
      this.calm();
      this.check();
    } catch (error) {
      throw new Error(`seed ${this.seed}: ${(error as Error).message}\n${this.log.join('\n')}`, {
        cause: error
      });
    }
  }

  /** All of it at once. */
  run(): this {
    const steps = this.tell();
    while (steps.next().done !== true) {
      // Nobody else waits for their turn.
    }
    return this;
  }

  private step(): void {
    this.staff?.look();
    switch (kindOf(this.script, this.chance)) {
      case 'forgeries':
        return this.trouble.forge();
      case 'crashes':
        return this.crash(this.chance.pick(this.people));
      case 'partitions':
        return this.chance.is(0.5) ? this.part() : this.heal();
      case 'removals':
        return this.chance.is(0.7) ? this.remove() : this.readmit();
      case 'forks':
        return this.trouble.fork();
      case 'floods':
        return this.trouble.flood();
      case 'epochs':
        this.happened.epochs += 1;
        this.note(`the teacher begins an epoch`);
        this.teacher.society.stating.beginEpoch('open');
        return this.rememberKeys();
      case 'teams':
        return this.staff?.changeTeams();
      case 'roles':
        return this.staff?.changeRole();
      case 'takeovers':
        return this.staff?.takeOver();
      default:
        return this.write(this.writer);
    }
  }

  private write(pupil: Pupil): void {
    if (!pupil.isInside) {
      return;
    }
    if (this.script.isTidy && pupil.isEnded) {
      return this.reload(pupil);
    }
    const place = this.staff ? this.staff.placeFor(pupil) : this.placeFor(pupil);
    if (place) {
      const said = place.deeds.act(this.promises.deleted);
      this.happened.deeds += said ? 1 : 0;
      this.note(said);
      this.promises.add(pupil.who, place);
      this.staff?.wrote(pupil, place);
    }
  }

  private placeFor(pupil: Pupil): IPlace {
    const isLecture = pupil.who === 'teacher' && this.chance.is(0.4);
    const [everybodys, lecture] = pupil.open;
    return isLecture ? lecture! : everybodys!;
  }

  /** Who writes goes on for a while, and others beside them. */
  private get writer(): Pupil {
    if (!this.script.isBusy || !this.people.includes(this.last!) || this.chance.is(0.25)) {
      this.last = this.chance.pick(this.people);
    }
    return this.last!;
  }

  private arrive(who: string, disk = this.disks.get(who) ?? new Disk()): Pupil {
    this.disks.set(who, disk);
    const pupil = new Pupil(who, `${who}-${(this.names += 1)}`, this.course, disk, who !== 'teacher');
    this.note(`${pupil.name} comes`);
    this.crowd.add(pupil);
    if (who === this.owner) {
      this.teacher = pupil;
    }
    return pupil;
  }

  /** Between any two writes; now and then what is on the disk is that of a while ago. */
  private crash(pupil: Pupil): void {
    const { disk } = pupil;
    this.happened.crashes += 1;
    this.leave(pupil);
    const isRolledBack = this.chance.is(0.2);
    disk.flush(this.chance.below(disk.pending.length + 1));
    disk.pending = [];
    if (isRolledBack) {
      disk.durable.length = this.chance.below(disk.durable.length + 1);
    }
    this.happened.rollbacks += isRolledBack ? 1 : 0;
    this.note(`${pupil.name} crashes${isRolledBack ? ', and comes back with an older disk' : ''}`);
    // What nobody else has and the disk does not hold died with the page.
    this.comeBack(pupil, word => !isRolledBack && pupil.kept.has(word));
  }

  /** In order, with all that was written. */
  private reload(pupil: Pupil): void {
    this.note(`${pupil.name} reloads the page`);
    pupil.engine.flush();
    pupil.disk.flush();
    this.leave(pupil);
    this.comeBack(pupil, () => true);
  }

  private leave(pupil: Pupil): void {
    pupil.isAlive = false;
    this.crowd.remove(pupil);
  }

  private comeBack(pupil: Pupil, isKept: (word: string) => boolean): void {
    this.clock.after(this.chance.below(3000), () => this.crowd.notice(pupil));
    this.arrive(pupil.who);
    this.promises.died(pupil.who, this.people, isKept);
  }

  private part(): void {
    this.happened.partitions += 1;
    this.note('the network falls apart');
    this.crowd.part();
    this.clock.after(this.chance.below(4000), () => this.crowd.closeDead());
  }

  private heal(): void {
    this.note('the network is whole again');
    this.crowd.heal();
  }

  private remove(): void {
    const pupil = this.chance.pick(this.people);
    if (pupil.who !== 'teacher' && this.people.length > 3) {
      this.expel(pupil.participant, pupil.who, 'removes');
    }
  }

  private readmit(): void {
    const [who] = [...this.promises.outlaws].filter(each => each.startsWith('p'));
    const pupil = this.people.find(each => each.who === who);
    const { participant } = pupil ?? this.course.members.session(who ?? 'teacher', this.course.classId);
    const { society, engine } = this.teacher;
    if (who && society.roles?.roleOf(participant) === 'removed') {
      this.note(`the teacher lets ${who} in again`);
      society.stating.give(participant, 'attendee', engine.reachedBy(participant));
      if (pupil && this.script.isTidy) {
        // As their page asks them to: a session that was cut off says nothing that counts.
        this.clock.after(this.chance.below(20_000), () => this.people.includes(pupil) && this.reload(pupil));
      }
    }
  }

  private expel(participant: string, who: string, does: string): void {
    const { engine, society } = this.teacher;
    this.note(`the teacher ${does} ${who}`);
    this.happened.removals += 1;
    // As a page does, but for the new epoch: what was named before and is not here stays named.
    const { roles } = society;
    const reaches = engine.reachedBy(participant);
    const bounds = fitBounds([], roles ? frontierFor(roles, participant, 'removed', reaches) : []);
    if (society.stating.state({ kind: 'standing', participant, role: 'removed', ...bounds })) {
      this.promises.outlaw(who);
      if (this.script.isBusy) {
        this.clock.after(this.chance.below(20_000), () => this.replace(who));
      }
    }
  }

  /** Who was removed goes, some time after, and somebody new comes: else nobody would be left in a long lesson. */
  private replace(who: string): void {
    const pupil = this.people.find(each => each.who === who);
    if (pupil && pupil.role === 'removed') {
      this.note(`${pupil.name} goes`);
      this.leave(pupil);
      const texts = pupil.allText;
      this.promises.died(who, this.people, word => !texts.includes(word));
      this.clock.after(this.chance.below(3000), () => this.crowd.notice(pupil));
      this.arrive(`p${this.disks.size}`);
    }
  }

  /** The teacher's page has seen proof. */
  private judge(finder: Pupil, participant: string): void {
    if (finder === this.teacher) {
      const pupil = this.people.find(each => each.participant === participant);
      this.clock.after(500, () =>
        this.expel(participant, pupil?.who ?? 'somebody gone', 'has proof against')
      );
    }
  }

  /** Ends all trouble and lets time pass until everybody is equal. */
  private calm(): void {
    this.heal();
    this.note('all is calm');
    this.isCalm = true;
    const limit = this.clock.now() + 600_000;
    do {
      this.staff?.look();
      this.people.forEach(pupil => this.script.isTidy && pupil.isEnded && this.reload(pupil));
      this.clock.advance(2000);
      this.crowd.mend();
    } while (this.clock.now() < limit && !this.isOver);
  }

  /** In a lesson with teams, also who is of none any more is to be told what of theirs is not there. */
  private get isOver(): boolean {
    return this.verdict.isEqual(this.honest, this.torn) && (!this.staff || this.lost.length === 0);
  }

  /** Words that are not there, and should be. */
  private get lost(): string[] {
    const { happened, staff } = this;
    const { words, isExcused } = this.promises.due(
      document => happened.removals > 0 || staff?.cut.has(document) === true,
      (staff?.counts.takeovers ?? 0) > 0
    );
    const { torn } = this;
    const isTorn = (word: string): boolean => torn.has(this.promises.documentOf(word)!.split('.')[2]!);
    // Who took the class over last is not its owner where two did at once.
    const owner = this.honest.find(({ participant, society }) => society.roles?.owner === participant);
    const page = staff ? (owner ?? this.teacher) : this.honest[0]!;
    return this.verdict.lost(page, words).filter(word => !isExcused(word) && !isTorn(word));
  }

  private get torn(): ReadonlySet<string> {
    const { roles } = this.teacher.society;
    return (roles && this.staff?.readers.torn(roles)) ?? new Set();
  }

  private get honest(): Pupil[] {
    const { roles } = this.teacher.society;
    // Who was put out before they ever were inside does not know it: they are told no.
    const isOut = ({ role, participant }: Pupil): boolean =>
      (role === 'unknown' ? roles?.roleOf(participant) : role) === 'removed';
    return this.people.filter(pupil => !isOut(pupil) && !this.promises.outlaws.has(pupil.who));
  }

  private check(): void {
    const { course, happened, honest, promises, staff, verdict } = this;
    verdict.check(honest, {
      people: this.disks.size,
      hasLosses: happened.removals + happened.crashes + (staff?.cut.size ?? 0) > 0,
      taught: staff?.taught ?? new Set(),
      torn: this.torn
    });
    staff?.check();
    verdict.checkWork(this.network.messages, happened.ops, this.script.people, this.clock.now());
    const { lost } = this;
    demand(lost.length === 0, `lost: ${lost.join(' ')}`);
    happened.replays += course.replays?.count ?? 0;
    happened.offered += promises.offered.length;
    if (staff) {
      staff.counts.torn += this.torn.size;
    }
  }

  private rememberKeys({ disk, society } = this.teacher): void {
    disk.keys = [...society.keyring.all()];
  }

  private note(words: string): void {
    if (words) {
      this.log.push(`${Math.round(this.clock.now())} ${words}`);
    }
  }
}
