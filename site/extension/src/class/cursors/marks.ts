/** Who is in a cell, at its side: also where there is no editor, as in a text that is shown and not being written. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICaret } from './others';

/** Marks beside one cell; with more people than that, the last says how many more. */
export const MOST_MARKS = 3;

export class Marks {
  constructor(
    private readonly host: HTMLElement,
    private readonly trans: TranslationBundle
  ) {
    this.dom.className = 'pb-Marks';
  }

  private readonly dom = document.createElement('div');
  private shown = '';

  show(carets: readonly ICaret[]): void {
    // One mark for each person, however many tabs they have.
    const people = [...new Map(carets.map(caret => [caret.participant, caret])).values()];
    const key = JSON.stringify(people.map(({ participant, name, colour }) => [participant, name, colour]));
    if (key === this.shown) {
      return;
    }
    this.shown = key;
    const few = people.length > MOST_MARKS ? people.slice(0, MOST_MARKS - 1) : people;
    const marks = few.map(({ name, colour }) =>
      this.mark(initials(name), this.trans.__('%1 is here', name), `pb-mod-person${colour}`)
    );
    if (people.length > few.length) {
      const names = people.slice(few.length).map(({ name }) => name);
      marks.push(
        this.mark(`+${names.length}`, this.trans.__('%1 are here', names.join(', ')), 'pb-mod-more')
      );
    }
    this.dom.replaceChildren(...marks);
    if (people.length === 0) {
      this.dom.remove();
    } else if (this.dom.parentElement !== this.host) {
      this.host.append(this.dom);
    }
  }

  private mark(text: string, label: string, className: string): HTMLElement {
    const node = document.createElement('span');
    node.className = `pb-HereMark ${className}`;
    node.textContent = text;
    node.title = label;
    // Read where it stands, never announced: people come and go all the time.
    node.setAttribute('role', 'img');
    node.setAttribute('aria-label', label);
    return node;
  }
}

/** The first letters of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words;
  const letters = ends.map(word => /[\p{L}\p{N}]/u.exec(word)![0]);
  return letters.join('').toLocaleUpperCase() || '?';
}
