/** What an author's own change is sent as, and what is offered to them again: rows that Python reads as well. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { hex } from '../document/source';
import { Chance } from '../simulation/chance';
import { checkChange, type ICheckedChange } from './change';
import { type IChangeLimits, NOTEBOOK_LIMITS } from './limits';
import { type ILost, lostBy } from './lost';
import { replay } from './replay';
import { splitChange } from './split';
import { unhex } from './vectors.testing';
import { GENESIS, type IWritten, Writers } from './writers.testing';

interface ISplitRow {
  readonly title: string;
  readonly client: number;
  readonly change: string;
  readonly structs: number;
  readonly ranges: number;
  readonly pieces: readonly string[];
}

interface ILostRow {
  readonly title: string;
  readonly genesis: string;
  readonly changes: readonly { readonly client: number; readonly bytes: string }[];
  /** Of one client only what is before this clock counts. */
  readonly cut: readonly [client: number, clock: number];
  readonly lost: readonly { readonly client: number; readonly pieces: readonly ILost[] }[];
}

const file = new URL('../../../../../tests/protocol/own.json', import.meta.url);
const [ADA, BEN, EVE] = [11, 2 ** 40, 4_000_000_000] as const;
const UNBOUNDED: IChangeLimits = { ...NOTEBOOK_LIMITS, bytes: Infinity, structs: Infinity, ranges: Infinity };

function checked({ client, bytes }: IWritten): ICheckedChange {
  const read = checkChange(bytes, client, UNBOUNDED);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  return read.value;
}

function written(seed: number, turns: number): readonly IWritten[] {
  return new Writers(new Chance(seed), [ADA, BEN, EVE]).turns(turns).written;
}

function splitRows(): ISplitRow[] {
  return [1, 2, 3].flatMap(seed =>
    [
      [7, 8192],
      [1024, 3],
      [5, 2]
    ].map(([structs, ranges]) => {
      const own = written(seed, 120).filter(({ client }) => client === ADA);
      const change = Y.mergeUpdates(own.map(({ bytes }) => bytes));
      const pieces = splitChange(change, ADA, NOTEBOOK_LIMITS, structs, ranges).map(hex);
      return {
        title: `story ${seed}`,
        client: ADA,
        change: hex(change),
        structs: structs!,
        ranges: ranges!,
        pieces
      };
    })
  );
}

function lostIn(changes: readonly IWritten[], cut: ILostRow['cut']): ILostRow['lost'] {
  const [before, after] = [new Y.Doc(), new Y.Doc()];
  const all = changes.map(checked);
  const kept = all.filter(({ client, to }) => client !== cut[0] || to <= cut[1]);
  replay(before, GENESIS, all, new Map());
  replay(after, GENESIS, kept, new Map([cut]));
  return [ADA, BEN, EVE].map(client => ({ client, pieces: lostBy(new Set([client]), before, after) }));
}

function lostRows(): ILostRow[] {
  return Array.from({ length: 12 }, (_, seed) => {
    const changes = written(seed + 1, 60);
    const of = changes.filter(({ client }) => client === EVE).map(checked);
    const cut = [EVE, of[seed % of.length]?.from ?? 0] as const;
    return {
      ...{ title: `story ${seed + 1}`, genesis: hex(GENESIS), cut, lost: lostIn(changes, cut) },
      changes: changes.map(({ client, bytes }) => ({ client, bytes: hex(bytes) }))
    };
  });
}

if (process.env['PEERBOOK_VECTORS'] === 'write') {
  writeFileSync(file, `${JSON.stringify({ splits: splitRows(), lost: lostRows() }, null, 1)}\n`);
}
const rows = JSON.parse(readFileSync(file, 'utf8')) as { splits: ISplitRow[]; lost: ILostRow[] };

describe('an author’s own', () => {
  it.each(rows.splits)('[PER2] large change goes as these pieces: $title, $structs, $ranges', row => {
    const { client, change, structs, ranges, pieces } = row;
    expect(splitChange(unhex(change), client, NOTEBOOK_LIMITS, structs, ranges).map(hex)).toEqual(pieces);
    expect(pieces.length).toBeGreaterThan(1);
  });

  it.each(rows.lost)('[PER7] words that are gone are these: $title', ({ changes, cut, lost }) => {
    expect(
      lostIn(
        changes.map(({ client, bytes }) => ({ client, bytes: unhex(bytes) })),
        cut
      )
    ).toEqual(lost);
  });

  it('[PER7] words are lost in these stories', () => {
    const honest = rows.lost.flatMap(({ lost }) => lost.filter(({ client }) => client !== EVE));
    expect(honest.flatMap(({ pieces }) => pieces).length).toBeGreaterThan(3);
  });
});
