/** A notebook given to the browser's downloads. */
import { PathExt } from '@jupyterlab/coreutils';
import { textOfNotebook } from './file';
import type { Session } from './session';
import { timers } from './world';

/** The browser reads the blob after the click has returned; long before this. */
const READ_MS = 10_000;

/** The notebook with one's own outputs, as it would be opened anywhere else. */
export function download(session: Session): void {
  const blob = new Blob([textOfNotebook(session.export())], { type: 'application/x-ipynb+json' });
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = PathExt.basename(session.path);
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  timers.after(READ_MS, () => URL.revokeObjectURL(address));
}
