import { describe, expect, it } from 'vitest';
import { CONTRACT, type IPair, runCase } from './contract';
import { MemoryPair } from './memory';

/** Letting things happen, for a road flushed by hand. */
export function inMemory(): Promise<IPair> {
  const pair = new MemoryPair('left', 'right');
  return Promise.resolve({
    left: pair.left,
    right: pair.right,
    until: async (what, isSo) => {
      pair.open();
      for (let turn = 0; turn < 100 && !isSo(); turn++) {
        pair.flush();
        await Promise.resolve();
      }
      expect(isSo(), what).toBe(true);
    },
    end: () => undefined
  });
}

describe('memory', () => {
  it.each(CONTRACT)('$title', aCase => runCase(aCase, inMemory));

  it('[CON3] garbage ends the connection on both sides, with a reason', () => {
    const pair = new MemoryPair('left', 'right');
    pair.open();
    // What a page with a mistake, or somebody who means harm, would put on the road.
    (pair.left as unknown as { transmit(channel: string, frame: Uint8Array): void }).transmit(
      'bulk',
      Uint8Array.of(255)
    );
    pair.flush();
    expect(pair.right.state).toEqual({ kind: 'closed', reason: 'garbled' });
    expect(pair.right.fault).toBe('unknown-kind');
    expect(pair.left.state).toEqual({ kind: 'closed', reason: 'other-left' });
  });

  it('[CON4] a sender who never pauses ends the connection, not the page', () => {
    const pair = new MemoryPair('left', 'right');
    pair.open();
    for (let at = 0; at < 20; at++) {
      pair.left.send('bulk', new Uint8Array(1_000_000));
    }
    expect(pair.left.state).toEqual({ kind: 'closed', reason: 'overrun' });
  });

  it('delivers frame by frame, in the order a test wants', () => {
    const pair = new MemoryPair('left', 'right');
    const got: number[] = [];
    pair.right.onMessage((_channel, message) => got.push(message.byteLength));
    pair.open();
    pair.left.send('control', new Uint8Array(20_000));
    expect(pair.step('right')).toBe(true);
    expect(got).toEqual([]);
    expect(pair.step('right')).toBe(true);
    expect(pair.step('right')).toBe(false);
    expect(got).toEqual([20_000]);
  });
});
