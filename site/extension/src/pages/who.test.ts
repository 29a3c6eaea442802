// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { Identities, type IIdentity } from '../class/identity';
import { Who } from './who';

const FORM = `<div data-known hidden><p data-people data-as="Join as {name}"></p><button data-other>Somebody else</button></div>
  <form><input><button>Join</button><p data-error data-words="A name is needed."></p></form>`;

let root: HTMLElement;
let identities: Identities;
let chosen: IIdentity[];
let drawn = 0;

beforeEach(() => {
  document.body.innerHTML = `<div>${FORM}</div>`;
  root = document.body.firstElementChild as HTMLElement;
  localStorage.clear();
  identities = new Identities('/', localStorage, bytes => bytes.fill((drawn += 1)));
  chosen = [];
});

const who = () => {
  const shown = new Who(root, identities, identity => chosen.push(identity));
  shown.show();
  return shown;
};
const form = () => root.querySelector('form')!;
const type = (name: string) => {
  root.querySelector('input')!.value = name;
  form().dispatchEvent(new Event('submit', { cancelable: true }));
};
const offered = () => [...root.querySelectorAll<HTMLElement>('[data-people] button')];

describe('who one is', () => {
  it('is asked with one field where nobody was before', () => {
    who();
    expect(form().hidden).toBe(false);
    expect(root.querySelector<HTMLElement>('[data-known]')!.hidden).toBe(true);
    type('  Ada ');
    expect(chosen.map(one => one.name)).toEqual(['Ada']);
    expect(identities.last).toEqual(chosen[0]);
  });

  it.each(['', '   ', '\u200b\u202e'])('a name that is none (%j) is said, and nothing happens', name => {
    who();
    type(name);
    expect(chosen).toEqual([]);
    expect(root.querySelector('[data-error]')!.textContent).toBe('A name is needed.');
    root.querySelector('input')!.dispatchEvent(new Event('input'));
    expect(root.querySelector('[data-error]')!.textContent).toBe('');
  });

  it('of a thousand characters a line is left, and markup stays text', () => {
    const shown = who();
    type('<b>Ada</b>' + 'a'.repeat(990));
    expect(chosen[0]!.name).toHaveLength(64);
    shown.show();
    expect(offered()[0]!.textContent).toMatch(/^Join as <b>Ada<\/b>a+$/);
    expect(root.querySelector('b')).toBeNull();
  });

  it('is offered with those who were here, the last one first; a typed name is who had it', () => {
    const [ada, ben] = [identities.take('Ada')!, identities.take('Ben')!];
    who();
    expect(offered().map(button => button.textContent)).toEqual(['Join as Ben', 'Join as Ada']);
    expect(form().hidden).toBe(true);
    offered()[1]!.click();
    expect(chosen).toEqual([ada]);
    expect(identities.last).toEqual(ada);
    root.querySelector<HTMLElement>('[data-other]')!.click();
    expect(form().hidden).toBe(false);
    type('Ben');
    expect(chosen[1]).toEqual(ben);
    type('Cem');
    expect(chosen[2]!.participant).not.toBe(ada.participant);
  });

  it('a name with a place in it is only a name', () => {
    identities.take('{name}');
    who();
    expect(offered()[0]!.textContent).toBe('Join as {name}');
  });
});
