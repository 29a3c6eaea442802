/** Somebody else's run of one cell, drawn below the cell's text in the place of one's own. */
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IOutput } from '@jupyterlab/nbformat';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import type { JsonObject } from '../../core/document/json';
import { MOST_OUTPUTS } from './strangers';

/** What was there before joins what comes, also of one kind: places stay what they are in the document. */
class PlacedModel extends OutputAreaModel {
  protected override shouldCombine(): boolean {
    return false;
  }
}

export interface IRunSeen {
  readonly outputs: readonly JsonObject[];
  readonly count: number | null;
  readonly isRunning: boolean;
}

export interface IAuthor {
  readonly name: string;
  /** A value of a style. */
  readonly colour: string;
}

/** What happened with the cell on this page while another's run is shown. */
export type OwnRun = 'none' | 'running' | 'asking' | 'done';

export class OthersView extends Panel {
  constructor(
    private readonly trans: TranslationBundle,
    rendermime: IRenderMimeRegistry,
    private readonly back: () => void
  ) {
    super();
    this.addClass('pb-Others');
    this.node.setAttribute('role', 'group');
    this.area = new SimplifiedOutputArea({
      model: this.model,
      rendermime,
      maxNumberOutputs: MOST_OUTPUTS + 1
    });
    const head = new Widget({ node: document.createElement('div') });
    head.addClass('pb-Others-head');
    this.name.className = 'pb-Others-name';
    this.state.className = 'pb-Others-state';
    head.node.append(this.name, this.state);
    const foot = new Widget({ node: document.createElement('div') });
    foot.addClass('pb-Others-own');
    foot.node.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.textContent = trans.__('Show yours');
    this.button.addEventListener('click', this.back);
    foot.node.append(this.words, this.button);
    this.foot = foot;
    this.addWidget(head);
    this.addWidget(this.area);
    this.addWidget(foot);
    this.hide();
    foot.hide();
  }

  private readonly model = new PlacedModel({ trusted: false });
  private readonly area: SimplifiedOutputArea;
  private readonly foot: Widget;
  private readonly name = document.createElement('span');
  private readonly state = document.createElement('span');
  private readonly words = document.createElement('span');
  private readonly button = document.createElement('button');
  private seen: readonly JsonObject[] = [];
  private hasRun = false;
  private own: OwnRun = 'none';

  override dispose(): void {
    if (!this.isDisposed) {
      super.dispose();
      this.model.dispose();
    }
  }

  /** Whose it is. */
  by({ name, colour }: IAuthor): void {
    this.name.textContent = name;
    this.node.style.setProperty('--pb-person', colour);
    this.node.setAttribute('aria-label', this.trans.__('Output of %1', name));
  }

  see({ outputs, count, isRunning }: IRunSeen): void {
    this.hasRun = outputs.length > 0 || count !== null || isRunning;
    this.state.textContent = isRunning ? this.trans.__('running') : '';
    this.draw(outputs);
    this.appear();
  }

  tellOwn(own: OwnRun): void {
    const { trans } = this;
    const words: Record<OwnRun, string> = {
      none: '',
      running: trans.__('Yours is running.'),
      asking: trans.__('Your program asks you something.'),
      done: trans.__('You ran this.')
    };
    this.own = own;
    this.words.textContent = words[own];
    this.foot.setHidden(own === 'none');
    this.appear();
  }

  private appear(): void {
    this.setHidden(!this.hasRun && this.own === 'none');
    this.toggleClass('pb-mod-empty', !this.hasRun);
  }

  /** Draws what is new, and leaves alone what stays. */
  private draw(outputs: readonly JsonObject[]): void {
    const { model, seen } = this;
    outputs.forEach((output, index) => {
      const before = seen[index];
      if (before === undefined) {
        model.add(output as unknown as IOutput);
      } else if (!isSame(before, output)) {
        const added =
          index === outputs.length - 1 && index === seen.length - 1 ? addedText(before, output) : null;
        if (added !== null) {
          model.appendStreamOutput(added);
        } else {
          model.set(index, output as unknown as IOutput);
        }
      }
    });
    for (let index = seen.length - 1; index >= outputs.length; index -= 1) {
      model.remove(index);
    }
    this.seen = outputs;
  }
}

/** What a stream has at its end that it had not before; null when it is not only that. */
function addedText(before: JsonObject, after: JsonObject): string | null {
  const [old, text] = [before.text, after.text];
  const isStream =
    before.output_type === 'stream' && after.output_type === 'stream' && before.name === after.name;
  return isStream && typeof old === 'string' && typeof text === 'string' && text.startsWith(old)
    ? text.slice(old.length)
    : null;
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  if (a.output_type === 'stream' && b.output_type === 'stream') {
    return a.name === b.name && a.text === b.text;
  }
  return JSON.stringify(a) === JSON.stringify(b);
}
