/** The bar itself: where one is, the state of things in words, and More. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretLeftIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

import { inClass } from './invited';
import { drawMark } from './mark';
import type { IPlace, IStep } from './place';
import { addresses } from './place';
import type { IClassroomBar } from './tokens';

/** How the bar is told to open another notebook: the `lab` does so in its own window. */
export type Open = (path: string) => void;

export class ClassroomBar extends Panel implements IClassroomBar {
  /**
   * @param root absolute address of the site, ending in `/`
   * @param open what a click on a neighbouring step does instead of leaving the page, if anything
   * @param fragment the class that the page is in, as in its address; '' for a page alone
   */
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _root: string,
    private readonly _open?: Open,
    private readonly _fragment = ''
  ) {
    super();
    this.id = 'pb-classroom-bar';
    this.addClass('pb-ClassroomBar');
    this.node.setAttribute('aria-label', _trans.__('Workshop and state'));
    this.node.setAttribute('role', 'region');
    this._where.addClass('pb-Where');
    this._slots.addClass('pb-Slots');
    this.addWidget(this._where);
    this.addWidget(this._slots);
    this.showPlace(undefined, '');
  }

  add(id: string, widget: Widget, rank: number): IDisposable {
    widget.addClass('pb-Slot');
    widget.node.dataset.pbSlot = id;
    const index = this._ranks.findIndex(other => other > rank);
    const position = index < 0 ? this._ranks.length : index;
    this._ranks.splice(position, 0, rank);
    this._slots.insertWidget(position, widget);
    return new DisposableDelegate(() => {
      const at = this._slots.widgets.indexOf(widget);
      if (at >= 0) {
        this._ranks.splice(at, 1);
        widget.parent = null;
      }
    });
  }

  /** Shows where the notebook called `name` stands; without a place only the name, without a name only the mark. */
  showPlace(place: IPlace | undefined, name: string): void {
    const trans = this._trans;
    const nav = document.createElement('nav');
    nav.setAttribute('aria-label', trans.__('Where you are'));
    nav.append(homeAnchor(trans, this._root));
    if (place) {
      nav.append(
        this._link(place.workshop.title, addresses.workshop(place.workshop.slug), 'pb-Where-workshop')
      );
      nav.append(separator());
    }
    const here = document.createElement('span');
    here.className = 'pb-Where-here';
    here.setAttribute('aria-current', 'page');
    here.textContent = place?.step ? `${place.step.number} ${place.step.title}` : name;
    nav.append(here);
    if (place?.step && place.workshop.notebooks.length > 1) {
      nav.append(
        this._neighbour(
          place.previous,
          trans.__('Previous step'),
          trans.__('This is the first step'),
          'previous'
        ),
        this._neighbour(place.next, trans.__('Next step'), trans.__('This is the last step'), 'next')
      );
    }
    this._where.node.replaceChildren(skipLink(trans), nav);
  }

  /** The bar may take two lines on a phone: the shell's rows have fixed heights, so it is told. */
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._size.observe(this.node);
  }

  protected override onBeforeDetach(message: Message): void {
    this._size.disconnect();
    super.onBeforeDetach(message);
  }

  private _fitRow(): void {
    const row = this.parent?.parent;
    const height = `${Math.ceil(this.node.getBoundingClientRect().height) + 1}px`;
    if (row && row.id === 'top-panel-wrapper' && row.node.style.minHeight !== height) {
      row.node.style.minHeight = height;
      row.parent?.fit();
    }
  }

  private _link(text: string, address: string, className: string): HTMLAnchorElement {
    const link = document.createElement('a');
    link.href = new URL(inClass(address, this._fragment), this._root).href;
    link.className = className;
    link.textContent = text;
    return link;
  }

  /** A link to the step beside this one; at either end a sign that there is none, so that nothing moves. */
  private _neighbour(
    step: IStep | undefined,
    words: string,
    none: string,
    direction: 'previous' | 'next'
  ): HTMLElement {
    const icon = direction === 'previous' ? caretLeftIcon : caretRightIcon;
    const className = `pb-Where-step pb-mod-${direction}`;
    if (!step) {
      const end = document.createElement('span');
      end.className = `${className} pb-mod-none`;
      end.title = none;
      icon.element({ container: end });
      return end;
    }
    const link = this._link('', addresses.notebook(step.path), className);
    icon.element({ container: link });
    link.title = `${words}: ${step.number} ${step.title}`;
    link.setAttribute('aria-label', link.title);
    link.addEventListener('click', event => {
      if (this._open && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        this._open(step.path);
      }
    });
    return link;
  }

  private readonly _where = new Widget();
  private readonly _slots = new Panel();
  private readonly _ranks: number[] = [];
  private readonly _size = new ResizeObserver(() => this._fitRow());
}

/** Our mark where the lab has its logo. */
export function homeLink(trans: TranslationBundle, root: string): Widget {
  const widget = new Widget();
  widget.id = 'pb-home';
  widget.node.append(homeAnchor(trans, root));
  return widget;
}

function homeAnchor(trans: TranslationBundle, root: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = new URL(addresses.catalogue(), root).href;
  link.className = 'pb-Where-home';
  link.title = trans.__('All workshops');
  link.setAttribute('aria-label', link.title);
  link.append(drawMark());
  return link;
}

/** First in the reading order, seen when focused. Stands in for Notebook's, which finds nothing in a list of files. */
function skipLink(trans: TranslationBundle): HTMLAnchorElement {
  const link = document.createElement('a');
  link.className = 'pb-Skip';
  link.href = '#main-panel';
  link.textContent = trans.__('Skip to the content');
  link.addEventListener('click', event => {
    const content = '.jp-Cell.jp-mod-active, .jp-DirListing-content, .cm-content, .jp-Notebook';
    const target = document.querySelector<HTMLElement>(`#main-panel :is(${content})`);
    if (target) {
      event.preventDefault();
      target.focus();
    }
  });
  return link;
}

function separator(): HTMLElement {
  const element = document.createElement('span');
  element.className = 'pb-Where-separator';
  element.setAttribute('aria-hidden', 'true');
  element.textContent = '›';
  return element;
}
