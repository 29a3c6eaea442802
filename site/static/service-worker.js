/**
 * Keeps the site on this device and sets the headers that a plain static host cannot: isolation and the policy.
 *
 * Every file of an edition is known by the hash of its content, and kept under it. So an edition never mixes with another,
 * what did not change is not fetched again, and an update that is cut short changes nothing.
 * A file is kept when it is fetched, or when the page asks (`keep`). Only what this edition lists is touched.
 */
'use strict';

/** Filled in by the build (`peerbook.shell`). `files`: path to the first 16 hex digits of its SHA-256. */
const SITE = /* SITE */ { edition: '', files: {}, large: [], loose: [], absent: [], headers: { default: {} } } /* END */;

/** Six requests at a time is what browsers allow to one host over HTTP/1.1. */
const LANES = 6;
const HASH_DIGITS = 16;

// --- What to do with a request: pure ---------------------------------------------------------------------------------

/** The file a request means, relative to the site, or null when the request is no affair of ours. */
function pathOf(url, scope) {
  if (url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) {
    return null;
  }
  try {
    const path = decodeURIComponent(url.pathname.slice(scope.pathname.length));
    return path === '' || path.endsWith('/') ? `${path}index.html` : path;
  } catch {
    return null;
  }
}

/**
 * `kept` (by its hash), `loose` (may change after the build: network first), `absent` (asked of a server nobody has here),
 * `page` (not listed) or null: not ours.
 */
function planFor(request, scope, site) {
  const path = pathOf(new URL(request.url), scope);
  if (request.method !== 'GET' || path === null || request.headers.has('range')) {
    return null;
  }
  if (Object.hasOwn(site.files, path)) {
    return { kind: 'kept', path };
  }
  if (site.loose.includes(path)) {
    return { kind: 'loose', path };
  }
  if (site.absent.includes(path)) {
    return { kind: 'absent', path };
  }
  return request.mode === 'navigate' ? { kind: 'page', path } : null;
}

/** The headers of a file: `default`, and over it those of the rule whose name the file name begins with. */
function headersFor(path, site, scope) {
  const name = path.split('/').pop();
  const rule = Object.keys(site.headers).find(key => key !== 'default' && name.startsWith(`${key}.`));
  const headers = { ...site.headers.default, ...(rule ? site.headers[rule] : {}) };
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, value.replaceAll('{site}', scope.href)]));
}

/** The plain address of a file. */
function addressOf(path, scope) {
  return new URL(encodeURI(path), scope).href;
}

/** Where a file is kept: its address with its hash, and that of the headers it was given. */
function keyOf(path, site, scope) {
  return new URL(`${encodeURI(path)}?kept=${site.files[path] ?? 'loose'}.${site.headersHash ?? ''}`, scope).href;
}

/** The path in a key made by `keyOf`. */
function pathOfKey(key, scope) {
  return decodeURI(new URL(key).pathname.slice(scope.pathname.length));
}

// --- Around it: fetching and keeping ---------------------------------------------------------------------------------

const scope = new URL('./', self.location.href);
const cacheName = `peerbook:${scope.pathname}`;

/** The cache, or null where the browser refuses to keep anything: then everything comes from the network. */
async function openCache() {
  try {
    return await caches.open(cacheName);
  } catch {
    return null;
  }
}

async function find(cache, path) {
  return (await cache?.match(keyOf(path, SITE, scope), { ignoreVary: true })) ?? null;
}

/** The response with our headers. `body` when it has been read. */
function dress(response, path, body = response.body) {
  if (response.status < 200 || response.type === 'opaqueredirect') {
    return response;
  }
  const headers = new Headers(response.headers);
  headers.delete('vary');
  for (const [name, value] of Object.entries(headersFor(path, SITE, scope))) {
    headers.set(name, value);
  }
  const empty = [204, 205, 304].includes(response.status);
  return new Response(empty ? null : body, { status: response.status, statusText: response.statusText, headers });
}

async function hashOf(body) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('').slice(0, HASH_DIGITS);
}

/** Keeps what was read, if it is what this edition means by `path`. A full disk is no reason to fail. */
async function store(cache, path, response, body) {
  if (!response.ok || (await hashOf(body)) !== SITE.files[path]) {
    return false;
  }
  try {
    await cache?.put(keyOf(path, SITE, scope), dress(response, path, body));
    return cache !== null;
  } catch {
    return false;
  }
}

/** Fetches a listed file until it is this edition's; `modes` say how to use the browser's cache. Null: it is another's. */
async function fetchListed(cache, path, modes, url = addressOf(path, scope)) {
  for (const mode of modes) {
    const response = await fetch(url, { cache: mode });
    const body = await response.arrayBuffer();
    if (await store(cache, path, response, body)) {
      return { response, body };
    }
  }
  return null;
}

async function answerKept(event, path) {
  const cache = await openCache();
  const kept = await find(cache, path);
  if (kept) {
    return kept;
  }
  const response = await fetch(event.request);
  if (!response.ok || response.body === null) {
    return dress(response, path);
  }
  if (SITE.large.includes(path)) {
    // Passed on while it arrives, so that progress can be seen and WebAssembly compiles as it comes.
    const [now, later] = response.body.tee();
    event.waitUntil(new Response(later).arrayBuffer().then(body => store(cache, path, response, body), () => false));
    return dress(response, path, now);
  }
  const body = await response.arrayBuffer();
  if (!(await store(cache, path, response, body)) && (await hashOf(body)) !== SITE.files[path]) {
    // The browser's own cache may hold what an older edition called by this name.
    const fresh = await fetchListed(cache, path, ['reload']).catch(() => null);
    if (fresh) {
      return dress(fresh.response, path, fresh.body);
    }
    // The host has a newer edition: it is taken at the next visit, and until then what it says is better than nothing.
    event.waitUntil(self.registration.update().catch(() => undefined));
  }
  return dress(response, path, body);
}

async function answerLoose(event, path) {
  const cache = await openCache();
  try {
    const response = await fetch(event.request);
    if (response.ok && cache) {
      await cache.put(keyOf(path, SITE, scope), dress(response.clone(), path)).catch(() => undefined);
    }
    return dress(response, path);
  } catch (error) {
    const kept = await find(cache, path);
    if (kept) {
      return kept;
    }
    throw error;
  }
}

async function answer(event, plan) {
  try {
    if (plan.kind === 'kept') {
      return await answerKept(event, plan.path);
    }
    if (plan.kind === 'absent') {
      return new Response(null, { status: 404 });
    }
    return plan.kind === 'loose' ? await answerLoose(event, plan.path) : await fetch(event.request);
  } catch (error) {
    const away = event.request.mode === 'navigate' ? await find(await openCache(), 'offline.html') : null;
    if (away) {
      return away;
    }
    throw error;
  }
}

// --- Keeping for later ------------------------------------------------------------------------------------------------

/** Runs `work` on every item, a few at a time. */
async function each(items, work) {
  const todo = [...items];
  const lane = async () => {
    for (let item = todo.shift(); item !== undefined; item = todo.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/**
 * Which of `urls` (addresses or paths; all below one that ends in a slash) the edition lists: path to the address it was
 * asked for by, under which the browser's own cache may have it.
 */
function listed(urls, scope, site) {
  const found = new Map();
  for (const url of urls.map(url => new URL(url, scope))) {
    const path = pathOf(url, scope);
    const folder = url.pathname.endsWith('/') && path !== null ? path.slice(0, -'index.html'.length) : '';
    if (folder) {
      const below = Object.keys(site.files).filter(name => name.startsWith(folder) && !found.has(name));
      below.forEach(name => found.set(name, addressOf(name, scope)));
    } else if (path !== null && Object.hasOwn(site.files, path) && !found.has(path)) {
      found.set(path, url.href);
    }
  }
  return found;
}

/** Keeps what the page names. Tells `port` how far it is and, at the end, what could not be kept. */
async function keep(urls, port) {
  const found = listed(urls, scope, SITE);
  const cache = await openCache();
  const failed = [];
  let done = 0;
  await each(found, async ([path, url]) => {
    const have = await find(cache, path);
    if (!have && !(await fetchListed(cache, path, ['force-cache', 'reload'], url).catch(() => null))) {
      failed.push(path);
    }
    done += 1;
    port?.postMessage({ type: 'keeping', done, total: found.size });
  });
  port?.postMessage({ type: 'kept', total: found.size, failed });
}

/** What is kept already of what the page names. */
async function status(urls, port) {
  const found = listed(urls, scope, SITE);
  const cache = await openCache();
  const missing = [];
  await each(found.keys(), async path => {
    if (!(await find(cache, path))) {
      missing.push(path);
    }
  });
  port?.postMessage({ type: 'status', total: found.size, missing });
}

// --- Editions ---------------------------------------------------------------------------------------------------------

/** The files this device keeps of an older edition, in this one. All of them, or this edition is not taken at all. */
async function install() {
  const cache = await openCache();
  const before = cache ? (await cache.keys()).map(request => pathOfKey(request.url, scope)) : [];
  await each(new Set(before), async path => {
    if (!Object.hasOwn(SITE.files, path) || (await find(cache, path))) {
      return;
    }
    if (!(await fetchListed(cache, path, ['no-cache', 'reload']))) {
      throw new Error(`${path} is not of edition ${SITE.edition}`);
    }
  });
  if (!self.registration.active) {
    await self.skipWaiting();
  }
}

/** Only now, when no page uses the older edition any more, does it go. */
async function activate() {
  const cache = await openCache();
  for (const request of cache ? await cache.keys() : []) {
    const path = pathOfKey(request.url, scope);
    if (!SITE.loose.includes(path) && request.url !== keyOf(path, SITE, scope)) {
      await cache.delete(request, { ignoreVary: true });
    }
  }
  await self.clients.claim();
}

/** A page that has just been opened asks for the edition that waits; it is given when no other page is open. */
async function takeOver(port) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const here = pages.filter(page => page.url.startsWith(scope.href));
  const alone = here.length <= 1;
  port?.postMessage({ type: 'taking-over', alone });
  if (alone) {
    await self.skipWaiting();
  }
}

self.addEventListener('install', event => event.waitUntil(install()));
self.addEventListener('activate', event => event.waitUntil(activate()));
self.addEventListener('fetch', event => {
  const plan = planFor(event.request, scope, SITE);
  if (plan) {
    event.respondWith(answer(event, plan));
  }
});
self.addEventListener('message', event => {
  const { type, urls } = event.data ?? {};
  const port = event.ports[0] ?? event.source;
  if (type === 'keep' && Array.isArray(urls)) {
    event.waitUntil(keep(urls, port));
  } else if (type === 'status' && Array.isArray(urls)) {
    event.waitUntil(status(urls, port));
  } else if (type === 'take-over') {
    event.waitUntil(takeOver(port));
  }
});
