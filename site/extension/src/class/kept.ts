/** What a person keeps of a class on this device, so that they come back into it with nobody there: one record in the vault. */
import * as encoding from 'lib0/encoding';
import { Reader } from '../core/envelope/reader';
import { Secret } from '../core/secret';
import type { IContradiction } from './contradictions';
import { sessionBytes, sessionText } from '../core/session';
import { toHex } from '../core/tagged';
import type { IVault } from '../storage/vault';

export interface IKeptClass {
  /** The founding record; null before somebody let one in. */
  readonly founding: Uint8Array | null;
  /** Everything that was stated, as it is. */
  readonly statements: readonly Uint8Array[];
  readonly keys: readonly { readonly epoch: number; readonly key: Uint8Array }[];
  /** Secrets of documents that are somebody's own, as they were wrapped. */
  readonly wraps: readonly Uint8Array[];
  /** What those are called who were removed, so that they can be let back in. */
  readonly names?: readonly { readonly participant: string; readonly name: string }[];
  /** Of the recovery key: with whoever founded the class, so that the recovery file can be saved. */
  readonly recovery: Secret | null;
}

export const NOTHING_KEPT: IKeptClass = {
  founding: null,
  statements: [],
  keys: [],
  wraps: [],
  recovery: null
};

/** The first byte of a record: another one is another version's, which is left as it is. */
const VERSION = 1;

export class KeptClasses {
  constructor(
    private readonly vault: IVault,
    /** The id under which the device remembers the person. */
    private readonly person: string
  ) {}

  async read(classId: Uint8Array): Promise<IKeptClass> {
    const bytes = await this.vault.get(this.nameOf(classId));
    return (bytes && decode(bytes)) ?? NOTHING_KEPT;
  }

  /** Whole or not at all. @throws StorageError */
  write(classId: Uint8Array, kept: IKeptClass): Promise<void> {
    return this.vault.put(this.nameOf(classId), encode(kept));
  }

  /** Whether the person took up the recovery file here, and the class does not know it yet. */
  async isTakingOver(classId: Uint8Array): Promise<boolean> {
    return (await this.vault.get(this.wishOf(classId))) !== null;
  }

  takeOver(classId: Uint8Array): Promise<void> {
    return this.vault.put(this.wishOf(classId), Uint8Array.of(VERSION));
  }

  tookOver(classId: Uint8Array): Promise<void> {
    return this.vault.delete(this.wishOf(classId));
  }

  /** Of whom it was proven that a page of theirs said two things. */
  async contradictions(classId: Uint8Array): Promise<IContradiction[]> {
    const names = await this.vault.names(this.contradictionOf(classId, ''));
    const kept = await Promise.all(names.map(name => this.vault.get(name)));
    return kept.flatMap(bytes => (bytes && decodeContradiction(bytes)) ?? []);
  }

  /** A record for each person: two tabs that write at once lose nothing. @throws StorageError */
  contradicted(classId: Uint8Array, contradiction: IContradiction): Promise<void> {
    const name = this.contradictionOf(classId, contradiction.participant);
    return this.vault.put(name, encodeContradiction(contradiction));
  }

  private contradictionOf(classId: Uint8Array, participant: string): string {
    return `contradiction ${toHex(classId)} ${this.person} ${participant}`;
  }

  private wishOf(classId: Uint8Array): string {
    return `taking over ${toHex(classId)} ${this.person}`;
  }

  private nameOf(classId: Uint8Array): string {
    return `class ${toHex(classId)} ${this.person}`;
  }
}

/** What two know of one class. The first one's recovery key, where there are two. */
export function mergeKept(one: IKeptClass, other: IKeptClass): IKeptClass {
  const merge = <T>(a: readonly T[], b: readonly T[], nameOf: (each: T) => string): T[] => [
    ...new Map([...b, ...a].map(each => [nameOf(each), each] as const)).values()
  ];
  return {
    founding: one.founding ?? other.founding,
    statements: merge(one.statements, other.statements, toHex),
    keys: merge(one.keys, other.keys, ({ epoch, key }) => `${epoch} ${toHex(key)}`),
    wraps: merge(one.wraps, other.wraps, toHex),
    names: [...(other.names ?? []), ...(one.names ?? [])],
    recovery: one.recovery ?? other.recovery
  };
}

function encode({ founding, statements, keys, wraps, recovery, names = [] }: IKeptClass): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, VERSION);
  encoding.writeVarUint8Array(encoder, founding ?? new Uint8Array(0));
  encoding.writeVarUint8Array(encoder, recovery?.reveal() ?? new Uint8Array(0));
  encoding.writeVarUint(encoder, statements.length);
  statements.forEach(each => encoding.writeVarUint8Array(encoder, each));
  encoding.writeVarUint(encoder, keys.length);
  for (const { epoch, key } of keys) {
    encoding.writeVarUint(encoder, epoch);
    encoding.writeVarUint8Array(encoder, key);
  }
  encoding.writeVarUint(encoder, wraps.length);
  wraps.forEach(each => encoding.writeVarUint8Array(encoder, each));
  encoding.writeVarUint(encoder, names.length);
  for (const { participant, name } of names) {
    encoding.writeVarString(encoder, participant);
    encoding.writeVarString(encoder, name);
  }
  return encoding.toUint8Array(encoder);
}

/** Null for what is no such record: one is let in again. */
function decode(bytes: Uint8Array): IKeptClass | null {
  const reader = new Reader(bytes);
  if (reader.byte() !== VERSION) {
    return null;
  }
  const founding = reader.block().slice();
  const recovery = reader.block();
  const list = <Value>(read: () => Value): Value[] => {
    const values: Value[] = [];
    for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
      values.push(read());
    }
    return values;
  };
  const statements = list(() => reader.block().slice());
  const keys = list(() => ({ epoch: reader.number(), key: reader.block().slice() }));
  const wraps = list(() => reader.block().slice());
  const names = list(() => ({ participant: reader.text(), name: reader.text() }));
  if (reader.fault || reader.left > 0) {
    return null;
  }
  return {
    founding: founding.byteLength > 0 ? founding : null,
    statements,
    keys,
    wraps,
    names,
    recovery: recovery.byteLength > 0 ? new Secret(recovery) : null
  };
}

function encodeContradiction(contradiction: IContradiction): Uint8Array {
  const { participant, name, document, session, isDecided } = contradiction;
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, VERSION);
  encoding.writeVarString(encoder, participant);
  encoding.writeVarString(encoder, name);
  encoding.writeVarString(encoder, document);
  encoding.writeVarUint8Array(encoder, sessionBytes(session));
  encoding.writeUint8(encoder, isDecided ? 1 : 0);
  return encoding.toUint8Array(encoder);
}

/** Null for what is no such record: then it is proven again by who has the proof. */
function decodeContradiction(bytes: Uint8Array): IContradiction | null {
  const reader = new Reader(bytes);
  if (reader.byte() !== VERSION) {
    return null;
  }
  const [participant, name, document] = [reader.text(), reader.text(), reader.text()];
  const session = sessionText(reader.block());
  const isDecided = reader.byte() === 1;
  return reader.fault || reader.left > 0 ? null : { participant, name, document, session, isDecided };
}
