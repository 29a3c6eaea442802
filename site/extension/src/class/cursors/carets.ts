/** Others' cursors as an editor of CodeMirror holds them; where each stands is asked of the document whenever it is drawn. */
import { StateEffect, StateField } from '@codemirror/state';
import type { ViewUpdate } from '@codemirror/view';
import type * as Y from 'yjs';
import { findCursor } from '../../core/awareness/cursor';
import type { ICaret } from './others';

/** Which text an editor shows, and who wants to know what happens in it. */
export interface IEditorPlace {
  readonly doc: Y.Doc;
  readonly cell: string;
  /** One's own selection, text or focus is different. */
  touched(): void;
  /** Somebody wrote at their cursor. */
  wrote(session: string): void;
}

export interface IFound {
  readonly anchor: number;
  readonly head: number;
}

const NONE: readonly ICaret[] = [];

export const setCarets = StateEffect.define<readonly ICaret[]>();

export const caretsField = StateField.define<readonly ICaret[]>({
  create: () => NONE,
  update: (carets, { effects }) => effects.find(effect => effect.is(setCarets))?.value ?? carets
});

/** Where a cursor stands in the editor's text now, in UTF-16 units; null when it stands elsewhere. */
export function placeOf(place: IEditorPlace, caret: ICaret, length: number): IFound | null {
  const found = findCursor(place.doc, caret.cursor);
  return found && found.cell === place.cell
    ? { anchor: Math.min(found.anchor, length), head: Math.min(found.head, length) }
    : null;
}

/** Whether what is drawn may have to be drawn anew. Nothing is asked of an editor nobody else is in. */
export function isDifferent({ docChanged, startState, state }: ViewUpdate): boolean {
  const [before, after] = [startState.field(caretsField, false) ?? NONE, state.field(caretsField)];
  return before !== after || (docChanged && after.length > 0);
}
