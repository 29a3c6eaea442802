/** Teams in a simulated class: real engines, societies and keys, and a storage that is searched. */
import { createHash } from 'node:crypto';
import type * as Y from 'yjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { cellsOf } from '../document/cells';
import { Secret } from '../secret';
import { Disk, type Pupil } from './pupil';
import { School } from './school';

/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

let school: School;
let [ada, ben, cleo]: Pupil[] = [];
let [red, blue]: string[] = [];
const pageOf = (team: string): string => `${'5e'.repeat(32)}.team.${team}`;
const sourceOf = (doc: Y.Doc): Y.Text => cellsOf(doc).get('a')!.get('source') as Y.Text;
const docOf = (pupil: Pupil, team: string): Y.Doc => pupil.others.get(pageOf(team))!.doc;
const write = (pupil: Pupil, team: string, words: string): void =>
  sourceOf(docOf(pupil, team)).insert(0, words);
const words = (pupil: Pupil, team: string): string => sourceOf(docOf(pupil, team)).toJSON();
const team = (id: string, name: string, ...members: (Pupil | undefined)[]): void => {
  const { society, engine } = school.teacher;
  const ids = members.map(member => member!.participant);
  expect(society.teaming.state(id, name, ids, participant => engine.reachesOf(participant))).toBe(true);
};
const copyOf = (disk: Disk): Disk => {
  const copy = new Disk();
  copy.durable.push(...disk.durable);
  Object.assign(copy, { founding: disk.founding, statements: [...disk.statements] });
  Object.assign(copy, { keys: [...disk.keys], wraps: [...disk.wraps] });
  return copy;
};

beforeEach(() => {
  school = new School(3, digest);
  [ada, ben, cleo] = [school.arrive('ada'), school.arrive('ben'), school.arrive('cleo')];
  school.clock.advance(5000);
  [red, blue] = [school.teacher.society.teaming.newTeam(), school.teacher.society.teaming.newTeam()];
  team(red, 'Team 1', ada, ben);
  team(blue, 'Team 2', cleo);
  school.clock.advance(2000);
  for (const pupil of school.people) {
    [red, blue].forEach(each => pupil.openOther(pageOf(each)));
  }
});

describe('a team', () => {
  it('[KEY11] writes together; its members and who teaches read it, and nobody else', () => {
    write(ada!, red!, 'Of ada. ');
    write(ben!, red!, 'Of ben. ');
    school.clock.advance(3000);
    for (const pupil of [ada!, ben!, school.teacher]) {
      expect([pupil.who, words(pupil, red!)].join()).toContain('Of ada. ');
      expect(words(pupil, red!)).toContain('Of ben. ');
    }
    expect(words(cleo!, red!)).toBe('<a>');
    // What cleo has of it is sealed, and no key of cleo's opens it.
    const log = cleo!.engine.replica(pageOf(red!))!.log;
    expect(log.count(ada!.session)).toBeGreaterThan(0);
    expect([cleo!.society.keyring.teamKeys(red!), ada!.society.keyring.teamKeys(red!).length]).toEqual([
      [],
      1
    ]);
  });

  it('[ROL10] is written by nobody else: nothing of it is taken by honest pages', () => {
    write(cleo!, red!, 'Of cleo. ');
    school.clock.advance(3000);
    [ada!, ben!, school.teacher].forEach(pupil => {
      expect(words(pupil, red!)).toBe('<a>');
      expect(pupil.engine.replica(pageOf(red!))!.log.count(cleo!.session)).toBe(0);
    });
    // Nor what is sealed with the right key, as by somebody who was given it.
    const { course } = school;
    const own = course.members.session('cleo', course.classId);
    const [bytes] = school.seal(own, pageOf(red!), [Uint8Array.of(0, 0)]);
    school.teacher.engine.hearStar('nobody', bytes!);
    ada!.engine.hearStar('nobody', bytes!);
    school.clock.advance(1000);
    expect(ada!.engine.replica(pageOf(red!))!.log.count(own.session)).toBe(0);
  });

  it('[KEY11] who is put in reads what was written before; who is taken out nothing that comes', () => {
    write(ada!, red!, 'First. ');
    school.clock.advance(3000);
    team(red!, 'Team 1', ada, cleo);
    team(blue!, 'Team 2', ben);
    school.clock.advance(3000);
    write(ada!, red!, 'Second. ');
    write(cleo!, red!, 'Of cleo. ');
    write(ben!, red!, 'Too late. ');
    school.clock.advance(5000);
    for (const pupil of [ada!, cleo!, school.teacher]) {
      const text = words(pupil, red!);
      expect(['First. ', 'Second. ', 'Of cleo. '].map(each => text.includes(each))).toEqual([
        true,
        true,
        true
      ]);
      expect(text).not.toContain('Too late');
    }
    expect(words(ben!, red!)).not.toMatch(/Second|Of cleo/);
    expect(ben!.society.keyring.teamKeys(red!)).toHaveLength(1);
    expect(ada!.society.keyring.teamKeys(red!)).toHaveLength(2);
    // What ben wrote while he was of it, stays.
    expect(school.offered.join('')).toContain('Too late');
  });

  it('[ROL6] what somebody wrote who was taken out counts as far as who teaches had it', () => {
    write(ben!, red!, 'While in it. ');
    sourceOf(ben!.deeds.doc).insert(0, 'For everyone. ');
    school.clock.advance(3000);
    team(red!, 'Team 1', ada);
    school.clock.advance(60_000);
    [ada!, ben!, school.teacher].forEach(pupil => expect(words(pupil, red!)).toContain('While in it. '));
    // Named is what is the team's, and nothing else that they wrote.
    const { frontier } = school.teacher.society.roles!.teams.get(red!)!;
    expect([...new Set(frontier.map(({ document }) => document))]).toEqual([pageOf(red!)]);
    // And still does when somebody else goes: what was stated of who left before is stated again.
    write(ada!, red!, 'Of ada. ');
    school.clock.advance(3000);
    team(red!, 'Team 1', cleo);
    school.clock.advance(60_000);
    [cleo!, school.teacher].forEach(pupil => {
      expect(words(pupil, red!)).toContain('While in it. ');
      expect(words(pupil, red!)).toContain('Of ada. ');
    });
  });

  it('[ROL11] who was given a role while they were out of it writes on there once they are put in again', () => {
    const { society, engine } = school.teacher;
    const reached = (participant: string) => engine.reachedBy(participant);
    write(ben!, red!, 'Before. ');
    school.clock.advance(3000);
    const put = (...members: Pupil[]): void => {
      const ids = members.map(({ participant }) => participant);
      expect(society.teaming.put(red!, 'Team 1', ids, reached)).toBe(true);
      school.clock.advance(3000);
    };
    put(ada!);
    for (const role of ['viewer', 'attendee'] as const) {
      society.stating.give(ben!.participant, role, reached(ben!.participant));
      school.clock.advance(3000);
    }
    put(ada!, ben!);
    write(ben!, red!, 'After. ');
    school.clock.advance(3000);
    for (const pupil of [ada!, ben!, school.teacher]) {
      expect([pupil.who, words(pupil, red!)]).toEqual([
        pupil.who,
        expect.stringContaining('After. Before. ')
      ]);
    }
    // Nothing is stated of who is in it already, or was never named.
    const count = society.stated.length;
    put(ada!, ben!);
    expect(society.stated.length - count).toBeLessThanOrEqual(1);
  });

  it('[KEY11] who is removed from the class has nothing of what the team writes then', () => {
    const { society, engine } = school.teacher;
    const { keyring } = society;
    society.stating.give(ben!.participant, 'removed', engine.reachesOf(ben!.participant));
    school.clock.advance(5000);
    expect(keyring.newest).toBe(2);
    write(ada!, red!, 'Among ourselves. ');
    school.clock.advance(5000);
    expect(words(school.teacher, red!)).toContain('Among ourselves');
    expect(words(ben!, red!)).not.toContain('Among ourselves');
    expect(ben!.society.keyring.teamKeys(red!)).toHaveLength(1);
    let missing: unknown = null;
    ben!.society.keyring.keysOf(pageOf(red!), 2, keys => (missing = keys.missing));
    expect(missing).toBe('epoch');
  });

  it('[KEY11] a member hands the key to who was put in while nobody who teaches is there, and to a new device', () => {
    write(ada!, red!, 'Here. ');
    const dora = school.course.members.session('dora', school.course.classId).participant;
    const { society, engine } = school.teacher;
    const ids = [ada!.participant, ben!.participant, dora];
    society.teaming.state(red!, 'Team 1', ids, participant => engine.reachesOf(participant));
    school.clock.advance(3000);
    school.teacher.isAlive = false;
    school.crowd.remove(school.teacher);
    school.crowd.notice(school.teacher);
    const late = school.arrive('dora');
    school.clock.advance(10_000);
    late.openOther(pageOf(red!));
    school.clock.advance(20_000);
    expect(words(late, red!)).toContain('Here. ');
  });

  it('[KEY11] is read again after a page was opened anew, alone: its key is kept in wraps', () => {
    write(ada!, red!, 'Kept. ');
    school.clock.advance(5000);
    const again = school.stand('ada', copyOf(ada!.disk));
    again.openOther(pageOf(red!));
    expect(words(again, red!)).toContain('Kept. ');
    const teacher = school.stand('teacher', copyOf(school.teacher.disk));
    expect(teacher.society.keyring.teamKeys(red!)).toHaveLength(1);
  });

  it('[KEY11] an instructor who is none any more, and an owner whose class was taken over, read nothing new', () => {
    const { society, engine } = school.teacher;
    society.stating.give(cleo!.participant, 'instructor', []);
    school.clock.advance(5000);
    expect(cleo!.society.keyring.teamKeys(red!)).toHaveLength(1);
    society.stating.give(cleo!.participant, 'attendee', engine.reachesOf(cleo!.participant));
    school.clock.advance(5000);
    write(ada!, red!, 'Among ourselves. ');
    school.clock.advance(5000);
    expect(words(cleo!, red!)).not.toContain('Among ourselves');
    expect(words(ben!, red!)).toContain('Among ourselves');
    const seed = Secret.make(bytes => bytes.set(school.course.members.rootOf('recovery').reveal()));
    ben!.society.stating.takeOver(seed, ben!.engine.reachesOf(school.teacher.participant), () => undefined);
    school.clock.advance(5000);
    write(ada!, red!, 'And now. ');
    school.clock.advance(5000);
    expect(words(ben!, red!)).toContain('And now. ');
    expect(words(school.teacher, red!)).not.toContain('And now. ');
  });

  it('[KEY11] a key that came before the word on its team is there when that comes', () => {
    const disk = copyOf(ben!.disk);
    const { statements, wraps } = disk;
    Object.assign(disk, { statements: statements.filter(({ kind }) => kind !== 'team'), wraps: [] });
    const early = school.stand('ben', disk);
    const hear = (bytes: Uint8Array): void => early.society.hear('nobody', 'statement', bytes);
    wraps.forEach(hear);
    expect(early.society.wrapping.all).toEqual([]);
    statements.filter(({ kind }) => kind === 'team').forEach(({ bytes }) => hear(bytes));
    expect(early.society.keyring.teamKeys(red!)).toHaveLength(1);
    expect(early.society.wrapping.all.length).toBeGreaterThan(0);
  });

  it('[KEY11] all who know the same statements keep the same wraps', () => {
    team(red!, 'Team 1', ada, cleo);
    team(red!, 'Our team', cleo);
    team(blue!, 'Team 2', ada);
    school.clock.advance(30_000);
    const [first, ...others] = school.people.map(({ society }) => [...society.summary!].join());
    others.forEach(each => expect(each).toBe(first));
    const before = school.network.messages;
    school.clock.advance(60_000);
    expect(school.network.messages - before).toBeLessThan(600);
    // A name that changes costs no key; somebody who goes does.
    const keys = school.teacher.society.roles!.teams.get(red!)!.keyHashes.length;
    team(red!, 'Named anew', cleo);
    expect(school.teacher.society.roles!.teams.get(red!)!.keyHashes).toHaveLength(keys);
    expect(school.teacher.society.roles!.teams.get(red!)!.name).toBe('Named anew');
  });
});
