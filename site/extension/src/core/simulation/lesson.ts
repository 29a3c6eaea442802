/**
 * A lesson under a seed, in a class with roles, keys and a door: people come, write, crash between any two writes, come
 * back with an older disk, are removed and let in again; somebody forges, somebody contradicts themselves, somebody
 * floods. Then it becomes quiet, and everybody has the same, with every word that was kept and none that may not be.
 */
import { everyoneOf, foundClass } from '../class/founding';
import type { ICrypto } from '../crypto';
import { VERSION } from '../envelope/envelope';
import { encodeMessage, FIRST_TYPE } from '../overlay/wire';
import type { Digest } from '../session';
import { Chance } from './chance';
import { Crowd } from './crowd';
import { FORGERIES, Forger } from './forger';
import { Members } from './members';
import { Network } from './network';
import { Promises } from './promises';
import { Disk, type ICourse, Pupil } from './pupil';
import { GENESIS, type ILessonScript } from './script';
import { sealBeside } from './sealed';
import { VirtualClock } from './time';
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
    const { chance, clock } = this;
    const members = new Members(chance, digest, crypto);
    const fill = (bytes: Uint8Array): void => bytes.set(chance.bytes(bytes.byteLength));
    const founder = members.session('teacher');
    const founding = foundClass(digest, founder.rootKey, members.session('recovery').rootKey, fill);
    members.room = founding.classId;
    const everyone = everyoneOf(digest, founding.classId);
    this.course = {
      ...{ clock, chance, members, everyone, genesis: GENESIS, classId: founding.classId },
      joinSecret: chance.bytes(16),
      team: `${'5e'.repeat(32)}.team.${everyone}`,
      lecture: `${'5e'.repeat(32)}.lecture.${everyone}`,
      seal: (...what) => sealBeside(members, this.teacher, founding.classId, ...what),
      isBusy: script.isBusy === true,
      here: () => this.people.map(({ participant }) => participant),
      replays: { count: 0 },
      lost: text => this.promises.offered.push(text),
      forked: (finder, participant) => this.judge(finder, participant)
    };
    this.forger = new Forger(this.course);
    this.verdict = new Verdict(this.course);
    const disk = new Disk();
    disk.founding = founding;
    this.teacher = this.arrive('teacher', disk);
    this.teacher.society.beginEpoch('open');
    this.rememberKeys();
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;
  readonly log: string[] = [];
  readonly counts = {
    ...{
      ops: 0,
      deeds: 0,
      forged: 0,
      crashes: 0,
      rollbacks: 0,
      partitions: 0,
      removals: 0,
      forks: 0,
      floods: 0
    },
    ...{ epochs: 0, replays: 0, offered: 0 }
  };
  readonly crowd: Crowd<Pupil>;
  readonly course: ICourse;
  teacher: Pupil;
  private readonly forger: Forger;
  private readonly disks = new Map<string, Disk>();
  private readonly promises = new Promises();
  private readonly verdict: Verdict;
  private seen: Uint8Array | null = null;
  private names = 0;
  /** Who wrote last. */
  private last: Pupil | null = null;

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
      for (; this.counts.ops < this.script.ops; this.counts.ops += 1) {
        this.step();
        this.clock.advance(this.pause);
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
    const { script } = this;
    const kinds = ['forgeries', 'crashes', 'partitions', 'removals', 'forks', 'floods', 'epochs'] as const;
    let dice = this.chance.below(1000);
    const kind = kinds.find(each => (dice -= script[each] ?? 0) < 0);
    switch (kind) {
      case 'forgeries':
        return this.forge();
      case 'crashes':
        return this.crash();
      case 'partitions':
        return this.chance.is(0.5) ? this.part() : this.heal();
      case 'removals':
        return this.chance.is(0.7) ? this.remove() : this.readmit();
      case 'forks':
        return this.fork();
      case 'floods':
        return this.flood();
      case 'epochs':
        this.counts.epochs += 1;
        this.note(`the teacher begins an epoch`);
        this.teacher.society.beginEpoch('open');
        return this.rememberKeys();
      default:
        return this.write(this.writer);
    }
  }

  private write(pupil: Pupil): void {
    if (!pupil.isInside) {
      return;
    }
    const isLecture = pupil.who === 'teacher' && this.chance.is(0.4);
    const deeds = isLecture ? pupil.lectureDeeds : pupil.deeds;
    const said = deeds.act(this.promises.deleted);
    this.counts.deeds += said ? 1 : 0;
    this.note(said);
    this.promises.add(pupil.who, deeds.written);
  }

  /** Who writes goes on for a while, and others beside them. */
  private get writer(): Pupil {
    if (!this.script.isBusy || !this.people.includes(this.last!) || this.chance.is(0.25)) {
      this.last = this.chance.pick(this.people);
    }
    return this.last!;
  }

  /** Until the next one does something: in a class at work, a keystroke or a pause for thought. */
  private get pause(): number {
    const { chance } = this;
    if (this.script.isBusy) {
      return chance.is(0.9) ? chance.below(60) : chance.below(1500);
    }
    return chance.is(0.8) ? chance.below(120) : chance.below(1500);
  }

  private arrive(who: string, disk = this.disks.get(who) ?? new Disk()): Pupil {
    this.disks.set(who, disk);
    const pupil = new Pupil(who, `${who}-${(this.names += 1)}`, this.course, disk, who !== 'teacher');
    this.note(`${pupil.name} comes`);
    this.crowd.add(pupil);
    if (who === 'teacher') {
      this.teacher = pupil;
    }
    return pupil;
  }

  /** Between any two writes; now and then what is on the disk is that of a while ago. */
  private crash(): void {
    const pupil = this.chance.pick(this.people);
    this.counts.crashes += 1;
    const { disk } = pupil;
    pupil.isAlive = false;
    this.crowd.remove(pupil);
    const isRolledBack = this.chance.is(0.2);
    disk.flush(this.chance.below(disk.pending.length + 1));
    disk.pending = [];
    if (isRolledBack) {
      disk.durable.length = this.chance.below(disk.durable.length + 1);
    }
    this.counts.rollbacks += isRolledBack ? 1 : 0;
    this.note(`${pupil.name} crashes${isRolledBack ? ', and comes back with an older disk' : ''}`);
    this.clock.after(this.chance.below(3000), () => this.crowd.notice(pupil));
    const back = this.arrive(pupil.who);
    // What nobody else has and the disk does not hold died with the page.
    this.promises.died(pupil.who, this.people, word => !isRolledBack && pupil.kept.has(word));
    back.deeds.written.clear();
  }

  private part(): void {
    this.counts.partitions += 1;
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
      society.give(participant, 'attendee', engine.reachedBy(participant));
    }
  }

  private expel(participant: string, who: string, does: string): void {
    const { engine, society } = this.teacher;
    this.note(`the teacher ${does} ${who}`);
    this.counts.removals += 1;
    const frontier = engine.reachesOf(participant);
    if (society.state({ kind: 'standing', participant, role: 'removed', counts: [], frontier })) {
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
      pupil.isAlive = false;
      this.crowd.remove(pupil);
      const texts = pupil.deeds.allText() + pupil.lectureDeeds.allText();
      this.promises.died(who, this.people, word => !texts.includes(word));
      this.clock.after(this.chance.below(3000), () => this.crowd.notice(pupil));
      this.arrive(`p${this.disks.size}`);
    }
  }

  /** Somebody's page is copied while it runs: two go on as one session, and say different things to different people. */
  private fork(): void {
    const pupil = this.chance.pick(this.people);
    const [document, deeds] = [this.course.team, pupil.deeds];
    const log = pupil.engine.replica(document)?.log;
    if (
      !log ||
      log.count(pupil.session) % 16 === 0 ||
      !pupil.isInside ||
      pupil.who === 'teacher' ||
      pupil.neighbours.length < 2
    ) {
      return;
    }
    this.note(`${pupil.name} contradicts themselves`);
    this.counts.forks += 1;
    this.promises.outlaw(pupil.who);
    const place = log.count(pupil.session);
    const twin = this.forger.twin(pupil, document, place);
    this.note(deeds.act(this.promises.deleted));
    pupil.engine.flush();
    const [first] = pupil.neighbours;
    const message = encodeMessage({ type: 'envelope', bytes: twin });
    this.people.find(({ session }) => session === first)?.hear(pupil.session, 'control', message);
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

  private flood(): void {
    const [pupil] = this.chance.shuffle(this.people);
    const from = pupil!.neighbours[0];
    if (from === undefined) {
      return;
    }
    this.counts.floods += 1;
    this.note(`${pupil!.name} is flooded`);
    for (let count = 0; count < 300; count += 1) {
      const bytes = this.chance.bytes(1 + this.chance.below(120));
      bytes[0] = this.chance.is(0.5) ? VERSION : FIRST_TYPE + this.chance.below(20);
      pupil!.hear(from, 'control', bytes);
    }
  }

  private forge(): void {
    const forgery = this.chance.pick(this.script.only ?? FORGERIES);
    const target = this.chance.pick(this.people);
    const victim = this.chance.is(0.5) ? this.teacher : this.chance.pick(this.people);
    const from = this.chance.is(0.9) ? target.neighbours[0] : undefined;
    this.counts.forged += 1;
    this.note(`${target.name} is given ${forgery}`);
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

  private anyEnvelope(): Uint8Array | null {
    const log = this.teacher.engine.replica(this.course.team)?.log;
    const session = log && this.chance.pick([...log.sessions, '']);
    return (session && log.pieces(session).at(-1)?.bytes) || null;
  }

  /** Ends all trouble and lets time pass until everybody is equal. */
  private calm(): void {
    this.heal();
    this.note('all is calm');
    const limit = this.clock.now() + 600_000;
    do {
      this.clock.advance(2000);
      this.crowd.mend();
    } while (this.clock.now() < limit && !this.verdict.isEqual(this.honest));
  }

  private get honest(): Pupil[] {
    return this.people.filter(pupil => pupil.role !== 'removed' && !this.promises.outlaws.has(pupil.who));
  }

  private check(): void {
    const { course, counts, verdict } = this;
    verdict.check(this.honest, this.disks.size, counts.removals + counts.crashes > 0);
    verdict.checkWork(this.network.messages, counts.ops, this.script.people, this.clock.now());
    const { words, isExcused } = this.promises.due(counts.removals > 0);
    const lost = verdict.lost(this.honest[0]!, words).filter(word => !isExcused(word));
    demand(lost.length === 0, `lost: ${lost.join(' ')}`);
    counts.replays += course.replays?.count ?? 0;
    counts.offered += this.promises.offered.length;
  }

  private rememberKeys(): void {
    const disk = this.disks.get('teacher')!;
    disk.keys = [...this.teacher.society.keyring.all()];
  }

  private note(words: string): void {
    if (words) {
      this.log.push(`${Math.round(this.clock.now())} ${words}`);
    }
  }
}
