/** The kernel's worker: the realm in which a notebook's Python lives. One per notebook. */
import type { FromWorker, IFileChanges, IStartOptions, Reason, ToWorker } from '../protocol';
import { boot, HOME, type IBooted, type IWorkerSide } from './boot';
import { StartError } from './fetching';
import { Mirror, type IFileSystem } from './mirror';
import { canEvaluate, cutRealm } from './realm';
import { type ISignals, openSignals } from './signals';

/** Milliseconds between two looks for written files while a cell runs. */
const FILES_PERIOD = 2000;

/** Milliseconds between two reports of bytes. */
const BYTES_PERIOD = 100;

// Taken before the realm is cut: a notebook's code has no way to these.
const post = self.postMessage.bind(self) as (message: FromWorker, transfer?: Transferable[]) => void;
const setTimer = self.setTimeout.bind(self);
const clearTimer = self.clearTimeout.bind(self);
const now = performance.now.bind(performance);

let signals: ISignals | null = null;
let booted: IBooted | null = null;
let mirror: Mirror | null = null;
let dead = false;
let run = 0;
let running = false;
let stopped = false;
let looked = 0;
let answer: ((value: string | null) => void) | null = null;
let endWait: (() => void) | null = null;
/** Files that arrived before there was a file system. */
const early: IFileChanges[] = [];

const side: IWorkerSide = {
  emit: items => post({ type: 'output', run, items }),
  tick: () => {
    if (running && now() - looked > FILES_PERIOD) {
      sendFiles();
    }
  },
  wait: milliseconds => {
    if (signals) {
      signals.wait(milliseconds);
    } else {
      pause(milliseconds);
    }
    return signals?.take() ?? false;
  },
  ask: (prompt, password) => {
    sendFiles();
    post({ type: 'ask', run, prompt, password });
    const value = signals?.waitForAnswer() ?? null;
    if (value === null) {
      signals?.take();
    }
    return value;
  },
  ask_later: (prompt, password) =>
    new Promise(resolve => {
      answer = resolve;
      post({ type: 'ask', run, prompt, password });
    }),
  wait_later: milliseconds =>
    new Promise(resolve => {
      const timer = setTimer(() => resolve(false), milliseconds);
      endWait = () => {
        clearTimer(timer);
        resolve(true);
      };
    }),
  comm: (kind, content, metadata, buffers) => post({ type: 'comm', kind, content, metadata, buffers }),
  get has_signals() {
    return signals !== null;
  },
  arm: isArmed => signals?.arm(isArmed),
  is_stopped: () => stopped
};

/** A wait that nothing can end, where there is neither a shared buffer nor a way to pause Python. */
function pause(milliseconds: number): void {
  const end = now() + milliseconds;
  while (now() < end) {
    // Nothing to do: a worker without shared memory has no other way to pass the time.
  }
}

function sendFiles(): void {
  looked = now();
  const changes = mirror?.collect();
  if (changes) {
    post(
      { type: 'files', ...changes },
      changes.write.flatMap(entry => (entry.bytes ? [entry.bytes.buffer] : []))
    );
  }
}

function die(reason: Reason): void {
  if (!dead) {
    dead = true;
    post({ type: 'dead', reason });
  }
}

function onFatal(error: { name?: string; message?: string }): void {
  die(error.name === 'Exit' ? { kind: 'exited' } : blame(error));
}

/** What a broken WebAssembly says of itself, sorted. */
function blame(error: unknown): Reason {
  if (error instanceof StartError) {
    return error.reason;
  }
  const { name = '', message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  if (/out of memory|OOM|allocation failed|could not allocate|Cannot enlarge memory/i.test(message)) {
    return { kind: 'memory' };
  }
  if (name === 'Exit') {
    return { kind: 'exited' };
  }
  const first = message.trim().split('\n').pop() ?? '';
  return { kind: 'crashed', detail: first.slice(0, 200) };
}

async function start(options: IStartOptions): Promise<void> {
  if (options.signals) {
    signals = openSignals(options.signals, now);
  }
  let told = 0;
  let got = 0;
  const result = await boot(
    options,
    side,
    {
      bytes: sum => {
        got = sum;
        if (now() - told > BYTES_PERIOD) {
          told = now();
          post({ type: 'bytes', got });
        }
      },
      fetched: () => {
        post({ type: 'bytes', got });
        post({ type: 'fetched' });
      },
      alive: () => post({ type: 'alive' })
    },
    onFatal
  );
  const { pyodide, python } = result;
  const root = `${HOME}/${options.folder}`;
  // Pyodide's own type leaves out what it takes from Emscripten.
  const fs = pyodide.FS as unknown as IFileSystem & { chdir(path: string): void };
  mirror = new Mirror(fs, root);
  early.splice(0).forEach(changes => mirror?.apply(changes));
  const directory = options.directory ? `${root}/${options.directory}` : root;
  fs.mkdirTree(directory);
  fs.chdir(directory);
  mirror.collect();
  if (signals) {
    // Pyodide uses nothing else of an array.
    pyodide.setInterruptBuffer(signals.interruptBuffer as unknown as Uint8Array);
  }
  const stubborn = cutRealm(globalThis);
  if (stubborn.length > 0) {
    console.warn('Still reachable from Python:', stubborn);
  }
  booted = { pyodide, python };
  setInterval(() => side.tick(), FILES_PERIOD);
  post({ type: 'ready' });
}

async function execute(message: Extract<ToWorker, { type: 'execute' }>): Promise<void> {
  if (!booted || dead) {
    return;
  }
  run = message.run;
  running = true;
  stopped = false;
  looked = now();
  signals?.begin(run);
  let reply = '';
  try {
    const { code, count, silent, storeHistory, expressions, parent } = message;
    reply = await booted.python.run(code, count, silent, storeHistory, expressions, parent);
  } catch (error) {
    die(blame(error));
    return;
  } finally {
    running = false;
    signals?.end();
    answer = null;
    endWait = null;
  }
  sendFiles();
  post({ type: 'done', run: message.run, reply });
}

function interrupt(of: number): void {
  if (!running || of !== run || !booted) {
    return;
  }
  // This message was read, so Python is not computing: it has not begun, or waits for an answer, in a sleep, in `await`.
  stopped = true;
  signals?.take();
  if (answer) {
    answer(null);
    answer = null;
  } else if (endWait) {
    endWait();
    endWait = null;
  } else {
    booted.python.interrupt();
  }
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'start':
      start(message.options).catch(error => post({ type: 'failed', reason: blame(error) }));
      break;
    case 'files':
      if (mirror) {
        mirror.apply(message);
      } else {
        early.push(message);
      }
      break;
    case 'execute':
      void execute(message);
      break;
    case 'interrupt':
      interrupt(message.run);
      break;
    case 'answer':
      answer?.(message.value);
      answer = null;
      break;
    case 'call': {
      let reply: string | null = null;
      try {
        reply = booted?.python.call(message.method, message.parameters) ?? null;
      } catch {
        // A completion that fails is no completion.
      }
      post({ type: 'result', id: message.id, reply });
      break;
    }
    case 'comm':
      try {
        booted?.python.receive_comm(message.kind, message.content, message.buffers);
      } catch (error) {
        console.warn(error);
      }
      break;
  }
}

self.addEventListener('message', event => receive((event as MessageEvent<ToWorker>).data));
post({ type: 'hello', canEvaluate: canEvaluate() });
