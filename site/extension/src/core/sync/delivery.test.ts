import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HIGH_WATER_BYTES } from '../connection';
import { Log } from '../log/log';
import { links, Writer } from '../log/writer.testing';
import type { Message } from '../overlay/messages';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { decodeMessage, ENTRIES_BYTES } from '../overlay/wire';
import { Chance } from '../simulation/chance';
import { Delivery } from './delivery';
import type { Replica } from './replica';

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
type Entries = Extract<Message, { type: 'entries' }>;

/** Twelve pieces, the first four as a segment; the last of them of this size. */
function bench(size = 8, large = 3) {
  const a = new Writer(new Chance(1));
  a.write(12 - large);
  a.write(large, size);
  const log = new Log(links);
  log.take(a.segment(0, 4));
  a.envelopes.slice(4).forEach(piece => log.take(piece));
  const said: Entries[] = [];
  const introduced: string[] = [];
  const line = { buffered: 0, drain: (): void => undefined };
  const neighbour = new Neighbour(
    {
      peer: 'ada',
      send: (_, bytes) => said.push((decodeMessage(bytes) as unknown as { value: Entries }).value),
      bufferedBytes: channel => (channel === 'bulk' ? line.buffered : 0),
      drained: () => new Promise(resolve => (line.drain = resolve))
    },
    digest
  );
  const neighbours = new Neighbours();
  neighbours.add(neighbour);
  const replicas = new Map(['d', 'd/outputs.a'].map(name => [name, { name, log } as Replica]));
  const introduce = (_: Neighbour, session: string): void => void introduced.push(session);
  const delivery = new Delivery({ neighbours, replicas, introduce });
  const ask = async (document: string, from = 0): Promise<void> => {
    delivery.hearAsk(neighbour, { type: 'ask', document, wants: [{ session: a.session, from }] });
    await flush();
  };
  const counts = (): (number | string)[] =>
    said.splice(0).map(({ pieces, isLast }) => (isLast ? `${pieces.length} last` : pieces.length));
  return { a, log, said, introduced, line, neighbour, neighbours, ask, counts };
}
const flush = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

describe('answers to who asks for pieces', () => {
  it('[LOG12] are all from the place on, of a document that is here; whose they are goes before', async () => {
    const { a, ask, counts, introduced } = bench();
    await ask('other');
    expect(counts()).toEqual([]);
    await ask('d');
    await ask('d', 6);
    await ask('d/outputs.a');
    expect(counts()).toEqual(['9 last', '6 last', '9 last']);
    expect(introduced[0]).toBe(a.session);
  });

  it('[SYN18] where segments are asked for are segments alone, and all where pieces are to be compared', async () => {
    const { ask, counts } = bench();
    await ask('segments/d');
    await ask('pieces/d');
    await ask('segments/other');
    expect(counts()).toEqual(['1 last', '9 last']);
  });

  it('[SYN18] are also what ended the session where pieces are to be compared, and nowhere else', async () => {
    const { a, log, ask, counts, said } = bench();
    log.stop(a.session, 7);
    await ask('d');
    await ask('segments/d');
    expect(counts()).toEqual(['4 last', '1 last']);
    await ask('pieces/d');
    await ask('pieces/d', 6);
    await ask('pieces/d', 9);
    expect(said[0]!.pieces[4]).toEqual(a.envelopes[7]!.bytes);
    expect(counts()).toEqual(['9 last', '6 last', '3 last']);
  });

  it('[LOG12] go in messages of a bounded size, each with one piece at least', async () => {
    const size = 60_000;
    const { ask, counts } = bench(size, 8);
    await ask('d', 4);
    const each = Math.floor(ENTRIES_BYTES / (size + 10));
    const [full, rest] = [Math.floor(8 / each), 8 % each];
    expect(counts()).toEqual([...Array<number>(full - (rest ? 0 : 1)).fill(each), `${rest || each} last`]);
    const large = bench(ENTRIES_BYTES + 1, 2);
    await large.ask('d', 10);
    expect(large.counts()).toEqual([1, '1 last']);
  });

  it('[LOG12] go at the pace of the line, end when another question comes, or when the neighbour is gone', async () => {
    const { a, ask, counts, line, neighbour, neighbours, said } = bench(ENTRIES_BYTES / 2 + 1);
    line.buffered = HIGH_WATER_BYTES + 1;
    await ask('d', 9);
    expect(counts()).toEqual([1]);
    line.drain();
    await flush();
    expect(counts()).toEqual([1]);
    const first = line.drain;
    await ask('d', 11);
    expect(counts()).toEqual(['1 last']);
    first();
    await flush();
    expect(counts()).toEqual([]);
    await ask('d', 10);
    neighbours.delete(neighbour.peer);
    line.drain();
    await flush();
    expect(said.map(({ pieces }) => pieces)).toEqual([[a.envelopes[10]!.bytes]]);
  });
});
