/** What one reads stays where it is while things above it grow or shrink. */
import type { Notebook } from '@jupyterlab/notebook';

/** Pictures and tables take a few frames until they are as high as they will be. */
const SETTLE_MS = 600;

/** Does something to the notebook, and keeps its first cell in view where it is on the screen; until somebody scrolls. */
export function keepPlace(notebook: Notebook, act: () => void): void {
  const scroller = notebook.outerNode;
  const anchor = firstInView(notebook, scroller);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  act();
  if (!anchor) {
    return;
  }
  const until = performance.now() + SETTLE_MS;
  let isMoving = true;
  const stop = (): void => {
    isMoving = false;
    ['wheel', 'touchstart', 'keydown', 'pointerdown'].forEach(type => removeEventListener(type, stop, true));
  };
  ['wheel', 'touchstart', 'keydown', 'pointerdown'].forEach(type => addEventListener(type, stop, true));
  const hold = (): void => {
    if (!isMoving || !anchor.isConnected || performance.now() > until) {
      stop();
      return;
    }
    const moved = anchor.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) {
      scroller.scrollTop += moved;
    }
    requestAnimationFrame(hold);
  };
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
