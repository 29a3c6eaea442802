/** A small menu at a button: one is open at a time, by mouse, finger or keyboard. */
import type { Cancel } from '../../core/clock';
import { make } from '../panel/dom';

export interface IChoice {
  readonly text: string;
  readonly act: () => void;
}

/** From the edge of the window. */
const MARGIN_PX = 8;

/**
 * Opens a menu under the button, with the focus on its first choice, or on its last one.
 *
 * @param closed it is gone, for whatever reason
 */
export function openMenu(
  button: HTMLElement,
  label: string,
  choices: readonly IChoice[],
  { last = false, closed }: { readonly last?: boolean; readonly closed?: () => void } = {}
): Cancel {
  const menu = make('div', 'pb-Menu');
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', label);
  const away: AbortController = new AbortController();
  const close = (focus: boolean): void => {
    if (away.signal.aborted) {
      return;
    }
    away.abort();
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
    if (focus) {
      button.focus({ preventScroll: true });
    }
    closed?.();
  };
  const items = choices.map(({ text, act }) => {
    const item = make('button', 'pb-Menu-item', text);
    item.type = 'button';
    item.tabIndex = -1;
    item.setAttribute('role', 'menuitem');
    item.addEventListener('click', () => {
      close(true);
      act();
    });
    return item;
  });
  menu.append(...items);
  menu.addEventListener('keydown', event => {
    // JupyterLab listens for keys everywhere, and the panel for Esc.
    event.stopPropagation();
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const to = stepOf(event.key, at, items.length);
    if (to !== null) {
      items[to]!.focus();
    } else if (event.key === 'Escape') {
      close(true);
    } else if (event.key === 'Tab') {
      // Back at the button, from which Tab goes on.
      close(true);
      return;
    } else {
      return;
    }
    event.preventDefault();
  });
  const { signal } = away;
  const isOwn = (target: EventTarget | null): boolean =>
    target instanceof Node && (menu.contains(target) || button.contains(target));
  const elsewhere = ({ target }: Event): void => {
    if (!isOwn(target)) {
      close(false);
    }
  };
  document.addEventListener('pointerdown', elsewhere, { signal, capture: true });
  document.addEventListener('focusin', elsewhere, { signal });
  // It would stand where its button is no more.
  document.addEventListener('scroll', elsewhere, { signal, capture: true, passive: true });
  window.addEventListener('resize', () => close(false), { signal });
  (button.closest('dialog, .pb-Class') ?? document.body).append(menu);
  place(menu, button);
  button.setAttribute('aria-expanded', 'true');
  items.at(last ? -1 : 0)?.focus({ preventScroll: true });
  return () => close(false);
}

/** Makes a button one that opens a menu; `choices` is asked each time. */
export function hasMenu(
  button: HTMLButtonElement,
  label: () => string,
  choices: () => readonly IChoice[],
  held: (isHeld: boolean) => void = () => undefined
): void {
  let open: Cancel | null = null;
  const show = (last: boolean): void => {
    const offered = choices();
    if (offered.length > 0) {
      held(true);
      const closed = (): void => {
        open = null;
        held(false);
      };
      open = openMenu(button, label(), offered, { last, closed });
    }
  };
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => (open ? open() : show(false)));
  button.addEventListener('keydown', event => {
    if (!open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      event.stopPropagation();
      show(event.key === 'ArrowUp');
    }
  });
}

function stepOf(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** Below the button, with its end at the button's end; above it where there is no room. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const from = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isLeftwards = getComputedStyle(button).direction !== 'rtl';
  const left = isLeftwards ? from.right - width : from.left;
  const below = from.bottom + 4;
  const top = below + height + MARGIN_PX > innerHeight ? from.top - height - 4 : below;
  menu.style.left = `${Math.max(MARGIN_PX, Math.min(left, innerWidth - width - MARGIN_PX))}px`;
  menu.style.top = `${Math.max(MARGIN_PX, top)}px`;
}
