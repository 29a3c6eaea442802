/**
 * Names beside others' cursors. They stand over the cell, not in its editor, which cuts off what leaves its first line; where the
 * line above is the one being written here they stand below.
 */
import type { EditorView, RectangleMarker } from '@codemirror/view';
import type { IFound } from './editor';
import type { ICaret } from './others';

/** Names in one cell at once: more would hide what they are about. */
export const MOST_FLAGS = 4;
/** No name is shown wider; the same as in cursors.css. */
const FLAG_WIDTH = 160;
const FLAG_HEIGHT = 18;

export interface IFlag {
  readonly caret: ICaret;
  /** In pixels, from the corner of what holds the flags. */
  readonly x: number;
  readonly y: number;
  readonly isBelow: boolean;
  readonly isLeft: boolean;
}

/** Where the names of these cursors go, `at` being where they stand from the corner of the text. */
export function placeFlags(
  view: EditorView,
  named: readonly IFound[],
  at: ReadonlyMap<IFound, RectangleMarker>
): { flags: IFlag[]; holder: HTMLElement | null } {
  const holder = view.dom.closest<HTMLElement>('.jp-Cell-inputWrapper') ?? view.dom.parentElement;
  const flags: IFlag[] = [];
  if (!holder) {
    return { flags, holder };
  }
  const { doc, selection } = view.state;
  const [base, seen] = [holder.getBoundingClientRect(), view.scrollDOM.getBoundingClientRect()];
  const own = view.hasFocus ? doc.lineAt(selection.main.head).number : null;
  for (const found of named.slice(-MOST_FLAGS)) {
    const marker = at.get(found);
    const inside = marker ? marker.left - view.scrollDOM.scrollLeft : -1;
    if (!marker || inside < -1 || inside > seen.width + 1) {
      continue;
    }
    const isBelow = doc.lineAt(found.head).number - 1 === own;
    const x = inside + seen.left - base.left;
    let y = marker.top - view.scrollDOM.scrollTop + seen.top - base.top + (isBelow ? marker.height : 0);
    while (flags.some(other => Math.abs(other.x - x) < FLAG_WIDTH && Math.abs(other.y - y) < FLAG_HEIGHT)) {
      y += isBelow ? FLAG_HEIGHT : -FLAG_HEIGHT;
    }
    flags.push({ caret: found.caret, x, y, isBelow, isLeft: x > base.width - FLAG_WIDTH });
  }
  return { flags, holder };
}

export class Flags {
  constructor() {
    this.dom.className = 'pb-Flags';
    this.dom.setAttribute('aria-hidden', 'true');
  }

  private readonly dom = document.createElement('div');
  private readonly shown = new Map<string, HTMLElement>();

  get count(): number {
    return this.shown.size;
  }

  draw(flags: readonly IFlag[], holder: HTMLElement | null): void {
    const gone = new Set(this.shown.keys());
    for (const { caret, x, y, isBelow, isLeft } of flags) {
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
      this.shown.get(session)!.remove();
      this.shown.delete(session);
    });
    const where = this.shown.size > 0 ? holder : null;
    if (this.dom.parentElement !== where) {
      this.dom.remove();
      where?.append(this.dom);
    }
  }

  remove(): void {
    this.dom.remove();
    this.shown.clear();
  }
}
