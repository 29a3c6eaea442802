/** Which words must be in a notebook: each typed word is unique, and whoever takes one away has seen it. */
import { demand } from './mirror';

const WORD = /<\d+[a-z]+>/g;

export function wordsIn(text: string): Set<string> {
  return new Set(text.match(WORD) ?? []);
}

export class Words {
  private count = 0;
  /** Where each word was typed. */
  private readonly authors = new Map<string, string>();
  /** Who took it away, having seen it, and did not bring it back. */
  private readonly removers = new Map<string, Set<string>>();
  private readonly demanded = new Set<string>();

  /** A new word of a page: `<17ada>`. */
  make(session: string, name: string): string {
    this.count += 1;
    const word = `<${this.count}${name}>`;
    this.authors.set(word, session);
    return word;
  }

  /** Words that were there from the beginning. */
  begin(text: string): void {
    wordsIn(text).forEach(word => this.demanded.add(word));
  }

  /**
   * Somebody acted, and saw this before and after it.
   *
   * @param may what the act may take away: nothing, the words named, or one's own
   */
  acted(session: string, before: string, after: string, may: ReadonlySet<string> | 'own'): void {
    const [had, has] = [wordsIn(before), wordsIn(after)];
    for (const word of had) {
      if (!has.has(word)) {
        const isAllowed =
          may === 'own'
            ? this.authors.get(word) === session || this.removers.has(word)
            : may.has(word);
        demand(isAllowed, `${word} was taken away by an act that must not`);
        this.removers.set(word, (this.removers.get(word) ?? new Set()).add(session));
      }
    }
    for (const word of has) {
      if (!had.has(word)) {
        this.demanded.add(word);
        this.removers.get(word)?.delete(session);
      }
    }
  }

  /** What nobody has any more, because the only page that had it died. */
  forget(everything: string): void {
    const left = wordsIn(everything);
    this.demanded.forEach(word => !left.has(word) && this.demanded.delete(word));
  }

  /** @throws Error naming the words that are lost */
  check(text: string): void {
    const has = wordsIn(text);
    const lost = [...this.demanded].filter(word => !has.has(word) && !(this.removers.get(word)?.size));
    demand(lost.length === 0, `lost: ${lost.join(' ')}`);
  }

  /** @throws Error when a word stands there twice: where nobody copied, split or merged */
  checkOnce(text: string): void {
    const all: string[] = text.match(WORD) ?? [];
    const twice = all.filter((word, index) => all.indexOf(word) !== index);
    demand(twice.length === 0, `doubled: ${twice.join(' ')}`);
  }
}
