import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unhex } from '../simulation/vectors';
import { Log } from './log';
import {
  act,
  endOf,
  type ICodecRow,
  type IRangeRow,
  type IStoryRow,
  pieceOf,
  proofRow,
  proofRows,
  rangeOf,
  rangeRows,
  recordRow,
  recordRows,
  storyRow
} from './vectors.testing';
import { links } from './writer.testing';

interface IVectors {
  readonly stories: readonly IStoryRow[];
  readonly proofs: readonly ICodecRow[];
  readonly records: readonly ICodecRow[];
  readonly ranges: readonly IRangeRow[];
}

const file = new URL('../../../../../tests/protocol/log.json', import.meta.url);
if (process.env['PEERBOOK_VECTORS'] === 'write') {
  const made: IVectors = {
    stories: [1, 2, 3, 4, 6, 8, 12, 16].map(storyRow),
    proofs: proofRows(),
    records: recordRows(),
    ranges: rangeRows()
  };
  const lines = Object.entries(made).map(
    ([key, rows]) => `"${key}": [\n${(rows as unknown[]).map(row => JSON.stringify(row)).join(',\n')}\n]`
  );
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}
const { stories, proofs, records, ranges } = JSON.parse(readFileSync(file, 'utf8')) as IVectors;

describe('golden vectors', () => {
  it.each(stories)(
    '[LOG1] a log says of each piece what the vectors say: $title',
    ({ pieces, steps, end }) => {
      const given = pieces.map(pieceOf);
      const log = new Log(links);
      steps.forEach(({ says, ...step }, index) =>
        expect([index, act(log, given, step)]).toEqual([index, says])
      );
      expect(endOf(log, given)).toEqual(end);
    }
  );

  it('[LOG1] the vectors tell of everything a log says', () => {
    const said = stories.flatMap(({ steps }) => steps.map(({ says }) => JSON.stringify(says)));
    for (const word of [
      'new',
      'waiting',
      'known',
      'fork',
      'cut',
      'stopped',
      'forked',
      'segment',
      'author',
      'astray'
    ]) {
      expect([word, said.some(each => each.includes(`"${word}"`))]).toEqual([word, true]);
    }
    ['"compacts":true', '"replay":true'].forEach(text =>
      expect([text, said.some(each => each.includes(text))]).toEqual([text, true])
    );
  });

  it.each(proofs)('[LOG5] a proof reads as the golden bytes: $title', row => {
    expect(proofRow(row.title, unhex(row.bytes))).toEqual(row);
  });

  it.each(records)('[LOG14] a record reads as the golden bytes: $title', row => {
    expect(recordRow(row.title, unhex(row.bytes))).toEqual(row);
  });

  it('[LOG13] the same is compacted', () => {
    ranges.forEach(({ pieces, isOver, limit, range }) =>
      expect(rangeOf(pieces, isOver, limit)).toEqual(range)
    );
    expect(ranges.filter(({ range }) => range).length).toBeGreaterThan(15);
  });
});
