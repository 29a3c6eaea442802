/** A change in pieces, each a change of its own: runs of its structs, and in the end what it deletes. */
import * as encoding from 'lib0/encoding';
import type { ICheckedChange } from './change';
import type { IId } from './structs';

/** A piece of a change; what is said of it is said of the whole. */
export interface IPiece extends ICheckedChange {
  readonly whole: ICheckedChange;
}

/** The structs from `first` to before `end` as bytes; with the deletions, or with none. */
export function pieceBytes(change: ICheckedChange, first: number, end: number, deletes: boolean): Uint8Array {
  const { bytes, client, structs, deletionsAt } = change;
  const encoder = encoding.createEncoder();
  const head = first < end ? [1, end - first, client, structs[first]!.clock] : [0];
  head.forEach(number => encoding.writeVarUint(encoder, number));
  if (first < end) {
    const until = structs[end]?.at ?? deletionsAt;
    encoding.writeUint8Array(encoder, bytes.subarray(structs[first]!.at, until));
  }
  encoding.writeUint8Array(encoder, deletes ? bytes.subarray(deletionsAt) : new Uint8Array(1));
  return encoding.toUint8Array(encoder);
}

/**
 * Pieces that begin wherever something is needed that is not here and that no piece before waits for. Segments of two
 * authors may need each other: only struct by struct has everything something before it.
 */
export function piecesOf(change: ICheckedChange, isHere: (id: IId) => boolean): IPiece[] {
  const { structs } = change;
  const pieces: IPiece[] = [];
  const awaited = new Map<number, number>();
  let needs = new Map<number, number>();
  let first = 0;
  const close = (end: number): void => {
    if (end > first) {
      pieces.push(structsPiece(change, first, end, needs));
    }
    first = end;
    needs = new Map();
  };
  structs.forEach(({ left, right, parent }, index) => {
    const others = [left, right, parent].filter(
      (id): id is IId => id !== null && typeof id === 'object' && id.client !== change.client
    );
    const missing = others.filter(id => id.clock > (awaited.get(id.client) ?? -1) && !isHere(id));
    if (missing.length > 0) {
      close(index);
    }
    missing.forEach(id => raise(awaited, id));
    others.forEach(id => raise(needs, id));
  });
  close(structs.length);
  if (change.deletes.length > 0) {
    pieces.push(deletionsPiece(change));
  }
  return pieces;
}

function structsPiece(
  change: ICheckedChange,
  first: number,
  end: number,
  needs: Map<number, number>
): IPiece {
  const { client } = change;
  const structs = change.structs.slice(first, end);
  const [from, last] = [structs[0]!.clock, structs[structs.length - 1]!];
  if (from > 0) {
    needs.set(client, from - 1);
  }
  const bytes = pieceBytes(change, first, end, false);
  return {
    ...change,
    whole: change,
    structs,
    from,
    to: last.clock + last.length,
    needs: listed(needs),
    deletes: [],
    bytes
  };
}

function deletionsPiece(change: ICheckedChange): IPiece {
  const needs = new Map<number, number>();
  change.deletes.forEach(({ client, to }) => raise(needs, { client, clock: to - 1 }));
  if (change.to > 0) {
    needs.set(change.client, change.to - 1);
  }
  const bytes = pieceBytes(change, 0, 0, true);
  return { ...change, whole: change, structs: [], from: 0, to: 0, needs: listed(needs), bytes };
}

function listed(needs: ReadonlyMap<number, number>): IId[] {
  return [...needs].map(([client, clock]) => ({ client, clock })).sort((a, b) => a.client - b.client);
}

function raise(clocks: Map<number, number>, { client, clock }: IId): void {
  clocks.set(client, Math.max(clock, clocks.get(client) ?? 0));
}
