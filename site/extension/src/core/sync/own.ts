/**
 * What one's own session wrote, as it is read out of the log into a document: where it is in nobody's document any more
 * [LOG7]. What one writes leans on what stands beside it, and that may go.
 */
import type { IId } from '../permissions/structs';
import type { Waiting } from '../permissions/waiting';
import type { IReadingPorts, IStrand } from './reads';

/** From which clock on what a session wrote waits, for what, and in whose session that is, if it is known. */
interface ILeaning {
  readonly from: number;
  readonly need: IId;
  readonly on: IStrand | undefined;
}

export class Own {
  constructor(
    private readonly ports: Pick<IReadingPorts, 'frontier' | 'log' | 'session'>,
    private readonly strands: ReadonlyMap<string, IStrand>,
    /** None where nothing is built. */
    private readonly waiting: Waiting | undefined
  ) {}

  /** Where each change begins, and its clock after it. */
  private readonly places: { readonly place: number; readonly to: number }[] = [];

  /** A change was read. */
  add(place: number, to: number): void {
    this.places.push({ place, to });
  }

  /**
   * From which place on what one's own session says is in nobody's document: it leans on what may not be where it is, a
   * part of which was seen while the rest was waited for; or its key was undone. Null when it is, as far as was read.
   */
  get end(): number | null {
    const { log, session } = this.ports;
    const own = this.strands.get(session);
    if (own?.state === 'locked' && log.pieces(session, own.next)[0]?.form === 'envelope') {
      // One had the key when one wrote: whoever stated it was none to state it, and nobody else is given it. A segment's
      // envelopes others may have.
      return own.parts?.place ?? own.next;
    }
    const leaning = own && this.leaning(own);
    const stop = leaning?.on && log.stopAt(leaning.on.session);
    if (!stop || leaning.need.clock < leaning.on.clock) {
      return null;
    }
    // Beyond a frontier nobody waits: there it is filled.
    const { next, session: other } = leaning.on;
    const isStopped = next >= stop.at && stop.at < (this.ports.frontier(other) ?? Infinity);
    return isStopped ? this.placeOf(leaning) : null;
  }

  /**
   * From which place on what one's own session says leans on what was here and is in the log no more, as another side of
   * what its author said counts; or is in a segment whose key was undone. It may come back, as long as others have it, or
   * have it in envelopes. Null when there is no such place.
   */
  get lost(): number | null {
    const { log, session } = this.ports;
    const own = this.strands.get(session);
    if (own?.state === 'locked') {
      return own.next;
    }
    const first = own ? this.leaning(own) : null;
    let leaning = first;
    for (const passed = new Set([own]); leaning?.on && leaning.need.clock < leaning.on.clock;) {
      // That is here, and waits itself.
      passed.add(leaning.on);
      const next = this.leaning(leaning.on);
      leaning = next && passed.has(next.on) ? null : next;
    }
    const on = leaning?.on;
    if (!first || !leaning) {
      return null;
    }
    // A frontier fills what is beyond it, and a fork waits for one.
    const mayCome = on && (this.ports.frontier(on.session) !== null || log.forkOf(on.session) !== null);
    return !on || (!mayCome && on.next >= log.count(on.session)) ? this.placeOf(first) : null;
  }

  private placeOf({ from }: ILeaning): number | null {
    return this.places.find(({ to }) => to > from)?.place ?? null;
  }

  private leaning({ client: of }: IStrand): ILeaning | null {
    const awaited = this.waiting?.awaitedBy(of);
    const on = [...this.strands.values()].find(({ client }) => client === awaited?.need.client);
    return awaited ? { ...awaited, on } : null;
  }
}
