/** What a participant says about themselves: JSON, so that what is added later does no harm to who does not know it. */
import { isObject } from '../document/json';
import type { Read } from '../envelope/envelope';

/** `record_chars` in docs/protocol.json. */
export const RECORD_CHARS = 1024;
/** More of a name is not shown; nobody's has so many. `name_chars`. */
export const NAME_CHARS = 64;

const PARTICIPANT = /^[0-9a-f]{32}$/;

export interface IRecord {
  readonly name: string;
  /** Whose session it is: 32 hex digits, the same in each of a person's tabs. */
  readonly participant: string;
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
    if (isObject(value)) {
      const { name, participant, since } = value;
      const isOne = typeof participant === 'string' && PARTICIPANT.test(participant);
      if (isOne && typeof name === 'string' && Number.isSafeInteger(since)) {
        return { kind: 'read', value: { name: normalName(name), participant, since: since as number } };
      }
    }
  } catch {
    // Falls through: what cannot be read is garbled, whatever it is that cannot be read.
  }
  return { kind: 'fault', fault: 'garbled' };
}
