/** How others come in: the invite link, to copy. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Door } from '../../core/class/statement';
import { closedInWords } from '../teaching/words';
import { make, makeButton, setText } from './dom';

/** Long enough to be read, short enough not to be taken for the next copy. */
const SAID_MS = 4000;

export class Invite {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly link: () => string,
    private readonly write: (text: string) => Promise<void> = text => navigator.clipboard.writeText(text)
  ) {
    this.said.setAttribute('role', 'status');
    this.field.readOnly = true;
    this.field.hidden = true;
    this.field.setAttribute('aria-label', trans.__('Invite link'));
    this.field.addEventListener('focus', () => this.field.select());
    const row = make('p', 'pb-Class-actions');
    row.append(
      makeButton(trans.__('Copy the invite link'), () => void this.copy()),
      this.said
    );
    this.node.append(make('h3', '', trans.__('Invite others')), this.words, row, this.field);
    this.show('open');
  }

  readonly node = make('section', 'pb-Class-section pb-Invite');
  private readonly words = make('p');
  private readonly said = make('span', 'pb-Class-quiet');
  private readonly field = make('input', 'pb-Invite-link');

  show(door: Door): void {
    const { trans } = this;
    setText(this.words, closedInWords(door, trans) || trans.__('Whoever has the link can come in.'));
  }

  private async copy(): Promise<void> {
    const link = this.link();
    try {
      await this.write(link);
      setText(this.said, this.trans.__('Copied'));
      setTimeout(() => setText(this.said, ''), SAID_MS);
    } catch {
      // Without https, or refused: to be copied by hand.
      this.field.hidden = false;
      this.field.value = link;
      setText(this.said, this.trans.__('Copy it from here:'));
      this.field.focus();
    }
  }
}
