/** What counts of what one document's page was given, and what of one's own is said. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { IPiece } from '../log/piece';
import { craft, numberOf, textOf, valuesOf } from '../permissions/crafted.testing';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import { clientOf, sessionText } from '../session';
import type { IReplicaPorts } from './ports';
import type { Opened } from './reading';

import {
  ADA,
  BEN,
  OWN,
  deep,
  envelope,
  keys,
  links,
  many,
  segment,
  set,
  stage,
  written
} from './replica.testing';

describe('what others wrote', () => {
  it('[PER1] an envelope has as many structs as a change may have; a segment more', () => {
    const one = stage();
    const pieces = written(many, set('a'));
    expect([one.take(pieces[0]!), keys(one.now())]).toEqual(['bad', '']);
    expect(one.take(pieces[1]!)).not.toBe('taken');
    const other = stage();
    expect([other.take(segment(pieces)), other.now().getMap('meta').size]).toEqual(['taken', 1101]);
  });

  it('[ENV6] a part of a change is no change by itself: with the others it is one', () => {
    const here = stage();
    const [whole] = written(meta => [set('a'), set('b'), set('c')].forEach(write => write(meta)));
    const [head, tail] = [whole!.bytes.slice(0, 9), whole!.bytes.slice(9)];
    expect([here.take(envelope(0, head, 0, 2)), keys(here.now())]).toEqual(['taken', '']);
    expect([here.take(envelope(1, tail, 1, 2)), keys(here.now())]).toEqual(['taken', 'a,b,c']);
  });

  it('[PER3] in a page that carries it, too: it is checked, and nothing is built', () => {
    const here = stage();
    here.replica.close();
    const [a, bad, c] = written(set('a'), many, set('c'));
    expect([here.take(a!), here.take(bad!)]).toEqual(['taken', 'bad']);
    expect([here.take(c!), here.replica.doc, here.replica.log.count(ADA)]).toEqual(['refused', null, 1]);
    here.replica.review();
    expect([here.told, here.replica.bytes]).toEqual([[], a!.bytes.byteLength]);
  });

  it('[PER3] what turns out in its place to be none ends its session there, with all that waited for it', () => {
    const here = stage();
    const [a, bad, c] = written(set('a'), deep, set('c'));
    expect([here.take(a!), here.take(c!), here.take(bad!)]).toEqual(['taken', 'waiting', 'bad']);
    expect([keys(here.now()), here.replica.log.limitOf(ADA), here.take(c!)]).toEqual(['a', 1, 'refused']);
    // It stays the one it is when there is no news.
    here.told.length = 0;
    here.replica.review();
    expect([here.told, here.replica.log.limitOf(ADA)]).toEqual([[], 1]);
    expect(here.replica.content === null || keys(here.now()) === 'a').toBe(true);
  });

  it.each([false, true])(
    '[PER3] what turns out later to be misplaced takes what its author wrote after it out of the document; built anew meanwhile: %s',
    isAnew => {
      const here = stage();
      const BEN = sessionText(new Uint8Array(16).fill(3));
      const [ada, ben] = [clientOf(digest, 'd', 'ada', ADA), clientOf(digest, 'd', 'ben', BEN)];
      const letter = (clock: number, left?: number) => {
        const place =
          left === undefined ? { parent: { client: ada, clock: 0 } } : { left: { client: ada, clock: left } };
        return envelope(clock, craft(ada, clock, [{ content: textOf('x'), ...place }]));
      };
      const words = () => (here.now().getMap('cells').get('t') as Y.Text).toJSON();
      here.take(envelope(0, craft(ada, 0, [{ kind: 7, content: numberOf(2), key: 't' }])));
      here.take(letter(1));
      const bens = [
        craft(ben, 0, [{ kind: 1, content: numberOf(1), parent: { client: ada, clock: 2 } }]),
        craft(ben, 1, [], [[ada, [1, 1]]])
      ].map((bytes, at) => ({ ...envelope(at, bytes), session: BEN, author: 'ben', signer: BEN }));
      expect([bens.map(here.take), words()]).toEqual([['taken', 'taken'], '']);
      here.clock.advance(60_000);
      expect([here.replica.isWaiting, here.replica.content !== null]).toEqual([true, true]);
      here.replica.review(isAnew);
      here.take(letter(2, 1));
      here.clock.advance(1000);
      expect([new Set(here.told), words()]).toEqual([new Set(['replayed']), 'xx']);
      expect([here.replica.log.count(BEN), here.replica.log.limitOf(BEN)]).toEqual([0, 0]);
    }
  );

  it('[ENV7] a segment of what may not be is never taken; its session goes on with envelopes', () => {
    const here = stage();
    const pieces = written(set('a'), deep);
    expect(here.take(segment(pieces))).not.toBe('known');
    expect([keys(here.now()), here.told.includes('banned')]).toEqual(['', true]);
    expect([here.take(pieces[0]!), keys(here.now())]).toEqual(['taken', 'a']);
  });

  it('[ENV7] a segment that cannot be opened is not said to lie', () => {
    const pieces = written(set('a'), set('b'));
    const open = (piece: IPiece, then: (opened: Opened) => void): void =>
      then(
        piece.form === 'segment'
          ? { kind: 'locked' }
          : { kind: 'open', plain: piece.bytes, part: 0, parts: 1 }
      );
    const here = stage({ open });
    pieces.forEach(here.take);
    const said = here.take(segment(pieces));
    expect([['taken', 'known'].includes(said), here.told, keys(here.now())]).toEqual([true, [], 'a,b']);
  });

  it('[LOG7] beside one side of a fork is judged anew beside the other, and what was refused is asked for', () => {
    const [ada, ben] = [clientOf(digest, 'd', 'ada', ADA), clientOf(digest, 'd', 'ben', BEN)];
    const [value, map] = [
      craft(ada, 0, [{ kind: 8, parent: 'meta', key: 'map', content: valuesOf(1) }]),
      craft(ada, 0, [{ kind: 7, parent: 'meta', key: 'map', content: numberOf(1) }])
    ].map(bytes => envelope(0, bytes)) as [IPiece, IPiece];
    const within = craft(ben, 0, [
      { kind: 8, parent: { client: ada, clock: 0 }, key: 'in', content: valuesOf(2) }
    ]);
    const next = envelope(1, craft(ada, 1, [{ kind: 8, parent: 'meta', key: 'b', content: valuesOf(3) }]));
    const chain = [map, next].reduce((so, { hash }) => links.next(so, hash), links.first(ADA));
    const { replica, told, now, take } = stage({
      cutOf: session => (session === ADA ? { count: 2, chain } : null)
    });
    expect(take(value)).toBe('taken');
    expect(take({ ...envelope(0, within), session: BEN, author: 'ben', signer: BEN })).toBe('bad');
    expect([replica.log.limitOf(BEN), told]).toEqual([0, []]);
    expect(take(map)).toBe('taken');
    expect([now().getMap('meta').toJSON(), told]).toEqual([{ map: { in: 2 } }, ['replayed', 'resumed']]);
    expect([take(next), told.length]).toEqual(['taken', 2]);
  });

  it('[LOG7] beside what a segment says that is a lie is judged anew when that counts no more', () => {
    const [ada, ben] = [clientOf(digest, 'd', 'ada', ADA), clientOf(digest, 'd', 'ben', BEN)];
    const truth = envelope(0, craft(ada, 0, [{ kind: 7, parent: 'meta', key: 'map', content: numberOf(1) }]));
    const value = craft(ada, 0, [{ kind: 8, parent: 'meta', key: 'map', content: valuesOf(1) }]);
    const lie: IPiece = { ...segment([truth]), bytes: value, hash: new Uint8Array(digest(value)) };
    const within = craft(ben, 0, [
      { kind: 8, parent: { client: ada, clock: 0 }, key: 'in', content: valuesOf(2) }
    ]);
    const { replica, told, now, take } = stage();
    const { log, weighing } = replica;
    const bens = { ...envelope(0, within), session: BEN, author: 'ben', signer: BEN };
    // What is in no map is misplaced.
    expect([take(lie), take(bens), log.limitOf(BEN)]).toEqual(['taken', 'bad', 0]);
    const other: IPiece = { ...segment([truth]), hash: new Uint8Array(32).fill(0xff), bytes: truth.bytes };
    expect([take(other), told, log.limitOf(BEN)]).toEqual(['lie', ['banned'], 0]);
    weighing.hearOriginals(lie, [truth], () => told.push('heard'));
    expect(now().getMap('meta').toJSON()).toEqual({ map: { in: 2 } });
    expect(told).toEqual(['banned', 'banned', 'replayed', 'resumed', 'heard']);
  });

  it('[ROL6] counts as far as is said: less, and again more, and the document is that', () => {
    let count: number | null = null;
    const pieces = written(set('a'), set('b'), set('c'));
    const chains = pieces.reduce((so, { hash }) => [...so, links.next(so.at(-1)!, hash)], [links.first(ADA)]);
    const cutOf: IReplicaPorts['cutOf'] = session =>
      session === ADA && count !== null ? { count, chain: count > 0 ? chains[count]! : null } : null;
    const here = stage({ cutOf });
    pieces.forEach(here.take);
    here.replica.review();
    expect([here.told, keys(here.now())]).toEqual([[], 'a,b,c']);
    // Nothing is taken away: the document is the one it was.
    count = 3;
    here.replica.review();
    expect([here.told, here.now() === here.doc]).toEqual([[], true]);
    count = 1;
    here.replica.review();
    expect([here.told, keys(here.now())]).toEqual([['replayed'], 'a']);
    here.replica.review();
    expect(here.told).toEqual(['replayed']);
    count = 2;
    here.replica.review();
    expect(keys(here.now())).toBe('a,b');
    count = null;
    here.replica.review();
    expect(keys(here.now())).toBe('a,b,c');
    const carrying = stage({ cutOf });
    pieces.forEach(carrying.take);
    carrying.replica.close();
    count = 1;
    carrying.replica.review();
    expect([carrying.replica.log.count(ADA), carrying.told]).toEqual([1, []]);
  });

  it('[LOG7] with other keys for an epoch it is found anew where logs end, in both directions', () => {
    const [first, second] = written(
      meta => meta.set('a', 1),
      meta => meta.set('b', 2)
    ) as [IPiece, IPiece];
    let key = 'new';
    const { replica, now, take } = stage({
      open: (piece, then) =>
        then(
          piece === second && key === 'new'
            ? { kind: 'wrong' }
            : { kind: 'open', plain: piece.bytes, part: piece.part, parts: piece.parts }
        )
    });
    const says = (): [number, unknown] => [replica.log.count(ADA), now().getMap('meta').toJSON()];
    expect([take(first), take(second)]).toEqual(['taken', 'bad']);
    key = 'old';
    replica.review();
    expect([take(second), says()]).toEqual(['refused', [1, { a: 1 }]]);
    replica.review(true);
    expect([take(second), says()]).toEqual(['taken', [2, { a: 1, b: 2 }]]);
    key = 'new';
    replica.review();
    expect(says()).toEqual([2, { a: 1, b: 2 }]);
    replica.review(true);
    expect(says()).toEqual([1, { a: 1 }]);
  });

  it('[SYN17] the document without what was cut off comes when all that one wrote oneself is in it', () => {
    const [later, own]: [(() => void)[], Partial<IPiece>] = [[], { session: OWN, author: 'me', signer: OWN }];
    let [isLate, count] = [false, 2];
    const here = stage({
      cutOf: session => (session === ADA ? { count, chain: null } : null),
      open: (piece, then) => {
        const answer = (): void => then({ kind: 'open', plain: piece.bytes, part: 0, parts: 1 });
        if (isLate) {
          later.push(answer);
        } else {
          answer();
        }
      }
    });
    written(set('a')).forEach(here.take);
    set('mine')(here.now().getMap('meta'));
    here.replica.takeOwn({ ...envelope(0, here.sent[0]!), ...own }, true);
    [isLate, count] = [true, 0];
    here.replica.review();
    expect([later.length > 0, here.told, keys(here.now())]).toEqual([true, [], 'a,mine']);
    while (later.length > 0) {
      later.shift()!();
    }
    expect([here.told, keys(here.now())]).toEqual([['replayed'], 'mine']);
  });

  it('[ROL6] of oneself, who is cut off, what was not said yet is not in the document either', () => {
    let isCut = false;
    const cutOf = () => (isCut ? { count: 0, chain: null } : null);
    const here = stage({ cutOf });
    here.take(written(set('a'))[0]!);
    set('mine')(here.now().getMap('meta'));
    isCut = true;
    here.replica.review();
    expect([here.told, keys(here.now())]).toEqual([['replayed'], '']);
  });

  it('[ROL6] a session that is spoken of is cut before anything of it is here, and only once', () => {
    let count = 0;
    const here = stage({ cutOf: () => ({ count, chain: count > 0 ? links.first(ADA) : null }) });
    here.replica.meet(ADA, 'ada');
    expect([here.replica.log.cutAt(ADA)?.count, here.take(written(set('a'))[0]!)]).toEqual([0, 'refused']);
    count = 1;
    here.replica.meet(ADA, 'ada');
    expect(here.replica.log.cutAt(ADA)?.count).toBe(0);
    const other = stage();
    other.replica.meet(ADA, 'ada');
    expect(other.replica.log.authorOf(ADA)).toBe(undefined);
  });
});

describe('what the document says', () => {
  it('[PER6] is told once all of the log was looked at, and it is quiet; never of outputs', () => {
    const [a, b, c] = written(set('a'), set('b'), set('c'));
    const [here, outputs] = [stage(), stage({}, 'outputs')];
    const content = (): boolean => {
      here.clock.advance(60_000);
      return here.replica.content !== null;
    };
    here.take(a!);
    expect([here.replica.content, content()]).toEqual([null, true]);
    // What the log misses is in nobody's document who has as much of it.
    here.take(c!);
    expect(content()).toBe(true);
    here.take(b!);
    expect(content()).toBe(true);
    set('mine')(here.now().getMap('meta'));
    expect([content(), here.replica.isOwn]).toEqual([false, true]);
    outputs.clock.advance(60_000);
    expect(outputs.replica.content).toBe(null);
    const locked = stage({ open: (_, then) => then({ kind: 'locked' }) });
    locked.take(a!);
    locked.clock.advance(60_000);
    expect(locked.replica.content).toBe(null);
  });

  it('[PER6] is built anew once for each state of the log, when it is quiet, however often somebody differs', () => {
    let opened = 0;
    const open = (piece: IPiece, then: (opened: Opened) => void): void => {
      opened += 1;
      then({ kind: 'open', plain: piece.bytes, part: 0, parts: 1 });
    };
    const here = stage({ open });
    written(set('a'), set('b')).forEach(here.take);
    opened = 0;
    here.replica.settle();
    expect(opened).toBe(0);
    here.clock.advance(60_000);
    for (let turn = 0; turn < 5; turn += 1) {
      here.replica.settle();
    }
    here.clock.advance(600_000);
    here.replica.settle();
    expect([opened, here.told, keys(here.now())]).toEqual([2, [], 'a,b']);
  });
});

describe('what one writes', () => {
  it('[ROL7] as outputs that the class is not given stays on this page; who may again gives it back', () => {
    let may = false;
    const here = stage({ mayWrite: () => may }, 'outputs');
    here.doc.getMap('cells').set('c', 1);
    here.clock.advance(1000);
    here.replica.review();
    expect([here.sent, here.told, here.doc.getMap('cells').size]).toEqual([[], [], 1]);
    may = true;
    here.replica.review();
    expect(here.told).toEqual(['role']);
    here.clock.advance(1000);
    here.replica.review();
    expect(here.told.filter(each => each === 'role')).toEqual(['role']);
  });

  it('[PER2] in one go, part of it too large, is not said from there on', () => {
    const here = stage({ limits: { ...NOTEBOOK_LIMITS, bytes: 20_000 } });
    here.doc.getMap('meta').set('a', 1);
    // More than a change has structs, so it is split: the first half may be, the second may not.
    here.doc.transact(() => {
      const meta = here.doc.getMap('meta');
      for (let index = 0; index < 1030; index += 1) {
        meta.set(`k${index}`, index < 1024 ? 1 : 'x'.repeat(9000));
      }
      meta.set('last', 1);
    });
    here.clock.advance(50);
    const { length } = here.sent;
    here.clock.advance(1000);
    expect([here.told[0], here.sent.length - length]).toEqual(['too-large', 0]);
    expect(here.now().getMap('meta').has('last')).toBe(false);
  });

  it('[PER3] in a place where it may not be is not said, and does not stay', () => {
    const here = stage();
    here.doc.transact(() => deep(here.doc.getMap('meta')));
    here.clock.advance(1000);
    expect([here.told, here.sent, keys(here.now())]).toEqual([['place', 'replayed'], [], '']);
  });

  it('[PER2] in several changes that are too large as one is not said', () => {
    const here = stage({ limits: { ...NOTEBOOK_LIMITS, bytes: 300 } });
    const meta = here.doc.getMap('meta');
    meta.set('a', 1);
    ['b', 'c', 'd'].forEach(key => meta.set(key, 'x'.repeat(150)));
    here.clock.advance(1000);
    expect([here.told, here.sent.length, keys(here.now())]).toEqual([['too-large', 'replayed'], 1, 'a']);
  });

  it('[PER2] and may not be is not said, nor what comes after it, until the document is without it', () => {
    const here = stage({ limits: { ...NOTEBOOK_LIMITS, bytes: 200 } });
    const meta = here.doc.getMap('meta');
    meta.set('a', 1);
    expect([here.replica.isOwn, here.sent.length]).toEqual([true, 1]);
    meta.set('long', 'x'.repeat(500));
    meta.set('b', 2);
    expect([here.sent.length, here.told]).toEqual([1, ['too-large']]);
    here.clock.advance(1000);
    expect([here.told, keys(here.now()), here.sent.length]).toEqual([['too-large', 'replayed'], 'a', 1]);
    here.now().getMap('meta').set('c', 3);
    here.clock.advance(1000);
    expect(here.sent.length).toBe(2);
  });

  it('[SYN4] is one’s own from the first key, and in the log once all parts of it are sealed', () => {
    const here = stage();
    expect(here.replica.isOwn).toBe(false);
    here.doc.getMap('meta').set('a', 1);
    expect(here.replica.isOwn).toBe(true);
    const own = (from: number, bytes: Uint8Array, part: number): IPiece => ({
      ...envelope(from, bytes, part, 2),
      ...{ session: OWN, author: 'me', signer: OWN }
    });
    const [change] = here.sent as [Uint8Array];
    const content = (): boolean => {
      here.clock.advance(60_000);
      return here.replica.content !== null;
    };
    here.replica.takeOwn(own(0, change.slice(0, 3), 0), false);
    expect([content(), here.replica.isOwn]).toEqual([false, true]);
    here.replica.takeOwn(own(1, change.slice(3), 1), true);
    expect([content(), here.replica.isOwn, keys(here.now())]).toEqual([true, true, 'a']);
  });
});
