/** Changes as nobody's editor makes them, well formed as bytes: struct by struct, for tests. */
import * as encoding from 'lib0/encoding';
import type { Chance } from '../simulation/chance';
import type { IId } from './structs';

export interface ICrafted {
  readonly kind?: number;
  readonly left?: IId | null;
  readonly right?: IId | null;
  readonly parent?: IId | string;
  readonly key?: string | null;
  /** Writes the content; text `x` by default. */
  readonly content?: (encoder: encoding.Encoder) => void;
}

export const textOf =
  (text: string) =>
  (encoder: encoding.Encoder): void =>
    encoding.writeVarString(encoder, text);
export const valuesOf =
  (...values: unknown[]) =>
  (encoder: encoding.Encoder): void => {
    encoding.writeVarUint(encoder, values.length);
    values.forEach(value => encoding.writeAny(encoder, value as never));
  };
export const numberOf =
  (number: number) =>
  (encoder: encoding.Encoder): void =>
    encoding.writeVarUint(encoder, number);

export function craft(
  client: number,
  clock: number,
  structs: readonly ICrafted[],
  deletes: readonly (readonly [client: number, ...ranges: (readonly [number, number])[]])[] = []
): Uint8Array {
  const encoder = encoding.createEncoder();
  const number = (value: number): void => encoding.writeVarUint(encoder, value);
  number(structs.length > 0 ? 1 : 0);
  if (structs.length > 0) {
    [structs.length, client, clock].forEach(number);
  }
  for (const { kind = 4, left, right, parent = 'cells', key = null, content = textOf('x') } of structs) {
    const isRoot = !left && !right;
    encoding.writeUint8(
      encoder,
      kind | (left ? 128 : 0) | (right ? 64 : 0) | (kind && key !== null ? 32 : 0)
    );
    [left, right].forEach(id => id && [id.client, id.clock].forEach(number));
    if (isRoot && kind !== 0 && kind !== 10) {
      number(typeof parent === 'string' ? 1 : 0);
      if (typeof parent === 'string') {
        encoding.writeVarString(encoder, parent);
      } else {
        [parent.client, parent.clock].forEach(number);
      }
      if (key !== null) {
        encoding.writeVarString(encoder, key);
      }
    }
    content(encoder);
  }
  number(deletes.length);
  for (const [of, ...ranges] of deletes) {
    [of, ranges.length, ...ranges.flat()].forEach(number);
  }
  return encoding.toUint8Array(encoder);
}

/** A change at random: well formed, made of what is there (`ids`), and mostly nonsense. */
export function craftSome(chance: Chance, client: number, clock: number, ids: readonly IId[]): Uint8Array {
  const structs: ICrafted[] = [];
  const own: IId[] = [];
  const pick = (): IId => chance.pick(chance.is(0.3) && own.length > 0 ? own : ids);
  for (let count = 1 + chance.below(3); count > 0; count -= 1) {
    const [kind, content] = chance.pick([
      [4, textOf('ab')],
      [4, textOf('😀')],
      [8, valuesOf('v')],
      [7, numberOf(chance.below(3))],
      [1, numberOf(1)],
      [0, numberOf(2)]
    ] as const);
    const has = chance.below(4);
    structs.push({
      kind,
      content,
      left: kind !== 0 && has & 1 ? pick() : null,
      right: kind !== 0 && has & 2 ? pick() : null,
      parent: chance.is(0.3) ? 'cells' : pick(),
      key: chance.is(0.5) ? chance.pick(['g0', 'source', 'pos', 'new']) : null
    });
    own.push({ client, clock: clock + own.length });
  }
  const gone = chance.is(0.3) ? pick() : null;
  return craft(
    client,
    clock,
    structs,
    gone && gone.client !== client ? [[gone.client, [gone.clock, 1]]] : []
  );
}
