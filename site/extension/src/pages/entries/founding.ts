/** Loaded by a workshop's page when somebody starts a class: most who come there only read. */
import { browserVault } from '../../class/device';
import { Founding } from '../founding';
import { digest, notesOf } from '../page';
import { Started } from '../started';

/** @param home absolute address of the site */
export function foundingAt(home: string): Founding {
  const started = new Started(new URL(home).pathname, notesOf('localStorage'), digest);
  return new Founding(browserVault(home), started);
}
