import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import type { IPiece } from './piece';
import { decodeProof, encodeProof, PROOF_PIECES, verifyProof } from './proof';
import { WAITING_BYTES, WAITING_PIECES } from './waiting';
import { links, Writer } from './writer.testing';

const root = new URL('../../../../../', import.meta.url);

describe('proof', () => {
  const chance = new Chance(1);
  const writer = new Writer(chance);
  writer.write(3);
  const twin = writer.twin(2);
  twin.write(1);
  const pieces = [writer.envelopes[2]!, twin.envelopes[2]!];
  const proof = { introductions: [chance.bytes(9)], pieces: pieces.map(({ bytes }) => bytes) };

  it('[LOG5] a proof is read as it was written, in one spelling, or refused for a reason', () => {
    const bytes = encodeProof(proof);
    expect(decodeProof(bytes)).toEqual({ kind: 'read', value: proof });
    const many = (count: number): Uint8Array =>
      Uint8Array.from([...bytes.slice(0, 16), 0, count, ...Array<number[]>(count).fill([1, 7]).flat()]);
    expect(decodeProof(many(PROOF_PIECES)).kind).toBe('read');
    const faults: [Uint8Array, string][] = [
      [bytes.slice(1), 'title'],
      [bytes.slice(0, 9), 'title'],
      [bytes.slice(0, 20), 'cut-short'],
      [bytes.slice(0, -1), 'cut-short'],
      [Uint8Array.from([...bytes, 0]), 'left-over'],
      [Uint8Array.from([...bytes.slice(0, 16), 0x80, 0]), 'number'],
      [many(1), 'pieces'],
      [many(PROOF_PIECES + 1), 'pieces'],
      [Uint8Array.from([...bytes.slice(0, 16), 65]), 'pieces'],
      [Uint8Array.from([...bytes.slice(0, 16), 0, 2, 1, 7, 0]), 'pieces']
    ];
    faults.forEach(([given, reason]) => expect(decodeProof(given)).toEqual({ kind: 'fault', fault: reason }));
    expect(() => encodeProof({ ...proof, pieces: [] })).toThrow('pieces');
  });

  it('[LOG5] whatever arrives as a proof is read or refused, never an exception', () => {
    const good = encodeProof(proof);
    for (let turn = 0; turn < 5000; turn += 1) {
      const bytes = good.slice(0, chance.is(0.5) ? undefined : chance.below(good.length));
      for (let edits = chance.below(4); edits > 0 && bytes.length > 0; edits -= 1) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      const read = decodeProof(bytes);
      if (read.kind === 'read') {
        expect(encodeProof(read.value)).toEqual(bytes);
      }
    }
  });

  it('[LOG5] pieces that are not genuine, of two sessions, or that can all be true prove nothing', () => {
    const other = new Writer(chance);
    other.write(3);
    const check = (
      given: readonly IPiece[],
      genuine: readonly IPiece[] = given
    ): readonly IPiece[] | null => {
      let proven: readonly IPiece[] | null | undefined;
      verifyProof(
        { introductions: [], pieces: given.map(({ bytes }) => bytes) },
        links,
        (bytes, then) => then(genuine.find(piece => piece.bytes === bytes) ?? null),
        found => (proven = found)
      );
      expect(proven).not.toBeUndefined();
      return proven!;
    };
    expect(check(pieces)).toEqual(pieces);
    expect(check(pieces, pieces.slice(1))).toBeNull();
    expect(check(pieces, pieces.slice(0, 1))).toBeNull();
    expect(check([pieces[0]!, pieces[0]!])).toBeNull();
    expect(check(writer.envelopes)).toBeNull();
    expect(check([writer.envelopes[2]!, other.envelopes[2]!])).toBeNull();
    expect(check([...writer.envelopes, writer.segment(0, 2), writer.segment(1, 3)])).toBeNull();
    expect(check([...writer.envelopes, twin.segment(0, 3)])).not.toBeNull();
    expect(check([])).toBeNull();
  });

  it('[LOG3] the limits of logs are those of protocol.json', () => {
    const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
      string,
      number
    >;
    expect(limits).toMatchObject({
      unresolved_bytes: WAITING_BYTES,
      waiting_pieces: WAITING_PIECES,
      proof_pieces: PROOF_PIECES
    });
  });
});
