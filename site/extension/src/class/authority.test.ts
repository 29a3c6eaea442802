/** A member's page governs, or asks to be let in: with a class whose cryptography answers at once, and no engine. */
import { digest } from 'lib0/hash/sha256';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecovery } from '../core/class/recovery';
import { outputsName } from '../core/document/name';
import { Class } from '../core/sync/society.testing';
import { MemoryStorage } from '../storage/memory';
import type { IKeptClass } from './kept';
import { CALM_MS } from './takingover';
import {
  beginSchool,
  bytesOf,
  endSchool,
  LECTURE,
  NOT_LECTURE,
  Page,
  school,
  stated,
  TEAM,
  team
} from './authority.node';

beforeEach(beginSchool);
afterEach(endSchool);

describe('what a page keeps of its class', () => {
  it('[STO9] is read again; what is damaged in it, or another class’s, is left out and the rest is not', () => {
    const [epoch, other] = [school.epoch(1), new Class()];
    const damaged = epoch.bytes.subarray(0, -1);
    const { society } = new Page('ada', { statements: [damaged, epoch.bytes] }).authority;
    expect([society.stated, society.keyring.newest]).toEqual([[epoch.bytes], 1]);
    for (const founding of [
      null,
      school.founding.record.subarray(1),
      other.founding.record.slice().fill(1)
    ]) {
      expect(new Page('ada', { founding }).authority.society.founding).toBeNull();
    }
  });

  it('[STO9] is written with what was stated since, and with the names of who was removed', async () => {
    const ben = school.idOf('ben');
    const names = new Map([[ben, 'Ben']]);
    const page = new Page(
      'owner',
      { statements: [school.epoch(1).bytes] },
      { nameOf: who => names.get(who) }
    );
    void page.authority.teaching!.give(ben, 'removed');
    await stated();
    expect(page.authority.removed).toEqual(new Map([[ben, 'Ben']]));
    // Whoever is out is known to nobody after a while.
    names.clear();
    await vi.waitFor(async () =>
      expect((await page.classes.read(school.founding.classId)).statements.length).toBe(3)
    );
    const kept = await page.classes.read(school.founding.classId);
    expect([kept.founding, kept.names]).toEqual([
      school.founding.record,
      [{ participant: ben, name: 'Ben' }]
    ]);
    expect(kept.keys.map(({ epoch }) => epoch)).toEqual([1, 2]);
    const again = new Page('owner', { ...kept });
    expect([...again.authority.removed.values()]).toEqual(['Ben']);
    const stranger = new Page('owner', { ...kept, names: undefined });
    expect([...stranger.authority.removed.values()]).toEqual(['']);
  });
});

describe('how far one is who wants to come in', () => {
  const closed = (): Uint8Array[] => bytesOf([school.epoch(1), school.epoch(2, 'closed')]);
  const old = (): IKeptClass['keys'] => school.keys.slice(0, 1);
  const entranceOf = ({ authority }: Page): string =>
    [authority.entranceOf(true, false), authority.entranceOf(false, true), authority.entranceOf(false, false)]
      .filter((each, index, all) => all.indexOf(each) === index)
      .join(' ');

  it.each<[string, string, () => Page]>([
    ['nothing is known', 'asking away nobody', () => new Page('ada', { founding: null, keys: [] })],
    [
      'no key is here',
      'asking away nobody',
      () => new Page('ada', { statements: [school.epoch(1).bytes], keys: [] })
    ],
    ['the key is here', 'in', () => new Page('ada', { statements: [school.epoch(1).bytes] })],
    [
      'an epoch began meanwhile',
      'in',
      () => new Page('ada', { statements: bytesOf([school.epoch(1), school.epoch(2)]), keys: old() })
    ],
    [
      'the door closed meanwhile',
      'asking away nobody',
      () => new Page('ada', { statements: closed(), keys: old() })
    ],
    ['its key is here all the same', 'in', () => new Page('ada', { statements: closed() })],
    ['told to wait', 'door', () => new Page('ada', { founding: null, keys: [] }).meet().answered('waiting')],
    ['told no', 'refused', () => new Page('ada', { founding: null, keys: [] }).meet().answered('refused')],
    [
      'told no, with a key that is over',
      'refused',
      () =>
        new Page('ada', { statements: bytesOf([school.epoch(1), school.epoch(2)]), keys: old() })
          .meet()
          .answered('refused')
    ]
  ])('[KEY9] %s: %s', (_, entrance, page) => {
    expect(entranceOf(page())).toBe(entrance);
  });
});

describe('what a page offers', () => {
  it('[ROL4] to teach: only to who does, and only with an engine', () => {
    const statements = bytesOf([school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')]);
    const offers = (name: string, begins = true): boolean =>
      new Page(name, { statements }, {}, begins).authority.teaching !== null;
    expect(['owner', 'ines', 'ada'].map(name => offers(name))).toEqual([true, true, false]);
    expect([offers('owner', false), new Page('owner', { founding: null }).authority.teaching]).toEqual([
      false,
      null
    ]);
  });

  it('[ROL4] roles: nobody’s own, and by an instructor only what instructors may give', () => {
    const statements = bytesOf([school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')]);
    const gives = (by: string, to: string): string[] => {
      const { teaching } = new Page(by, { statements }).authority;
      return (['instructor', 'viewer'] as const).filter(role => teaching!.mayGive(school.idOf(to), role));
    };
    expect(gives('owner', 'ada')).toEqual(['instructor', 'viewer']);
    expect([gives('owner', 'owner'), gives('ines', 'ines')]).toEqual([[], []]);
    expect([gives('ines', 'ada'), gives('ines', 'owner')]).toEqual([['viewer'], []]);
    // Nobody knows what may be said before it is known who may.
    const ada = new Page('ada', { statements: statements.slice(0, 1) });
    expect(ada.authority.teaching).toBeNull();
    ada.hears(school.stand('owner', 2, 'ada', 'instructor'));
    expect(ada.authority.teaching!.mayGive(school.idOf('ada'), 'viewer')).toBe(false);
  });

  it('[ROL7] to write and to read what its user may', () => {
    const statements = bytesOf([school.epoch(1)]);
    const of = (name: string): unknown[] => {
      const { authority } = new Page(name, { statements });
      const mine = `${'5e'.repeat(32)}.mine.${school.idOf('ada')}`;
      return [LECTURE, mine].map(document => [authority.mayWrite(document), authority.mayRead(document)]);
    };
    expect(of('owner')).toEqual([
      [true, true],
      [false, true]
    ]);
    expect(of('ada')).toEqual([
      [false, true],
      [true, true]
    ]);
    expect(of('ben')).toEqual([
      [false, true],
      [false, false]
    ]);
    const unknown = new Page('ada', { founding: null }).authority;
    expect([unknown.mayWrite(LECTURE), unknown.mayRead(LECTURE)]).toEqual([false, false]);
  });

  it('[ROL6] to reload, where nothing more counts of what its session writes or runs, though its user may', async () => {
    const page = new Page('owner', { statements: [school.epoch(1).bytes] });
    const { participant, session } = page.own;
    const outputs = outputsName(LECTURE, participant);
    const mine = `${'5e'.repeat(32)}.mine.${school.idOf('ada')}`;
    const needs = (): boolean[] =>
      [LECTURE, mine, outputs].map(document => page.authority.needsReload(document));
    const says = (document: string, of: string): unknown =>
      page.forks.set(document, { log: { limitOf: each => (each === of ? 3 : Infinity) } });
    says(LECTURE, 'another');
    says(mine, session);
    says(outputsName(mine, participant), 'another');
    expect(needs()).toEqual([false, false, false]);
    for (const document of [LECTURE, outputs]) {
      says(document, session);
      expect(needs()).toEqual([true, false, false]);
      says(document, 'another');
    }
    // Named with a role: what this session writes is past what counts.
    const ines = new Page('ines', { statements: [school.epoch(1).bytes] });
    const reach = { document: LECTURE, session: ines.own.session, count: 1, chain: new Uint8Array(32) };
    ines.hears(
      school.state('owner', 2, {
        ...{ kind: 'standing', participant: ines.own.participant, role: 'instructor', counts: [] },
        frontier: [reach]
      })
    );
    expect([LECTURE, mine].map(document => ines.authority.needsReload(document))).toEqual([true, false]);
    expect(new Page('ada', { founding: null }).authority.needsReload(LECTURE)).toBe(false);
  });

  it('[ROL10] teams that one may read and that are not over, with members who are not out', () => {
    const [second, third] = ['cd'.repeat(16), 'ef'.repeat(16)];
    const statements = bytesOf([
      school.epoch(1),
      team('owner', 2, ['ada', 'ben'], TEAM, 'Team 10'),
      team('owner', 3, ['cleo'], second, 'Team 9'),
      team('owner', 4, [], third),
      school.stand('owner', 5, 'ben', 'removed')
    ]);
    const seen = (name: string): unknown[] =>
      new Page(name, { statements }).authority.teams.map(each => [each.name, each.members.length]);
    expect([seen('owner'), seen('ada'), seen('ben')]).toEqual([
      [
        ['Team 9', 1],
        ['Team 10', 1]
      ],
      [['Team 10', 1]],
      []
    ]);
    expect(new Page('ada', { founding: null }).authority.teams).toEqual([]);
  });

  it('[STO12] what this browser keeps is read of those whose writing is to be cut, and of nobody else', async () => {
    const statements = bytesOf([
      school.epoch(1),
      school.state('owner', 2, {
        ...{ kind: 'standing', participant: school.idOf('cleo'), role: 'attendee', counts: [] },
        frontier: [{ document: LECTURE, session: school.owner.session, count: 1, chain: new Uint8Array(32) }]
      })
    ]);
    let reads = 0;
    const stored = (): Promise<MemoryStorage> => ((reads += 1), Promise.resolve(new MemoryStorage()));
    const { authority } = new Page('owner', { statements }, { stored });
    const puts = async (...names: string[]): Promise<number> => {
      reads = 0;
      const members = names.map(name => school.idOf(name));
      void authority.teaching!.setTeam({ team: TEAM, name: 'T', members });
      await stated();
      expect(authority.society.roles!.teams.get(TEAM)!.members).toEqual([...members].sort());
      return reads;
    };
    expect(await puts('ada', 'ben')).toBe(0);
    // Who leaves; who stays; who comes with a role that said how far they are.
    expect(await puts('ada')).toBe(1);
    expect(await puts('ada', 'ben')).toBe(0);
    expect(await puts('ada', 'ben', 'cleo')).toBe(1);
    expect(await puts('ada', 'ben', 'cleo', 'dora')).toBe(0);
  });

  it('[ROL4] nothing any more when the page is left, though it was asked to before', async () => {
    const { authority } = new Page('owner', { statements: [school.epoch(1).bytes] });
    const before = authority.society.stated;
    const teaching = authority.teaching!;
    const asked = [
      teaching.give(school.idOf('ada'), 'viewer'),
      teaching.setDoor('closed'),
      teaching.share(true)
    ];
    authority.end();
    expect(await Promise.all(asked)).toEqual([false, false, false]);
    expect(authority.society.stated).toEqual(before);
  });

  it('[ROL6] a fork that a statement decides, and none before', async () => {
    const page = new Page('owner', { statements: [school.epoch(1).bytes] });
    const contradiction = {
      ...{ participant: school.idOf('ada'), session: school.members.session('ada').session },
      ...{ document: `${'5e'.repeat(32)}.team.${school.everyone}`, name: 'Ada', isDecided: false }
    };
    expect(page.authority.isDecided(contradiction)).toBe(false);
    page.has(contradiction.document);
    expect(await page.authority.teaching!.give(school.idOf('ada'), 'removed')).toBe(true);
    expect(page.authority.isDecided(contradiction)).toBe(true);
  });

  it('[STO12] to say that something of somebody stays: only of what they wrote for others and counts then', async () => {
    const page = new Page('owner', { statements: [school.epoch(1).bytes] });
    const ada = school.idOf('ada');
    const has = (): Promise<boolean> => page.authority.teaching!.hasOf(ada);
    const { session } = school.members.session('ada');
    const reach = { session, count: 1, chain: new Uint8Array(32) };
    const documentOf = (place: string): string => `${'5e'.repeat(32)}.${place}`;
    page.reaches.push(
      { ...reach, document: documentOf(`mine.${ada}`) },
      { ...reach, document: outputsName(LECTURE, ada) },
      { ...reach, document: LECTURE, fork: 'first' },
      { ...reach, document: LECTURE, count: 0 }
    );
    expect(await has()).toBe(false);
    for (const place of [`team.${school.everyone}`, `team.${TEAM}`, `lecture.${'0'.repeat(32)}`]) {
      page.reaches.push({ ...reach, document: documentOf(place), fork: 'later' });
      expect(await has()).toBe(true);
      page.reaches.pop();
    }
  });

  it('[ROL4] whether it was stated: what fails stops nothing that is said after it', async () => {
    const page = new Page('owner', { statements: [school.epoch(1).bytes] });
    const { teaching, society } = page.authority;
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.spyOn(society.stating, 'give').mockImplementationOnce(() => {
      throw new RangeError('Not a statement: too-large');
    });
    const given = ['ada', 'ben'].map(name => teaching!.give(school.idOf(name), 'viewer'));
    expect(await Promise.all(given)).toEqual([false, true]);
    expect(['ada', 'ben'].map(name => page.authority.roleOf(school.idOf(name)))).toEqual([
      'attendee',
      'viewer'
    ]);
    // One's own role is not one's to give.
    expect(await teaching!.give(page.own.participant, 'viewer')).toBe(false);
    vi.restoreAllMocks();
  });

  it('[CLS8] the recovery file: where the key is, and it is known how the class was founded', () => {
    const recovery = school.members.rootOf('recovery');
    const fileOf = (kept: Partial<IKeptClass>, name = 'owner'): string | null | undefined =>
      new Page(name, { statements: [school.epoch(1).bytes], ...kept }).authority.teaching?.recoveryFile('w');
    const records: unknown[] = [];
    readRecovery(school.members.crypto, digest, fileOf({ recovery })!, read =>
      records.push(read.kind === 'read' && read.value.founding.record)
    );
    expect(records).toEqual([school.founding.record]);
    expect([fileOf({}), fileOf({ recovery }, 'ada')]).toEqual([null, undefined]);
  });
});

describe('taking a class over', () => {
  const kept = (): Partial<IKeptClass> => ({
    statements: [school.epoch(1).bytes],
    recovery: school.members.rootOf('recovery')
  });
  const calm = (): unknown => vi.advanceTimersByTime(CALM_MS + 1000);

  it('[CLS8] is begun only with the key, by who wished it', () => {
    const taking = (page: Page): unknown => page.authority.takingOver;
    expect(taking(new Page('heir', kept(), { takesOver: true }))).toBe('fetching');
    expect(taking(new Page('heir', kept()))).toBeNull();
    expect(taking(new Page('heir', { ...kept(), recovery: null }, { takesOver: true }))).toBeNull();
  });

  it('[ROL3] waits for what was stated, for somebody, for what they have, and for the lecture', async () => {
    const heir = new Page('heir', { ...kept(), statements: [] }, { takesOver: true });
    await heir.classes.takeOver(school.founding.classId);
    const { authority, engine } = heir;
    const states: unknown[] = [];
    const next = (change: () => unknown): void => {
      change();
      calm();
      states.push(authority.takingOver);
    };
    next(() => undefined);
    authority.takeOverAnyway();
    next(() => heir.hears(school.epoch(1)));
    next(() => heir.meet());
    next(() => (engine.isEven = true));
    next(() => NOT_LECTURE.forEach(document => heir.has(document)));
    expect([states, authority.role]).toEqual([
      ['unknown', 'alone', 'fetching', 'empty', 'empty'],
      'attendee'
    ]);
    heir.has(LECTURE);
    // What a page said two ways from its beginning counts nothing.
    const doubted = { ...heir.reaches[0]!, document: `${'6e'.repeat(32)}.lecture.0`, fork: 'first' } as const;
    heir.reaches.push(doubted);
    calm();
    await stated();
    heir.reaches.pop();
    expect([authority.takingOver, authority.role]).toEqual([null, 'owner']);
    await vi.waitFor(async () =>
      expect(await heir.classes.isTakingOver(school.founding.classId)).toBe(false)
    );
    // What was here of the owner's is what counts of them.
    const { owner, reaches } = { owner: school.owner, reaches: heir.reaches };
    const { roles } = authority.society;
    expect(
      reaches.map(({ document }) => roles!.cutOf(document, owner.session, owner.participant)?.count)
    ).toEqual([1, 1, 1, 1]);
    expect(roles!.cutOf(doubted.document, owner.session, owner.participant)?.count).toBe(0);
    const former = new Page('owner', { statements: authority.society.stated });
    expect([former.authority.wasOwner, former.authority.role, authority.wasOwner]).toEqual([
      true,
      'attendee',
      false
    ]);
  });

  it('[ROL3] where one’s own other page did it, nothing is stated, and nobody is waited for', async () => {
    const first = new Page('heir', kept(), { takesOver: true });
    calm();
    first.authority.takeOverAnyway();
    await stated();
    const { stated: all } = first.authority.society;
    expect(first.authority.role).toBe('owner');
    const second = new Page('heir', { ...kept(), statements: all }, { takesOver: true });
    expect(second.authority.takingOver).toBe('fetching');
    calm();
    await stated();
    expect([second.authority.takingOver, second.authority.society.stated]).toEqual([null, all]);
  });
});
