import { describe, expect, it } from 'vitest';
import { inviteLink, isOnlyHere, linkInto, notebookLink, teacherLink } from './links';

const HOME = 'https://school.example/py/';
const CLASS = { code: 'AAECAwQFBgcICQoLDA0OD6P_' };

describe('links of a class', () => {
  it('lie below the site, wherever it is, and carry the invitation where no server sees it', () => {
    expect(inviteLink(HOME, 'first-steps', CLASS)).toBe(
      `${HOME}workshops/first-steps/index.html#class=${CLASS.code}`
    );
    expect(teacherLink(HOME, 'first-steps', CLASS)).toBe(
      `${HOME}class.html?workshop=first-steps#class=${CLASS.code}`
    );
    expect(notebookLink(HOME, 'first-steps/1 hello.ipynb', CLASS)).toBe(
      `${HOME}notebooks/index.html?path=first-steps/1%20hello.ipynb#class=${CLASS.code}`
    );
    expect(new URL(notebookLink(HOME, 'a/b&c#d.ipynb', CLASS)).searchParams.get('path')).toBe(
      'a/b&c#d.ipynb'
    );
  });

  it('are the same ones alone, without an end', () => {
    const alone = `${HOME}notebooks/index.html?path=a/b.ipynb`;
    expect(linkInto(alone, CLASS)).toBe(`${alone}#class=${CLASS.code}`);
    expect(linkInto(`${alone}#class=other`, null)).toBe(alone);
  });

  it.each([
    ['http://localhost:8000/', true],
    ['http://127.0.0.1:8000/', true],
    ['http://[::1]:8000/', true],
    ['http://peerbook.localhost/', true],
    ['http://192.168.1.7:8000/', false],
    ['https://localhost.example/', false]
  ])('%s leads nowhere on another device: %s', (link, only) => {
    expect(isOnlyHere(link)).toBe(only);
  });
});
