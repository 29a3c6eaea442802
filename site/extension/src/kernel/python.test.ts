import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { FromWorker, IStartOptions, Reason, ToWorker } from './protocol';
import { type IWorker, Python, SILENCE } from './python';

class FakeWorker implements IWorker {
  readonly posted: ToWorker[] = [];
  terminated = false;
  private readonly listeners = new Map<string, (event: Event) => void>();

  constructor(readonly wrapped: boolean) {}

  postMessage(message: ToWorker): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.listeners.set(type, listener);
  }

  say(data: FromWorker): void {
    this.listeners.get('message')?.({ data } as MessageEvent);
  }

  break(type: 'error' | 'messageerror'): void {
    this.listeners.get(type)?.(new Event(type));
  }
}

let workers: FakeWorker[];
let failures: Reason[];
let heard: FromWorker[];
const worker = () => workers.at(-1) as FakeWorker;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  failures = [];
  heard = [];
});

afterEach(() => vi.useRealTimers());

function make(): Python {
  return new Python(
    {} as Omit<IStartOptions, 'signals'>,
    { message: message => heard.push(message), failed: reason => failures.push(reason) },
    wrapped => {
      workers.push(new FakeWorker(wrapped));
      return worker();
    }
  );
}

describe('one Python in one worker', () => {
  it('is started once the worker has greeted, in order', () => {
    const python = make();
    python.post({ type: 'files', write: [], remove: [] });
    expect(worker().posted).toEqual([]);
    worker().say({ type: 'hello', canEvaluate: false });
    expect(worker().posted.map(message => message.type)).toEqual(['start', 'files']);
  });

  it('is wrapped where its own address brings no policy, so that the page’s rules it', () => {
    make();
    worker().say({ type: 'hello', canEvaluate: true });
    expect(workers.map(({ wrapped, terminated }) => [wrapped, terminated])).toEqual([
      [false, true],
      [true, false]
    ]);
    worker().say({ type: 'hello', canEvaluate: false });
    expect(worker().posted.map(message => message.type)).toEqual(['start']);
  });

  it('is wrapped once: where no policy rules at all it starts with a warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    make();
    worker().say({ type: 'hello', canEvaluate: true });
    worker().say({ type: 'hello', canEvaluate: true });
    expect(workers).toHaveLength(2);
    expect(worker().posted.map(message => message.type)).toEqual(['start']);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it('has failed when nothing moves for a minute, not before, and not once it is ready', () => {
    make();
    worker().say({ type: 'hello', canEvaluate: false });
    vi.advanceTimersByTime(SILENCE - 1);
    worker().say({ type: 'bytes', got: 1 });
    vi.advanceTimersByTime(SILENCE - 1);
    expect(failures).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(failures).toEqual([{ kind: 'silent', seconds: 60 }]);
    expect(worker().terminated).toBe(true);

    failures = [];
    make();
    worker().say({ type: 'hello', canEvaluate: false });
    worker().say({ type: 'ready' });
    vi.advanceTimersByTime(10 * SILENCE);
    expect(failures).toEqual([]);
  });

  it('has failed when its script cannot be had, or a message cannot be read', () => {
    make();
    worker().break('error');
    make();
    worker().break('messageerror');
    expect(failures.map(reason => reason.kind)).toEqual(['unreachable', 'memory']);
  });

  it('is not dead because a callback of a notebook throws', () => {
    make();
    worker().say({ type: 'hello', canEvaluate: false });
    worker().break('error');
    expect(failures).toEqual([]);
  });

  it('fails once, and is silent after its end', () => {
    const python = make();
    worker().say({ type: 'hello', canEvaluate: false });
    worker().say({ type: 'dead', reason: { kind: 'exited' } });
    worker().say({ type: 'dead', reason: { kind: 'exited' } });
    worker().say({ type: 'ready' });
    python.end();
    expect(failures).toHaveLength(1);
    expect(heard).toEqual([]);
  });
});
