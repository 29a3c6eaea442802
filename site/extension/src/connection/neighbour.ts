/** One neighbour: a link, and the roads it is given, tried together and again [CON15]. */
import type { Cancel, Clock } from '../core/clock';
import type { CloseReason, Connection, Road, SessionId } from '../core/connection';
import type { Link } from './link';
import { retryAfter } from './retries';

/** What opens roads to a neighbour. */
export interface IRoadMakers {
  readonly clock: Clock;
  relay?(peer: SessionId): Connection;
  direct?(peer: SessionId, calls: boolean): Connection | 'unsupported' | 'spent';
}

export class Neighbour {
  constructor(
    readonly link: Link,
    private readonly _makers: IRoadMakers,
    private _calls: boolean
  ) {
    link.onState(state => {
      if (state.kind === 'closed') {
        this._cancels.forEach(cancel => cancel());
      }
    });
  }

  /** The server wants us to call, whoever called before. */
  call(): void {
    this._calls = true;
    this.tryRoads();
  }

  /** Opens what is not there yet, all at once. */
  tryRoads(): void {
    this.openRelay();
    if (this._calls && !this._tabbed) {
      this._openDirect(true);
    }
  }

  openRelay(): void {
    if (this._makers.relay && !this._has('relay')) {
      this._take(this._makers.relay(this.link.peer));
    }
  }

  /** The other side calls: we answer. */
  answer(): void {
    this._openDirect(false);
  }

  /** A road that was found elsewhere: a tab of this browser. */
  take(road: Connection): void {
    this._take(road);
  }

  private get _tabbed(): boolean {
    return this._has('tab');
  }

  private _openDirect(calls: boolean): void {
    if (!this._makers.direct || this._has('direct') || this.link.state.kind === 'closed') {
      return;
    }
    const made = this._makers.direct(this.link.peer, calls);
    if (typeof made === 'string') {
      this._retry('direct', made);
    } else {
      this._take(made);
    }
  }

  private _take(road: Connection): void {
    road.onState(state => {
      if (state.kind === 'open') {
        this._failures = 0;
      } else if (state.kind === 'closed') {
        this._retry(road.road, state.reason);
      }
    });
    this.link.attach(road);
  }

  private _retry(road: Road, reason: CloseReason): void {
    if (this.link.state.kind === 'closed') {
      return;
    }
    this._failures += road === 'direct' ? 1 : 0;
    const wait = retryAfter(road, reason, this._failures);
    if (wait === undefined) {
      return;
    }
    this._cancels.get(road)?.();
    // Also at once is later: the road is still being taken apart.
    const cancel = this._makers.clock.after(wait, () => {
      if (this.link.state.kind === 'closed') {
        return;
      }
      if (road === 'relay') {
        this.openRelay();
      } else if (this._calls) {
        this._openDirect(true);
      }
    });
    this._cancels.set(road, cancel);
  }

  private _has(road: Road): boolean {
    return this.link.roads.includes(road);
  }

  private _failures = 0;
  private readonly _cancels = new Map<Road, Cancel>();
}
