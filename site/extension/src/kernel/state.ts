/** The state of one notebook's Python: events in, states out. No clock, no page. */
import type { Reason } from './protocol';

export type PythonState =
  | { readonly kind: 'asleep' }
  | { readonly kind: 'loading'; readonly got: number; readonly total: number }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running' }
  /** Stop was pressed and Python has not answered yet. */
  | { readonly kind: 'stopping' }
  /** Stop cannot reach Python: the user is asked whether to restart it. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'stopped' }
  /** `when` tells a start that failed from a Python that died later. */
  | { readonly kind: 'failed'; readonly when: 'start' | 'run'; readonly reason: Reason };

export type PythonEvent =
  | { readonly kind: 'wake'; readonly total: number }
  | { readonly kind: 'bytes'; readonly got: number }
  | { readonly kind: 'fetched' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'run' }
  | { readonly kind: 'end'; readonly interrupted: boolean }
  | { readonly kind: 'stop' }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'fail'; readonly reason: Reason };

export const ASLEEP: PythonState = { kind: 'asleep' };

/** Whether a worker exists in this state that has not answered yet. */
export function isStarting(state: PythonState): boolean {
  return state.kind === 'loading' || state.kind === 'starting';
}

/** Whether Python is there: it may be computing. */
export function isAwake(state: PythonState): boolean {
  return !isStarting(state) && state.kind !== 'asleep' && state.kind !== 'failed';
}

/** Whether a cell is being computed. */
export function isBusy(state: PythonState): boolean {
  return state.kind === 'running' || state.kind === 'stopping' || state.kind === 'stuck';
}

/** The next state; an event that does not belong to the state (they cross on the way) changes nothing. */
export function next(state: PythonState, event: PythonEvent): PythonState {
  switch (event.kind) {
    case 'wake':
      // From any state: a restart begins here too.
      return { kind: 'loading', got: 0, total: Math.max(0, event.total) };
    case 'bytes': {
      if (state.kind !== 'loading') {
        return state;
      }
      // Never back, never beyond what was announced: a wrong size in the catalogue must not show 13 of 12.
      const got = Math.min(state.total, Math.max(state.got, event.got));
      return got === state.got ? state : { ...state, got };
    }
    case 'fetched':
      return state.kind === 'loading' ? { kind: 'starting' } : state;
    case 'ready':
      return isStarting(state) ? { kind: 'ready' } : state;
    case 'run':
      return isAwake(state) ? { kind: 'running' } : state;
    case 'end':
      return isBusy(state) ? { kind: event.interrupted ? 'stopped' : 'ready' } : state;
    case 'stop':
      return state.kind === 'running' ? { kind: 'stopping' } : state;
    case 'overdue':
      return state.kind === 'stopping' ? { kind: 'stuck' } : state;
    case 'wait':
      return state.kind === 'stuck' ? { kind: 'running' } : state;
    case 'fail':
      if (state.kind === 'asleep' || state.kind === 'failed') {
        return state;
      }
      return { kind: 'failed', when: isStarting(state) ? 'start' : 'run', reason: event.reason };
  }
}
