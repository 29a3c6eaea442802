/** Which words must be in a notebook: each typed word is unique, and whoever takes one away has seen it. */
import { demand } from './mirror';

const WORD = /<\d+[a-z]+>/g;
/** What a word is known by: the half of it may be there already, or yet. */
const HEAD = /<\d+/g;

/** The words that begin in a text, as their heads. */
export function headsIn(text: string): Set<string> {
  return new Set(text.match(HEAD) ?? []);
}

/** The words that are whole. */
export function wordsIn(text: string): string[] {
  return text.match(WORD) ?? [];
}

function countsIn(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  (text.match(HEAD) ?? []).forEach(word => counts.set(word, (counts.get(word) ?? 0) + 1));
  return counts;
}

export class Words {
  /** Beyond the numbers of the words that are there from the beginning. */
  private count = 100;
  /** Where each word was typed. */
  private readonly authors = new Map<string, string>();
  /** Who took it away, having seen it, and did not bring it back. */
  private readonly removers = new Map<string, Set<string>>();
  /** Words that somebody took away and brought back. */
  private readonly returned: [string, string][] = [];
  private readonly demanded = new Set<string>();
  /** Words typed in one go, which stay whole. */
  private readonly whole = new Map<string, string>();

  /** A new word of a page, `<117ada>`; its head is `<117`. */
  make(session: string, name: string, isWhole = true): string {
    this.count += 1;
    const [head, word] = [`<${this.count}`, `<${this.count}${name}>`];
    this.authors.set(head, session);
    if (isWhole) {
      this.whole.set(head, word);
    }
    return word;
  }

  /** Words that were there from the beginning. */
  begin(text: string): void {
    headsIn(text).forEach(word => this.demanded.add(word));
  }

  /**
   * Somebody acted, and saw this before and after it. Of a word that stands there twice (copied, or split off by two at
   * once) each may be taken away by one who sees the other.
   *
   * @param may what the act may take away: the words named, or one's own
   */
  acted(session: string, before: string, after: string, may: ReadonlySet<string> | 'own'): void {
    const [had, has] = [countsIn(before), countsIn(after)];
    for (const [word, count] of had) {
      const left = has.get(word) ?? 0;
      if (left < count) {
        const isOwn = this.authors.get(word) === session || this.removers.has(word);
        demand(
          may === 'own' ? isOwn || left > 0 : may.has(word),
          `${word} was taken away by an act that must not`
        );
        this.removers.set(word, (this.removers.get(word) ?? new Set()).add(session));
      }
    }
    for (const [word, count] of has) {
      if ((had.get(word) ?? 0) < count) {
        this.demanded.add(word);
        if (this.removers.get(word)?.delete(session)) {
          this.returned.push([word, session]);
        }
      }
    }
  }

  /** What nobody has any more, because the only page that had it died; and what it had just brought back. */
  forget(everything: string, dead: string): void {
    this.returned
      .filter(([, session]) => session === dead)
      .forEach(([word]) => this.removers.get(word)?.add(dead));
    const left = headsIn(everything);
    this.demanded.forEach(word => !left.has(word) && this.demanded.delete(word));
  }

  /** @throws Error naming the words that are lost */
  check(text: string): void {
    const has = headsIn(text);
    const wanted = [...this.demanded].filter(word => !this.removers.get(word)?.size);
    const lost = wanted.filter(word => !has.has(word) || !text.includes(this.whole.get(word) ?? word));
    demand(lost.length === 0, `lost: ${lost.join(' ')}`);
  }

  /** @throws Error when a word stands there twice: where nobody copied, split or merged */
  checkOnce(text: string): void {
    const twice = [...countsIn(text)].filter(([, count]) => count > 1);
    demand(twice.length === 0, `doubled: ${twice.join(' ')}`);
  }
}
