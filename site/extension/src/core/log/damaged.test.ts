import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import type { IPiece } from './piece';
import { encodeProof } from './proof';
import { decodeEntries, encodeEntries, entriesOf, type Entry, type IRestored, restore } from './stored';
import { links, spans, Writer } from './writer.testing';

function setting(): { a: Writer; b: Writer; log: Log; back: (...entries: Entry[]) => IRestored } {
  const a = new Writer(new Chance(1));
  a.write(12);
  const b = a.twin(5);
  b.write(7);
  const log = new Log(links);
  const known = new Map([...a.envelopes, ...b.envelopes].map(piece => [piece.bytes.join(), piece]));
  const segments = new Map<string, IPiece>();
  const read = (bytes: Uint8Array): IPiece | null =>
    known.get(bytes.join()) ?? segments.get(bytes.join()) ?? null;
  const back = (...entries: Entry[]): IRestored => restore(log, entries, () => undefined, read);
  const segment = a.segment.bind(a);
  a.segment = (from, to) => {
    const made = segment(from, to);
    segments.set(made.bytes.join(), made);
    return made;
  };
  return { a, b, log, back };
}
const piece = ({ bytes }: IPiece): Entry => ({ kind: 'piece', bytes });
const proofOf = (...pieces: Uint8Array[]): Entry => ({
  kind: 'fork',
  bytes: encodeProof({ introductions: [], pieces })
});
const NONSENSE = Uint8Array.of(1, 2, 3);

describe('what storage gives back', () => {
  it('[LOG14] an entry that goes on after its end is none, whatever its kind', () => {
    const { a } = setting();
    const session = a.session;
    const entries: Entry[] = [
      { kind: 'lift', session, author: 'ada' },
      { kind: 'refuse', session, author: 'ada', hash: new Uint8Array(32) },
      { kind: 'cut', session, author: 'ada', count: 1, chain: new Uint8Array(32) }
    ];
    for (const entry of entries) {
      const bytes = encodeEntries([entry]);
      expect(decodeEntries(bytes).kind).toBe('read');
      const title = bytes.slice(0, 16);
      const longer = Uint8Array.of(...title, bytes[16]! + 1, ...bytes.slice(17), 0);
      expect(decodeEntries(longer)).toEqual({ kind: 'fault', fault: 'entry' });
      const shorter = Uint8Array.of(...title, bytes[16]! - 1, ...bytes.slice(17, -1));
      expect(decodeEntries(shorter)).toEqual({ kind: 'fault', fault: 'entry' });
    }
  });

  it('[LOG14] of whom there is no introduction, none is kept', () => {
    const { a } = setting();
    expect(entriesOf(a.envelopes.slice(0, 1), () => undefined).map(({ kind }) => kind)).toEqual(['piece']);
    const all = entriesOf(a.envelopes.slice(0, 2), () => NONSENSE).map(({ kind }) => kind);
    expect(all).toEqual(['introduction', 'piece', 'introduction', 'piece']);
  });

  it('[LOG14] a piece that cannot be read is counted, and all others are here', () => {
    const { a, log, back } = setting();
    const { unread, left } = back(
      piece(a.envelopes[0]!),
      { kind: 'piece', bytes: NONSENSE },
      piece(a.envelopes[1]!)
    );
    expect([unread, left, log.count(a.session)]).toEqual([1, [], 2]);
  });

  it('[LOG14] a segment is in the place of what it stands for, in whatever order they are', () => {
    const { a, log, back } = setting();
    const segment = a.segment(0, 8);
    back(piece(segment), ...a.envelopes.map(piece));
    expect(spans(log.pieces(a.session))).toBe('0-8 8 9 10 11');
    const other = setting();
    other.back(...other.a.envelopes.map(piece), piece(other.a.segment(4, 8)));
    expect(spans(other.log.pieces(a.session))).toBe('0 1 2 3 4-8 8 9 10 11');
  });

  it('[LOG14] what is behind a gap is left, and nothing that a frontier took away or a fork ended', () => {
    const { a, log, back } = setting();
    const { left } = back(...[0, 1, 3, 4].map(at => piece(a.envelopes[at]!)));
    expect(spans(left)).toBe('3 4');
    const cut: Entry = { kind: 'cut', session: a.session, author: 'ada', count: 2, chain: a.chains[2]! };
    const other = setting();
    expect(other.back(...[0, 1, 2, 4].map(at => piece(other.a.envelopes[at]!)), cut).left).toEqual([]);
    expect([log.count(a.session), other.log.count(a.session)]).toEqual([2, 2]);
  });

  it('[LOG7] a stop is known again, with the envelope that made it, or without', () => {
    const { a, log, back } = setting();
    const stop = (at: number, bytes: Uint8Array): Entry => ({
      kind: 'stop',
      session: a.session,
      place: at,
      piece: bytes
    });
    expect(back(...a.envelopes.slice(0, 4).map(piece), stop(4, new Uint8Array(0))).unread).toBe(0);
    expect([log.count(a.session), log.stopAt(a.session)]).toMatchObject([4, { at: 4, piece: undefined }]);
    const other = setting();
    other.back(...other.a.envelopes.slice(0, 4).map(piece), stop(4, other.a.envelopes[4]!.bytes));
    expect(other.log.stopAt(a.session)?.piece).toBe(other.a.envelopes[4]);
  });

  it('[LOG6] a proof counts when all of it can be read; what is none is passed over', () => {
    const { a, b, log, back } = setting();
    const [one, two, third] = [a.envelopes[7]!.bytes, b.envelopes[7]!.bytes, NONSENSE];
    back({ kind: 'fork', bytes: NONSENSE }, proofOf(one, two, third), proofOf(third, third));
    expect(log.forks).toEqual([]);
    back(proofOf(one, two));
    expect(log.forks).toEqual([a.session]);
  });
});
