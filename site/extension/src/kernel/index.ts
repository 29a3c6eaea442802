/** Plugins of the kernel: start, stop, files, status. Wiring only. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import {
  IKernelManager,
  IServerSettings,
  ISessionManager,
  type Kernel,
  type ServerConnection,
  type ServiceManagerPlugin,
  SessionManager
} from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import {
  IKernelClient,
  type IKernelSpecs,
  IKernelSpecs as IKernelSpecsToken,
  type LiteKernelClient
} from '@jupyterlite/services';

import { IClassroomBar } from '../classroom/tokens';
import { fetchCatalogue, type IEnvironment, workshopOf } from '../workshop/catalogue';
import { PeerKernelClient, PeerSessionClient } from './client';
import { Folder } from './folder';
import { type ISurroundings, PeerKernel } from './kernel';
import { findPlace } from './paths';
import { PythonStatus } from './status';
import type { PythonAction } from './words';

/** Upstream plugins that ours stand in for; the site's configuration disables them. */
export const REPLACED_PLUGINS = [
  '@jupyterlite/services-extension:kernel-client',
  '@jupyterlite/services-extension:session-manager',
  '@jupyterlite/pyodide-kernel-extension:kernel',
  '@jupyterlite/application-extension:service-worker-manager',
  '@jupyterlite/apputils-extension:kernel-status'
] as const;

/** Where the bar shows Python: after the workshop and the step. */
const RANK = 20;

/** The kernels of this page by id: the status asks the one of the current notebook. */
const kernels = new Map<string, PeerKernel>();

async function findEnvironment(location: string): Promise<IEnvironment> {
  const catalogue = await fetchCatalogue(PageConfig.getBaseUrl());
  return (workshopOf(catalogue, `${location}/`) ?? catalogue).environment;
}

async function fetchBytes(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

const kernelClient: ServiceManagerPlugin<IKernelClient> = {
  id: 'peerbook:kernel-client',
  description: 'Stop reaches Python.',
  autoStart: true,
  provides: IKernelClient,
  requires: [IKernelSpecsToken],
  optional: [IServerSettings],
  activate: (_: null, kernelSpecs: IKernelSpecs, serverSettings?: ServerConnection.ISettings | null) =>
    new PeerKernelClient({ kernelSpecs, serverSettings: serverSettings ?? undefined })
};

const sessionManager: ServiceManagerPlugin<SessionManager> = {
  id: 'peerbook:session-manager',
  description: 'A session for each path, so that no two notebooks share a Python.',
  autoStart: true,
  provides: ISessionManager,
  requires: [IKernelManager, IKernelClient],
  optional: [IServerSettings],
  activate: (
    _: null,
    kernelManager: Kernel.IManager,
    client: LiteKernelClient,
    serverSettings?: ServerConnection.ISettings | null
  ) => {
    const settings = serverSettings ?? undefined;
    const sessionAPIClient = new PeerSessionClient({ kernelClient: client, serverSettings: settings });
    return new SessionManager({ kernelManager, serverSettings: settings, sessionAPIClient });
  }
};

const kernel: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:kernel',
  description: 'Python in a worker of our own.',
  autoStart: true,
  requires: [IKernelSpecsToken],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, specs: IKernelSpecs, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const { contents } = app.serviceManager;
    const baseUrl = new URL(PageConfig.getBaseUrl(), window.location.href).href;
    const fetchStatic = (path: string) =>
      fetchBytes(new URL(`files/${path.split('/').map(encodeURIComponent).join('/')}`, baseUrl).href);
    const findSurroundings = async (location: string): Promise<ISurroundings> => {
      const catalogue = await fetchCatalogue(baseUrl);
      const place = findPlace(
        location,
        catalogue.workshops.map(workshop => workshop.slug)
      );
      return {
        environment: await findEnvironment(location),
        folder: new Folder(contents, place, fetchStatic),
        baseUrl
      };
    };
    // Another tab may have changed files of the same folder: they are read again.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        kernels.forEach(made => made.refreshFolder());
      }
    });
    specs.register({
      spec: { name: 'python', display_name: 'Python', language: 'python', argv: [], resources: {} },
      create: options => {
        const location = options.location.replace(/^[^/:]*:/, '');
        const before = kernels.get(options.id);
        for (const [id, old] of kernels) {
          if (old.isDisposed) {
            kernels.delete(id);
          }
        }
        const made = new PeerKernel({
          ...options,
          findSurroundings: () => findSurroundings(location),
          trans
        });
        kernels.set(made.id, made);
        // JupyterLab's own restart makes a new kernel under the old id: who had Python wants it again.
        if (before?.wasWanted) {
          void made.wake().catch(() => undefined);
        }
        return Promise.resolve(made);
      }
    });
  }
};

const questions: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:python-questions',
  description: 'A question that nobody answered goes with the run that asked it.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker) => {
    // JupyterLab would go on refusing to run cells, in a dialog, because of a question that Stop has ended.
    tracker.widgetAdded.connect((_sender, panel) => {
      panel.sessionContext.statusChanged.connect((context, status) => {
        const connection = context.session?.kernel;
        if (!connection?.hasPendingInput || status === 'busy') {
          return;
        }
        connection.hasPendingInput = false;
        for (const cell of panel.content.widgets) {
          cell.node.querySelectorAll('.jp-OutputArea-stdin-item').forEach(item => item.remove());
        }
      });
    });
  }
};

const status: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:python-status',
  description: 'Says in words how Python is doing.',
  autoStart: true,
  requires: [IClassroomBar, INotebookTracker, IKernelClient],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    bar: IClassroomBar,
    tracker: INotebookTracker,
    client: IKernelClient,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    const widget = new PythonStatus(trans);
    bar.add('python', widget, RANK);
    let shown: PeerKernel | null = null;

    const act = (made: PeerKernel) => (action: PythonAction) => {
      switch (action) {
        case 'start':
        case 'retry':
          void made.wake().catch(() => undefined);
          break;
        case 'stop':
          void client.interrupt(made.id);
          break;
        case 'restart':
          made.restart();
          break;
        case 'wait':
          made.keepWaiting();
          break;
      }
    };
    const update = () => {
      const panel = tracker.currentWidget;
      const id = panel?.sessionContext.session?.kernel?.id;
      const found = (id !== undefined && kernels.get(id)) || null;
      if (found !== shown) {
        shown?.stateChanged.disconnect(update);
        shown = found;
        shown?.stateChanged.connect(update);
      }
      const location = PathExt.dirname(panel?.context.localPath ?? '');
      widget.setSource(
        found && { state: found.state, environment: () => findEnvironment(location), act: act(found) }
      );
    };
    let panel = tracker.currentWidget;
    const follow = () => {
      panel?.sessionContext.kernelChanged.disconnect(update);
      panel?.sessionContext.statusChanged.disconnect(update);
      panel = tracker.currentWidget;
      panel?.sessionContext.kernelChanged.connect(update);
      panel?.sessionContext.statusChanged.connect(update);
      update();
    };
    tracker.currentChanged.connect(follow);
    follow();
  }
};

export default [kernelClient, sessionManager, kernel, questions, status];
