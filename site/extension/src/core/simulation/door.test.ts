/** The door against who was removed: another name, the link, and the keys of the epochs before. */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { cellsOf } from '../document/cells';
import { MAX_DEGREE } from '../overlay/neighbours';
import { encodeMessage } from '../overlay/wire';
import { clientOf } from '../session';
import { Forger } from './forger';
import { Disk, type Pupil } from './pupil';
import { School } from './school';

const [KNOCK, ADMIT] = (['knock', 'admit'] as const).map(
  type => encodeMessage({ type, bytes: new Uint8Array(1) })[0]!
);

let school: School;
beforeEach(() => (school = new School(7, digest)));

const write = (pupil: Pupil, words: string): void => sourceOf(pupil.deeds.doc).insert(0, words);
const sourceOf = (doc: Y.Doc): Y.Text => cellsOf(doc).get('a')!.get('source') as Y.Text;
const words = (pupil: Pupil): string => pupil.deeds.allText();
const remove = (pupil: Pupil): void => {
  const { society, engine } = school.teacher;
  expect(society.stating.give(pupil.participant, 'removed', engine.reachesOf(pupil.participant))).toBe(true);
};

/** What that device knows, for somebody else to begin with. */
function stolen({ disk, society }: Pupil): Disk {
  const copy = new Disk();
  Object.assign(copy, {
    founding: disk.founding,
    statements: [...disk.statements],
    keys: society.keyring.all()
  });
  return copy;
}

describe('who was removed', () => {
  it('[ROL9] does not come back through a closed door by what is written under a new name with an old key', () => {
    const [ben, mallory] = [school.arrive('ben'), school.arrive('mallory')];
    school.clock.advance(5000);
    write(mallory, 'of mallory. ');
    school.clock.advance(3000);
    const disk = stolen(mallory);
    remove(mallory);
    school.teacher.society.stating.beginEpoch('closed');
    school.clock.advance(3000);
    // Known to nobody, beside somebody who may not decide; then they write, and knock.
    const again = school.stand('nobody in particular', disk);
    school.join(again, ben);
    write(again, 'Here again. ');
    school.clock.advance(60_000);
    for (const pupil of [school.teacher, ben]) {
      expect(words(pupil)).not.toContain('Here again');
      expect(pupil.engine.replica(school.course.team)!.log.count(again.session)).toBe(0);
      expect(pupil.society.roles!.roleOf(again.participant)).toBe('outsider');
    }
    write(ben, 'Among ourselves. ');
    school.clock.advance(60_000);
    expect(words(school.teacher)).toContain('Among ourselves');
    expect(words(again)).not.toContain('Among ourselves');
    expect([again.society.keyring.newest, again.society.doorway.state]).toEqual([1, 'waiting']);
  });

  it('[ROL9] has no road for an old key: neighbour, exchange or published, of any epoch that is over', () => {
    const ben = school.arrive('ben');
    school.clock.advance(5000);
    school.teacher.society.stating.beginEpoch('open');
    school.teacher.society.stating.beginEpoch('closed');
    school.clock.advance(3000);
    const { course } = school;
    const before = school.network.messages;
    for (let epoch = 1; epoch <= 3; epoch += 1) {
      const own = course.members.session(`new${epoch}`, course.classId);
      const doc = new Y.Doc();
      Y.applyUpdate(doc, course.genesis);
      doc.clientID = clientOf(digest, course.team, own.participant, own.session);
      let change = new Uint8Array(0);
      doc.on('update', (update: Uint8Array<ArrayBuffer>) => (change = update));
      sourceOf(doc).insert(0, 'From outside. ');
      const [bytes] = school.seal(own, course.team, [change], { epoch });
      const [from] = ben.neighbours;
      ben.hear(from!, 'control', encodeMessage({ type: 'introduction', bytes: own.introduction }));
      ben.hear(from!, 'control', bytes!);
      ben.engine.hearStar('nobody', bytes!);
      const message = encodeMessage({
        type: 'entries',
        document: course.team,
        isLast: true,
        pieces: [bytes!]
      });
      ben.hear(from!, 'control', message);
    }
    school.clock.advance(200);
    expect(ben.refusals.get('not-allowed')).toBeGreaterThanOrEqual(6);
    expect(words(ben) + words(school.teacher)).not.toContain('From outside');
    expect(school.network.messages - before).toBeLessThan(40);
  });

  it('[ROL9] is not among those who stay when they are removed and the door is closed', () => {
    const [ben, mallory] = [school.arrive('ben'), school.arrive('mallory')];
    school.clock.advance(5000);
    write(ben, 'of ben. ');
    write(mallory, 'of mallory. ');
    school.clock.advance(3000);
    const { society } = school.teacher;
    remove(mallory);
    society.stating.beginEpoch('closed');
    const { epoch, door } = society.roles!;
    expect([door, epoch!.members]).toEqual(['closed', [ben.participant]]);
    school.clock.advance(60_000);
    expect(ben.society.keyring.newest).toBe(epoch!.epoch);
    expect(mallory.society.keyring.newest).toBeLessThan(epoch!.epoch - 1);
  });
});

describe('who is let back in', () => {
  it('[KEY9] is in within a second, with the door closed too, and is told no more that somebody said no', () => {
    const ben = school.arrive('ben');
    school.clock.advance(5000);
    remove(ben);
    school.teacher.society.stating.beginEpoch('closed');
    school.clock.advance(30_000);
    expect([ben.society.doorway.state, ben.society.keyring.isCurrent]).toEqual(['refused', false]);
    // Just after ben knocked, and was refused once more.
    const { society, engine } = school.teacher;
    expect(society.stating.give(ben.participant, 'attendee', engine.reachesOf(ben.participant))).toBe(true);
    school.clock.advance(1000);
    expect([ben.society.doorway.state, ben.society.keyring.isCurrent]).toEqual(['inside', true]);
  });
});

describe('who comes late', () => {
  it('[ROL9] who wrote offline, and nobody heard it, loses nothing: let in by name, all of it counts', () => {
    const ben = school.arrive('ben');
    const cleo = school.stand('cleo');
    school.join(cleo, ben);
    school.clock.advance(5000);
    cleo.engine.disconnect(ben.session);
    ben.engine.disconnect(cleo.session);
    write(cleo, 'Written offline. ');
    school.teacher.society.stating.beginEpoch('closed');
    school.teacher.society.stating.beginEpoch('closed');
    write(ben, 'of ben. ');
    school.clock.advance(3000);
    expect(school.teacher.society.roles!.roleOf(cleo.participant)).toBe('outsider');
    school.join(cleo, ben);
    school.clock.advance(60_000);
    expect(words(cleo)).toContain('Written offline');
    expect(words(ben) + words(school.teacher)).not.toContain('Written offline');
    write(cleo, 'At the door. ');
    school.clock.advance(1000);
    const { society } = school.teacher;
    expect(society.doorway.waiting.map(({ name }) => name)).toEqual(['cleo']);
    society.stating.admit(cleo.participant, school.teacher.engine.reachedBy(cleo.participant));
    school.clock.advance(60_000);
    for (const text of ['Written offline. ', 'At the door. ', 'of ben. ']) {
      expect([ben, cleo, school.teacher].map(pupil => words(pupil).includes(text))).toEqual([
        true,
        true,
        true
      ]);
    }
    expect(school.offered).toEqual([]);
    expect(cleo.society.keyring.isCurrent).toBe(true);
    // And it stays stated: the next epoch is theirs, too.
    society.stating.beginEpoch('closed');
    school.clock.advance(30_000);
    expect(cleo.society.keyring.isCurrent).toBe(true);
  });
});

describe('a new epoch', () => {
  it('[KEY8] is everybody’s in a moment: each asks and answers neighbours alone, though all knock at once', () => {
    const KNOCKS = [KNOCK, ADMIT];
    for (let count = 1; count < 40; count += 1) {
      school.arrive(`p${count}`);
      school.clock.advance(50);
    }
    school.clock.advance(30_000);
    for (const door of ['open', 'closed'] as const) {
      const sent = new Map<string, number>();
      school.network.onSend = (message, from) =>
        KNOCKS.includes(message[0]) && sent.set(from, (sent.get(from) ?? 0) + 1);
      school.teacher.society.stating.beginEpoch(door);
      school.clock.advance(5000);
      expect(school.people.every(({ society }) => society.keyring.isCurrent)).toBe(true);
      expect(sent.size).toBe(40);
      // A knock at each neighbour, and an answer to each: as many again where two ask each other.
      expect(Math.max(...sent.values())).toBeLessThanOrEqual(2 * MAX_DEGREE);
      sent.clear();
      school.clock.advance(60_000);
      expect(sent.size).toBe(0);
    }
  });
});

describe('who contradicted themselves and is let in again', () => {
  /** A page of `eve` that says two things at once, from `place` on: the others have the one, or the other. */
  const forked = (place: number, isRemoved: boolean): { eve: Pupil; ben: Pupil; count: number } => {
    const [ben, eve] = [school.arrive('ben'), school.arrive('eve')];
    school.clock.advance(5000);
    for (let turn = 0; turn < place; turn += 1) {
      write(eve, `<eve ${turn}>`);
      school.clock.advance(1000);
    }
    const { course, teacher } = school;
    const log = teacher.engine.replica(course.team)!.log;
    expect(log.count(eve.session)).toBe(place);
    const twin = new Forger(course).twin(eve, course.team, place);
    write(eve, '<one thing>');
    eve.engine.flush();
    for (const pupil of [teacher, ben]) {
      const [from] = pupil.neighbours;
      pupil.hear(from!, 'control', encodeMessage({ type: 'introduction', bytes: eve.own.introduction }));
      pupil.hear(from!, 'control', encodeMessage({ type: 'envelope', bytes: twin }));
    }
    school.clock.advance(5000);
    expect(log.forks).toEqual([eve.session]);
    if (isRemoved) {
      remove(eve);
      school.clock.advance(5000);
      expect([log.forks, log.count(eve.session)]).toEqual([[], place]);
    }
    return { eve, ben, count: place };
  };

  it.each([3, 0])(
    '[ROL11] writes on from a new page, nobody doubts them, and what was cut at %s stays cut',
    place => {
      const { eve, ben } = forked(place, true);
      const { engine, society } = school.teacher;
      expect(society.stating.give(eve.participant, 'attendee', engine.reachedBy(eve.participant))).toBe(true);
      const page = school.arrive('eve', eve.disk);
      school.clock.advance(10_000);
      write(page, '<eve again>');
      school.clock.advance(60_000);
      for (const pupil of [school.teacher, ben, page]) {
        const { log } = pupil.engine.replica(school.course.team)!;
        expect([log.forks, log.count(eve.session)]).toEqual([[], place]);
        expect(words(pupil)).toBe(words(school.teacher));
        expect(words(pupil)).toContain('<eve again>');
        expect(words(pupil).includes('<one thing>')).toBe(false);
      }
      // Nor does another role lift it, nor somebody who begins with what others have.
      society.stating.give(eve.participant, 'viewer', engine.reachedBy(eve.participant));
      school.clock.advance(2000);
      society.stating.give(eve.participant, 'attendee', engine.reachedBy(eve.participant));
      school.clock.advance(2000);
      const late = school.arrive('late');
      write(page, '<and on>');
      school.clock.advance(60_000);
      const { log } = late.engine.replica(school.course.team)!;
      expect([log.forks, log.count(eve.session)]).toEqual([[], place]);
      expect([late, ben, school.teacher].every(pupil => words(pupil).includes('<and on>'))).toBe(true);
    }
  );

  it('[ROL11] what was cut stays cut also when whoever lets them in has not seen why', () => {
    const { eve, ben } = forked(2, false);
    const { society } = school.teacher;
    remove(eve);
    school.clock.advance(5000);
    expect(society.stating.give(eve.participant, 'attendee', [])).toBe(true);
    const page = school.arrive('eve', eve.disk);
    school.clock.advance(10_000);
    write(page, '<eve again>');
    school.clock.advance(60_000);
    for (const pupil of [school.teacher, ben, page]) {
      const { log } = pupil.engine.replica(school.course.team)!;
      expect([log.forks, log.count(eve.session), words(pupil)]).toEqual([[], 2, words(school.teacher)]);
      expect(words(pupil)).toContain('<eve again>');
    }
  });

  it('[ROL11] who may write as before goes on in the page they have: only what they lose is cut', () => {
    const ben = school.arrive('ben');
    school.clock.advance(5000);
    write(ben, '<before>');
    school.clock.advance(3000);
    const { engine, society } = school.teacher;
    for (const [role, word] of [
      ['instructor', '<as instructor>'],
      ['attendee', '<as attendee>'],
      ['viewer', null],
      ['attendee', '<once more>']
    ] as const) {
      society.stating.give(ben.participant, role, engine.reachedBy(ben.participant));
      school.clock.advance(5000);
      if (word) {
        write(ben, word);
        school.clock.advance(5000);
        expect([words(school.teacher).includes(word), words(ben).includes(word)]).toEqual([true, true]);
      }
    }
  });
});
