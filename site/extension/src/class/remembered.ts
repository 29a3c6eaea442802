/** Those who were here while this page was, also when they have gone. Pure. */
import type { IParticipant } from './membership';

/** Those of the largest room. */
const MOST = 2000;

/** What they were called last, and since when they were here. */
export type WasHere = Pick<IParticipant, 'name' | 'since'>;

export class Remembered {
  private readonly known = new Map<string, WasHere>();

  get all(): ReadonlyMap<string, WasHere> {
    return this.known;
  }

  nameOf(participant: string): string | undefined {
    return this.known.get(participant)?.name;
  }

  /** Remembers who of `people` is here; of too many those that were seen last. `people` again. */
  see(people: readonly IParticipant[]): readonly IParticipant[] {
    for (const { participant, name, since, isHere } of people) {
      if (isHere) {
        this.known.delete(participant);
        this.known.set(participant, { name, since });
      }
    }
    for (const [participant] of this.known) {
      if (this.known.size <= MOST) {
        break;
      }
      this.known.delete(participant);
    }
    return people;
  }
}
