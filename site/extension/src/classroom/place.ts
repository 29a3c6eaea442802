/** Where a notebook stands: its workshop, its step, what comes before and after. Pure. */
import type { ICatalogue, INotebookEntry, IWorkshop } from '../workshop/catalogue';
import { workshopOf } from '../workshop/catalogue';

export interface IStep {
  /** Path on the default drive. */
  readonly path: string;
  readonly title: string;
  /** Counted from 1, as people do. */
  readonly number: number;
}

export interface IPlace {
  readonly workshop: IWorkshop;
  /** Undefined for a file that is no step: data, or a notebook somebody made. */
  readonly step: IStep | undefined;
  readonly previous: IStep | undefined;
  readonly next: IStep | undefined;
}

/** The place of `path` (`first-steps/2-loops.ipynb`), or undefined outside of every workshop. */
export function placeOf(catalogue: ICatalogue, path: string): IPlace | undefined {
  const workshop = workshopOf(catalogue, path);
  if (!workshop) {
    return undefined;
  }
  const steps = workshop.notebooks.map((notebook, index) => stepOf(workshop, notebook, index));
  const index = steps.findIndex(step => step.path === path);
  const at = (position: number) => (index < 0 ? undefined : steps[position]);
  return { workshop, step: at(index), previous: at(index - 1), next: at(index + 1) };
}

function stepOf(workshop: IWorkshop, notebook: INotebookEntry, index: number): IStep {
  const number = index + 1;
  // Many a title says its number itself: "1. Hello".
  const title = notebook.title.replace(new RegExp(`^${number}[.):]?\\s+`), '') || notebook.title;
  return { path: `${workshop.slug}/${notebook.path}`, title, number };
}

/** Pages of the site, relative to its root. */
export const addresses = {
  catalogue: () => 'index.html',
  workshop: (slug: string) => `workshops/${encodeURIComponent(slug)}/index.html`,
  notebook: (path: string) => `notebooks/index.html?path=${query(path)}`,
  lab: (path: string) => `lab/index.html?path=${query(path)}`,
  files: (folder: string) => `tree/index.html?path=${query(folder)}`
};

/** Slashes stay readable in an address. */
function query(path: string): string {
  return encodeURIComponent(path).replaceAll('%2F', '/');
}

/** The path of the notebook that a link in a text leads to, or undefined when it leads elsewhere. */
export function linkedNotebook(href: string, root: string): string | undefined {
  const files = `${root}files/`;
  const address = href.split(/[?#]/, 1)[0] as string;
  return address.startsWith(files) && address.endsWith('.ipynb')
    ? decodeURIComponent(address.slice(files.length))
    : undefined;
}

/** What a browser tab is called: `2 Loops - First steps`. */
export function tabTitle(place: IPlace | undefined, name: string): string {
  if (!place) {
    return name;
  }
  const here = place.step ? `${place.step.number} ${place.step.title}` : name;
  return `${here} - ${place.workshop.title}`;
}
