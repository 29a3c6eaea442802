/** The class in the bar: the connection in words, which unfolds the panel; and what is heard without looking. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Cancel, Clock } from '../../core/clock';
import type { IParticipant } from '../membership';
import { Knocks } from '../teaching/knocks';
import { twoThingsHeard, undecidedInWords, waitingInWords } from '../teaching/words';
import { comingInWords, type ISaid } from '../words';
import { Arrivals } from './arrivals';
import { make, makeButton, setText } from './dom';

/** A connection that comes and goes within this time is no news. */
const SETTLED_MS = 2000;

export class ClassSlot extends Widget {
  /** @param panelId what the button unfolds */
  constructor(
    private readonly trans: TranslationBundle,
    private readonly clock: Clock,
    panelId: string,
    toggle: () => void
  ) {
    super();
    this.addClass('pb-ClassSlot');
    this.button = makeButton('', toggle, 'pb-ClassSlot-button');
    this.button.setAttribute('aria-controls', panelId);
    this.button.setAttribute('aria-expanded', 'false');
    const dot = make('span', 'pb-ClassSlot-dot');
    dot.setAttribute('aria-hidden', 'true');
    const about = make('span', 'pb-Heard', `. ${trans.__('Class')}`);
    this.knocking.hidden = true;
    this.deciding.hidden = true;
    this.where.hidden = true;
    this.button.append(this.where, dot, this.words, this.deciding, this.knocking, about);
    this.heard.setAttribute('aria-live', 'polite');
    this.node.append(this.button, this.heard);
    this.arrivals = new Arrivals(clock.now());
    this.knocks = new Knocks(clock, count => this.say(waitingInWords(count, trans)));
  }

  readonly button: HTMLButtonElement;
  private readonly where = make('span', 'pb-ClassSlot-where');
  private readonly words = make('span', 'pb-ClassSlot-words');
  private readonly knocking = make('span', 'pb-ClassSlot-knocking');
  private readonly deciding = make('span', 'pb-ClassSlot-knocking');
  private readonly heard = make('span', 'pb-Heard');
  private readonly arrivals: Arrivals;
  private readonly knocks: Knocks;
  private others: ReadonlySet<string> = new Set();
  private waiting: Cancel | null = null;
  private settling: Cancel | null = null;
  private kind = '';
  private undecided = 0;

  /**
   * @param kind what state the sentence is about: numbers in it are no news
   * @param waiting who stands at the door, for whoever teaches
   * @param undecided how many there are about whom they have to decide
   */
  tell(
    said: ISaid,
    kind: string,
    people: readonly IParticipant[],
    waiting: readonly { readonly participant: string }[] = [],
    undecided = 0
  ): void {
    const { length } = waiting;
    this.knocking.hidden = length === 0;
    setText(this.knocking, length === 0 ? '' : this.trans.__('%1 at the door', length));
    this.knocks.tell(waiting);
    this.deciding.hidden = undecided === 0;
    setText(this.deciding, undecidedInWords(undecided, this.trans));
    if (undecided > this.undecided) {
      this.say(twoThingsHeard(this.trans));
    }
    this.undecided = undecided;
    setText(this.words, said.short);
    this.button.title = said.text;
    this.node.dataset.tone = said.tone;
    if (kind !== this.kind) {
      this.kind = kind;
      this.settling?.();
      this.settling = this.clock.after(SETTLED_MS, () => this.say(said.text));
    }
    this.others = new Set(
      people.filter(person => person.isHere && !person.isMe).map(person => person.participant)
    );
    if (!this.waiting) {
      this.ask();
    }
  }

  /** Which of the class's pages this is; '' where that need not be said. */
  place(words: string): void {
    this.where.hidden = words === '';
    setText(this.where, words);
  }

  setExpanded(isExpanded: boolean): void {
    this.button.setAttribute('aria-expanded', String(isExpanded));
  }

  override dispose(): void {
    this.waiting?.();
    this.settling?.();
    this.knocks.dispose();
    super.dispose();
  }

  private ask(): void {
    this.waiting = null;
    const coming = this.arrivals.ask(this.others, this.clock.now());
    if (typeof coming === 'number') {
      this.waiting = this.clock.after(coming, () => this.ask());
    } else if (coming) {
      this.say(comingInWords(coming, this.trans));
    }
  }

  /** To who listens instead of looking. */
  say(words: string): void {
    setText(this.heard, words);
  }
}
