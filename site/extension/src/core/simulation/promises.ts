/** Words that must be there at the end of a lesson: what who wrote, unless it was taken away, cut off, or died with a page. */
import type { IPlace, Pupil } from './pupil';

export class Promises {
  /** With who wrote them, and where. */
  private readonly demanded = new Map<string, { readonly who: string; readonly document: string }>();
  /** Words that somebody took away on purpose. */
  readonly deleted = new Set<string>();
  /** Texts that are not in a document any more, of which their author was told. */
  readonly offered: string[] = [];
  /** Words that were in a deleted cell when their author's page built the document anew: nobody is told of those. */
  private readonly unread = new Set<string>();
  /** Whose words need not be there any more. */
  readonly outlaws = new Set<string>();
  /** Whose page broke down: it cannot tell any more what is not there. */
  private readonly crashed = new Set<string>();

  /** Somebody wrote something new. */
  add(who: string, { document, deeds }: IPlace): void {
    if (!this.outlaws.has(who)) {
      deeds.written.forEach(word => this.demanded.set(word, { who, document }));
    }
  }

  documentOf(word: string): string | undefined {
    return this.demanded.get(word)?.document;
  }

  /** A document is another one on a page of somebody's, where this stood in a deleted cell. */
  bury(who: string, text: string): void {
    const words = text.match(/<[^<>]*>/g) ?? [];
    words.filter(word => this.demanded.get(word)?.who === who).forEach(word => this.unread.add(word));
  }

  outlaw(who: string): void {
    this.outlaws.add(who);
    this.disown(who);
  }

  /** What somebody wrote so far need not be there. */
  disown(who: string): void {
    [...this.demanded].forEach(([word, by]) => by.who === who && this.demanded.delete(word));
  }

  /** A page is gone: what nobody else has, and `isKept` does not know, died with it. */
  died(who: string, others: readonly Pupil[], isKept: (word: string) => boolean): void {
    this.crashed.add(who);
    const elsewhere = others.map(({ allText }) => allText);
    for (const [word] of this.demanded) {
      if (!isKept(word) && !elsewhere.some(text => text.includes(word))) {
        this.demanded.delete(word);
      }
    }
  }

  /**
   * Words that must be there. Where there are losses, some may have leaned on what was cut off, if their author was told
   * or is gone; `wasTakenOver`: who owned the class wrote on before they heard of it, and was told.
   */
  due(
    hasLosses: (document: string) => boolean,
    wasTakenOver: boolean
  ): {
    readonly words: readonly string[];
    readonly isExcused: (word: string) => boolean;
  } {
    const isExcused = (word: string): boolean => {
      const { who, document } = this.demanded.get(word)!;
      const isOffered = this.unread.has(word) || this.offered.some(text => text.includes(word));
      return ((this.crashed.has(who) || isOffered) && hasLosses(document)) || (isOffered && wasTakenOver);
    };
    return { words: [...this.demanded.keys()].filter(word => !this.deleted.has(word)), isExcused };
  }
}
