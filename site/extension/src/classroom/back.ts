/** The way back from one's own copy to the class one came from, in this window. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { inClass } from './invited';

/** Several sites can share a host, and so its storage. */
const keyOf = (site: string): string => `peerbook:came-from:${site}`;

/** @param fragment the class that is left for a look at one's own copy; '' for none */
export function rememberClass(site: string, fragment: string, storage = () => sessionStorage): void {
  try {
    if (fragment === '') {
      storage().removeItem(keyOf(site));
    } else {
      storage().setItem(keyOf(site), fragment);
    }
  } catch {
    // Refused: the invite link leads back.
  }
}

export function classToReturnTo(site: string, storage = () => sessionStorage): string {
  try {
    return storage().getItem(keyOf(site)) ?? '';
  } catch {
    return '';
  }
}

/** Says whose this is, and leads back. */
export class BackLink extends Widget {
  /** @param here address of what is open, asked when the link is followed */
  constructor(trans: TranslationBundle, fragment: string, here: () => string) {
    super();
    this.addClass('pb-BackLink');
    const words = document.createElement('span');
    words.textContent = trans.__('Your copy');
    const link = document.createElement('a');
    link.textContent = trans.__('Back to the class');
    const aim = (): void => void (link.href = inClass(here(), fragment));
    ['pointerdown', 'focus', 'click'].forEach(kind => link.addEventListener(kind, aim));
    aim();
    this.node.append(words, link);
  }
}
