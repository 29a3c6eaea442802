/** An author's own change that has more structs than one may have, as several that come one after the other. */
import * as encoding from 'lib0/encoding';
import { checkChange, type ICheckedChange } from './change';
import { CHANGE_STRUCTS, type IChangeLimits } from './limits';

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
  const { structs } = read.value;
  if (structs.length <= most) {
    return [bytes];
  }
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < structs.length; first += most) {
    pieces.push(piece(read.value, first, Math.min(first + most, structs.length)));
  }
  return pieces;
}

function piece(change: ICheckedChange, first: number, end: number): Uint8Array {
  const { bytes, client, structs, deletionsAt } = change;
  const encoder = encoding.createEncoder();
  [1, end - first, client, structs[first]!.clock].forEach(number => encoding.writeVarUint(encoder, number));
  encoding.writeUint8Array(encoder, bytes.subarray(structs[first]!.at, structs[end]?.at ?? deletionsAt));
  encoding.writeUint8Array(encoder, end === structs.length ? bytes.subarray(deletionsAt) : new Uint8Array(1));
  return encoding.toUint8Array(encoder);
}
