/** What two pages tell each other through the server to connect directly, as the opaque text it passes on. Pure. */
import { decodeBytes, encodeBytes } from './base64';
import { SIGNAL_CHARS } from './signaling/messages';

export interface ISignal {
  /** The sender's number for this connection. */
  readonly mine: number;
  /** The receiver's, or 0 while it is unknown. */
  readonly yours: number;
  readonly description?: RTCSessionDescriptionInit;
  readonly candidates?: readonly RTCIceCandidateInit[];
  /** The sender has given it up. */
  readonly bye?: boolean;
}

/** A signal as bytes, to be sealed. */
export function signalBytes(signal: ISignal): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(signal));
}

/** The signal in bytes that somebody else made, or undefined for what is none. */
export function readSignal(bytes: Uint8Array): ISignal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || !value) {
    return undefined;
  }
  const raw = value as Readonly<Record<string, unknown>>;
  const [mine, yours] = [raw['mine'], raw['yours']];
  if (!isNumber(mine) || mine === 0 || !isNumber(yours)) {
    return undefined;
  }
  const description = readDescription(raw['description']);
  const candidates = Array.isArray(raw['candidates']) ? raw['candidates'].flatMap(readCandidate) : undefined;
  return { mine, yours, description, candidates, bye: raw['bye'] === true };
}

/** As the text the server passes on; undefined when it would not. */
export function encodeSignal(sealed: Uint8Array): string | undefined {
  const text = encodeBytes(sealed);
  return text.length <= SIGNAL_CHARS ? text : undefined;
}

export const decodeSignal = decodeBytes;

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function readDescription(value: unknown): RTCSessionDescriptionInit | undefined {
  const raw = value as Readonly<Record<string, unknown>> | null | undefined;
  const [type, sdp] = [raw?.['type'], raw?.['sdp']];
  return (type === 'offer' || type === 'answer') && typeof sdp === 'string' ? { type, sdp } : undefined;
}

function readCandidate(value: unknown): RTCIceCandidateInit[] {
  const raw = value as Readonly<Record<string, unknown>> | null;
  const [candidate, mid, line] = [raw?.['candidate'], raw?.['sdpMid'], raw?.['sdpMLineIndex']];
  const sdpMid = typeof mid === 'string' ? mid : null;
  const sdpMLineIndex = isNumber(line) ? line : null;
  return typeof candidate === 'string' && (sdpMid !== null || sdpMLineIndex !== null)
    ? [{ candidate, sdpMid, sdpMLineIndex }]
    : [];
}
