import { describe, expect, it } from 'vitest';
import { cast, person } from './panel/cast';
import { Remembered } from './remembered';

describe('who was here', () => {
  it('is remembered by the last name, while here', () => {
    const remembered = new Remembered();
    const people = [person(1), person(2, { isHere: false })];
    expect(remembered.see(people)).toBe(people);
    remembered.see([person(1, { name: 'Ada' }), person(1, { name: 'Eve', isHere: false })]);
    expect([remembered.nameOf(person(1).participant), remembered.nameOf(person(2).participant)]).toEqual([
      'Ada',
      undefined
    ]);
  });

  it('is forgotten first who was not seen for longest, above so many', () => {
    const remembered = new Remembered();
    const people = cast(2001);
    remembered.see(people.slice(0, 2000));
    remembered.see([people[0]!, people[2000]!]);
    expect([
      remembered.all.size,
      ...[0, 1, 2000].map(at => remembered.all.has(people[at]!.participant))
    ]).toEqual([2000, true, false, true]);
  });
});
