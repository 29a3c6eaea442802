/**
 * Of whom it is proven that a page of theirs said two things: for whoever teaches, until it was decided how far it counts.
 * The proofs stand in the logs; whose they are is remembered on this device, so that they are seen after a reload, on
 * every page, with nobody there to say it again.
 */
export interface IContradiction {
  readonly participant: string;
  /** As they were called when it was found; '' where that was not known. */
  readonly name: string;
  readonly document: string;
  readonly session: string;
  /** Whether somebody decided how far it counts: it is said no more, also once they are let back in. */
  readonly isDecided: boolean;
}

export interface IContradictionPorts {
  nameOf(participant: string): string | undefined;
  /** Whether a statement says now how far the session counts. */
  isDecided(contradiction: IContradiction): boolean;
  keep(contradiction: IContradiction): void;
}

/** People of whom it is remembered: those of a large class. With the door open anybody can make themselves another key. */
const MOST_PEOPLE = 200;

export class Contradictions {
  /** @param kept what this device remembers */
  constructor(
    private readonly ports: IContradictionPorts,
    kept: readonly IContradiction[]
  ) {
    kept.forEach(each => this.all.set(each.participant, each));
  }

  /** The last one of each. */
  private readonly all = new Map<string, IContradiction>();

  /** A proof was found, or read again. */
  add(document: string, session: string, participant: string): void {
    const before = this.all.get(participant);
    const isKnown = before !== undefined && (!before.isDecided || before.session === session);
    if (isKnown || (!before && this.all.size >= MOST_PEOPLE)) {
      return;
    }
    const name = this.ports.nameOf(participant) ?? before?.name ?? '';
    this.keep({ participant, name, document, session, isDecided: false });
  }

  /** What was stated in the class is different. */
  review(): void {
    for (const each of [...this.all.values()]) {
      if (!each.isDecided && this.ports.isDecided(each)) {
        this.keep({ ...each, isDecided: true });
      }
    }
  }

  /** As somebody was called when it was found, also once it was decided. */
  nameOf(participant: string): string | undefined {
    return this.all.get(participant)?.name;
  }

  /** Those about whom nobody has decided, by name. */
  get open(): ReadonlyMap<string, string> {
    const open = [...this.all.values()].filter(each => !each.isDecided);
    return new Map(open.map(({ participant, name }) => [participant, name]));
  }

  private keep(contradiction: IContradiction): void {
    this.all.set(contradiction.participant, contradiction);
    this.ports.keep(contradiction);
  }
}
