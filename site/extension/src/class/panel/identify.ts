/** Who comes in with this page: whom the device remembers, or whoever says so on a card. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Identities, IIdentity } from '../identity';
import { askName, type IGoal } from './join';

/** In this window: the class and who joined it, as the workshop's page keeps it (`pages/join.ts`); or that it is to be asked. */
const keyOf = (site: string): string => `peerbook:joined:${new URL(site).pathname}`;
const ASK = '[]';

export interface IWindow {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly document: { readonly referrer: string };
}

/**
 * One who is known is not asked on every page. Where several share a device, whoever opens a link from elsewhere is.
 *
 * @param root absolute address of the site
 * @param code of the invitation
 * @param goal which of the class's pages the link leads to
 */
export async function identify(
  identities: Identities,
  code: string,
  root: string,
  trans: TranslationBundle,
  goal: IGoal,
  page: IWindow = window,
  ask = askName
): Promise<IIdentity> {
  const kept = read(page, root);
  const { all, last } = identities;
  const joined = all.find(each => kept === noteOf(code, each));
  const isFromHere = page.document.referrer.startsWith(root);
  const isSure = kept !== ASK && (all.length === 1 || isFromHere);
  const identity = joined ?? (isSure ? last : null) ?? (await ask(identities, trans, goal));
  write(page, root, noteOf(code, identity));
  return identity;
}

/** The next page in this window asks who it is. */
export function askAnew(root: string, page: IWindow = window): void {
  write(page, root, ASK);
}

function noteOf(code: string, { participant }: IIdentity): string {
  return JSON.stringify([code, participant]);
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
