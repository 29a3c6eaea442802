/**
 * The class that a page's address carries in its fragment, kept on the way from page to page: what is left behind there
 * is the class. Small, for every page has it; `core/class/invitation.ts` reads what the fragment says.
 */

const CLASS = /^#(?:.*&)?(class=[^&]+(?:&branch=[a-z]+)?(?:&(?:of|team)=[0-9a-f]{32})?)/;

/** `#class=...` of a page's `location.hash`, with the class's page one is on; or '' for a page alone. */
export function classFragment(hash: string): string {
  const [, field] = CLASS.exec(hash) ?? [];
  return field === undefined ? '' : `#${field}`;
}

/** The same with another of the class's pages in it. */
export function withBranch(fragment: string, branch: string): string {
  return `${fragment.split('&', 1)[0]}&branch=${branch}`;
}

/** Somebody's own page, for whoever may read it. */
export function withPageOf(fragment: string, participant: string): string {
  return `${withBranch(fragment, 'mine')}&of=${participant}`;
}

/** A team's page. */
export function withTeam(fragment: string, team: string): string {
  return `${withBranch(fragment, 'team')}&team=${team}`;
}

/** The address of another page, in the same class. One that names a place in a page keeps that beside the class. */
export function inClass(address: string, fragment: string): string {
  const [page = '', place] = address.split('#', 2);
  if (fragment === '' || classFragment(`#${place ?? ''}`) !== '') {
    return address;
  }
  return page + fragment + (place ? `&${place}` : '');
}

/** What is used of a window. */
export interface IAddressed {
  readonly location: { readonly hash: string; readonly href: string; reload(): void };
  readonly history: Pick<History, 'pushState' | 'replaceState' | 'state'>;
  addEventListener(type: 'hashchange', listener: () => void): void;
}

/**
 * Holds on to the class while the page is open. JupyterLab's router writes addresses without a fragment, and a link to a
 * heading writes another one: after a reload one would be alone without having left. Another invite link, put into the
 * address by hand, is followed, by a page alone too.
 */
export function holdClass(page: IAddressed): void {
  const { location, history } = page;
  const fragment = classFragment(location.hash);
  for (const name of fragment === '' ? [] : (['pushState', 'replaceState'] as const)) {
    const write = history[name].bind(history);
    history[name] = (data, unused, url) =>
      write(data, unused, url == null ? url : inClass(String(url), fragment));
  }
  page.addEventListener('hashchange', () => {
    const now = classFragment(location.hash);
    if (now !== '' && now !== fragment) {
      location.reload();
    } else if (now !== fragment) {
      history.replaceState(history.state, '', location.href);
    }
  });
}
