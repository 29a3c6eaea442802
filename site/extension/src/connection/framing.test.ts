import { describe, expect, it } from 'vitest';
import { CHANNELS, MESSAGE_BYTES, type Channel } from '../core/connection';
import { Assembler, FRAME_BYTES, LARGEST_BYTES, splitMessage, type FrameFault } from './framing';
import { bytesOf, sameBytes, seeded } from './testing';

const together = (frames: Uint8Array[]): Uint8Array | undefined => {
  const assembler = new Assembler();
  let message: Uint8Array | undefined;
  for (const frame of frames) {
    const result = assembler.take(frame);
    expect(result.kind).not.toBe('fault');
    if (result.kind === 'message') {
      message = result.message;
    }
  }
  return message;
};

const faultOf = (...frames: Uint8Array[]): FrameFault | undefined => {
  const assembler = new Assembler();
  for (const frame of frames) {
    const result = assembler.take(frame);
    if (result.kind === 'fault') {
      return result.fault;
    }
  }
  return undefined;
};

describe('framing', () => {
  const edge = FRAME_BYTES - 1;
  it.each([
    0,
    1,
    edge - 4,
    edge - 1,
    edge,
    edge + 1,
    2 * edge - 4,
    2 * edge - 3,
    100_000,
    MESSAGE_BYTES,
    LARGEST_BYTES
  ])('[CON2] a message of %i bytes comes back the same, in frames of at most 16 KiB', size => {
    const message = bytesOf(size, size);
    const frames = splitMessage('bulk', message);
    expect(Math.max(...frames.map(frame => frame.byteLength))).toBeLessThanOrEqual(FRAME_BYTES);
    expect(frames.length).toBe(size <= edge ? 1 : Math.ceil((size + 4) / edge));
    expect(sameBytes(together(frames), message)).toBe(true);
  });

  it('[CON2] two channels, their frames interleaved at random, are two messages', () => {
    const random = seeded(7);
    for (let round = 0; round < 50; round++) {
      const sent = { control: bytesOf(40_000 + round, round), bulk: bytesOf(70_000, round + 1) };
      const queues = CHANNELS.map(channel => splitMessage(channel, sent[channel]));
      const assembler = new Assembler();
      const got: { [channel in Channel]?: Uint8Array } = {};
      while (queues.some(queue => queue.length)) {
        const queue = queues[Math.floor(random() * 2)]!;
        const frame = queue.shift();
        const result = frame && assembler.take(frame);
        if (result?.kind === 'message') {
          got[result.channel] = result.message;
        }
      }
      CHANNELS.forEach(channel => expect(sameBytes(got[channel], sent[channel])).toBe(true));
    }
  });

  it('[CON2] more than a road carries is refused before anything is sent', () => {
    expect(() => splitMessage('bulk', new Uint8Array(LARGEST_BYTES + 1))).toThrow(RangeError);
  });

  it('[CON3] says what is wrong with a frame', () => {
    const [first, more] = splitMessage('control', bytesOf(40_000, 1)) as [Uint8Array, Uint8Array, Uint8Array];
    const claims = (length: number): Uint8Array => {
      const frame = first.slice();
      new DataView(frame.buffer).setUint32(1, length);
      return frame;
    };
    expect(faultOf(new Uint8Array())).toBe('empty');
    expect(faultOf(new Uint8Array(FRAME_BYTES + 1))).toBe('frame-too-large');
    expect(faultOf(Uint8Array.of(3))).toBe('unknown-kind');
    expect(faultOf(Uint8Array.of(8))).toBe('unknown-kind');
    expect(faultOf(claims(LARGEST_BYTES + 1))).toBe('message-too-large');
    expect(faultOf(claims(100))).toBe('wrong-length');
    expect(faultOf(first.slice(0, 1000))).toBe('wrong-length');
    expect(faultOf(first, more.slice(0, 1000))).toBe('wrong-length');
    expect(faultOf(claims(FRAME_BYTES + 10), more)).toBe('wrong-length');
    expect(faultOf(more)).toBe('no-beginning');
    expect(faultOf(first, first)).toBe('not-finished');
    expect(faultOf(first, Uint8Array.of(0, 1, 2))).toBe('not-finished');
  });

  it('[CON3] any bytes are a message, a part or a fault, never an exception, and no more memory than came', () => {
    const random = seeded(42);
    for (let round = 0; round < 3_000; round++) {
      const assembler = new Assembler();
      const valid = splitMessage(
        random() < 0.5 ? 'control' : 'bulk',
        bytesOf(Math.floor(random() * 60_000), round)
      );
      let came = 0;
      for (const frame of valid) {
        const mutated = frame.slice(0, random() < 0.2 ? Math.floor(random() * frame.byteLength) : undefined);
        for (let hits = Math.floor(random() * 3); hits > 0 && mutated.byteLength; hits--) {
          mutated[Math.floor(random() * Math.min(6, mutated.byteLength))] = Math.floor(random() * 256);
        }
        came += mutated.byteLength;
        const result = assembler.take(mutated);
        if (result.kind === 'fault') {
          break;
        }
        if (result.kind === 'message') {
          expect(result.message.byteLength).toBeLessThanOrEqual(came);
        }
      }
    }
  });
});
