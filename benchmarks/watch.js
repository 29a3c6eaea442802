// Put into every page before its own scripts: when the first code cell, and then its output, could be seen.
// Looks once a frame, so that what counts is what was on the screen. Times in milliseconds since the epoch.
(() => {
  if (window !== window.top) {
    return;
  }
  const now = () => performance.timeOrigin + performance.now();
  const seen = { cell: 0, pressed: 0, output: 0, text: '' };
  globalThis.benchmark = seen;
  let stale = new Set();
  let cell = null;

  const shown = node => node.getClientRects().length > 0;
  const outputs = () => (cell ? [...cell.querySelectorAll('.jp-OutputArea-output')] : []);

  // A page that was here before may show the output it kept: only what comes after the key counts.
  addEventListener(
    'keydown',
    event => {
      if (event.ctrlKey && event.key === 'Enter' && !seen.pressed) {
        seen.pressed = now();
        stale = new Set(outputs());
      }
    },
    true
  );

  const look = () => {
    if (!cell?.isConnected) {
      cell = document.querySelector('.jp-Notebook .jp-CodeCell:has(.cm-content)');
    }
    if (cell && !seen.cell && shown(cell)) {
      seen.cell = now();
    }
    if (seen.pressed) {
      const output = outputs().find(node => !stale.has(node) && node.textContent.trim() && shown(node));
      if (output) {
        seen.text = output.textContent.trim();
        seen.output = now();
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
