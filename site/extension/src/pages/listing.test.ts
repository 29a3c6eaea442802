// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { IParticipant } from '../class/membership';
import { StagedClass } from '../class/panel/cast';
import type { Clock } from '../core/clock';
import { Announcer, EVERY_MS } from './announcer';
import { Arrivals } from './arrivals';
import { Roster } from './roster';

const person = (name: string, changes: Partial<IParticipant> = {}): IParticipant => ({
  participant: name.toLowerCase(),
  name,
  isMe: false,
  isHere: true,
  since: 0,
  sessions: [name],
  notebooks: [],
  colour: 3,
  role: 'attendee',
  ...changes
});

describe('the order of people', () => {
  it('leaves everybody where they are, whoever comes and goes', () => {
    const arrivals = new Arrivals();
    const names = (...people: string[]) =>
      arrivals.order(people.map(name => person(name))).map(one => one.name);
    expect(names('Ben', 'Dora')).toEqual(['Ben', 'Dora']);
    expect(names('Ada', 'Ben', 'Cem', 'Dora')).toEqual(['Ben', 'Dora', 'Ada', 'Cem']);
    expect(names('Ada', 'Cem', 'Dora', 'Eve')).toEqual(['Dora', 'Ada', 'Cem', 'Eve']);
    arrivals.sort();
    expect(names('Ada', 'Cem', 'Dora')).toEqual(['Ada', 'Cem', 'Dora']);
  });
});

describe('the count that is read out', () => {
  it('is said at once, then at most every ten seconds, and never twice the same', () => {
    let now = 0;
    let due: [number, () => void] | undefined;
    const clock: Clock = {
      now: () => now,
      after: (ms, run) => {
        due = [now + ms, run];
        return () => (due = undefined);
      }
    };
    const pass = (ms: number) => {
      now += ms;
      if (due && due[0] <= now) {
        const [, run] = due;
        due = undefined;
        run();
      }
    };
    const said: number[] = [];
    const announcer = new Announcer(clock, count => said.push(count));
    announcer.tell(1);
    for (let count = 2; count < 200; count += 1) {
      pass(1);
      announcer.tell(count);
    }
    expect(said).toEqual([1]);
    pass(EVERY_MS - 198 - 1);
    expect(said).toEqual([1]);
    pass(1);
    expect(said).toEqual([1, 199]);
    announcer.tell(200);
    announcer.tell(199);
    pass(EVERY_MS);
    expect(said).toEqual([1, 199]);
    announcer.tell(5);
    expect(said).toEqual([1, 199, 5]);
    announcer.tell(6);
    announcer.dispose();
    pass(EVERY_MS);
    expect(said).toEqual([1, 199, 5]);
  });
});

describe('the list of people', () => {
  function aRoster() {
    document.body.innerHTML = `<button hidden>Sort</button>
      <ul data-left="was here" data-me="you" data-nowhere="no notebook open"></ul>`;
    const [sort, list] = [...document.body.children] as [HTMLElement, HTMLElement];
    const steps = new Map([['w/2.ipynb', 'Loops']]);
    const roster = new Roster({ list, sort, steps, since: since => `since ${since} h` });
    const texts = () =>
      [...list.children].map(line => [...line.children].map(part => part.textContent).slice(1, 5));
    return { roster, list, sort, texts };
  }

  it('says name, since when and in which notebook, and takes markup for text', () => {
    const { roster, list, texts } = aRoster();
    roster.show([
      person('Ms Diaz', { isMe: true, since: 9 }),
      person('<b>Ada</b>', { since: 10, notebooks: ['w/2.ipynb', 'w/9.ipynb'] }),
      person('Ben', { isHere: false })
    ]);
    expect(texts()).toEqual([
      ['Ms Diaz', 'you', 'no notebook open', 'since 9 h'],
      ['<b>Ada</b>', '', 'Loops, w/9.ipynb', 'since 10 h'],
      ['Ben', '', '', 'was here']
    ]);
    expect(list.querySelector('b')).toBeNull();
    expect(list.lastElementChild!.className).toBe('away');
    const [, ada] = list.children;
    const contradicting = new Set([person('<b>Ada</b>').participant]);
    const people = [person('Ms Diaz', { isMe: true }), person('<b>Ada</b>')];
    roster.show(
      people,
      new StagedClass([{ ...people[0]!, role: 'owner' }, people[1]!]).teaching,
      contradicting
    );
    expect(ada!.textContent).toContain('said two different things');
  });

  it('keeps the lines of two hundred people in place while one of them moves on and another comes', () => {
    const { roster, list, sort } = aRoster();
    const people = Array.from({ length: 200 }, (_, at) => person(`P${1000 + at}`));
    roster.show(people);
    const before = [...list.children];
    const changes: MutationRecord[] = [];
    const observer = new MutationObserver(() => undefined);
    observer.observe(list, { subtree: true, childList: true, characterData: true });
    const moved = people.map((one, at) => (at === 7 ? person('P1007', { notebooks: ['w/2.ipynb'] }) : one));
    roster.show([person('A first'), ...moved]);
    changes.push(...observer.takeRecords());
    expect([...list.children].slice(0, 200)).toEqual(before);
    expect(list.lastElementChild!.textContent).toContain('A first');
    // One text and one line, and nothing else.
    expect(new Set(changes.map(change => change.target))).toEqual(
      new Set([list, before[7]!.querySelector('.where')])
    );
    expect(sort.hidden).toBe(false);
    sort.click();
    expect(list.firstElementChild!.textContent).toContain('A first');
    expect(sort.hidden).toBe(true);
  });
});
