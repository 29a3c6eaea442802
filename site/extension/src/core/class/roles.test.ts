import { describe, expect, it } from 'vitest';
import {
  ada,
  ben,
  fold,
  heir,
  ines,
  ivan,
  mine,
  named,
  other,
  outputs,
  owner,
  person,
  recovery,
  sessionNamed,
  stand,
  state,
  succeed,
  TEAM
} from './kit.node';
import type { Roles } from './roles';
import { EPOCH_MEMBERS } from './statement';

const roles = (fold: Roles, ...people: { id: string }[]) => people.map(({ id }) => fold.roleOf(id));
const removed = stand(ines, 2, ada, 'removed');

describe('owner', () => {
  it('[ROL3] is who founded the class, until there is a succession', () => {
    expect(fold().owner).toBe(owner.id);
    expect(roles(fold(), owner, ada)).toEqual(['owner', 'attendee']);
    const after = fold(named, succeed(2, heir));
    expect(after.owner).toBe(heir.id);
    expect(roles(after, owner, heir)).toEqual(['attendee', 'owner']);
    expect([owner, heir, ada].map(({ id }) => after.wasOwner(id))).toEqual([true, false, false]);
    expect(fold().wasOwner(owner.id)).toBe(false);
  });

  it('[ROL3] is changed by the recovery key alone', () => {
    const to = { kind: 'succession' as const, ownerKey: ada.signer.key };
    expect(fold(state(ada, 2, to), state(owner, 2, to), named, state(ines, 3, to)).owner).toBe(owner.id);
  });

  it("[ROL3] an old laptop's statements count as far as the succession names them, and later ones for nothing", () => {
    const late = stand(owner, 7, ben, 'removed');
    const after = succeed(3, heir, { counts: [named] });
    expect(roles(fold(named, after, late), ines, ben)).toEqual(['instructor', 'attendee']);
    expect(fold(named, after, late).counts(late.id)).toBe(false);
    // Nor does it help to date them back: no number is below what counts.
    for (const number of [0, 1, 2]) {
      expect(roles(fold(named, after, stand(owner, number, ben, 'removed')), ben)).toEqual(['attendee']);
      const demoted = stand(owner, number, ines, 'removed');
      expect(roles(fold(named, after, demoted), ines)).toEqual(['instructor']);
    }
    expect(roles(fold(named, succeed(3, heir)), ines)).toEqual(['attendee']);
  });

  it('[ROL3] a second succession takes the first heir out again, with what it does not name', () => {
    const first = succeed(2, heir, { counts: [named] });
    const word = stand(heir, 3, ada, 'removed');
    const [kept, dropped] = [
      succeed(4, other, { counts: [named, word] }),
      succeed(4, other, { counts: [named] })
    ];
    expect(roles(fold(named, first, word, kept), ines, ada, heir, other)).toEqual([
      'instructor',
      'removed',
      'attendee',
      'owner'
    ]);
    expect(roles(fold(named, first, word, dropped), ines, ada)).toEqual(['instructor', 'attendee']);
    // Somebody who is made owner again gets no power back for what they said meanwhile.
    const again = succeed(9, heir, { counts: [named] });
    expect(roles(fold(named, first, word, dropped, stand(heir, 5, ben, 'viewer'), again), ada, ben)).toEqual([
      'attendee',
      'attendee'
    ]);
    expect(roles(fold(again, stand(heir, 10, ben, 'viewer'), first, dropped), ben)).toEqual(['viewer']);
  });

  it('[ROL3] the recovery key says who owns the class, and nothing else', () => {
    const said = [stand(recovery, 1, ada, 'removed'), succeed(2, heir), stand(recovery, 3, ben, 'removed')];
    expect([fold(...said).owner, ...roles(fold(...said), ada, ben)]).toEqual([
      heir.id,
      'attendee',
      'attendee'
    ]);
  });

  it('[ROL3] of two who took the class over at once, the higher number and then the greater id stays', () => {
    const [a, b] = [succeed(5, heir), succeed(5, other)];
    const last = a.id > b.id ? heir : other;
    expect(fold(a, b).owner).toBe(last.id);
    expect(fold(b, a).owner).toBe(last.id);
    expect(fold(b, a, succeed(4, ada)).owner).toBe(last.id);
  });
});

describe('roles', () => {
  it('[ROL4] are given by the owner, and by those whom the owner made instructor', () => {
    expect(roles(fold(named, removed), ines, ada)).toEqual(['instructor', 'removed']);
    expect(roles(fold(removed), ada)).toEqual(['attendee']);
    expect(roles(fold(stand(ada, 9, ben, 'removed'), stand(ada, 9, ada, 'instructor')), ada, ben)).toEqual([
      'attendee',
      'attendee'
    ]);
  });

  it('[ROL4] those who teach besides the owner, and those who are out, are known by name', () => {
    const class_ = fold(named, removed, stand(owner, 3, ivan, 'removed'), stand(owner, 4, ben, 'viewer'));
    expect([class_.instructors, [...class_.removed].sort()]).toEqual([[ines.id], [ada.id, ivan.id].sort()]);
    const after = fold(named, removed, succeed(5, ines, { counts: [named] }));
    expect([after.owner, after.instructors, after.removed]).toEqual([ines.id, [], [ada.id]]);
    // Nothing that was said of whoever is owner now is about them any more.
    expect([class_, after].map(each => each.standingOf(ines.id))).toEqual([named, null]);
  });

  it('[ROL4] an instructor makes nobody instructor', () => {
    const made = stand(ines, 2, ivan, 'instructor');
    expect(roles(fold(named, made, stand(ivan, 3, ada, 'removed')), ivan, ada)).toEqual([
      'attendee',
      'attendee'
    ]);
  });

  it('[ROL4] two instructors cannot remove each other, and neither can remove the owner', () => {
    const both = [named, stand(owner, 2, ivan, 'instructor')];
    const each = [
      stand(ines, 3, ivan, 'removed'),
      stand(ivan, 3, ines, 'removed'),
      stand(ines, 4, owner, 'removed')
    ];
    expect(roles(fold(...both, ...each), ines, ivan, owner)).toEqual(['instructor', 'instructor', 'owner']);
  });

  it("[ROL5] the owner's word goes before an instructor's, whatever their numbers", () => {
    const word = stand(owner, 2, ada, 'viewer');
    expect(roles(fold(named, word, stand(ines, 90, ada, 'removed')), ada)).toEqual(['viewer']);
    const most = Number.MAX_SAFE_INTEGER;
    expect(roles(fold(named, word, stand(ines, most, ada, 'removed')), ada)).toEqual(['viewer']);
  });

  it('[ROL5] of two words of one level the higher number decides, then the greater id', () => {
    const [low, high] = [stand(owner, 2, ada, 'viewer'), stand(owner, 3, ada, 'removed')];
    expect(roles(fold(high, low), ada)).toEqual(['removed']);
    const [a, b] = [stand(owner, 4, ada, 'viewer'), stand(owner, 4, ada, 'attendee')];
    const last = a.id > b.id ? 'viewer' : 'attendee';
    expect(roles(fold(a, b, high, low), ada)).toEqual([last]);
    expect(roles(fold(low, b, a, high), ada)).toEqual([last]);
  });

  it('[ROL4] an instructor who is demoted while stating something: what the owner names counts, the rest does not', () => {
    const [one, two, late] = [removed, stand(ines, 3, ben, 'removed'), stand(ines, 9, ivan, 'removed')];
    const demoted = stand(owner, 4, ines, 'attendee', { counts: [one] });
    const after = fold(named, one, two, late, demoted);
    expect(roles(after, ines, ada, ben, ivan)).toEqual(['attendee', 'removed', 'attendee', 'attendee']);
    expect([one, two, late].map(({ id }) => after.counts(id))).toEqual([true, false, false]);
    // Dated back it counts no more than the others.
    expect(roles(fold(named, one, demoted, stand(ines, 2, ben, 'removed')), ben)).toEqual(['attendee']);
    expect(after.statementsOf(ines.id)).toEqual([one.id]);
  });

  it('[ROL4] what a removed instructor says counts for nothing, and made instructor again they begin anew', () => {
    const out = stand(owner, 4, ines, 'removed', { counts: [removed] });
    const meanwhile = stand(ines, 5, ben, 'removed');
    expect(roles(fold(named, removed, out, meanwhile), ines, ada, ben)).toEqual([
      'removed',
      'removed',
      'attendee'
    ]);
    const body = {
      kind: 'standing' as const,
      participant: ines.id,
      role: 'instructor' as const,
      counts: [],
      frontier: []
    };
    const number = fold(named, removed, out, meanwhile).nextNumber(owner.signer.key, body)!;
    expect(number).toBe(6);
    const back = stand(owner, number, ines, 'instructor', { counts: [removed] });
    const after = [named, removed, out, meanwhile, back];
    expect(roles(fold(...after), ines, ada, ben)).toEqual(['instructor', 'removed', 'attendee']);
    expect(roles(fold(...after, stand(ines, 7, ben, 'viewer')), ben)).toEqual(['viewer']);
  });

  it('[ROL4] named again while they are instructor, they stay it from the first time on', () => {
    expect(roles(fold(named, removed, stand(owner, 8, ines, 'instructor')), ines, ada)).toEqual([
      'instructor',
      'removed'
    ]);
  });

  it('[ROL4] what lacks the statement before it counts as soon as that is there', () => {
    const demoted = stand(owner, 4, ines, 'attendee', { counts: [removed] });
    expect(roles(fold(removed), ada)).toEqual(['attendee']);
    expect(roles(fold(removed, demoted), ada)).toEqual(['removed']);
    expect(roles(fold(removed, demoted, named), ada)).toEqual(['removed']);
  });

  it('[ROL4] who is asked beforehand hears the same', () => {
    const class_ = fold(named, stand(owner, 2, ivan, 'instructor'), stand(owner, 3, ben, 'viewer'));
    const on = (person: { id: string }, role: 'instructor' | 'removed') =>
      ({ kind: 'standing', participant: person.id, role, counts: [], frontier: [] }) as const;
    const epoch = {
      kind: 'epoch',
      epoch: 1,
      door: 'open',
      keyHash: new Uint8Array(32),
      members: []
    } as const;
    expect(
      [on(ada, 'instructor'), on(ines, 'removed'), epoch].map(body => class_.mayState(owner.id, body))
    ).toEqual([true, true, true]);
    expect(class_.mayState(owner.id, on(owner, 'removed'))).toBe(false);
    const asked = [
      on(ada, 'removed'),
      epoch,
      on(ada, 'instructor'),
      on(ivan, 'removed'),
      on(ben, 'removed'),
      on(owner, 'removed')
    ];
    expect(asked.map(body => class_.mayState(ines.id, body))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false
    ]);
    expect(asked.map(body => class_.mayState(ada.id, body))).toEqual(asked.map(() => false));
    const succession = { kind: 'succession', ownerKey: heir.signer.key, counts: [], frontier: [] } as const;
    expect(class_.mayState(owner.id, succession)).toBe(false);
    expect(class_.instructors).toEqual([ines.id, ivan.id]);
  });

  it('[ROL5] the next number outdoes what it is to outdo, and no stranger drives it up', () => {
    const on = { kind: 'standing', participant: ada.id, role: 'viewer', counts: [], frontier: [] } as const;
    const far = stand(ines, Number.MAX_SAFE_INTEGER, ben, 'removed');
    const class_ = fold(named, removed, far, stand(ivan, 77, ada, 'removed'));
    expect(class_.nextNumber(owner.signer.key, on)).toBe(2);
    expect(fold(named, removed).nextNumber(ines.signer.key, on)).toBe(3);
    const both = fold(named, removed, stand(owner, 1, ivan, 'instructor'));
    expect(both.nextNumber(ivan.signer.key, on)).toBe(3);
    expect(both.nextNumber(owner.signer.key, on)).toBe(2);
    expect(class_.nextNumber(ines.signer.key, on)).toBeNull();
    expect(fold().nextNumber(owner.signer.key, on)).toBe(1);
    const takes = {
      kind: 'succession',
      ownerKey: heir.signer.key,
      counts: [named.id],
      frontier: []
    } as const;
    const laptop = stand(owner, Number.MAX_SAFE_INTEGER, ada, 'removed');
    expect(fold(named, laptop).nextNumber(person(2).signer.key, takes)).toBe(2);
    expect(fold(named, succeed(4, other)).nextNumber(person(2).signer.key, takes)).toBe(5);
  });
});

describe('epochs and sharing', () => {
  it('[ROL5] one word for each epoch, and other keys for it are known', () => {
    const [a, b] = [
      state(ines, 2, { kind: 'epoch', epoch: 2, key: 21 }),
      state(ivan, 3, { kind: 'epoch', epoch: 2, key: 22, door: 'closed' })
    ];
    const class_ = fold(
      named,
      stand(owner, 1, ivan, 'instructor'),
      state(owner, 1, { kind: 'epoch', epoch: 1 }),
      a,
      b
    );
    expect(
      class_.epochs.map(({ epoch, keyHash, others }) => [epoch, keyHash[0], others.map(([one]) => one)])
    ).toEqual([
      [1, 1, []],
      [2, 22, [21]]
    ]);
    expect([class_.door, class_.epoch?.participant]).toEqual(['closed', ivan.id]);
    const word = state(owner, 1, { kind: 'epoch', epoch: 2, key: 20 });
    const after = fold(named, stand(owner, 1, ivan, 'instructor'), a, b, word);
    expect([after.door, after.epoch?.keyHash[0], after.epoch?.others.length]).toEqual(['open', 20, 2]);
    expect([fold().door, fold().epoch]).toEqual(['open', null]);
    expect(fold(state(ada, 5, { kind: 'epoch', epoch: 9, door: 'closed' })).epoch).toBeNull();
  });

  it('[ROL9] with the door closed, whom nobody spoke of and nobody named is an outsider, of whom nothing counts', () => {
    const closed = state(owner, 5, { kind: 'epoch', epoch: 2, door: 'closed', members: [ada.id] });
    const class_ = fold(
      state(owner, 1, { kind: 'epoch', epoch: 1 }),
      closed,
      stand(owner, 2, ivan, 'viewer')
    );
    expect(roles(class_, owner, ada, ben, ivan)).toEqual(['owner', 'attendee', 'outsider', 'viewer']);
    const session = sessionNamed(1);
    for (const kind of ['document', 'outputs', 'record', 'awareness'] as const) {
      for (const document of [TEAM, outputs(TEAM, ben), 'records', mine(ben)]) {
        expect(class_.mayWrite(ben.id, document, kind)).toBe(false);
        expect(class_.mayHave(ben.id, document, kind, session, 0)).toBe(false);
        expect([class_.mayRead(ben.id, document), class_.cutOf(document, session, ben.id)?.count]).toEqual([
          false,
          0
        ]);
      }
    }
    expect(class_.mayHave(ada.id, TEAM, 'document', session, 0)).toBe(true);
    expect(class_.canTeach(ben.id)).toBe(false);
    // Let in by name, or with the door open again, everybody is what they were.
    expect(roles(fold(closed, stand(owner, 6, ben, 'attendee')), ben)).toEqual(['attendee']);
    expect(roles(fold(closed, state(owner, 6, { kind: 'epoch', epoch: 3 })), ben)).toEqual(['attendee']);
    // Somebody who was removed stays so, named or not.
    expect(roles(fold(closed, stand(owner, 6, ada, 'removed')), ada)).toEqual(['removed']);
  });

  it('[ROL9] who closes the door names all attendees that are known and that nobody spoke of', () => {
    const opened = [
      state(owner, 1, { kind: 'epoch', epoch: 1, door: 'closed', members: [heir.id] }),
      state(owner, 2, { kind: 'epoch', epoch: 2 })
    ];
    const before = fold(...opened, stand(owner, 3, ivan, 'removed'), stand(owner, 4, other, 'attendee'));
    const known = [owner.id, ada.id, ivan.id, other.id, ada.id, ben.id];
    expect(before.membersOf(known)).toEqual([ada.id, ben.id, heir.id].sort());
    const closed = state(owner, 5, { kind: 'epoch', epoch: 3, door: 'closed', members: [ada.id] });
    // Whoever is known by then is no member by that.
    expect(fold(...opened, closed).membersOf(known)).toEqual([ada.id]);
    const many = Array.from({ length: 5000 }, (_, number) => number.toString(16).padStart(32, '0'));
    expect(fold().membersOf(many)).toHaveLength(EPOCH_MEMBERS);
  });

  it("[ROL5] outputs of people's own notebooks are shared when it is said, not before", () => {
    const says = (by: typeof owner, number: number, outputs: boolean) =>
      state(by, number, { kind: 'sharing', outputs });
    expect(fold().outputsShared).toBe(false);
    expect(fold(says(ada, 1, true)).outputsShared).toBe(false);
    expect(fold(named, says(ines, 2, true)).outputsShared).toBe(true);
    expect(fold(named, says(ines, 2, true), says(ines, 3, false)).outputsShared).toBe(false);
    expect(fold(named, says(ines, 9, false), says(owner, 2, true)).outputsShared).toBe(true);
  });
});
