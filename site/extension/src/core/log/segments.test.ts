import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import type { IPiece } from './piece';
import { COMPACT_ENVELOPES, rangeToCompact } from './segments';
import { links, spans, Writer } from './writer.testing';

const part = (piece: IPiece, at: number, parts: number): IPiece => ({ ...piece, part: at, parts });

describe('compaction of one’s own log', () => {
  const live = (count: number): { log: Log; writer: Writer } => {
    const writer = new Writer(new Chance(1));
    const log = new Log(links);
    writer.write(count).forEach(piece => log.take(piece));
    return { log, writer };
  };
  const compact = (log: Log, writer: Writer, isOver = false, limit?: number): string => {
    const range = rangeToCompact(log, writer.session, isOver, limit);
    if (range) {
      const segment = writer.segment(range.from, range.to);
      expect(log.take(segment)).toEqual({ kind: 'known', compacts: true });
      expect(log.compact(segment).length).toBeGreaterThan(1);
    }
    return range ? `${range.from}-${range.to}` : 'none';
  };

  it('[LOG13] a session that goes on compacts what is behind the last envelopes, all of it when it is over', () => {
    const { log, writer } = live(79);
    expect(compact(log, writer)).toBe('none');
    writer.write(1).forEach(piece => log.take(piece));
    expect(compact(log, writer)).toBe('0-64');
    expect(compact(log, writer)).toBe('none');
    expect(log.chainAt(writer.session, 80)).toEqual(writer.chains[80]);
    expect(compact(log, writer, true)).toBe('0-80');
    expect(compact(log, writer, true)).toBe('none');
    expect(spans(log.pieces(writer.session))).toBe('0-80');
    const short = live(1);
    expect(compact(short.log, short.writer, true)).toBe('none');
    expect(compact(new Log(links), writer, true)).toBe('none');
  });

  it('[LOG13] after a long lesson there are few segments, and nothing was signed again often', () => {
    const { log, writer } = live(0);
    let signed = 0;
    for (let turn = 0; turn < 10_000; turn += 1) {
      writer.write(1).forEach(piece => log.take(piece));
      const range = turn % 8 === 0 ? rangeToCompact(log, writer.session, false) : null;
      if (range) {
        log.compact(writer.segment(range.from, range.to));
        signed += range.to - range.from;
      }
    }
    const segments = log.pieces(writer.session).filter(({ form }) => form === 'segment');
    expect(segments.length).toBeLessThanOrEqual(10);
    expect(log.pieces(writer.session).length).toBeLessThan(100);
    expect(signed).toBeLessThan(10 * 10_000);
  });

  it('[LOG13] one segment stands for as much as fits, and never for a part of a change', () => {
    const { log, writer } = live(120);
    const size = writer.envelopes[0]!.bytes.byteLength;
    expect(compact(log, writer, true, 100 * size)).toBe('20-120');
    const large = new Log(links);
    writer.envelopes.forEach((piece, at) =>
      large.take(at < 15 ? piece : at < 35 ? part(piece, at - 15, 20) : piece)
    );
    expect(rangeToCompact(large, writer.session, true, 100 * size)).toEqual({ from: 35, to: 120 });
    const cut = new Log(links);
    const other = new Writer(new Chance(2));
    other.write(90).forEach((piece, index) => cut.take(index < 70 ? piece : part(piece, index - 70, 20)));
    expect(rangeToCompact(cut, other.session, false)).toEqual({ from: 0, to: 70 });
    const open = new Log(links);
    other.envelopes
      .slice(0, 80)
      .forEach((piece, index) => open.take(index < 70 ? piece : part(piece, index - 70, 20)));
    expect(rangeToCompact(open, other.session, true)).toEqual({ from: 0, to: 70 });
  });

  it('[LOG13] the limits are those of protocol.json', () => {
    const root = new URL('../../../../../', import.meta.url);
    const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
      string,
      number
    >;
    expect(limits).toMatchObject({
      compact_envelopes: COMPACT_ENVELOPES
    });
  });
});
