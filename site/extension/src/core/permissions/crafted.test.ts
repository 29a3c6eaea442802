import { describe, expect, it } from 'vitest';
import { type ChangeFault, checkChange, type ICheckedChange } from './change';
import { craft, type ICrafted, numberOf, textOf, valuesOf } from './crafted.testing';
import { forSegments, NOTEBOOK_LIMITS } from './limits';
import { Admission } from './replay';
import { splitChange } from './split';
import { Waiting } from './waiting';

const at = (client: number, clock: number) => ({ client, clock });
const faultOf = (bytes: Uint8Array, client: number): ChangeFault | 'read' => {
  const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
  return read.kind === 'fault' ? read.fault : 'read';
};
const passed = (bytes: Uint8Array, client: number, limits = NOTEBOOK_LIMITS): ICheckedChange => {
  const read = checkChange(bytes, client, limits);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  return read.value;
};
const TEXT: ICrafted = { kind: 7, content: numberOf(2), key: 't' };
const MAP: ICrafted = { kind: 7, content: numberOf(1), key: 'm' };
const letter = (of: Partial<ICrafted>): ICrafted => ({ content: textOf('x'), ...of });

/** Who takes changes in, without a document. */
class Class {
  readonly admission = new Admission(null, new Map());

  say(client: number, clock: number, ...structs: ICrafted[]): string {
    const change = passed(craft(client, clock, structs), client);
    const { kind } = this.admission.take('', change);
    return this.admission.refused.get(change)?.fault ?? kind;
  }
}

describe('a crafted change', () => {
  it('[PER1] that ends too early is refused, wherever it ends, and nothing throws', () => {
    const values = [1, -70, 8191, 2.5, 1e300, 'é😀', true, null, [1, [2]], { a: { b: 'c' } }];
    const structs = [
      { ...TEXT, parent: 'cells' },
      letter({ parent: at(5, 0) }),
      { kind: 8, content: valuesOf(...values), key: 'v' },
      { kind: 1, content: numberOf(3), left: at(9, 1), right: at(9, 2) }
    ];
    const whole = craft(5, 0, structs, [
      [9, [0, 2], [5, 1]],
      [4, [1, 1]]
    ]);
    expect(faultOf(whole, 5)).toBe('read');
    for (let length = 0; length < whole.byteLength; length += 1) {
      expect([length, faultOf(whole.slice(0, length), 5)]).toEqual([length, 'cut-short']);
    }
    expect(faultOf(Uint8Array.of(...whole, 0), 5)).toBe('left-over');
  });

  it('[PER1] with many structs, values or deletions announced that do not come costs no work', () => {
    const many = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(faultOf(Uint8Array.of(1, ...many, 5, 0), 5)).toBe('too-large');
    expect(faultOf(Uint8Array.of(1, 1, 5, 0, 0x28, 1, 5, ...Buffer.from('cells'), 1, 107, ...many), 5)).toBe(
      'cut-short'
    );
    expect(faultOf(Uint8Array.of(0, ...many), 5)).toBe('cut-short');
    expect(faultOf(Uint8Array.of(0, 1, 9, ...many), 5)).toBe('cut-short');
  });

  it('[PER3] leaning on what was written and deleted is nowhere, and no fault; in what holds nothing it is one', () => {
    const some = new Class();
    expect(
      some.say(
        5,
        0,
        TEXT,
        letter({ parent: at(5, 0) }),
        { kind: 1, content: numberOf(2), left: at(5, 1) },
        letter({ left: at(5, 3) })
      )
    ).toBe('ready');
    expect(some.say(6, 0, letter({ parent: at(5, 2) }))).toBe('ready');
    expect(some.say(7, 0, letter({ parent: at(5, 1) }))).toBe('inside');
    expect(some.say(8, 0, letter({ parent: at(5, 4) }))).toBe('inside');
    // Between what is nowhere and what stands somewhere is nowhere, whichever of them is left.
    expect(some.say(9, 0, letter({ left: at(6, 0), right: at(5, 1) }))).toBe('ready');
    expect(some.say(10, 0, letter({ left: at(5, 1), right: at(6, 0) }))).toBe('ready');
  });

  it('[PER3] that is refused takes nothing with it of what its author wrote before', () => {
    const some = new Class();
    expect(some.say(5, 0, MAP)).toBe('ready');
    expect(some.say(5, 1, { ...TEXT, key: 'u' }, letter({ parent: 'cells', key: 'v' }))).toBe('misplaced');
    expect(some.say(6, 0, { kind: 8, content: valuesOf(1), parent: at(5, 0), key: 'k' })).toBe('ready');
  });

  it('[PER3] that is refused leaves no type behind: in its place another side of a fork may have none', () => {
    const some = new Class();
    const value = { kind: 8, content: valuesOf(1), key: 'v' };
    expect(some.say(5, 0, MAP, letter({ parent: 'cells', key: 'v' }))).toBe('misplaced');
    expect(some.say(5, 0, value)).toBe('ready');
    expect(some.say(6, 0, { ...value, parent: at(5, 0) })).toBe('inside');
  });

  it('[PER4] what was taken in already, and comes again in a segment, stands where it stood', () => {
    const some = new Class();
    expect(some.say(5, 0, TEXT, letter({ parent: at(5, 0) }))).toBe('ready');
    const again = craft(5, 0, [TEXT, letter({ parent: at(5, 0) }), letter({ left: at(5, 1) })]);
    expect(some.admission.take('', passed(again, 5, forSegments(NOTEBOOK_LIMITS))).kind).toBe('ready');
    expect(some.say(6, 0, letter({ parent: at(5, 0) }))).toBe('ready');
    expect(some.say(7, 0, letter({ left: at(5, 1), right: at(6, 0) }))).toBe('ready');
  });

  it('[PER4] a segment deletes nothing before all its structs were admitted', () => {
    const some = new Class();
    some.say(5, 0, TEXT, letter({ parent: at(5, 0) }));
    const segment = passed(
      craft(6, 0, [letter({ left: at(9, 0) }), letter({ left: at(6, 0) })], [[5, [1, 1]]]),
      6,
      forSegments(NOTEBOOK_LIMITS)
    );
    const { waiting } = some.admission;
    expect(some.admission.take('', segment)).toEqual({ kind: 'waiting', for: at(9, 0) });
    // Both of its pieces wait, and it is the whole that does.
    expect([waiting.count, [...waiting.wholes]]).toEqual([2, [segment]]);
    const alone = passed(craft(8, 1, [letter({ left: at(9, 0) })]), 8);
    some.admission.take('', alone);
    expect(waiting.wholes).toEqual(new Set([segment, alone]));
  });

  it('[PER4] the first of each session may wait however full it is, and no more: bytes and changes bound the rest', () => {
    const waiting = new Waiting(new Map(), undefined, new Map(), { bytes: 100, changes: 3 });
    const late = (client: number, clock: number, size: number): string =>
      waiting.take('a', {
        ...passed(craft(client, clock, [letter({ left: at(9, 0) })]), client),
        bytes: new Uint8Array(size)
      }).kind;
    expect([late(1, 0, 500), late(1, 1, 1), late(2, 0, 1), late(3, 0, 1), late(3, 1, 1)]).toEqual([
      ...['waiting', 'full', 'waiting', 'waiting', 'full']
    ]);
    const few = new Waiting(new Map(), undefined, new Map(), { bytes: 1000, changes: 2 });
    const say = (clock: number): string =>
      few.take('a', passed(craft(1, clock, [letter({ left: at(9, 0) })]), 1)).kind;
    expect([say(0), say(1), say(2)]).toEqual(['waiting', 'waiting', 'full']);
  });
});

describe('an author’s own change that is too large', () => {
  const letters = (count: number): ICrafted[] =>
    Array.from({ length: count }, () => letter({ left: at(9, 0) }));
  const ranges = (count: number): (readonly [number, number])[] =>
    Array.from({ length: count }, (_, each) => [each * 2, 1] as const);
  const pieces = (structs: number, deletes: number): string[] =>
    splitChange(
      craft(5, 0, letters(structs), deletes > 0 ? [[9, ...ranges(deletes)]] : []),
      5,
      NOTEBOOK_LIMITS,
      4,
      3
    ).map(bytes => {
      const read = passed(bytes, 5);
      return `${read.structs.length}+${read.deletes.length}`;
    });

  it('[PER2] goes as several, the deletions with the last or after it, none of them larger than one may be', () => {
    expect(pieces(4, 3)).toEqual(['4+3']);
    expect(pieces(5, 0)).toEqual(['4+0', '1+0']);
    expect(pieces(8, 2)).toEqual(['4+0', '4+2']);
    expect(pieces(5, 3)).toEqual(['4+0', '1+3']);
    expect(pieces(2, 4)).toEqual(['2+0', '0+3', '0+1']);
    expect(pieces(5, 7)).toEqual(['4+0', '1+0', '0+3', '0+3', '0+1']);
    expect(pieces(0, 4)).toEqual(['0+3', '0+1']);
    expect(() => splitChange(craft(6, 0, letters(1)), 5, NOTEBOOK_LIMITS)).toThrow('client');
  });
});
