import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { decodeRecord, encodeRecord, NAME_CHARS, normalName } from './record';
import { foldRoster, NOBODY, peopleOf } from './roster';

const ADA = 'a'.repeat(32);
const BEN = 'b'.repeat(32);

describe('record', () => {
  it('[SYN11] reads as it was written; what it does not know does no harm', () => {
    expect(decodeRecord(encodeRecord({ name: 'Ada', participant: ADA, since: 3 }))).toEqual({
      kind: 'read',
      value: { name: 'Ada', participant: ADA, since: 3 }
    });
    const more = new TextEncoder().encode(`{"name":"Ada","participant":"${ADA}","since":3,"hand":true}`);
    expect(decodeRecord(more).kind).toBe('read');
    const chance = new Chance(1);
    for (let turn = 0; turn < 2000; turn += 1) {
      expect(decodeRecord(chance.bytes(chance.below(40))).kind).toBe('fault');
    }
    for (const text of [
      '{}',
      '[]',
      '{"name":"a","since":1}',
      `{"name":"a","participant":"${ADA.slice(1)}","since":1}`,
      `{"name":1,"participant":"${ADA}","since":2}`,
      `{"name":"a","participant":"${ADA}","since":1.5}`,
      `{"name":"${'a'.repeat(1100)}","participant":"${ADA}","since":1}`
    ]) {
      expect(decodeRecord(new TextEncoder().encode(text)).kind).toBe('fault');
    }
  });

  it('[SYN11] a name is one line without what cannot be seen, and not endless', () => {
    expect(normalName('  Ada \n Lovelace\u202e\u0000 ')).toBe('Ada Lovelace');
    expect([...normalName('🧮'.repeat(1000))].length).toBe(NAME_CHARS);
    expect(normalName('<b>Ada</b>')).toBe('<b>Ada</b>');
    expect(
      encodeRecord({ name: '🧮'.repeat(1000), participant: ADA, since: Date.UTC(2026, 1) }).length
    ).toBeLessThan(1024);
  });
});

describe('roster', () => {
  it('[SYN11] is a fold over records and who is present', () => {
    let roster = foldRoster(NOBODY, {
      kind: 'record',
      session: 's2',
      record: { name: 'Ben', participant: BEN, since: 7 }
    });
    roster = foldRoster(roster, {
      kind: 'record',
      session: 's1',
      record: { name: 'Ada', participant: ADA, since: 99 }
    });
    const present = [
      { session: 's2', document: 'b', cursor: null },
      { session: 's2', document: 'a', cursor: null },
      { session: 'unknown', document: 'a', cursor: null }
    ];
    expect(peopleOf(roster, present, 50)).toEqual([
      { session: 's1', name: 'Ada', participant: ADA, since: 50, documents: [] },
      { session: 's2', name: 'Ben', participant: BEN, since: 7, documents: ['a', 'b'] }
    ]);
    expect(
      peopleOf(foldRoster(roster, { kind: 'gone', session: 's1' }), [], 50).map(({ name }) => name)
    ).toEqual(['Ben']);
  });
});
