/** Notebooks as documents that are kept on this device. Wiring only. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker, INotebookWidgetFactory, type NotebookPanel } from '@jupyterlab/notebook';
import type { Contents, ContentsManager } from '@jupyterlab/services';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { IClassroomBar } from '../classroom/tokens';
import { NotebookError } from '../core/document/normal';
import { readNotebook, readNotebookText, safeName, textOfNotebook } from './file';
import { NotebookFiles } from './files';
import { keep, type Keeping, type KeepingEvent, UNOPENED, worst } from './keeping';
import { Notices } from './notices';
import { changedOriginal, Comparison, goneOriginals, OriginalCorner, putUnder, resetCell } from './original';
import { NotebookProvider, PROVIDER_ID } from './provider';
import { Session } from './session';
import { KeepingStatus, OriginalStatus } from './status';
import { setContentProvider } from './upstream';
import { faultInWords } from './words';
import { BrowserWorld, timers } from './world';

const Ids = {
  reset: 'peerbook:reset-cell',
  compare: 'peerbook:compare-cell',
  bringBack: 'peerbook:bring-back',
  download: 'peerbook:download',
  openFile: 'peerbook:open-file',
  newNotebook: 'peerbook:new-notebook'
} as const;

/** Where in the bar: after Python (the kernel's), before what is about other people. */
const KEEPING_RANK = 40;

/** How long a calm notice stays: long enough to read a sentence twice and press a button. */
const NOTICE_MS = 8000;
/** Changes of a cell are looked at when typing rests this long. */
const LOOK_MS = 300;

const app = PageConfig.getOption('notebookPage') || 'lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:notebook',
  description: 'Keeps notebooks on this device as documents that never turn into each other.',
  autoStart: true,
  requires: [INotebookTracker, INotebookWidgetFactory],
  optional: [IClassroomBar, ITranslator, ICommandPalette, IDefaultFileBrowser],
  activate: (
    front: JupyterFrontEnd,
    tracker: INotebookTracker,
    factory: object,
    bar: IClassroomBar | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null
  ) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const contents = front.serviceManager.contents as ContentsManager;
    const drive = contents.defaultDrive as Contents.IDrive | undefined;
    if (!drive?.contentProviderRegistry) {
      throw new Error('The default drive has no registry of content providers');
    }
    new NotebookPlugin(front, drive, tracker, factory, bar, trans, palette, browser);
  }
};

class NotebookPlugin {
  constructor(
    private readonly front: JupyterFrontEnd,
    drive: Contents.IDrive,
    private readonly tracker: INotebookTracker,
    factory: object,
    bar: IClassroomBar | null,
    private readonly trans: TranslationBundle,
    palette: ICommandPalette | null,
    private readonly browser: IDefaultFileBrowser | null
  ) {
    const notice = trans.__(
      'The rest of this output was not kept: it was too long. Run the cell again to see it.'
    );
    this.world = new BrowserWorld(
      PageConfig.getBaseUrl(),
      `${notice}\n`,
      path => this.files.read(path),
      event => this.storageOpened(event)
    );
    this.provider = new NotebookProvider({
      drive,
      begin: path => this.begin(path),
      saved: session => this.saved(session),
      ended: session => this.ended(session)
    });
    this.notices = new Notices(trans, {
      open: path => this.open(path),
      bringBack: paths => void this.files.bringBack(paths)
    });
    this.files = new NotebookFiles(drive, this.world, () => [...this.provider.sessions], this.notices);
    drive.contentProviderRegistry!.register(PROVIDER_ID, this.provider);
    setContentProvider(factory, PROVIDER_ID);
    this.keepingStatus = new KeepingStatus(trans, () => this.download());
    bar?.add('keeping', this.keepingStatus, KEEPING_RANK);
    this.addCommands(palette);
    this.followPanels();
    this.acceptDrops();
    this.beginBlank();
    const flush = (): void => this.provider.sessions.forEach(session => void session.flush());
    addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());
  }

  private readonly world: BrowserWorld;
  private readonly provider: NotebookProvider;
  private readonly files: NotebookFiles;
  private readonly notices: Notices;
  private readonly keepingStatus: KeepingStatus;
  private opened = UNOPENED;
  private asked = false;

  private get session(): Session | undefined {
    const path = this.tracker.currentWidget?.context.localPath;
    return path === undefined ? undefined : this.provider.sessionOf(path);
  }

  // Sessions

  private begin(path: string): Session {
    const session = new Session(path, this.world, {
      keepingChanged: () => this.showKeeping(),
      changed: each => this.changed(each),
      met: () => this.notices.met()
    });
    void session.ready.then(
      async () => {
        await this.files.catchUp(session);
        this.notices.setAside(session.setAside);
        this.offerEdition(session);
      },
      () => undefined
    );
    return session;
  }

  private ended(session: Session): void {
    this.files.forget(session);
    void session.close().then(() => this.showKeeping());
  }

  private changed(session: Session): void {
    this.files.later(session);
    if (!this.asked) {
      this.asked = true;
      // Asked once, where the browser knows the question: what is kept is not thrown away when room gets scarce.
      void navigator.storage?.persist?.().catch(() => false);
    }
  }

  private async saved(session: Session): Promise<void> {
    await session.flush();
    await this.files.settle(session);
    this.notices.kept(this.keeping(), () => download(session));
  }

  private offerEdition(session: Session): void {
    const { newer, entry } = session;
    if (!newer || !entry) {
      return;
    }
    this.notices.newer(
      async () => {
        const name = this.trans.__('%1 (new edition).ipynb', PathExt.basename(session.path, '.ipynb'));
        await this.decline(session, newer.genesis.hash);
        this.open(await this.files.addEdition(session.path, newer, name));
      },
      () => void this.decline(session, newer.genesis.hash)
    );
  }

  private async decline(session: Session, hash: string): Promise<void> {
    const entry = await this.world.storage.entry(session.path);
    if (entry) {
      await this.world.storage.setEntry(session.path, { ...entry, declined: hash });
    }
  }

  // Keeping

  private storageOpened(event: KeepingEvent): void {
    this.opened = keep(this.opened, event);
    this.showKeeping();
    if (this.opened.lost) {
      this.notices.refused(this.opened.keeping, () => this.download());
    }
  }

  private keeping(): Keeping {
    return worst([this.opened.keeping, ...[...this.provider.sessions].flatMap(session => session.keeping)]);
  }

  private showKeeping(): void {
    this.keepingStatus?.show(this.keeping());
  }

  private download(): void {
    if (this.session) {
      download(this.session);
    }
  }

  // Files

  private folder(): string {
    const path = this.tracker.currentWidget?.context.localPath;
    return path !== undefined ? PathExt.dirname(path) : (this.browser?.model.path ?? '');
  }

  /** @param instead whether going back leads past this page, not to it */
  private open(path: string, instead = false): void {
    if (app === 'notebooks') {
      // One notebook is the whole page there.
      const address = URLExt.join(PageConfig.getBaseUrl(), 'notebooks', 'index.html');
      void Promise.all([...this.provider.sessions].map(session => session.flush())).then(() => {
        const notebook = `${address}?path=${encodeURIComponent(path).replaceAll('%2F', '/')}`;
        if (instead) {
          location.replace(notebook);
        } else {
          location.assign(notebook);
        }
      });
    } else {
      void this.front.commands.execute('docmanager:open', { path, factory: 'Notebook' });
    }
  }

  private async takeFile(file: File): Promise<void> {
    try {
      const read = readNotebookText(await file.text());
      await this.world.opened;
      const path = await this.files.add(this.folder(), safeName(file.name), read);
      this.notices.taken(PathExt.basename(path), read.mendedIds);
      this.open(path);
    } catch (error) {
      Notification.error(
        error instanceof NotebookError
          ? faultInWords(error.fault, file.name, this.trans)
          : this.trans.__('%1 was not opened: %2', file.name, String(error)),
        { autoClose: false }
      );
    }
  }

  private acceptDrops(): void {
    const notebooks = (event: DragEvent): boolean =>
      (event.dataTransfer?.types.includes('Files') ?? false) &&
      !(event.target instanceof Element && event.target.closest('.jp-DirListing'));
    const over = (event: DragEvent): void => {
      if (notebooks(event)) {
        event.preventDefault();
        document.body.classList.toggle('pb-mod-dropping', event.type === 'dragover');
      }
    };
    document.addEventListener('dragover', over, true);
    document.addEventListener('dragleave', over, true);
    document.addEventListener(
      'drop',
      event => {
        document.body.classList.remove('pb-mod-dropping');
        const files = [...(event.dataTransfer?.files ?? [])].filter(file => /\.ipynb$/i.test(file.name));
        if (notebooks(event) && files.length > 0) {
          // Before the editor under the pointer takes the file's text for words to insert.
          event.preventDefault();
          event.stopImmediatePropagation();
          void files.reduce((done, file) => done.then(() => this.takeFile(file)), Promise.resolve());
        }
      },
      true
    );
  }

  private chooseFile(): void {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.ipynb,application/x-ipynb+json';
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) {
        void this.takeFile(file);
      }
    });
    input.click();
  }

  private async newNotebook(instead = false): Promise<void> {
    await this.world.opened;
    const blank = readNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] });
    this.open(await this.files.add(this.folder(), this.trans.__('My notebook.ipynb'), blank), instead);
  }

  /** `notebooks/index.html?new=1`, the catalogue's link, is the address of a notebook that is not there yet. */
  private beginBlank(): void {
    if (app === 'notebooks' && new URLSearchParams(location.search).has('new')) {
      void this.newNotebook(true);
    }
  }

  // The original

  private activeChange(): { session: Session; cell: Cell } | null {
    const { session } = this;
    const cell = this.tracker.activeCell;
    return session && cell && changedOriginal(session, cell) ? { session, cell } : null;
  }

  private reset(): void {
    const change = this.activeChange();
    const undo = change && resetCell(change.session, change.cell.model.id);
    if (undo) {
      this.notices.reset(undo);
    }
  }

  private compare(): void {
    const { session } = this;
    const cell = this.tracker.activeCell;
    const original = session && cell ? session.originals.get(cell.model.id) : undefined;
    if (!cell || !original || this.comparisons.has(cell)) {
      this.comparisons.get(cell!)?.dispose();
      return;
    }
    const comparison = new Comparison(this.trans, cell, original, () => this.reset());
    const refresh = (): void => comparison.refresh();
    cell.model.contentChanged.connect(refresh);
    this.comparisons.set(cell, comparison);
    comparison.disposed.connect(() => {
      this.comparisons.delete(cell);
      cell.model?.contentChanged.disconnect(refresh);
    });
    putUnder(cell, comparison);
    comparison.node.focus({ preventScroll: true });
    comparison.node.scrollIntoView({ block: 'nearest' });
  }

  private readonly comparisons = new Map<Cell, Comparison>();

  private bringBack(): void {
    const { session } = this;
    session?.notebook.reviveCells(goneOriginals(session));
  }

  /** Follows the notebook in front: its changed cell gets its corner, its deleted cells their sentence. */
  private followPanels(): void {
    let cancel = (): void => undefined;
    let corner: OriginalCorner | null = null;
    const look = (): void => {
      const change = this.activeChange();
      if (corner && (!change || corner.parent !== change.cell)) {
        corner.dispose();
        corner = null;
      }
      if (change && !corner && !change.cell.isPlaceholder()) {
        corner = new OriginalCorner(
          this.trans,
          () => this.compare(),
          () => this.reset()
        );
        putUnder(change.cell, corner);
      }
      const panel = this.tracker.currentWidget;
      if (panel) {
        statuses.get(panel)?.tell(this.session ? goneOriginals(this.session).length : 0);
      }
      [Ids.reset, Ids.compare, Ids.bringBack, Ids.download].forEach(id =>
        this.front.commands.notifyCommandChanged(id)
      );
    };
    const later = (): void => {
      cancel();
      cancel = timers.after(LOOK_MS, look);
    };
    const statuses = new WeakMap<NotebookPanel, OriginalStatus>();
    const follow = (panel: NotebookPanel): void => {
      const status = new OriginalStatus(this.trans, () => this.bringBack());
      statuses.set(panel, status);
      // In the notebook's own toolbar, where there is room: nothing moves when it comes.
      panel.toolbar.addItem('peerbook-original', status);
      panel.content.modelContentChanged.connect(later);
      void panel.context.ready.then(later);
    };
    this.tracker.widgetAdded.connect((_, panel) => follow(panel));
    this.tracker.forEach(follow);
    this.tracker.activeCellChanged.connect(later);
    this.tracker.currentChanged.connect(later);
  }

  private addCommands(palette: ICommandPalette | null): void {
    const { front, trans } = this;
    const { commands } = front;
    const inNotebook = (): boolean => this.session !== undefined;
    commands.addCommand(Ids.reset, {
      label: trans.__('Reset this cell'),
      caption: trans.__('Put the text of the original back into this cell'),
      isVisible: () => this.activeChange() !== null,
      isEnabled: () => this.activeChange() !== null,
      execute: () => this.reset()
    });
    commands.addCommand(Ids.compare, {
      label: trans.__('Compare with the original'),
      caption: trans.__('Show the original of this cell and what you changed'),
      isVisible: () => this.activeChange() !== null,
      isEnabled: () => this.activeChange() !== null,
      execute: () => this.compare()
    });
    commands.addCommand(Ids.bringBack, {
      label: trans.__('Bring back deleted cells of the original'),
      isVisible: () => this.session !== undefined && goneOriginals(this.session).length > 0,
      isEnabled: () => this.session !== undefined && goneOriginals(this.session).length > 0,
      execute: () => this.bringBack()
    });
    commands.addCommand(Ids.download, {
      label: trans.__('Save as a file'),
      caption: trans.__('Download this notebook with its outputs (.ipynb)'),
      isVisible: inNotebook,
      isEnabled: inNotebook,
      execute: () => this.download()
    });
    commands.addCommand(Ids.openFile, {
      label: trans.__('Open a notebook file...'),
      caption: trans.__('Choose an .ipynb file of yours; it becomes a new notebook here'),
      execute: () => this.chooseFile()
    });
    commands.addCommand(Ids.newNotebook, {
      label: trans.__('New notebook'),
      caption: trans.__('A blank notebook beside this one'),
      execute: () => this.newNotebook()
    });
    const category = trans.__('Notebook');
    Object.values(Ids).forEach(command => palette?.addItem({ command, category }));
    [Ids.reset, Ids.compare].forEach((command, index) => {
      front.contextMenu.addItem({ command, selector: '.jp-Notebook .jp-Cell', rank: index });
    });
  }
}

/** Gives the notebook to the browser's downloads. */
function download(session: Session): void {
  const blob = new Blob([textOfNotebook(session.export())], { type: 'application/x-ipynb+json' });
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = PathExt.basename(session.path);
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the blob after the click returns.
  timers.after(NOTICE_MS, () => URL.revokeObjectURL(address));
}

export default [plugin];
