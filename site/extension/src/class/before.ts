/** What the version before kept of its classes, as files: signed by nobody, it is in no class of now [STO11]. */
import * as Y from 'yjs';
import { outputsName, parseName } from '../core/document/name';
import { Outputs } from '../core/outputs/outputs';
import { textOfNotebook, writeNotebook } from '../notebook/file';
import type { IStorage } from '../storage/storage';

/**
 * A notebook file with all that is kept of a document, and the outputs of whoever ran it on this device.
 *
 * @param people whoever used this device: 32 hex digits each
 * @throws Error when the document's beginning is not on this device; StorageError
 */
export async function fileOf(
  storage: IStorage,
  document: string,
  people: readonly string[]
): Promise<string> {
  const { genesis: hash } = parseName(document);
  const genesis = await storage.genesis(hash);
  if (!genesis) {
    throw new Error(`the beginning of this notebook (${hash.slice(0, 8)}) is not on this device`);
  }
  const doc = new Y.Doc();
  const outputs = new Outputs();
  try {
    Y.applyUpdate(doc, genesis);
    (await storage.read(document)).updates.forEach(update => Y.applyUpdate(doc, update));
    for (const person of people) {
      const { updates } = await storage.read(outputsName(document, person));
      if (updates.length > 0) {
        updates.forEach(update => Y.applyUpdate(outputs.doc, update));
        break;
      }
    }
    return textOfNotebook(writeNotebook(doc, outputs));
  } finally {
    doc.destroy();
    outputs.destroy();
  }
}
