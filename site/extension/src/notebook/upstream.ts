/**
 * Every private or protected member of JupyterLab, JupyterLite and Yjs that the notebook leans on, and nothing else.
 * `upstream.test.ts` fails when one of them vanishes or becomes another kind of thing.
 */
import type { YNotebook } from '@jupyter/ydoc';
import type { Signal } from '@lumino/signaling';
import * as Y from 'yjs';

/** The part of an item that undo is asked about. */
export interface IStruct {
  readonly id: Y.ID;
}

/**
 * Gives the root name `cells` back: YNotebook's constructor takes it for an array, and the documents' cells are a map.
 * The array it keeps is no part of the document any more and stays empty.
 */
export function releaseCells(notebook: YNotebook): void {
  notebook.ydoc.share.delete('cells');
}

/** The signals behind the read-only faces that YNotebook and its cells show. */
export function emitterOf<S, T>(signal: {
  connect(slot: (sender: S, args: T) => void): boolean;
}): Signal<S, T> {
  return signal as unknown as Signal<S, T>;
}

/** Has undo leave alone what `keep` names. */
export function keepOnUndo(manager: Y.UndoManager, keep: (struct: IStruct) => boolean): void {
  manager.deleteFilter = struct => !keep(struct);
}

/** The next clock of a client: how many structs of it the document knows. */
export function clockOf(doc: Y.Doc, client: number): number {
  return Y.getState(doc.store, client);
}

/** The clients whose text stands in `text`. */
export function authorsOf(text: Y.Text): number[] {
  const clients = new Set<number>();
  for (let item = text._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable) {
      clients.add(item.id.client);
    }
  }
  return [...clients];
}

/** A notebook factory's content provider, which its type says is read-only once it was made. */
export function setContentProvider(factory: object, id: string): void {
  (factory as { contentProviderId?: string }).contentProviderId = id;
}
