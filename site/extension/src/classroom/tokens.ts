/** The seam between what has something to say to the user and the bar that shows it. */
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';

/** The bar above the notebook: workshop and step, Python, keeping, outputs; connection later. */
export interface IClassroomBar {
  /**
   * Shows a widget in the bar until the result is disposed.
   *
   * @param id what it is about, unique: 'python', 'keeping', 'whose', ...
   * @param rank order from the left; lower is nearer the start
   */
  add(id: string, widget: Widget, rank: number): IDisposable;
}

export const IClassroomBar = new Token<IClassroomBar>(
  'peerbook:IClassroomBar',
  'The bar above the notebook in which the state of things is said in words.'
);
