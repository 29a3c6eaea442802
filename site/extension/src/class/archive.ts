/**
 * What this browser has kept of the class, on whichever page of it: whoever states how far somebody's writing counts
 * states it of that, too, so that nothing that is on this device is cut [STO12].
 */
import type { IReached } from '../core/class/readmission';
import { farthest, type IArchiveOptions, reachesKept } from '../core/sync/archive';
import { decodeLogged, logged, logName } from '../storage/logs';
import type { IStorage } from '../storage/storage';

/** How far sessions of somebody are. */
export type ReachedBy = (participant: string) => readonly IReached[];

export class Archive {
  /** @param open the storage, to be read and closed again; rejects where there is none */
  constructor(
    private readonly options: IArchiveOptions,
    private readonly open: () => Promise<IStorage>
  ) {}

  /**
   * How far sessions of these people are in all that is kept, read now: other tabs write, too. Where it cannot be read, it
   * is nothing: then what the page has open counts alone.
   */
  async read(participants: readonly string[]): Promise<ReachedBy> {
    const reached = new Map<string, readonly IReached[]>();
    try {
      const storage = await this.open();
      try {
        // One after the other: all of a class at once may be more than a phone has room for.
        for (const document of await logged(storage)) {
          const { updates } = await storage.read(logName(document));
          const kept = updates.flatMap(update => decodeLogged(update) ?? []);
          for (const [participant, found] of reachesKept(this.options, document, kept, participants)) {
            reached.set(participant, [...(reached.get(participant) ?? []), ...found]);
          }
        }
      } finally {
        storage.close();
      }
    } catch (error) {
      console.warn('What this browser keeps of the class could not be read:', error);
    }
    return participant => reached.get(participant) ?? [];
  }
}

/** Of what is open, and of what is kept. */
export function both(here: ReachedBy, kept: ReachedBy): ReachedBy {
  return participant => farthest(here(participant), kept(participant));
}
