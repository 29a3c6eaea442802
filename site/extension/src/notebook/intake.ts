/** Notebooks that come in: dropped onto the page, chosen, or begun blank. None takes the place of another. */
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { readNotebook, readNotebookText, safeName } from './file';
import type { NotebookFiles } from './files';
import type { Notices } from './notices';
import { faultInWords } from './words';

export interface IIntakeParts {
  readonly trans: TranslationBundle;
  readonly files: NotebookFiles;
  readonly notices: Notices;
  /** When files can be written. */
  readonly opened: Promise<void>;
  /** Where new notebooks go: beside the one in front. */
  readonly folder: () => string;
  /** `instead`: going back leads past this page, not to it. */
  readonly open: (path: string, instead?: boolean) => void;
}

export class Intake {
  constructor(private readonly parts: IIntakeParts) {}

  /** A file of the user's: a new notebook, or a sentence that says why not. */
  async take(file: File): Promise<void> {
    const { trans, files, notices, opened, folder, open } = this.parts;
    try {
      const read = readNotebookText(await file.text());
      await opened;
      const path = await files.add(folder(), safeName(file.name), read);
      notices.taken(PathExt.basename(path), read.mendedIds);
      open(path);
    } catch (error) {
      Notification.error(faultInWords(error, file.name, trans), { autoClose: false });
    }
  }

  /** Lets the user choose a file. */
  choose(): void {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.ipynb,application/x-ipynb+json';
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) {
        void this.take(file);
      }
    });
    input.click();
  }

  async begin(instead = false): Promise<void> {
    const { trans, files, opened, folder, open } = this.parts;
    await opened;
    const blank = readNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] });
    open(await files.add(folder(), trans.__('My notebook.ipynb'), blank), instead);
  }

  /** From now on notebooks can be dropped anywhere on the page; onto the file list they are JupyterLab's uploads. */
  acceptDrops(): void {
    const ours = (event: DragEvent): boolean =>
      (event.dataTransfer?.types.includes('Files') ?? false) &&
      !(event.target instanceof Element && event.target.closest('.jp-DirListing'));
    const over = (event: DragEvent): void => {
      if (ours(event)) {
        event.preventDefault();
        document.body.classList.toggle('pb-mod-dropping', event.type === 'dragover');
      }
    };
    const drop = (event: DragEvent): void => {
      document.body.classList.remove('pb-mod-dropping');
      const files = [...(event.dataTransfer?.files ?? [])].filter(file => /\.ipynb$/i.test(file.name));
      if (ours(event) && files.length > 0) {
        // Before the editor under the pointer takes the file's text for words to insert.
        event.preventDefault();
        event.stopImmediatePropagation();
        void files.reduce((done, file) => done.then(() => this.take(file)), Promise.resolve());
      }
    };
    document.addEventListener('dragover', over, true);
    document.addEventListener('dragleave', over, true);
    document.addEventListener('drop', drop, true);
  }
}
