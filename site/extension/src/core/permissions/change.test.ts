import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeGenesis } from '../document/genesis';
import { Reader } from '../envelope/reader';
import { Chance } from '../simulation/chance';
import { CHANGE_FAULTS, type ChangeFault, checkChange, type ICheckedChange } from './change';
import { craft, craftSome, numberOf, textOf, valuesOf } from './crafted.testing';
import {
  CHANGE_RANGES,
  CHANGE_STRUCTS,
  JSON_DEPTH,
  MOST_CLOCK,
  NOTEBOOK_LIMITS,
  OUTPUTS_LIMITS,
  TYPE_DEPTH,
  WAITING_BYTES,
  WAITING_CHANGES
} from './limits';
import { checkGenesis, Intake } from './replay';
import { splitChange } from './split';
import {
  changeRows,
  contentRows,
  craftedRows,
  type IChangeRow,
  placeRows,
  replayRows,
  segmentRows,
  unhex
} from './vectors.testing';
import { GENESIS, type IWritten, Writers } from './writers.testing';

const folder = new URL('../../../../../tests/protocol/', import.meta.url);
const file = new URL('changes.json', folder);
if (process.env['PEERBOOK_VECTORS'] === 'write') {
  const made = {
    ...{ changes: changeRows(), replays: replayRows(), segments: segmentRows(), places: placeRows() },
    ...{ crafted: craftedRows(), contents: contentRows() }
  };
  writeFileSync(file, `${JSON.stringify(made, null, 1)}\n`);
}
const { changes: rows } = JSON.parse(readFileSync(file, 'utf8')) as { changes: IChangeRow[] };
const limits = JSON.parse(readFileSync(new URL('../../docs/protocol.json', folder), 'utf8')) as Record<
  string,
  number
>;
const check = (bytes: Uint8Array, client: number): ChangeFault | ICheckedChange => {
  const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
  return read.kind === 'read' ? read.value : read.fault;
};
const passed = (bytes: Uint8Array, client: number): ICheckedChange => {
  const checked = check(bytes, client);
  if (typeof checked === 'string') {
    throw new Error(`${checked}: ${Buffer.from(bytes).toString('hex')}`);
  }
  return checked;
};

/** What was written in a few documents, by three people each. */
function stories(count: number, turns: number, genesis: Uint8Array | null): IWritten[][] {
  return Array.from({ length: count }, (_, seed) => {
    const chance = new Chance(seed + 1);
    return new Writers(chance, [11, 2 ** 52 + 5, 4_000_000_000], genesis).turns(turns).written;
  });
}

describe('change', () => {
  it.each(rows.filter(row => row.reads))('[PER1] a change reads as the golden bytes: $title', row => {
    const { from, to, needs, deletes } = passed(unhex(row.bytes), row.client);
    expect({ from, to, needs, deletes }).toEqual(row.reads);
  });

  it.each(rows.filter(row => row.fault))('[PER1] what is none is refused for its reason: $title', row => {
    expect(check(unhex(row.bytes), row.client)).toBe(row.fault);
  });

  it('[PER1] the golden bytes show every reason', () => {
    expect(new Set(rows.map(row => row.fault).filter(Boolean))).toEqual(new Set(CHANGE_FAULTS));
  });

  it.each([
    ['a notebook', GENESIS, NOTEBOOK_LIMITS],
    ['outputs', null, OUTPUTS_LIMITS]
  ] as const)(
    '[PER2] every change that people make in %s passes for its author and for nobody else',
    (_, genesis, of) => {
      for (const written of stories(8, 150, genesis)) {
        expect(written.length).toBeGreaterThan(40);
        written.forEach(({ client, bytes }) => {
          const read = checkChange(bytes, client, of);
          expect(read.kind === 'fault' ? read.fault : 'read').toBe('read');
          if (read.kind === 'read' && read.value.structs.length > 0) {
            expect(checkChange(bytes, client + 1, of)).toEqual({ kind: 'fault', fault: 'client' });
          }
        });
        // As they travel: what one wrote in a while, merged.
        for (const client of new Set(written.map(each => each.client))) {
          const own = written.filter(each => each.client === client).map(({ bytes }) => bytes);
          expect(checkChange(Y.mergeUpdates(own), client, of).kind).toBe('read');
        }
      }
    }
  );

  it('[PER2] a genesis is a change of its own client', () => {
    expect(checkGenesis(GENESIS).kind).toBe('read');
    const empty = makeGenesis({ cells: [], metadata: {} });
    expect(checkGenesis(empty).kind).toBe('read');
  });

  it('[PER1] what a change needs is all that it leans on and deletes of others, and its author’s clocks before', () => {
    const bytes = craft(
      5,
      7,
      [
        { left: { client: 3, clock: 9 }, right: { client: 4, clock: 1 } },
        { left: { client: 5, clock: 7 }, right: { client: 3, clock: 2 } },
        { kind: 8, parent: { client: 6, clock: 0 }, key: 'k', content: valuesOf(1) }
      ],
      [
        [9, [0, 2], [5, 6]],
        [5, [1, 2], [8, 1]]
      ]
    );
    expect(passed(bytes, 5)).toMatchObject({
      from: 7,
      to: 10,
      needs: [
        { client: 3, clock: 9 },
        { client: 4, clock: 1 },
        { client: 5, clock: 6 },
        { client: 6, clock: 0 },
        { client: 9, clock: 10 }
      ]
    });
    const onlyDeletes = passed(craft(5, 0, [], [[5, [1, 2]]]), 5);
    expect(onlyDeletes).toMatchObject({ from: 0, to: 0, needs: [{ client: 5, clock: 2 }] });
  });

  it('[PER1] 10,000 mutated changes: never an exception, in work that grows with the bytes; what passes applies whole', () => {
    const chance = new Chance(7);
    const reads = countReads();
    const faults = new Set<string>();
    let applied = 0;
    const books = stories(10, 60, GENESIS);
    for (let turn = 0; turn < 10_000; turn += 1) {
      const written = chance.pick(books);
      const at = chance.below(Math.min(20, written.length));
      const { client, bytes: good } = written[at]!;
      const bytes = mutate(chance, good);
      reads.count = 0;
      const checked = check(bytes, client);
      expect(reads.count).toBeLessThanOrEqual(2 * bytes.length + 8);
      if (typeof checked === 'string') {
        faults.add(checked);
      } else {
        applied += applies(written.slice(0, at), checked) ? 1 : 0;
      }
    }
    reads.end();
    expect(faults.size).toBeGreaterThan(11);
    expect(applied).toBeGreaterThan(200);
  }, 110_000);

  it('[PER3] changes made of what is there at random apply whole or are refused', () => {
    const chance = new Chance(9);
    let applied = 0;
    const books = stories(6, 60, GENESIS);
    for (let turn = 0; turn < 1200; turn += 1) {
      const before = chance.pick(books).slice(0, 12);
      const ids = idsOf(before);
      const checked = check(craftSome(chance, 77, 0, ids), 77);
      if (typeof checked !== 'string') {
        applied += applies(before, checked) ? 1 : 0;
      }
    }
    expect(applied).toBeGreaterThan(120);
  }, 110_000);

  it('[PER1] limits are those of protocol.json', () => {
    const named = {
      change_structs: CHANGE_STRUCTS,
      change_ranges: CHANGE_RANGES,
      json_depth: JSON_DEPTH,
      type_depth: TYPE_DEPTH,
      most_clock: MOST_CLOCK,
      unresolved_changes: WAITING_CHANGES,
      unresolved_bytes: WAITING_BYTES
    };
    expect(named).toEqual(Object.fromEntries(Object.keys(named).map(key => [key, limits[key]])));
  });

  it('[PER1] a change of more structs, ranges or bytes than there may be is refused', () => {
    const some = (count: number): Uint8Array =>
      craft(
        1,
        0,
        Array.from({ length: count }, () => ({ key: 'k', kind: 8, content: valuesOf(1) }))
      );
    expect(typeof check(some(CHANGE_STRUCTS), 1)).toBe('object');
    expect(check(some(CHANGE_STRUCTS + 1), 1)).toBe('too-large');
    const ranges = (count: number): Uint8Array =>
      craft(1, 0, [], [[9, ...Array.from({ length: count }, (_, at) => [2 * at, 1] as const)]]);
    expect(typeof check(ranges(CHANGE_RANGES), 1)).toBe('object');
    expect(check(ranges(CHANGE_RANGES + 1), 1)).toBe('too-large');
    expect(check(new Uint8Array(NOTEBOOK_LIMITS.bytes + 1), 1)).toBe('too-large');
    expect(check(craft(1, MOST_CLOCK - 1, [{ key: 'k', content: textOf('ab') }]), 1)).toBe('clock');
    expect(check(craft(1, 0, [{ kind: 0, content: numberOf(MOST_CLOCK) }]), 1)).toBeTypeOf('object');
  });

  it('[PER2] an author’s change of too many structs goes as several that say the same', () => {
    const [written] = stories(1, 300, GENESIS);
    const own = written!.filter(({ client }) => client === 11).map(({ bytes }) => bytes);
    const whole = Y.mergeUpdates(own);
    const pieces = splitChange(whole, 11, NOTEBOOK_LIMITS, 7);
    expect(pieces.length).toBeGreaterThan(10);
    let to = 0;
    for (const piece of pieces) {
      const change = passed(piece, 11);
      expect(change.structs.length).toBeLessThanOrEqual(7);
      expect(change.from).toBe(to);
      to = change.to;
    }
    const [one, many] = [new Y.Doc(), new Y.Doc()];
    const rest = written!.filter(({ client }) => client !== 11).map(({ bytes }) => bytes);
    [GENESIS, ...rest, whole].forEach(bytes => Y.applyUpdate(one, bytes));
    [GENESIS, ...rest, ...pieces].forEach(bytes => Y.applyUpdate(many, bytes));
    expect(many.getMap('cells').toJSON()).toEqual(one.getMap('cells').toJSON());
  });
});

/** Counts what is read, by whichever reader, until `end`. */
function countReads(): { count: number; end(): void } {
  const reads = { count: 0, end: () => Object.assign(Reader.prototype, { byte, take }) as unknown };

  const { byte, take } = Reader.prototype;
  Reader.prototype.byte = function () {
    reads.count += 1;
    return byte.call(this);
  };
  Reader.prototype.take = function (count) {
    reads.count += 1;
    return take.call(this, count);
  };
  return reads;
}

function mutate(chance: Chance, good: Uint8Array): Uint8Array {
  const bytes = good.slice();
  for (let edits = 1 + chance.below(3); edits > 0; edits -= 1) {
    bytes[chance.below(bytes.length)] = chance.is(0.5) ? chance.below(256) : chance.below(12);
  }
  return chance.is(0.1) ? bytes.slice(0, chance.below(bytes.length + 1)) : bytes;
}

function idsOf(written: readonly IWritten[]): { client: number; clock: number }[] {
  const genesis = checkGenesis(GENESIS);
  const checked = written.map(({ client, bytes }) => passed(bytes, client));
  const all = genesis.kind === 'read' ? [genesis.value, ...checked] : checked;
  return all.flatMap(({ client, structs }) =>
    structs.flatMap(({ clock, length }) =>
      Array.from({ length }, (_, offset) => ({ client, clock: clock + offset }))
    )
  );
}

/** Applies a change after others if all is there that it needs; whether it was applied. What must hold then is looked at. */
function applies(before: readonly IWritten[], change: ICheckedChange): boolean {
  const doc = new Y.Doc();
  const intake = new Intake(doc, GENESIS);
  before.forEach(({ client, bytes }) => {
    const taken = intake.take('', passed(bytes, client));
    expect(taken.kind).toBe('ready');
  });
  const vector = Y.decodeStateVector(Y.encodeStateVector(doc));
  const taken = intake.take('', change);
  const after = Y.decodeStateVector(Y.encodeStateVector(doc));
  expect([doc.store.pendingStructs, doc.store.pendingDs]).toEqual([null, null]);
  const isApplied = taken.kind === 'ready' && taken.changes.includes(change);
  if (isApplied && change.structs.length > 0) {
    vector.set(change.client, Math.max(change.to, vector.get(change.client) ?? 0));
  }
  expect(after).toEqual(vector);
  doc.getMap('cells').toJSON();
  return isApplied;
}
