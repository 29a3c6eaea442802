/** Whether this page is in a class. What a class needs is fetched only then. Wiring only. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { holdClass } from '../classroom/invited';
import { IClassroomBar } from '../classroom/tokens';
import { IClass, INotebookSessions } from './tokens';

const root = new URL(PageConfig.getBaseUrl(), location.href).href;
/** What an invite link carries; see `core/class/invitation.ts`, which reads it. */
const invited = /[#&]class=/.test(location.hash) ? location.hash : null;

const membership: JupyterFrontEndPlugin<IClass> = {
  id: 'peerbook:class',
  description: 'Brings the page into the class that its address names.',
  autoStart: true,
  provides: IClass,
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    holdClass(window);
    return {
      membership: invited
        ? import('./live').then(live => live.join(root, invited, trans))
        : Promise.resolve(null)
    };
  }
};

const surroundings: JupyterFrontEndPlugin<void> = {
  id: 'peerbook:class-interface',
  description: 'Shows the class: who is here, their cursors, their outputs.',
  autoStart: true,
  requires: [IClass, INotebookSessions, INotebookTracker],
  optional: [IClassroomBar, ITranslator],
  activate: (
    front: JupyterFrontEnd,
    together: IClass,
    sessions: INotebookSessions,
    tracker: INotebookTracker,
    bar: IClassroomBar | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('peerbook');
    void together.membership.then(async joined => {
      if (joined) {
        const { show } = await import('./live');
        show({
          front,
          tracker,
          bar,
          trans,
          membership: joined,
          sessionOf: path => sessions.sessionOf(path)
        });
      }
    });
  }
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [membership, surroundings];

export default plugins;
