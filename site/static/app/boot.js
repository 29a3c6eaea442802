/**
 * Starts JupyterLab in an app's page: addresses made absolute, isolation awaited where the host gives no headers,
 * and words on the screen until there is something to see.
 *
 * Stands in for JupyterLite's inline script and its config-utils.js; the configuration was merged by the build.
 */

/** Set while this tab reloads to become isolated, so that it never reloads twice for it. */
const TRIED = 'peerbook:isolating';
/** When this tab last took a new edition. */
const TAKEN = 'peerbook:edition-taken';
const TAKE_AGAIN_MS = 60_000;
/** A service worker of some 20 KB that has not taken over by then never will (seen: 0.1 to 0.4 s). */
const CONTROL_MS = 5_000;
/** How often to look whether the app can be seen; half of what an eye notices. */
const LOOK_MS = 100;
/** What is there once an app can be used: a cell, a list of files, an editor, the launcher, or an error to read. */
const SEEN = '.jp-Cell, .jp-DirListing-content, .jp-FileEditor, .jp-LauncherCard, .jp-Dialog';
/** These are joined with the base address by JupyterLab itself. */
const JOINED_LATER = new Set(['licensesUrl', 'themesUrl']);

/**
 * The configuration with addresses that begin with `./` made absolute paths under `root` (`/school/py/`).
 *
 * @param {Record<string, unknown>} config
 * @param {string} root path of the site, ending in `/`
 * @returns {Record<string, unknown>}
 */
export function resolveConfig(config, root) {
  const absolute = value => (typeof value === 'string' && value.startsWith('./') ? root + value.slice(2) : value);
  const result = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'litePluginSettings' || key === 'settingsOverrides') {
      const plugins = Object.entries(value).map(([plugin, own]) => [plugin, resolveConfig(own, root)]);
      result[key] = Object.fromEntries(plugins);
    } else if (key.endsWith('Url') && !JOINED_LATER.has(key)) {
      result[key] = absolute(value);
    } else if (key.endsWith('Urls') && Array.isArray(value)) {
      result[key] = value.map(absolute);
    } else {
      result[key] = value;
    }
  }
  return result;
}

/**
 * Whether to start now, or first to let the service worker make this page isolated (which Stop needs).
 *
 * @param {{isolated: boolean, secure: boolean, worker: boolean, tried: boolean}} page `worker`: service workers exist
 * here; `tried`: this tab has already reloaded for it
 * @returns {'start' | 'isolate'}
 */
export function nextStep({ isolated, secure, worker, tried }) {
  return isolated || !secure || !worker || tried ? 'start' : 'isolate';
}

/** The title of the workshop that `path` (`first-steps/1-hello.ipynb`) lies in, or an empty text. */
export function titleOf(path, titles) {
  const slug = path.includes('/') ? path.split('/', 1)[0] : '';
  return Object.hasOwn(titles, slug) ? titles[slug] : '';
}

/** What failed, in words; `url` is the script that could not be fetched. */
export function failureOf(url) {
  const name = url.split(/[?#]/, 1)[0].split('/').pop() || 'a part of this page';
  return `Could not load ${name}: check the connection.`;
}

/**
 * The query with which the list of files opens a folder, or null to leave the address alone. JupyterLite takes every
 * `path` of that page for a file and leaves for an editor.
 *
 * @param {string} app @param {string} search
 */
export function folderQuery(app, search) {
  const path = new URLSearchParams(search).get('path') ?? '';
  const isFile = path.split('/').pop().includes('.');
  return app !== 'tree' || path === '' || isFile ? null : `?file-browser-path=${encodeURIComponent(path)}`;
}

async function main(configElement) {
  const root = new URL(configElement.dataset.jupyterLiteRoot + '/', document.baseURI);
  sayWhatOpens();
  addEventListener('error', onLoadError, true);
  if (await takeNewEdition()) {
    return;
  }
  const step = nextStep({
    isolated: globalThis.crossOriginIsolated === true,
    secure: globalThis.isSecureContext === true,
    worker: 'serviceWorker' in navigator,
    tried: flag() !== null
  });
  if (step === 'isolate' && (await isolate(root))) {
    return;
  }
  if (globalThis.crossOriginIsolated) {
    flag(null);
  }
  if (typeof WebAssembly !== 'object') {
    location.replace(new URL('unsupported.html', root));
    return;
  }
  const query = folderQuery(document.body?.dataset.notebook ?? '', location.search);
  if (query) {
    history.replaceState(null, '', query);
  }
  const config = resolveConfig(JSON.parse(configElement.textContent), root.pathname);
  configElement.textContent = JSON.stringify(config);
  for (const src of JSON.parse(configElement.dataset.scripts)) {
    const script = document.createElement('script');
    script.src = new URL(src, root);
    document.head.append(script);
  }
  uncoverWhenSeen();
}

/**
 * Lets the service worker take over and reloads once. True: the page is on its way out.
 * A browser that refuses (private mode, policy, no room) answers false, and everything goes on without.
 */
async function isolate(root) {
  try {
    flag('tried');
    if (flag() === null) {
      return false;
    }
    const taken = new Promise((resolve, reject) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
      setTimeout(() => reject(new Error('it did not take over')), CONTROL_MS);
    });
    const registration = await navigator.serviceWorker.register(new URL('service-worker.js', root), {
      scope: root.pathname,
      updateViaCache: 'none'
    });
    // In control already and yet not isolated: the page came before it. Active but not in control: a forced reload.
    if (!navigator.serviceWorker.controller && !registration.active) {
      await taken;
    } else {
      taken.catch(() => undefined);
    }
    location.reload();
    return true;
  } catch (error) {
    console.info('Peerbook goes on without its service worker:', error);
    return false;
  }
}

/**
 * Takes the edition that waits, if this is the only page of the site that is open. True: the page is on its way out.
 * Once in a tab's life of a minute, so that a host that changes at every request is no merry-go-round.
 */
async function takeNewEdition() {
  const workers = navigator.serviceWorker;
  try {
    const waiting = workers?.controller && (await workers.getRegistration())?.waiting;
    const last = Number(sessionStorage.getItem(TAKEN) ?? 0);
    if (!waiting || Date.now() - last < TAKE_AGAIN_MS) {
      return false;
    }
    sessionStorage.setItem(TAKEN, String(Date.now()));
    const taken = new Promise(resolve => workers.addEventListener('controllerchange', () => resolve(true), { once: true }));
    const { port1, port2 } = new MessageChannel();
    const alone = new Promise(resolve => (port1.onmessage = event => resolve(event.data.alone)));
    waiting.postMessage({ type: 'take-over' }, [port2]);
    const tooLong = new Promise(resolve => setTimeout(resolve, CONTROL_MS, false));
    const done = (await Promise.race([alone, tooLong])) && (await Promise.race([taken, tooLong]));
    port1.close();
    if (done) {
      location.reload();
    }
    return Boolean(done);
  } catch {
    return false;
  }
}

/** The tab's note that it has tried; storage that is refused reads as null. */
function flag(value) {
  try {
    if (value === null) {
      sessionStorage.removeItem(TRIED);
    } else if (value !== undefined) {
      sessionStorage.setItem(TRIED, value);
    }
    return sessionStorage.getItem(TRIED);
  } catch {
    return null;
  }
}

function sayWhatOpens() {
  const element = document.getElementById('peerbook-titles');
  const heading = document.getElementById('peerbook-opening-title');
  if (element && heading) {
    const path = new URLSearchParams(location.search).get('path') ?? '';
    heading.textContent = titleOf(path, JSON.parse(element.textContent)) || heading.textContent;
  }
}

/** A script that cannot be fetched says so; what fails later, behind a working page, is not the page's affair. */
function onLoadError(event) {
  const opening = document.getElementById('peerbook-opening');
  if (event.target instanceof HTMLScriptElement && opening) {
    document.getElementById('peerbook-opening-failure').textContent = failureOf(event.target.src);
    opening.classList.add('failed');
  }
}

function uncoverWhenSeen() {
  const timer = setInterval(() => {
    if (document.querySelector(SEEN)) {
      clearInterval(timer);
      document.getElementById('peerbook-opening')?.remove();
      removeEventListener('error', onLoadError, true);
    }
  }, LOOK_MS);
}

const configElement = globalThis.document?.getElementById('jupyter-config-data');
if (configElement) {
  void main(configElement);
}
