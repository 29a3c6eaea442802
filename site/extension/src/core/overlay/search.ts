/**
 * Finds a document that no neighbour has: somebody's outputs, or a notebook that few have open. The question (`seek`) goes
 * through those who do not have it and stops at those who do; `found` comes back the way the question came; and only along
 * the first of these ways (`take`) pages carry the document for the one who asked.
 */
import type { Cancel, Clock, Random } from '../clock';
import { idText } from '../envelope/envelope';
import type { Neighbours } from './neighbours';
import { Seen } from './seen';

/** From opening a document to asking for it: neighbours who have it have said so by then. */
export const SEEK_MS = 1500;
/** Asked again after this, then twice as long each time, */
const AGAIN_MS = 10_000;
/** up to this. */
const MOST_AGAIN_MS = 300_000;
/** Questions asked though some neighbours have the document, and nothing more than is here. */
const MOST_DOUBTS = 3;
/** How long the way back is remembered. */
const TRAIL_MS = 30_000;
const MOST_TRAILS = 256;
export const SEEK_BYTES = 16;

export interface ISearchPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly neighbours: Neighbours;
  /** Whether the document is here, open or carried. */
  holds(document: string): boolean;
  /** Neighbours who have it. */
  holders(document: string): ReadonlySet<string>;
  /** Whether any of them ever had more of it than was here. */
  wasEnriched(document: string): boolean;
  /** Tells a neighbour how far the document is here, and wants to know the same. */
  offer(peer: string, document: string): void;
  /** Begins to carry the document. */
  carry(document: string): void;
}

interface ITrail {
  readonly askers: Set<string>;
  via: string | null;
  readonly cancel: Cancel;
}

export class Search {
  constructor(private readonly ports: ISearchPorts) {}

  private readonly seen = new Seen(1000);
  private readonly trails = new Map<string, ITrail>();
  private readonly checks = new Map<string, Cancel>();

  /** The document was opened here. */
  begin(document: string): void {
    if (!this.checks.has(document)) {
      this.check(document, SEEK_MS, 0);
    }
  }

  end(document?: string): void {
    for (const [each, cancel] of [...this.checks]) {
      if (document === undefined || each === document) {
        cancel();
        this.checks.delete(each);
      }
    }
    if (document === undefined) {
      this.trails.forEach(({ cancel }) => cancel());
      this.trails.clear();
    }
  }

  hearSeek(peer: string, id: string, document: string): void {
    if (!this.seen.add(id)) {
      return;
    }
    if (this.ports.holds(document)) {
      this.ports.neighbours.get(peer)?.say({ type: 'found', document });
      return;
    }
    this.trailOf(document).askers.add(peer);
    this.ports.neighbours.say({ type: 'seek', id, document }, new Set([peer]));
  }

  hearFound(peer: string, document: string): void {
    const trail = this.trails.get(document);
    if (!trail || trail.via !== null) {
      return;
    }
    trail.via = peer;
    if (this.ports.holds(document)) {
      this.ports.neighbours.get(peer)?.say({ type: 'take', document });
    } else {
      trail.askers.forEach(asker => this.ports.neighbours.get(asker)?.say({ type: 'found', document }));
    }
  }

  hearTake(peer: string, document: string): void {
    const via = this.trails.get(document)?.via;
    if (this.ports.holds(document)) {
      this.ports.offer(peer, document);
    } else if (via) {
      this.ports.carry(document);
      this.ports.neighbours.get(via)?.say({ type: 'take', document });
    }
  }

  private check(document: string, wait: number, turn: number): void {
    const cancel = this.ports.clock.after(wait, () => {
      const holders = this.ports.holders(document);
      if (holders.size === 0 || (turn < MOST_DOUBTS && !this.ports.wasEnriched(document))) {
        this.seek(document, holders);
      }
      this.check(document, Math.min(AGAIN_MS * 2 ** turn, MOST_AGAIN_MS), turn + 1);
    });
    this.checks.set(document, cancel);
  }

  private seek(document: string, holders: ReadonlySet<string>): void {
    const id = idText(Uint8Array.from({ length: SEEK_BYTES }, () => Math.floor(this.ports.random() * 256)));
    this.seen.add(id);
    this.trails.get(document)?.cancel();
    this.trails.delete(document);
    this.trailOf(document);
    this.ports.neighbours.say({ type: 'seek', id, document }, holders);
  }

  private trailOf(document: string): ITrail {
    const known = this.trails.get(document);
    if (known) {
      return known;
    }
    const cancel = this.ports.clock.after(TRAIL_MS, () => this.trails.delete(document));
    const trail: ITrail = { askers: new Set(), via: null, cancel };
    this.trails.set(document, trail);
    if (this.trails.size > MOST_TRAILS) {
      const [oldest, { cancel: end }] = this.trails.entries().next().value!;
      end();
      this.trails.delete(oldest);
    }
    return trail;
  }
}
