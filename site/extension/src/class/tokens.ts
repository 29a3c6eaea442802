/** The seams between the class, the notebooks and the page around them. */
import { Token } from '@lumino/coreutils';
import type { Session } from '../notebook/session';
import type { IMembership } from './membership';

export interface IClass {
  /** The class this page is in, once somebody has said who they are; null for a page alone. */
  readonly membership: Promise<IMembership | null>;
}

export const IClass = new Token<IClass>(
  'peerbook:IClass',
  'The class that this page is in, if it is in one.'
);

export interface INotebookSessions {
  /** The notebook that is open at a path. */
  sessionOf(path: string): Session | undefined;
}

export const INotebookSessions = new Token<INotebookSessions>(
  'peerbook:INotebookSessions',
  'The notebooks that are open, as documents.'
);
