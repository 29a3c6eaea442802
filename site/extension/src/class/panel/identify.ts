/** Who comes in with this page: whom the device remembers, or whoever says so on a card. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Identities, IIdentity } from '../identity';
import { askName } from './join';

/** In this window: the participant who joined, or that it is to be asked. */
const keyOf = (site: string): string => `peerbook:joined:${new URL(site).pathname}`;
const ASK = 'ask';

export interface IWindow {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly document: { readonly referrer: string };
}

/**
 * One who is known is not asked on every page. Where several share a device, whoever opens a link from elsewhere is.
 *
 * @param root absolute address of the site
 */
export async function identify(
  identities: Identities,
  root: string,
  trans: TranslationBundle,
  page: IWindow = window,
  ask = askName
): Promise<IIdentity> {
  const { all, last } = identities;
  const joined = read(page, root);
  const isFromHere = page.document.referrer.startsWith(root);
  const isSure = joined !== ASK && (all.length === 1 || isFromHere || joined === last?.participant);
  const identity = last && isSure ? last : await ask(identities, trans);
  write(page, root, identity.participant);
  return identity;
}

/** The next page in this window asks who it is. */
export function askAnew(root: string, page: IWindow = window): void {
  write(page, root, ASK);
}

function read(page: IWindow, root: string): string | null {
  try {
    return page.sessionStorage.getItem(keyOf(root));
  } catch {
    return null;
  }
}

function write(page: IWindow, root: string, value: string): void {
  try {
    page.sessionStorage.setItem(keyOf(root), value);
  } catch {
    // Refused: asked again where several share the device.
  }
}
