import { describe, expect, it } from 'vitest';

import { SIGNAL, SIGNAL_BYTES } from '../protocol';
import { openSignals } from './signals';

function make(): { words: Int32Array; bytes: Uint8Array; signals: ReturnType<typeof openSignals> } {
  const buffer = new SharedArrayBuffer(SIGNAL_BYTES);
  return { words: new Int32Array(buffer), bytes: new Uint8Array(buffer), signals: openSignals(buffer) };
}

describe('the shared buffer', () => {
  it('ends a wait at once when Stop was pressed before it', () => {
    const { bytes, signals } = make();
    bytes[0] = 2;
    signals.wait(60_000);
    expect(signals.isInterrupted()).toBe(true);
    signals.clear();
    expect(signals.isInterrupted()).toBe(false);
  });

  it('waits as long as it was told when nothing happens', () => {
    const { signals } = make();
    const start = performance.now();
    signals.wait(20);
    expect(performance.now() - start).toBeGreaterThan(15);
  });

  it('hands over an answer once, the empty one too', () => {
    const { words, bytes, signals } = make();
    bytes.set(new TextEncoder().encode('Zoë'), SIGNAL.DATA * 4);
    words[SIGNAL.ANSWER] = 5;
    expect(signals.waitForAnswer()).toBe('Zoë');
    words[SIGNAL.ANSWER] = 1;
    expect(signals.waitForAnswer()).toBe('');
  });

  it('gives no answer when Stop was pressed', () => {
    const { bytes, signals } = make();
    bytes[0] = 2;
    expect(signals.waitForAnswer()).toBeNull();
  });
});
