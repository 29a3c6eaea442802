import { describe, expect, it } from 'vitest';

import { cutRealm, strip } from './realm';

/** A realm as a browser builds it: names on the object and on every level of its prototypes. */
function makeScope(): typeof globalThis {
  class EventTarget {
    addEventListener(): void {}
  }
  class WorkerGlobalScope extends EventTarget {
    get indexedDB(): string {
      return 'storage';
    }
    importScripts(): void {}
    fetch(): string {
      return 'network';
    }
  }
  class Scope extends WorkerGlobalScope {
    postMessage(): void {}
  }
  class Navigator {
    get storage(): string {
      return 'storage';
    }
    get userAgent(): string {
      return 'agent';
    }
  }
  const scope = new Scope() as unknown as Record<string, unknown>;
  Object.assign(scope, {
    navigator: new Navigator(),
    WebSocket: class {},
    NewThingOf2031: class {},
    JSON,
    self: scope
  });
  Object.defineProperty(scope, 'Worker', { value: class {}, configurable: true, enumerable: false });
  return scope as unknown as typeof globalThis;
}

describe('the realm of a notebook', () => {
  it('loses what opens the origin, on every level', () => {
    const scope = makeScope();
    expect(cutRealm(scope)).toEqual([]);
    for (const name of ['indexedDB', 'importScripts', 'postMessage', 'WebSocket', 'Worker']) {
      expect(name in scope, name).toBe(false);
    }
    expect('storage' in scope.navigator).toBe(false);
  });

  it('loses what nobody has heard of yet', () => {
    const scope = makeScope();
    cutRealm(scope);
    expect('NewThingOf2031' in scope).toBe(false);
  });

  it('keeps the language, events and the name of the browser', () => {
    const scope = makeScope();
    cutRealm(scope);
    expect(scope.JSON).toBe(JSON);
    expect('addEventListener' in scope).toBe(true);
    expect(scope.navigator.userAgent).toBe('agent');
  });

  it('answers fetch with a sentence', async () => {
    const scope = makeScope();
    cutRealm(scope);
    await expect(scope.fetch('/workshops.json')).rejects.toThrow('No network here');
  });

  it('overwrites what cannot be deleted, and names what cannot even be overwritten', () => {
    const target = {};
    Object.defineProperty(target, 'soft', { value: 1, configurable: false, writable: true });
    Object.defineProperty(target, 'hard', { value: 1, configurable: false, writable: false });
    expect(strip(target, new Set())).toEqual(['hard']);
    expect((target as { soft?: number }).soft).toBeUndefined();
  });
});
