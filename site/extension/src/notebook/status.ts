/** The words in the bar: how well work is kept, and what of the original is gone. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Keeping } from './keeping';

/** A sentence and, where there is something to do about it, a button. */
class Sentence extends Widget {
  constructor(kind: string, label: string, act: () => void) {
    super();
    this.addClass('pb-Sentence');
    this.addClass(`pb-Sentence-${kind}`);
    this.node.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.textContent = label;
    this.button.addEventListener('click', act);
    this.node.append(this.words, this.button);
    this.say('', false);
  }

  protected say(words: string, button: boolean, tone = ''): void {
    if (this.words.textContent !== words) {
      this.words.textContent = words;
    }
    this.node.dataset.tone = tone;
    this.button.hidden = !button;
    this.setHidden(words === '');
  }

  private readonly words = document.createElement('span');
  private readonly button = document.createElement('button');
}

export class KeepingStatus extends Sentence {
  constructor(
    private readonly trans: TranslationBundle,
    download: () => void
  ) {
    super('keeping', trans.__('Save as a file'), download);
    this.show({ kind: 'kept' });
  }

  override show(keeping?: Keeping): void {
    if (keeping) {
      this.node.dataset.keeping = keeping.kind;
      this.say(keepingInWords(keeping, this.trans), isRefusal(keeping), isRefusal(keeping) ? 'warm' : '');
    } else {
      super.show();
    }
  }
}

export class OriginalStatus extends Sentence {
  constructor(
    private readonly trans: TranslationBundle,
    bringBack: () => void
  ) {
    super('original', trans.__('Bring back'), bringBack);
  }

  /** How many cells of the original were deleted. */
  tell(gone: number): void {
    const trans = this.trans;
    this.say(
      gone === 0
        ? ''
        : trans._n('A cell of the original is gone', '%1 cells of the original are gone', gone, gone),
      true
    );
  }
}

function isRefusal(keeping: Keeping): boolean {
  return keeping.kind === 'full' || keeping.kind === 'refused';
}

export function keepingInWords(keeping: Keeping, trans: TranslationBundle): string {
  switch (keeping.kind) {
    case 'kept':
      return trans.__('Kept on this device');
    case 'keeping':
      return trans.__('Keeping...');
    case 'full':
      return trans.__('Storage is full: save your notebook as a file');
    case 'refused':
      return trans.__('This browser keeps nothing: save your notebook as a file before you close');
  }
}
