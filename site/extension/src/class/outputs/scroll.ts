/** What one reads stays where it is while things above it grow or shrink. */
import type { Notebook } from '@jupyterlab/notebook';

/** Pictures and tables take a few frames until they are as high as they will be. */
const SETTLE_MS = 600;

/** Who holds which notebook in its place, and how to go on with it. */
const holding = new WeakMap<Notebook, () => void>();

/** Does something to the notebook, and keeps its first cell in view where it is on the screen; until somebody scrolls. */
export function keepPlace(notebook: Notebook, act: () => void): void {
  const goOn = holding.get(notebook);
  if (goOn) {
    act();
    // The place that is held already is the one that was chosen.
    goOn();
    return;
  }
  const scroller = notebook.outerNode;
  const anchor = firstInView(notebook, scroller);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  act();
  if (!anchor) {
    return;
  }
  let until = performance.now() + SETTLE_MS;
  let isMoving = true;
  const stop = (): void => {
    isMoving = false;
    holding.delete(notebook);
    ['wheel', 'touchstart', 'keydown', 'pointerdown'].forEach(type => removeEventListener(type, stop, true));
  };
  ['wheel', 'touchstart', 'keydown', 'pointerdown'].forEach(type => addEventListener(type, stop, true));
  const hold = (): void => {
    if (!isMoving) {
      return;
    }
    if (!anchor.isConnected || performance.now() > until) {
      stop();
      return;
    }
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) {
      scroller.scrollTop += moved;
    }
    requestAnimationFrame(hold);
  };
  holding.set(notebook, () => (until = performance.now() + SETTLE_MS));
  hold();
}

function firstInView(notebook: Notebook, scroller: HTMLElement): HTMLElement | null {
  const { top } = scroller.getBoundingClientRect();
  for (const { node } of notebook.widgets) {
    if (node.isConnected && node.getBoundingClientRect().bottom > top) {
      return node;
    }
  }
  return null;
}
