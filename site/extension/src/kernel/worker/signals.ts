/** The shared buffer as the worker sees it: Stop, waits that end early, and answers. */
import { ANSWER_BYTES, SIGNAL } from '../protocol';

/** What raises KeyboardInterrupt in Pyodide. */
const SIGINT = 2;

/**
 * Milliseconds in which a Python that awaits takes Stop as a message, between two of its steps. Only one that goes on
 * computing is struck where it is: an exception in the middle of its event loop would lose what was next in there.
 */
export const GRACE = 100;

/**
 * What Pyodide looks at while Python computes. It reads [0] and then writes 0 there, whatever it has read: given the
 * shared bytes themselves, it would wipe out a Stop that comes between the two (measured: one in thirty of an empty loop).
 */
export interface IInterruptBuffer {
  0: number;
}

export interface ISignals {
  readonly interruptBuffer: IInterruptBuffer;
  /** From here on Stop means this run; what was meant for another is nothing any more. */
  begin(run: number): void;
  /** The run is over. */
  end(): void;
  /** Whether Stop may raise where Python is: in a cell's code, not in what is around it. */
  arm(isArmed: boolean): void;
  isInterrupted(): boolean;
  /** Whether the run is to stop; it is told once. */
  take(): boolean;
  /** Blocks for at most so many milliseconds; less when interrupted. */
  wait(milliseconds: number): void;
  /** Blocks until the page answers; null when interrupted. */
  waitForAnswer(): string | null;
}

export function openSignals(buffer: SharedArrayBuffer, now: () => number): ISignals {
  const words = new Int32Array(buffer);
  const bytes = new Uint8Array(buffer);
  let run = 0;
  let isArmed = false;
  let noticed: number | null = null;
  let hasStruck = false;
  const isInterrupted = () => run > 0 && Atomics.load(words, SIGNAL.INTERRUPT) === run;
  const take = () => {
    noticed = null;
    // Only what was meant for this run is wiped out.
    return run > 0 && Atomics.compareExchange(words, SIGNAL.INTERRUPT, run, 0) === run;
  };
  return {
    interruptBuffer: {
      get 0() {
        hasStruck = false;
        if (!isArmed || !isInterrupted()) {
          return 0;
        }
        noticed ??= now();
        hasStruck = now() - noticed >= GRACE;
        return hasStruck ? SIGINT : 0;
      },
      set 0(_value) {
        if (hasStruck) {
          hasStruck = false;
          take();
        }
      }
    },
    begin: of => {
      run = of;
      noticed = null;
    },
    end: () => {
      run = 0;
      isArmed = false;
    },
    arm: is => {
      isArmed = is;
    },
    isInterrupted,
    take,
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
