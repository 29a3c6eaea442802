import { describe, expect, it } from 'vitest';

import { SIGNAL, SIGNAL_BYTES } from '../protocol';
import { GRACE, openSignals } from './signals';

const RUN = 7;

/** A worker in the middle of run 7, and the page's hand on the buffer. */
function make() {
  const buffer = new SharedArrayBuffer(SIGNAL_BYTES);
  const words = new Int32Array(buffer);
  const clock = { time: 0 };
  const signals = openSignals(buffer, () => clock.time);
  signals.begin(RUN);
  signals.arm(true);
  const stop = (run = RUN) => void (words[SIGNAL.INTERRUPT] = run);
  /** What Pyodide does every fifty steps of Python; `between` happens on the other side, in the middle of it. */
  const look = (between = () => {}): number => {
    const seen = signals.interruptBuffer[0];
    between();
    signals.interruptBuffer[0] = 0;
    return seen;
  };
  /** What Python is told in the next while. */
  const hear = (): number[] => {
    const heard = [look()];
    clock.time += GRACE;
    heard.push(look());
    clock.time += GRACE;
    return [...heard, look(), look()].filter(signal => signal !== 0);
  };
  return { words, bytes: new Uint8Array(buffer), clock, signals, stop, look, hear };
}

describe('Stop in the shared buffer', () => {
  it('strikes once', () => {
    const { stop, hear } = make();
    expect(hear()).toEqual([]);
    stop();
    expect(hear()).toEqual([2]);
    expect(hear()).toEqual([]);
    stop();
    expect(hear()).toEqual([2]);
  });

  it('is not lost when it comes between Pyodide’s look and its wiping', () => {
    const { stop, look, hear } = make();
    expect(look(stop)).toBe(0);
    expect(hear()).toEqual([2]);
  });

  it('is not lost when it comes before the run has begun, or before it may raise', () => {
    const { signals, stop, hear } = make();
    signals.arm(false);
    signals.end();
    stop(RUN + 1);
    expect(hear()).toEqual([]);
    signals.begin(RUN + 1);
    expect(hear()).toEqual([]);
    signals.arm(true);
    expect(hear()).toEqual([2]);
  });

  it('never means another run', () => {
    const { signals, stop, hear } = make();
    stop();
    signals.end();
    signals.begin(RUN + 1);
    signals.arm(true);
    stop();
    expect(hear()).toEqual([]);
    expect(signals.take()).toBe(false);
  });

  it('strikes a Python that awaits only when no message could be read for a while', () => {
    const { clock, signals, stop, look, hear } = make();
    stop();
    expect(look()).toBe(0);
    clock.time += GRACE - 1;
    expect(look()).toBe(0);
    // The message came: what it meant is taken.
    expect(signals.take()).toBe(true);
    expect(hear()).toEqual([]);
  });

  it('says nothing between two runs', () => {
    const { signals, stop, hear } = make();
    signals.end();
    stop();
    expect(hear()).toEqual([]);
    expect(signals.isInterrupted()).toBe(false);
  });
});

describe('the shared buffer', () => {
  it('ends a wait at once when Stop was pressed before it', () => {
    const { signals, stop } = make();
    stop();
    signals.wait(60_000);
    expect(signals.take()).toBe(true);
    expect(signals.isInterrupted()).toBe(false);
  });

  it('waits as long as it was told when nothing happens', () => {
    const { signals, stop } = make();
    stop(RUN - 1);
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
    const { signals, stop } = make();
    stop();
    expect(signals.waitForAnswer()).toBeNull();
  });
});
