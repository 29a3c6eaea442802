/**
 * The seam to what keeps work on this device: for each document an append-only log, the genesis it grew from, and an
 * index from paths to documents. Every implementation passes `contract.ts`. The rules are STO in docs/SPEC.md.
 */

/** Why something is not kept: there is no room, or the browser does not let us (blocked, private, never answers). */
export type Refusal = 'full' | 'refused';

export class StorageError extends Error {
  constructor(
    readonly refusal: Refusal,
    detail: string
  ) {
    super(detail);
  }
}

/** What is known of a document's changes. */
export interface ILog {
  /** Updates to apply to the genesis, each as often as one likes. */
  readonly updates: readonly Uint8Array[];
  /** The last record they include; `compact` takes it. */
  readonly upTo: number;
  /** Records whose checksum did not fit: set aside, never applied, never thrown away. */
  readonly setAside: number;
}

/** What lies at a path. */
export interface IPathEntry {
  /** The document's name. */
  readonly document: string;
  /** Hex SHA-256 of the genesis it grew from. */
  readonly genesis: string;
  /** Whether it grew from a workshop's notebook or from a file of the user's own. */
  readonly origin: 'workshop' | 'own';
  /** When the drive's file was last written by us, as the drive says it: another time is another writer. */
  readonly fileStamp?: string;
  /** Digest of the notebook as it was last written to the drive: another one, and the file is older. */
  readonly fileDigest?: string;
  /** The edition (genesis) the user was told of and chose not to open. */
  readonly declined?: string;
}

export interface IStorage {
  readonly kind: 'indexeddb' | 'memory';
  /** Resolves when the update is kept whole. @throws StorageError */
  append(document: string, update: Uint8Array): Promise<void>;
  read(document: string): Promise<ILog>;
  /** One snapshot instead of the records up to `upTo`, which it includes. What was added meanwhile stays. */
  compact(document: string, snapshot: Uint8Array, upTo: number): Promise<void>;
  /** Names of all documents with a log. */
  documents(): Promise<string[]>;
  putGenesis(hash: string, bytes: Uint8Array): Promise<void>;
  genesis(hash: string): Promise<Uint8Array | null>;
  /**
   * The entry of a path; where there is none, the one that `make` gives, kept in the same step: two tabs that open one
   * path in the same moment get the same document. `taken` tells whether another path has a document of that name.
   */
  claim(path: string, make: (taken: (document: string) => boolean) => IPathEntry): Promise<IPathEntry>;
  entry(path: string): Promise<IPathEntry | null>;
  setEntry(path: string, entry: IPathEntry): Promise<void>;
  removeEntry(path: string): Promise<void>;
  entries(): Promise<Map<string, IPathEntry>>;
  setting(key: string): Promise<string | null>;
  putSetting(key: string, value: string): Promise<void>;
  close(): void;
}
