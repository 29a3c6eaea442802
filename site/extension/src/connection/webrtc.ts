/**
 * From browser to browser, over RTCPeerConnection [CON10]: perfect negotiation, two data channels agreed on beforehand,
 * `restartIce` again and again while it has failed. Signals travel over the server and may be lost on the way, so
 * whatever has not worked after a while is said again.
 */
import type { Cancel, Clock } from '../core/clock';
import { type Channel, CHANNELS, type SessionId } from '../core/connection';
import { RoadConnection } from './road';
import type { ISignal } from './signals';

/** What may wait in a data channel: enough for a line of 20 MB/s, little enough that a keystroke passes it soon. */
const CARRIED_BYTES = 262_144;
const CARRIED_LOW_BYTES = 65_536;
/** Measured: restarting every 3 s while failed recovers 1 s after the network is back; once on `disconnected` does not. */
export const RESTART_MS = 3_000;
/** Each restart is a few KB through the server: after a while it is tried this seldom. */
export const SLOW_RESTART_MS = 30_000;
const QUICK_RESTARTS = 10;
/** `new`: not one candidate of the other side could be resolved (mDNS is blocked), which never becomes `failed`. */
const STUCK: ReadonlySet<RTCPeerConnectionState> = new Set(['failed', 'new']);
/** Candidates found within this time travel in one signal. */
const GATHER_MS = 20;

export interface IDirectOptions {
  /** This page's session: the lower of two gives way when both call. */
  readonly session: SessionId;
  /** True: we call. False: we were called. */
  readonly calls: boolean;
  /** 32 random bits: which of several connections, one after the other, a signal belongs to. */
  readonly number: number;
  readonly clock: Clock;
  readonly create: () => RTCPeerConnection;
  /** False when the signal went nowhere. */
  readonly send: (signal: ISignal) => boolean;
}

export class DirectConnection extends RoadConnection {
  constructor(
    peer: SessionId,
    private readonly _options: IDirectOptions
  ) {
    super(peer, 'direct');
    let pc: RTCPeerConnection;
    try {
      pc = _options.create();
    } catch {
      this.end('unsupported');
      return;
    }
    this._pc = pc;
    pc.onicecandidate = event => this._found(event.candidate);
    pc.onnegotiationneeded = () => void this._offer(pc);
    pc.onconnectionstatechange = () => this._changed(pc.connectionState);
    if (_options.calls) {
      this._openChannels(pc);
    }
    this._tryAgain();
  }

  get number(): number {
    return this._options.number;
  }

  /** The other side's number, once it is known. */
  get theirs(): number | undefined {
    return this._theirs;
  }

  /** Takes in a signal that was meant for this connection; in order, one after the other. */
  hear(signal: ISignal): void {
    this._theirs ??= signal.mine;
    this._hearing = this._hearing.then(() => this._take(signal)).catch(() => undefined);
  }

  /** The other side has begun another. */
  forgotten(): void {
    this.end('reset');
  }

  protected transmit(channel: Channel, frame: Uint8Array): boolean {
    const carrier = this._channels[channel];
    if (carrier?.readyState !== 'open' || carrier.bufferedAmount >= CARRIED_BYTES) {
      return false;
    }
    try {
      carrier.send(frame as Uint8Array<ArrayBuffer>);
      return true;
    } catch {
      return false; // closing: its event comes
    }
  }

  protected override carriedBytes(channel: Channel): number {
    return this._channels[channel]?.bufferedAmount ?? 0;
  }

  protected release(tell: boolean): void {
    this._cancelRetry();
    this._cancelGather();
    const pc = this._pc;
    this._pc = undefined;
    if (pc) {
      if (tell && this.state.kind !== 'open') {
        this._send({ bye: true });
      }
      for (const channel of CHANNELS) {
        const carrier = this._channels[channel];
        if (carrier) {
          carrier.onopen = carrier.onclose = carrier.onmessage = carrier.onbufferedamountlow = null;
        }
      }
      pc.onicecandidate = pc.onnegotiationneeded = pc.onconnectionstatechange = null;
      pc.close();
    }
  }

  private _openChannels(pc: RTCPeerConnection): void {
    CHANNELS.forEach((channel, id) => {
      if (this._channels[channel]) {
        return;
      }
      const carrier = pc.createDataChannel(channel, { negotiated: true, id, ordered: true });
      carrier.binaryType = 'arraybuffer';
      carrier.bufferedAmountLowThreshold = CARRIED_LOW_BYTES;
      carrier.onopen = () => this._changed(pc.connectionState);
      // 9 ms after the other side closes; a page that is killed only goes silent.
      carrier.onclose = () => this.end('other-left');
      carrier.onbufferedamountlow = () => this.pump();
      carrier.onmessage = (event: MessageEvent<unknown>) =>
        this.receive(event.data instanceof ArrayBuffer ? new Uint8Array(event.data) : new Uint8Array());
      this._channels[channel] = carrier;
    });
  }

  private async _offer(pc: RTCPeerConnection): Promise<void> {
    try {
      this._offering = true;
      await pc.setLocalDescription();
      this._sendDescription(pc);
    } catch {
      // closed meanwhile, or a glare that the other side's offer resolves
    } finally {
      this._offering = false;
    }
  }

  /** Perfect negotiation: when both offer, the polite takes its own back, the other ignores what came. */
  private async _take(signal: ISignal): Promise<void> {
    const pc = this._pc;
    if (!pc) {
      return;
    }
    if (signal.bye) {
      this.end('other-left');
      return;
    }
    if (signal.description) {
      const description = signal.description;
      const polite = this._options.session < this.peer;
      const collides = description.type === 'offer' && (this._offering || pc.signalingState !== 'stable');
      this._ignoring = !polite && collides;
      if (this._ignoring || (description.type === 'answer' && pc.signalingState !== 'have-local-offer')) {
        return; // an answer said twice
      }
      await pc.setRemoteDescription(description);
      if (description.type === 'offer') {
        this._openChannels(pc);
        await pc.setLocalDescription();
        this._sendDescription(pc);
      }
      for (const candidate of this._tooEarly.splice(0)) {
        await this._add(pc, candidate);
      }
    }
    for (const candidate of signal.candidates ?? []) {
      if (pc.remoteDescription) {
        await this._add(pc, candidate);
      } else if (!this._ignoring) {
        this._tooEarly.push(candidate);
      }
    }
  }

  /** A candidate of an offer that was ignored, or of a network that is no more, is no error. */
  private async _add(pc: RTCPeerConnection, candidate: RTCIceCandidateInit): Promise<void> {
    await pc.addIceCandidate(candidate).catch(() => undefined);
  }

  private _found(candidate: RTCIceCandidate | null): void {
    if (!candidate?.candidate) {
      return;
    }
    this._gathered.push(candidate.toJSON());
    if (this._gathered.length === 1) {
      this._cancelGather = this._options.clock.after(GATHER_MS, () =>
        this._send({ candidates: this._gathered.splice(0) })
      );
    }
  }

  private _changed(state: RTCPeerConnectionState): void {
    if (state === 'connected' && CHANNELS.every(channel => this._channels[channel]?.readyState === 'open')) {
      this._restarts = 0;
      this._cancelRetry();
      this.become({ kind: 'open' });
    } else if ((state === 'disconnected' || state === 'failed') && this.state.kind === 'open') {
      this.become({ kind: 'interrupted', reason: 'silent' });
    }
    if (state === 'failed') {
      this._tryAgain();
    }
  }

  /** Every few seconds until it works: restarts, or says again what may have been lost on the way. */
  private _tryAgain(): void {
    this._cancelRetry();
    const pace = this._restarts < QUICK_RESTARTS ? RESTART_MS : SLOW_RESTART_MS;
    // Both see it fail; the impolite goes first, so that their offers seldom cross.
    const polite = this._options.session < this.peer && this._restarts > 0;
    this._cancelRetry = this._options.clock.after(polite ? pace * 1.5 : pace, () => {
      const pc = this._pc;
      if (!pc || this.state.kind === 'open') {
        return;
      }
      this._restarts++;
      if (pc.signalingState === 'have-local-offer') {
        this._sendDescription(pc);
      } else if (STUCK.has(pc.connectionState)) {
        pc.restartIce();
      }
      this._tryAgain();
    });
  }

  private _sendDescription(pc: RTCPeerConnection): void {
    if (pc.localDescription) {
      this._send({ description: pc.localDescription.toJSON() });
    }
  }

  private _send(signal: Pick<ISignal, 'description' | 'candidates' | 'bye'>): void {
    this._options.send({ mine: this._options.number, yours: this._theirs ?? 0, ...signal });
  }

  private _pc?: RTCPeerConnection;
  private _theirs?: number;
  private _offering = false;
  private _ignoring = false;
  private _restarts = 0;
  private _hearing: Promise<void> = Promise.resolve();
  private _cancelRetry: Cancel = () => undefined;
  private _cancelGather: Cancel = () => undefined;
  private readonly _channels: { [channel in Channel]?: RTCDataChannel } = {};
  private readonly _tooEarly: RTCIceCandidateInit[] = [];
  private readonly _gathered: RTCIceCandidateInit[] = [];
}
