/** What the build says of the site's workshops: `workshops.json` at the site's root. */

/** A file of an environment, fetched by the kernel's worker before Python starts. */
export interface IArchive {
  /** Relative to the site's root. */
  readonly url: string;
  /** Size as it is on disk, in bytes. */
  readonly bytes: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

export interface IEnvironment {
  /** 64 hex digits; the first 8, in two groups of four, are what two people compare. */
  readonly fingerprint: string;
  /** Folder of Pyodide's core (`pyodide.mjs` and the rest), relative to the site's root, ending in `/`. */
  readonly pyodideUrl: string;
  readonly pyodideVersion: string;
  /** `info` of Pyodide's lock file, which `loadPyodide` wants whole. */
  readonly lockInfo: Readonly<Record<string, string>>;
  /** The standard library, compiled: a gzipped zip; the zip is given to `loadPyodide` as `stdLibURL`. */
  readonly standardLibrary: IArchive;
  /** Pyodide's core files, for the sum of bytes to fetch. */
  readonly core: readonly IArchive[];
  /** Gzipped zips of pure packages, compiled, unpacked into site-packages. */
  readonly archives: readonly IArchive[];
  /** Compiled packages: a Pyodide lock of their wheels (relative to the site's root), or null when there are none. */
  readonly compiledLockUrl: string | null;
  /** Names to give to `loadPackage`. */
  readonly compiled: readonly string[];
  /** Everything that can be imported, for the help given when something cannot. */
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly imports: readonly string[];
  }[];
  /** All that is fetched for Python to start, in bytes. */
  readonly bytes: number;
}

export interface INotebookEntry {
  /** Relative to the workshop's folder. */
  readonly path: string;
  readonly title: string;
  /** Hex SHA-256 of the genesis, and where its bytes are, relative to the site's root. */
  readonly genesis: { readonly hash: string; readonly url: string };
}

export interface IWorkshop {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly language: string;
  readonly notebooks: readonly INotebookEntry[];
  /** Data files, relative to the workshop's folder. */
  readonly data: readonly string[];
  readonly environment: IEnvironment;
}

export interface ICatalogue {
  /** Hash of the whole site's content. */
  readonly edition: string;
  /** What notebooks outside of any workshop run on. */
  readonly environment: IEnvironment;
  readonly workshops: readonly IWorkshop[];
}

let catalogue: Promise<ICatalogue> | null = null;

/**
 * The catalogue, fetched once per page.
 *
 * @throws Error naming the address when it cannot be read; the next call tries again.
 */
export function fetchCatalogue(baseUrl: string): Promise<ICatalogue> {
  catalogue ??= load(baseUrl).catch(error => {
    catalogue = null;
    throw error;
  });
  return catalogue;
}

async function load(baseUrl: string): Promise<ICatalogue> {
  const url = new URL('workshops.json', new URL(baseUrl, location.href)).href;
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(
      `${url} could not be read (${response.status}). Reload the page; if it stays so, build the site again.`
    );
  }
  return (await response.json()) as ICatalogue;
}

/** The workshop a path of the default drive lies in (`first-steps/1-hello.ipynb`), or undefined. */
export function workshopOf(catalogue: ICatalogue, path: string): IWorkshop | undefined {
  const slug = path.split('/', 1)[0];
  return path.includes('/') ? catalogue.workshops.find(workshop => workshop.slug === slug) : undefined;
}
