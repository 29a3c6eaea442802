/** Notebooks of the class that one reads and runs but does not write: nothing in them gives way, and a line says why. */
import type { Cell } from '@jupyterlab/cells';
import { PageConfig } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Cancel } from '../../core/clock';
import type { Session } from '../../notebook/session';
import type { IClassParts } from '../live';
import { pageAddress } from '../addresses';
import { pageInWords, whoseInWords, whoseOf } from '../panel/whose';
import { ReadingLine } from './line';
import { KeptPlace } from './place';

/** On a notebook that is only to be read. */
const READING = 'pb-mod-reading';

export class Reading {
  constructor(private readonly parts: Pick<IClassParts, 'membership' | 'sessionOf' | 'tracker' | 'trans'>) {
    parts.tracker.widgetAdded.connect(this.onAdded);
    parts.tracker.forEach(panel => void this.open(panel));
    this.cancel = parts.membership.changed.add(() => this.shown.forEach(each => each.update()));
  }

  private readonly shown = new Map<NotebookPanel, ReadNotebook>();
  private readonly cancel: Cancel;
  private isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.cancel();
    this.parts.tracker.widgetAdded.disconnect(this.onAdded);
    this.shown.forEach(each => each.dispose());
    this.shown.clear();
  }

  private readonly onAdded = (_: unknown, panel: NotebookPanel): void => void this.open(panel);

  private async open(panel: NotebookPanel): Promise<void> {
    const { sessionOf, membership, trans } = this.parts;
    await panel.context.ready;
    const session = sessionOf(panel.context.localPath);
    await session?.ready;
    const { document } = session ?? {};
    if (!session?.isShared || !document || this.isDisposed || panel.isDisposed) {
      return;
    }
    const shown = new ReadNotebook(panel, session, () => membership.mayWrite(document), membership, trans);
    this.shown.set(panel, shown);
    panel.disposed.connect(() => {
      this.shown.delete(panel);
      shown.dispose();
    });
  }
}

class ReadNotebook {
  constructor(
    private readonly panel: NotebookPanel,
    private readonly session: Session,
    private readonly mayWrite: () => boolean,
    private readonly membership: IClassParts['membership'],
    private readonly trans: TranslationBundle
  ) {
    this.line = new ReadingLine({ words: trans.__('Reload the page'), act: () => location.reload() });
    this.line.hide();
    panel.contentHeader.addWidget(this.line);
    this.place = new KeptPlace(panel.content, session.notebook);
    session.notebook.rebuilt.connect(this.later);
    session.lostUnkept.connect(this.toldUnkept);
    panel.content.model?.cells.changed.connect(this.later);
    this.update();
  }

  private readonly line: ReadingLine;
  private readonly place: KeptPlace;
  private timer = 0;
  private isReading: boolean | null = null;
  private said = '';
  private isDisposed = false;

  /** What one may do may be another thing now. */
  update(): void {
    const { needsReload } = this.session;
    const isReading = needsReload || !this.mayWrite();
    this.session.become(isReading);
    const words = whoseInWords(whoseOf(this.session, this.membership), this.trans);
    if (this.isReading !== isReading || this.said !== words) {
      this.isReading = isReading;
      this.panel.toggleClass(READING, isReading);
      this.line.setHidden(!isReading);
      this.said = words;
      this.line.say(words, needsReload, needsReload ? null : this.way());
      this.apply();
    }
  }

  /** From the lecture to where one writes oneself: the panel, which has all ways, may be folded away. */
  private way(): { words: string; href: string } | null {
    const { branch } = this.session;
    const { invitation, role } = this.membership;
    if (branch !== 'lecture' || role === 'removed' || role === 'viewer') {
      return null;
    }
    const root = new URL(PageConfig.getBaseUrl(), location.href).href;
    const href = pageAddress(root, this.panel.context.localPath, invitation, 'mine');
    return { words: pageInWords('mine', this.trans), href };
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      clearTimeout(this.timer);
      this.line.dispose();
      this.place.dispose();
      this.session.notebook.rebuilt.disconnect(this.later);
      this.session.lostUnkept.disconnect(this.toldUnkept);
      this.panel.content.model?.cells.changed.disconnect(this.later);
    }
  }

  private readonly later = (): void => {
    // After the notebook has made its cells.
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.apply(), 0);
  };

  private readonly toldUnkept = (): void => this.update();

  private apply(): void {
    if (!this.isDisposed && !this.panel.isDisposed) {
      this.panel.content.widgets.forEach(cell => this.tell(cell));
    }
  }

  private tell(cell: Cell): void {
    if (this.isReading) {
      cell.readOnly = true;
    } else {
      // As its author left it: a cell may be fixed by its own metadata.
      cell.loadEditableState();
    }
  }
}
