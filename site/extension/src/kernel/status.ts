/** What is said of Python in the bar, with the buttons that belong to it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { IEnvironment } from '../workshop/catalogue';
import type { PythonState } from './state';
import { describe, formatFingerprint, label, type PythonAction } from './words';

/** Milliseconds between two announcements to a screen reader while something is fetched. */
const ANNOUNCE_PERIOD = 10_000;

/** What the widget shows and asks for; null when the current document runs no Python. */
export interface IPythonSource {
  readonly state: PythonState;
  readonly environment: () => Promise<IEnvironment | null>;
  readonly act: (action: PythonAction) => void;
}

export class PythonStatus extends Widget {
  private readonly text = document.createElement('span');
  private readonly announcer = document.createElement('span');
  private readonly meter = document.createElement('progress');
  private readonly buttons = document.createElement('span');
  private readonly about = document.createElement('button');
  private readonly aboutBody = document.createElement('div');
  private source: IPythonSource | null = null;
  private announced = { kind: '', at: -Infinity };

  constructor(
    private readonly trans: TranslationBundle,
    private readonly now: () => number = () => performance.now()
  ) {
    super();
    this.addClass('peerbook-Python');
    this.text.className = 'peerbook-Python-text';
    this.announcer.className = 'peerbook-Python-announcer';
    this.announcer.setAttribute('aria-live', 'polite');
    this.meter.className = 'peerbook-Python-meter';
    this.meter.setAttribute('aria-hidden', 'true');
    this.buttons.className = 'peerbook-Python-buttons';
    this.about.className = 'peerbook-Python-about';
    this.about.type = 'button';
    this.about.textContent = trans.__('About Python');
    this.aboutBody.className = 'peerbook-Python-details';
    // The browser's own popover: above everything, closed by Esc and by a click elsewhere.
    this.aboutBody.popover = 'auto';
    this.about.popoverTargetElement = this.aboutBody;
    this.aboutBody.addEventListener('toggle', event => {
      if ((event as ToggleEvent).newState === 'open') {
        this.placeAbout();
        void this.fillAbout();
      }
    });
    this.node.append(this.text, this.meter, this.buttons, this.about, this.aboutBody, this.announcer);
    this.setSource(null);
  }

  /** Shows another Python, or another state of the same. */
  setSource(source: IPythonSource | null): void {
    this.source = source;
    this.setHidden(source === null);
    if (!source) {
      return;
    }
    const { state } = source;
    const said = describe(state, this.trans);
    this.node.dataset['state'] = state.kind;
    if (this.text.textContent !== said.text) {
      this.text.textContent = said.text;
    }
    this.meter.hidden = state.kind !== 'loading' && state.kind !== 'starting';
    if (state.kind === 'loading' && state.total > 0) {
      this.meter.max = state.total;
      this.meter.value = state.got;
    } else {
      this.meter.removeAttribute('value');
    }
    this.showButtons(said.actions);
    this.announce(state.kind, said.text);
  }

  private showButtons(actions: readonly PythonAction[]): void {
    // The same buttons stay, so that focus and a finger on them are not lost.
    if (this.buttons.dataset['actions'] === actions.join(' ')) {
      return;
    }
    this.buttons.dataset['actions'] = actions.join(' ');
    this.buttons.replaceChildren(
      ...actions.map(action => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'peerbook-Python-button';
        button.dataset['action'] = action;
        button.textContent = label(action, this.trans);
        button.addEventListener('click', () => this.source?.act(action));
        return button;
      })
    );
  }

  /** A screen reader hears each new state, not every megabyte and not every run of a cell. */
  private announce(kind: string, text: string): void {
    const quiet =
      kind === this.announced.kind ||
      kind === 'running' ||
      (kind === 'ready' && this.announced.kind === 'running');
    if (quiet && (kind !== 'loading' || this.now() - this.announced.at < ANNOUNCE_PERIOD)) {
      if (kind !== 'loading') {
        this.announced = { kind, at: this.announced.at };
      }
      return;
    }
    this.announced = { kind, at: this.now() };
    this.announcer.textContent = text;
  }

  private placeAbout(): void {
    const { left, bottom } = this.about.getBoundingClientRect();
    const right = document.documentElement.clientWidth - this.aboutBody.offsetWidth - 8;
    this.aboutBody.style.left = `${Math.max(8, Math.min(left, right))}px`;
    this.aboutBody.style.top = `${bottom + 4}px`;
  }

  private async fillAbout(): Promise<void> {
    const environment = await this.source?.environment().catch(() => null);
    this.aboutBody.replaceChildren();
    const add = (text: string, className = '') => {
      const line = document.createElement('p');
      line.textContent = text;
      line.className = className;
      this.aboutBody.append(line);
    };
    if (!environment) {
      add(this.trans.__('Nothing is known of it yet.'));
      return;
    }
    add(formatFingerprint(environment), 'peerbook-Python-fingerprint');
    add(this.trans.__('Two people with the same code have the same Python.'));
    add(
      this.trans.__('Python runs inside this browser tab (Pyodide %1). Packages:', environment.pyodideVersion)
    );
    const list = document.createElement('ul');
    for (const { name, version } of environment.packages) {
      const item = document.createElement('li');
      item.textContent = `${name} ${version}`;
      list.append(item);
    }
    this.aboutBody.append(list);
  }
}
