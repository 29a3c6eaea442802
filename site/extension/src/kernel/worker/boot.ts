/** From nothing to a Python that can run cells. */
import type { PyodideAPI } from 'pyodide';
import type { PyProxy } from 'pyodide/ffi';

import { DISPLAYS_PER_CELL, DISPLAY_CHARACTERS, OUTPUT_PERIOD, TEXT_BYTES_PER_CELL } from '../protocol';
import type { IStartOptions } from '../protocol';
import { type IUnpackFileSystem, unpack } from './archive';
import bootstrap from './bootstrap.py';
import { fetchEnvironment, StartError } from './fetching';

/** The functions of bootstrap.py. */
export interface IPython {
  run(
    code: string,
    count: number,
    silent: boolean,
    storeHistory: boolean,
    expressions: string,
    parent: string
  ): Promise<string>;
  interrupt(): void;
  call(method: string, parameters: string): string;
  receive_comm(kind: string, content: string, buffers: readonly Uint8Array[]): void;
  low_level(name: string, text: string): void;
}

/** What bootstrap.py is given as the module `_peerbook`. */
export interface IWorkerSide {
  emit(items: string): void;
  tick(): void;
  /** Whether Stop was pressed meanwhile. */
  wait(milliseconds: number): boolean;
  /** The answer; null when Stop was pressed. */
  ask(prompt: string, password: boolean): string | null;
  ask_later(prompt: string, password: boolean): Promise<string | null>;
  /** As `wait`, where Python can be paused without a shared buffer. */
  wait_later(milliseconds: number): Promise<boolean>;
  comm(kind: string, content: string, metadata: string, buffers: readonly Uint8Array[]): void;
  readonly has_signals: boolean;
  /** Stop may raise from here on, in whatever Python does; or not any more. */
  arm(isArmed: boolean): void;
  /** Whether a message has asked the run to stop: before its first step, too. */
  is_stopped(): boolean;
}

export interface IProgress {
  bytes(got: number): void;
  fetched(): void;
  alive(): void;
}

/** Pyodide hides what it does when it dies; it is the only place to learn of it. */
interface IFatal {
  _api: { on_fatal?: (error: { name?: string; message?: string }) => void };
}

export interface IBooted {
  readonly pyodide: PyodideAPI;
  readonly python: IPython;
}

/** Where a notebook's folder lies; also HOME. */
export const HOME = '/home/pyodide';

/**
 * Fetches, starts and connects Python.
 *
 * @throws StartError with the reason
 */
export async function boot(
  options: IStartOptions,
  side: IWorkerSide,
  progress: IProgress,
  onFatal: (error: { name?: string; message?: string }) => void
): Promise<IBooted> {
  if (typeof WebAssembly !== 'object') {
    throw new StartError({ kind: 'unsupported' });
  }
  const { environment, baseUrl } = options;
  const realFetch = self.fetch.bind(self);
  const fetched = fetchEnvironment(environment, baseUrl, got => progress.bytes(got), realFetch);
  const indexURL = new URL(environment.pyodideUrl, baseUrl).href;
  const load = async (name: string): Promise<Record<string, unknown>> => {
    const entry = environment.core.find(file => file.url.endsWith(`/${name}`));
    try {
      const module = (await import(`${indexURL}${name}`)) as Record<string, unknown>;
      fetched.count(entry?.bytes ?? 0);
      return module;
    } catch (error) {
      throw await explainImport(`${indexURL}${name}`, name, error, realFetch);
    }
  };
  const watched = watchCompilation();
  try {
    self.fetch = fetched.fetch;
    // Pyodide asks for its second module itself; asked for now, it arrives with the rest.
    const assembly = load('pyodide.asm.mjs');
    assembly.catch(() => undefined);
    const { loadPyodide } = (await load('pyodide.mjs')) as unknown as typeof import('pyodide');
    await Promise.race([assembly, fetched.failure]);
    const compiledLock = await fetched.compiledLock;
    const loading = loadPyodide({
      indexURL,
      stdLibURL: new URL(environment.standardLibrary.url, baseUrl).href,
      lockFileContents: compiledLock ?? JSON.stringify({ info: environment.lockInfo, packages: {} }),
      packageBaseUrl:
        compiledLock && environment.compiledLockUrl
          ? new URL('.', new URL(environment.compiledLockUrl, baseUrl)).href
          : indexURL,
      packages: [],
      env: { HOME, PYTHONINSPECT: '' },
      // Nothing a reader of the page could use is said before a cell runs.
      stdout: text => console.warn(text),
      stderr: text => console.warn(text)
    });
    loading.catch(() => undefined);
    const pyodide = await Promise.race([loading, fetched.failure, watched.failure]);
    (pyodide as unknown as IFatal)._api.on_fatal = onFatal;
    progress.alive();
    const archives = await fetched.archives;
    progress.fetched();
    const folder = sitePackages(pyodide);
    for (const archive of archives) {
      unpack(archive, pyodide.FS as IUnpackFileSystem, folder);
      progress.alive();
    }
    pyodide.runPython('import importlib; importlib.invalidate_caches()');
    if (environment.compiled.length > 0) {
      await pyodide.loadPackage([...environment.compiled], {
        checkIntegrity: true,
        messageCallback: () => progress.alive()
      });
    }
    pyodide.registerJsModule('_peerbook', {
      ...side,
      output_period: OUTPUT_PERIOD,
      output_bytes: TEXT_BYTES_PER_CELL,
      displays: DISPLAYS_PER_CELL,
      display_characters: DISPLAY_CHARACTERS
    });
    const namespace = pyodide.toPy({ __name__: 'peerbook' }) as PyProxy & { get(name: string): unknown };
    pyodide.runPython(bootstrap, { globals: namespace, filename: '<peerbook>' });
    const python = Object.fromEntries(
      ['run', 'interrupt', 'call', 'receive_comm', 'low_level'].map(name => [name, namespace.get(name)])
    ) as unknown as IPython;
    pyodide.setStdout({ batched: text => python.low_level('stdout', `${text}\n`) });
    pyodide.setStderr({ batched: text => python.low_level('stderr', `${text}\n`) });
    return { pyodide, python };
  } finally {
    self.fetch = realFetch;
    watched.end();
  }
}

/** Pyodide logs a WebAssembly that does not compile and waits for ever: here it is learnt of. */
function watchCompilation(): { readonly failure: Promise<never>; end(): void } {
  const { instantiate, instantiateStreaming } = WebAssembly;
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => undefined);
  const watch = <T extends unknown[], R>(real: (...parameters: T) => Promise<R>) =>
    function (this: unknown, ...parameters: T): Promise<R> {
      const result = real.apply(WebAssembly, parameters);
      result.catch(error => fail(explainCompilation(error)));
      return result;
    };
  Object.assign(WebAssembly, {
    instantiate: watch(instantiate as (...parameters: unknown[]) => Promise<unknown>),
    instantiateStreaming: watch(instantiateStreaming as (...parameters: unknown[]) => Promise<unknown>)
  });
  return { failure, end: () => void Object.assign(WebAssembly, { instantiate, instantiateStreaming }) };
}

function sitePackages(pyodide: PyodideAPI): string {
  return String(pyodide.runPython('import site; site.getsitepackages()[0]'));
}

function explainCompilation(error: unknown): unknown {
  return error instanceof WebAssembly.CompileError
    ? new StartError({ kind: 'damaged', file: 'pyodide.asm.wasm' })
    : error;
}

/** An import that fails says only that it failed: asked again by fetch, the reason shows. */
async function explainImport(url: string, file: string, error: unknown, ask: typeof fetch): Promise<Error> {
  try {
    const response = await ask(url, { method: 'HEAD' });
    return response.ok
      ? new StartError({ kind: 'crashed', detail: error instanceof Error ? error.message : String(error) })
      : new StartError({ kind: 'missing', file, status: response.status });
  } catch {
    return new StartError({ kind: 'unreachable', file });
  }
}
