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

interface IDocumentOf {
  _ydoc: Y.Doc;
  ymeta: Y.Map<unknown>;
  _undoManager: Y.UndoManager;
  readonly _onMetaChanged: Parameters<Y.Map<unknown>['observeDeep']>[0];
}

/** Has a notebook read another document from now on; its undo begins anew. */
export function changeDocument(notebook: YNotebook, ydoc: Y.Doc): void {
  const inner = notebook as unknown as IDocumentOf;
  inner.ymeta.unobserveDeep(inner._onMetaChanged);
  inner._undoManager.destroy();
  inner._ydoc = ydoc;
  inner.ymeta = ydoc.getMap('meta');
  inner.ymeta.observeDeep(inner._onMetaChanged);
  inner._undoManager = new Y.UndoManager([], { trackedOrigins: new Set([notebook]), doc: ydoc });
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

/** Whether text of others stands in `text`: as they wrote it, or as one's own undo or redo brought it back. */
export function hasTextOfOthers(text: Y.Text, own: number): boolean {
  const items: Y.Item[] = [];
  for (let item = text._start; item !== null; item = item.right) {
    items.push(item);
  }
  const theirs = new Set(items.filter(item => item.countable && item.id.client !== own));
  // A set grows while it is walked through: what was brought back may have been taken away and brought back again.
  for (const item of theirs) {
    const { redone, length } = item;
    if (!item.deleted) {
      return true;
    }
    items
      .filter(({ id }) => redone?.client === id.client && isWithin(id.clock, redone.clock, length))
      .forEach(brought => theirs.add(brought));
  }
  return false;
}

function isWithin(clock: number, from: number, length: number): boolean {
  return from <= clock && clock < from + length;
}

/** A notebook factory's content provider, which its type says is read-only once it was made. */
export function setContentProvider(factory: object, id: string): void {
  (factory as { contentProviderId?: string }).contentProviderId = id;
}

/**
 * JupyterLab's editor binding writes `state.dirty` into the document with every key (`@jupyterlab/codemirror`, ybinding),
 * which is nobody's business but this page's: its map lives in a document of its own.
 */
export function keepStateAside(ydoc: Y.Doc): void {
  const aside = new Y.Doc().getMap('state');
  const getMap = ydoc.getMap.bind(ydoc);
  ydoc.getMap = ((name?: string) => (name === 'state' ? aside : getMap(name))) as typeof ydoc.getMap;
}
