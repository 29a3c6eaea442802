// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../core/simulation/time';
import { cast, StagedClass } from '../panel/cast';
import { DoorPart } from './door';
import { HEARD_MS, Knocks } from './knocks';
import { PersonActs } from './person';
import { Removed } from './removed';
import { SharingPart } from './sharing';
import { choicesFor, closedInWords, roleInWords, seenInWords } from './words';

const trans = nullTranslator.load('peerbook');
const [ADA, BEN, CENEK] = cast(3).map(({ participant }) => participant) as [string, string, string];
let staged: StagedClass;
let said: string[];
const say = (words: string): void => void said.push(words);
const press = (on: Element, key: string) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const button = (name: string) =>
  [...document.querySelectorAll('button')].find(
    each => each.textContent === name || each.getAttribute('aria-label') === name
  )!;
/** What was promised is there, and what follows from it. */
const settled = () => new Promise(then => setTimeout(then, 0));
function later<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>(then => (resolve = then));
  return { promise, resolve };
}
const failed = () => [...document.querySelectorAll('#pb-class-failed')];

beforeEach(() => {
  document.body.replaceChildren();
  staged = new StagedClass(cast(3).map((each, at) => (at === 0 ? { ...each, role: 'owner' } : each)));
  said = [];
});

describe('what one can make of somebody', () => {
  function line(at = 1) {
    const acts = new PersonActs({ trans, say });
    document.body.append(acts.button);
    const show = () => acts.show(staged.people[at]!, staged.teaching);
    show();
    return { acts, show };
  }
  /** First it is looked up what is kept of them. */
  const asked = () => vi.waitFor(() => expect(document.querySelectorAll('dialog').length).toBe(1));
  const items = () => [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];

  it('is offered as far as the class lets one, and nothing that they are already', () => {
    const { acts, show } = line();
    expect(acts.button.getAttribute('aria-label')).toBe('More for Ben Lovelace');
    acts.button.click();
    expect(items().map(item => item.textContent)).toEqual([
      'Make a co-teacher',
      'Only watch',
      'Remove from the class...'
    ]);
    press(items()[0]!, 'Escape');
    staged.become(staged.people.map((each, at) => ({ ...each, role: at === 0 ? 'instructor' : each.role })));
    show();
    acts.button.click();
    expect(items().map(item => item.textContent)).not.toContain('Make a co-teacher');
    press(items()[0]!, 'Escape');
    staged.become(staged.people.map(each => ({ ...each, role: 'attendee' })));
    show();
    expect(acts.button.hidden).toBe(true);
  });

  it('nobody is offered anything about oneself or the owner', () => {
    expect(choicesFor(staged.people[0]!, staged.teaching!)).toEqual([]);
    expect(line(0).acts.button.hidden).toBe(true);
  });

  it('is reached by keyboard: down, around, home, end; Esc and Tab go back to the button', () => {
    const { acts } = line();
    press(acts.button, 'ArrowDown');
    expect(document.activeElement).toBe(items()[0]);
    expect(acts.button.getAttribute('aria-expanded')).toBe('true');
    press(items()[0]!, 'ArrowUp');
    expect(document.activeElement).toBe(items()[2]);
    press(items()[2]!, 'Home');
    press(items()[0]!, 'End');
    expect(document.activeElement).toBe(items()[2]);
    press(items()[2]!, 'Escape');
    expect(items()).toEqual([]);
    expect(document.activeElement).toBe(acts.button);
    press(acts.button, 'ArrowUp');
    expect(document.activeElement).toBe(items()[2]);
    press(items()[2]!, 'Tab');
    expect(document.activeElement).toBe(acts.button);
    expect(acts.button.getAttribute('aria-expanded')).toBe('false');
  });

  it('goes away when one presses elsewhere', () => {
    line().acts.button.click();
    document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
    expect(items()).toEqual([]);
  });

  it('is done, and said when it is', async () => {
    const { acts } = line();
    const states = later<boolean>();
    staged.states = states.promise;
    acts.button.click();
    items()[0]!.click();
    await settled();
    expect([staged.done, said]).toEqual([[], []]);
    states.resolve(true);
    await settled();
    expect(staged.done).toEqual([`instructor ${BEN}`]);
    expect(said).toEqual(['Ben Lovelace is a co-teacher now.']);
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('is said not to be done where it could not be, once, and never to be done', async () => {
    const { acts } = line();
    staged.states = Promise.resolve(false);
    for (let twice = 0; twice < 2; twice += 1) {
      acts.button.click();
      items()[0]!.click();
    }
    await settled();
    expect([staged.done, said]).toEqual([[], []]);
    expect(failed()).toHaveLength(1);
    button('Close').click();
    // Removing, letting in and letting back in no less.
    acts.button.click();
    items()[2]!.click();
    await asked();
    button('Remove and close the door').click();
    await settled();
    expect([failed().length, said]).toEqual([1, []]);
    button('Close').click();
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('removing asks once, says what it means, and closes the door first when one wants that', async () => {
    const { acts } = line();
    acts.button.click();
    items()[2]!.click();
    await asked();
    const card = document.querySelector('dialog')!;
    expect(card.textContent).toContain('keeps what they had until now, and sees nothing of what comes after');
    expect(card.textContent).toContain('under another name');
    expect(document.activeElement).toBe(button('Keep them in the class'));
    expect(staged.done).toEqual([]);
    button('Keep them in the class').click();
    expect(document.querySelector('dialog')).toBeNull();
    expect(document.activeElement).toBe(acts.button);
    expect([staged.done, said]).toEqual([[], []]);
    acts.button.click();
    items()[2]!.click();
    await asked();
    const states = later<boolean>();
    staged.states = states.promise;
    // While it is being done, nothing else is.
    ['Remove and close the door', 'Remove and close the door', 'Keep them in the class'].forEach(each =>
      button(each).click()
    );
    document.querySelector('dialog')!.dispatchEvent(new Event('cancel', { cancelable: true }));
    await settled();
    expect([staged.done, said]).toEqual([[], []]);
    states.resolve(true);
    await settled();
    expect(document.querySelector('dialog')).toBeNull();
    expect(staged.done).toEqual(['door closed', `removed ${BEN}`]);
    expect(said).toEqual(['Ben Lovelace was removed from the class.']);
  });

  it('shows that it is being looked up what is kept, and what is asked then; Esc ends it', async () => {
    const { acts } = line();
    const looking = async (): Promise<() => void> => {
      const looks = later<void>();
      staged.looks = looks.promise;
      acts.button.click();
      items()[2]!.click();
      await asked();
      expect(document.querySelector('dialog')!.textContent).toContain('Looking up what is kept...');
      expect(document.querySelectorAll('dialog button')).toHaveLength(0);
      return () => looks.resolve();
    };
    const found = await looking();
    found();
    await vi.waitFor(() => expect(document.activeElement).toBe(button('Keep them in the class')));
    expect(document.querySelector('dialog')!.textContent).not.toContain('Looking up');
    button('Keep them in the class').click();
    const foundLate = await looking();
    document.querySelector('dialog')!.dispatchEvent(new Event('cancel', { cancelable: true }));
    foundLate();
    await settled();
    expect([document.querySelector('dialog'), staged.done, said]).toEqual([null, [], []]);
  });

  it('pressed twice, removing asks once', async () => {
    const { acts } = line();
    for (let twice = 0; twice < 2; twice += 1) {
      acts.button.click();
      items()[2]!.click();
    }
    await asked();
    button('Keep them in the class').click();
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('says whether what they wrote stays', async () => {
    const { acts } = line();
    for (const words of [
      'What Ben Lovelace wrote for all until now stays.',
      'Nothing that Ben Lovelace wrote for all is kept in this browser'
    ]) {
      acts.button.click();
      items()[2]!.click();
      await asked();
      expect(document.querySelector('dialog')!.textContent).toContain(words);
      button('Keep them in the class').click();
      staged.missing.add(BEN);
    }
  });

  it('says so where the door could not be closed behind them, and removes them all the same', async () => {
    const { acts } = line();
    acts.button.click();
    items()[2]!.click();
    await asked();
    staged.closes = Promise.resolve(false);
    button('Remove and close the door').click();
    await settled();
    expect(staged.done).toEqual([`removed ${BEN}`]);
    expect([failed().length, said]).toEqual([1, ['Ben Lovelace was removed from the class.']]);
    button('Close').click();
  });

  it('with a closed door there is nothing to close', async () => {
    staged.door = 'closed';
    line().acts.button.click();
    items()[2]!.click();
    await asked();
    expect(document.querySelector('dialog')!.textContent).not.toContain('another name');
    button('Remove from the class').click();
    await settled();
    expect(staged.done).toEqual([`removed ${BEN}`]);
  });

  it('can be undone: who was removed is let back in', async () => {
    const removed = new Removed(trans, say);
    document.body.append(removed.node);
    const show = () => removed.show(staged.people, staged.teaching);
    show();
    expect(removed.node.hidden).toBe(true);
    await staged.teaching!.give(BEN, 'removed');
    show();
    expect(removed.node.textContent).toContain('Removed (1)Ben Lovelace');
    staged.states = Promise.resolve(false);
    button('Let back in: Ben Lovelace').click();
    await settled();
    expect([failed().length, said]).toEqual([1, []]);
    button('Close').click();
    staged.states = Promise.resolve(true);
    // Pressed twice it is done once.
    button('Let back in: Ben Lovelace').click();
    button('Let back in: Ben Lovelace').click();
    await settled();
    expect(staged.done.slice(1)).toEqual([`attendee ${BEN}`]);
    expect(said).toEqual(['Ben Lovelace']);
    removed.show(staged.people, null);
    expect(removed.node.hidden).toBe(true);
  });
});

describe('the door', () => {
  const part = () => {
    const door = new DoorPart({ trans, level: 'h3', say });
    document.body.append(door.node);
    const show = () => door.show(staged.teaching);
    staged.changed.add(show);
    show();
    return door.node;
  };

  it('says whether it is open and what that means, and is closed and opened with one press', async () => {
    const node = part();
    expect(node.textContent).toContain('Door: open - whoever has the link comes in');
    button('Close the door').click();
    // Pressed twice it is done once.
    button('Close the door').click();
    await settled();
    expect(staged.door).toBe('closed');
    expect(node.textContent).toContain('waits until somebody who teaches lets them in');
    expect(node.textContent).toContain('Nobody is at the door.');
    button('Open the door').click();
    await settled();
    expect(said).toEqual(['The door is closed now.', 'The door is open now.']);
  });

  it('is said not to be turned where it could not be, and never to be', async () => {
    const node = part();
    staged.states = Promise.resolve(false);
    button('Close the door').click();
    await settled();
    expect([failed().length, said]).toEqual([1, []]);
    expect(node.textContent).toContain('Door: open');
    button('Close').click();
    expect(button('Close the door').hasAttribute('aria-disabled')).toBe(false);
  });

  it('shows that it is being closed where that takes a while', async () => {
    part();
    const states = later<boolean>();
    staged.states = states.promise;
    button('Close the door').click();
    await vi.waitFor(() => expect(button('Closing the door...')).toBeDefined());
    staged.changed.call();
    expect([button('Closing the door...').getAttribute('aria-disabled'), said]).toEqual(['true', []]);
    states.resolve(true);
    await settled();
    expect(button('Open the door').hasAttribute('aria-disabled')).toBe(false);
  });

  it('lists who waits, in order of coming, as text; the focus goes to the next one', async () => {
    staged.door = 'closed';
    staged.waiting = [
      { participant: BEN, name: '<b>Ben</b>' },
      { participant: CENEK, name: 'Čeněk' }
    ];
    const node = part();
    expect(node.querySelector('h3')!.textContent).toBe('At the door (2)');
    expect(node.querySelector('b')).toBeNull();
    button('Let in <b>Ben</b>').focus();
    staged.states = Promise.resolve(false);
    button('Let in <b>Ben</b>').click();
    await settled();
    expect([failed().length, staged.done]).toEqual([1, []]);
    button('Close').click();
    staged.states = Promise.resolve(true);
    button('Let in <b>Ben</b>').focus();
    button('Let in <b>Ben</b>').click();
    await settled();
    expect(document.activeElement).toBe(button('Let in Čeněk'));
    button('Not now: Čeněk').focus();
    button('Not now: Čeněk').click();
    expect(staged.done).toEqual([`admit ${BEN}`, `refuse ${CENEK}`]);
    expect(document.activeElement).toBe(node.querySelector('h3'));
  });

  it('is nothing to see for whoever does not teach', () => {
    staged.become(staged.people.map(each => ({ ...each, role: 'attendee' })));
    expect(part().hidden).toBe(true);
    expect(closedInWords('open', trans)).toBe('');
    expect(closedInWords('closed', trans)).toContain('waits until a teacher');
  });

  it('is heard as a number, at most every ten seconds, and only when somebody new knocks', () => {
    const clock = new VirtualClock();
    const counts: number[] = [];
    const knocks = new Knocks(clock, count => counts.push(count));
    const wait = (...ids: string[]) => knocks.tell(ids.map(participant => ({ participant })));
    wait();
    wait(ADA);
    for (let at = 0; at < 30; at += 1) {
      clock.advance(100);
      wait(ADA, ...Array.from({ length: at }, (_, each) => `b${each}`));
    }
    expect(counts).toEqual([1]);
    clock.advance(HEARD_MS);
    expect(counts).toEqual([1, 30]);
    wait(ADA);
    clock.advance(HEARD_MS);
    wait();
    expect(counts).toEqual([1, 30]);
    wait(ADA);
    expect(counts).toEqual([1, 30, 1]);
    knocks.dispose();
  });

  it('who went before it was time to say so is not said', () => {
    const clock = new VirtualClock();
    const counts: number[] = [];
    const knocks = new Knocks(clock, count => counts.push(count));
    knocks.tell([{ participant: ADA }]);
    knocks.tell([{ participant: ADA }, { participant: BEN }]);
    knocks.tell([{ participant: ADA }]);
    clock.advance(2 * HEARD_MS);
    expect(counts).toEqual([1]);
  });
});

describe('outputs of own pages', () => {
  it('are shared with a switch that says what is so', async () => {
    const part = new SharingPart(trans, 'h3');
    document.body.append(part.node);
    part.show(staged.teaching);
    const box = part.node.querySelector('input')!;
    expect([box.getAttribute('role'), box.checked]).toEqual(['switch', false]);
    const states = later<boolean>();
    staged.states = states.promise;
    box.click();
    // Meanwhile it stands as it was put, whoever presses and whatever comes.
    part.show(staged.teaching);
    box.click();
    expect([box.checked, staged.done]).toEqual([true, []]);
    states.resolve(true);
    await settled();
    expect(staged.done).toEqual(['share true']);
    part.show(staged.teaching);
    expect(box.checked).toBe(true);
    expect(part.node.textContent).toContain('the class sees what they run there');
    part.show(null);
    expect(part.node.hidden).toBe(true);
  });

  it('are said not to be shared where that could not be stated, and the switch stands as it is', async () => {
    const part = new SharingPart(trans, 'h3');
    document.body.append(part.node);
    part.show(staged.teaching);
    staged.states = Promise.resolve(false);
    const box = part.node.querySelector('input')!;
    box.click();
    await settled();
    expect([box.checked, failed().length, staged.done]).toEqual([false, 1, []]);
    button('Close').click();
    // Nor did it come to an answer: the switch can be turned again.
    staged.states = Promise.reject(new Error('no key'));
    box.click();
    await settled();
    expect([box.checked, failed().length]).toEqual([false, 1]);
    button('Close').click();
    staged.states = Promise.resolve(true);
    box.click();
    await settled();
    part.show(staged.teaching);
    expect([box.checked, staged.done]).toEqual([true, ['share true']]);
  });

  it('and roles are said in words', () => {
    expect(seenInWords(true, trans)).toBe('The class sees what you run here.');
    expect(seenInWords(false, trans)).toBe('Only you and the teachers see what you run here.');
    const roles = ['owner', 'instructor', 'viewer', 'attendee'] as const;
    expect(roles.map(role => roleInWords(role, trans))).toEqual(['teacher', 'teaches', 'only watches', '']);
  });
});
