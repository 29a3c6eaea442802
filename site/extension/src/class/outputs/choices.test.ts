import { describe, expect, it } from 'vitest';
import type { IMark } from '../../core/roster/marks';
import type { IParticipant } from '../membership';
import { choicesOf, next, readRemembered, writeRemembered } from './choices';

const id = (digit: string): string => digit.repeat(32);
const person = (digit: string, name: string, isHere: boolean, isMe = false): IParticipant => ({
  participant: id(digit),
  name,
  isMe,
  isHere,
  since: 0,
  sessions: [],
  role: 'attendee',
  notebooks: [],
  colour: 3
});
const mark = (digit: string, name: string): IMark => ({
  document: 'd',
  participant: id(digit),
  name,
  since: 1
});

describe('whose outputs', () => {
  it('[OUT9] can be looked at: of everybody here, and of those who left some', () => {
    const people = [
      person('a', 'Ada', true, true),
      person('b', 'Ben', true),
      person('c', 'Cem', false),
      person('d', 'Dilek', false)
    ];
    const choices = choicesOf(people, [mark('d', 'Dilek'), mark('e', 'Eva'), mark('a', 'Ada')], null);
    expect(choices.map(({ name, isHere, hasRun }) => [name, isHere, hasRun])).toEqual([
      ['Ben', true, false],
      ['Dilek', false, true],
      ['Eva', false, true]
    ]);
    const chosen = { participant: id('f'), name: 'Finn' };
    expect(choicesOf(people, [], chosen).map(({ name }) => name)).toEqual(['Ben', 'Finn']);
    expect(choicesOf([], [], { participant: id('b'), name: 'Ben' })[0]!.colour).toContain('--pb-person-');
  });

  it('[OUT9] the choice is remembered as it was, and anything else is none', () => {
    const chosen = { participant: id('a'), name: 'Ada' };
    expect(readRemembered(writeRemembered(chosen))).toEqual(chosen);
    for (const text of [
      null,
      '',
      '{',
      'null',
      '[]',
      '{"participant":"x","name":"A"}',
      writeRemembered(null)
    ]) {
      expect(readRemembered(text)).toBeNull();
    }
  });

  it('[OUT9] keys lead through three hundred people', () => {
    const names = ['Yours', 'Ada', 'Alan', 'Ben', ...Array.from({ length: 300 }, (_, index) => `p${index}`)];
    expect(next(0, names, 'ArrowUp', '')).toBe(0);
    expect(next(0, names, 'End', '')).toBe(303);
    expect(next(303, names, 'ArrowDown', '')).toBe(303);
    expect(next(0, names, 'a', 'a')).toBe(1);
    expect(next(1, names, 'a', 'aa')).toBe(2);
    expect(next(2, names, 'a', 'aaa')).toBe(1);
    expect(next(0, names, 'l', 'al')).toBe(2);
    expect(next(0, names, '9', 'p299')).toBe(303);
    expect(next(5, names, 'z', 'z')).toBe(5);
    expect(next(5, names, 'Shift', '')).toBe(5);
  });
});
