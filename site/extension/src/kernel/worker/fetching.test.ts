import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { IArchive, IEnvironment } from '../../workshop/catalogue';
import { fetchEnvironment, StartError } from './fetching';

const BASE = 'https://school.test/course/';
const FILES: Record<string, Uint8Array<ArrayBuffer>> = {
  'std.bin': new Uint8Array(gzipSync('standard')),
  'site.bin': new Uint8Array(gzipSync('packages')),
  'p/pyodide.asm.wasm': new TextEncoder().encode('machine')
};

function archive(url: string): IArchive {
  const content = FILES[url] ?? new Uint8Array();
  return { url, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

const environment: IEnvironment = {
  fingerprint: '',
  pyodideUrl: 'p/',
  pyodideVersion: '',
  lockInfo: {},
  standardLibrary: archive('std.bin'),
  core: [archive('p/pyodide.asm.wasm')],
  archives: [archive('site.bin')],
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
    expect(server.asked.sort()).toEqual(['p/pyodide.asm.wasm', 'site.bin', 'std.bin']);
    expect(await (await fetched.fetch(`${BASE}std.bin`)).text()).toBe('standard');
    await (await fetched.fetch(`${BASE}p/pyodide.asm.wasm`)).text();
    expect((await fetched.archives).map(bytes => new TextDecoder().decode(bytes))).toEqual(['packages']);
    expect(server.asked).toHaveLength(3);
  });

  it('counts every byte', async () => {
    let got = 0;
    const fetched = fetchEnvironment(environment, BASE, sum => (got = sum), serve().fetch);
    await (await fetched.fetch(`${BASE}p/pyodide.asm.wasm`)).text();
    await (await fetched.fetch(`${BASE}std.bin`)).text();
    await fetched.archives;
    fetched.count(5);
    const sizes = Object.values(FILES).map(content => content.length);
    expect(got).toBe(sizes.reduce((sum, size) => sum + size) + 5);
  });

  it('refuses bytes that are not the published ones, naming the file', async () => {
    const server = serve({ 'site.bin': new Response('garbage') });
    const fetched = fetchEnvironment(environment, BASE, () => undefined, server.fetch);
    expect(await reasonOf(fetched.archives)).toEqual({ kind: 'damaged', file: 'site.bin' });
  });

  it.each([
    [
      'p/pyodide.asm.wasm',
      new Response('', { status: 404 }),
      { kind: 'missing', file: 'pyodide.asm.wasm', status: 404 }
    ],
    ['std.bin', new TypeError('offline'), { kind: 'unreachable', file: 'std.bin' }]
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
