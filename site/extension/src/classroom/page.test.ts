/** The two scripts that no bundler touches: the page's start and the service worker. */
import { createHash, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { beforeEach, describe, expect, it } from 'vitest';

interface IBoot {
  resolveConfig(config: object, root: string): object;
  nextStep(page: object): string;
  titleOf(path: string, titles: object): string;
  failureOf(url: string): string;
  folderQuery(app: string, search: string): string | null;
}

const script = new URL('../../../static/app/boot.js', import.meta.url).href;
const boot = (await import(/* @vite-ignore */ script)) as IBoot;

const ROOT = 'https://school.test/py/';

describe('the start of a page', () => {
  it('makes addresses absolute under any path, and leaves those that JupyterLab joins itself', () => {
    const config = {
      baseUrl: './',
      fullStaticUrl: './build',
      appUrl: '/lab',
      themesUrl: './build/themes',
      appName: './not-an-address',
      litePluginSettings: { 'a:b': { pyodideUrl: './x.mjs', pipliteUrls: ['./y.json', 'https://z'] } }
    };
    expect(boot.resolveConfig(config, '/school/py/')).toEqual({
      baseUrl: '/school/py/',
      fullStaticUrl: '/school/py/build',
      appUrl: '/lab',
      themesUrl: './build/themes',
      appName: './not-an-address',
      litePluginSettings: {
        'a:b': { pyodideUrl: '/school/py/x.mjs', pipliteUrls: ['/school/py/y.json', 'https://z'] }
      }
    });
  });

  it('reloads for isolation only where it can be had and was not tried', () => {
    const can = { isolated: false, secure: true, worker: true, tried: false };
    expect(boot.nextStep(can)).toBe('isolate');
    for (const but of [{ isolated: true }, { secure: false }, { worker: false }, { tried: true }]) {
      expect(boot.nextStep({ ...can, ...but })).toBe('start');
    }
  });

  it('says the title of the workshop, also for a slug that every object has', () => {
    expect(boot.titleOf('loops/1.ipynb', { loops: 'Loops' })).toBe('Loops');
    expect(boot.titleOf('constructor/1.ipynb', { loops: 'Loops' })).toBe('');
    expect(boot.titleOf('1.ipynb', {})).toBe('');
  });

  it('names the script that did not arrive', () => {
    expect(boot.failureOf(`${ROOT}build/jlab_core.1.js?v=2`)).toBe(
      'Could not load jlab_core.1.js: check the connection.'
    );
  });

  it('opens a folder as a folder and leaves files to JupyterLite', () => {
    expect(boot.folderQuery('tree', '?path=first-steps')).toBe('?file-browser-path=first-steps');
    expect(boot.folderQuery('tree', '?path=first-steps/1.ipynb')).toBeNull();
    expect(boot.folderQuery('notebooks', '?path=first-steps')).toBeNull();
    expect(boot.folderQuery('tree', '')).toBeNull();
  });
});

describe('the service worker', () => {
  let host: Map<string, string>;
  let asked: string[];
  let kept: Map<string, Response>;

  beforeEach(() => {
    host = new Map([
      ['index.html', 'home'],
      ['offline.html', 'away'],
      ['a.js', 'one'],
      ['kernel.worker.1.js', 'worker'],
      ['peerbook.json', '{}']
    ]);
    asked = [];
    kept = new Map();
  });

  it('touches only what its edition lists', async () => {
    const worker = start();
    expect(await worker.get('a.js')).toBe('one');
    expect(worker.fetch('not-listed.js')).toBeUndefined();
    expect(worker.fetch('a.js', { method: 'POST' })).toBeUndefined();
    expect(worker.fetch('a.js', { headers: { range: 'bytes=0-1' } })).toBeUndefined();
    expect(
      worker.handle({ url: 'https://other.test/a.js', method: 'GET', headers: new Headers() })
    ).toBeUndefined();
    expect(
      worker.handle({ url: 'https://school.test/elsewhere/a.js', method: 'GET', headers: new Headers() })
    ).toBeUndefined();
  });

  it('asks the host once for a file and knows it afterwards, also under a query', async () => {
    const worker = start();
    await worker.get('a.js');
    host.clear();
    expect(await worker.get('a.js?v=1')).toBe('one');
    expect(asked).toEqual(['a.js']);
  });

  it('sets isolation on every answer, and a stricter policy on the worker that runs Python', async () => {
    const worker = start();
    const page = await worker.fetch('index.html');
    expect(page?.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const strict = await worker.fetch('kernel.worker.1.js');
    expect(strict?.headers.get('content-security-policy')).toBe(`connect-src ${ROOT}static/`);
    expect(strict?.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('serves but does not keep what is not of its edition', async () => {
    const worker = start();
    host.set('a.js', 'of another edition');
    expect(await worker.get('a.js')).toBe('of another edition');
    expect(kept.size).toBe(0);
    expect(worker.updates).toBe(1);
  });

  it('answers a visit to an unknown page without a network with the page that says so', async () => {
    const worker = start();
    await worker.tell({ type: 'keep', urls: ['offline.html'] });
    host.clear();
    expect(await worker.get('workshops/x/', { mode: 'navigate' })).toBe('away');
    expect(await worker.get('index.html', { mode: 'navigate' })).toBe('away');
    await expect(worker.get('a.js')).rejects.toThrow();
  });

  it('takes what may be edited from the host, and from what it keeps only without one', async () => {
    const worker = start();
    expect(await worker.get('peerbook.json')).toBe('{}');
    host.set('peerbook.json', '{"signaling": "x"}');
    expect(await worker.get('peerbook.json')).toBe('{"signaling": "x"}');
    host.clear();
    expect(await worker.get('peerbook.json')).toBe('{"signaling": "x"}');
  });

  it('keeps what it is told, folders too, and says how far it is and what failed', async () => {
    const worker = start();
    host.delete('offline.html');
    const said = await worker.tell({
      type: 'keep',
      urls: ['a.js', `${ROOT}a.js?x`, 'offline.html', 'not-listed', 'https://o.test/']
    });
    expect(said.at(-1)).toEqual({ type: 'kept', total: 2, failed: ['offline.html'] });
    expect(said.slice(0, -1).map(message => message.done)).toEqual([1, 2]);
    expect(await worker.tell({ type: 'status', urls: ['a.js', 'offline.html'] })).toEqual([
      { type: 'status', total: 2, missing: ['offline.html'] }
    ]);
  });

  it('passes a large file on while it arrives, and keeps it', async () => {
    const worker = start({ large: ['a.js'] });
    expect(await worker.get('a.js')).toBe('one');
    await worker.settled();
    expect(kept.size).toBe(1);
  });

  it('takes a new edition only when all that the device keeps of the old one is there', async () => {
    const old = start();
    await old.get('a.js');
    await old.get('index.html');
    const files = list();
    host.set('a.js', 'two');
    const next = start({ files: { ...files, 'a.js': digest('two') } });
    asked.length = 0;
    await next.install();
    expect(asked).toEqual(['a.js']);
    const broken = start({ files: { ...files, 'a.js': digest('three') } });
    await expect(broken.install()).rejects.toThrow('a.js');
    expect(await old.get('a.js')).toBe('one');
    await next.activate();
    expect([...kept.keys()].filter(key => key.includes('a.js'))).toHaveLength(1);
    expect(await next.get('a.js')).toBe('two');
  });

  it('gives the waiting edition to a page only when no other page is open', async () => {
    const worker = start();
    worker.pages = [
      { url: `${ROOT}lab/index.html` },
      { url: `${ROOT}index.html` },
      { url: 'https://school.test/else' }
    ];
    expect(await worker.tell({ type: 'take-over' })).toEqual([{ type: 'taking-over', alone: false }]);
    expect(worker.skipped).toBe(0);
    worker.pages.pop();
    worker.pages.pop();
    expect(await worker.tell({ type: 'take-over' })).toEqual([{ type: 'taking-over', alone: true }]);
    expect(worker.skipped).toBe(1);
  });

  it('works where the browser keeps nothing', async () => {
    const worker = start({}, () => Promise.reject(new DOMException('refused', 'SecurityError')));
    expect(await worker.get('a.js')).toBe('one');
    expect(await worker.get('a.js')).toBe('one');
    await worker.install();
  });

  function digest(text: string): string {
    return createHash('sha256').update(text).digest('hex').slice(0, 16);
  }

  function list(): Record<string, string> {
    const names = [...host].filter(([name]) => name !== 'peerbook.json');
    return Object.fromEntries(names.map(([name, text]) => [name, digest(text)]));
  }

  /** The real script in a realm of its own, around it a host and a cache in memory. */
  function start(changes: object = {}, open?: () => Promise<never>) {
    const site = {
      edition: 'e',
      files: list(),
      large: [] as string[],
      loose: ['peerbook.json'],
      absent: [],
      headersHash: 'h',
      headers: {
        default: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
        'kernel.worker': { 'Content-Security-Policy': 'connect-src {site}static/' }
      },
      ...changes
    };
    const cache = {
      match: (key: string) => Promise.resolve(kept.get(key)?.clone()),
      put: (key: string, response: Response) => Promise.resolve(void kept.set(key, response)),
      keys: () => Promise.resolve([...kept.keys()].map(url => ({ url }))),
      delete: (request: { url: string }) => Promise.resolve(kept.delete(request.url))
    };
    const listeners: Record<string, (event: object) => void> = {};
    const waiting: Promise<unknown>[] = [];
    const control = { updates: 0, skipped: 0, pages: [] as { url: string }[] };
    const self = {
      location: { href: `${ROOT}service-worker.js` },
      addEventListener: (type: string, listener: (event: object) => void) => (listeners[type] = listener),
      registration: { active: null, update: () => Promise.resolve(void control.updates++) },
      skipWaiting: () => Promise.resolve(void control.skipped++),
      clients: { claim: () => Promise.resolve(), matchAll: () => Promise.resolve(control.pages) }
    };
    const fetchFromHost = (request: { url: string } | string) => {
      const url = new URL(typeof request === 'string' ? request : request.url);
      const name = url.pathname.slice('/py/'.length);
      asked.push(name);
      const text = host.get(name);
      return text === undefined
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(new Response(text));
    };
    const source = readFileSync('../static/service-worker.js', 'utf8');
    const filled = source.replace(/\/\* SITE \*\/.*?\/\* END \*\//s, JSON.stringify(site));
    expect(filled).not.toBe(source);
    runInNewContext(filled, {
      self,
      caches: { open: open ?? (() => Promise.resolve(cache)) },
      crypto: webcrypto,
      fetch: fetchFromHost,
      URL,
      Response,
      Headers,
      Uint8Array
    });
    const fire = async (type: string, event: object = {}) => {
      const until: Promise<unknown>[] = [];
      listeners[type]?.({ waitUntil: (promise: Promise<unknown>) => until.push(promise), ...event });
      await Promise.all(until);
    };
    const handle = (request: object): Promise<Response> | undefined => {
      let answer: Promise<Response> | undefined;
      listeners.fetch?.({
        request,
        respondWith: (promise: Promise<Response>) => (answer = promise),
        waitUntil: (promise: Promise<unknown>) => waiting.push(promise)
      });
      return answer;
    };
    const fetch = (
      path: string,
      options: { method?: string; mode?: string; headers?: Record<string, string> } = {}
    ) =>
      handle({
        url: ROOT + path,
        method: 'GET',
        mode: 'cors',
        ...options,
        headers: new Headers(options.headers)
      });
    return Object.assign(control, {
      handle,
      fetch,
      get: async (path: string, options = {}) => (await fetch(path, options))?.text(),
      install: () => fire('install'),
      activate: () => fire('activate'),
      settled: () => Promise.all(waiting),
      tell: async (data: object) => {
        const said: { type: string; done?: number }[] = [];
        await fire('message', {
          data,
          ports: [{ postMessage: (message: { type: string }) => said.push(message) }]
        });
        return said;
      }
    });
  }
});
