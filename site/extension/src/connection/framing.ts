/**
 * Messages as frames of at most FRAME_BYTES, and back [CON2]. Pure.
 *
 * A frame's first byte is its kind (bits 0-1) and channel (bit 2). WHOLE: the rest is the message. FIRST: four bytes of
 * length, then the message's beginning. MORE: what follows. All but a message's last frame are full, so there is one
 * way only to cut a message, and nobody can make a frame of every byte.
 */
import { type Channel, CHANNELS, MESSAGE_BYTES } from '../core/connection';

/** Data channels of all browsers take this at once, without cutting it themselves (FACTS: 256 KiB is where they throw). */
export const FRAME_BYTES = 16_384;
/** What a link puts before a message: a kind, a sequence number, two confirmations. */
export const LINK_HEADER_BYTES = 16;
/** What a road carries in one piece. */
export const LARGEST_BYTES = MESSAGE_BYTES + LINK_HEADER_BYTES;

const WHOLE = 0;
const FIRST = 1;
const MORE = 2;
const WHOLE_HEADER = 1;
const FIRST_HEADER = 5;

/** The closed set of what is wrong with a frame. */
export type FrameFault =
  | 'empty' // no bytes
  | 'frame-too-large' // more than FRAME_BYTES
  | 'unknown-kind' // a first byte that nobody writes
  | 'message-too-large' // says to be more than LARGEST_BYTES
  | 'wrong-length' // not full where it has to be, or longer than what it said
  | 'no-beginning' // goes on with a message that never began
  | 'not-finished'; // begins another before the last is whole

export type Assembled =
  | { readonly kind: 'message'; readonly channel: Channel; readonly message: Uint8Array }
  | { readonly kind: 'part' }
  | { readonly kind: 'fault'; readonly fault: FrameFault };

/** The frames of a message, each a copy. */
export function splitMessage(channel: Channel, message: Uint8Array): Uint8Array[] {
  const size = message.byteLength;
  if (size > LARGEST_BYTES) {
    throw new RangeError(`A message of ${size} bytes: at most ${MESSAGE_BYTES} are carried in one piece.`);
  }
  const bit = CHANNELS.indexOf(channel) << 2;
  if (size <= FRAME_BYTES - WHOLE_HEADER) {
    return [frameOf(WHOLE | bit, WHOLE_HEADER, message)];
  }
  const first = frameOf(FIRST | bit, FIRST_HEADER, message.subarray(0, FRAME_BYTES - FIRST_HEADER));
  new DataView(first.buffer).setUint32(1, size);
  const frames = [first];
  const room = FRAME_BYTES - WHOLE_HEADER;
  for (let from = FRAME_BYTES - FIRST_HEADER; from < size; from += room) {
    frames.push(frameOf(MORE | bit, WHOLE_HEADER, message.subarray(from, from + room)));
  }
  return frames;
}

/**
 * Puts the frames of both channels together again, as views of them: what a road brings is nobody else's. After a fault
 * nothing more can be understood.
 */
export class Assembler {
  take(frame: Uint8Array): Assembled {
    const size = frame.byteLength;
    const [head] = frame;
    if (head === undefined) {
      return fault('empty');
    }
    if (size > FRAME_BYTES) {
      return fault('frame-too-large');
    }
    const kind = head & 3;
    const channel = CHANNELS[head >> 2];
    if (kind > MORE || !channel) {
      return fault('unknown-kind');
    }
    const open = this._open[channel];
    if (kind === MORE) {
      return open ? this._goOn(channel, open, frame) : fault('no-beginning');
    }
    if (open) {
      return fault('not-finished');
    }
    if (kind === WHOLE) {
      return { kind: 'message', channel, message: frame.subarray(WHOLE_HEADER) };
    }
    if (size !== FRAME_BYTES) {
      return fault('wrong-length');
    }
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(1);
    if (length > LARGEST_BYTES) {
      return fault('message-too-large');
    }
    if (length <= FRAME_BYTES - WHOLE_HEADER) {
      return fault('wrong-length');
    }
    // Kept in pieces: memory grows with what has come, not with what somebody says will come.
    this._open[channel] = { length, have: size - FIRST_HEADER, parts: [frame.subarray(FIRST_HEADER)] };
    return { kind: 'part' };
  }

  private _goOn(channel: Channel, open: IOpen, frame: Uint8Array): Assembled {
    const have = open.have + frame.byteLength - WHOLE_HEADER;
    const last = have === open.length;
    if (have > open.length || (!last && frame.byteLength !== FRAME_BYTES)) {
      return fault('wrong-length');
    }
    open.have = have;
    open.parts.push(frame.subarray(WHOLE_HEADER));
    if (!last) {
      return { kind: 'part' };
    }
    delete this._open[channel];
    const message = new Uint8Array(have);
    let at = 0;
    for (const part of open.parts) {
      message.set(part, at);
      at += part.byteLength;
    }
    return { kind: 'message', channel, message };
  }

  private _open: { [channel in Channel]?: IOpen } = {};
}

interface IOpen {
  readonly length: number;
  have: number;
  readonly parts: Uint8Array[];
}

function frameOf(head: number, header: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(header + payload.byteLength);
  frame[0] = head;
  frame.set(payload, header);
  return frame;
}

function fault(fault: FrameFault): Assembled {
  return { kind: 'fault', fault };
}
