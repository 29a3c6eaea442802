/** The page's end of one worker: starting it, talking to it, reaching it while it computes, ending it. */
import {
  ANSWER_BYTES,
  type FromWorker,
  type IStartOptions,
  type Reason,
  SIGNAL,
  SIGNAL_BYTES,
  type ToWorker
} from './protocol';

/** A start in which nothing moves for so long has failed. From the issue: 60 s. */
export const SILENCE = 60_000;

export interface IPythonHandlers {
  message(message: FromWorker): void;
  failed(reason: Reason): void;
}

/** What is used of a Worker. */
export interface IWorker {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  terminate(): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
}

/** One Python in one worker. Ended once, never started again. */
export class Python {
  private worker: IWorker;
  private signals: SharedArrayBuffer | null = null;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private state: 'starting' | 'ready' | 'ended' = 'starting';
  private wrapped = false;
  private outbox: [ToWorker, Transferable[]][] = [];

  constructor(
    options: Omit<IStartOptions, 'signals'>,
    private readonly handlers: IPythonHandlers,
    private readonly spawn: (wrapped: boolean) => IWorker = spawnWorker
  ) {
    if (globalThis.crossOriginIsolated) {
      this.signals = new SharedArrayBuffer(SIGNAL_BYTES);
    }
    this.worker = this.connect();
    this.post({ type: 'start', options: { ...options, signals: this.signals } });
    this.listen();
  }

  /** Whether Stop reaches a Python that computes. */
  get canInterrupt(): boolean {
    return this.signals !== null;
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.outbox.push([message, transfer]);
    if (this.greeted) {
      this.flush();
    }
  }

  /** Asks the run to end: a flag for what computes, a message for what waits. */
  interrupt(run: number): void {
    if (this.signals) {
      Atomics.store(new Int32Array(this.signals), SIGNAL.INTERRUPT, run);
      this.wake();
    }
    this.post({ type: 'interrupt', run });
  }

  /**
   * Hands over the answer to `input()`.
   *
   * @returns whether it was cut: it was longer than ANSWER_BYTES
   */
  answer(value: string): boolean {
    const bytes = new TextEncoder().encode(value);
    const fitting = bytes.slice(0, ANSWER_BYTES);
    if (!this.signals) {
      this.post({ type: 'answer', value });
      return false;
    }
    new Uint8Array(this.signals, SIGNAL.DATA * 4).set(fitting);
    Atomics.store(new Int32Array(this.signals), SIGNAL.ANSWER, fitting.length + 1);
    this.wake();
    return fitting.length < bytes.length;
  }

  end(): void {
    this.state = 'ended';
    clearTimeout(this.silence);
    this.worker.terminate();
    this.outbox = [];
  }

  private greeted = false;

  private wake(): void {
    const words = new Int32Array(this.signals as SharedArrayBuffer);
    Atomics.add(words, SIGNAL.WAKE, 1);
    Atomics.notify(words, SIGNAL.WAKE);
  }

  private flush(): void {
    for (const [message, transfer] of this.outbox.splice(0)) {
      this.worker.postMessage(message, transfer);
    }
  }

  private connect(): IWorker {
    const worker = this.spawn(this.wrapped);
    worker.addEventListener('message', event =>
      this.receive(worker, (event as MessageEvent<FromWorker>).data)
    );
    // Later errors are those of a notebook's own callbacks; the worker tells itself when Python is dead.
    worker.addEventListener('error', () => {
      if (worker === this.worker && !this.greeted) {
        this.fail({ kind: 'unreachable', file: 'kernel.worker.js' });
      }
    });
    worker.addEventListener('messageerror', () => {
      if (worker === this.worker) {
        this.fail({ kind: 'memory' });
      }
    });
    return worker;
  }

  private receive(worker: IWorker, message: FromWorker): void {
    if (worker !== this.worker || this.state === 'ended' || typeof message?.type !== 'string') {
      return;
    }
    this.listen();
    switch (message.type) {
      case 'hello':
        this.greet(message.canEvaluate);
        return;
      case 'ready':
        if (this.state !== 'starting') {
          return;
        }
        this.state = 'ready';
        clearTimeout(this.silence);
        break;
      case 'failed':
      case 'dead':
        this.fail(message.reason);
        return;
    }
    this.handlers.message(message);
  }

  /**
   * A worker whose own response brought no Content-Security-Policy is started again behind a `blob:` address, where
   * the page's policy rules it: then it cannot reach other hosts either. (The policy of its own response, which our
   * server and service worker set, is stricter.)
   */
  private greet(canEvaluate: boolean): void {
    if (this.greeted) {
      return;
    }
    if (canEvaluate && !this.wrapped) {
      this.wrapped = true;
      this.worker.terminate();
      this.worker = this.connect();
      return;
    }
    if (canEvaluate) {
      console.warn('No Content-Security-Policy rules the worker that runs Python.');
    }
    this.greeted = true;
    this.flush();
  }

  /** Starts the clock of silence again. */
  private listen(): void {
    clearTimeout(this.silence);
    if (this.state === 'starting') {
      this.silence = setTimeout(() => this.fail({ kind: 'silent', seconds: SILENCE / 1000 }), SILENCE);
    }
  }

  private fail(reason: Reason): void {
    if (this.state !== 'ended') {
      this.end();
      this.handlers.failed(reason);
    }
  }
}

/** Keeps bundlers from re-bundling the worker as a classic one: Pyodide wants a module. */
function spawnWorker(wrapped: boolean): IWorker {
  const url = new URL('./kernel.worker.js', import.meta.url);
  if (!wrapped) {
    return new Worker(url, { type: 'module' });
  }
  const blob = URL.createObjectURL(
    new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' })
  );
  const worker = new Worker(blob, { type: 'module' });
  // Not sooner: the worker has to have read it.
  worker.addEventListener('message', () => URL.revokeObjectURL(blob), { once: true });
  return worker;
}
