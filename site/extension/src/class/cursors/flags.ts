/**
 * Names beside others' cursors. They stand over the cell, not in its editor, which cuts off what leaves its first line; where the
 * line above is the one being written here they stand below.
 */
import type { Extension } from '@codemirror/state';
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { ySyncAnnotation } from '@jupyterlab/codemirror';
import { caretsField, type IEditorPlace, isDifferent, placeOf } from './carets';
import type { ICaret } from './others';

/** Names in one cell at once: more would hide what they are about. */
export const MOST_FLAGS = 4;
/** No name is shown wider; the same as in cursors.css. */
const FLAG_WIDTH = 160;
const FLAG_HEIGHT = 18;
/** How near the pointer must be to a cursor, in characters. */
const NEAR = 1;

interface IFlag {
  readonly caret: ICaret;
  /** In pixels, from the corner of what holds the flags. */
  readonly x: number;
  readonly y: number;
  readonly isBelow: boolean;
  readonly isLeft: boolean;
}

export function flags(place: IEditorPlace): Extension {
  return ViewPlugin.define(view => new Flags(view, place), {
    eventHandlers: {
      mousemove(event) {
        this.hover(event);
      },
      mouseleave() {
        this.hover(null);
      }
    },
    provide: () => EditorView.updateListener.of(update => isOwn(update) && place.touched())
  });
}

/** Whether the update may have changed where this page's own cursor is. */
function isOwn({ selectionSet, docChanged, focusChanged }: ViewUpdate): boolean {
  return selectionSet || docChanged || focusChanged;
}

class Flags {
  constructor(
    private readonly view: EditorView,
    private readonly place: IEditorPlace
  ) {
    this.dom.className = 'pb-Flags';
    this.dom.setAttribute('aria-hidden', 'true');
    view.scrollDOM.addEventListener('scroll', this.onScroll, { passive: true });
  }

  private readonly dom = document.createElement('div');
  private readonly shown = new Map<string, HTMLElement>();
  private hovered: ReadonlySet<string> = new Set();
  private pointer: { x: number; y: number } | null = null;
  private readonly request = {
    key: this,
    read: (): IFlag[] => this.measure(),
    write: (found: IFlag[]): void => this.draw(found)
  };

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.listen(update);
    }
    const isRelevant = this.shown.size > 0 && (update.geometryChanged || update.selectionSet);
    if (isDifferent(update) || isRelevant) {
      this.view.requestMeasure(this.request);
    }
  }

  destroy(): void {
    this.view.scrollDOM.removeEventListener('scroll', this.onScroll);
    this.dom.remove();
  }

  hover(event: MouseEvent | null): void {
    if (this.view.state.field(caretsField).length > 0 || this.hovered.size > 0) {
      this.pointer = event && { x: event.clientX, y: event.clientY };
      this.view.requestMeasure(this.request);
    }
  }

  private readonly onScroll = (): void => {
    if (this.shown.size > 0) {
      this.view.requestMeasure(this.request);
    }
  };

  /** A change by others that ends at somebody's cursor is most likely theirs: typing says nothing of cursors. */
  private listen({ transactions, changes, state }: ViewUpdate): void {
    if (!transactions.some(transaction => transaction.annotation(ySyncAnnotation))) {
      return;
    }
    const ends = new Set<number>();
    changes.iterChangedRanges((_, __, ___, toB) => ends.add(toB));
    for (const caret of state.field(caretsField)) {
      const found = placeOf(this.place, caret, state.doc.length);
      if (found && ends.has(found.head)) {
        this.place.wrote(caret.session);
      }
    }
  }

  private get holder(): HTMLElement | null {
    return this.view.dom.closest<HTMLElement>('.jp-Cell-inputWrapper') ?? this.view.dom.parentElement;
  }

  private measure(): IFlag[] {
    const { view } = this;
    const { doc, selection } = view.state;
    const carets = view.state.field(caretsField).flatMap(caret => {
      const found = placeOf(this.place, caret, doc.length);
      return found ? [{ caret, head: found.head }] : [];
    });
    const under = this.pointer && carets.length > 0 ? view.posAtCoords(this.pointer) : null;
    this.hovered = new Set(
      carets
        .filter(({ head }) => under !== null && Math.abs(head - under) <= NEAR)
        .map(({ caret }) => caret.session)
    );
    const wanted = carets.filter(({ caret }) => caret.isMoving || this.hovered.has(caret.session));
    const holder = wanted.length > 0 ? this.holder : null;
    if (!holder) {
      return [];
    }
    const base = holder.getBoundingClientRect();
    const seen = view.scrollDOM.getBoundingClientRect();
    const above = view.hasFocus ? doc.lineAt(selection.main.head).number : null;
    const found: IFlag[] = [];
    for (const { caret, head } of wanted.slice(-MOST_FLAGS)) {
      const at = view.coordsAtPos(head, 1);
      if (!at || at.left < seen.left - 1 || at.left > seen.right + 1) {
        continue;
      }
      const isBelow = doc.lineAt(head).number - 1 === above;
      const x = at.left - base.left;
      let y = (isBelow ? at.bottom : at.top) - base.top;
      while (found.some(other => Math.abs(other.x - x) < FLAG_WIDTH && Math.abs(other.y - y) < FLAG_HEIGHT)) {
        y += isBelow ? FLAG_HEIGHT : -FLAG_HEIGHT;
      }
      found.push({ caret, x, y, isBelow, isLeft: x > base.width - FLAG_WIDTH });
    }
    return found;
  }

  private draw(found: readonly IFlag[]): void {
    const gone = new Set(this.shown.keys());
    for (const { caret, x, y, isBelow, isLeft } of found) {
      const { session, name, colour } = caret;
      gone.delete(session);
      const node = this.shown.get(session) ?? document.createElement('span');
      node.className = `pb-Flag pb-mod-person${colour}${isBelow ? ' pb-mod-below' : ''}${isLeft ? ' pb-mod-left' : ''}`;
      node.dir = 'auto';
      if (node.textContent !== name) {
        node.textContent = name;
      }
      node.style.left = `${x}px`;
      node.style.top = `${y}px`;
      if (!this.shown.has(session)) {
        this.shown.set(session, this.dom.appendChild(node));
      }
    }
    gone.forEach(session => {
      this.shown.get(session)?.remove();
      this.shown.delete(session);
    });
    const holder = this.shown.size > 0 ? this.holder : null;
    if (this.dom.parentElement !== holder) {
      this.dom.remove();
      holder?.append(this.dom);
    }
  }
}
