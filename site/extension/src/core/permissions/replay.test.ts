import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, orderOf, textOf } from '../document/cells';
import { hex } from '../document/source';
import { mergeChanges } from '../envelope/merge';
import { Chance } from '../simulation/chance';
import { stateDigest } from '../sync/digest';
import { checkChange, type ICheckedChange } from './change';
import { craft, numberOf, textOf as textContent, valuesOf } from './crafted.testing';
import { forSegments, NOTEBOOK_LIMITS, TYPE_DEPTH } from './limits';
import { lostBy } from './lost';
import { checkGenesis, Intake, replay } from './replay';
import {
  builtAnew,
  contentOfGenesis,
  cutStory,
  type IContentRow,
  type ICraftedRow,
  type IPlaceRow,
  type IReplayRow,
  replayRow,
  unhex
} from './vectors.testing';
import { GENESIS, type IWritten, Writers } from './writers.testing';

const file = new URL('../../../../../tests/protocol/changes.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as {
  replays: IReplayRow[];
  segments: IReplayRow[];
  places: IPlaceRow[];
  crafted: ICraftedRow[];
  contents: IContentRow[];
};

const checked = ({ client, bytes }: IWritten): ICheckedChange => {
  const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  return read.value;
};
const seen = (doc: Y.Doc): unknown => [
  hex(stateDigest(doc, digest)),
  orderOf(doc).map(({ id, cell, pos }) => [id, pos, textOf(cell), cell.toJSON()]),
  doc.getMap('meta').toJSON()
];
const live = (changes: readonly ICheckedChange[], cuts = new Map<number, number>()): Intake => {
  const intake = new Intake(new Y.Doc(), GENESIS, cuts, null, { bytes: Infinity, changes: Infinity });
  changes.forEach(change => intake.take('', change));
  return intake;
};
const crafted = (
  client: number,
  ...rest: [number, ...(Parameters<typeof craft> extends [number, number, ...infer R] ? R : never)]
): ICheckedChange => {
  const [clock, structs, deletes] = rest;
  return checked({ client, bytes: craft(client, clock, structs, deletes) });
};

const genesisOf = checkGenesis(GENESIS) as { value: ICheckedChange };
const { client: genesisClient } = genesisOf.value;
/** The first cell's text; its letters follow. */
const sourceClock = genesisOf.value.structs.find(({ content }) => content === 'text-type')!.clock;

describe('documents built anew', () => {
  it.each(golden.replays)('[PER5] the golden changes give the golden document: $title', row => {
    const { cells, digest: of, left } = row;
    expect(replayRow(row, NOTEBOOK_LIMITS)).toEqual({ cells, digest: of, left });
  });

  it('[PER5] whatever order changes came in, also as they came: the document is the same as Yjs makes it', () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const chance = new Chance(seed);
      const { written } = new Writers(chance, [5, 2 ** 40, 9]).turns(80);
      const plain = new Y.Doc();
      [GENESIS, ...written.map(({ bytes }) => bytes)].forEach(bytes => Y.applyUpdate(plain, bytes));
      const changes = written.map(checked);
      const built = new Y.Doc();
      const intake = replay(built, GENESIS, chance.shuffle(changes), new Map());
      expect([intake.refused.size, intake.waiting.count]).toEqual([0, 0]);
      expect(seen(built)).toEqual(seen(plain));
      expect(seen(live(chance.shuffle(changes)).doc)).toEqual(seen(plain));
    }
  });

  it('[PER5] with somebody cut off, all have the same document, whether they ever held the cut part or not', () => {
    let shorter = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const chance = new Chance(1000 + seed);
      const { changes, kept, cuts } = cutStory(seed, false, 80);
      // One never held it and took things in as they came; one did and is built anew, without what does not count.
      const never = live(chance.shuffle(kept.map(checked)), new Map(cuts));
      const held = live(chance.shuffle(changes.map(checked)));
      const anew = new Y.Doc();
      const intake = replay(anew, GENESIS, chance.shuffle(kept.map(checked)), cuts);
      expect(seen(never.doc)).toEqual(seen(anew));
      expect([intake.refused.size, intake.waiting.count, never.waiting.count]).toEqual([0, 0, 0]);
      expect([anew.store.pendingStructs, anew.store.pendingDs]).toEqual([null, null]);
      shorter += orderOf(anew).length < orderOf(held.doc).length ? 1 : 0;
      // Nobody is blocked: what somebody writes who still has the cut part is taken.
      const { doc } = held;
      const vector = Y.encodeStateVector(doc);
      doc.clientID = 123;
      (orderOf(doc)[0]!.cell.get('source') as Y.Text).insert(0, 'on ');
      const bytes = Y.mergeUpdates([Y.diffUpdate(Y.encodeStateAsUpdate(doc, vector), vector)]);
      const own = { ...checked({ client: 123, bytes: withoutDeletions(bytes) }) };
      expect(intake.take('', own).kind).toBe('ready');
      expect(anew.store.pendingStructs).toBeNull();
    }
    expect(shorter).toBeGreaterThan(5);
  }, 120_000);

  it('[PER5] a cut that becomes known while changes wait for the cut part lets them go', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { kept, cuts } = cutStory(seed, false, 60);
      const page = live(kept.map(checked));
      cuts.forEach((clock, client) => page.cut(client, clock));
      const anew = new Y.Doc();
      replay(anew, GENESIS, kept.map(checked), cuts);
      expect(page.waiting.count).toBe(0);
      expect(seen(page.doc)).toEqual(seen(anew));
    }
  });

  it.each(golden.crafted)(
    '[PER6] golden crafted places, built anew, give the golden document: $title',
    row => {
      const { cells, digest: of, left, content } = row;
      expect(builtAnew(row)).toEqual({ cells, digest: of, left, content });
    }
  );

  it.each(golden.contents)('[PER6] what a document says has one spelling: $title', ({ genesis, content }) => {
    expect(contentOfGenesis(unhex(genesis))).toBe(content);
  });

  it('[PER6] crafted places, with somebody cut off, give everybody who builds anew the same document', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const chance = new Chance(seed);
      const { kept, cuts } = cutStory(seed, true, 40);
      const [a, b] = [new Y.Doc(), new Y.Doc()];
      replay(a, GENESIS, chance.shuffle(kept.map(checked)), cuts);
      replay(b, GENESIS, chance.shuffle(kept.map(checked)), cuts);
      expect(seen(a)).toEqual(seen(b));
      const page = live(chance.shuffle(kept.map(checked)), new Map(cuts));
      expect(hex(stateDigest(page.doc, digest))).toBe(hex(stateDigest(a, digest)));
    }
  }, 120_000);

  it('[PER6] letters between places that no editor gives stand in an order of their arrival, and in one when built anew', () => {
    let differ = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const chance = new Chance(seed);
      const ids = [0, 1, 2, 3].map(offset => ({ client: genesisClient, clock: sourceClock + 1 + offset }));
      const clocks = new Map([2, 3, 4].map(client => [client, 0]));
      const changes = Array.from({ length: 5 }, () => {
        const client = 2 + chance.below(3);
        const clock = clocks.get(client)!;
        const right = chance.is(0.7) ? chance.pick(ids) : null;
        const change = crafted(client, clock, [
          { left: right && chance.is(0.3) ? null : chance.pick(ids), right }
        ]);
        clocks.set(client, clock + 1);
        ids.push({ client, clock });
        return change;
      });
      const [a, b] = [new Y.Doc(), new Y.Doc()];
      replay(a, GENESIS, chance.shuffle(changes), new Map());
      replay(b, GENESIS, chance.shuffle(changes), new Map());
      expect(seen(a)).toEqual(seen(b));
      const pages = [live(chance.shuffle(changes)), live(chance.shuffle(changes))].map(({ doc }) =>
        seen(doc)
      );
      differ += JSON.stringify(pages[0]) === JSON.stringify(pages[1]) ? 0 : 1;
    }
    expect(differ).toBeGreaterThan(0);
  });

  it('[PER5] what is taken in is nobody’s own change, and says where it is from', () => {
    const doc = new Y.Doc();
    const seenAs: unknown[] = [];
    doc.on('afterTransaction', ({ local, origin }: Y.Transaction) => seenAs.push([local, origin]));
    const [first, ...others] = new Writers(new Chance(1), [5, 9]).turns(10).written.map(checked);
    const intake = new Intake(doc, GENESIS, new Map(), 'others');
    // From before it is applied: whoever writes then holds their place.
    doc.on('beforeTransaction', ({ local, origin }: Y.Transaction) => seenAs.push([local, origin]));
    intake.take('', first!);
    replay(doc, GENESIS, others, new Map(), 'others');
    expect(seenAs.length).toBeGreaterThan(2);
    seenAs.forEach(each => expect(each).toEqual([false, 'others']));
  });

  it('[PER5] what comes together is one step of the document, and what waits is none', () => {
    const { written } = new Writers(new Chance(3), [5]).turns(60);
    const intake = live([]);
    let [begun, updated] = [0, 0];
    intake.doc.on('beforeTransaction', () => (begun += 1));
    intake.doc.on('update', () => (updated += 1));
    const [first, ...rest] = written.slice(0, 3).map(checked) as [ICheckedChange, ...ICheckedChange[]];
    expect(rest.map(each => intake.take('', each).kind)).toEqual(['waiting', 'waiting']);
    expect([begun, updated]).toEqual([0, 0]);
    expect(intake.take('', first)).toMatchObject({ kind: 'ready', changes: { length: 3 } });
    expect([begun, updated]).toEqual([1, 1]);
  });

  it('[PER5] what leaned on the cut part is gone, what did not stays, and what it deleted is back', () => {
    const write = (client: number, doc: Y.Doc, edit: (text: Y.Text) => void): ICheckedChange => {
      doc.clientID = client;
      const vector = Y.encodeStateVector(doc);
      edit(cellsOf(doc).get('g0')!.get('source') as Y.Text);
      const update = Y.diffUpdate(Y.encodeStateAsUpdate(doc, vector), vector);
      return checked({ client, bytes: update });
    };
    const doc = new Y.Doc({ gc: false });
    Y.applyUpdate(doc, GENESIS);
    const changes = [
      write(1, doc, text => text.insert(0, 'ada ')),
      write(2, doc, text => text.insert(4, 'EVE ')),
      write(3, doc, text => text.insert(6, 'inside')),
      write(3, doc, text => text.insert(text.length, ' after'))
    ];
    const before = new Y.Doc();
    replay(before, GENESIS, changes, new Map());
    const textIn = (of: Y.Doc): string => textOf(cellsOf(of).get('g0')!);
    expect(textIn(before)).toBe('ada EVinsideE print(0) # é😀\nlast line after');
    const after = new Y.Doc();
    replay(
      after,
      GENESIS,
      changes.filter(({ client }) => client !== 2),
      new Map([[2, 0]])
    );
    expect(textIn(after)).toBe('ada print(0) # é😀\nlast line after');
    expect(lostBy(new Set([3]), before, after)).toEqual([{ cell: 'g0', text: 'inside' }]);
    expect(lostBy(new Set([1]), before, after)).toEqual([]);
  });

  it('[PER7] what was deleted before is not offered again, also where undo keeps it', () => {
    const [before, after] = [new Y.Doc({ gc: false }), new Y.Doc()];
    [before, after].forEach(doc => Y.applyUpdate(doc, GENESIS));
    before.clientID = 3;
    const source = orderOf(before)[0]!.cell.get('source') as Y.Text;
    source.insert(0, 'kept gone');
    source.delete(4, 5);
    expect(lostBy(new Set([3]), before, after)).toEqual([{ cell: 'g0', text: 'kept' }]);
  });

  it('[PER7] what one loses in a replay is offered again: all of it, and nothing that is still there', () => {
    let found = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const { changes, kept, cuts } = cutStory(seed, false, 80);
      const [before, after] = [new Y.Doc(), new Y.Doc()];
      replay(before, GENESIS, changes.map(checked), new Map());
      replay(after, GENESIS, kept.map(checked), cuts);
      const client = 4_000_000_000;
      const lost = lostBy(new Set([client]), before, after);
      const own = (doc: Y.Doc): number => ownLength(doc, client, before);
      const length = lost.reduce((sum, { text }) => sum + text.length, 0);
      expect(own(before) - own(after)).toBe(length);
      found += length;
    }
    expect(found).toBeGreaterThan(100);
  });
});

/** A state has all deletions there are; a change that is made of one needs all of them. */
function withoutDeletions(bytes: Uint8Array): Uint8Array {
  const { deletionsAt } = checked({ client: 123, bytes });
  return Uint8Array.from([...bytes.subarray(0, deletionsAt), 0]);
}

/** Characters of a client that stand in cells that are shown in `before`, and are not deleted in `doc`. */
function ownLength(doc: Y.Doc, client: number, before: Y.Doc): number {
  let length = 0;
  orderOf(before).forEach(({ cell }) => {
    for (let item = (cell.get('source') as Y.Text)._start; item !== null; item = item.right) {
      for (let at = 0; at < item.length && !item.deleted && item.id.client === client; at += 1) {
        const there = Y.getItem(doc.store, Y.createID(client, item.id.clock + at));
        length += there.deleted ? 0 : 1;
      }
    }
  });
  return length;
}

describe('segments', () => {
  /** What each wrote, cut at random into ranges and merged. */
  const segmentsOf = (chance: Chance, written: readonly IWritten[], mean: number): ICheckedChange[] =>
    [...new Set(written.map(({ client }) => client))].flatMap(client => {
      const own = written.filter(each => each.client === client).map(({ bytes }) => bytes);
      const segments: ICheckedChange[] = [];
      while (own.length > 0) {
        const merged = mergeChanges(own.splice(0, 1 + chance.below(2 * mean)))!;
        const read = checkChange(merged.bytes, client, forSegments(NOTEBOOK_LIMITS));
        expect(read.kind).toBe('read');
        segments.push((read as { value: ICheckedChange }).value);
      }
      return segments;
    });

  it.each(golden.segments)('[PER4] the golden segments give the golden document: $title', row => {
    const { cells, digest: of, left } = row;
    expect(replayRow(row, forSegments(NOTEBOOK_LIMITS))).toEqual({ cells, digest: of, left });
  });

  it('[PER4] segments that need each other are taken in pieces, and give the document of the changes', () => {
    let inPieces = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const chance = new Chance(seed);
      const { written } = new Writers(chance, [5, 2 ** 40, 9]).turns(150);
      const plain = new Y.Doc();
      [GENESIS, ...written.map(({ bytes }) => bytes)].forEach(bytes => Y.applyUpdate(plain, bytes));
      const segments = segmentsOf(chance, written, seed % 2 ? 15 : 60);
      const page = live(chance.shuffle(segments));
      expect([page.waiting.count, page.refused.size, page.isTorn]).toEqual([0, 0, false]);
      expect(seen(page.doc)).toEqual(seen(plain));
      inPieces += segments.length < 8 ? 1 : 0;
      const built = new Y.Doc();
      replay(built, GENESIS, chance.shuffle([...segments, ...written.map(checked)]), new Map());
      expect(seen(built)).toEqual(seen(plain));
    }
    expect(inPieces).toBeGreaterThan(5);
  }, 60_000);

  it('[PER4] the first of each session may wait whatever its size, so that segments always come together', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const chance = new Chance(seed);
      const { written } = new Writers(chance, [5, 2 ** 40, 9]).turns(150);
      const page = new Intake(new Y.Doc(), GENESIS, new Map(), null, { bytes: 0, changes: 0 });
      // Each author's in their order, as logs have them; what is refused is brought again.
      let rest = segmentsOf(chance, written, 15);
      for (let before = -1; rest.length !== before;) {
        before = rest.length;
        rest = rest.filter(segment => page.take('', segment).kind === 'full');
      }
      expect([rest.length, page.waiting.count]).toEqual([0, 0]);
    }
  });

  it('[PER5] with somebody cut off, segments of others give the same document as their changes', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const chance = new Chance(seed);
      const { kept, cuts } = cutStory(seed, false, 100);
      const [a, b] = [new Y.Doc(), new Y.Doc()];
      replay(a, GENESIS, kept.map(checked), cuts);
      const page = live(chance.shuffle(segmentsOf(chance, kept, 20)), new Map(cuts));
      replay(b, GENESIS, segmentsOf(chance, kept, 40), cuts);
      expect(page.waiting.count).toBe(0);
      expect(seen(page.doc)).toEqual(seen(a));
      expect(seen(b)).toEqual(seen(a));
    }
  }, 60_000);

  it('[PER3] a segment of which one piece is refused is not taken at all by who builds anew', () => {
    const good = crafted(2, 0, [{ key: 'x', kind: 7, content: numberOf(1) }]);
    const bytes = craft(1, 0, [
      { key: 'y', kind: 7, content: numberOf(1) },
      { parent: { client: 2, clock: 0 }, key: 'k' }
    ]);
    const read = checkChange(bytes, 1, forSegments(NOTEBOOK_LIMITS));
    const segment = (read as { value: ICheckedChange }).value;
    const page = live([segment, good]);
    expect([[...page.refused.values()].map(({ fault }) => fault), page.isTorn]).toEqual([
      ['misplaced'],
      true
    ]);
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    const whole = replay(a, GENESIS, [segment, good], new Map());
    replay(b, GENESIS, [good], new Map());
    expect([...whole.refused.keys()]).toEqual([segment]);
    expect(seen(a)).toEqual(seen(b));
    // As for who had all that it needs before it came.
    expect(seen(live([good, segment]).doc)).toEqual(seen(b));
  });

  it('[PER5] a segment that reaches beyond where its author counts is not taken', () => {
    const { written } = new Writers(new Chance(1), [5]).turns(30);
    const [segment] = segmentsOf(new Chance(1), written, 1000);
    const page = live([segment!], new Map([[5, segment!.to - 1]]));
    expect(Y.getState(page.doc.store, 5)).toBe(0);
    expect(page.take('', segment!).kind).toBe('cut');
  });
});

describe('places', () => {
  const genesis = checkGenesis(GENESIS);
  const { client: g, structs } = (genesis as { value: ICheckedChange }).value;
  const cell = {
    client: g,
    clock: structs.find(({ parent, key }) => parent === 'cells' && key === 'g0')!.clock
  };
  const typed = structs.filter(({ parent }) => (parent as { clock?: number } | null)?.clock === cell.clock);
  const idOf = (key: string): { client: number; clock: number } => ({
    client: g,
    clock: typed.find(each => each.key === key)!.clock
  });
  const source = idOf('source');
  const letter = { client: g, clock: source.clock + 1 };
  const faultOf = (...changes: ICheckedChange[]): string | undefined =>
    [...live(changes).refused.values()][0]?.fault;

  it('[PER3] the golden changes are taken or refused for their places', () => {
    for (const row of golden.places) {
      const changes = row.changes.map(({ client, bytes }) => checked({ client, bytes: unhex(bytes) }));
      const intake = live(changes);
      expect([
        [...intake.refused.values()].map(({ fault }) => fault),
        hex(stateDigest(intake.doc, digest))
      ]).toEqual([row.faults, row.digest]);
    }
    expect(new Set(golden.places.flatMap(({ faults }) => faults)).size).toBeGreaterThan(2);
  });

  it('[PER3] what is between two places, or in what holds nothing, is refused', () => {
    const pos = idOf('pos');
    expect(faultOf(crafted(1, 0, [{ left: letter, right: pos }]))).toBe('torn');
    expect(faultOf(crafted(1, 0, [{ parent: letter }]))).toBe('inside');
    expect(faultOf(crafted(1, 0, [{ parent: idOf('pos'), key: 'x', kind: 8, content: valuesOf(1) }]))).toBe(
      'inside'
    );
  });

  it('[PER3] text only in texts, values and types only elsewhere, keys in maps and nowhere else', () => {
    const value = { kind: 8, content: valuesOf(1) };
    expect(faultOf(crafted(1, 0, [{ parent: source }]))).toBeUndefined();
    expect(faultOf(crafted(1, 0, [{ parent: source, ...value }]))).toBe('misplaced');
    expect(faultOf(crafted(1, 0, [{ left: letter, kind: 7, content: numberOf(1) }]))).toBe('misplaced');
    expect(faultOf(crafted(1, 0, [{ parent: source, key: 'k' }]))).toBe('misplaced');
    expect(faultOf(crafted(1, 0, [{ parent: cell, ...value }]))).toBe('misplaced');
    expect(faultOf(crafted(1, 0, [{ parent: cell, key: 'k', ...value }]))).toBeUndefined();
    expect(faultOf(crafted(1, 0, [{ left: idOf('pos'), content: textContent('x') }]))).toBe('misplaced');
  });

  it('[PER3] types in types have an end, however many changes they come in', () => {
    const nest = (clock: number): ICheckedChange =>
      crafted(1, clock, [
        { kind: 7, content: numberOf(1), parent: clock ? { client: 1, clock: clock - 1 } : cell, key: 'k' }
      ]);
    const intake = live(Array.from({ length: 20 }, (_, clock) => nest(clock)));
    // The root is 0 and the cell 1.
    expect(Y.getState(intake.doc.store, 1)).toBe(TYPE_DEPTH - 1);
    expect([...intake.refused.values()]).toMatchObject([{ fault: 'deep' }]);
  });

  it('[PER3] of a change that is refused nothing is taken, and nothing of its session after it', () => {
    const intake = live([
      crafted(1, 0, [
        { parent: source },
        { kind: 7, content: numberOf(1), parent: cell, key: 'k' },
        { parent: cell }
      ]),
      crafted(1, 3, [{ parent: source }]),
      crafted(2, 0, [{ parent: source }])
    ]);
    expect([Y.getState(intake.doc.store, 1), Y.getState(intake.doc.store, 2)]).toEqual([0, 1]);
    expect([intake.refused.size, intake.waiting.count]).toEqual([1, 1]);
    // Another side of a fork, which may count after all, is seen as if the first had never been.
    intake.take('', crafted(1, 0, [{ parent: cell, key: 'k' }]));
    expect([Y.getState(intake.doc.store, 1), intake.refused.size]).toEqual([0, 2]);
    const map = { kind: 7, content: numberOf(1) };
    const other = crafted(1, 0, [
      { ...map, parent: cell, key: 'k' },
      { ...map, parent: { client: 1, clock: 0 }, key: 'k' }
    ]);
    intake.take('', other);
    expect([Y.getState(intake.doc.store, 1), intake.refused.size]).toEqual([2, 2]);
  });
});
