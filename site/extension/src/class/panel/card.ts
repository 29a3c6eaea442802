/** A card above everything that has to be answered before one is in a class. */
import { make, setText } from './dom';

export interface ICard {
  readonly node: HTMLDialogElement;
  readonly body: HTMLElement;
  /** Another heading. */
  title(heading: string): void;
  open(first: HTMLElement | null): void;
  close(): void;
}

/** A card above everything, JupyterLab's own splash too, with the rest of the page out of reach until it is answered. */
export function openCard(id: string, heading: string): ICard {
  const node = make('dialog', 'pb-Card');
  const title = make('h2', '', heading);
  const body = make('div', 'pb-Card-body');
  node.id = id;
  title.id = `${id}-heading`;
  node.setAttribute('aria-labelledby', title.id);
  node.append(title, body);
  // Keys are for the card: JupyterLab listens for them everywhere.
  node.addEventListener('keydown', event => event.stopPropagation());
  return {
    node,
    body,
    title: words => setText(title, words),
    open: first => {
      document.body.append(node);
      if (typeof node.showModal === 'function') {
        node.showModal();
      } else {
        node.setAttribute('open', '');
      }
      first?.focus();
    },
    close: () => {
      node.close?.();
      node.remove();
    }
  };
}

/** The address of the page alone: what an invite link carries is left out. */
export function withoutFragment(href: string): string {
  return href.split('#', 1)[0]!;
}
