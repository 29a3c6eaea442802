/** The editor of CodeMirror inside a cell, when it is made. */
import type { EditorView } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';

export function viewOf(cell: Cell): EditorView | null {
  const { editor } = cell;
  return editor instanceof CodeMirrorEditor && !editor.isDisposed ? editor.editor : null;
}
