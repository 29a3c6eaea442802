/**
 * What is left of the worker's realm when code of a notebook runs in it (DESIGN.md, decision 12).
 *
 * An allow-list: what a browser adds tomorrow is taken away too. The page's origin is shared, so storage, other
 * workers, other tabs and the network must not be reachable from here.
 */

/** ECMAScript itself, and what Pyodide or a notebook uses and cannot do harm with. */
const KEPT = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError globalThis
  JSON Math Intl ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array
  Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator WeakMap
  WeakSet WeakRef Proxy Reflect FinalizationRegistry DisposableStack AsyncDisposableStack decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape unescape eval isFinite isNaN SharedArrayBuffer WebAssembly Temporal
  self console performance Performance PerformanceEntry PerformanceMark PerformanceMeasure queueMicrotask
  setTimeout clearTimeout setInterval clearInterval structuredClone reportError atob btoa
  TextEncoder TextDecoder TextEncoderStream TextDecoderStream ReadableStream WritableStream TransformStream
  ReadableStreamDefaultReader ReadableStreamDefaultController WritableStreamDefaultWriter
  WritableStreamDefaultController TransformStreamDefaultController ByteLengthQueuingStrategy CountQueuingStrategy
  CompressionStream DecompressionStream URL URLSearchParams Blob File FileReader FormData Headers Request Response
  AbortController AbortSignal Event EventTarget CustomEvent MessageEvent ErrorEvent PromiseRejectionEvent ProgressEvent
  MessageChannel MessagePort DOMException DOMMatrix DOMMatrixReadOnly DOMPoint DOMPointReadOnly DOMRect
  DOMRectReadOnly DOMQuad DOMStringList crypto Crypto CryptoKey SubtleCrypto ImageData ImageBitmap createImageBitmap
  OffscreenCanvas OffscreenCanvasRenderingContext2D CanvasGradient CanvasPattern Path2D TextMetrics
  WorkerGlobalScope DedicatedWorkerGlobalScope WorkerNavigator WorkerLocation navigator location origin name
  isSecureContext crossOriginIsolated addEventListener removeEventListener dispatchEvent onmessage onmessageerror
  onerror onunhandledrejection onrejectionhandled TEMPORARY PERSISTENT
  constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable __defineGetter__
  __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__`.split(/\s+/)
);

/** Of `navigator`: what says something of the browser and opens nothing. */
const KEPT_NAVIGATOR = new Set(
  `userAgent appCodeName appName appVersion platform product language languages onLine hardwareConcurrency
  deviceMemory constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable
  __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__`.split(/\s+/)
);

function parent(level: object): object | null {
  return Object.getPrototypeOf(level) as object | null;
}

/**
 * Deletes all but the allowed names on every level of the prototype chain.
 *
 * @returns names that could not be deleted; they were overwritten with undefined, or are named here because not even that worked
 */
export function strip(target: object, kept: ReadonlySet<string>): string[] {
  const stubborn: string[] = [];
  for (let level: object | null = target; level && level !== Object.prototype; level = parent(level)) {
    for (const key of Reflect.ownKeys(level)) {
      if (typeof key === 'symbol' || kept.has(key)) {
        continue;
      }
      if (!Reflect.deleteProperty(level, key)) {
        try {
          Object.defineProperty(level, key, { value: undefined });
        } catch {
          stubborn.push(key);
        }
      }
    }
  }
  return stubborn;
}

/** The network's error, in words: also what `pyodide.http` raises. */
const NO_NETWORK = 'No network here: put the file into the workshop and open it by its name';

/**
 * Cuts the realm down. To be called once, after the last fetch and before the first cell.
 *
 * @param keep names that Pyodide itself put on the realm and needs
 */
export function cutRealm(scope: typeof globalThis, keep: readonly string[] = []): string[] {
  const stubborn = strip(scope.navigator, KEPT_NAVIGATOR).map(name => `navigator.${name}`);
  stubborn.push(...strip(scope, new Set([...KEPT, ...keep])));
  Object.defineProperty(scope, 'fetch', {
    value: function fetch(): Promise<never> {
      return Promise.reject(new TypeError(NO_NETWORK));
    }
  });
  return stubborn;
}

/** Whether text can be turned into code: not where the worker's own Content-Security-Policy rules. */
export function canEvaluate(): boolean {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    return (new Function('return true') as () => boolean)();
  } catch {
    return false;
  }
}
