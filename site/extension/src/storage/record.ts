/** A record of a log, with the checksum that tells a whole one from a damaged one. */
import type { ILog } from './storage';

export interface IRecord {
  readonly id: number;
  readonly document: string;
  readonly bytes: Uint8Array;
  readonly checksum: number;
  /** On a snapshot: the last record it includes. */
  readonly covers?: number;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/** CRC-32 (IEEE), begun with the length so that a cut record never passes. */
export function checksum(bytes: Uint8Array): number {
  let crc = ~bytes.length >>> 0;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  }
  return ~crc >>> 0;
}

/** What a read takes from a log's records (ascending ids), and which of them are damaged. */
export function select(records: readonly IRecord[]): { log: ILog; damaged: IRecord[] } {
  const whole = records.filter(isWhole);
  const damaged = records.filter(record => !isWhole(record));
  const snapshot = whole.filter(record => record.covers !== undefined).pop();
  const covered = snapshot?.covers ?? -1;
  const updates = whole.filter(record => record.covers === undefined && record.id > covered);
  return {
    log: {
      updates: [...(snapshot ? [snapshot.bytes] : []), ...updates.map(record => record.bytes)],
      upTo: Math.max(covered, ...updates.map(record => record.id)),
      setAside: damaged.length
    },
    damaged
  };
}

/**
 * Records a new snapshot makes superfluous. The snapshot before it stays with what came after, until the next one: should
 * the new one turn out damaged, nothing is lost.
 */
export function superfluous(records: readonly IRecord[], upTo: number): IRecord[] {
  const before = records.filter(record => record.covers !== undefined && isWhole(record)).pop();
  const covered = before?.covers ?? -1;
  return records.filter(
    record =>
      isWhole(record) &&
      record !== before &&
      (record.covers !== undefined ? before !== undefined : record.id <= Math.min(covered, upTo))
  );
}

function isWhole(record: IRecord): boolean {
  return record.bytes instanceof Uint8Array && checksum(record.bytes) === record.checksum;
}
