/** Each kind of trouble by its name, in the lesson: it happened, and all the lesson demands in the end was so. */
import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { digest } from './digest.node';
import { Secret } from '../secret';
import { cellsOf } from '../document/cells';
import { Lesson } from './lesson';
import { FAIR } from './network';
import type { ILessonScript } from './script';
import { Disk, type Pupil } from './pupil';
import { School } from './school';

type Tally = Record<string, number>;

/** Tells it under a few seeds; what happened in all of them together. */
function told(script: Partial<ILessonScript>, seeds = [1, 2]): Tally {
  const tally: Tally = {};
  for (const seed of seeds) {
    const lesson = new Lesson(seed, { people: 4, ops: 50, weather: FAIR, ...script }, digest).run();
    const { lost, doubled, reordered } = lesson.network;
    const all = { ...lesson.counts, lost, doubled, reordered };
    Object.entries(all).forEach(([name, count]) => (tally[name] = (tally[name] ?? 0) + count));
  }
  return tally;
}

describe('a lesson with', () => {
  it('[SYN14] loss', () => {
    expect(told({ weather: { ...FAIR, lost: 10 } })['lost']).toBeGreaterThan(100);
  });

  it('[SYN14] delay: up to four seconds', () => {
    expect(told({ weather: { ...FAIR, delay: [1000, 4000] } })['ops']).toBe(100);
  });

  it('[SYN14] another order', () => {
    expect(told({ weather: { ...FAIR, delay: [5, 800], reordered: 30 } })['reordered']).toBeGreaterThan(100);
  });

  it('[SYN14] doubles', () => {
    expect(told({ weather: { ...FAIR, lost: 5, doubled: 5 } })['doubled']).toBeGreaterThan(50);
  });

  it('[SYN14] a class that falls apart', () => {
    expect(told({ partitions: 80 })['partitions']).toBeGreaterThan(1);
  });

  it('[SYN14] pages that break down between any two writes, some of which come back with an older disk', () => {
    const { crashes, rollbacks } = told({ crashes: 150 });
    expect([crashes! > 3, rollbacks! > 0]).toEqual([true, true]);
  });

  it('[SYN14] forgers and floods', () => {
    const { forged, floods } = told({ forgeries: 200, floods: 150 });
    expect([forged! > 3, floods! > 1]).toEqual([true, true]);
  });

  it('[SYN14] a removal that is seen at different times, and new keys', () => {
    const { removals, partitions, epochs } = told({ people: 5, removals: 150, partitions: 60, epochs: 120 });
    expect([removals! > 0, partitions! > 0, epochs! > 0]).toEqual([true, true, true]);
  });

  it('[SYN14] a fork on which honest people lean', () => {
    const { forks, replays, offered } = told({ people: 5, forks: 40 }, [1, 2, 3, 4, 5, 6]);
    expect([forks! > 1, replays! > forks!, offered! > 0]).toEqual([true, true, true]);
  });
});

const sourceOf = (doc: Y.Doc): Y.Text => cellsOf(doc).get('a')!.get('source') as Y.Text;
const write = (pupil: Pupil, words: string): void => sourceOf(pupil.deeds.doc).insert(0, words);
const words = (pupil: Pupil): string => pupil.deeds.allText();

/** A class of the teacher, ada and ben. */
function classOf(seed: number): { school: School; ada: Pupil; ben: Pupil } {
  const school = new School(seed, digest);
  const [ada, ben] = [school.arrive('ada'), school.arrive('ben')];
  school.clock.advance(5000);
  return { school, ada, ben };
}

/** What a device has now. */
function copyOf(disk: Disk, entries = disk.durable.length): Disk {
  const copy = new Disk();
  copy.durable.push(...disk.durable.slice(0, entries));
  copy.founding = disk.founding;
  copy.statements = [...disk.statements];
  copy.keys = [...disk.keys];
  return copy;
}

function crash(school: School, pupil: Pupil): void {
  pupil.isAlive = false;
  school.crowd.remove(pupil);
  school.crowd.notice(pupil);
}

/** Nobody is taken for a liar, all have the same, and these words are in it. */
function expectPeace(school: School, ...all: string[]): void {
  school.clock.advance(60_000);
  for (const pupil of school.people) {
    const { log } = pupil.engine.replica(school.course.team)!;
    expect([log.forks, words(pupil)]).toEqual([[], words(school.teacher)]);
    all.forEach(each => expect(words(pupil)).toContain(each));
  }
}

describe('what is honest, and no fork', () => {
  it('[LOG5] two tabs of one profile that write at once', () => {
    const { school, ada, ben } = classOf(1);
    const tab = school.arrive('ada', ada.disk);
    school.clock.advance(5000);
    expect([tab.participant === ada.participant, tab.session === ada.session]).toEqual([true, false]);
    for (let turn = 0; turn < 20; turn += 1) {
      write(ada, `<one ${turn}>`);
      write(tab, `<other ${turn}>`);
      write(ben, `<ben ${turn}>`);
      school.clock.advance(turn % 2 ? 30 : 700);
    }
    expectPeace(school, '<one 19>', '<other 19>', '<ben 19>');
  });

  it('[LOG5] a profile that is restored from a copy while the page it was copied from goes on', () => {
    const { school, ada } = classOf(2);
    write(ada, '<before the copy>');
    school.clock.advance(3000);
    const copy = copyOf(ada.disk);
    write(ada, '<after the copy>');
    const restored = school.arrive('ada', copy);
    school.clock.advance(5000);
    write(restored, '<of the copy>');
    write(ada, '<of the original>');
    expectPeace(school, '<before the copy>', '<after the copy>', '<of the copy>', '<of the original>');
  });

  it('[LOG5] a storage that was rolled back: what others have of it comes back', () => {
    const { school, ada } = classOf(3);
    for (let turn = 0; turn < 20; turn += 1) {
      write(ada, `<ada ${turn}>`);
      school.clock.advance(1000);
    }
    crash(school, ada);
    const back = school.arrive('ada', copyOf(ada.disk, 5));
    school.clock.advance(5000);
    write(back, '<ada again>');
    expectPeace(school, '<ada 0>', '<ada 19>', '<ada again>');
  });

  it('[LOG5] a crash after something was sent and before it was written', () => {
    const { school, ada } = classOf(4);
    write(ada, '<written>');
    school.clock.advance(3000);
    const atCrash = copyOf(ada.disk);
    write(ada, '<sent>');
    school.clock.advance(80);
    crash(school, ada);
    const back = school.arrive('ada', atCrash);
    write(back, '<at once>');
    expectPeace(school, '<written>', '<sent>', '<at once>');
  });

  it('[LOG5] the recovery key on another machine, while the old laptop wakes up and writes', () => {
    const { school, ada, ben } = classOf(5);
    const { teacher } = school;
    write(teacher, '<of the laptop>');
    school.clock.advance(3000);
    const asleep = school.arrive('teacher', copyOf(teacher.disk));
    school.clock.advance(3000);
    school.network.move(asleep.session, 1);
    school.crowd.closeDead();
    const machine = school.arrive('another machine', new Disk());
    school.clock.advance(5000);
    let isDone = false;
    const seed = Secret.make(bytes => bytes.set(school.course.members.rootOf('recovery').reveal()));
    machine.society.stating.takeOver(
      seed,
      machine.engine.reachesOf(teacher.participant),
      done => (isDone = done)
    );
    school.clock.advance(5000);
    expect([isDone, ada.society.roles!.owner === machine.participant]).toEqual([true, true]);
    write(machine, '<of the machine>');
    write(ada, '<of ada>');
    write(asleep, '<said asleep>');
    school.crowd.heal();
    school.clock.advance(60_000);
    for (const pupil of [ada, ben, machine]) {
      expect(pupil.engine.replica(school.course.team)!.log.forks).toEqual([]);
      expect(words(pupil)).toBe(words(machine));
      ['<of the laptop>', '<of the machine>', '<of ada>'].forEach(each =>
        expect(words(pupil)).toContain(each)
      );
    }
    // No power is left on the old one.
    expect(asleep.society.roles!.canTeach(asleep.participant)).toBe(false);
  });
});
