import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeEnvelope, plainEnvelope } from '../envelope/envelope';
import { encodeSegment } from '../envelope/segment';
import { type IKept, withoutCompacted } from './kept';

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const [ADA, BEN] = ['A'.repeat(22), `${'B'.repeat(21)}A`];
const place = { room: new Uint8Array(16), document: 'd', kind: 'document' as const };
const piece = (bytes: Uint8Array): IKept => ({ kind: 'piece', bytes });
const envelope = (sequence: number, session = ADA): IKept =>
  piece(encodeEnvelope(plainEnvelope({ ...place, session }, sequence, new Uint8Array(1))));
const segment = (from: number, to: number): IKept =>
  piece(
    encodeSegment({
      ...{ ...place, session: ADA, epoch: 0, from, to, signer: ADA },
      ...{ chainFrom: new Uint8Array(32), chainTo: new Uint8Array(32), nonce: new Uint8Array(12) },
      ...{ payload: new Uint8Array(1), signature: new Uint8Array(64) }
    })
  );

describe('what is kept, without what segments took the place of', () => {
  it('[STO10] only what lies whole within a later segment of the same session goes', () => {
    const introduction: IKept = { kind: 'introduction', bytes: new Uint8Array(1) };
    const kept = [introduction, envelope(0), envelope(1), envelope(2), envelope(3), envelope(1, BEN)];
    const inside = segment(1, 3);
    expect(withoutCompacted([...kept, inside], digest)).toEqual([
      ...[introduction, envelope(0), envelope(3), envelope(1, BEN)],
      inside
    ]);
    // A segment that holds it goes before; what comes after it does not lie in it.
    expect(withoutCompacted([segment(1, 3), segment(0, 8)], digest)).toEqual([segment(0, 8)]);
    expect(withoutCompacted([segment(0, 3), segment(2, 8)], digest)).toEqual([segment(0, 3), segment(2, 8)]);
    expect(withoutCompacted([segment(1, 3), envelope(1)], digest)).toEqual([segment(1, 3), envelope(1)]);
    // An envelope takes the place of nothing, nor does what cannot be read.
    const garbage = piece(new Uint8Array([1, 2, 3]));
    expect(withoutCompacted([envelope(1), garbage, envelope(1)], digest)).toEqual([
      ...[envelope(1), garbage, envelope(1)]
    ]);
  });

  it('[STO10] a segment that was refused took the place of nothing', () => {
    const lie = segment(0, 3);
    const refusal: IKept = {
      kind: 'refuse',
      session: ADA,
      author: 'ada',
      hash: digest(lie.kind === 'piece' ? lie.bytes : new Uint8Array(0))
    };
    const kept = [envelope(0), envelope(1), lie, refusal];
    expect(withoutCompacted(kept, digest)).toEqual(kept);
  });
});
