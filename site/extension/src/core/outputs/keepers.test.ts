import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outputsName } from '../document/name';
import { MOST_MARKS } from '../roster/marks';
import { makeSession } from '../session';
import { Chance } from '../simulation/chance';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { CARRIED_BYTES, Carried } from '../sync/carried';
import type { Engine } from '../sync/engine';
import type { Replica } from '../sync/replica';
import { Outputs } from './outputs';
import { KEEPERS, Keepers } from './keepers';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const participantOf = (index: number): string => index.toString(16).padStart(32, '0');
const sessions = (count: number, chance = new Chance(1)): string[] =>
  Array.from({ length: count }, () => makeSession(bytes => bytes.set(chance.bytes(16))));

/** Who of these takes a document to be theirs to keep. */
function keepersOf(document: string, all: ReadonlyMap<string, string>): string[] {
  return [...all.keys()].filter(session => {
    const keepers = new Keepers(digest, session);
    const others = new Map(all);
    others.delete(session);
    keepers.meet(others);
    return keepers.isOne(document);
  });
}

function introduce(page: Page, index: number): void {
  page.introduce(`p${index}`, index);
}

function leave(pages: Pages, page: Page, others: readonly Page[]): void {
  pages.network.remove(page.session);
  others.forEach(other => {
    pages.part(page, other);
    other.engine.gone(page.session);
  });
}

/** What the engine holds of a document, as a newcomer who follows it would get it. */
function holds(engine: Engine, document: string): boolean {
  return engine.replica(document) !== undefined;
}

describe('keepers of outputs', () => {
  it('[OUT7] are a few besides the author, the same for everybody who knows the same people', () => {
    const all = new Map(sessions(40).map((session, index) => [session, participantOf(index)]));
    const counts = new Map<string, number>();
    for (let author = 0; author < 40; author += 1) {
      const keepers = keepersOf(outputsName(DOCUMENT, participantOf(author)), all).filter(
        session => all.get(session) !== participantOf(author)
      );
      expect(keepers).toHaveLength(KEEPERS);
      keepers.forEach(session => counts.set(session, (counts.get(session) ?? 0) + 1));
    }
    // Nobody carries the class: 40 times 3 over 40 people.
    expect(Math.max(...counts.values())).toBeLessThan(12);
    expect(keepersOf(DOCUMENT, all)).toEqual([]);
  });

  it('[OUT7] when one of them leaves one other takes their place', () => {
    const all = new Map(sessions(40).map((session, index) => [session, participantOf(index)]));
    const document = outputsName(DOCUMENT, participantOf(0));
    const before = keepersOf(document, all).filter(session => all.get(session) !== participantOf(0));
    const rest = new Map(all);
    rest.delete(before[0]!);
    const after = keepersOf(document, rest).filter(session => all.get(session) !== participantOf(0));
    expect(after.filter(session => before.includes(session))).toEqual(before.slice(1));
    expect(after).toHaveLength(KEEPERS);
  });

  it('[OUT7] in a class of twenty outputs are found when their author and keepers have left', () => {
    const pages = new Pages(digest);
    const all = pages.many(20);
    pages.overlay(all);
    all.forEach(introduce);
    pages.clock.advance(5000);
    const [author] = all as [Page];
    const name = outputsName(DOCUMENT, author.participant);
    const outputs = new Outputs();
    author.engine.follow(name, outputs.doc, { kind: 'outputs', genesis: null });
    outputs.splice('c', 0, 0, [{ output_type: 'stream', name: 'stdout', text: 'from p0' }]);
    author.engine.mark(name, { name: 'p0', participant: author.participant, since: 7 });
    pages.clock.advance(20_000);
    let here = all.slice(1);
    const keeping = (): Page[] => here.filter(page => holds(page.engine, name));
    expect(keeping().length).toBeGreaterThanOrEqual(KEEPERS);
    leave(pages, author, here);
    // One keeper after the other goes; each time another takes over.
    for (let turn = 0; turn < 4; turn += 1) {
      pages.clock.advance(30_000);
      expect(keeping().length).toBeGreaterThanOrEqual(KEEPERS);
      const [first] = keeping();
      here = here.filter(page => page !== first);
      leave(pages, first!, here);
      here.forEach((page, index) => pages.join(page, here[(index + 1) % here.length]!));
    }
    pages.clock.advance(30_000);
    const late = pages.open();
    here.slice(0, 4).forEach(page => pages.join(late, page));
    pages.clock.advance(3000);
    expect(late.engine.marks(DOCUMENT)).toEqual([
      { document: DOCUMENT, participant: author.participant, name: 'p0', since: 7 }
    ]);
    const theirs = new Outputs();
    late.engine.follow(name, theirs.doc, { kind: 'outputs', genesis: null });
    pages.clock.advance(20_000);
    expect(theirs.read('c')[0]!.text).toBe('from p0');
    // Who carried it for somebody's question lets go of it; those whose duty it is do not. The newcomer may be one of them.
    pages.clock.advance(900_000);
    expect([KEEPERS - 1, KEEPERS]).toContain(keeping().length);
  });

  it('[OUT7] carried documents are bounded in bytes; what one wrote oneself is never let go of', () => {
    const pages = new Pages(digest);
    const replicas = new Map<string, Replica>();
    const dropped: string[] = [];
    const carried: Carried = new Carried(
      {
        clock: pages.clock,
        replicas,
        isDuty: document => document !== 'idle',
        isOwn: ({ name }) => name === 'own',
        drop: ({ name }) => {
          dropped.push(name);
          replicas.delete(name);
          carried.delete(name);
        }
      },
      10_000
    );
    const put = (name: string, bytes: number): void => {
      replicas.set(name, { name, bytes, isOwn: name === 'own' } as Replica);
      carried.add(name);
    };
    put('own', 6000);
    put('first', 1000);
    put('idle', 1000);
    put('second', 1000);
    expect(dropped).toEqual([]);
    put('third', 2500);
    expect(dropped).toEqual(['idle', 'first']);
    expect(carried.admits('first')).toBe(false);
    carried.touch('third');
    expect(dropped).toEqual(['idle', 'first']);
  });

  it('[OUT8] of one document the latest mark counts, and a mark of another participant is none', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    const name = outputsName(DOCUMENT, a.participant);
    const mark = (since: number, text: string, participant = a.participant): void => {
      a.engine.mark(name, { name: text, participant, since });
      pages.clock.advance(1000);
    };
    mark(5, 'Ada');
    mark(9, 'Ada L.');
    mark(7, 'Ada');
    mark(20, 'Eve', participantOf(2));
    expect(b.engine.marks(DOCUMENT).map(each => each.name)).toEqual(['Ada L.']);
    expect(b.engine.marks('another')).toEqual([]);
  });

  it('[OUT7] [OUT8] limits are those of docs/protocol.json', () => {
    const url = new URL('../../../../../docs/protocol.json', import.meta.url);
    const limits = JSON.parse(readFileSync(url, 'utf8')) as Record<string, number>;
    expect([KEEPERS, CARRIED_BYTES, MOST_MARKS]).toEqual([
      limits.outputs_keepers,
      limits.carried_bytes,
      limits.marks
    ]);
  });
});
