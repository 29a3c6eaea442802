import { describe, expect, it, vi } from 'vitest';
import { classFragment, holdClass, type IAddressed, inClass, withBranch, withTeam } from './invited';

const CLASS = '#class=abcdefghijklmnopqrstuvwx';

describe('the class in an address', () => {
  it('is told from a place in the page', () => {
    expect(classFragment(CLASS)).toBe(CLASS);
    expect(classFragment(`#a=1&${CLASS.slice(1)}&Heading`)).toBe(CLASS);
    expect(classFragment(`${CLASS}&branch=mine&Heading`)).toBe(`${CLASS}&branch=mine`);
    const team = `${CLASS}&branch=team&team=${'0d'.repeat(16)}`;
    expect(withTeam(`${CLASS}&branch=mine`, '0d'.repeat(16))).toBe(team);
    expect(classFragment(`${team}&Heading`)).toBe(team);
    expect(withBranch(team, 'team')).toBe(`${CLASS}&branch=team`);
    expect(withBranch(CLASS, 'mine')).toBe(`${CLASS}&branch=mine`);
    expect(withBranch(`${CLASS}&branch=mine`, 'team')).toBe(`${CLASS}&branch=team`);
    for (const hash of ['', '#', '#Heading', '#subclass=x', '#class=']) {
      expect(classFragment(hash)).toBe('');
    }
  });

  it('goes along to the next page, beside a place in it, and only once', () => {
    expect(inClass('lab/index.html?path=a', CLASS)).toBe(`lab/index.html?path=a${CLASS}`);
    expect(inClass('a.html#Heading', CLASS)).toBe(`a.html${CLASS}&Heading`);
    expect(inClass(`a.html${CLASS}`, '#class=other')).toBe(`a.html${CLASS}`);
    expect(inClass('a.html#Heading', '')).toBe('a.html#Heading');
  });
});

function page(hash: string) {
  const told: string[] = [];
  let moved = (): void => undefined;
  const write = (_data: unknown, _unused: string, url?: string | URL | null) => void told.push(String(url));
  const location = { hash, href: '', reload: vi.fn() };
  const addressed: IAddressed = {
    location,
    history: { pushState: write, replaceState: write, state: null },
    addEventListener: (_, listener) => void (moved = listener)
  };
  const go = (href: string) => {
    location.href = href;
    location.hash = href.slice(href.indexOf('#'));
    moved();
  };
  return { addressed, told, go, reload: location.reload };
}

describe('a page in a class', () => {
  it('stays in it when its address is written anew', () => {
    const { addressed, told } = page(CLASS);
    holdClass(addressed);
    addressed.history.pushState(null, '', '/lab/index.html');
    addressed.history.replaceState(null, '');
    expect(told).toEqual([`/lab/index.html${CLASS}`, 'undefined']);
  });

  it('stays in it after a link to a heading, and follows another invitation', () => {
    const { addressed, told, go, reload } = page(CLASS);
    holdClass(addressed);
    go('http://a/b?c#Heading');
    expect(told).toEqual([`http://a/b?c${CLASS}&Heading`]);
    go(`http://a/b?c${CLASS}`);
    expect(reload).not.toHaveBeenCalled();
    go('http://a/b?c#class=zzzzzzzzzzzzzzzzzzzzzzzz');
    expect(reload).toHaveBeenCalledOnce();
  });

  it('is let be when it is alone, until it is invited', () => {
    const { addressed, told, go, reload } = page('#Heading');
    holdClass(addressed);
    addressed.history.pushState(null, '', '/x');
    go('http://a/b?c#Other');
    expect(told).toEqual(['/x']);
    expect(reload).not.toHaveBeenCalled();
    go(`http://a/b?c${CLASS}`);
    expect(reload).toHaveBeenCalledOnce();
  });
});
