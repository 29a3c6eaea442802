/** What a page keeps for others: whose outputs there are, which of them are this page's to keep, and what is carried. */
import type { Cancel, Clock, Random } from '../clock';
import type { IEnvelope } from '../envelope/envelope';
import { Keepers } from '../outputs/keepers';
import { Marks } from '../roster/marks';
import type { IRoster } from '../roster/roster';
import type { Digest } from '../session';
import { Carried } from './carried';
import type { Replica } from './replica';

/** After somebody came or went, until it is seen whether others' outputs are to be kept here; up to twice that. */
export const TEND_MS = 3000;

export interface ICustodyPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly session: string;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** Documents this page keeps for whoever comes, besides others' outputs. */
  carries(document: string): boolean;
  drop(replica: Replica): void;
  /** Outputs that are this page's to keep from now on: to be found, wherever they are. */
  find(document: string): void;
}

export class Custody {
  constructor(private readonly ports: ICustodyPorts) {
    const { clock, digest, session, replicas } = ports;
    this.marks = new Marks(digest);
    this.keepers = new Keepers(digest, session);
    this.carried = new Carried({
      clock,
      replicas,
      isDuty: document => this.isDuty(document),
      isOwn: replica => replica.isOwn,
      drop: replica => ports.drop(replica)
    });
  }

  readonly carried: Carried;
  readonly marks: Marks;
  private readonly keepers: Keepers;
  private tending: Cancel | null = null;

  /** Whether this page is one of those who keep the document for whoever comes. */
  isDuty(document: string): boolean {
    return this.ports.carries(document) || this.keepers.isOne(document);
  }

  met(roster: IRoster): void {
    const people = [...roster.records].map(([session, { participant }]) => [session, participant] as const);
    if (this.keepers.meet(new Map(people))) {
      this.tend();
    }
  }

  /** Takes a mark; whether it is one, and new. */
  hear(envelope: IEnvelope, bytes: Uint8Array): boolean {
    const isNew = this.marks.hear(envelope, bytes);
    if (isNew) {
      this.tend();
    }
    return isNew;
  }

  end(): void {
    this.tending?.();
  }

  /** Looks, soon, whether outputs that somebody left are to be kept here from now on. */
  private tend(): void {
    const { clock, random, replicas } = this.ports;
    this.tending ??= clock.after(TEND_MS * (1 + random()), () => {
      this.tending = null;
      this.marks.names
        .filter(name => !replicas.has(name) && this.keepers.isOne(name))
        .forEach(name => this.ports.find(name));
    });
  }
}
