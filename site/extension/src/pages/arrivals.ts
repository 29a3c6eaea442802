/** The order in which people are listed: nobody who is there moves when somebody comes or goes. Pure. */
import type { IParticipant } from '../class/membership';

export class Arrivals {
  /** The given people, those listed before first and as they stood. Who is new comes behind, in the given order. */
  order(people: readonly IParticipant[]): IParticipant[] {
    const given = new Map(people.map(person => [person.participant, person]));
    const staying = this.listed.filter(participant => given.has(participant));
    const known = new Set(staying);
    const coming = people.map(person => person.participant).filter(participant => !known.has(participant));
    this.listed = [...staying, ...coming];
    return this.listed.map(participant => given.get(participant)!);
  }

  /** Forgets the order: the next one is the given one. */
  sort(): void {
    this.listed = [];
  }

  private listed: readonly string[] = [];
}
