/** The bar and the calm interface around it. Wiring only. */
import { EditorView } from '@codemirror/view';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import { fetchCatalogue } from '../workshop/catalogue';
import { nameArticles } from './articles';
import { BackLink, classToReturnTo } from './back';
import { ClassroomBar, homeLink } from './bar';
import { CellTypeChoice } from './celltype';
import { showHelp } from './help';
import { classFragment, inClass } from './invited';
import type { Entries } from './more';
import { LINE, MoreButton } from './more';
import { Keeper, loadedByPage, neededOffline } from './offline';
import { addresses, linkedNotebook, placeOf, tabTitle } from './place';
import { rememberPlace } from './places';
import { IClassroomBar } from './tokens';

/** `notebooks`, `tree` or `edit`; the lab has none. */
const app = PageConfig.getOption('notebookPage') || 'lab';
const calm = app !== 'lab';
const root = new URL(PageConfig.getBaseUrl(), location.href).href;
/** The class this page is in; JupyterLab may write another address later. */
const fragment = classFragment(location.hash);

const Ids = {
  openLab: 'peerbook:open-lab',
  openCalm: 'peerbook:open-notebook-view',
  files: 'peerbook:show-files',
  menus: 'peerbook:show-menus',
  help: 'peerbook:help',
  offline: 'peerbook:keep-offline',
  settings: 'settingeditor:open',
  runAll: 'peerbook:run-all',
  restart: 'peerbook:restart-python',
  find: 'peerbook:find',
  shortcuts: 'peerbook:shortcuts',
  palette: 'peerbook:all-commands'
} as const;

/** What More holds, from what beginners look for to what experts do. Others' commands appear once they exist. */
const ENTRIES: Entries = [
  'peerbook:reset-cell',
  'peerbook:compare-cell',
  'peerbook:bring-back',
  Ids.runAll,
  Ids.restart,
  LINE,
  'peerbook:new-notebook',
  'peerbook:open-file',
  'peerbook:download',
  Ids.files,
  LINE,
  Ids.offline,
  Ids.openLab,
  Ids.openCalm,
  LINE,
  Ids.find,
  Ids.shortcuts,
  Ids.palette,
  Ids.menus,
  LINE,
  Ids.help
];

/** Where the class stands in the bar: after Python and the outputs, before what is kept (40). */
const CLASS_RANK = 35;

/** The bar, in every app. */
const bar: JupyterFrontEndPlugin<IClassroomBar> = {
  id: 'peerbook:bar',
  description: 'Says in words where one is and how things stand.',
  autoStart: true,
  provides: IClassroomBar,
  optional: [INotebookTracker, ITranslator],
  activate: (front: JupyterFrontEnd, tracker: INotebookTracker | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const open = calm
      ? undefined
      : (path: string) => void front.commands.execute('docmanager:open', { path });
    const widget = new ClassroomBar(trans, root, open, fragment);
    const more = new MoreButton(front.commands, ENTRIES, trans);
    document.body.dataset.pbApp = app;
    document.body.classList.toggle('pb-mod-calm', calm);
    if (calm) {
      showMenus(front.shell, false);
    }
    front.shell.add(widget, 'top', { rank: calm ? 10 : 900 });
    if (!calm) {
      front.shell.add(homeLink(trans, root), 'top', { rank: 0 });
    }
    widget.addWidget(more);
    const left = fragment === '' && app !== 'tree' ? classToReturnTo(new URL(root).pathname) : '';
    if (left !== '') {
      const here = (path: string) => (calm ? addresses.notebook(path) : addresses.lab(path));
      const path = () => tracker?.currentWidget?.context.path ?? pathInAddress();
      widget.add('class', new BackLink(trans, left, () => new URL(here(path()), root).href), CLASS_RANK);
    }

    let shown = '';
    const show = async (path: string) => {
      shown = path;
      const catalogue = await fetchCatalogue(root).catch(() => undefined);
      if (shown !== path) {
        return;
      }
      const place = catalogue && placeOf(catalogue, app === 'tree' ? `${path}/` : path);
      const name = app === 'tree' ? trans.__('Files') : PathExt.basename(path);
      widget.showPlace(place, name);
      if (calm) {
        setTitle(tabTitle(place, name || trans.__('Peerbook')));
      }
      if (place?.step) {
        rememberPlace(new URL(root).pathname, place.workshop.slug, path);
      }
    };
    const follow = () => void show(tracker?.currentWidget?.context.path ?? pathInAddress());
    if (calm) {
      // JupyterLab would open a second tab, and that a third.
      document.addEventListener('click', event => stayHere(event), { capture: true });
    }
    tracker?.currentChanged.connect(follow);
    tracker?.widgetAdded.connect((_, panel) => panel.context.pathChanged.connect(follow));
    follow();
    return widget;
  }
};

/** The rows of Notebook's shell that a beginner needs not: the menus, and the empty space around. */
const ROWS = ['menu-panel-wrapper', 'spacer-widget-top', 'spacer-widget-bottom'];

function rowsOf(shell: Widget): Widget[] {
  const all = (widget: Widget): Widget[] => [widget, ...[...(widget.layout ?? [])].flatMap(all)];
  return all(shell).filter(widget => ROWS.includes(widget.id));
}

function areMenusShown(shell: Widget): boolean {
  return rowsOf(shell).some(row => row.id === ROWS[0] && !row.isHidden);
}

function showMenus(shell: Widget, shown: boolean): void {
  for (const row of rowsOf(shell)) {
    row.setHidden(!(shown && row.id === ROWS[0]));
  }
}

/** JupyterLab names the tab after itself whenever its layout changes: ours is put back. */
function setTitle(title: string): void {
  wantedTitle = title;
  document.title = title;
  titles ??= new MutationObserver(() => {
    if (document.title !== wantedTitle) {
      document.title = wantedTitle;
    }
  });
  titles.observe(document.head, { childList: true, subtree: true, characterData: true });
}

let wantedTitle = '';
let titles: MutationObserver | undefined;

/** A click in a text on a notebook of this site opens it here. */
function stayHere(event: MouseEvent): void {
  const link =
    event.target instanceof Element ? event.target.closest('.jp-RenderedHTMLCommon a[href]') : null;
  const path = link instanceof HTMLAnchorElement ? linkedNotebook(link.href, root) : undefined;
  if (path !== undefined && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    location.assign(new URL(inClass(addresses.notebook(path), fragment), root).href);
  }
}

function pathInAddress(): string {
  const query = new URLSearchParams(location.search);
  return calm ? (query.get('path') ?? query.get('file-browser-path') ?? '') : '';
}

/** What More offers that is ours. */
const commands: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:commands',
  description: 'Opens the lab, the files, the menus, the help.',
  autoStart: true,
  optional: [INotebookTracker, ITranslator, ICommandPalette],
  activate: (
    front: JupyterFrontEnd,
    tracker: INotebookTracker | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const path = () => tracker?.currentWidget?.context.path ?? pathInAddress();
    const go = (address: string) => location.assign(new URL(inClass(address, fragment), root).href);
    front.commands.addCommand(Ids.openLab, {
      label: trans.__('Open in the lab'),
      caption: trans.__('The same notebook with all tools'),
      isVisible: () => calm,
      execute: () => go(addresses.lab(path()))
    });
    front.commands.addCommand(Ids.openCalm, {
      label: trans.__('Open by itself'),
      caption: trans.__('The same notebook without the tools around it'),
      isVisible: () => !calm && path() !== '',
      execute: () => go(addresses.notebook(path()))
    });
    front.commands.addCommand(Ids.files, {
      label: trans.__('Files of this workshop'),
      isVisible: () => calm && app !== 'tree',
      // The files are this device's own: the class is not there.
      execute: () => location.assign(new URL(addresses.files(PathExt.dirname(path())), root).href)
    });
    front.commands.addCommand(Ids.menus, {
      label: trans.__('All menus'),
      isVisible: () => calm,
      isToggleable: true,
      isToggled: () => areMenusShown(front.shell),
      execute: () => showMenus(front.shell, !areMenusShown(front.shell))
    });
    const inOurWords: [id: string, label: string, upstream: string][] = [
      [Ids.runAll, trans.__('Run everything'), 'notebook:run-all-cells'],
      [Ids.restart, trans.__('Start Python anew'), 'notebook:restart-kernel'],
      [Ids.find, trans.__('Find'), 'documentsearch:start'],
      [Ids.shortcuts, trans.__('Keyboard shortcuts'), 'apputils:display-shortcuts'],
      [Ids.palette, trans.__('All commands'), 'apputils:activate-command-palette']
    ];
    for (const [id, label, upstream] of inOurWords) {
      front.commands.addCommand(id, {
        label,
        isVisible: () => front.commands.hasCommand(upstream) && front.commands.isEnabled(upstream),
        execute: () => front.commands.execute(upstream)
      });
    }
    front.commands.addCommand(Ids.help, {
      label: trans.__('How this works'),
      execute: () => showHelp(trans)
    });
    if (!calm && !front.commands.hasCommand(Ids.settings)) {
      // The form of JupyterLab's settings is switched off, for it makes code at run time; its menu and key open the text.
      front.commands.addCommand(Ids.settings, {
        label: trans.__('Settings'),
        execute: () => front.commands.execute('settingeditor:open-json')
      });
    }
    for (const command of [Ids.openLab, Ids.openCalm, Ids.files, Ids.help]) {
      palette?.addItem({ command, category: trans.__('Peerbook') });
    }
  }
};

/** Code or Text, in words, where the toolbar asks for it by name. */
const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:toolbar',
  description: 'The choice between code and text in the toolbar.',
  autoStart: true,
  requires: [IToolbarWidgetRegistry],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, registry: IToolbarWidgetRegistry, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    registry.addFactory<NotebookPanel>('Notebook', 'pb-kind', panel => new CellTypeChoice(panel, trans));
  }
};

/** Every box one writes in has a name for who does not see it. */
const names: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:editor-names',
  description: 'Names the editors of cells and files.',
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, registry: IEditorExtensionRegistry, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    registry.addExtension({
      name: 'peerbook:name',
      factory: () =>
        EditorExtensionRegistry.createImmutableExtension(
          EditorView.contentAttributes.of({ 'aria-label': trans.__('Write here') })
        )
    });
  }
};

/** The cells of a notebook, for who does not see them. */
const articles: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:articles',
  description: 'Makes the cells the articles of the notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker) => {
    tracker.widgetAdded.connect((_, panel) => {
      const end = nameArticles(panel.content.viewportNode);
      panel.disposed.connect(end);
    });
  }
};

/** Keeps the class on this device: what the page has loaded at once, Python and the workshop when it has run once. */
const offline: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:offline',
  description: 'Makes the workshop work without a network.',
  autoStart: true,
  requires: [IClassroomBar],
  optional: [INotebookTracker, ITranslator],
  activate: (
    front: JupyterFrontEnd,
    _bar: IClassroomBar,
    tracker: INotebookTracker | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const keeper = new Keeper(root, navigator.serviceWorker, state => {
      document.body.dataset.pbOffline = state.state;
      front.commands.notifyCommandChanged(Ids.offline);
    });
    const loaded = () =>
      loadedByPage(
        root,
        location.href,
        performance.getEntriesByType('resource').map(entry => entry.name)
      );
    /** `more` is what only somebody who asks for it gets: the parts of the page that no visit so far has needed. */
    const keep = async (more: readonly string[] = []) => {
      const path = tracker?.currentWidget?.context.path ?? pathInAddress();
      await keeper.keep([...loaded(), ...neededOffline(await fetchCatalogue(root), path), ...more]);
    };
    front.commands.addCommand(Ids.offline, {
      label: () => {
        const { state } = keeper;
        switch (state.state) {
          case 'ready':
            return trans.__('Works offline on this device');
          case 'keeping':
            return trans.__('Getting ready for offline: %1 of %2', state.done, state.total);
          case 'refused':
            return trans.__('Cannot work offline in this browser window');
          default:
            return trans.__('Make it work offline');
        }
      },
      isEnabled: () => keeper.state.state === 'online' || keeper.state.state === 'partly',
      isVisible: () => app !== 'edit',
      execute: () => keep(['build/'])
    });
    void front.restored.then(idle).then(async () => {
      if (await keeper.start()) {
        await keeper.keepQuietly(loaded());
        await firstRun();
        await idle();
        await keep();
      }
    });
  }
};

/** Somebody has run something, and so Python and all it needs is there. */
function firstRun(): Promise<void> {
  return new Promise(resolve => {
    const once = () => {
      NotebookActions.executed.disconnect(once);
      resolve();
    };
    NotebookActions.executed.connect(once);
  });
}

/** When the page has nothing better to do, and in any case soon. */
function idle(): Promise<void> {
  return new Promise(resolve => {
    if ('requestIdleCallback' in window) {
      requestIdleCallback(() => resolve(), { timeout: 3000 });
    } else {
      setTimeout(resolve, 500);
    }
  });
}

const plugins: JupyterFrontEndPlugin<unknown>[] = [bar, commands, toolbar, names, articles, offline];

export default plugins;
