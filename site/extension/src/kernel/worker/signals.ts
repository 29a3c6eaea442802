/** The shared buffer as the worker sees it: waits that end early, and answers. */
import { ANSWER_BYTES, SIGNAL } from '../protocol';

export interface ISignals {
  /** What Pyodide watches: 2 in its first byte raises KeyboardInterrupt. */
  readonly interruptBuffer: Uint8Array;
  /** Forgets an interrupt that came too late. */
  clear(): void;
  isInterrupted(): boolean;
  /** Blocks for at most so many milliseconds; less when interrupted. */
  wait(milliseconds: number): void;
  /** Blocks until the page answers; null when interrupted. */
  waitForAnswer(): string | null;
}

export function openSignals(buffer: SharedArrayBuffer): ISignals {
  const words = new Int32Array(buffer);
  const bytes = new Uint8Array(buffer);
  const isInterrupted = () => Atomics.load(bytes, 0) === 2;
  return {
    interruptBuffer: bytes.subarray(0, 1),
    isInterrupted,
    clear: () => void Atomics.store(words, SIGNAL.INTERRUPT, 0),
    wait: milliseconds => {
      // The count is read before the flag: a wake-up between the two changes the count and the wait ends at once.
      const seen = Atomics.load(words, SIGNAL.WAKE);
      if (!isInterrupted()) {
        Atomics.wait(words, SIGNAL.WAKE, seen, milliseconds);
      }
    },
    waitForAnswer: () => {
      for (;;) {
        const seen = Atomics.load(words, SIGNAL.WAKE);
        if (isInterrupted()) {
          return null;
        }
        const length = Atomics.exchange(words, SIGNAL.ANSWER, 0);
        if (length > 0) {
          // A TextDecoder takes no shared memory: a copy.
          const start = SIGNAL.DATA * 4;
          return new TextDecoder().decode(bytes.slice(start, start + Math.min(length - 1, ANSWER_BYTES)));
        }
        Atomics.wait(words, SIGNAL.WAKE, seen);
      }
    }
  };
}
