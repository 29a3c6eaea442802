/** What must not be read anywhere is in nothing that a lesson prints, nor in what prints its parts. */
import { digest } from 'lib0/hash/sha256';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cellsOf } from '../document/cells';
import { encodeMessage } from '../overlay/wire';
import { toHex } from '../tagged';
import type { Pupil } from './pupil';
import { School } from './school';

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const;

/** As bytes are written out: in hex, in both alphabets of base 64, as numbers, as JSON writes arrays of bytes. */
function spellings(bytes: Uint8Array): string[] {
  const base = Buffer.from(bytes);
  return [
    toHex(bytes),
    base.toString('base64').replace(/=+$/, ''),
    base.toString('base64url'),
    [...bytes].join(','),
    JSON.stringify(bytes).slice(1, -1)
  ];
}

const printed = (thing: unknown): string =>
  inspect(thing, { depth: 9, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity })
    .replace(/\s+/g, '')
    .toLowerCase();

describe('keys and secrets', () => {
  afterEach(() => vi.restoreAllMocks());

  it('[IDN5] are in nothing that a lesson prints, and in nothing that its parts are written out as', () => {
    const said: string[] = [];
    for (const method of METHODS) {
      vi.spyOn(console, method).mockImplementation((...all: unknown[]) => {
        said.push(...all.map(printed));
      });
    }
    const school = new School(5, digest);
    const [ada, ben] = [school.arrive('ada'), school.arrive('ben')] as [Pupil, Pupil];
    school.clock.advance(5000);
    const source = cellsOf(ada.deeds.doc).get('a')!.get('source') as {
      insert(at: number, text: string): void;
    };
    source.insert(0, 'words ');
    // What goes wrong is what is printed most.
    for (const type of ['knock', 'admit', 'statement', 'introduction'] as const) {
      const bytes = school.chance.bytes(80);
      ben.neighbours.forEach(from => ben.hear(from, 'control', encodeMessage({ type, bytes })));
    }
    const { society, engine } = school.teacher;
    society.stating.give(ada.participant, 'removed', engine.reachedBy(ada.participant));
    society.stating.beginEpoch('closed');
    school.clock.advance(10_000);
    const { members, joinSecret } = school.course;
    const secrets = [
      joinSecret,
      ...society.keyring.all().map(({ key }) => key),
      ...['teacher', 'ada', 'ben'].map(who => members.rootOf(who).reveal())
    ];
    expect(secrets.length).toBeGreaterThan(5);
    const shown = [
      ...said,
      ...[school.teacher, ben].flatMap(pupil => [
        printed(pupil.society),
        printed(pupil.society.keyring),
        printed(pupil.engine),
        printed(pupil.own),
        JSON.stringify([pupil.society, pupil.society.keyring, pupil.own]).toLowerCase(),
        `${String(pupil.society)} ${String(pupil.society.keyring)}`,
        printed({ ...pupil.own })
      ])
    ].join('\n');
    expect(shown.length).toBeGreaterThan(10_000);
    for (const secret of secrets) {
      for (const spelled of spellings(secret)) {
        expect(shown.includes(spelled.toLowerCase())).toBe(false);
      }
    }
    // That they would be found.
    expect(printed({ key: secrets[1] })).toContain([...secrets[1]!].join(','));
  });
});
