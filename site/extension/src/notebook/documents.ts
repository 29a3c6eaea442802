/** Which document lies at a path, and how one begins: from a workshop's genesis, or from a file of the user's own. */
import * as Y from 'yjs';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { formatName, outputsName, randomHex } from '../core/document/name';
import { FROM_LOG } from './keeper';
import { Outputs } from '../core/outputs/outputs';
import type { IPathEntry, IStorage } from '../storage/storage';
import type { INotebookEntry } from '../workshop/catalogue';
import { type IReadNotebook, readNotebook, writeNotebook } from './file';
import type { ITogether } from './together';
import type { JsonObject } from '../core/document/json';

/** The world around the documents, passed in. */
export interface ISurroundings {
  readonly storage: IStorage;
  /** The workshop's notebook at a path, as this edition of the site has it. */
  published(path: string): Promise<INotebookEntry | null>;
  fetchBytes(url: string): Promise<Uint8Array>;
  /** The drive's file, or null. `stamp` is when it was last written. */
  readFile(path: string): Promise<{ readonly content: unknown; readonly stamp: string } | null>;
  readonly random: (into: Uint8Array) => Uint8Array;
}

/** What opening a path found. */
export interface IFound {
  readonly entry: IPathEntry;
  readonly genesis: Uint8Array;
  readonly owner: string;
  /** The workshop has another edition of this notebook than the one this document grew from. */
  readonly newer: INotebookEntry | null;
}

export class MissingError extends Error {}

/** Who owns what is written here, until there are root keys: made once per device. */
export async function ownerOf({ storage, random }: ISurroundings): Promise<string> {
  const known = await storage.setting('owner');
  if (known) {
    return known;
  }
  await storage.putSetting('owner', randomHex(16, random));
  // Two tabs may have made one each in this moment: what is kept counts.
  return (await storage.setting('owner'))!;
}

/** The document at a path; begun when there is none. @throws MissingError when there is nothing at the path */
export async function findDocument(around: ISurroundings, path: string): Promise<IFound> {
  const owner = await ownerOf(around);
  const published = await around.published(path);
  const entry = await around.storage.entry(path);
  if (!entry) {
    return begin(around, path, owner, published);
  }
  if (entry.origin === 'workshop' && published && published.genesis.hash !== entry.genesis) {
    if (await isUntouched(around.storage, entry.document, owner)) {
      // Nothing was written into it: it follows its workshop in silence.
      await around.storage.removeEntry(path);
      return begin(around, path, owner, published);
    }
    const newer = entry.declined === published.genesis.hash ? null : published;
    return { entry, genesis: await genesisBytes(around, entry.genesis), owner, newer };
  }
  return { entry, genesis: await genesisBytes(around, entry.genesis, published), owner, newer: null };
}

/**
 * The document that a class shares at a path; null when the path is no notebook of a workshop, which the class does not know.
 * An edition once opened in a class stays its edition on this device: what was written together stays in view.
 */
export async function findShared(
  around: ISurroundings,
  path: string,
  together: ITogether
): Promise<IFound | null> {
  const setting = `shared ${together.invitation.everyone} ${path}`;
  const pinned = await around.storage.setting(setting);
  const published = await around.published(path);
  const genesis = pinned ?? published?.genesis.hash;
  if (!genesis) {
    return null;
  }
  const bytes = await genesisBytes(around, genesis, published);
  await around.storage.putSetting(setting, genesis);
  const document = together.documentName(genesis);
  return {
    entry: { document, genesis, origin: 'workshop' },
    genesis: bytes,
    owner: together.me.participant,
    newer: null
  };
}

async function isUntouched(storage: IStorage, document: string, owner: string): Promise<boolean> {
  const logs = await Promise.all([storage.read(document), storage.read(outputsName(document, owner))]);
  return logs.every(log => log.updates.length === 0 && log.setAside === 0);
}

async function genesisBytes(
  around: ISurroundings,
  hash: string,
  published?: INotebookEntry | null
): Promise<Uint8Array> {
  const kept = await around.storage.genesis(hash);
  if (kept) {
    return kept;
  }
  if (published?.genesis.hash === hash) {
    return fetchGenesis(around, published);
  }
  throw new Error(`The beginning of this notebook (${hash.slice(0, 8)}) is not on this device`);
}

/** The bytes of a published genesis, checked and kept with the documents that grow from it. */
export async function fetchGenesis(around: ISurroundings, published: INotebookEntry): Promise<Uint8Array> {
  const bytes = await around.fetchBytes(published.genesis.url);
  if (genesisHash(bytes) !== published.genesis.hash) {
    throw new Error(`${published.genesis.url} is not what the catalogue says`);
  }
  await around.storage.putGenesis(published.genesis.hash, bytes);
  return bytes;
}

async function begin(
  around: ISurroundings,
  path: string,
  owner: string,
  published: INotebookEntry | null
): Promise<IFound> {
  if (published) {
    const genesis = await fetchGenesis(around, published);
    const entry = await claim(around, path, published.genesis.hash, 'workshop', owner, false);
    return { entry, genesis, owner, newer: null };
  }
  const file = await around.readFile(path);
  if (!file) {
    throw new MissingError(path);
  }
  return beginFrom(around, path, owner, readNotebook(file.content), file.stamp);
}

async function beginFrom(
  around: ISurroundings,
  path: string,
  owner: string,
  read: IReadNotebook,
  fileStamp?: string
): Promise<IFound> {
  const genesis = makeGenesis(read.notebook);
  const hash = genesisHash(genesis);
  await around.storage.putGenesis(hash, genesis);
  const entry = await claim(around, path, hash, 'own', owner, true, fileStamp);
  if (entry.genesis !== hash) {
    return { entry, genesis: await genesisBytes(around, entry.genesis), owner, newer: null };
  }
  if (read.outputs.size > 0) {
    const name = outputsName(entry.document, owner);
    if ((await around.storage.read(name)).updates.length === 0) {
      const outputs = new Outputs();
      read.outputs.forEach(({ outputs: list, count }, id) => {
        outputs.splice(id, 0, 0, list);
        outputs.setCount(id, count);
      });
      await around.storage.append(name, Y.encodeStateAsUpdate(outputs.doc));
      outputs.destroy();
    }
  }
  return { entry, genesis, owner, newer: null };
}

/** Begins a document of the user's own at a free path. */
export async function beginOwn(
  around: ISurroundings,
  path: string,
  read: IReadNotebook,
  fileStamp?: string
): Promise<IPathEntry> {
  return (await beginFrom(around, path, await ownerOf(around), read, fileStamp)).entry;
}

/** Begins a document at a free path from another edition of a workshop's notebook. */
export async function beginEdition(
  around: ISurroundings,
  path: string,
  published: INotebookEntry
): Promise<IPathEntry> {
  return (await begin(around, path, await ownerOf(around), published)).entry;
}

async function claim(
  around: ISurroundings,
  path: string,
  genesis: string,
  origin: IPathEntry['origin'],
  owner: string,
  always: boolean,
  fileStamp?: string
): Promise<IPathEntry> {
  // A log without a path is a deleted document: beginning again is another document.
  const known = new Set(await around.storage.documents());
  const first = formatName({ genesis, branch: 'mine', owner });
  const copy = randomHex(16, around.random);
  return around.storage.claim(path, taken => {
    const fresh = !always && !taken(first) && !known.has(first) && !known.has(outputsName(first, owner));
    const document = fresh ? first : formatName({ genesis, branch: 'mine', owner, copy });
    return { document, genesis, origin, ...(fileStamp ? { fileStamp } : {}) };
  });
}

/** A document that is not open, as a notebook file. */
export async function readDocument(around: ISurroundings, entry: IPathEntry): Promise<JsonObject> {
  const owner = await ownerOf(around);
  const doc = new Y.Doc();
  const outputs = new Outputs();
  Y.applyUpdate(doc, await genesisBytes(around, entry.genesis), FROM_LOG);
  (await around.storage.read(entry.document)).updates.forEach(update => Y.applyUpdate(doc, update, FROM_LOG));
  const log = await around.storage.read(outputsName(entry.document, owner));
  log.updates.forEach(update => Y.applyUpdate(outputs.doc, update, FROM_LOG));
  const notebook = writeNotebook(doc, outputs);
  doc.destroy();
  outputs.destroy();
  return notebook;
}
