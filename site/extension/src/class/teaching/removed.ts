/** Those who were removed, and the way back for them: what was done can be undone. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IParticipant } from '../membership';
import { make, setText } from '../panel/dom';
import { makeDoer, whenStated } from './doing';
import type { Acting } from './person';

export class Removed {
  /** @param done somebody may come in again */
  constructor(
    private readonly trans: TranslationBundle,
    private readonly done: (name: string) => void
  ) {
    this.node.append(this.words, this.list);
    this.node.hidden = true;
  }

  readonly node = make('details', 'pb-Removed');
  private readonly words = make('summary');
  private readonly list = make('ul', 'pb-Removed-list');
  private shown = '';
  private teaching: Acting | null = null;

  /** @param teaching null for whoever does not teach: to them they are simply not there */
  show(people: readonly IParticipant[], teaching: Acting | null): void {
    this.teaching = teaching;
    const removed = people
      .filter(({ role }) => teaching !== null && role === 'removed')
      .map(({ participant, name }) => {
        return { participant, name, mayReturn: teaching?.mayGive(participant, 'attendee') === true };
      });
    const shown = JSON.stringify(removed);
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    const hadFocus = this.list.contains(document.activeElement);
    this.node.hidden = removed.length === 0;
    setText(this.words, this.trans.__('Removed (%1)', removed.length));
    const lines = removed.map(({ participant, name, mayReturn }) => {
      const line = make('li', 'pb-Removed-one');
      line.append(make('bdi', '', name));
      if (mayReturn) {
        const back = makeDoer(this.trans.__('Let back in'), this.trans.__('Letting back in...'), async () => {
          if (this.teaching) {
            const given = this.teaching.give(participant, 'attendee');
            await whenStated(given, this.trans, () => this.done(name));
          }
        });
        back.setAttribute('aria-label', this.trans.__('Let back in: %1', name));
        line.append(back);
      }
      return line;
    });
    this.list.replaceChildren(...lines);
    if (hadFocus) {
      this.words.focus({ preventScroll: true });
    }
  }
}
