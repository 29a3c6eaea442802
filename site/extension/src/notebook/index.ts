/** Notebooks as documents that are kept on this device. Wiring only. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker, INotebookWidgetFactory } from '@jupyterlab/notebook';
import type { Contents, ContentsManager } from '@jupyterlab/services';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { IClass, INotebookSessions } from '../class/tokens';
import { classFragment, inClass } from '../classroom/invited';
import { IClassroomBar } from '../classroom/tokens';
import { download } from './download';
import { NotebookFiles } from './files';
import { Intake } from './intake';
import { keep, type Keeping, type KeepingEvent, UNOPENED, worst } from './keeping';
import { Notices } from './notices';
import { Originals } from './originals';
import { NotebookProvider, PROVIDER_ID } from './provider';
import { Session } from './session';
import { KeepingStatus } from './status';
import { setContentProvider } from './upstream';
import { BrowserWorld } from './world';

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

const app = PageConfig.getOption('notebookPage') || 'lab';

const plugin: JupyterFrontEndPlugin<INotebookSessions> = {
  id: 'peerbook:notebook',
  description: 'Keeps notebooks on this device as documents that never turn into each other.',
  autoStart: true,
  provides: INotebookSessions,
  requires: [INotebookTracker, INotebookWidgetFactory],
  optional: [IClass, IClassroomBar, ITranslator, ICommandPalette, IDefaultFileBrowser],
  activate: (
    front: JupyterFrontEnd,
    tracker: INotebookTracker,
    factory: object,
    together: IClass | null,
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
    return new NotebookPlugin(front, drive, tracker, factory, together, bar, trans, palette, browser);
  }
};

class NotebookPlugin implements INotebookSessions {
  constructor(
    private readonly front: JupyterFrontEnd,
    drive: Contents.IDrive,
    private readonly tracker: INotebookTracker,
    factory: object,
    together: IClass | null,
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
      together?.membership ?? Promise.resolve(null),
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
    this.intake = new Intake({
      trans,
      files: this.files,
      notices: this.notices,
      opened: this.world.opened,
      folder: () => this.folder(),
      open: (path, instead) => this.open(path, instead)
    });
    this.originals = new Originals({
      trans,
      tracker,
      notices: this.notices,
      session: () => this.session,
      looked: () => Object.values(Ids).forEach(id => front.commands.notifyCommandChanged(id))
    });
    this.addCommands(palette);
    this.intake.acceptDrops();
    if (app === 'notebooks' && new URLSearchParams(location.search).has('new')) {
      // The catalogue's link `notebooks/index.html?new=1` is the address of a notebook that is not there yet.
      void this.intake.begin(true);
    }
    const flush = (): void => this.provider.sessions.forEach(session => void session.flush());
    // Storage drops what it has not begun with when the page is gone: a busy computer needs the time until then.
    addEventListener('beforeunload', flush);
    addEventListener('pagehide', () => this.provider.sessions.forEach(session => session.hurry()));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());
  }

  private readonly world: BrowserWorld;
  private readonly provider: NotebookProvider;
  private readonly files: NotebookFiles;
  private readonly notices: Notices;
  private readonly keepingStatus: KeepingStatus;
  private readonly intake: Intake;
  private readonly originals: Originals;
  private opened = UNOPENED;
  private asked = false;

  sessionOf(path: string): Session | undefined {
    return this.provider.sessionOf(path);
  }

  private get session(): Session | undefined {
    const path = this.tracker.currentWidget?.context.localPath;
    return path === undefined ? undefined : this.provider.sessionOf(path);
  }

  // Sessions

  private begin(path: string): Session {
    const session = new Session(path, this.world, {
      keepingChanged: () => this.showKeeping(),
      changed: each => this.changed(each),
      met: () => this.notices.met(),
      refused: (each, fault) => this.notices.refusedHere(each, fault),
      lost: (each, lost, fault) => this.notices.lost(each, lost, fault),
      writable: each => void this.notices.lostBefore(each)
    });
    void session.ready.then(
      async () => {
        if (!session.isShared) {
          await this.files.catchUp(session);
        }
        this.notices.setAside(session.setAside);
        void this.notices.lostBefore(session);
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
    if (!session.isShared) {
      // The file of a path is the copy of one's own notebook; what the class writes is not mixed with it.
      this.files.later(session);
    }
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
    await this.files.changeEntry(session.path, { declined: hash });
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
        const query = `?path=${encodeURIComponent(path).replaceAll('%2F', '/')}`;
        const notebook = inClass(address + query, classFragment(location.hash));
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

  private addCommands(palette: ICommandPalette | null): void {
    const { front, trans } = this;
    const { commands } = front;
    const inNotebook = (): boolean => this.session !== undefined;
    commands.addCommand(Ids.reset, {
      label: trans.__('Reset this cell'),
      caption: trans.__('Put the text of the original back into this cell'),
      isVisible: () => this.originals.canReset,
      isEnabled: () => this.originals.canReset,
      execute: () => this.originals.reset()
    });
    commands.addCommand(Ids.compare, {
      label: trans.__('Compare with the original'),
      caption: trans.__('Show the original of this cell and what you changed'),
      isVisible: () => this.originals.canReset,
      isEnabled: () => this.originals.canReset,
      execute: () => this.originals.compare()
    });
    commands.addCommand(Ids.bringBack, {
      label: trans.__('Bring back deleted cells of the original'),
      isVisible: () => this.originals.canBringBack,
      isEnabled: () => this.originals.canBringBack,
      execute: () => this.originals.bringBack()
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
      execute: () => this.intake.choose()
    });
    commands.addCommand(Ids.newNotebook, {
      label: trans.__('New notebook'),
      caption: trans.__('A blank notebook beside this one'),
      execute: () => this.intake.begin()
    });
    const category = trans.__('Notebook');
    Object.values(Ids).forEach(command => palette?.addItem({ command, category }));
    [Ids.reset, Ids.compare].forEach((command, index) => {
      front.contextMenu.addItem({ command, selector: '.jp-Notebook .jp-Cell', rank: index });
    });
  }
}

export default [plugin];
