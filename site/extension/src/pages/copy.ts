/** Copies a text; over plain http browsers have no clipboard of the new kind. */

/** Whether it was done. Where not, the text is selected: Ctrl-C takes it. */
export async function copyText(shown: HTMLElement): Promise<boolean> {
  const text = shown.textContent ?? '';
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(shown);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    try {
      // The only way on plain http, and kept by every browser for that.
      return document.execCommand('copy');
    } catch {
      return false;
    }
  }
}
