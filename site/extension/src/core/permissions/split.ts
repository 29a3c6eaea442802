/** An author's own change that has more structs than one may have, as several that come one after the other. */
import { checkChange } from './change';
import { CHANGE_STRUCTS, type IChangeLimits } from './limits';
import { pieceBytes } from './pieces';

/** The deletions go with the last. @throws Error for what is no change of `client` */
export function splitChange(
  bytes: Uint8Array,
  client: number,
  limits: IChangeLimits,
  most = CHANGE_STRUCTS
): readonly Uint8Array[] {
  const read = checkChange(bytes, client, { ...limits, bytes: Infinity, structs: Infinity });
  if (read.kind === 'fault') {
    throw new Error(`Not a change of this session: ${read.fault}`);
  }
  const count = read.value.structs.length;
  if (count <= most) {
    return [bytes];
  }
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < count; first += most) {
    const end = Math.min(first + most, count);
    pieces.push(pieceBytes(read.value, first, end, end === count));
  }
  return pieces;
}
