/** Addresses of a notebook on the class's pages, and outside of the class. */
import { PageConfig } from '@jupyterlab/coreutils';
import { inClass, withBranch, withTeam } from '../classroom/invited';
import { addresses } from '../classroom/place';
import { fragmentOf, type IInvitation } from '../core/class/invitation';
import type { Branch } from '../core/document/name';

/** One's own copy, without the class. @param root absolute address of the site; `path` the notebook's */
export function copyAddress(root: string, path: string): string {
  const isLab = !PageConfig.getOption('notebookPage');
  return new URL(isLab ? addresses.lab(path) : addresses.notebook(path), root).href;
}

/** The notebook on one of the class's pages; with `team` on that team's. */
export function pageAddress(
  root: string,
  path: string,
  invitation: IInvitation,
  branch: Branch,
  team?: string
): string {
  const fragment = fragmentOf(invitation);
  const page = team === undefined ? withBranch(fragment, branch) : withTeam(fragment, team);
  return inClass(copyAddress(root, path), page);
}
