/** In which order people are shown. Pure. */
import type { IParticipant } from '../membership';

/**
 * The ids to show, in order. `held`: somebody has their finger on the list, so that nobody changes their place: who comes
 * is put at the end, who goes stays where they were until the list is let go of.
 */
export function arrange(
  shown: readonly string[],
  people: readonly IParticipant[],
  held: boolean
): readonly string[] {
  const here = people.filter(person => person.isHere || person.isMe).map(person => person.participant);
  if (!held) {
    return here;
  }
  const known = new Set(people.map(person => person.participant));
  const staying = shown.filter(id => known.has(id));
  const placed = new Set(staying);
  return [...staying, ...here.filter(id => !placed.has(id))];
}

/** What fits a screen or two: more is read by nobody, and found by the filter. */
export const MOST_SHOWN = 30;
/** "and 3 more" takes as much room as three. */
const NOT_WORTH = 5;

/** How many of `count` are shown before one asks for all. */
export function shownOf(count: number, all: boolean): number {
  return all || count <= MOST_SHOWN + NOT_WORTH ? count : MOST_SHOWN;
}

/** Whether a name has what was typed in it, however it is written. */
export function matches(name: string, typed: string): boolean {
  const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
  return plain(name).includes(plain(typed));
}
