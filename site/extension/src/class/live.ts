/** What is there only in a class, in a chunk of its own: a page alone fetches none of it. Wiring only. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { rememberClass } from '../classroom/back';
import type { IClassroomBar } from '../classroom/tokens';
import type { Session } from '../notebook/session';
import { digest } from 'lib0/hash/sha256';
import {
  branchIn,
  fragmentOf,
  ownerIn,
  pageOwnerIn,
  readFragment,
  teamIn,
  withoutOwner
} from '../core/class/invitation';
import { FROM_LOG } from '../notebook/keeper';
import { FROM_TAB } from '../notebook/tabs';
import { fetchCatalogue } from '../workshop/catalogue';
import { Cursors } from './cursors/cursors';
import { browserIdentities } from './identity';
import { browserVault } from './device';
import { enter } from './enter';
import type { IMembership } from './membership';
import { OutputsChoice } from './outputs/outputs';
import { waitToEnter } from './panel/entrance';
import { identify } from './panel/identify';
import { showDamaged } from './panel/join';
import { ClassPart } from './panel/part';
import { Reading } from './reading/reading';

/** What each part of the class's interface is given. */
export interface IClassParts {
  readonly front: JupyterFrontEnd;
  readonly tracker: INotebookTracker;
  readonly bar: IClassroomBar | null;
  readonly trans: TranslationBundle;
  readonly membership: IMembership;
  /** The session of an open notebook; `session.branch` says whose it is. */
  sessionOf(path: string): Session | undefined;
}

/**
 * The class that the page's fragment invites to, once it is known who comes; null when the link is damaged.
 *
 * @param root absolute address of the site
 */
export async function join(
  root: string,
  fragment: string,
  trans: TranslationBundle
): Promise<IMembership | null> {
  const invited = readFragment(fragment, digest);
  if (invited.kind === 'damaged') {
    showDamaged(invited, trans);
  }
  if (invited.kind !== 'invited') {
    return null;
  }
  const owner = ownerIn(fragment);
  if (owner !== null) {
    // It may be copied, shown and kept.
    history.replaceState(history.state, '', withoutOwner(location.href));
  }
  const identities = browserIdentities(root);
  const team = teamIn(fragment);
  const goal = { branch: branchIn(fragment), pageOwner: pageOwnerIn(fragment), isTeam: team !== null };
  const identity = await identify(identities, invited.invitation.code, root, trans, goal);
  const paths = new Map<string, string>();
  void fetchCatalogue(root).then(
    ({ workshops }) =>
      workshops.forEach(({ slug, notebooks }) =>
        notebooks.forEach(({ path, genesis }) => paths.set(genesis.hash, `${slug}/${path}`))
      ),
    () => undefined
  );
  const joined = await enter({
    vault: await browserVault(root),
    invitation: invited.invitation,
    ...goal,
    team,
    owner,
    identity,
    identities,
    root,
    isForeign: origin => origin === FROM_LOG || origin === FROM_TAB,
    pathOf: genesis => paths.get(genesis)
  });
  await waitToEnter(joined, trans, () =>
    rememberClass(new URL(root).pathname, fragmentOf(joined.invitation))
  );
  return joined;
}

/** Shows the class in the page. */
export function show(parts: IClassParts): void {
  new ClassPart(parts);
  new Cursors(parts);
  new OutputsChoice(parts);
  new Reading(parts);
}
