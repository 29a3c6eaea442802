import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Chance } from '../simulation/chance';
import { stateDigest } from '../sync/digest';
import { beginsWith, mergeChanges } from './merge';
import { readRuns } from './runs';

const root = new URL('../../../../../', import.meta.url);
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

interface IWritten {
  readonly client: number;
  readonly change: Uint8Array;
}

/** Two or three people who write into one document, hearing of each other late; what each wrote, in order. */
function write(chance: Chance, turns: number): { all: IWritten[]; doc: Y.Doc } {
  const docs = Array.from({ length: 2 + chance.below(2) }, () => new Y.Doc());
  docs.forEach(doc => (doc.clientID = 1 + chance.below(2 ** 31) * 2 ** 21 + chance.below(2 ** 21)));
  const all: IWritten[] = [];
  const queues = docs.map(() => [] as Uint8Array[]);
  docs.forEach((doc, at) =>
    doc.on('update', (change: Uint8Array, origin: unknown) => {
      if (origin === 'others') {
        return;
      }
      all.push({ client: doc.clientID, change });
      queues.forEach((queue, other) => other !== at && queue.push(change));
    })
  );
  const hear = (at: number): void => {
    queues[at]!.splice(0).forEach(change => Y.applyUpdate(docs[at]!, change, 'others'));
  };
  docs[0]!.transact(() => {
    for (const name of ['a', 'b']) {
      const cell = new Y.Map<unknown>();
      cell.set('source', new Y.Text('print("Grüße 👋🏽 世界")'));
      cell.set('outputs', new Y.Array());
      docs[0]!.getMap('cells').set(name, cell);
    }
  });
  docs.forEach((_, at) => hear(at));
  for (let turn = 0; turn < turns; turn += 1) {
    const at = chance.below(docs.length);
    if (chance.is(0.3)) {
      hear(at);
    }
    docs[at]!.transact(() => edit(chance, docs[at]!));
  }
  docs.forEach((_, at) => hear(at));
  docs.forEach((_, at) => hear(at));
  return { all, doc: docs[0]! };
}

const WORDS = ['x', 'for i in range(3):\n', '👋', '🏽', 'ü', '世', ' ', '# '];

function edit(chance: Chance, doc: Y.Doc): void {
  const cells = doc.getMap<Y.Map<unknown>>('cells');
  const cell = cells.get(chance.pick(['a', 'b']))!;
  const source = cell.get('source') as Y.Text;
  const outputs = cell.get('outputs') as Y.Array<unknown>;
  const count = Math.min(1 + chance.below(4), source.length);
  switch (chance.below(9)) {
    case 0:
      cell.set('execution_count', chance.below(100));
      break;
    case 1:
      cell.set('metadata', { tags: ['one', null, { deep: [1.5, -3, 2 ** 40, true] }], x: 'ü👋' });
      break;
    case 2:
      outputs.push([new Y.Map([['text', new Y.Text('out')]]), 1, 'two', { data: 'x'.repeat(200) }]);
      break;
    case 3:
      if (outputs.length > 0) {
        outputs.delete(chance.below(outputs.length), 1);
      }
      break;
    case 4:
      cell.set('outputs', new Y.Array());
      break;
    case 5:
    case 6:
      // Anywhere: in the middle of a character of two units as well.
      source.delete(chance.below(source.length - count + 1), count);
      break;
    default: {
      const from = chance.is(0.6) ? source.length : chance.below(source.length + 1);
      [...chance.pick(WORDS)].forEach((key, index) =>
        source.insert(Math.min(from + index, source.length), key)
      );
    }
  }
}

/** What each wrote, cut at random into ranges and merged. */
function mergedBy(chance: Chance, all: readonly IWritten[]): Uint8Array[] {
  const merged: Uint8Array[] = [];
  for (const client of new Set(all.map(each => each.client))) {
    const changes = all.filter(each => each.client === client).map(({ change }) => change);
    while (changes.length > 0) {
      const taken = changes.splice(0, 1 + chance.below(changes.length));
      const whole = mergeChanges(taken);
      expect(whole).not.toBeNull();
      merged.push(whole!.bytes);
    }
  }
  return merged;
}

describe('merging', () => {
  it('[ENV8] whoever takes the merged changes has the document of those who took the changes', () => {
    const chance = new Chance(8);
    for (let story = 0; story < 30; story += 1) {
      const { all, doc } = write(chance, 60);
      const late = new Y.Doc();
      // Together: what two people wrote in turns leans on each other once it is merged.
      Y.applyUpdate(late, Y.mergeUpdates(chance.shuffle(mergedBy(chance, all))));
      expect(late.getMap('cells').toJSON()).toEqual(doc.getMap('cells').toJSON());
      expect(late.store.pendingStructs).toBeNull();
      expect(toHex(stateDigest(late, digest))).toBe(toHex(stateDigest(doc, digest)));
    }
  });

  it('[ENV8] what is merged in steps or at once has one spelling, and merging that again changes nothing', () => {
    const chance = new Chance(9);
    for (let story = 0; story < 30; story += 1) {
      const { all } = write(chance, 40);
      const { client } = all[0]!;
      const changes = all.filter(each => each.client === client).map(({ change }) => change);
      const once = mergeChanges(changes)!;
      const cut = chance.below(changes.length + 1);
      const steps = [changes.slice(0, cut), changes.slice(cut)]
        .filter(some => some.length > 0)
        .map(some => mergeChanges(some)!.bytes);
      expect(toHex(mergeChanges(steps)!.bytes)).toBe(toHex(once.bytes));
      expect(toHex(mergeChanges([once.bytes])!.bytes)).toBe(toHex(once.bytes));
      const { structs, ds } = Y.decodeUpdate(once.bytes);
      expect(once.structs).toBe(structs.length);
      expect(once.ranges).toBe([...ds.clients.values()].reduce((sum, ranges) => sum + ranges.length, 0));
    }
  });

  it('[ENV8] typing is one run, and what was deleted in between is not carried any more', () => {
    const doc = new Y.Doc();
    const changes: Uint8Array[] = [];
    doc.on('update', (change: Uint8Array) => changes.push(change));
    const text = doc.getText('t');
    [...'print(1)'].forEach((key, at) => text.insert(at, key));
    expect(mergeChanges(changes)).toMatchObject({ structs: 1, ranges: 0 });
    for (let run = 0; run < 50; run += 1) {
      doc.getMap('m').set('output', 'x'.repeat(1000));
    }
    const { bytes } = mergeChanges(changes)!;
    expect(changes.reduce((sum, each) => sum + each.byteLength, 0)).toBeGreaterThan(50_000);
    expect(bytes.byteLength).toBeLessThan(2500);
  });

  it('[ENV8] gaps, overlaps, two clients and what is no change are not merged', () => {
    const doc = new Y.Doc();
    const changes: Uint8Array[] = [];
    doc.on('update', (change: Uint8Array) => changes.push(change));
    [...'abc'].forEach((key, at) => doc.getText('t').insert(at, key));
    const [a, b, c] = changes as [Uint8Array, Uint8Array, Uint8Array];
    doc.clientID += 1;
    doc.getText('t').insert(3, 'd');
    expect(mergeChanges([a, b, c])).not.toBeNull();
    expect(mergeChanges([a, c])).toBeNull();
    expect(mergeChanges([a, b, b])).toBeNull();
    expect(mergeChanges([b, a])).toBeNull();
    expect(mergeChanges([a, b, c, changes[3]!])).toBeNull();
    expect(mergeChanges([Y.encodeStateAsUpdate(doc)])).toBeNull();
    expect(mergeChanges([a, new Uint8Array(0)])).toBeNull();
    expect(mergeChanges([a, Uint8Array.of(0, 0, 0)])).toBeNull();
  });

  it('[ENV8] whatever arrives is read or refused, never an exception, in work bounded by its bytes', () => {
    const chance = new Chance(10);
    const good = write(chance, 200).all.map(({ change }) => change);
    let read = 0;
    for (let turn = 0; turn < 8000; turn += 1) {
      const bytes = chance.pick(good).slice();
      for (let edits = chance.below(4); edits > 0; edits -= 1) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      const merged = mergeChanges([chance.is(0.2) ? bytes.slice(0, chance.below(bytes.length)) : bytes]);
      if (merged) {
        read += 1;
        // Numbers that were not in their shortest spelling are not read; so nothing grows but by what is cut.
        expect(toHex(mergeChanges([merged.bytes])!.bytes)).toBe(toHex(merged.bytes));
      }
    }
    expect(read).toBeGreaterThan(1000);
    // A million values promised in a few bytes; JSON in JSON without end.
    expect(readRuns(fromHex('01010100080101740000c0843d'))).toBeNull();
    const deep = [1, 1, 1, 0, 8, 1, 1, 116, 1, ...Array<number[]>(5000).fill([117, 1]).flat(), 126, 0];
    expect(readRuns(Uint8Array.from(deep))).toBeNull();
  });
});

describe('merging by golden bytes', () => {
  type Row = { title: string; changes: string[]; merged: string | null };
  type Begins = { title: string; merged: string; changes: string[]; begins: boolean };
  const { merges, begins } = JSON.parse(
    readFileSync(new URL('tests/protocol/segments.json', root), 'utf8')
  ) as { merges: Row[]; begins: Begins[] };

  it.each(begins)('[ENV10] begins with: $title', ({ merged, changes, begins: is }) => {
    expect(beginsWith(fromHex(merged), changes.map(fromHex))).toBe(is);
  });

  it.each(merges)('[ENV8] $title', ({ changes, merged }) => {
    const got = mergeChanges(changes.map(fromHex));
    expect(got && toHex(got.bytes)).toBe(merged);
  });
});
