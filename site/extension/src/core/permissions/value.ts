/** JSON as lib0 writes it (`writeAny`), passed over without being built. One spelling for one value, but that a whole number may be a float, too. */
import type { Reader } from '../envelope/reader';

export type ValueFault =
  /** What JSON does not have (undefined, bytes, big integers, NaN), `__proto__`, a key twice, another spelling of a number. */
  | 'value'
  /** JSON in JSON beyond the limit. */
  | 'depth';

/** lib0 writes whole numbers up to here as such, and larger ones as floats; yrs writes floats only. */
const MOST_INTEGER = 2 ** 31 - 1;
/** Six bits, then seven a byte: five bytes hold 34 bits. */
const MOST_GROUPS = 4;

/** Passes over one value; what is wrong with it, or null. Where bytes are missing, the reader knows. */
export function passValue(reader: Reader, depth: number): ValueFault | null {
  if (depth < 0) {
    return 'depth';
  }
  switch (reader.byte()) {
    case 126: // null
    case 121: // false
    case 120: // true
      return null;
    case 125:
      return passInteger(reader);
    case 124:
      return passFloat(reader, 4);
    case 123:
      return passFloat(reader, 8);
    case 119:
      reader.text();
      return null;
    case 118:
      return passObject(reader, depth);
    case 117:
      return passArray(reader, depth);
    default:
      return 'value';
  }
}

function passObject(reader: Reader, depth: number): ValueFault | null {
  const keys = new Set<string>();
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    const key = reader.text();
    const fault = key === '__proto__' || keys.has(key) ? 'value' : passValue(reader, depth - 1);
    if (fault) {
      return fault;
    }
    keys.add(key);
  }
  return null;
}

function passArray(reader: Reader, depth: number): ValueFault | null {
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    const fault = passValue(reader, depth - 1);
    if (fault) {
      return fault;
    }
  }
  return null;
}

/** A sign, six bits, then seven a byte. */
function passInteger(reader: Reader): ValueFault | null {
  const first = reader.byte();
  let value = first & 63;
  let unit = 64;
  let byte = first;
  for (let group = 1; byte >= 128; group += 1) {
    byte = reader.byte();
    value += (byte & 127) * unit;
    unit *= 128;
    if (byte === 0 || group > MOST_GROUPS) {
      return 'value';
    }
  }
  const isMinusZero = value === 0 && (first & 64) !== 0;
  return isMinusZero || value > MOST_INTEGER ? 'value' : null;
}

function passFloat(reader: Reader, size: 4 | 8): ValueFault | null {
  const bytes = reader.take(size);
  if (bytes.byteLength < size) {
    return null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const value = size === 4 ? view.getFloat32(0) : view.getFloat64(0);
  const isShorter = size === 8 && Math.fround(value) === value;
  return Number.isFinite(value) && !isShorter ? null : 'value';
}
