/**
 * What all roads have in common: messages cut to frames, waiting in order, control before bulk. A road brings what
 * carries frames. Pure: no clock, no socket.
 */
import { type Channel, CHANNELS, MESSAGE_BYTES, type Road, type SessionId } from '../core/connection';
import { BaseConnection } from './base';
import { Assembler, type FrameFault, LARGEST_BYTES, splitMessage } from './framing';

/** What may wait in a page for one road: 16 times what a sender who pauses leaves there. Chromium throws at as much. */
export const OVERRUN_BYTES = 16_777_216;

export abstract class RoadConnection extends BaseConnection {
  constructor(
    peer: SessionId,
    readonly road: Road
  ) {
    super(peer);
  }

  /** What was wrong with what came, once it was `garbled`. For whoever looks for the reason. */
  get fault(): FrameFault | undefined {
    return this._fault;
  }

  send(channel: Channel, message: Uint8Array): void {
    if (message.byteLength > LARGEST_BYTES) {
      throw new RangeError(
        `A message of ${message.byteLength} bytes: at most ${MESSAGE_BYTES} are carried in one piece.`
      );
    }
    if (this.state.kind === 'closed') {
      return;
    }
    for (const frame of splitMessage(channel, message)) {
      this._waiting[channel].push(frame);
      this._waitingBytes[channel] += frame.byteLength;
    }
    this.pump();
    if (this._waitingBytes.control + this._waitingBytes.bulk > OVERRUN_BYTES) {
      this.close('overrun');
    }
  }

  bufferedBytes(channel: Channel): number {
    return this.state.kind === 'closed' ? 0 : this._waitingBytes[channel] + this.carriedBytes(channel);
  }

  /** Takes the frame if there is room for it now; whoever says no calls `pump` when there is. Only while open. */
  protected abstract transmit(channel: Channel, frame: Uint8Array): boolean;

  /** Bytes taken by `transmit` that have not left. */
  protected carriedBytes(_channel: Channel): number {
    return 0;
  }

  protected pump(): void {
    for (const channel of CHANNELS) {
      const queue = this._waiting[channel];
      let sent = 0;
      for (; sent < queue.length && this.state.kind === 'open'; sent++) {
        const frame = queue[sent]!;
        if (!this.transmit(channel, frame)) {
          break;
        }
        this._waitingBytes[channel] -= frame.byteLength;
      }
      queue.splice(0, sent);
    }
    this.settleDrains();
  }

  protected receive(frame: Uint8Array): void {
    if (this.state.kind === 'closed') {
      return;
    }
    const result = this._assembler.take(frame);
    if (result.kind === 'fault') {
      this._fault = result.fault;
      this.close('garbled');
    } else if (result.kind === 'message') {
      this.deliver(result.channel, result.message);
    }
  }

  private _fault?: FrameFault;
  private readonly _assembler = new Assembler();
  private readonly _waiting: Record<Channel, Uint8Array[]> = { control: [], bulk: [] };
  private readonly _waitingBytes: Record<Channel, number> = { control: 0, bulk: 0 };
}
