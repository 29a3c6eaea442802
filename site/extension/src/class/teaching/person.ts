/** "More for Ben": what whoever teaches can make of somebody, behind a quiet button at the end of their line. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IParticipant, ITeaching } from '../membership';
import { make } from '../panel/dom';
import { whenStated } from './doing';
import { hasMenu } from './menu';
import { askRemoval } from './removal';
import { choiceInWords, choicesFor, givenInWords } from './words';

export type Acting = Pick<ITeaching, 'mayGive' | 'hasOf' | 'give' | 'door' | 'setDoor'>;

export interface IPersonActsOptions {
  readonly trans: TranslationBundle;
  /** Says what was done, to who listens. */
  readonly say: (words: string) => void;
  /** To somebody's own page. */
  readonly visit?: (participant: string) => void;
  /** A menu is open, or no more: nobody moves meanwhile. */
  readonly held?: (isHeld: boolean) => void;
}

/** Of one line. */
export class PersonActs {
  constructor(private readonly options: IPersonActsOptions) {
    const { button } = this;
    button.type = 'button';
    button.hidden = true;
    const held = (isHeld: boolean): void => options.held?.(isHeld);
    hasMenu(
      button,
      () => button.title,
      () => this.choices(),
      held
    );
  }

  readonly button = make('button', 'pb-More');
  private person: IParticipant | null = null;
  private teaching: Acting | null = null;

  /** @param teaching null for whoever does not teach */
  show(person: IParticipant, teaching: Acting | null): void {
    this.person = person;
    this.teaching = teaching;
    const hadFocus = document.activeElement === this.button;
    this.button.hidden = teaching === null || this.choices().length === 0;
    if (hadFocus && this.button.hidden) {
      this.button.closest<HTMLElement>('[tabindex]')?.focus({ preventScroll: true });
    }
    const words = this.options.trans.__('More for %1', person.name);
    if (this.button.title !== words) {
      this.button.title = words;
      this.button.setAttribute('aria-label', words);
    }
  }

  private choices(): { text: string; act: () => void }[] {
    const { person, teaching } = this;
    const { trans, say } = this.options;
    if (!person || !teaching) {
      return [];
    }
    const { participant, isMe } = person;
    const { visit } = this.options;
    const look = { text: trans.__('Look at their page'), act: () => visit?.(participant) };
    const roles = choicesFor(person, teaching).map(role => ({
      text: choiceInWords(role, trans),
      act: () => {
        if (role !== 'removed') {
          void whenStated(teaching.give(person.participant, role), trans, () =>
            say(givenInWords(person.name, role, trans))
          );
          return;
        }
        void askRemoval(person, teaching, trans, isRemoved => {
          if (isRemoved) {
            say(givenInWords(person.name, role, trans));
          }
          (this.button.isConnected ? this.button : null)?.focus({ preventScroll: true });
        });
      }
    }));
    return visit && !isMe ? [look, ...roles] : roles;
  }
}
