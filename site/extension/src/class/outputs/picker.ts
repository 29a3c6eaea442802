/** "Outputs: yours": a button that says whose are shown, and a list of everybody whose could be. Shell only. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { type IChoice, next } from './choices';

let ids = 0;

export class Picker extends Widget {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly choose: (participant: string | null) => void
  ) {
    super();
    this.addClass('pb-Whose');
    this.id = `pb-whose-${(ids += 1)}`;
    this.button.type = 'button';
    this.button.className = 'pb-Whose-button';
    this.button.setAttribute('aria-haspopup', 'listbox');
    this.button.setAttribute('aria-expanded', 'false');
    this.button.setAttribute('aria-controls', `${this.id}-list`);
    this.button.append(this.words);
    this.list.id = `${this.id}-list`;
    this.list.className = 'pb-Whose-list';
    this.list.tabIndex = -1;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', trans.__('Whose outputs to show'));
    this.button.addEventListener('click', event => {
      // The toolbar gives the notebook the focus after a click.
      event.stopPropagation();
      if (this.isOpen) {
        this.fold();
      } else {
        this.open();
      }
    });
    this.button.addEventListener('keydown', event => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        event.stopPropagation();
        this.open();
      }
    });
    this.list.addEventListener('keydown', event => this.onKey(event));
    this.list.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget === null && this.isOpen) {
        // To nothing: another window, or somebody's work on the page took it. One has not gone anywhere.
        queueMicrotask(() => document.activeElement === document.body && this.list.focus());
      } else if (!this.list.contains(relatedTarget as Node | null) && relatedTarget !== this.button) {
        this.fold(false);
      }
    });
    this.list.addEventListener('click', event => {
      const option = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (option) {
        this.take(option.dataset.participant ?? null);
      }
    });
    this.node.append(this.button);
  }

  private readonly button = document.createElement('button');
  private readonly words = document.createElement('span');
  private readonly list = document.createElement('div');
  private choices: readonly IChoice[] = [];
  private chosen: string | null = null;
  /** The option that the keys are on. */
  private active = 0;
  private typed = { text: '', at: 0 };
  private filled = '';

  get isOpen(): boolean {
    return this.list.isConnected;
  }

  override dispose(): void {
    this.list.remove();
    super.dispose();
  }

  /** @param choices everybody else whose outputs can be looked at; oneself is added */
  tell(choices: readonly IChoice[], chosen: IChoice | null): void {
    const { trans } = this;
    this.choices = choices;
    this.chosen = chosen?.participant ?? null;
    this.words.textContent = chosen ? trans.__("Outputs: %1's", chosen.name) : trans.__('Outputs: yours');
    this.button.title = trans.__('Whose outputs to show');
    this.button.style.setProperty('--pb-person', chosen?.colour ?? '');
    this.button.classList.toggle('pb-mod-others', chosen !== null);
    // An option that is made anew under the pointer would not be clicked: only when there is something else to show.
    if (this.isOpen && this.filled !== this.shown()) {
      this.fill();
    }
  }

  private shown(): string {
    return JSON.stringify([this.choices, this.chosen]);
  }

  private open(): void {
    this.active = Math.max(0, this.choices.findIndex(each => each.participant === this.chosen) + 1);
    // What was typed in the list when it was open before is another word.
    this.typed = { text: '', at: 0 };
    this.fill();
    // Beside the page, not in the toolbar: that one hides what does not fit.
    document.body.append(this.list);
    const { left, bottom } = this.button.getBoundingClientRect();
    const width = this.list.offsetWidth;
    this.list.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    this.list.style.top = `${bottom + 4}px`;
    this.list.style.maxHeight = `${Math.max(160, innerHeight - bottom - 16)}px`;
    this.button.setAttribute('aria-expanded', 'true');
    this.list.focus();
    this.reveal();
    addEventListener('resize', this.onAway);
    document.addEventListener('pointerdown', this.onAway, true);
  }

  private fold(refocus = true): void {
    if (this.isOpen) {
      removeEventListener('resize', this.onAway);
      document.removeEventListener('pointerdown', this.onAway, true);
      this.button.setAttribute('aria-expanded', 'false');
      // Before it goes: what goes with the focus in it tells so again.
      if (refocus) {
        this.button.focus();
        if (document.activeElement !== this.button) {
          // The toolbar gave it to whatever had it there last; within the toolbar it stays.
          this.button.focus();
        }
      }
      this.list.remove();
    }
  }

  private readonly onAway = (event: Event): void => {
    if (!(
      event.target instanceof Node &&
      (this.list.contains(event.target) || this.node.contains(event.target))
    )) {
      this.fold(false);
    }
  };

  private take(participant: string | null): void {
    this.fold();
    this.choose(participant);
  }

  private onKey(event: KeyboardEvent): void {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    // JupyterLab's shortcuts are for the notebook, which is not meant now.
    event.stopPropagation();
    if (key === 'Escape') {
      this.fold();
    } else if (key === 'Tab') {
      this.fold();
      return;
    } else if (key === 'Enter' || key === ' ') {
      this.take(this.active === 0 ? null : (this.choices[this.active - 1]?.participant ?? null));
    } else {
      if (key.length === 1) {
        const isOn = event.timeStamp - this.typed.at < 700;
        this.typed = { text: (isOn ? this.typed.text : '') + key.toLowerCase(), at: event.timeStamp };
      }
      const names = [this.trans.__('Yours'), ...this.choices.map(({ name }) => name)];
      this.active = next(this.active, names, key, this.typed.text);
      this.reveal();
    }
    event.preventDefault();
  }

  private fill(): void {
    const { trans } = this;
    this.active = Math.min(this.active, this.choices.length);
    this.filled = this.shown();
    const options = [null, ...this.choices].map((choice, index) => {
      const option = document.createElement('div');
      option.id = `${this.id}-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', String((choice?.participant ?? null) === this.chosen));
      const [mark, name, state] = [0, 1, 2].map(() => document.createElement('span'));
      mark!.className = 'pb-Whose-mark';
      name!.className = 'pb-Whose-name';
      state!.className = 'pb-Whose-state';
      name!.textContent = choice?.name ?? trans.__('Yours');
      if (choice) {
        option.dataset.participant = choice.participant;
        option.style.setProperty('--pb-person', choice.colour);
        state!.textContent = choice.hasRun
          ? choice.isHere
            ? trans.__('here')
            : trans.__('was here')
          : trans.__('nothing run yet');
      }
      option.append(mark!, name!, state!);
      return option;
    });
    this.list.replaceChildren(...options);
    if (this.choices.length === 0) {
      const nobody = document.createElement('p');
      nobody.textContent = trans.__('Nobody else is here yet.');
      this.list.append(nobody);
    }
    this.mark();
  }

  private mark(): void {
    [...this.list.children].forEach((option, index) =>
      option.classList.toggle('pb-mod-active', index === this.active)
    );
    this.list.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
  }

  private reveal(): void {
    this.mark();
    this.list.children[this.active]?.scrollIntoView({ block: 'nearest' });
  }
}
