/** Whose notebook this is, and the way to the other one. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { make, setText } from './dom';

export class Whose {
  /** @param ownCopy address of the same notebook as one's own; asked when the link is followed */
  constructor(
    private readonly trans: TranslationBundle,
    ownCopy: () => string,
    left: () => void
  ) {
    this.link.textContent = trans.__('Open your own copy');
    const aim = (): void => void (this.link.href = ownCopy());
    // Before it is followed, copied or opened in another tab.
    ['pointerdown', 'focus', 'contextmenu'].forEach(kind => this.link.addEventListener(kind, aim));
    this.link.addEventListener('click', () => {
      aim();
      left();
    });
    aim();
    this.node.append(this.heading, this.words, this.link);
    this.show('team');
  }

  readonly node = make('section', 'pb-Class-section');
  private readonly heading = make('h3');
  private readonly words = make('p');
  private readonly link = make('a', 'pb-Class-link');

  /** @param branch null when no notebook is open */
  show(branch: 'mine' | 'team' | null): void {
    const { trans } = this;
    this.node.hidden = branch === null;
    this.link.hidden = branch !== 'team';
    if (branch === 'team') {
      setText(this.heading, trans.__("Everyone's page"));
      setText(this.words, trans.__('All in the class may write here. It is not protected yet.'));
    } else {
      setText(this.heading, trans.__('Your own notebook'));
      setText(this.words, trans.__('It is no step of the workshop: the class does not see it.'));
    }
  }
}
