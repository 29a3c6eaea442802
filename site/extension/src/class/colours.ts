/** The colours of people, defined in style/people.css and named here, for the panel and for the cursors alike. */

export const COLOURS = 10;

/** The colour of `IParticipant.colour`, as a value of a style. */
export function personColour(colour: number): string {
  return `var(--pb-person-${Math.trunc(Math.abs(colour)) % COLOURS})`;
}
