/** What is shown to whom, and what is read out of an address or a file that somebody may have made. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { ada, ben, founding, ines, owner, stand, state } from './kit.node';
import { pageOwnerIn } from './invitation';
import { writeRecovery } from './recovery';
import { Secret } from '../secret';
import { Roles } from './roles';

const BOOK = '5e'.repeat(32);

describe('who sees what', () => {
  it('[ROL7] outputs that are shared are those of people’s own notebooks, to members', () => {
    const shared = state(owner, 2, { kind: 'sharing', outputs: true });
    const roles = new Roles(digest, founding, [shared, stand(owner, 3, ben, 'removed')]);
    const of = (branch: string, by: string) => `${BOOK}.${branch}.${by}/outputs.${ines.id}`;
    const names = [of('mine', ines.id), of('team', 'ab'.repeat(16)), of('lecture', 'ab'.repeat(16))];
    expect(names.map(name => roles.mayRead(ada.id, name))).toEqual([true, false, true]);
    expect(names.map(name => roles.mayRead(ben.id, name))).toEqual([false, false, false]);
    expect(roles.mayRead(ada.id, `${BOOK}.mine.${ines.id}`)).toBe(false);
  });

  it('[ROL7] records and cursors are judged by what their author is now, however little of them counts', () => {
    const place = { document: 'records', session: 'A'.repeat(22) };
    const roles = new Roles(digest, founding, [
      stand(owner, 1, ben, 'removed'),
      stand(owner, 2, ada, 'viewer')
    ]);
    const may = (who: string, kind: 'record' | 'awareness', document: string) =>
      roles.mayHave(who, document, kind, place.session, 5);
    const lecture = `${BOOK}.lecture.${'ab'.repeat(16)}`;
    expect([may(ada.id, 'record', 'records'), may(ben.id, 'record', 'records')]).toEqual([true, false]);
    expect([may(ada.id, 'awareness', lecture), may(ben.id, 'awareness', lecture)]).toEqual([true, false]);
    expect([may(ada.id, 'record', lecture), may(ada.id, 'awareness', 'records')]).toEqual([false, true]);
    expect([roles.standingOf(owner.id), roles.standingOf(ben.id)?.participant]).toEqual([null, ben.id]);
  });
});

describe('what may be anything', () => {
  it('[CLS5] whose page an address leads to is a participant, or nobody', () => {
    expect(pageOwnerIn(`#class=x&of=${ada.id}`)).toBe(ada.id);
    const others = ['', '#of=', `#of=${ada.id}0`, `#of=${ada.id.toUpperCase()}x`, '#of=<b>', '#class=x'];
    expect(others.map(pageOwnerIn)).toEqual(others.map(() => null));
  });

  it('[CLS8] a recovery file is of a workshop whose name is one line, and no longer than one', () => {
    const seed = new Secret(new Uint8Array(32).fill(2));
    const write = (workshop: string) => () =>
      writeRecovery(digest, { seed, founding, joinSecret: new Uint8Array(16), workshop });
    expect(write('w'.repeat(100))).not.toThrow();
    for (const workshop of ['', 'w'.repeat(101), ' welcome', 'welcome ', 'two\nlines']) {
      expect(write(workshop)).toThrow('No name of a workshop');
    }
  });
});
