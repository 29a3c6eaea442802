/** Cursors and selections of others in every notebook of the class that is open here. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Cancel } from '../../core/clock';
import type { IClassParts } from '../live';
import { NotebookCursors } from './notebook';

export class Cursors {
  constructor(private readonly parts: Pick<IClassParts, 'membership' | 'sessionOf' | 'tracker' | 'trans'>) {
    parts.tracker.widgetAdded.connect(this.onAdded);
    parts.tracker.forEach(panel => void this.open(panel));
  }

  private readonly ends = new Map<NotebookPanel, Cancel>();
  /** How often a document is open here. */
  private readonly views = new Map<string, number>();
  private isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.parts.tracker.widgetAdded.disconnect(this.onAdded);
    this.ends.forEach(end => end());
  }

  private readonly onAdded = (_: unknown, panel: NotebookPanel): void => void this.open(panel);

  private async open(panel: NotebookPanel): Promise<void> {
    const { membership, sessionOf, trans } = this.parts;
    const { awareness } = membership.engine;
    await panel.context.ready;
    const session = sessionOf(panel.context.localPath);
    await session?.ready;
    const name = session?.sharedName;
    if (!session || !name || this.isDisposed || panel.isDisposed || this.ends.has(panel)) {
      return;
    }
    const cursors = new NotebookCursors(panel.content, session.notebook.ydoc, name, membership, trans);
    const views = this.views.get(name) ?? 0;
    this.views.set(name, views + 1);
    if (views === 0) {
      awareness.say(name, null);
    }
    const end = (): void => {
      if (this.ends.delete(panel)) {
        cursors.dispose();
        const left = this.views.get(name)! - 1;
        this.views.set(name, left);
        if (left === 0) {
          awareness.leave(name);
        }
      }
    };
    this.ends.set(panel, end);
    panel.disposed.connect(end);
  }
}
