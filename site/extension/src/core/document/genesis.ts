/**
 * Genesis: the state a notebook's documents start from. The same notebook gives the same structs, and the same bytes, on
 * every machine and in both languages (`site/peerbook/genesis.py`; golden vectors in `tests/protocol/genesis`).
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { metaOf } from './cells';
import { createCell } from './edit';
import { sortedKeys } from './json';
import type { INormalNotebook } from './normal';
import { evenPositions } from './position';
import { hex } from './source';

/** The genesis of a notebook. Its client is 53 bits of the hash of the same structs written by client 0. */
export function makeGenesis(notebook: INormalNotebook): Uint8Array {
  return writeGenesis(notebook, genesisClient(writeGenesis(notebook, 0)));
}

/** What a genesis is called: the hex SHA-256 of its bytes. */
export function genesisHash(genesis: Uint8Array): string {
  return hex(digest(genesis));
}

function genesisClient(bytes: Uint8Array): number {
  const hash = digest(bytes);
  let client = hash[0]! % 32;
  for (let index = 1; index < 7; index += 1) {
    client = client * 256 + hash[index]!;
  }
  return client;
}

function writeGenesis(notebook: INormalNotebook, client: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.transact(() => {
    const positions = evenPositions(notebook.cells.length);
    notebook.cells.forEach((cell, index) => createCell(doc, cell, positions[index]!));
    const meta = metaOf(doc);
    const metadata = new Y.Map<unknown>();
    meta.set('metadata', metadata);
    for (const key of sortedKeys(notebook.metadata)) {
      metadata.set(key, notebook.metadata[key]);
    }
    meta.set('nbformat', 4);
    meta.set('nbformat_minor', 5);
  });
  const bytes = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return bytes;
}
