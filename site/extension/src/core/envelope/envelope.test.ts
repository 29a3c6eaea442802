import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../bytes';
import { Chance } from '../simulation/chance';
import { makeSession, sessionBytes, sessionText } from '../session';
import {
  CHANGE_PARTS,
  decodeEnvelope,
  DOCUMENT_CHARS,
  encodeEnvelope,
  ENVELOPE_BYTES,
  envelopeId,
  FAULTS,
  headLength,
  idBytes,
  type IEnvelope,
  plainEnvelope,
  SMALL_BYTES,
  VERSION
} from './envelope';
import { CHANGE_BYTES, cutChange, PAYLOAD_BYTES } from './parts';

type Row = { title: string; bytes: string } & (
  | { id: string; reads: Record<string, string | number>; fault?: undefined }
  | { fault: string; reads?: undefined }
);

const root = new URL('../../../../../', import.meta.url);
const rows = JSON.parse(readFileSync(new URL('tests/protocol/envelope.json', root), 'utf8')) as Row[];
const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
  string,
  number
>;
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const BYTES = ['room', 'payload', 'chain', 'signature'];

function fieldsOf(envelope: IEnvelope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(envelope).map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : value])
  );
}

function envelopeOf(fields: Record<string, string | number>): IEnvelope {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, BYTES.includes(key) ? fromHex(String(value)) : value])
  ) as unknown as IEnvelope;
}

describe('envelope', () => {
  it.each(rows.filter(row => row.reads))('[SYN1] reads and writes as the golden bytes: $title', row => {
    const bytes = fromHex(row.bytes);
    const read = decodeEnvelope(bytes);
    expect(read.kind === 'read' && fieldsOf(read.value)).toEqual(row.reads);
    expect(toHex(encodeEnvelope(envelopeOf(row.reads!)))).toBe(row.bytes);
    expect(toHex(idBytes(envelopeId(digest, bytes)))).toBe((row as { id: string }).id);
  });

  it.each(rows.filter(row => row.fault))(
    '[SYN2] what is no envelope is refused for its reason: $title',
    row => {
      expect(decodeEnvelope(fromHex(row.bytes))).toEqual({ kind: 'fault', fault: row.fault });
    }
  );

  it('[SYN2] the golden bytes show every reason but size', () => {
    expect(new Set(rows.map(row => row.fault).filter(Boolean))).toEqual(
      new Set(FAULTS.filter(fault => fault !== 'too-large'))
    );
    const whole = envelopeOf(rows[0]!.reads!);
    const most = { ...whole, payload: new Uint8Array(ENVELOPE_BYTES - 145) };
    expect(encodeEnvelope(most).byteLength).toBe(ENVELOPE_BYTES);
    expect(() => encodeEnvelope({ ...whole, payload: new Uint8Array(ENVELOPE_BYTES - 144) })).toThrow(
      'too-large'
    );
  });

  it('[SYN2] whatever arrives is read or refused, never an exception, and what reads has one spelling', () => {
    const chance = new Chance(11);
    const good = rows.filter(row => row.reads).map(row => fromHex(row.bytes));
    const found = new Set<string>();
    for (let turn = 0; turn < 30_000; turn += 1) {
      let bytes = chance.is(0.1) ? chance.bytes(chance.below(300)) : chance.pick(good).slice();
      for (let edits = chance.below(4); edits > 0 && bytes.length > 0; edits -= 1) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      bytes = chance.is(0.3) ? bytes.slice(0, chance.below(bytes.length + 1)) : bytes;
      const read = decodeEnvelope(bytes);
      if (read.kind === 'read') {
        expect(toHex(encodeEnvelope(read.value))).toBe(toHex(bytes));
        expect(headLength(bytes)).toBeLessThan(bytes.length);
      }
      found.add(read.kind === 'read' ? 'read' : read.fault);
    }
    expect(found.size).toBeGreaterThan(8);
  });

  it('[SYN2] limits are those of protocol.json', () => {
    expect([VERSION, ENVELOPE_BYTES, SMALL_BYTES, CHANGE_PARTS, DOCUMENT_CHARS]).toEqual(
      ['envelope_version', 'envelope_bytes', 'small_bytes', 'change_parts', 'document_chars'].map(
        key => limits[key]
      )
    );
  });

  it('[SYN1] a session is 16 random bytes in one spelling', () => {
    const chance = new Chance(3);
    for (let turn = 0; turn < 200; turn += 1) {
      const session = makeSession(bytes => bytes.set(chance.bytes(16)));
      expect(session).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
      expect(sessionText(sessionBytes(session))).toBe(session);
      expect(Buffer.from(sessionBytes(session)).toString('base64url')).toBe(session);
    }
    expect(() => sessionBytes('AAAAAAAAAAAAAAAAAAAAAB')).toThrow('Not a session');
  });
});

describe('parts', () => {
  const head = {
    room: new Uint8Array(16),
    document: 'd',
    session: 'AAAAAAAAAAAAAAAAAAAAAA',
    kind: 'document' as const
  };
  const envelopes = (change: Uint8Array, first = 0): IEnvelope[] => {
    const pieces = cutChange(change);
    return pieces.map((piece, part) => ({
      ...plainEnvelope(head, first + part, piece),
      part,
      parts: pieces.length
    }));
  };

  it('[SYN3] a large change is cut into envelopes that hold all of it, in parts of about one size', () => {
    const change = new Chance(5).bytes(5 * PAYLOAD_BYTES + 17);
    const cut = envelopes(change, 9);
    expect(cut.map(({ sequence, part, parts }) => [sequence, part, parts])).toEqual(
      [0, 1, 2, 3, 4, 5].map(part => [9 + part, part, 6])
    );
    cut.forEach(envelope => expect(encodeEnvelope(envelope).byteLength).toBeLessThanOrEqual(ENVELOPE_BYTES));
    const sizes = cut.map(({ payload }) => payload.byteLength);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(cut.length);
    expect(joinBytes(cut.map(({ payload }) => payload))).toEqual(change);
  });

  it('[SYN3] what is larger than all parts together is not cut', () => {
    expect(cutChange(new Uint8Array(CHANGE_BYTES))).toHaveLength(CHANGE_PARTS);
    expect(cutChange(new Uint8Array(CHANGE_BYTES + 1))).toEqual([]);
  });
});
