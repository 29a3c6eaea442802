/** What is said about files that are no notebooks, in sentences that a notice shows to their end. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type NotebookFault, NotebookError } from '../core/document/normal';
import { shortened } from './shortened';

/** Letters of a file's name, and of what is wrong with it: with the longest sentence they are fewer than `SHOWN`. */
const OF_NAME = 32;
const OF_DETAIL = 32;

export function faultInWords(error: unknown, name: string, trans: TranslationBundle): string {
  const short = shortened(name, OF_NAME);
  return error instanceof NotebookError
    ? notebookFaultInWords(error.fault, short, trans)
    : trans.__('%1 was not opened: %2', short, shortened(String(error), 2 * OF_DETAIL));
}

function notebookFaultInWords(fault: NotebookFault, name: string, trans: TranslationBundle): string {
  switch (fault.kind) {
    case 'not-json':
      return trans.__(
        '%1 was not opened: it is not JSON, so it is no notebook or a damaged one (%2).',
        name,
        shortened(fault.detail, OF_DETAIL)
      );
    case 'not-a-notebook':
      return trans.__('%1 was not opened: it is JSON, but not a notebook (there is no list of cells).', name);
    case 'not-format-4':
      return trans.__(
        '%1 was not opened: it is of format %2, and only 4 is known here. Save it again in a current Jupyter.',
        name,
        shortened(fault.found, 8)
      );
    case 'bad-cell':
      return trans.__(
        '%1 was not opened: cell %2 is damaged (%3).',
        name,
        fault.number,
        shortened(fault.detail, OF_DETAIL)
      );
  }
}
