/** Signed, sealed envelopes and segments by golden bytes, which Python reads as well. */
import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { ISigner } from '../crypto';
import { firstLink } from './chain';
import { type IWhose, openSegment, sealSegment, verifySegment } from './compact';
import { nodeCrypto } from './crypto.node';
import { decodeEnvelope, type IEnvelope, type Kind } from './envelope';
import { SessionKeys } from './keys';
import { type ISealed, openEnvelope, Sealer, verifyEnvelope } from './seal';
import {
  decodeSegment,
  encodeSegment,
  isSegment,
  type ISegment,
  SEGMENT_BYTES,
  SEGMENT_FAULTS
} from './segment';

const root = new URL('../../../../../tests/protocol/', import.meta.url);
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const read = <Rows>(name: string): Rows => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as Rows;

interface IStreamRow {
  title: string;
  room: string;
  document: string;
  session: string;
  kind: Kind;
  seed: string;
  first: string;
  envelopes: { epoch: number; key: string; change: string; bytes: string; chain: string }[];
}
interface ILook {
  title: string;
  sessionKey: string;
  documentKey: string;
  bytes: string;
  genuine?: boolean;
  opens?: string | null;
  fault?: string;
}
interface IWhoseRow {
  session: string;
  participant: string;
  session_key: string;
}
interface ISegmentLook {
  title: string;
  bytes: string;
  author: IWhoseRow;
  signer: IWhoseRow;
  key: string;
  genuine: boolean;
  opens: string | null;
}
interface ISegmentRow {
  title: string;
  seed: string;
  key: string;
  plain: string;
  bytes: string;
  reads: Record<string, string | number>;
}

const { streams, looks } = read<{ streams: IStreamRow[]; looks: ILook[] }>('sealed.json');
const segments = read<{
  segments: ISegmentRow[];
  looks: ISegmentLook[];
  faults: { title: string; bytes: string; fault: string }[];
}>('segments.json');

const crypto = nodeCrypto();
const keys = new SessionKeys(crypto);

/** What calls back at once, called. */
function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  let got: { value: Value } | null = null;
  ask(value => (got = { value }));
  return (got as { value: Value } | null)!.value;
}

const signerOf = (seed: string): ISigner => now(then => crypto.signer(fromHex(seed), then));
const hexOf = (bytes: Uint8Array | null): string | null => bytes && toHex(bytes);

describe('envelopes by golden bytes', () => {
  it.each(streams)('[ENV2] a stream is sealed, chained and opened as the golden bytes: $title', row => {
    const stream = { room: fromHex(row.room), document: row.document, session: row.session, kind: row.kind };
    const signer = signerOf(row.seed);
    expect(toHex(firstLink(digest, stream))).toBe(row.first);
    const sealer = new Sealer({ keys, digest, signer }, stream, { epoch: 0, key: new Uint8Array(32) });
    for (const each of row.envelopes) {
      const key = fromHex(each.key);
      sealer.use({ epoch: each.epoch, key });
      const made = now<ISealed>(then => sealer.seal(fromHex(each.change), then));
      expect([toHex(made.bytes), toHex(made.chain)]).toEqual([each.bytes, each.chain]);
      const isGenuine = now(then => verifyEnvelope(crypto, signer.key, made.envelope, made.bytes, then));
      const plain = now<Uint8Array | null>(then => openEnvelope(keys, key, made.envelope, made.bytes, then));
      expect([isGenuine, hexOf(plain)]).toEqual([true, each.change]);
    }
  });

  it.each(looks)('[ENV1] what was altered is not genuine or does not open: $title', row => {
    const bytes = fromHex(row.bytes);
    const got = decodeEnvelope(bytes);
    if (got.kind === 'fault') {
      expect(got.fault).toBe(row.fault);
      return;
    }
    const { value } = got as { value: IEnvelope };
    const isGenuine = now(then => verifyEnvelope(crypto, fromHex(row.sessionKey), value, bytes, then));
    const plain = now<Uint8Array | null>(then =>
      openEnvelope(keys, fromHex(row.documentKey), value, bytes, then)
    );
    expect([isGenuine, hexOf(plain)]).toEqual([row.genuine, row.opens]);
  });
});

describe('segments by golden bytes', () => {
  const whoseOf = ({ session, participant, session_key }: IWhoseRow): IWhose => {
    return { session, participant, sessionKey: fromHex(session_key) };
  };
  const segmentOf = (bytes: Uint8Array): ISegment => (decodeSegment(bytes) as { value: ISegment }).value;

  it.each(segments.segments)('[ENV7] reads and is made as the golden bytes: $title', row => {
    const bytes = fromHex(row.bytes);
    const segment = segmentOf(bytes);
    const { room, document, session, kind, epoch, from, to, chainFrom, chainTo, signer, nonce } = segment;
    expect({
      room: toHex(room),
      document,
      session,
      kind,
      epoch,
      first: from,
      end: to,
      chain_first: toHex(chainFrom),
      chain_end: toHex(chainTo),
      signer,
      nonce: toHex(nonce),
      payload: toHex(segment.payload),
      signature: toHex(segment.signature)
    }).toEqual(row.reads);
    expect(isSegment(bytes)).toBe(true);
    expect(toHex(encodeSegment(segment))).toBe(row.bytes);
    const key = { epoch, key: fromHex(row.key) };
    const ports = { keys, digest, signer: signerOf(row.seed) };
    const made = now<Uint8Array>(then => sealSegment(ports, segment, key, fromHex(row.plain), then));
    expect(toHex(made)).toBe(row.bytes);
    expect(hexOf(now(then => openSegment(keys, key.key, segment, then)))).toBe(row.plain);
  });

  it.each(segments.looks)('[ENV7] what was altered is not genuine or does not open: $title', row => {
    const bytes = fromHex(row.bytes);
    const segment = segmentOf(bytes);
    const isGenuine = now(then =>
      verifySegment(crypto, whoseOf(row.author), whoseOf(row.signer), segment, bytes, then)
    );
    expect(isGenuine).toBe(row.genuine);
    expect(hexOf(now(then => openSegment(keys, fromHex(row.key), segment, then)))).toBe(row.opens);
  });

  it.each(segments.faults)('[ENV7] what is no segment is refused for its reason: $title', row => {
    expect(decodeSegment(fromHex(row.bytes))).toEqual({ kind: 'fault', fault: row.fault });
  });

  it('[ENV7] the golden bytes show every reason but size', () => {
    expect(new Set(segments.faults.map(({ fault }) => fault))).toEqual(
      new Set(SEGMENT_FAULTS.filter(fault => fault !== 'too-large'))
    );
    const most = new Uint8Array(SEGMENT_BYTES + 1).fill(18);
    expect(decodeSegment(most)).toEqual({ kind: 'fault', fault: 'too-large' });
  });
});
