/** The page's elements by their `id`. Page and script are built together: one that is missing is a fault in the build. */

export function find<T extends HTMLElement>(id: string, type: abstract new (...none: never[]) => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`The page has no #${id}`);
  }
  return found;
}

/** The one below `root` that matches, or an error. */
export function findIn<T extends HTMLElement>(
  root: ParentNode,
  selector: string,
  type: abstract new (...none: never[]) => T
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) {
    throw new Error(`The page has no ${selector}`);
  }
  return found;
}

/** What did not change is not touched: nothing is read out twice, no selection is lost. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** In a class the address ends with the invitation: the link past the navigation must not put its own end there. */
export function keepFragment(): void {
  const content = find('content', HTMLElement);
  find('skip', HTMLAnchorElement).addEventListener('click', event => {
    event.preventDefault();
    content.focus();
    content.scrollIntoView();
  });
}
