// @ts-check
/* Who has been here before finds the step they were at. All of it stays in this browser. */

const HOME = new URL('../../', import.meta.url);

/** Several sites can share a host, and so its storage: the key names the site. The value is JSON `{<slug>: <path>}`. */
const KEY = `peerbook:places:${HOME.pathname}`;

/** @returns {Record<string, string>} the last notebook opened of each workshop */
function readPlaces() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    // Storage refused, or not ours.
    return {};
  }
}

/**
 * @param {string} slug
 * @param {string} path
 */
function keepPlace(slug, path) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPlaces(), [slug]: path }));
  } catch {
    // Without storage there is nothing to go on with.
  }
}

/** @param {string} path */
function addressOf(path) {
  return new URL(`notebooks/index.html?path=${encodeURIComponent(path).replaceAll('%2F', '/')}`, HOME).href;
}

/** The workshop's page: the button goes on where one was, and the step says so. */
function showPlaceInSteps() {
  const steps = document.querySelector('.steps[data-slug]');
  const start = /** @type {HTMLAnchorElement | null} */ (document.querySelector('[data-start]'));
  if (!(steps instanceof HTMLElement) || !start) {
    return;
  }
  const place = readPlaces()[steps.dataset.slug ?? ''];
  const links = /** @type {HTMLAnchorElement[]} */ ([...steps.querySelectorAll('a[data-path]')]);
  links.forEach((link, index) => {
    const here = link.dataset.path === place;
    link.querySelector('.here')?.toggleAttribute('hidden', !here);
    if (here) {
      // Alone also where the steps lead into a class.
      start.href = link.href.split('#', 1)[0] ?? '';
      start.dataset.path = link.dataset.path;
      start.textContent = (start.dataset.words ?? '').replace('{n}', String(index + 1));
    }
  });
}

/** The catalogue: a card says where one was. */
function showPlacesInCards() {
  const places = readPlaces();
  for (const line of document.querySelectorAll('[data-place]')) {
    const paths = (line.getAttribute('data-paths') ?? '').split('\n');
    const index = paths.indexOf(places[line.getAttribute('data-place') ?? ''] ?? '');
    line.toggleAttribute('hidden', index < 0);
    if (index >= 0) {
      const link = document.createElement('a');
      link.href = addressOf(/** @type {string} */ (paths[index]));
      link.textContent = (line.getAttribute('data-words') ?? '').replace('{n}', String(index + 1));
      line.replaceChildren(link);
    }
  }
}

document.addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('a[data-path]') : null;
  if (link instanceof HTMLElement && link.dataset.path) {
    keepPlace(/** @type {string} */ (link.dataset.path.split('/', 1)[0]), link.dataset.path);
  }
});

// Also when the browser brings the page back as it was.
addEventListener('pageshow', () => {
  showPlaceInSteps();
  showPlacesInCards();
});
