/** What is said about files that are no notebooks, in sentences. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookFault } from '../core/document/normal';

export function faultInWords(fault: NotebookFault, name: string, trans: TranslationBundle): string {
  switch (fault.kind) {
    case 'not-json':
      return trans.__(
        '%1 was not opened: it is not JSON, so it is no notebook or a damaged one (%2).',
        name,
        fault.detail
      );
    case 'not-a-notebook':
      return trans.__('%1 was not opened: it is JSON, but not a notebook (there is no list of cells).', name);
    case 'not-format-4':
      return trans.__(
        '%1 was not opened: it is a notebook of format %2, and only format 4 is known here. Save it again in a current Jupyter.',
        name,
        fault.found
      );
    case 'bad-cell':
      return trans.__('%1 was not opened: cell %2 is damaged (%3).', name, fault.number, fault.detail);
  }
}
