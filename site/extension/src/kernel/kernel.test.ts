// @vitest-environment jsdom
import { KernelMessage } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { IEnvironment } from '../workshop/catalogue';
import type { Folder } from './folder';
import { PeerKernel } from './kernel';
import type { FromWorker, Reason, ToWorker } from './protocol';
import type { IPythonHandlers, Python } from './python';

/** A Python that does what the test says. */
class FakePython {
  readonly posted: ToWorker[] = [];
  interrupted = 0;
  ended = false;
  canInterrupt = true;

  constructor(private readonly handlers: IPythonHandlers) {}

  post(message: ToWorker): void {
    this.posted.push(message);
  }

  interrupt(): void {
    this.interrupted++;
  }

  answer(): boolean {
    return false;
  }

  end(): void {
    this.ended = true;
  }

  say(message: FromWorker): void {
    this.handlers.message(message);
  }

  fail(reason: Reason): void {
    this.handlers.failed(reason);
  }

  get run(): number {
    const executes = this.posted.filter(message => message.type === 'execute');
    return executes.at(-1)?.run ?? 0;
  }
}

let pythons: FakePython[];
let sent: KernelMessage.IMessage[];
let kernel: PeerKernel;

const folder = {
  place: { root: 'one', directory: '', name: 'one', excluded: new Set() },
  changes: () => Promise.resolve(null),
  save: () => Promise.resolve([]),
  reset: () => undefined,
  dispose: () => undefined
} as unknown as Folder;

const python = () => pythons.at(-1) as FakePython;
const settle = () => vi.advanceTimersByTimeAsync(1);
const ofType = (type: string) => sent.filter(message => message.header.msg_type === type);
const statuses = () =>
  ofType('status').map(message => (message as KernelMessage.IStatusMsg).content.execution_state);
const errors = () => ofType('error').map(message => (message as KernelMessage.IErrorMsg).content.evalue);

function request(code: string): KernelMessage.IExecuteRequestMsg {
  return KernelMessage.createMessage<KernelMessage.IExecuteRequestMsg>({
    channel: 'shell',
    msgType: 'execute_request',
    session: 's',
    content: { code, store_history: true }
  });
}

async function execute(code = '1'): Promise<{ done: Promise<void> }> {
  const done = kernel.handleMessage(request(code));
  await settle();
  return { done };
}

async function ready(): Promise<void> {
  void kernel.wake();
  await settle();
  python().say({ type: 'ready' });
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  pythons = [];
  sent = [];
  kernel = new PeerKernel({
    id: 'k',
    name: 'python',
    location: 'one',
    sendMessage: message => sent.push(message),
    trans: nullTranslator.load('peerbook'),
    findSurroundings: () =>
      Promise.resolve({
        environment: { bytes: 12, packages: [] } as unknown as IEnvironment,
        folder,
        baseUrl: '/'
      }),
    createPython: (_options, handlers) => {
      pythons.push(new FakePython(handlers));
      return python() as unknown as Python;
    }
  });
});

afterEach(() => {
  kernel.dispose();
  vi.useRealTimers();
});

describe('a kernel that tells the truth', () => {
  it('starts nothing until something runs: help before that is empty at once', async () => {
    await kernel.handleMessage(
      KernelMessage.createMessage({
        channel: 'shell',
        msgType: 'kernel_info_request',
        session: 's',
        content: {}
      })
    );
    expect(await kernel.completeRequest({ code: 'pri', cursor_pos: 3 })).toMatchObject({ matches: [] });
    expect(pythons).toHaveLength(0);
    expect(statuses().at(-1)).toBe('starting');
  });

  it('says starting until Python answers, then busy, then idle', async () => {
    const { done } = await execute();
    expect(statuses().at(-1)).toBe('starting');
    expect(kernel.state.kind).toBe('loading');
    python().say({ type: 'ready' });
    await settle();
    expect(statuses().at(-1)).toBe('busy');
    python().say({ type: 'done', run: python().run, reply: '{"status":"ok"}' });
    await settle();
    await done;
    expect(statuses().at(-1)).toBe('idle');
    expect(ofType('execute_reply')[0]?.content).toMatchObject({ status: 'ok', execution_count: 1 });
  });

  it('ends the waiting cell with the reason when it cannot start, and tries again with the next', async () => {
    const { done } = await execute();
    python().fail({ kind: 'missing', file: 'a.zip', status: 404 });
    await settle();
    await done;
    expect(errors()[0]).toContain('Python could not start: a.zip is not on the server (404).');
    expect(ofType('execute_reply')[0]?.content).toMatchObject({ status: 'error' });
    void execute();
    await settle();
    expect(pythons).toHaveLength(2);
  });

  it('ends the cell that waits for a start when Stop is pressed; the start goes on', async () => {
    const { done } = await execute();
    kernel.interrupt();
    await settle();
    await done;
    expect(errors()).toEqual(['Stopped before this cell ran.']);
    expect(kernel.state.kind).toBe('loading');
    expect(python().ended).toBe(false);
  });

  it('ends the cell that waits for its files when Stop is pressed', async () => {
    await ready();
    let read = (_changes: null): void => undefined;
    vi.spyOn(folder, 'changes').mockReturnValueOnce(new Promise(resolve => (read = resolve)));
    const { done } = await execute('while True: pass');
    kernel.interrupt();
    read(null);
    await done;
    expect(errors()).toEqual(['Stopped before this cell ran.']);
    expect(python().posted.filter(({ type }) => type === 'execute')).toEqual([]);
    await execute();
    expect(kernel.state.kind).toBe('running');
    expect(python().interrupted).toBe(0);
  });

  it('answers a cell that waits for its files when Python is restarted meanwhile', async () => {
    await ready();
    vi.spyOn(folder, 'changes').mockReturnValueOnce(new Promise(() => undefined));
    const { done } = await execute();
    kernel.restart();
    await done;
    expect(errors()[0]).toContain('Python was restarted while this cell was running.');
  });

  it('asks about a restart three seconds after a Stop that did nothing', async () => {
    await ready();
    await execute('while True: pass');
    kernel.interrupt();
    expect(python().interrupted).toBe(1);
    await vi.advanceTimersByTimeAsync(2900);
    expect(kernel.state.kind).toBe('stopping');
    await vi.advanceTimersByTimeAsync(200);
    expect(kernel.state.kind).toBe('stuck');
    kernel.keepWaiting();
    expect(kernel.state.kind).toBe('running');
  });

  it('asks soon where Stop cannot reach what computes', async () => {
    await ready();
    python().canInterrupt = false;
    await execute('while True: pass');
    kernel.interrupt();
    await vi.advanceTimersByTimeAsync(1000);
    expect(kernel.state.kind).toBe('stuck');
  });

  it('ends the running cell with a sentence when Python is restarted, and counts from one', async () => {
    await ready();
    const { done } = await execute();
    const old = python();
    kernel.restart();
    await settle();
    await done;
    expect(old.ended).toBe(true);
    expect(errors()[0]).toContain('Python was restarted while this cell was running.');
    python().say({ type: 'ready' });
    await execute();
    expect(python().posted.at(-1)).toMatchObject({ type: 'execute', count: 1 });
  });

  it('ends the running cell when Python dies', async () => {
    await ready();
    const { done } = await execute('import os; os._exit(1)');
    python().fail({ kind: 'exited' });
    await settle();
    await done;
    expect(kernel.state).toMatchObject({ kind: 'failed', when: 'run' });
    expect(errors()[0]).toContain('Python stopped working');
  });

  it('hears nothing any more from a Python that was replaced', async () => {
    await ready();
    await execute();
    const old = python();
    kernel.restart();
    await settle();
    sent = [];
    old.say({ type: 'output', run: 1, items: '[{"type":"stream","name":"stdout","text":"ghost"}]' });
    expect(ofType('stream')).toHaveLength(0);
  });

  it('takes nothing from the worker on trust', async () => {
    await ready();
    await execute();
    const run = python().run;
    for (const items of ['no json', '{}', '[null, 1, {"type": "unknown"}]', null as unknown as string]) {
      python().say({ type: 'output', run, items });
    }
    python().say({ type: 'done', run: run + 1, reply: '{"status":"ok"}' });
    python().say({ type: 'files', write: 'x', remove: null, skipped: 1 } as unknown as FromWorker);
    await settle();
    expect(ofType('execute_reply')).toHaveLength(0);
    expect(kernel.state.kind).toBe('running');
  });
});
