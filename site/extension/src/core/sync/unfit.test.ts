/** What may not be, as it is alone: where a session ends by it, and where it is a fork. */
import { describe, expect, it } from 'vitest';
import type { IReplicaPorts } from './ports';
import { ADA, keys, links, many, set, stage, written } from './replica.testing';

describe('what may not be', () => {
  it('[LOG5, LOG7] in the place of what is here, is a fork; in that of what is not, it waits for that', () => {
    const here = stage();
    const pieces = written(set('a'), set('b'), set('c'));
    const unfit = written(many)[0]!;
    here.take(pieces[0]!);
    expect([here.take({ ...unfit, from: 2, to: 3 }), here.replica.log.limitOf(ADA)]).toEqual([
      'bad',
      Infinity
    ]);
    expect([here.take(pieces[1]!), here.take(pieces[2]!)]).toEqual(['taken', 'taken']);
    expect([here.take({ ...unfit, from: 1, to: 2 }), keys(here.now())]).toEqual(['forked', 'a,b,c']);
    expect([here.told, here.replica.log.doubtedFrom(ADA)]).toEqual([['forked'], 1]);
    // Nothing of it is kept.
    expect(here.replica.bytes).toBe(pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  });

  it.each([true, false])('[LOG10] on the side that counts ends it there (open: %s)', isOpen => {
    let cut: ReturnType<IReplicaPorts['cutOf']> = null;
    const here = stage({ cutOf: () => cut });
    if (!isOpen) {
      here.replica.close();
    }
    const [a, b, other] = [written(set('a'), set('b')), written(many)[0]!, written(set('x'))[0]!];
    a.forEach(here.take);
    cut = { count: 2, chain: links.next(links.next(links.first(ADA), b.hash), other.hash) };
    here.replica.review();
    here.take(a[0]!);
    expect([here.take(b), here.replica.log.limitOf(ADA), keys(here.now())]).toEqual(['bad', 0, '']);
  });
});
