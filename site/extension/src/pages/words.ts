/** Sentences stand in the templates, with places for what is known only in the page. */

/** `Join as {name}` with its places filled. What is filled in is text: it is never read as a place or as markup. */
export function fillWords(words: string, values: Readonly<Record<string, string | number>>): string {
  return words.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** An element's sentence of this name (`data-<name>`), filled. */
export function wordsOf(
  element: HTMLElement,
  name: string,
  values: Readonly<Record<string, string | number>> = {}
): string {
  return fillWords(element.dataset[name] ?? '', values);
}
