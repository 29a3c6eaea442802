/** The line above a notebook that says whose outputs these are, and leads back. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { IChoice } from './choices';

export class LookingLine extends Widget {
  constructor(
    private readonly trans: TranslationBundle,
    back: () => void
  ) {
    super();
    this.addClass('pb-LookingLine');
    this.words.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.textContent = trans.__('Back to yours');
    this.button.addEventListener('click', back);
    this.node.append(this.words, this.button);
    this.hide();
    // Lumino asks for the least height when something is shown; style/outputs.css gives another where it is narrow.
    this.narrow.addEventListener('change', this.refit);
  }

  private readonly narrow = matchMedia('(max-width: 600px)');
  private readonly refit = (): void => this.parent?.fit();
  private readonly words = document.createElement('span');
  private readonly button = document.createElement('button');

  override dispose(): void {
    this.narrow.removeEventListener('change', this.refit);
    super.dispose();
  }

  tell(author: IChoice | null, hasAny: boolean): void {
    if (author) {
      const words = this.wordsOf(author, hasAny);
      if (this.words.textContent !== words) {
        this.words.textContent = words;
      }
      this.node.style.setProperty('--pb-person', author.colour);
    }
    this.setHidden(author === null);
  }

  private wordsOf({ name, isHere, hasRun }: IChoice, hasAny: boolean): string {
    const { trans } = this;
    if (hasAny) {
      return isHere
        ? trans.__("These are %1's outputs. What you run stays yours, behind them.", name)
        : trans.__('These are the outputs %1 left here. What you run stays yours, behind them.', name);
    }
    return hasRun || !isHere
      ? trans.__("%1's outputs are not here yet. They come when somebody is here who has them.", name)
      : trans.__('%1 has not run anything in this notebook yet.', name);
  }
}
