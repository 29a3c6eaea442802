import { digest } from 'lib0/hash/sha256';
import { expect, it } from 'vitest';
import type { IEnvelope } from '../envelope/envelope';
import { encodeRecord } from '../roster/record';
import type { IRoster } from '../roster/roster';
import { sessionText } from '../session';
import { VirtualClock } from '../simulation/time';
import { Custody, TEND_MS } from './custody';
import type { Replica } from './replica';

const sessionOf = (mark: number): string => sessionText(new Uint8Array(16).fill(mark));
const ADA = 'a'.repeat(32);

/** A page among so many others, who left nothing. */
function bench(others: number) {
  const [clock, replicas, found] = [new VirtualClock(), new Map<string, Replica>(), [] as string[]];
  const custody = new Custody({
    ...{ clock, digest, replicas, random: () => 0, session: sessionOf(0) },
    carries: document => document === 'kept',
    drop: () => undefined,
    find: document => found.push(document)
  });
  const records = Array.from({ length: others }, (_, each) => [
    sessionOf(each + 1),
    { name: '', participant: `${each}`.padStart(32, '0'), since: 0 }
  ]);
  custody.met({ records: new Map(records as never) } as unknown as IRoster);
  /** Somebody says that they left outputs of a notebook. */
  const left = (book: number): string => {
    const document = `${`${book}`.padStart(64, '0')}.team.${'0b'.repeat(16)}/outputs.${ADA}`;
    const payload = encodeRecord({ name: 'Ada', participant: ADA, since: 1 });
    const envelope = { document, kind: 'record', session: sessionOf(99), payload } as unknown as IEnvelope;
    custody.hear(envelope, new Uint8Array(1));
    return document;
  };
  return { clock, replicas, found, custody, left };
}

it('[OUT7] a page fetches of what others left what is its to keep, and is not here', () => {
  const { clock, replicas, found, custody, left } = bench(20);
  const names = Array.from({ length: 40 }, (_, book) => left(book));
  const duties = names.filter(name => custody.isDuty(name));
  expect([duties.length > 1, duties.length < 20, custody.isDuty('kept')]).toEqual([true, true, true]);
  replicas.set(duties[0]!, {} as Replica);
  expect(found).toEqual([]);
  clock.advance(TEND_MS);
  expect(found).toEqual(duties.slice(1));
});

it('[OUT7] when people go, it looks again; when nothing is different, it does not', () => {
  const { clock, found, custody, left } = bench(20);
  const names = Array.from({ length: 40 }, (_, book) => left(book));
  clock.advance(TEND_MS);
  const before = found.splice(0).length;
  left(0);
  clock.advance(TEND_MS);
  expect(found).toEqual([]);
  const more = Array.from({ length: 40 }, (_, book) => left(40 + book));
  clock.advance(TEND_MS);
  const duties = more.filter(name => custody.isDuty(name));
  expect([duties.length > 0, found.splice(0).filter(name => more.includes(name))]).toEqual([true, duties]);
  custody.met({ records: new Map() });
  clock.advance(TEND_MS);
  expect([found.length, before < names.length]).toEqual([names.length + more.length, true]);
});
