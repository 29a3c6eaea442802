/** The quiet menu at the end of the bar: everything that is one step away. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ellipsesIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Menu, Widget } from '@lumino/widgets';

/** A line between groups. */
export const LINE = 'line';

/** Commands in the order in which they are shown; what this app or this notebook does not have is left out. */
export type Entries = readonly (string | { readonly command: string; readonly args: ReadonlyJSONObject })[];

export class MoreButton extends Widget {
  constructor(
    private readonly _commands: CommandRegistry,
    private readonly _entries: Entries,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('pb-More');
    this._menu = new Menu({ commands: _commands });
    this._menu.addClass('pb-More-menu');
    this._menu.aboutToClose.connect(() => this._button.setAttribute('aria-expanded', 'false'));
    this._button.type = 'button';
    this._button.setAttribute('aria-haspopup', 'menu');
    this._button.setAttribute('aria-expanded', 'false');
    ellipsesIcon.element({ container: this._button });
    const words = document.createElement('span');
    words.textContent = trans.__('More');
    this._button.append(words);
    this._button.addEventListener('click', this);
    this.node.append(this._button);
  }

  handleEvent(event: Event): void {
    if (event.type === 'click') {
      this.open();
    }
  }

  /** Opens below the button, inside the window. */
  open(): void {
    this._menu.clearItems();
    for (const entry of withoutLooseLines(this._entries.filter(entry => this._has(entry)))) {
      if (entry === LINE) {
        this._menu.addItem({ type: 'separator' });
      } else {
        this._menu.addItem(typeof entry === 'string' ? { command: entry } : entry);
      }
    }
    const { right, bottom } = this._button.getBoundingClientRect();
    this._button.setAttribute('aria-expanded', 'true');
    this._menu.open(right, bottom + 4, { horizontalAlignment: 'right' });
    this._menu.activeIndex = 0;
  }

  override dispose(): void {
    this._menu.dispose();
    super.dispose();
  }

  private _has(entry: Entries[number]): boolean {
    const id = typeof entry === 'string' ? entry : entry.command;
    return id === LINE || (this._commands.hasCommand(id) && this._commands.isVisible(id));
  }

  private readonly _menu: Menu;
  private readonly _button = document.createElement('button');
}

/** No line at either end, and never two together. */
export function withoutLooseLines(entries: Entries): Entries {
  return entries.filter((entry, index) => {
    const rest = entries.slice(index + 1);
    return (
      entry !== LINE ||
      (index > 0 && rest.length > 0 && rest[0] !== LINE && rest.some(other => other !== LINE))
    );
  });
}
