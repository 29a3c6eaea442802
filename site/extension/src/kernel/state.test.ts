import { describe, expect, it } from 'vitest';

import { ASLEEP, isAwake, isBusy, isStarting, next, type PythonEvent, type PythonState } from './state';

const play = (...events: PythonEvent[]): PythonState => events.reduce(next, ASLEEP);

const WAKE: PythonEvent = { kind: 'wake', total: 12 };
const READY: PythonEvent[] = [WAKE, { kind: 'fetched' }, { kind: 'ready' }];
const CRASH: PythonEvent = { kind: 'fail', reason: { kind: 'crashed', detail: 'x' } };

describe('the state of Python', () => {
  it('sleeps until it is woken, and nothing else wakes it', () => {
    const others: PythonEvent[] = [
      { kind: 'ready' },
      { kind: 'run' },
      { kind: 'bytes', got: 3 },
      { kind: 'stop' },
      { kind: 'end', interrupted: false },
      CRASH
    ];
    for (const event of others) {
      expect(next(ASLEEP, event)).toBe(ASLEEP);
    }
    expect(next(ASLEEP, WAKE)).toEqual({ kind: 'loading', got: 0, total: 12 });
  });

  it('counts bytes forward, never beyond what was announced', () => {
    expect(play(WAKE, { kind: 'bytes', got: 7 }, { kind: 'bytes', got: 5 })).toMatchObject({ got: 7 });
    expect(play(WAKE, { kind: 'bytes', got: 99 })).toMatchObject({ got: 12, total: 12 });
  });

  it('is ready only when Python says so', () => {
    expect(play(WAKE, { kind: 'bytes', got: 12 }).kind).toBe('loading');
    expect(play(WAKE, { kind: 'fetched' }).kind).toBe('starting');
    expect(play(...READY).kind).toBe('ready');
  });

  it('cannot run a cell before it is ready', () => {
    expect(play(WAKE, { kind: 'run' }).kind).toBe('loading');
  });

  it('says that variables are still there after a run was stopped, not after one that ended', () => {
    expect(play(...READY, { kind: 'run' }, { kind: 'stop' }, { kind: 'end', interrupted: true }).kind).toBe(
      'stopped'
    );
    expect(play(...READY, { kind: 'run' }, { kind: 'stop' }, { kind: 'end', interrupted: false }).kind).toBe(
      'ready'
    );
  });

  it('asks whether to restart only when Stop was pressed and nothing came of it', () => {
    expect(play(...READY, { kind: 'run' }, { kind: 'overdue' }).kind).toBe('running');
    const stuck = play(...READY, { kind: 'run' }, { kind: 'stop' }, { kind: 'overdue' });
    expect(stuck.kind).toBe('stuck');
    expect(next(stuck, { kind: 'wait' }).kind).toBe('running');
    expect(next(stuck, { kind: 'end', interrupted: true }).kind).toBe('stopped');
    expect(next(stuck, WAKE).kind).toBe('loading');
  });

  it('tells a start that failed from a Python that died', () => {
    expect(play(WAKE, CRASH)).toMatchObject({ kind: 'failed', when: 'start' });
    expect(play(...READY, { kind: 'run' }, CRASH)).toMatchObject({ kind: 'failed', when: 'run' });
  });

  it('keeps the first reason, and can be tried again', () => {
    const failed = play(WAKE, { kind: 'fail', reason: { kind: 'unsupported' } }, CRASH);
    expect(failed).toMatchObject({ reason: { kind: 'unsupported' } });
    expect(next(failed, { kind: 'ready' })).toBe(failed);
    expect(next(failed, WAKE).kind).toBe('loading');
  });

  it('knows starting, awake and busy apart', () => {
    expect([isStarting(play(WAKE)), isAwake(play(WAKE)), isBusy(play(WAKE))]).toEqual([true, false, false]);
    const running = play(...READY, { kind: 'run' });
    expect([isStarting(running), isAwake(running), isBusy(running)]).toEqual([false, true, true]);
    expect(isAwake(play(WAKE, CRASH))).toBe(false);
  });
});
