import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { IArchive, IEnvironment } from '../../workshop/catalogue';
import { fetchEnvironment, StartError } from './fetching';

const BASE = 'https://school.test/course/';
const FILES: Record<string, string> = {
  'std.zip': 'standard',
  'site.zip': 'packages',
  'p/pyodide.asm.wasm': 'machine'
};

function archive(url: string): IArchive {
  const content = FILES[url] ?? '';
  return { url, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

const environment: IEnvironment = {
  fingerprint: '',
  pyodideUrl: 'p/',
  pyodideVersion: '',
  lockInfo: {},
  standardLibrary: archive('std.zip'),
  core: [archive('p/pyodide.asm.wasm')],
  archives: [archive('site.zip')],
  compiledLockUrl: null,
  compiled: [],
  packages: [],
  bytes: 0
};

function serve(change: Record<string, Response | Error> = {}): { asked: string[]; fetch: typeof fetch } {
  const asked: string[] = [];
  return {
    asked,
    fetch: input => {
      const url = (input as string).slice(BASE.length);
      asked.push(url);
      const answer = change[url] ?? new Response(FILES[url]);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }
  };
}

const reasonOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error as StartError).reason
  );

describe('fetching what Python is made of', () => {
  it('asks for everything at once, and once', async () => {
    const server = serve();
    const fetched = fetchEnvironment(environment, BASE, () => undefined, server.fetch);
    expect(server.asked.sort()).toEqual(['p/pyodide.asm.wasm', 'site.zip', 'std.zip']);
    await (await fetched.fetch(`${BASE}std.zip`)).text();
    await (await fetched.fetch(`${BASE}p/pyodide.asm.wasm`)).text();
    await fetched.archives;
    expect(server.asked).toHaveLength(3);
  });

  it('counts every byte', async () => {
    let got = 0;
    const fetched = fetchEnvironment(environment, BASE, sum => (got = sum), serve().fetch);
    await (await fetched.fetch(`${BASE}p/pyodide.asm.wasm`)).text();
    await (await fetched.fetch(`${BASE}std.zip`)).text();
    await fetched.archives;
    fetched.count(5);
    expect(got).toBe('standardpackagesmachine'.length + 5);
  });

  it('refuses bytes that are not the published ones, naming the file', async () => {
    const server = serve({ 'site.zip': new Response('garbage') });
    const fetched = fetchEnvironment(environment, BASE, () => undefined, server.fetch);
    expect(await reasonOf(fetched.archives)).toEqual({ kind: 'damaged', file: 'site.zip' });
  });

  it.each([
    [
      'p/pyodide.asm.wasm',
      new Response('', { status: 404 }),
      { kind: 'missing', file: 'pyodide.asm.wasm', status: 404 }
    ],
    ['std.zip', new TypeError('offline'), { kind: 'unreachable', file: 'std.zip' }]
  ])('fails as soon as %s cannot be had, with the reason', async (url, answer, reason) => {
    const fetched = fetchEnvironment(environment, BASE, () => undefined, serve({ [url]: answer }).fetch);
    expect(await reasonOf(fetched.failure)).toEqual(reason);
  });

  it('keeps the media type, which compiling while fetching wants', async () => {
    const wasm = new Response('machine', { headers: { 'content-type': 'application/wasm' } });
    const fetched = fetchEnvironment(
      environment,
      BASE,
      () => undefined,
      serve({ 'p/pyodide.asm.wasm': wasm }).fetch
    );
    const response = await fetched.fetch(`${BASE}p/pyodide.asm.wasm`);
    expect(response.headers.get('content-type')).toBe('application/wasm');
  });
});
