/** What a participant says about themselves: JSON, so that what is added later does no harm to who does not know it. */
import { isObject } from '../document/json';
import type { Read } from '../envelope/envelope';

/** `record_chars` in docs/protocol.json. */
export const RECORD_CHARS = 1024;
/** More of a name is not shown; nobody's has so many. `name_chars`. */
export const NAME_CHARS = 64;

export interface IRecord {
  readonly name: string;
  /** When they came, in milliseconds since 1970 by their own clock. */
  readonly since: number;
}

/** A name as it is shown: one line, nothing invisible that turns text around, no more than NAME_CHARS. */
export function normalName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return [...plain].slice(0, NAME_CHARS).join('').trim();
}

export function encodeRecord(record: IRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...record, name: normalName(record.name) }));
}

/** Never throws. */
export function decodeRecord(bytes: Uint8Array): Read<IRecord, 'garbled'> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = text.length <= RECORD_CHARS ? JSON.parse(text) : null;
    if (isObject(value) && typeof value.name === 'string' && Number.isSafeInteger(value.since)) {
      return { kind: 'read', value: { name: normalName(value.name), since: value.since as number } };
    }
  } catch {
    // Falls through: what cannot be read is garbled, whatever it is that cannot be read.
  }
  return { kind: 'fault', fault: 'garbled' };
}
