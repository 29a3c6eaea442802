/** Whoever is to lose their power may have stated anything, of any number and as much as they liked. */
import { describe, expect, it } from 'vitest';
import { fitBounds, foremost, leavesRoom } from './bounds';
import {
  ada,
  ben,
  bodyOf,
  fold,
  heir,
  ines,
  ivan,
  limits,
  named,
  owner,
  person,
  reach,
  recovery,
  sessionNamed,
  stand,
  state,
  succeed
} from './kit.node';
import { EPOCHS_AHEAD, FRONTIER_BYTES, frontierBytes, type IStatement, MOST_COUNTS } from './statement';

const MOST = Number.MAX_SAFE_INTEGER;
const TEAM = 'e7'.repeat(16);
const team = (number: number, key: number, by = ines) =>
  state(by, number, { kind: 'team', team: TEAM, key, members: [] });
const sharing = (number: number, by = ines) => state(by, number, { kind: 'sharing', outputs: true });
const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'));

describe('what goes on counting', () => {
  it('[ROL2] is first what decides: epochs, teams and roles before sharing; then what was outdone', () => {
    const told = [
      ...[sharing(2), stand(ines, 3, ada, 'viewer'), team(4, 1), team(5, 2), sharing(6)],
      ...[stand(ines, 7, ada, 'removed'), state(ines, 8, { kind: 'epoch', epoch: 2, key: 1 })],
      ...[state(ines, 9, { kind: 'epoch', epoch: 2, key: 2 }), team(10, 3)]
    ];
    const order = [7, 8, 5, 4, 6, 2, 3, 1, 0].map(index => told[index]!.id);
    expect(fold(named, ...told).statementsOf(ines.id)).toEqual(order);
    expect(fold(named, ...[...told].reverse()).statementsOf(ines.id)).toEqual(order);
    // What the owner outdid is outdone.
    const over = state(owner, 2, { kind: 'epoch', epoch: 2, key: 9 });
    expect(
      fold(named, over, ...told)
        .statementsOf(ines.id)
        .slice(0, 2)
    ).toEqual([order[1], order[2]]);
    expect(foremost([...told.slice(2, 4)], new Set())).toEqual([told[2]!.id, told[3]!.id]);
  });

  it('[ROL2] is as much as one statement has room for, and never less than five hundred', () => {
    const long = Array.from({ length: 3000 }, (_, index) => ({
      ...reach('nothing', 1, 1 + index),
      session: sessionNamed(index & 255).slice(0, 4) + index.toString().padStart(17, 'A') + 'A'
    }));
    const { counts, frontier } = fitBounds(ids(5000).reverse(), long);
    expect(frontierBytes(frontier)).toBeGreaterThan(FRONTIER_BYTES - 60);
    expect(counts.length).toBeGreaterThanOrEqual(MOST_COUNTS);
    expect(counts).toEqual(ids(5000).slice(-counts.length));
    const alone = fitBounds(ids(5000), []);
    expect(alone.counts.length).toBeGreaterThan(2000);
    for (const bounds of [{ counts, frontier }, alone]) {
      const body = bodyOf({ kind: 'fork', participant: ada.id });
      const listed = bounds.counts.map(id => ({ ...named, id }));
      expect(
        state(owner, MOST, { kind: 'fork', participant: ada.id }, { ...bounds, counts: listed })
      ).toMatchObject({ ...body, ...bounds });
    }
  });
});

describe('an instructor who leaves others no number', () => {
  it("[ROL5] does not drive up the owner's, whose word decides before theirs", () => {
    const far = [stand(ines, MOST, ada, 'removed'), team(MOST, 1), sharing(MOST)];
    const class_ = fold(named, ...far, stand(owner, 2, ivan, 'instructor'));
    for (const { kind } of far) {
      const body = bodyOf(
        kind === 'standing'
          ? { kind, participant: ada.id, role: 'attendee' }
          : kind === 'team'
            ? { kind, team: TEAM, members: [] }
            : { kind: 'sharing', outputs: false }
      );
      expect([owner, ivan].map(by => class_.nextNumber(by.signer.key, body))).toEqual([3, null]);
    }
    const back = stand(owner, 3, ada, 'attendee');
    expect(fold(named, ...far, back).roleOf(ada.id)).toBe('attendee');
  });

  it("[ROL4] has no epoch far above the owner's", () => {
    expect(limits.epochs_ahead).toBe(EPOCHS_AHEAD);
    const epoch = (by = ines, number: number, epoch: number) => state(by, number, { kind: 'epoch', epoch });
    const [first, farthest, far] = [
      epoch(owner, 2, 3),
      epoch(ines, 3, 3 + EPOCHS_AHEAD),
      epoch(ines, 4, 4 + EPOCHS_AHEAD)
    ];
    const epochs = (...told: IStatement[]) => fold(named, ...told).epochs.map(each => each.epoch);
    expect(epochs(first, farthest, far)).toEqual([3, 3 + EPOCHS_AHEAD]);
    expect(epochs(far)).toEqual([]);
    expect(epochs(first, farthest, far, epoch(owner, 5, 4))).toEqual([
      ...[3, 4, 3 + EPOCHS_AHEAD, 4 + EPOCHS_AHEAD]
    ]);
    const class_ = fold(named, first, farthest);
    expect(class_.mayState(ines.id, bodyOf({ kind: 'epoch', epoch: 4 + EPOCHS_AHEAD }))).toBe(false);
    expect(class_.mayState(owner.id, bodyOf({ kind: 'epoch', epoch: 4 + EPOCHS_AHEAD }))).toBe(true);
    expect(epochs(epoch(owner, 2, MOST))).toEqual([MOST]);
  });
});

describe('who takes the class over', () => {
  it('[ROL3] names nothing after which there is nothing to say', () => {
    const told = [
      ...[named, stand(owner, MOST, ada, 'removed'), stand(owner, 2, ben, 'removed')],
      ...[state(owner, 3, { kind: 'epoch', epoch: MOST }), state(owner, 4, { kind: 'epoch', epoch: 2 })]
    ];
    const before = fold(...told);
    const { counts } = before.boundsOfOwners([]);
    expect(counts).toEqual([told[0]!, told[2]!, told[4]!].map(({ id }) => id).sort());
    const body = { ...bodyOf({ kind: 'succession', ownerKey: heir.signer.key }), counts };
    const number = before.nextNumber(recovery.signer.key, body)!;
    expect(number).toBe(5);
    const after = fold(
      ...told,
      succeed(number, heir, { counts: told.filter(({ id }) => counts.includes(id)) })
    );
    expect([after.owner, after.epoch!.epoch, after.roleOf(ada.id), after.roleOf(ben.id)]).toEqual([
      ...[heir.id, 2, 'attendee', 'removed']
    ]);
    expect(after.nextNumber(heir.signer.key, bodyOf({ kind: 'epoch', epoch: 3 }))).toBe(6);
  });

  it('[ROL3] leaves room for many who come after, whatever was stated', () => {
    expect([leavesRoom(5, 0), leavesRoom(MOST, 0), leavesRoom(MOST, MOST)]).toEqual([true, false, true]);
    let [above, times] = [0, 0];
    for (; above < MOST - 1; times += 1) {
      const next = above + Math.floor((MOST - above) / 2);
      expect([leavesRoom(next, above), leavesRoom(next + 1, above)]).toEqual([true, false]);
      above = next + 1;
    }
    expect(times).toBeGreaterThan(50);
  });

  it('[ROL3] lets all count that the owner stated and those before', () => {
    const first = state(owner, 2, { kind: 'epoch', epoch: 1 });
    const many = Array.from({ length: 40 }, (_, index) => sharing(3 + index, owner));
    const now = person(9);
    const before = fold(named, first, ...many, succeed(50, now, { counts: [named, first, ...many] }));
    const { counts, frontier } = before.boundsOfOwners([reach('nothing', 1, 3)]);
    expect([counts, frontier]).toEqual([
      [named, first, ...many].map(({ id }) => id).sort(),
      [reach('nothing', 1, 3)]
    ]);
  });
});
