/** What the server says, read with care: text in, values out. docs/SPEC.md (SIG) is the grammar. Pure. */
import type { SessionId } from '../../core/connection';
import { decodeBytes, encodeBytes, isId } from '../base64';

export const SIGNALING_VERSION = 1;
/** What one signal carries. */
export const SIGNAL_CHARS = 12_000;
/** What a relayed frame carries at most. */
export const PAYLOAD_BYTES = 65_536;
/** Ids named in one message. */
export const IDS_PER_MESSAGE = 64;
/** Connections somebody holds at most (DESIGN, decision 10). */
export const MAX_DEGREE = 8;

export const PUBLISH = 1;
export const PUBLISH_ONCE = 2;
export const DIRECT = 3;
const ID_BYTES = 16;

export interface IPerson {
  readonly session: SessionId;
  /** Opaque: what they show of themselves. */
  readonly record: string;
  /** False while their connection to the server is broken: they cannot be introduced, and may well be there. */
  readonly here: boolean;
  /** Whole seconds since they came, when it was said. */
  readonly age: number;
}

export type ServerMessage =
  | { type: 'welcome'; resumed: boolean; dropped: string | null; returnSeconds: number; graceSeconds: number }
  | {
      type: 'joined';
      room: string;
      count: number;
      people: IPerson[];
      next: number | null;
      neighbours: SessionId[];
    }
  | { type: 'people'; room: string; people: IPerson[]; next: number | null }
  | { type: 'changes'; room: string; count: number; people: IPerson[]; left: SessionId[] }
  | { type: 'meet'; room: string; call: SessionId[]; expect: SessionId[]; release: SessionId[] }
  | { type: 'signal'; room: string; from: SessionId; data: string }
  | { type: 'subscribed'; room: string; topics: string[]; others: number[] }
  | { type: 'refused'; reason: string; words: string; about?: string; room?: string; to?: string }
  | { type: 'ping' }
  | { type: 'pong' };

export type Relayed =
  | {
      readonly kind: 'published';
      readonly topic: string;
      readonly from: SessionId;
      readonly payload: Uint8Array;
    }
  | { readonly kind: 'direct'; readonly from: SessionId; readonly payload: Uint8Array };

/** The message, or undefined for one of a later server, or what is none. */
export function parseMessage(text: string): ServerMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || !value) {
    return undefined;
  }
  const raw = value as Readonly<Record<string, unknown>>;
  const room = words(raw['room']) ?? '';
  switch (raw['type']) {
    case 'welcome':
      return {
        type: 'welcome',
        resumed: raw['resumed'] === true,
        dropped: words(raw['dropped']) ?? null,
        returnSeconds: amount(raw['return_seconds']) ?? 10,
        graceSeconds: amount(raw['grace_seconds']) ?? 30
      };
    case 'joined': {
      const [list, next, neighbours] = [
        people(raw['people']),
        amount(raw['next']) ?? null,
        ids(raw['neighbours'])
      ];
      return {
        type: 'joined',
        room,
        count: amount(raw['count']) ?? list.length,
        people: list,
        next,
        neighbours
      };
    }
    case 'people':
      return { type: 'people', room, people: people(raw['people']), next: amount(raw['next']) ?? null };
    case 'changes': {
      const list = people(raw['people']);
      return {
        type: 'changes',
        room,
        count: amount(raw['count']) ?? list.length,
        people: list,
        left: ids(raw['left'])
      };
    }
    case 'meet':
      return {
        type: 'meet',
        room,
        call: ids(raw['call']),
        expect: ids(raw['expect']),
        release: ids(raw['release'])
      };
    case 'signal': {
      const [from, data] = [raw['from'], words(raw['data'])];
      return isId(from) && data !== undefined ? { type: 'signal', room, from, data } : undefined;
    }
    case 'subscribed': {
      const others = Array.isArray(raw['others']) ? raw['others'].map(count => amount(count) ?? 0) : [];
      return { type: 'subscribed', room, topics: ids(raw['topics']), others };
    }
    case 'refused': {
      const [about, to] = [words(raw['about']), words(raw['to'])];
      return {
        type: 'refused',
        reason: words(raw['reason']) ?? '',
        words: words(raw['words']) ?? '',
        about,
        room,
        to
      };
    }
    case 'ping':
    case 'pong':
      return { type: raw['type'] };
    default:
      return undefined;
  }
}

/** A binary frame of the server, or undefined for what is none. */
export function parseRelayed(frame: Uint8Array): Relayed | undefined {
  const [kind] = frame;
  const first = frame.subarray(1, 1 + ID_BYTES);
  if (kind === DIRECT && frame.byteLength > 1 + ID_BYTES) {
    return { kind: 'direct', from: encodeBytes(first), payload: frame.subarray(1 + ID_BYTES) };
  }
  if ((kind === PUBLISH || kind === PUBLISH_ONCE) && frame.byteLength > 1 + 2 * ID_BYTES) {
    const from = encodeBytes(frame.subarray(1 + ID_BYTES, 1 + 2 * ID_BYTES));
    return { kind: 'published', topic: encodeBytes(first), from, payload: frame.subarray(1 + 2 * ID_BYTES) };
  }
  return undefined;
}

/** A binary frame for the server: `to` is a topic or, for DIRECT, a session; `rest` goes behind `payload`. */
export function formatRelayed(
  kind: number,
  to: string,
  payload: Uint8Array,
  rest = new Uint8Array()
): Uint8Array<ArrayBuffer> {
  const address = decodeBytes(to);
  if (address?.byteLength !== ID_BYTES) {
    throw new TypeError('A topic or session is 16 bytes as base64url.');
  }
  const size = payload.byteLength + rest.byteLength;
  if (size < 1 || size > PAYLOAD_BYTES) {
    throw new RangeError(`A payload of ${size} bytes: 1 to ${PAYLOAD_BYTES} are relayed in one piece.`);
  }
  const frame = new Uint8Array(1 + ID_BYTES + size);
  frame[0] = kind;
  frame.set(address, 1);
  frame.set(payload, 1 + ID_BYTES);
  frame.set(rest, 1 + ID_BYTES + payload.byteLength);
  return frame;
}

function words(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function ids(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isId) : [];
}

function people(value: unknown): IPerson[] {
  return (Array.isArray(value) ? (value as unknown[]) : []).flatMap(item => {
    const entry = item as Readonly<Record<string, unknown>> | null;
    const session = entry?.['session'];
    return entry && isId(session)
      ? [
          {
            session,
            record: words(entry['record']) ?? '',
            here: entry['here'] === true,
            age: amount(entry['age']) ?? 0
          }
        ]
      : [];
  });
}
