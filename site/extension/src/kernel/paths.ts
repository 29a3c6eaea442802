/** Paths that come from a notebook's code: nothing outside of the workshop's folder can be named. */

/** Why a path is refused. */
export type PathRefusal = 'empty' | 'absolute' | 'outside' | 'characters' | 'long';

/** Longest segment: what common file systems take. */
const SEGMENT_CHARACTERS = 255;
const PATH_CHARACTERS = 1024;

/**
 * Judges a path relative to the mirrored folder.
 *
 * `%` and `:` are refused because JupyterLite decodes the first and takes the second for the name of a drive;
 * `\` because Windows takes it for a separator when the file is downloaded.
 */
export function refusePath(path: unknown): PathRefusal | null {
  if (typeof path !== 'string' || path === '') {
    return 'empty';
  }
  if (path.startsWith('/')) {
    return 'absolute';
  }
  if (path.length > PATH_CHARACTERS) {
    return 'long';
  }
  if (/[\u0000-\u001f\u007f%:\\]/.test(path) || path !== toWellFormed(path)) {
    return 'characters';
  }
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') {
      return 'outside';
    }
    if (segment.length > SEGMENT_CHARACTERS) {
      return 'long';
    }
  }
  return null;
}

/** Half a surrogate pair cannot be a key or an address. */
function toWellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** What Python makes for itself and nobody wants in the file list. */
export function isPrivate(path: string): boolean {
  return path.split('/').some(segment => segment === '__pycache__' || segment === '.ipynb_checkpoints');
}

export function isNotebook(path: string): boolean {
  return path.toLowerCase().endsWith('.ipynb');
}

/** The folder that a notebook's Python sees. */
export interface IPlace {
  /** Folder of the default drive that is mirrored; '' is the root. */
  readonly root: string;
  /** Where cells run, relative to `root`. */
  readonly directory: string;
  /** First segments under `root` that are not mirrored: the workshops, when `root` is the drive's root. */
  readonly excluded: ReadonlySet<string>;
  /** Name of the mirror under the home folder. */
  readonly name: string;
}

/**
 * Where the Python of a notebook in `location` lives: in its workshop's folder, or outside of any workshop in the
 * notebook's own folder. One workshop never sees another's files, nor does a notebook that is in none.
 *
 * @param location folder of the notebook on the default drive, '' for the root
 * @param slugs the site's workshops
 */
export function findPlace(location: string, slugs: readonly string[]): IPlace {
  const clean = location.replace(/^\/+|\/+$/g, '');
  const first = clean.split('/', 1)[0] ?? '';
  if (first !== '' && slugs.includes(first)) {
    return { root: first, directory: clean.slice(first.length + 1), excluded: new Set(), name: first };
  }
  const name = clean.split('/').pop() || 'notebooks';
  return { root: clean, directory: '', excluded: new Set(clean === '' ? slugs : []), name };
}
