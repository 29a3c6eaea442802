// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/simulation/time';
import type { IParticipant } from '../membership';
import { Arrivals, EVERY_MS } from './arrivals';
import { cast, person, StagedClass } from './cast';
import { Coalesced } from './coalesced';
import { arrange, matches, MOST_SHOWN, shownOf } from './order';
import { type IScene, PeopleList } from './people';

const trans = nullTranslator.load('peerbook');

describe('the order of people', () => {
  const ids = (people: readonly IParticipant[]) => people.map(each => each.participant);

  it('is the class own while nobody touches the list, without those who have left', () => {
    const people = [...cast(3), person(7, { isHere: false })];
    expect(arrange([], people, false)).toEqual(ids(people.slice(0, 3)));
  });

  it('stays under a finger: who comes is at the end, who goes stays in place', () => {
    const before = ids(cast(4));
    const [ada, ben, cenek, dora] = cast(4) as [IParticipant, IParticipant, IParticipant, IParticipant];
    const now = [ada, person(9), ben, dora, { ...cenek, isHere: false }];
    expect(arrange(before, now, true)).toEqual([...before, person(9).participant]);
    expect(arrange(before, now, false)).toEqual(ids([ada, person(9), ben, dora]));
  });

  it('shows some of many, and all of a few more than some', () => {
    expect(shownOf(200, false)).toBe(MOST_SHOWN);
    expect(shownOf(200, true)).toBe(200);
    expect(shownOf(MOST_SHOWN + 3, false)).toBe(MOST_SHOWN + 3);
  });

  it('finds a name however it is written', () => {
    expect(matches('Čeněk Ďurďovič', ' cenek ')).toBe(true);
    expect(matches('Ada', '')).toBe(true);
    expect(matches('Ada', 'b')).toBe(false);
  });
});

describe('coming and going', () => {
  const others = (...ids: string[]) => new Set(ids);

  it('is told at most every ten seconds, whatever happens in between', () => {
    const arrivals = new Arrivals(0);
    expect(arrivals.ask(others('a', 'b'), 100)).toBe(EVERY_MS - 100);
    expect(arrivals.ask(others('a', 'b', 'c'), EVERY_MS)).toEqual({ came: 3, left: 0, others: 3 });
    expect(arrivals.ask(others('a'), EVERY_MS + 1)).toBe(EVERY_MS - 1);
    expect(arrivals.ask(others('a', 'd'), 2 * EVERY_MS)).toEqual({ came: 1, left: 2, others: 2 });
    expect(arrivals.ask(others('a', 'd'), 9 * EVERY_MS)).toBeNull();
  });

  it('is no news when who left has come back', () => {
    const arrivals = new Arrivals(0);
    arrivals.ask(others('a'), EVERY_MS);
    expect(arrivals.ask(others(), EVERY_MS + 5)).toBe(EVERY_MS - 5);
    expect(arrivals.ask(others('a'), 2 * EVERY_MS)).toBeNull();
  });
});

describe('drawing', () => {
  it('happens at once and then at most every so often, and the last word is always drawn', () => {
    const clock = new VirtualClock();
    const drawn: number[] = [];
    const drawing = new Coalesced(clock, 500, () => drawn.push(clock.now()));
    drawing.ask();
    for (let turn = 0; turn < 100; turn += 1) {
      clock.advance(7);
      drawing.ask();
    }
    clock.advance(10_000);
    expect(drawn).toEqual([0, 500, 1000]);
    drawing.ask();
    drawing.ask();
    drawing.cancel();
    clock.advance(10_000);
    expect(drawn).toHaveLength(4);
  });
});

describe('the list of people', () => {
  let list: PeopleList;
  const show = (people: readonly IParticipant[]) =>
    list.show({
      people,
      path: 'first-steps/1-step.ipynb',
      stepOf: path => Number(/(\d)-step/.exec(path)?.[1]),
      now: new Date(2026, 10, 21, 12).getTime(),
      teaching: null
    });
  const rows = () => [...list.node.querySelectorAll('.pb-Person')];
  const names = () => rows().map(row => row.querySelector('.pb-Person-name')!.textContent);
  const find = <T extends Element>(selector: string) => list.node.querySelector<T>(selector)!;
  const point = (kind: string) => find('.pb-People-list').dispatchEvent(new Event(kind));

  beforeEach(() => {
    list = new PeopleList(trans, 'de');
    document.body.replaceChildren(list.node);
  });

  it('[PER8] says of whom what they wrote comes bit by bit', () => {
    show([person(0), person(1, { isCostly: true }), person(2)]);
    expect(rows().map(row => row.textContent!.includes('it comes bit by bit'))).toEqual([false, true, false]);
  });

  it('says to who teaches of whom it is proven that they said two things', () => {
    const people = [person(0, { role: 'owner' }), person(1), person(2)];
    const contradicting = new Set([people[1]!.participant]);
    const said = (scene: Pick<IScene, 'people' | 'teaching'>) => {
      list.show({ path: '', stepOf: () => undefined, now: 0, contradicting, ...scene });
      return rows().map(row => row.textContent!.includes('said two different things'));
    };
    const { teaching } = new StagedClass(people);
    expect(said({ people, teaching })).toEqual([false, true, false]);
    expect(said({ people, teaching: null })).toEqual([false, false, false]);
  });

  it('has one line for each: name, colour with initials, where, since when, who is oneself', () => {
    show([person(0, { since: new Date(2026, 10, 21, 9, 5).getTime() }), person(1), person(6)]);
    expect(find('h3').textContent).toBe('People (3)');
    expect(rows()[0]!.textContent).toBe('ALAda Lovelace (you)in this notebook, since 9:05');
    expect(rows()[1]!.textContent).toContain('in step 2');
    expect(rows()[2]!.textContent).toContain('not in a notebook');
    const mark = find<HTMLElement>('.pb-Person-mark');
    expect(mark.style.getPropertyValue('--pb-person')).toBe('var(--pb-person-0)');
    expect(mark.getAttribute('aria-hidden')).toBe('true');
  });

  it('shows a name as text, whatever is in it, and apart from the direction of what is around', () => {
    show([person(0), person(1, { name: '<img src=x onerror=alert(1)>' })]);
    expect(list.node.querySelector('img')).toBeNull();
    expect(find('.pb-Person-name').tagName).toBe('BDI');
  });

  it('does not move anybody while one points at it, and is in order when one lets go', () => {
    show(cast(4));
    const [, ben] = rows();
    point('pointerenter');
    const without = cast(4).map((each, at) => (at === 1 ? { ...each, isHere: false } : each));
    show([without[0]!, person(20, { name: 'Abel' }), ...without.slice(2), without[1]!]);
    expect(names()).toEqual([...cast(4).map(each => each.name), 'Abel']);
    expect(rows()[1]).toBe(ben);
    expect(ben!.textContent).toContain('has left');
    expect(find('h3').textContent).toBe('People (4)');
    point('pointerleave');
    expect(names()).toEqual([cast(4)[0]!.name, 'Abel', cast(4)[2]!.name, cast(4)[3]!.name]);
    expect(find('.pb-People-gone').textContent).toBe('Were here (1)Ben Lovelace');
  });

  it('keeps each line the same element when others come and go', () => {
    show(cast(5));
    const dora = rows()[3]!;
    show([...cast(5).slice(0, 2), ...cast(5).slice(3)]);
    expect(rows()[2]).toBe(dora);
  });

  it('of two hundred shows thirty, then all, then thirty; the button keeps the focus', () => {
    show(cast(200));
    expect(rows()).toHaveLength(MOST_SHOWN);
    const more = find<HTMLButtonElement>('button.pb-Class-link');
    expect(more.textContent).toBe('and 170 more - show all');
    more.focus();
    more.click();
    expect(rows()).toHaveLength(200);
    expect(document.activeElement).toBe(more);
    expect(more.textContent).toBe('Show fewer');
    more.click();
    expect(rows()).toHaveLength(MOST_SHOWN);
  });

  it('finds somebody, also beyond those who are shown, and says when there is nobody', () => {
    show(cast(200));
    const filter = find<HTMLInputElement>('input');
    const type = (text: string) => {
      filter.value = text;
      filter.dispatchEvent(new Event('input'));
    };
    type('cenek s');
    expect(names()).toEqual(['Čeněk Smith']);
    type('zzz');
    expect(list.node.textContent).toContain('Nobody here has that name.');
    type('');
    expect(rows()).toHaveLength(MOST_SHOWN);
  });

  it('has no filter among a few, and keeps one that is in use', () => {
    show(cast(5));
    const filter = find<HTMLInputElement>('input');
    expect(filter.hidden).toBe(true);
    show(cast(20));
    filter.value = 'ada';
    show(cast(5));
    expect(filter.hidden).toBe(false);
  });

  it('gives the focus of a button that goes to the list', () => {
    show(cast(200));
    const more = find<HTMLButtonElement>('button.pb-Class-link');
    more.focus();
    show(cast(10));
    expect(more.hidden).toBe(true);
    expect(document.activeElement).toBe(find('.pb-People-list'));
  });
});
