/** How a page of a class is connected: where the server is, the room, the neighbours, and what their state is in words. */
import { digest } from 'lib0/hash/sha256';
import { RtcBudget } from '../connection/budget';
import { type IOpened, openConnections } from '../connection/open';
import { pageClock } from '../connection/page';
import type { SignalingState } from '../connection/signaling/state';
import { starTopic } from '../connection/star';
import { type ISummary, summarize } from '../connection/summary';
import type { IInvitation } from '../core/class/invitation';
import type { Cancel } from '../core/clock';
import type { ICrypto } from '../core/crypto';
import type { IOwnSession } from '../core/identity/own';
import { Patience } from '../core/overlay/patience';
import type { IRecord } from '../core/roster/record';
import { sessionText } from '../core/session';
import type { Engine, Refusal } from '../core/sync/engine';
import { signalSealer } from './sealer';
import { fetchServer, type IServer } from './server';

/** Where the server is could not be read: the network is away, and may come back. */
const AGAIN_MS = 5000;

export interface IConnectingPorts {
  /** Absolute address of the site. */
  readonly root: string;
  readonly invitation: IInvitation;
  readonly own: IOwnSession;
  readonly crypto: ICrypto;
  readonly engine: Engine;
  /** What one says of oneself now. */
  record(): IRecord;
  /** The state, or who is there, is different. */
  changed(): void;
}

export class Connecting {
  constructor(private readonly ports: IConnectingPorts) {}

  /** What peerbook.json says, once it could be read. */
  server: IServer | null = null;
  /** What carries it all; null while it is not known where the server is. */
  opened: IOpened | null = null;
  private unreachable = false;
  /** Why the room did not let this page in, last time. */
  private refusal: string | null = null;
  private readonly patience = new Patience(pageClock);
  private readonly ofOtherVersion = new Set<string>();
  private waiting: Cancel | null = null;
  private ended = false;

  get summary(): ISummary {
    if (this.opened) {
      const { roads, room } = this.opened;
      const isWrong = this.server?.address.kind === 'wrong';
      return {
        ...roads.summary,
        ...(isWrong ? { server: { kind: 'refused', reason: 'address' } } : {}),
        ...(this.refusal !== null && room?.joined === false ? { refusal: this.refusal } : {})
      };
    }
    const signaling: SignalingState = this.unreachable
      ? { kind: 'away', reason: 'unreachable', retryAt: pageClock.now() + AGAIN_MS }
      : { kind: 'connecting' };
    return summarize({ signaling, everJoined: false, count: 0, links: [] });
  }

  /** Whether nobody is reached, and not for want of people. */
  get isOffline(): boolean {
    return this.summary.kind === 'offline' || this.unreachable;
  }

  get meetsOtherVersion(): boolean {
    return [...this.ofOtherVersion].some(peer => this.opened?.roads.links.has(peer));
  }

  async begin(): Promise<void> {
    try {
      this.server = await fetchServer(this.ports.root);
    } catch {
      if (this.ended) {
        return;
      }
      this.unreachable = true;
      this.ports.changed();
      this.waiting = pageClock.after(AGAIN_MS, () => void this.begin());
      return;
    }
    if (!this.ended) {
      this.open(this.server);
    }
  }

  end(): void {
    this.ended = true;
    this.waiting?.();
    this.opened?.close();
  }

  /** What a neighbour said was not taken. */
  refuse(refusal: Refusal, peer: string): void {
    if (refusal === 'other-version' && !this.ofOtherVersion.has(peer)) {
      this.ofOtherVersion.add(peer);
      this.ports.changed();
    }
    if ((refusal === 'garbled' || refusal === 'forged') && this.patience.isLost(peer)) {
      this.patience.left(peer);
      this.opened?.roads.links.get(peer)?.close('garbled');
    }
  }

  private open({ address, direct, iceServers }: IServer): void {
    const { invitation, own, crypto, engine } = this.ports;
    const opened = openConnections({
      session: own.session,
      secret: sessionText(own.place.reveal()),
      keysHash: own.keysHash,
      sealer: signalSealer(crypto, invitation, own),
      ...(address.kind === 'address' ? { signal: address.url } : {}),
      room: invitation.room,
      // Nothing of oneself: names go from browser to browser.
      record: 'AA',
      budget: new RtcBudget(),
      direct,
      iceServers,
      topic: starTopic(digest, invitation.id)
    });
    this.opened = opened;
    this.hearStar(opened);
    opened.roads.made.add(link => engine.attach(link));
    opened.roads.links.forEach(link => engine.attach(link));
    opened.roads.changed.add(() => this.ports.changed());
    opened.room?.refusals.add(({ about, reason }) => {
      if (about === 'join') {
        this.refusal = reason;
        this.ports.changed();
      }
    });
    opened.returned.add(() => engine.returned(this.ports.record()));
    opened.room?.changes.add((_, left) => {
      left.forEach(session => engine.gone(session));
      this.ports.changed();
    });
    this.ports.changed();
  }

  private hearStar({ star }: IOpened): void {
    const { engine } = this.ports;
    if (star) {
      engine.star = star;
      star.heard.add((from, envelope) => engine.hearStar(from, envelope));
      star.joined.add(() => engine.compare());
    }
  }
}
