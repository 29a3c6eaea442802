// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cast, person, StagedClass } from '../panel/cast';
import { TeamsPart } from './teams';

const trans = nullTranslator.load('peerbook');

describe('teams, for whoever teaches', () => {
  let staged: StagedClass;
  let part: TeamsPart;
  const say = vi.fn();
  const show = (): void => part.show(staged);
  const seen = (selector: string) =>
    [...part.node.querySelectorAll<HTMLElement>(selector)].filter(each => each.closest('[hidden]') === null);
  const button = (words: string) =>
    seen('button').find(each => (each.getAttribute('aria-label') ?? each.textContent) === words)!;
  const texts = (selector: string) => seen(selector).map(({ textContent }) => textContent);
  /** Name of each team, and of who is in it. */
  const shown = () =>
    seen('.pb-Teams-one').map(one => [
      one.querySelector('.pb-Teams-name')?.textContent,
      ...[...one.querySelectorAll('.pb-Teams-member bdi')].map(({ textContent }) => textContent)
    ]);
  const choose = (words: string) => {
    const item = [...document.querySelectorAll<HTMLElement>('.pb-Menu-item')].find(
      ({ textContent }) => textContent === words
    );
    item!.click();
  };
  const make = (size = 2) => {
    part.node.querySelector('input')!.value = String(size);
    part.node.querySelector('form')!.requestSubmit();
  };

  beforeEach(() => {
    vi.clearAllMocks();
    document.body.replaceChildren();
    staged = new StagedClass([
      person(0, { role: 'owner' }),
      ...[1, 2, 3].map(at => person(at)),
      person(4, { role: 'instructor' }),
      person(5, { isHere: false })
    ]);
    const options = { trans, level: 'h2' as const, random: () => 0.999, say };
    part = new TeamsPart({ ...options, pageOf: team => `https://school.test/#team=${team}` });
    document.body.append(part.node);
    staged.changed.add(show);
    show();
  });

  it('are nothing to see for whoever does not teach', () => {
    staged.become(cast(3));
    expect(part.node.hidden).toBe(true);
  });

  it('are made of those who are here and do not teach, and taken back', () => {
    expect([texts('.pb-Teams-one'), button('Undo')]).toEqual([[], undefined]);
    make();
    expect(shown()).toEqual([
      ['Team 1', 'Ben Lovelace', 'Dora Lovelace'],
      ['Team 2', 'Čeněk Lovelace']
    ]);
    expect(say).toHaveBeenLastCalledWith('2 teams are made.');
    expect(texts('.pb-Teams-done')).toEqual(['2 teams are made.']);
    expect(seen('.pb-Teams-page').map(each => (each as HTMLAnchorElement).href)).toEqual(
      staged.teams.map(({ team }) => `https://school.test/#team=${team}`)
    );
    button('Undo').click();
    expect([shown(), staged.teams, say.mock.lastCall]).toEqual([[], [], ['Taken back.']]);
    expect(button('Undo')).toBeUndefined();
  });

  it('are not made of nobody, nor in a size that is none', () => {
    staged.become([person(0, { role: 'owner' })]);
    make();
    expect(texts('.pb-Teams-done')[0]).toMatch(/Nobody is here/);
    staged.become([person(0, { role: 'owner' }), person(1)]);
    make(1);
    make(65);
    expect(staged.done).toEqual([]);
  });

  it('are made anew behind a second step, and the old ones come back with Undo', () => {
    make();
    const before = shown();
    expect(seen('details')).toHaveLength(1);
    expect(part.node.querySelector('details')!.contains(part.node.querySelector('form'))).toBe(true);
    expect(texts('details p').join()).toMatch(/What the teams have written stays/);
    make(3);
    expect(shown()).toEqual([['Team 1', 'Ben Lovelace', 'Čeněk Lovelace', 'Dora Lovelace']]);
    button('Undo').click();
    expect(shown()).toEqual(before);
  });

  it('have people moved between them, out of them, into a new one, and by keyboard', () => {
    make();
    const move = button('Move Dora Lovelace');
    move.focus();
    move.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    const items = [...document.querySelectorAll('.pb-Menu-item')].map(({ textContent }) => textContent);
    expect(items).toEqual(['To Team 2', 'To a new team', 'Out of the teams']);
    choose('To Team 2');
    expect(shown()).toEqual([
      ['Team 1', 'Ben Lovelace'],
      ['Team 2', 'Čeněk Lovelace', 'Dora Lovelace']
    ]);
    expect(say).toHaveBeenLastCalledWith('Dora Lovelace is in Team 2 now.');
    // Where the focus was, it is.
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move Dora Lovelace');
    button('Move Dora Lovelace').click();
    choose('To a new team');
    expect(shown()[2]).toEqual(['Team 3', 'Dora Lovelace']);
    button('Move Dora Lovelace').click();
    choose('Out of the teams');
    expect([shown().length, texts('.pb-Teams-rest bdi')]).toEqual([2, ['Dora Lovelace']]);
    button('Put Dora Lovelace in a team').click();
    choose('To Team 1');
    expect(shown()[0]).toEqual(['Team 1', 'Ben Lovelace', 'Dora Lovelace']);
    for (let step = 0; step < 4; step += 1) {
      button('Undo').click();
    }
    expect(shown()[0]).toEqual(['Team 1', 'Ben Lovelace', 'Dora Lovelace']);
    expect(button('Undo')).toBeTruthy();
  });

  it('show who came since, and those who are gone by what is known of them', () => {
    make();
    staged.become([...staged.people.slice(0, 3), person(9)]);
    expect(texts('.pb-Teams-rest bdi')).toEqual(['Jun Lovelace']);
    expect(shown()[0]![2]).toBe('000000');
  });

  it('are named, and what is being typed is left in peace', () => {
    make();
    button('Rename Team 1').click();
    const field = part.node.querySelector<HTMLInputElement>('.pb-Teams-naming input')!;
    expect(document.activeElement).toBe(field);
    field.value = ' Owls ';
    staged.become([...staged.people, person(9)]);
    expect(part.node.querySelector('.pb-Teams-naming input')).toBe(field);
    field.form!.requestSubmit();
    expect(shown().map(([name]) => name)).toContain('Owls');
    expect(say).toHaveBeenLastCalledWith('Team 1 is called Owls now.');
    button('Rename Owls').click();
    const again = part.node.querySelector<HTMLInputElement>('.pb-Teams-naming input')!;
    again.value = 'No';
    again.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(shown().map(([name]) => name)).toContain('Owls');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Rename Owls');
  });
});
