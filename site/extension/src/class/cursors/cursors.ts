/** Cursors and selections of others in every notebook of the class that is open here. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IClassParts } from '../live';
import { NotebookCursors } from './notebook';

export class Cursors {
  constructor(private readonly parts: Pick<IClassParts, 'membership' | 'sessionOf' | 'tracker' | 'trans'>) {
    parts.tracker.widgetAdded.connect(this.onAdded);
    parts.tracker.forEach(panel => void this.open(panel));
  }

  private readonly shown = new Map<NotebookPanel, NotebookCursors>();
  private isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.parts.tracker.widgetAdded.disconnect(this.onAdded);
    this.shown.forEach(cursors => cursors.dispose());
    this.shown.clear();
  }

  private readonly onAdded = (_: unknown, panel: NotebookPanel): void => void this.open(panel);

  private async open(panel: NotebookPanel): Promise<void> {
    const { membership, sessionOf, trans } = this.parts;
    await panel.context.ready;
    const session = sessionOf(panel.context.localPath);
    await session?.ready;
    // What is one's own is nobody else's to look at.
    if (!session?.document || !session.isShared || this.isDisposed || panel.isDisposed) {
      return;
    }
    const { notebook, document } = session;
    const make = (): void =>
      void this.shown.set(panel, new NotebookCursors(panel.content, notebook, document, membership, trans));
    const end = (): void => {
      this.shown.get(panel)?.dispose();
      this.shown.delete(panel);
    };
    make();
    // They stand in a document that is another one now.
    notebook.rebuilding.connect(end);
    notebook.rebuilt.connect(() => !this.isDisposed && make());
    panel.disposed.connect(end);
  }
}
