/** An author's own change that has more structs or deletions than one may have, as several that come one after the other. */
import * as encoding from 'lib0/encoding';
import { checkChange } from './change';
import { CHANGE_RANGES, CHANGE_STRUCTS, type IChangeLimits } from './limits';
import { pieceBytes } from './pieces';
import type { IDeletion } from './structs';

/** The deletions go with the last, as far as they fit. @throws Error for what is no change of `client` */
export function splitChange(
  bytes: Uint8Array,
  client: number,
  limits: IChangeLimits,
  most = CHANGE_STRUCTS,
  mostRanges = CHANGE_RANGES
): readonly Uint8Array[] {
  const read = checkChange(bytes, client, {
    ...limits,
    bytes: Infinity,
    structs: Infinity,
    ranges: Infinity
  });
  if (read.kind === 'fault') {
    throw new Error(`Not a change of this session: ${read.fault}`);
  }
  const { structs, deletes } = read.value;
  if (structs.length <= most && deletes.length <= mostRanges) {
    return [bytes];
  }
  const isApart = deletes.length > mostRanges;
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < structs.length; first += most) {
    const end = Math.min(first + most, structs.length);
    pieces.push(pieceBytes(read.value, first, end, !isApart && end === structs.length));
  }
  for (let first = 0; isApart && first < deletes.length; first += mostRanges) {
    pieces.push(deletionBytes(deletes.slice(first, first + mostRanges)));
  }
  return pieces;
}

/** Deletions alone, in the order in which a change has them. */
function deletionBytes(deletes: readonly IDeletion[]): Uint8Array {
  const clients = new Map<number, IDeletion[]>(deletes.map(({ client }) => [client, []]));
  deletes.forEach(each => clients.get(each.client)!.push(each));
  const encoder = encoding.createEncoder();
  const write = (number: number): void => encoding.writeVarUint(encoder, number);
  [0, clients.size].forEach(write);
  clients.forEach((ranges, client) => {
    [client, ranges.length].forEach(write);
    ranges.forEach(({ from, to }) => [from, to - from].forEach(write));
  });
  return encoding.toUint8Array(encoder);
}
