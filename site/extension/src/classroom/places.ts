/** Remembers, for the workshop's page, at which notebook somebody was. The key and the form are those of `static/pages.js`. */

/** Several sites can share a host, and so its storage: the key names the site's path. */
export function rememberPlace(site: string, slug: string, path: string, storage = () => localStorage): void {
  const key = `peerbook:places:${site}`;
  try {
    const places = JSON.parse(storage().getItem(key) ?? '{}') as Record<string, string>;
    storage().setItem(key, JSON.stringify({ ...places, [slug]: path }));
  } catch {
    // Storage refused or full: the page then begins at the first step.
  }
}
