/** Copies a text that is not shown whole; over plain http browsers have no clipboard of the new kind. */

/** Whether it was done. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.setAttribute('aria-hidden', 'true');
    field.style.position = 'fixed';
    field.style.opacity = '0';
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    try {
      // The only way on plain http, and kept by every browser for that.
      return document.execCommand('copy');
    } catch {
      return false;
    } finally {
      field.remove();
      (focused as HTMLElement | null)?.focus?.({ preventScroll: true });
    }
  }
}
