import { describe, expect, it } from 'vitest';
import {
  ada,
  ben,
  fold,
  GENESIS,
  heir,
  ines,
  ivan,
  LECTURE,
  mine,
  named,
  outputs,
  owner,
  reach,
  sessionNamed,
  stand,
  state,
  succeed,
  TEAM
} from './kit.node';

describe('frontier', () => {
  const [S1, S2] = [sessionNamed(1), sessionNamed(2)];
  const chain = new Uint8Array(32).fill(5);

  it('[ROL6] of somebody removed: what it names counts that far, anything else not at all', () => {
    const out = stand(owner, 2, ada, 'removed', { frontier: [reach(TEAM, 1, 5)] });
    const class_ = fold(out);
    expect(class_.cutOf(TEAM, S1, ada.id)).toEqual({ count: 5, chain });
    expect(class_.cutOf(TEAM, S2, ada.id)).toEqual({ count: 0, chain: null });
    expect(class_.cutOf(mine(ada), S1, ada.id)).toEqual({ count: 0, chain: null });
    expect(class_.cutOf(TEAM, S1, ben.id)).toBeNull();
    expect([4, 5].map(at => class_.mayHave(ada.id, TEAM, 'document', S1, at))).toEqual([true, false]);
    expect(class_.mayHave(ada.id, TEAM, 'outputs', S1, 0)).toBe(false);
    expect(class_.mayHave(ada.id, 'records', 'record', S1, 0)).toBe(false);
  });

  it('[ROL6] of an instructor made attendee: the lecture counts as far as it says, their own goes on', () => {
    const down = stand(owner, 2, ines, 'attendee', { frontier: [reach(LECTURE, 1, 5)] });
    const class_ = fold(named, down);
    expect(class_.cutOf(LECTURE, S1, ines.id)).toEqual({ count: 5, chain });
    expect(class_.cutOf(LECTURE, S2, ines.id)).toEqual({ count: 0, chain: null });
    expect(class_.cutOf(TEAM, S2, ines.id)).toBeNull();
    expect(fold(named).cutOf(LECTURE, S2, ines.id)).toBeNull();
    expect(fold().cutOf(LECTURE, S2, ada.id)).toEqual({ count: 0, chain: null });
  });

  it('[ROL6] of somebody put back: a session that was cut stays cut where it is named', () => {
    const back = stand(owner, 3, ada, 'attendee', { frontier: [reach(TEAM, 1, 5)] });
    const class_ = fold(stand(owner, 2, ada, 'removed'), back);
    expect(class_.cutOf(TEAM, S1, ada.id)).toEqual({ count: 5, chain });
    expect(class_.cutOf(TEAM, S2, ada.id)).toBeNull();
  });

  it('[ROL6] a succession speaks of whom it follows, until the new owner does', () => {
    const after = succeed(2, heir, { frontier: [reach(LECTURE, 1, 5)] });
    expect(fold(after).cutOf(LECTURE, S1, owner.id)).toEqual({ count: 5, chain });
    expect(fold(after).cutOf(LECTURE, S2, owner.id)).toEqual({ count: 0, chain: null });
    expect(fold(after).cutOf(TEAM, S2, owner.id)).toBeNull();
    expect(fold(after).cutOf(LECTURE, S1, heir.id)).toBeNull();
    const wider = stand(heir, 3, owner, 'attendee', {
      frontier: [reach(LECTURE, 1, 5), reach(LECTURE, 2, 5)]
    });
    expect(fold(after, wider).cutOf(LECTURE, S2, owner.id)).toEqual({ count: 5, chain });
    const late = stand(owner, 9, owner, 'instructor');
    expect(fold(after, late).cutOf(LECTURE, S2, owner.id)).toEqual({ count: 0, chain: null });
  });

  it('[ROL6] a fork is a removal', () => {
    const class_ = fold(
      named,
      state(ines, 2, { kind: 'fork', participant: ada.id }, { frontier: [reach(TEAM, 1, 5)] })
    );
    expect(class_.roleOf(ada.id)).toBe('removed');
    expect(class_.cutOf(TEAM, S1, ada.id)).toEqual({ count: 5, chain });
    expect(class_.standingOf(ada.id)?.kind).toBe('fork');
  });
});

describe('permissions', () => {
  const statements = [named, stand(owner, 2, ivan, 'viewer'), stand(owner, 3, ben, 'removed')];
  const class_ = fold(...statements);
  const shared = fold(...statements, state(owner, 4, { kind: 'sharing', outputs: true }));
  const people = [owner, ines, ada, ivan, ben];
  const who = (asks: (id: string) => boolean) => people.map(({ id }) => (asks(id) ? 'yes' : '-')).join(' ');

  it('[ROL7] who writes what', () => {
    const writes = (document: string, kind: 'document' | 'outputs' | 'record' | 'awareness') =>
      who(id => class_.mayWrite(id, document, kind));
    expect(writes(LECTURE, 'document')).toBe('yes yes - - -');
    expect(writes(TEAM, 'document')).toBe('yes yes yes - -');
    expect(writes(`${GENESIS}.team.${'0'.repeat(32)}`, 'document')).toBe('- - - - -');
    expect(writes(mine(ada), 'document')).toBe('- - yes - -');
    expect(writes(mine(ivan), 'document')).toBe('- - - - -');
    expect(writes(mine(ben), 'document')).toBe('- - - - -');
    expect(writes(outputs(TEAM, ada), 'outputs')).toBe('- - yes - -');
    expect(writes(outputs(LECTURE, ada), 'outputs')).toBe('- - yes - -');
    expect(writes(outputs(mine(ada), ines), 'outputs')).toBe('- yes - - -');
    expect(writes(outputs(mine(ines), ada), 'outputs')).toBe('- - - - -');
    expect(writes(outputs(TEAM, ivan), 'outputs')).toBe('- - - - -');
    expect(writes(outputs(TEAM, ada), 'record')).toBe('- - yes - -');
    expect(writes('records', 'record')).toBe('yes yes yes yes -');
    expect(writes(TEAM, 'awareness')).toBe('yes yes yes yes -');
    expect(writes(mine(ada), 'awareness')).toBe('yes yes yes - -');
  });

  it('[ROL7] a kind that does not belong to a name, and a name of nothing, are written by nobody', () => {
    for (const [document, kind] of [
      [TEAM, 'outputs'],
      [outputs(TEAM, ada), 'document'],
      [TEAM, 'record'],
      ['records', 'document'],
      ['records', 'outputs'],
      ['nothing', 'document'],
      ['nothing', 'awareness'],
      ['nothing/outputs.aa', 'outputs'],
      [`${outputs(TEAM, ada)}/outputs.${ada.id}`, 'outputs'],
      [`${TEAM}.x`, 'document']
    ] as const) {
      expect(
        who(id => class_.mayWrite(id, document, kind)),
        `${kind} of ${document}`
      ).toBe('- - - - -');
      expect(who(id => class_.mayHave(id, document, kind, sessionNamed(1), 0))).toBe('- - - - -');
    }
  });

  it('[ROL7] who reads what: own notebooks are for their owner and those who teach, and their outputs when shared', () => {
    const reads = (document: string, of = class_) => who(id => of.mayRead(id, document));
    expect(reads(LECTURE)).toBe('yes yes yes yes -');
    expect(reads(TEAM)).toBe('yes yes yes yes -');
    expect(reads('records')).toBe('yes yes yes yes -');
    expect(reads(mine(ada))).toBe('yes yes yes - -');
    expect(reads(outputs(mine(ada), ada))).toBe('yes yes yes - -');
    expect(reads(outputs(mine(ada), ada), shared)).toBe('yes yes yes yes -');
    expect(reads(mine(ada), shared)).toBe('yes yes yes - -');
    expect(shared.mayWrite(ada.id, outputs(mine(ines), ada), 'outputs')).toBe(false);
    expect(reads(outputs(TEAM, ada))).toBe('yes yes yes yes -');
    expect(reads(mine(ben))).toBe('yes yes - - -');
    expect(reads(`${GENESIS}.team.${'0'.repeat(32)}`)).toBe('- - - - -');
    expect(reads('nothing')).toBe('- - - - -');
  });
});
