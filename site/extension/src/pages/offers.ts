/** The workshops of this site, as the teacher's page lists them. */
import type { ICatalogue } from '../workshop/catalogue';

export interface IOffer {
  readonly slug: string;
  readonly title: string;
  /** Its page, relative to the site. */
  readonly page: string;
  /** Path to title, in the order they are worked through. */
  readonly steps: ReadonlyMap<string, string>;
}

/** What stands in the list; an author's words stay text. */
export function offersIn(list: ParentNode | null): IOffer[] {
  const items = [...(list?.querySelectorAll<HTMLElement>('li[data-slug]') ?? [])];
  return items.map(item => {
    const steps = [...item.querySelectorAll<HTMLElement>('[data-path]')];
    return {
      slug: item.dataset.slug ?? '',
      title: item.querySelector('a')?.textContent ?? '',
      page: item.dataset.page ?? '',
      steps: new Map(steps.map(step => [step.dataset.path ?? '', step.textContent ?? '']))
    };
  });
}

/** Which workshop the address names: `?workshop=<slug>`; the only one there is needs no name. */
export function offerOf(
  search: string,
  offers: readonly IOffer[]
): IOffer | { readonly unknown: string } | null {
  const named = new URLSearchParams(search).get('workshop');
  if (named === null) {
    return (offers.length === 1 && offers[0]) || null;
  }
  return offers.find(offer => offer.slug === named) ?? { unknown: named.slice(0, 100) };
}

/** The genesis of each notebook, and its path: documents know of no paths. */
export function pathsIn({ workshops }: ICatalogue): [string, string][] {
  return workshops.flatMap(({ slug, notebooks }) =>
    notebooks.map(({ path, genesis }): [string, string] => [genesis.hash, `${slug}/${path}`])
  );
}
