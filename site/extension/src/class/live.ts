/** What is there only in a class, in a chunk of its own: a page alone fetches none of it. Wiring only. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IClassroomBar } from '../classroom/tokens';
import type { Session } from '../notebook/session';
import type { IMembership } from './membership';

/** What each part of the class's interface is given. */
export interface IClassParts {
  readonly front: JupyterFrontEnd;
  readonly tracker: INotebookTracker;
  readonly bar: IClassroomBar | null;
  readonly trans: TranslationBundle;
  readonly membership: IMembership;
  /** The session of an open notebook; `session.branch` says whose it is. */
  sessionOf(path: string): Session | undefined;
}
