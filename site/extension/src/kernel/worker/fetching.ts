/** Fetching what Python is made of: all at once, counted, checked against the hashes of the catalogue. */
import type { IArchive, IEnvironment } from '../../workshop/catalogue';
import type { Reason } from '../protocol';
import { gunzip } from './archive';

/** Something of the environment could not be had. */
export class StartError extends Error {
  constructor(readonly reason: Reason) {
    super(reason.kind);
  }
}

export interface IFetched {
  /** Stands in for `fetch` while Pyodide starts: what was asked for already is answered from here, all is counted. */
  readonly fetch: typeof fetch;
  /** The pure packages, in the order of the catalogue. */
  readonly archives: Promise<readonly ArrayBuffer[]>;
  /** The lock of the compiled packages, or null. */
  readonly compiledLock: Promise<string | null>;
  /** Rejects as soon as something cannot be had; Pyodide itself would wait for ever for a missing WebAssembly. */
  readonly failure: Promise<never>;
  /** Adds bytes that somebody else fetched. */
  count(bytes: number): void;
}

/**
 * Begins to fetch everything.
 *
 * @param onBytes called with the sum of bytes so far
 */
export function fetchEnvironment(
  environment: IEnvironment,
  baseUrl: string,
  onBytes: (got: number) => void,
  fetchOne: typeof fetch
): IFetched {
  let got = 0;
  const count = (bytes: number) => {
    got += bytes;
    onBytes(got);
  };
  const absolute = (url: string) => new URL(url, baseUrl).href;

  const ask = async (url: string): Promise<Response> => {
    const file = url.slice(url.lastIndexOf('/') + 1);
    let response: Response;
    try {
      response = await fetchOne(url);
    } catch {
      throw new StartError({ kind: 'unreachable', file });
    }
    if (!response.ok) {
      throw new StartError({ kind: 'missing', file, status: response.status });
    }
    return counted(response, count);
  };

  const whole = async (archive: IArchive): Promise<ArrayBuffer> => {
    const url = absolute(archive.url);
    const response = await ask(url);
    const file = url.slice(url.lastIndexOf('/') + 1);
    let bytes: ArrayBuffer;
    try {
      bytes = await response.arrayBuffer();
    } catch {
      throw new StartError({ kind: 'unreachable', file });
    }
    if (!(await isIntact(bytes, archive.sha256))) {
      throw new StartError({ kind: 'damaged', file });
    }
    try {
      return await gunzip(bytes);
    } catch {
      throw new StartError({ kind: 'damaged', file });
    }
  };

  // Asked for before Pyodide does, so that everything is on its way at once.
  const early = new Map<string, Promise<Response>>();
  const standardLibrary = environment.standardLibrary;
  early.set(
    absolute(standardLibrary.url),
    whole(standardLibrary).then(bytes => new Response(bytes))
  );
  for (const file of environment.core) {
    if (file.url.endsWith('.wasm')) {
      early.set(absolute(file.url), ask(absolute(file.url)));
    }
  }
  const archives = Promise.all(environment.archives.map(whole));
  const compiledLock = environment.compiledLockUrl
    ? ask(absolute(environment.compiledLockUrl)).then(response => response.text())
    : Promise.resolve(null);
  const failure = new Promise<never>((_, reject) => {
    for (const promise of [...early.values(), archives, compiledLock]) {
      promise.catch(reject);
    }
  });
  failure.catch(() => undefined);

  return {
    failure,
    archives,
    compiledLock,
    count,
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : new URL(input, baseUrl).href;
      const begun = early.get(url);
      early.delete(url);
      return begun ?? (init === undefined && typeof input === 'string' ? ask(url) : fetchOne(input, init));
    }
  };
}

/** The same response, its bytes counted on their way. */
function counted(response: Response, count: (bytes: number) => void): Response {
  if (!response.body) {
    return response;
  }
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        count(chunk.byteLength);
        controller.enqueue(chunk);
      }
    })
  );
  // The headers go along: `WebAssembly.compileStreaming` wants the media type.
  return new Response(body, { status: response.status, headers: response.headers });
}

/** Whether bytes have this SHA-256; true where the page is not secure and the browser has no crypto.subtle. */
export async function isIntact(bytes: ArrayBuffer, sha256: string): Promise<boolean> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) {
    return true;
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('') === sha256.toLowerCase();
}
