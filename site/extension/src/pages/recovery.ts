/** What can be wrong with a recovery file, in words that lead to its row. Pure. */
import type { RecoveryFault } from '../core/class/recovery';

export function faultInWords(fault: RecoveryFault): string {
  switch (fault.reason) {
    case 'other':
      return 'This is no recovery file. It begins with the line “Peerbook recovery file 1”: if you typed it, that line is needed too.';
    case 'workshop':
      return 'The line that names the workshop is missing or not whole. It is like “Workshop: first-steps”, as it stands in the file.';
    case 'missing':
      return `Row ${fault.row} is missing. There are 13 rows, each with its number before it.`;
    case 'twice':
      return `Row ${fault.row} is there twice, and not the same both times. Leave the one that is right.`;
    case 'mistyped':
      return `Row ${fault.row} is not right: a letter or digit of it is missing, too many or another one. Compare it with the paper or the file.`;
    case 'mixed':
      return 'Each row is right, but not all are of the same file, or the workshop’s name was changed. Take all of it from one file.';
  }
}
