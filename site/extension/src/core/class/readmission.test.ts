import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { outputsName } from '../document/name';
import { ada, ben, founding, type IPerson, ines, owner, reach, stand, state } from './kit.node';
import { frontierFor, type IReached, undoubted } from './readmission';
import { Roles } from './roles';
import type { IStatement, StatedRole } from './statement';

const TEAM = '0d'.repeat(16);
const name = (branch: string, of: string): string => `${'5e'.repeat(32)}.${branch}.${of}`;
const everyone = name('team', new Roles(digest, founding, []).everyone);
const [lecture, mine, team, unstated] = [
  name('lecture', '0'),
  name('mine', ada.id),
  name('team', TEAM),
  name('team', 'ff')
];
const DOCUMENTS = {
  ...{ lecture, mine, everyone, team, unstated, bens: name('mine', ben.id) },
  ...{ outputs: outputsName(mine, ada.id), outputsInTeam: outputsName(team, ada.id), nothing: 'nothing' }
};
type Document = keyof typeof DOCUMENTS;

/** Of sessions with these forks in each of these documents: which a statement of this role names. */
function cut(
  role: StatedRole,
  by: readonly IStatement[],
  fork: IReached['fork'],
  on: IPerson = ada
): Document[] {
  const reaches = Object.values(DOCUMENTS).map(document => ({
    ...reach(document, 1, 3),
    ...(fork && { fork })
  }));
  const frontier = frontierFor(new Roles(digest, founding, by), on.id, role, reaches);
  return frontier.map(({ document }) =>
    (Object.keys(DOCUMENTS) as Document[]).find(each => DOCUMENTS[each] === document)
  ) as Document[];
}

const ALL = Object.keys(DOCUMENTS) as Document[];
const teamOf = (...members: IPerson[]): IStatement =>
  state(owner, 1, { kind: 'team', team: TEAM, members: members.map(({ id }) => id) });

describe('how far somebody counts with another role', () => {
  it('[ROL11] what is short stays cut where they write on, or it would be waited for', () => {
    const roles = new Roles(digest, founding, [teamOf(ada)]);
    const reaches: IReached[] = [true, false].map((isShort, index) => ({
      ...reach(mine, index + 1, 3),
      isShort
    }));
    const named = frontierFor(roles, ada.id, 'attendee', reaches);
    expect(named.map(({ session }) => session)).toEqual([reaches[0]!.session]);
  });

  it.each<[string, StatedRole, IStatement[], Document[]]>([
    ['nothing of who is out goes on', 'removed', [teamOf(ada)], ALL],
    ['nor of a viewer', 'viewer', [teamOf(ada)], ALL],
    [
      'an attendee goes on in their own',
      'attendee',
      [],
      ['lecture', 'team', 'unstated', 'bens', 'outputsInTeam', 'nothing']
    ],
    ['and in their team', 'attendee', [teamOf(ada)], ['lecture', 'unstated', 'bens', 'nothing']],
    [
      'not in others’',
      'attendee',
      [teamOf(ben)],
      ['lecture', 'team', 'unstated', 'bens', 'outputsInTeam', 'nothing']
    ],
    [
      'nor in what they taught before',
      'attendee',
      [teamOf(ben), stand(owner, 2, ada, 'instructor')],
      ['lecture', 'team', 'unstated', 'bens', 'outputsInTeam', 'nothing']
    ],
    [
      'an instructor goes on in the lecture and in all teams',
      'instructor',
      [teamOf(ben)],
      ['unstated', 'bens', 'nothing']
    ]
  ])('[ROL11] %s: %s', (_, role, by, named) => {
    expect(cut(role, by, undefined)).toEqual(named);
    expect(cut(role, by, 'none')).toEqual(named);
    // Of a page that said two things all is named that can be; of what it forked from the beginning, where it may write.
    expect(cut(role, by, 'later')).toEqual(ALL);
    expect(cut(role, by, 'first')).toEqual(ALL.filter(each => !named.includes(each)));
  });

  it('[ROL11] of what is known, and not here, is said that nothing counts where it would be waited for', () => {
    const roles = new Roles(digest, founding, []);
    const known = (session: number): IReached => reach(mine, session, 0);
    const reaches: IReached[] = [known(1), { ...known(2), fork: 'later' }, { ...known(3), isShort: true }];
    expect(frontierFor(roles, ada.id, 'attendee', reaches)).toEqual([known(2), known(3)]);
    // Who writes there no more: what is not named does not count.
    expect(frontierFor(roles, ada.id, 'removed', [...reaches, reach(mine, 4, 1)])).toEqual([
      reach(mine, 4, 1)
    ]);
    expect(undoubted([...reaches, reach(mine, 4, 1)])).toEqual([reach(mine, 4, 1)]);
    // Where it was cut before, it stays cut there.
    const said = [2, 3].map(session => reach(mine, session, 5));
    const removed = new Roles(digest, founding, [stand(owner, 3, ada, 'removed', { frontier: said })]);
    expect(frontierFor(removed, ada.id, 'attendee', reaches)).toEqual(said);
  });

  it('[ROL11] what was named before, and is not here, is named again; what is here is named anew', () => {
    const [gone, here] = [reach(lecture, 1, 5), reach(lecture, 2, 5)];
    const removed = stand(ines, 3, ada, 'removed', { frontier: [gone, here] });
    const roles = new Roles(digest, founding, [stand(owner, 1, ines, 'instructor'), removed]);
    const reaches = [reach(lecture, 2, 9), reach(mine, 2, 4)];
    expect(frontierFor(roles, ada.id, 'attendee', reaches)).toEqual([reaches[0], gone]);
    expect(frontierFor(roles, ada.id, 'removed', reaches)).toEqual([...reaches, gone]);
    expect(frontierFor(roles, ben.id, 'removed', [])).toEqual([]);
  });
});
