/** Where one was in a workshop: written by the workshop's page (site/static/pages.js), read here. */
import type { INotes } from '../class/identity';

/** The path of the notebook, or null. `site` is the site's path. */
export function placeIn(site: string, notes: INotes | null, workshop: string): string | null {
  try {
    const read: unknown = JSON.parse(notes?.getItem(`peerbook:places:${site}`) ?? '{}');
    const path = (read as Record<string, unknown> | null)?.[workshop];
    return typeof path === 'string' && path.startsWith(`${workshop}/`) ? path : null;
  } catch {
    return null;
  }
}
