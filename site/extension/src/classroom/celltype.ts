/** The choice between code and text for the selected cells. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

/** Raw cells are for converting notebooks; they show as text of their own kind when a notebook has one. */
export class CellTypeChoice extends Widget {
  constructor(
    private readonly _panel: NotebookPanel,
    trans: TranslationBundle
  ) {
    super({ node: document.createElement('label') });
    this.addClass('pb-CellType');
    this._select.setAttribute('aria-label', trans.__('Kind of cell'));
    this._select.append(
      new Option(trans.__('Code'), 'code'),
      new Option(trans.__('Text'), 'markdown'),
      this._raw
    );
    this._raw.textContent = trans.__('As it is');
    this._select.addEventListener('change', this);
    this.node.append(this._select);
    _panel.content.activeCellChanged.connect(this._show);
    _panel.content.stateChanged.connect(this._show);
    this._show();
  }

  handleEvent(event: Event): void {
    const kind = this._select.value;
    if (event.type === 'change' && (kind === 'code' || kind === 'markdown')) {
      NotebookActions.changeCellType(this._panel.content, kind);
      this._panel.content.activate();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._show();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._panel.content.activeCellChanged.disconnect(this._show);
      this._panel.content.stateChanged.disconnect(this._show);
      super.dispose();
    }
  }

  private readonly _show = (): void => {
    const kind = this._panel.content.activeCell?.model.type ?? 'code';
    this._raw.hidden = this._raw.disabled = kind !== 'raw';
    this._select.value = kind;
  };

  private readonly _select = document.createElement('select');
  private readonly _raw = new Option('', 'raw');
}
