import { describe, expect, it } from 'vitest';
import type { IPerson } from '../core/roster/roster';
import { gather, type IGathered } from './people';

const id = (seed: number): string => seed.toString(16).padStart(8, '0').padEnd(32, '0');
const person = (seed: number, name: string, more: Partial<IPerson> = {}): IPerson => ({
  session: `s${seed}-${name}`,
  name,
  participant: id(seed),
  since: seed,
  documents: [],
  ...more
});
const me = { participant: id(1), name: 'Ada' };
const known = { name: 'Ben', since: 5 };
const given = (more: Partial<IGathered> = {}): IGathered => ({
  me,
  own: { session: 'own', since: 10, documents: ['d1'] },
  here: [],
  known: new Map(),
  costly: new Set(),
  roleOf: () => 'attendee',
  pathOf: document => (document.startsWith('d') ? `w/${document}.ipynb` : undefined),
  ...more
});

describe('people', () => {
  it('[CLS4] one who is alone sees oneself, and where', () => {
    expect(gather(given())).toEqual([
      {
        ...me,
        isMe: true,
        isHere: true,
        since: 10,
        sessions: ['own'],
        notebooks: ['w/d1.ipynb'],
        colour: 1,
        role: 'attendee'
      }
    ]);
  });

  it('[CLS4] two tabs of a person are one line, with all they have open', () => {
    const here = [
      person(1, 'Ada (old name)', { session: 'tab', since: 3, documents: ['d2', 'x'] }),
      person(2, 'Ben', { documents: ['d1'] }),
      person(2, 'Benjamin', { since: 9, documents: ['d3', 'd1'] })
    ];
    const [ada, ben, ...more] = gather(given({ here }));
    expect(more).toEqual([]);
    expect(ada).toMatchObject({ name: 'Ada', since: 3, sessions: ['own', 'tab'], isMe: true });
    expect(ada!.notebooks).toEqual(['w/d1.ipynb', 'w/d2.ipynb']);
    expect(ben).toMatchObject({ name: 'Benjamin', since: 2, notebooks: ['w/d1.ipynb', 'w/d3.ipynb'] });
  });

  it('[CLS4] oneself first, then those here by name, then those who were here', () => {
    const known = new Map([
      [id(3), { name: 'Aaron', since: 1 }],
      [id(4), { name: 'Zoe', since: 1 }]
    ]);
    const people = gather(given({ here: [person(4, 'Zoe'), person(5, 'Carl')], known }));
    expect(people.map(({ name, isHere }) => `${name} ${isHere}`)).toEqual([
      'Ada true',
      'Carl true',
      'Zoe true',
      'Aaron false'
    ]);
  });

  it('[CLS4] ten people have ten colours, the same whoever looks', () => {
    const everybody = Array.from({ length: 10 }, (_, index) => person(7 * index, `P${index}`));
    const seenBy = (self: IPerson): string[] =>
      gather(given({ me: self, here: everybody.filter(each => each !== self) }))
        .map(({ participant, colour }) => `${participant} ${colour}`)
        .sort();
    expect(new Set(seenBy(everybody[0]!).map(line => line.split(' ')[1])).size).toBe(10);
    expect(seenBy(everybody[9]!)).toEqual(seenBy(everybody[0]!));
  });

  it('[PER8] is marked whose writing takes this page too long, and nobody else', () => {
    const people = gather(
      given({ costly: new Set([id(2)]), known: new Map([2, 3].map(seed => [id(seed), known])) })
    );
    expect(people.filter(each => each.isCostly).map(each => each.participant)).toEqual([id(2)]);
  });
});
