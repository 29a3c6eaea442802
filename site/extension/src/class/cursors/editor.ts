/**
 * Others' cursors in one editor of CodeMirror: drawn over and under the text, so they take no room in it; no line gets longer, no
 * word moves. Where each stands is asked of the document whenever it is measured.
 */
import { EditorSelection, type Extension } from '@codemirror/state';
import { Direction, EditorView, RectangleMarker, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { ySyncAnnotation } from '@jupyterlab/codemirror';
import type * as Y from 'yjs';
import { findCursor } from '../../core/awareness/cursor';
import type { Drawing } from './drawing';
import { Flags, type IFlag, placeFlags } from './flags';
import type { ICaret } from './others';
import { type IBox, Shapes } from './shapes';

/** How near the pointer must be to a cursor for its name, in characters. */
const NEAR = 1;

/** Which text an editor shows, who is in it, and who wants to know what happens there. */
export interface IEditorPlace {
  readonly doc: Y.Doc;
  readonly cell: string;
  readonly drawing: Drawing;
  carets(): readonly ICaret[];
  /** One's own selection, text or focus is different. */
  touched(): void;
  /** Somebody wrote at their cursor. */
  wrote(session: string): void;
}

export interface IFound {
  readonly caret: ICaret;
  readonly anchor: number;
  readonly head: number;
}

/** Where the cursors stand in a cell's text of that length now, in UTF-16 units. */
export function findCarets(place: IEditorPlace, length: number): IFound[] {
  return place.carets().flatMap(caret => {
    const found = findCursor(place.doc, caret.cursor);
    return found && found.cell === place.cell
      ? [{ caret, anchor: Math.min(found.anchor, length), head: Math.min(found.head, length) }]
      : [];
  });
}

/** What an editor needs to show others, and what tells it that they are different. */
export function showOthers(place: IEditorPlace): {
  extension: Extension;
  refresh: (view: EditorView) => void;
} {
  const plugin = ViewPlugin.define(view => new OthersInEditor(view, place), {
    eventHandlers: {
      mousemove(event) {
        this.hover(event);
      },
      mouseleave() {
        this.hover(null);
      }
    },
    provide: () =>
      EditorView.updateListener.of(({ selectionSet, docChanged, focusChanged }) => {
        if (selectionSet || docChanged || focusChanged) {
          place.touched();
        }
      })
  });
  return { extension: plugin, refresh: view => view.plugin(plugin)?.want() };
}

class OthersInEditor {
  constructor(
    private readonly view: EditorView,
    private readonly place: IEditorPlace
  ) {
    this.selections = new Shapes('pb-Selections', 'pb-Selection', view.scrollDOM);
    this.carets = new Shapes('pb-Carets', 'pb-Caret', view.scrollDOM);
    view.scrollDOM.addEventListener('scroll', this.onScroll, { passive: true });
    this.want();
  }

  private readonly selections: Shapes;
  private readonly carets: Shapes;
  private readonly flags = new Flags();
  private pointer: { x: number; y: number } | null = null;
  private measured: { carets: IBox[]; selections: IBox[]; flags: IFlag[]; holder: HTMLElement | null } = {
    carets: [],
    selections: [],
    flags: [],
    holder: null
  };

  private get isEmpty(): boolean {
    return this.place.carets().length === 0 && this.carets.count === 0;
  }

  want(): void {
    // Nothing is asked of an editor nobody else is in.
    if (!this.isEmpty) {
      this.place.drawing.want(this);
    }
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.listen(update);
    }
    if (update.docChanged || update.geometryChanged || (update.selectionSet && this.flags.count > 0)) {
      this.want();
    }
  }

  destroy(): void {
    this.place.drawing.forget(this);
    this.view.scrollDOM.removeEventListener('scroll', this.onScroll);
    this.selections.remove();
    this.carets.remove();
    this.flags.remove();
  }

  hover(event: MouseEvent | null): void {
    this.pointer = event && { x: event.clientX, y: event.clientY };
    this.want();
  }

  measure(): void {
    const { view } = this;
    const shapes = { carets: [] as IBox[], selections: [] as IBox[], flags: [] as IFlag[], holder: null };
    this.measured = shapes;
    if (!view.dom.isConnected) {
      return;
    }
    const found = findCarets(this.place, view.state.doc.length);
    const at = new Map<IFound, RectangleMarker>();
    for (const each of found) {
      const { caret, anchor, head } = each;
      const [marker] = RectangleMarker.forRange(view, '', EditorSelection.cursor(head));
      if (marker) {
        at.set(each, marker);
        shapes.carets.push(boxOf(marker, caret, 0));
      }
      if (anchor !== head) {
        shapes.selections.push(
          ...selectionBoxes(view, caret, Math.min(anchor, head), Math.max(anchor, head))
        );
      }
    }
    const under = this.pointer && found.length > 0 ? view.posAtCoords(this.pointer) : null;
    const named = found.filter(
      ({ caret, head }) => caret.isMoving || (under !== null && Math.abs(head - under) <= NEAR)
    );
    if (named.length > 0) {
      Object.assign(shapes, placeFlags(view, named, at));
    }
  }

  draw(): void {
    const { carets, selections, flags, holder } = this.measured;
    this.selections.draw(selections);
    this.carets.draw(carets);
    this.flags.draw(flags, holder);
  }

  private readonly onScroll = (): void => {
    if (this.flags.count > 0) {
      this.want();
    }
  };

  /** A change by others that ends at somebody's cursor is most likely theirs: typing says nothing of cursors. */
  private listen({ transactions, changes, state }: ViewUpdate): void {
    if (this.isEmpty || !transactions.some(transaction => transaction.annotation(ySyncAnnotation))) {
      return;
    }
    const ends = new Set<number>();
    changes.iterChangedRanges((_, __, ___, toB) => ends.add(toB));
    findCarets(this.place, state.doc.length)
      .filter(({ head }) => ends.has(head))
      .forEach(({ caret }) => this.place.wrote(caret.session));
  }
}

function boxOf({ left, top, width, height }: RectangleMarker, caret: ICaret, index: number): IBox {
  return { key: `${caret.session} ${index}`, colour: caret.colour, left, top, width, height };
}

/** The selection as at most three boxes: CodeMirror's own way asks for a place by its pixels, which fifty people make slow. */
function selectionBoxes(view: EditorView, caret: ICaret, from: number, to: number): IBox[] {
  const [start, end] = [view.coordsAtPos(from, 1), view.coordsAtPos(to, -1)];
  if (!start || !end || view.textDirection === Direction.RTL) {
    const markers = RectangleMarker.forRange(view, '', EditorSelection.range(from, to));
    return markers.map((marker, index) => boxOf(marker, caret, index));
  }
  const [seen, text] = [view.scrollDOM.getBoundingClientRect(), view.contentDOM.getBoundingClientRect()];
  const [x, y] = [view.scrollDOM.scrollLeft - seen.left, view.scrollDOM.scrollTop - seen.top];
  const rows =
    end.top < start.bottom - 1
      ? [[start.left, start.top, end.left, end.bottom] as const]
      : [
          [start.left, start.top, text.right, start.bottom] as const,
          [text.left, start.bottom, text.right, end.top] as const,
          [text.left, end.top, end.left, end.bottom] as const
        ];
  return rows.map(([left, top, right, bottom], index) => ({
    key: `${caret.session} ${index}`,
    colour: caret.colour,
    left: left + x,
    top: top + y,
    width: Math.max(0, right - left),
    height: Math.max(0, bottom - top)
  }));
}
