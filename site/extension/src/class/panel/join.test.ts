// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fragmentOf, makeInvitation } from '../../core/class/invitation';
import { Identities } from '../identity';
import { askAnew, identify, type IWindow } from './identify';
import { askName, showDamaged } from './join';

const trans = nullTranslator.load('peerbook');
const ROOT = 'https://school.test/py/';
const invitation = makeInvitation(bytes => bytes.fill(3), digest);
const CODE = invitation.code;
const GOAL = { branch: 'lecture', pageOwner: null } as const;
let drawn = 0;

function identities(...names: string[]): Identities {
  const all = new Identities('/', null, bytes => bytes.fill((drawn += 1)));
  [...names].reverse().forEach(name => all.take(name));
  return all;
}

const button = (name: string) =>
  [...document.querySelectorAll('button')].find(each => each.textContent === name)!;
const field = () => document.querySelector('input')!;
const submit = (text: string) => {
  field().value = text;
  field().form!.requestSubmit();
};

beforeEach(() => document.body.replaceChildren());

describe('the card before a class', () => {
  it('asks for one thing, the name, and says what page one comes to', async () => {
    const asked = askName(identities(), trans, GOAL);
    expect(document.querySelectorAll('input')).toHaveLength(1);
    expect(document.activeElement).toBe(field());
    expect(document.querySelector('label')!.htmlFor).toBe(field().id);
    expect(document.querySelector('dialog')!.textContent).toContain('whoever runs the server cannot read it');
    expect(document.querySelector('a')!.href).toBe(location.href);
    submit('  Ada  ');
    expect((await asked).name).toBe('Ada');
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('says when nothing is left of a name, and takes a thousand characters or markup as a line', async () => {
    const asked = askName(identities(), trans, GOAL);
    submit('\u200b ');
    expect(document.querySelector('[role=alert]')!.textContent).toContain('A name needs');
    submit('<b>' + 'x'.repeat(1000));
    expect((await asked).name).toBe('<b>' + 'x'.repeat(61));
  });

  it('asks "Is this you?" whom the device remembers, and takes somebody else', async () => {
    const ada = askName(identities('Ada', 'Ben'), trans, GOAL);
    expect(document.body.textContent).toContain('Is this you?');
    expect(field().form!.hidden).toBe(true);
    button('Join as Ada').click();
    expect((await ada).name).toBe('Ada');
    const other = askName(identities('Ada', 'Ben'), trans, GOAL);
    button('Somebody else').click();
    expect(document.activeElement).toBe(field());
    submit('Dora');
    expect((await other).name).toBe('Dora');
  });

  it.each([
    ['lecture', null, 'You come to the lecture, which only the teachers write.'],
    ['mine', null, 'You come to your own page in the class'],
    ['mine', 'f'.repeat(32), "You come to somebody's own page"],
    ['team', null, "You come to everyone's page, which all in the class write."]
  ] as const)('says where a link to %s leads', (branch, pageOwner, words) => {
    void askName(identities(), trans, { branch, pageOwner });
    expect(document.querySelector('dialog')!.textContent).toContain(words);
  });

  it('does not go away by Esc: nothing has been answered', () => {
    void askName(identities(), trans, GOAL);
    const cancel = new Event('cancel', { cancelable: true });
    document.querySelector('dialog')!.dispatchEvent(cancel);
    expect(cancel.defaultPrevented).toBe(true);
  });
});

describe('who comes in', () => {
  function page(referrer = ''): IWindow {
    const kept = new Map<string, string>();
    return {
      document: { referrer },
      sessionStorage: {
        getItem: key => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value)
      }
    };
  }
  const ask = vi.fn(async (all: Identities) => all.take('Asked')!);
  beforeEach(() => {
    ask.mockClear();
  });

  it('is asked when nobody is known, once for a window', async () => {
    const [all, here] = [identities(), page()];
    expect((await identify(all, CODE, ROOT, trans, GOAL, here, ask)).name).toBe('Asked');
    expect((await identify(all, CODE, ROOT, trans, GOAL, here, ask)).name).toBe('Asked');
    expect(ask).toHaveBeenCalledOnce();
  });

  it('is the one whom the device knows', async () => {
    expect((await identify(identities('Ada'), CODE, ROOT, trans, GOAL, page(), ask)).name).toBe('Ada');
    expect(ask).not.toHaveBeenCalled();
  });

  it('is asked of a link from elsewhere where several share a device, not coming from a page of this site', async () => {
    await identify(identities('Ada', 'Ben'), CODE, ROOT, trans, GOAL, page('https://mail.test/'), ask);
    expect(ask).toHaveBeenCalledOnce();
    const from = page(`${ROOT}workshops/w/index.html`);
    expect((await identify(identities('Ada', 'Ben'), CODE, ROOT, trans, GOAL, from, ask)).name).toBe('Ada');
    expect(ask).toHaveBeenCalledOnce();
  });

  it('is whoever joined this class in this window, though another came later in another', async () => {
    const [all, here] = [identities('Ada', 'Ben'), page()];
    const ben = all.all.find(each => each.name === 'Ben')!;
    here.sessionStorage.setItem('peerbook:joined:/py/', JSON.stringify([CODE, ben.participant]));
    expect(await identify(all, CODE, ROOT, trans, GOAL, here, ask)).toEqual(ben);
    expect((await identify(all, 'another class', ROOT, trans, GOAL, here, ask)).name).toBe('Asked');
  });

  it('is asked again when somebody else goes on here', async () => {
    const [all, here] = [identities('Ada'), page(ROOT)];
    await identify(all, CODE, ROOT, trans, GOAL, here, ask);
    askAnew(ROOT, here);
    expect((await identify(all, CODE, ROOT, trans, GOAL, here, ask)).name).toBe('Asked');
  });

  it('is known also where the browser refuses to remember', async () => {
    const refuse = () => {
      throw new DOMException('refused', 'SecurityError');
    };
    const here = { document: { referrer: '' }, sessionStorage: { getItem: refuse, setItem: refuse } };
    expect((await identify(identities('Ada'), CODE, ROOT, trans, GOAL, here, ask)).name).toBe('Ada');
  });
});

describe('a damaged link', () => {
  const page = () => ({
    location: {
      href: `${ROOT}notebooks/index.html?path=a#class=cut`,
      hash: '#class=cut',
      reload: vi.fn(),
      replace: vi.fn()
    }
  });
  const show = (given = 'cut') => {
    const here = page();
    showDamaged({ kind: 'damaged', given }, trans, here as unknown as Window);
    return here;
  };

  it('says what is wrong, what is safe and what to do', () => {
    show();
    const words = document.querySelector('dialog')!.textContent!;
    expect(words).toContain('missing or mistyped');
    expect(words).toContain('Nothing is lost');
    expect(words).toContain('Open the link again');
    document.body.replaceChildren();
    show('');
    expect(document.body.textContent).toContain('Its end is missing');
  });

  it('shows what was given as text', () => {
    show('<img src=x onerror=alert(1)>');
    expect(document.querySelector('img')).toBeNull();
  });

  it('takes the whole link, its fragment or the code, and says when that is none either', () => {
    const { code } = invitation;
    for (const pasted of [
      `${ROOT}x${fragmentOf(invitation)}`,
      `#class=${code}`,
      `class=${code}`,
      ` ${code} `
    ]) {
      document.body.replaceChildren();
      const here = show();
      submit(pasted);
      expect(here.location.hash).toBe(`#class=${code}`);
      expect(here.location.reload).toHaveBeenCalledOnce();
    }
    document.body.replaceChildren();
    const here = show();
    submit(`#class=${code.slice(0, -1)}`);
    expect(here.location.reload).not.toHaveBeenCalled();
    expect(document.querySelector('[role=alert]')!.textContent).toContain('names no class either');
  });

  it('goes on alone, by Esc too, without the class in the address', () => {
    const here = show();
    document.querySelector('dialog')!.dispatchEvent(new Event('cancel', { cancelable: true }));
    expect(document.querySelector('dialog')).toBeNull();
    expect(here.location.replace).toHaveBeenCalledWith(`${ROOT}notebooks/index.html?path=a`);
  });
});
