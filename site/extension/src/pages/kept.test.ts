import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { INotes } from '../class/identity';
import { makeInvitation } from '../core/class/invitation';
import { offerOf, type IOffer } from './offers';
import { placeIn } from './places';
import { Started } from './started';

const kept = (text: string | null): INotes & { text: string | null } => ({
  text,
  getItem() {
    return this.text;
  },
  setItem(_: string, given: string) {
    this.text = given;
  }
});
const ADA = '0a'.repeat(16);
const aClass = (seed: number) => makeInvitation(bytes => bytes.fill(seed), digest);

describe('classes started on this device', () => {
  it('are found again, the last one first, and not without end', () => {
    const notes = kept(null);
    const started = new Started('/', notes, digest);
    for (let at = 0; at < 20; at += 1) {
      started.add({ workshop: 'w', invitation: aClass(at), at, as: ADA });
    }
    started.add({ workshop: 'w', invitation: aClass(18), at: 30, as: ADA });
    expect(new Started('/', notes, digest).all.map(each => each.at)).toEqual([
      30, 19, 17, 16, 15, 14, 13, 12
    ]);
    expect(started.find(aClass(18))).toMatchObject({ at: 30, as: ADA });
    expect(started.find(aClass(1))).toBeUndefined();
    expect(started.all[0]!.invitation).toEqual(aClass(18));
  });

  it('what is no class is left out', () => {
    for (const text of ['{', '{}', '[null,1,{"workshop":"w","code":"x","at":1,"as":"y"}]']) {
      expect(new Started('/', kept(text), digest).all).toEqual([]);
    }
    expect(new Started('/', null, digest).all).toEqual([]);
  });
});

describe('where one was', () => {
  it('is a notebook of that workshop, or nowhere', () => {
    expect(placeIn('/', kept('{"w":"w/2.ipynb"}'), 'w')).toBe('w/2.ipynb');
    for (const text of [null, '{', 'null', '{"w":1}', '{"w":"other/2.ipynb"}']) {
      expect(placeIn('/', kept(text), 'w')).toBeNull();
    }
  });
});

describe('the workshop of a class', () => {
  const offer = (slug: string): IOffer => ({ slug, title: slug, page: '', steps: new Map() });
  it('is the one the address names, or the only one', () => {
    const offers = [offer('a'), offer('b')];
    expect(offerOf('?workshop=b', offers)).toBe(offers[1]);
    expect(offerOf('', offers)).toBeNull();
    expect(offerOf('', offers.slice(1))).toBe(offers[1]);
    expect(offerOf('?workshop=c', offers)).toEqual({ unknown: 'c' });
    expect(offerOf('?workshop=', [])).toEqual({ unknown: '' });
  });
});
