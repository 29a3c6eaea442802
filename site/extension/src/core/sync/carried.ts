/**
 * Documents a page keeps for others that nobody has open here: how many, how large, and which go first. They are logs, of
 * which no document is built; what of them is replaced goes when its author compacts it.
 */
import type { Clock } from '../clock';
import type { Replica } from './replica';

/** Documents carried. */
export const MOST_CARRIED = 64;
/** All of them together; `carried_bytes` in docs/protocol.json. */
export const CARRIED_BYTES = 32_000_000;
/** How long a document is carried for somebody who asked, and not taken again once there was no room for it. */
export const CARRY_MS = 600_000;

export interface ICarriedPorts {
  readonly clock: Clock;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** Whether this page is one of those who should keep it. */
  isDuty(document: string): boolean;
  /** Whether this page wrote in it: its changes, and its place in the sequence, must not be lost. */
  isOwn(replica: Replica): boolean;
  drop(replica: Replica): void;
}

export class Carried {
  constructor(
    private readonly ports: ICarriedPorts,
    private readonly limit = CARRIED_BYTES
  ) {}

  /** The one that changed longest ago first. */
  private readonly names = new Set<string>();
  private readonly refused = new Map<string, number>();

  get size(): number {
    return this.names.size;
  }

  has(document: string): boolean {
    return this.names.has(document);
  }

  add(document: string): void {
    this.names.add(document);
    this.trim();
  }

  delete(document: string): void {
    this.names.delete(document);
  }

  /** Something came for it. */
  touch(document: string): void {
    if (this.names.delete(document)) {
      this.names.add(document);
      this.trim();
    }
  }

  /** Whether there is room for one more, which may be made. */
  admits(document: string): boolean {
    if ((this.refused.get(document) ?? 0) > this.ports.clock.now()) {
      return false;
    }
    this.refused.delete(document);
    if (this.names.size < MOST_CARRIED) {
      return true;
    }
    const [first] = this.dispensable().filter(({ name }) => !this.ports.isDuty(name));
    if (first) {
      this.ports.drop(first);
    }
    return first !== undefined;
  }

  private trim(): void {
    const replicas = [...this.names].flatMap(name => this.ports.replicas.get(name) ?? []);
    const total = (): number =>
      replicas.reduce((sum, { name, bytes }) => sum + (this.names.has(name) ? bytes : 0), 0);
    if (total() <= this.limit) {
      return;
    }
    for (const replica of this.dispensable()) {
      if (total() <= this.limit) {
        return;
      }
      this.refused.set(replica.name, this.ports.clock.now() + CARRY_MS);
      this.ports.drop(replica);
    }
  }

  /** What nobody asks this page to keep first, then what changed longest ago. */
  private dispensable(): Replica[] {
    const all = [...this.names]
      .flatMap(name => this.ports.replicas.get(name) ?? [])
      .filter(replica => !this.ports.isOwn(replica));
    const isDuty = new Map(all.map(({ name }) => [name, this.ports.isDuty(name)]));
    return [
      ...all.filter(({ name }) => !isDuty.get(name)),
      ...all.filter(({ name }) => isDuty.get(name) === true)
    ];
  }
}
