/** Whose outputs a notebook shows: the choice in its toolbar, in a class. Shell around `choices`. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Session } from '../../notebook/session';
import type { IMembership } from '../membership';
import { NotebookOutputs } from './notebook';

export interface IOutputsParts {
  readonly tracker: INotebookTracker;
  readonly trans: TranslationBundle;
  readonly membership: IMembership;
  sessionOf(path: string): Session | undefined;
}

export class OutputsChoice {
  constructor(private readonly parts: IOutputsParts) {
    parts.tracker.forEach(panel => this.add(panel));
    parts.tracker.widgetAdded.connect(this.onAdded);
  }

  private readonly notebooks = new Map<NotebookPanel, NotebookOutputs>();
  private isDisposed = false;
  private readonly onAdded = (_: INotebookTracker, panel: NotebookPanel): void => this.add(panel);

  dispose(): void {
    this.isDisposed = true;
    this.parts.tracker.widgetAdded.disconnect(this.onAdded);
    this.notebooks.forEach(notebook => notebook.dispose());
    this.notebooks.clear();
  }

  private add(panel: NotebookPanel): void {
    void this.open(panel).catch(error => console.warn('Outputs of others cannot be shown:', error));
  }

  private async open(panel: NotebookPanel): Promise<void> {
    const { membership, trans } = this.parts;
    const session = this.parts.sessionOf(panel.context.localPath);
    await session?.ready;
    await panel.context.ready;
    await panel.revealed;
    // What is not the class's is nobody else's to look at.
    if (session && session.isShared && !panel.isDisposed && !this.isDisposed) {
      const notebook = new NotebookOutputs({ panel, session, membership, trans });
      this.notebooks.set(panel, notebook);
      panel.disposed.connect(() => {
        this.notebooks.delete(panel);
        notebook.dispose();
      });
    }
  }
}
