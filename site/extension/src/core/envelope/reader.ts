/**
 * Reads lib0's encoding from bytes that anybody may have written: it never throws and never gives what is not there.
 * What failed is remembered; after that every read gives nothing. Numbers have one spelling, the shortest.
 */

export type ReadFault =
  /** The bytes end before what they say. */
  | 'cut-short'
  /** A number not in its shortest spelling, or above 2^53 - 1. */
  | 'number'
  /** Text that is not UTF-8. */
  | 'text';

const NOTHING = new Uint8Array(0);
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Eight groups of seven bits are 56: the last one's upper three would be beyond 2^53. */
const MOST_GROUPS = 8;

export class Reader {
  constructor(private readonly bytes: Uint8Array) {}

  /** The first thing that was wrong. */
  fault: ReadFault | null = null;
  private at = 0;

  get left(): number {
    return this.bytes.byteLength - this.at;
  }

  byte(): number {
    if (this.fault || this.left < 1) {
      this.fail('cut-short');
      return 0;
    }
    return this.bytes[this.at++]!;
  }

  number(): number {
    let [value, unit] = [0, 1];
    for (let group = 1; group <= MOST_GROUPS; group += 1) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      unit *= 128;
      if (byte < 128) {
        if ((byte === 0 && group > 1) || value > Number.MAX_SAFE_INTEGER) {
          this.fail('number');
        }
        return this.fault ? 0 : value;
      }
    }
    this.fail('number');
    return 0;
  }

  /** A view of the next bytes, not a copy. */
  take(count: number): Uint8Array {
    if (this.fault || count > this.left) {
      this.fail('cut-short');
      return NOTHING;
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Bytes behind their length. */
  block(): Uint8Array {
    return this.take(this.number());
  }

  text(): string {
    try {
      return UTF8.decode(this.block());
    } catch {
      this.fail('text');
      return '';
    }
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.left);
  }

  private fail(fault: ReadFault): void {
    this.fault ??= fault;
  }
}
