/**
 * Whom this page is connected to, and how [CON15, CON16]: the server introduces, each neighbour gets all the roads there
 * are, tried together; who leaves or is released is let go, who is lost is replaced. Time and chance are passed in; what
 * opens roads too, so that it runs without a browser.
 */
import type { Cancel, Clock } from '../core/clock';
import type { Connection, SessionId } from '../core/connection';
import { Link } from './link';
import { Listeners } from './listeners';
import { Neighbour } from './neighbour';
import type { INetwork } from './signaling/line';
import { MAX_DEGREE } from './signaling/messages';
import type { IMeeting, Room } from './signaling/room';
import type { SignalingState } from './signaling/state';
import { type ISummary, summarize } from './summary';

/** Released neighbours are let go of when the others are connected, or after this. */
const RELEASE_MS = 10_000;
/** On entering, who is to call is said right behind; whoever is not connected after this is called by both. */
const CALL_MS = 1_000;
/** Lost ones are told to the server together, and edges without a link are looked for this often. */
const MEND_MS = 5_000;

export interface IRelay {
  open(peer: SessionId): Connection;
  readonly knocks: Listeners<[SessionId]>;
  close(): void;
}

export interface IDirect {
  open(peer: SessionId, calls: boolean): Connection | 'unsupported' | 'spent';
  readonly calls: Listeners<[SessionId]>;
  hear(peer: SessionId, data: string): void;
  close(): void;
}

export interface ITabs {
  readonly connections: ReadonlyMap<SessionId, Connection>;
  onConnection(listener: (connection: Connection) => void): Cancel;
  close(): void;
}

/** The server, as far as roads go. */
export interface ISignals {
  readonly state: SignalingState;
  onState(listener: (state: SignalingState) => void): Cancel;
}

export interface IRoadsOptions {
  readonly clock: Clock;
  /** 32 random bits. */
  readonly number: () => number;
  /** Left out where no server is named: then there are tabs only. */
  readonly signaling?: ISignals;
  readonly room?: Room;
  readonly relay?: IRelay;
  /** Left out in a class where nobody is to learn another's address. */
  readonly direct?: IDirect;
  readonly tabs?: ITabs;
  /** After a change or a sleep every road is asked whether it still is one. */
  readonly network?: INetwork;
}

export class Roads {
  constructor(private readonly _options: IRoadsOptions) {
    this.open(_options.tabs);
  }

  /** Begins, also anew after `close`: with nobody, under the same session. `tabs`: those that closing has ended, anew. */
  open(tabs: ITabs | undefined): void {
    if (!this._closed) {
      return;
    }
    this._closed = false;
    this._tabs = tabs;
    const { signaling, room, relay, direct, network } = this._options;
    this._cancels = [
      signaling?.onState(() => this._server()),
      room?.meetings.add(meeting => this._meet(meeting)),
      room?.changes.add((_changed, left) => this._left(left)),
      room?.signals.add((from, data) => direct?.hear(from, data)),
      relay?.knocks.add(peer => this._introducedTo(peer)?.openRelay()),
      direct?.calls.add(peer => this._introducedTo(peer)?.answer()),
      tabs?.onConnection(tab => this._takeTab(tab)),
      network?.onChange(() => this._links.forEach(link => link.ask()))
    ].filter(cancel => cancel !== undefined);
    tabs?.connections.forEach(tab => this._takeTab(tab));
    this._mend();
  }

  /** Everybody there is a link to, open or not. */
  get links(): ReadonlyMap<SessionId, Link> {
    return this._links;
  }

  get summary(): ISummary {
    const { signaling, room } = this._options;
    return summarize({
      signaling: signaling?.state,
      everJoined: this._everJoined,
      count: room?.count ?? 0,
      links: this._links.values()
    });
  }

  /** A link was made; it opens by itself. Hear its messages from here on. */
  readonly made = new Listeners<[Link]>();
  /** A link opened, changed its road, was interrupted or closed; or the server came or went. */
  readonly changed = new Listeners<[ISummary]>();

  /** For the room's `have`: neighbours one is connected to now. */
  readonly have = (): SessionId[] =>
    [...this._links.values()].filter(link => link.state.kind === 'open').map(link => link.peer);

  /** Lets go of everybody, in so many words: on `pagehide`. */
  close(): void {
    this._closed = true;
    this._cancels.forEach(cancel => cancel());
    this._cancelMend();
    [...this._links.values()].forEach(link => link.close());
    this._options.relay?.close();
    this._options.direct?.close();
    this._tabs?.close();
    [this._introduced, this._releasing, this._gone, this._lost].forEach(each => each.clear());
  }

  private _server(): void {
    // Whom we lost meanwhile is told by whom we `have`, on entering.
    this._lost.clear();
    this._tell();
  }

  private _meet(meeting: IMeeting): void {
    this._everJoined = true;
    const [call, expect, all] = [meeting.call, meeting.expect, meeting.all ?? []].map(peers =>
      peers.filter(peer => !this._isRefused(peer))
    ) as [SessionId[], SessionId[], SessionId[]];
    for (const peer of [...call, ...expect, ...all]) {
      this._introduced.add(peer);
      this._releasing.delete(peer);
      this._lost.delete(peer);
    }
    call.forEach(peer => this._neighbour(peer).call());
    expect.forEach(peer => this._neighbour(peer).openRelay());
    for (const peer of all) {
      this._neighbour(peer).openRelay();
      this._options.clock.after(CALL_MS, () => this._introducedTo(peer)?.call());
    }
    for (const peer of meeting.release) {
      this._introduced.delete(peer);
      this._releasing.set(peer, this._options.clock.now() + RELEASE_MS);
    }
    this._release();
    this._tell();
  }

  /** Who sent what is no message is not connected to again: the server is asked for others instead. */
  private _isRefused(peer: SessionId): boolean {
    if (this._garbled.has(peer)) {
      this._lost.add(peer);
      return true;
    }
    return false;
  }

  /** Gone for good, says the server. Whoever is reached without it may well be there, and stays. */
  private _left(left: readonly SessionId[]): void {
    for (const peer of left) {
      this._introduced.delete(peer);
      this._gone.add(peer);
      const link = this._links.get(peer);
      if (link) {
        this._dropIfGone(link);
      } else {
        this._gone.delete(peer);
      }
    }
    this._tell();
  }

  private _dropIfGone(link: Link): void {
    if (this._gone.has(link.peer) && (link.state.kind !== 'open' || link.road === 'relay')) {
      link.close('other-left');
    }
  }

  /** Only whom the server introduced: a stranger opens nothing here, and uses up no budget. */
  private _introducedTo(peer: SessionId): Neighbour | undefined {
    return this._introduced.has(peer) && !this._closed ? this._neighbour(peer) : undefined;
  }

  private _takeTab(tab: Connection): void {
    if (!this._closed) {
      this._neighbour(tab.peer).take(tab);
    }
  }

  private _neighbour(peer: SessionId): Neighbour {
    const known = this._neighbours.get(peer);
    if (known) {
      return known;
    }
    const { clock, number, relay, direct } = this._options;
    const link = new Link(peer, { clock, number: Math.max(1, number()) });
    const neighbour = new Neighbour(
      link,
      {
        clock,
        relay: relay && (to => relay.open(to)),
        direct: direct && ((to, calls) => direct.open(to, calls))
      },
      false
    );
    this._neighbours.set(peer, neighbour);
    this._links.set(peer, link);
    this._gone.delete(peer);
    link.onState(() => this._changed(link));
    this.made.call(link);
    return neighbour;
  }

  private _changed(link: Link): void {
    if (link.state.kind === 'closed') {
      this._forget(link);
    } else {
      this._dropIfGone(link);
    }
    this._release();
    this._tell();
  }

  private _forget(link: Link): void {
    const { peer, state } = link;
    this._links.delete(peer);
    this._neighbours.delete(peer);
    this._gone.delete(peer);
    this._releasing.delete(peer);
    if (this._closed || state.kind !== 'closed' || !this._introduced.has(peer)) {
      return;
    }
    if (state.reason === 'reset') {
      // They began anew, and so do we: not in their moment, so that what is left of the old is gone.
      this._options.clock.after(0, () => this._introducedTo(peer)?.call());
    } else if (state.reason !== 'other-left') {
      this._introduced.delete(peer);
      this._lost.add(peer);
      if (state.reason === 'garbled') {
        this._garbled.add(peer);
      }
    }
  }

  /** Lets go of the released, when the others are connected. */
  private _release(): void {
    const now = this._options.clock.now();
    const pending = [...this._introduced].some(peer => this._links.get(peer)?.state.kind === 'connecting');
    for (const [peer, until] of this._releasing) {
      if (!pending || now >= until) {
        this._releasing.delete(peer);
        const link = this._links.get(peer);
        if (link && !link.roads.includes('tab')) {
          link.close();
        }
      }
    }
  }

  /** From time to time: tells the server whom we lost, so that it introduces others. */
  private _mend(): void {
    this._cancelMend = this._options.clock.after(MEND_MS, () => this._mend());
    this._release();
    const { room } = this._options;
    if (!room?.joined) {
      return;
    }
    for (const peer of this._introduced) {
      if (!this._links.has(peer)) {
        this._introduced.delete(peer);
        this._lost.add(peer);
      }
    }
    if (this._lost.size) {
      room.more([...this._lost]);
      this._lost.clear();
    }
    // After a server's restart the new edges come on top of old ones that it does not know.
    const spare = [...this._links.values()].filter(
      link => link.state.kind === 'open' && !this._introduced.has(link.peer) && !link.roads.includes('tab')
    );
    spare.slice(0, Math.max(0, this._links.size - MAX_DEGREE)).forEach(link => link.close());
  }

  private _tell(): void {
    if (!this._closed) {
      this.changed.call(this.summary);
    }
  }

  private _closed = true;
  private _everJoined = false;
  private _tabs?: ITabs;
  private _cancelMend: Cancel = () => undefined;
  private _cancels: Cancel[] = [];
  private readonly _links = new Map<SessionId, Link>();
  private readonly _neighbours = new Map<SessionId, Neighbour>();
  /** Edges of the server's graph that we are an end of. */
  private readonly _introduced = new Set<SessionId>();
  private readonly _releasing = new Map<SessionId, number>();
  private readonly _gone = new Set<SessionId>();
  private readonly _lost = new Set<SessionId>();
  /** For as long as the page lives; a session ends with its page, so there are few. */
  private readonly _garbled = new Set<SessionId>();
}
