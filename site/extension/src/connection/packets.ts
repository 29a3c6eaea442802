/** What the two ends of a link say to each other over its roads [CON14]: a kind, then numbers of 7 bits a byte. Pure. */

export type Packet =
  /** A message: its place in its channel, how many of each channel have come, and itself. */
  | { kind: 'data'; place: number; control: number; bulk: number; payload: Uint8Array }
  /** How many messages of each channel have come, in order. */
  | { kind: 'confirm'; control: number; bulk: number }
  /** First on every road. Which link this is, which one it takes the other for (0: not known), what has come. */
  | { kind: 'hello'; mine: number; yours: number; control: number; bulk: number }
  | { kind: 'ask' }
  /** The answer, and what has come. */
  | { kind: 'here'; control: number; bulk: number }
  | { kind: 'bye' };

const KINDS = ['data', 'confirm', 'hello', 'ask', 'here', 'bye'] as const;
const NUMBERS = { data: 3, confirm: 2, hello: 4, ask: 0, here: 2, bye: 0 } as const;
/** 35 bits: more messages than a page sends in its life. */
const LARGEST = 2 ** 35;

export function writePacket(packet: Packet): Uint8Array {
  const bytes = [KINDS.indexOf(packet.kind)];
  for (let rest of numbersOf(packet)) {
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  if (packet.kind !== 'data') {
    return Uint8Array.from(bytes);
  }
  const whole = new Uint8Array(bytes.length + packet.payload.byteLength);
  whole.set(bytes);
  whole.set(packet.payload, bytes.length);
  return whole;
}

/** The packet, or undefined for what is none. */
export function readPacket(bytes: Uint8Array): Packet | undefined {
  const kind = KINDS[bytes[0] ?? -1];
  if (!kind) {
    return undefined;
  }
  const numbers: number[] = [];
  let at = 1;
  while (numbers.length < NUMBERS[kind]) {
    let [value, unit] = [0, 1];
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || unit >= LARGEST) {
        return undefined;
      }
      value += (byte & 127) * unit;
      unit *= 128;
      if (byte < 128) {
        break;
      }
    }
    numbers.push(value);
  }
  const [one = 0, two = 0, three = 0, four = 0] = numbers;
  switch (kind) {
    case 'data':
      return { kind, place: one, control: two, bulk: three, payload: bytes.subarray(at) };
    case 'hello':
      return { kind, mine: one, yours: two, control: three, bulk: four };
    case 'confirm':
    case 'here':
      return { kind, control: one, bulk: two };
    default:
      return { kind };
  }
}

function numbersOf(packet: Packet): number[] {
  switch (packet.kind) {
    case 'data':
      return [packet.place, packet.control, packet.bulk];
    case 'hello':
      return [packet.mine, packet.yours, packet.control, packet.bulk];
    case 'confirm':
    case 'here':
      return [packet.control, packet.bulk];
    default:
      return [];
  }
}
