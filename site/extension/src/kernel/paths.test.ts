import { describe, expect, it } from 'vitest';

import { findPlace, isPrivate, refusePath } from './paths';

describe('a path that comes from code', () => {
  it.each(['data.csv', 'a/b/c.txt', '.hidden', 'ünïcödé 漢字.txt', '...', 'a..b', '🙂'])(
    'may be %j',
    path => {
      expect(refusePath(path)).toBeNull();
    }
  );

  it.each([
    ['', 'empty'],
    [undefined, 'empty'],
    [{ path: 'x' }, 'empty'],
    ['/etc/passwd', 'absolute'],
    ['..', 'outside'],
    ['../two/secret.txt', 'outside'],
    ['a/../../two', 'outside'],
    ['a/./b', 'outside'],
    ['a//b', 'outside'],
    ['a/', 'outside'],
    ['%2e%2e/two/x', 'characters'],
    ['100%', 'characters'],
    ['drive:file', 'characters'],
    ['a\\..\\b', 'characters'],
    ['a\u0000b', 'characters'],
    ['line\nbreak', 'characters'],
    ['half\ud83d', 'characters'],
    ['x'.repeat(256), 'long'],
    ['a/'.repeat(600) + 'b', 'long']
  ])('is refused as %j: %s', (path, refusal) => {
    expect(refusePath(path)).toBe(refusal);
  });

  it('is nothing for the file list inside of a cache', () => {
    expect(isPrivate('a/__pycache__/b.pyc')).toBe(true);
    expect(isPrivate('a/b.py')).toBe(false);
  });
});

describe('the folder that a notebook sees', () => {
  const slugs = ['one', 'two'];

  it('is its workshop, also from a folder inside', () => {
    expect(findPlace('one', slugs)).toMatchObject({ root: 'one', directory: '', name: 'one' });
    expect(findPlace('one/part/a', slugs)).toMatchObject({ root: 'one', directory: 'part/a', name: 'one' });
  });

  it('is, outside of any workshop, its own folder without the workshops', () => {
    const place = findPlace('', slugs);
    expect(place).toMatchObject({ root: '', directory: '', name: 'notebooks' });
    expect([...place.excluded]).toEqual(slugs);
    expect(findPlace('mine/deep', slugs)).toMatchObject({ root: 'mine/deep', name: 'deep' });
  });

  it('is not taken for a workshop because of a similar name', () => {
    expect(findPlace('one-more', slugs).root).toBe('one-more');
  });
});
