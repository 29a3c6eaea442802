/** Which statements a page keeps, and what one more costs it: the same one at a time as all at once [ROL8]. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import {
  ada,
  ben,
  founding,
  type IPerson,
  ines,
  ivan,
  owner,
  recovery,
  stand,
  state,
  succeed
} from './kit.node';
import type { IStatement } from './statement';
import { Statements } from './statements';

const person = (number: number): IPerson => ({
  signer: ada.signer,
  id: number.toString(16).padStart(32, '0')
});
const named = stand(owner, 1, ines, 'instructor');
/** Which of these are kept, said one after the other; all at once it is the same. */
function kept(...said: IStatement[]): number[] {
  const [one, all] = [new Statements(digest, founding), new Statements(digest, founding)];
  said.forEach(each => one.take([each]));
  all.take(said);
  expect(one.summary()).toEqual(all.summary());
  return said.flatMap(({ id }, at) => (one.get(id) ? [at] : []));
}

describe('what a page keeps of statements', () => {
  const theirs = stand(ines, 2, ada, 'viewer');

  it('[ROL8] goes with the power of who made it, whichever word takes it', () => {
    expect(kept(named, theirs)).toEqual([0, 1]);
    for (const word of [
      stand(owner, 3, ines, 'viewer'),
      state(owner, 3, { kind: 'fork', participant: ines.id })
    ]) {
      expect(kept(named, theirs, word, stand(ines, 4, ben, 'viewer'))).toEqual([0, 2]);
    }
  });

  it('[ROL8] is what the last word lets count, not one before', () => {
    const removed = stand(owner, 3, ines, 'removed', { counts: [theirs] });
    expect(kept(named, theirs, removed)).toEqual([0, 1, 2]);
    expect(kept(named, theirs, removed, stand(owner, 4, ines, 'viewer'))).toEqual([0, 2, 3]);
  });

  it('[ROL8] has nothing that the recovery key says but who owns the class', () => {
    expect(kept(stand(recovery, 1, ada, 'removed'), succeed(2, ben))).toEqual([1]);
  });

  it('[ROL8] takes no room from what waits', () => {
    const early = Array.from({ length: 3 }, (_, number) => stand(ivan, number + 9, ada, 'viewer'));
    const many = Array.from({ length: 4 }, (_, number) => stand(ines, number + 2, person(number), 'viewer'));
    const statements = new Statements(digest, founding, 4 * many[0]!.bytes.byteLength);
    statements.take([named, ...many]);
    statements.take(early);
    statements.take([stand(owner, 20, ben, 'instructor')]);
    expect(early.map(({ id }) => statements.has(id))).toEqual([true, true, true]);
  });

  it('[ROL8] is not gone through for each more of who may say little, or said too much', () => {
    const length = 40;
    const many = Array.from({ length }, (_, number) => stand(ines, number + 2, person(number), 'viewer'));
    const statements = new Statements(digest, founding, length * many[0]!.bytes.byteLength);
    let looked = 0;
    const watched = (statement: IStatement): IStatement => {
      const { author } = statement;
      return Object.defineProperty({ ...statement }, 'author', { get: () => ((looked += 1), author) });
    };
    const costs = (...said: IStatement[]): number => {
      const each = said.map(one => {
        looked = 0;
        statements.take([watched(one)]);
        return looked;
      });
      return Math.max(...each);
    };
    statements.take([named, ...many.slice(0, length - 5)].map(watched));
    // Within what is kept, by an instructor and by the owner; of strangers; and when there is no more room.
    expect(costs(many[length - 5]!)).toBeLessThan(5);
    expect(
      costs(stand(ines, 70, ada, 'instructor'), stand(ines, 71, ada, 'viewer', { counts: [theirs] }))
    ).toBeLessThan(5);
    expect(costs(stand(owner, 72, ben, 'viewer'), stand(owner, 73, ben, 'removed'))).toBeLessThan(5);
    expect(costs(state(ivan, 74, { kind: 'succession', ownerKey: ivan.signer.key }))).toBeLessThan(5);
    const more = Array.from({ length: 9 }, (_, number) => stand(ines, number + 80, person(number), 'viewer'));
    expect(costs(...more.slice(0, 6))).toBeGreaterThan(length / 2);
    expect(costs(...more.slice(6))).toBeLessThan(5);
    expect(more.filter(({ id }) => statements.get(id)).length).toBeLessThan(6);
  });
});
