/** Those whose pages said two things at once, for whoever teaches: proven, and what to do about it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IParticipant } from '../membership';
import { make, makeButton } from '../panel/dom';
import type { Acting } from './person';
import { askRemoval } from './removal';
import { undecided } from './words';

export class ContradictionPart {
  /** @param removed somebody was; to be said to who listens */
  constructor(
    private readonly trans: TranslationBundle,
    level: 'h2' | 'h3',
    private readonly removed: (name: string) => void
  ) {
    this.heading = make(level, '', trans.__('Two different things were said'));
    this.heading.tabIndex = -1;
    this.heading.id = 'pb-class-contradiction';
    this.node.setAttribute('aria-labelledby', this.heading.id);
    // There from the beginning, so that what comes into it is heard.
    this.list.setAttribute('role', 'status');
    this.node.append(this.heading, this.list);
    this.node.hidden = true;
  }

  readonly node = make('section', 'pb-Class-section pb-Contradiction');
  private readonly heading: HTMLElement;
  private readonly list = make('div', 'pb-Contradiction-list');
  private shown = '';
  private teaching: Acting | null = null;

  /** @param contradicting participants whose pages did so */
  show(people: readonly IParticipant[], contradicting: ReadonlySet<string>, teaching: Acting | null): void {
    this.teaching = teaching;
    const them = undecided(people, contradicting, teaching);
    const shown = JSON.stringify(them.map(({ participant, name }) => [participant, name]));
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    const hadFocus = this.list.contains(document.activeElement);
    this.node.hidden = them.length === 0;
    this.list.replaceChildren(...them.map(person => this.makeOne(person)));
    if (hadFocus) {
      this.heading.focus({ preventScroll: true });
    }
  }

  private makeOne(person: IParticipant): HTMLElement {
    const { trans } = this;
    const one = make('div', 'pb-Contradiction-one');
    const words = trans.__(
      "%1's page told some of the class one thing and others another. That is proven, and no accident: what it wrote from there on does not count, or only one of the two does.",
      person.name
    );
    const what = trans.__(
      'It was changed so that it does this, or somebody else has their keys: ask them. Removing %1 decides for all what counts; you can let them back in right after that, and they go on when they load their page anew.',
      person.name
    );
    const mayRemove = this.teaching?.mayGive(person.participant, 'removed') === true;
    const instead = person.role === 'owner' ? this.ofOwner() : this.onlyOwner();
    one.append(make('p', '', words), make('p', 'pb-Class-quiet', mayRemove ? what : instead));
    if (mayRemove) {
      const remove = makeButton(trans.__('Remove %1...', person.name), () => {
        const { teaching } = this;
        if (teaching) {
          void askRemoval(person, teaching, trans, isRemoved => isRemoved && this.removed(person.name));
        }
      });
      one.append(remove);
    }
    return one;
  }

  /** Nobody may decide about them, and nobody has to. */
  private ofOwner(): string {
    return this.trans.__(
      'Whoever owns the class said it, so there is nothing to decide, and what they write in a page loaded anew counts. If it was not done on purpose, somebody else has their keys: with the recovery file the class is taken back.'
    );
  }

  private onlyOwner(): string {
    return this.trans.__('Only whoever owns the class can decide about them: tell them.');
  }
}
