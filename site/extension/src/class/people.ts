/** Sessions as people: a person's tabs are one line, in an order that does not jump, each with a colour. Pure. */
import type { Role } from '../core/class/roles';
import type { IPerson } from '../core/roster/roster';
import type { IIdentity } from './identity';
import type { IParticipant } from './membership';

/** As many as are told apart by everybody (INTERFACE.md). */
export const COLOURS = 10;

export interface IGathered {
  readonly me: IIdentity;
  /** One's own tab: when it came, what it has open. */
  readonly own: Pick<IPerson, 'session' | 'since' | 'documents'>;
  readonly here: readonly IPerson[];
  /** Participants who were here, by their last name. */
  readonly known: ReadonlyMap<string, Pick<IParticipant, 'name' | 'since'>>;
  readonly roleOf: (participant: string) => Role;
  /** Whose writing takes this page too long. */
  readonly costly: ReadonlySet<string>;
  /** The path of a notebook, or undefined for a document that is none of this site's. */
  readonly pathOf: (document: string) => string | undefined;
}

/** Oneself first, then those here by name, then those who were. */
export function gather({ me, own, here, known, roleOf, costly, pathOf }: IGathered): IParticipant[] {
  const tabs = new Map<string, IPerson[]>([[me.participant, [{ ...own, ...me }]]]);
  for (const person of here) {
    tabs.set(person.participant, [...(tabs.get(person.participant) ?? []), person]);
  }
  const ids = [...new Set([...tabs.keys(), ...known.keys()])].sort();
  const colours = coloursOf(ids);
  const people = ids.map((participant): IParticipant => {
    const open = tabs.get(participant) ?? [];
    const isMe = participant === me.participant;
    // Who came last has the name that holds: in an older tab it may still be the one before.
    const latest = [...open].sort((a, b) => b.since - a.since)[0];
    const paths = open.flatMap(({ documents }) => documents.flatMap(document => pathOf(document) ?? []));
    return {
      participant,
      name: isMe ? me.name : (latest?.name ?? known.get(participant)!.name),
      isMe,
      isHere: open.length > 0,
      since: open.length > 0 ? Math.min(...open.map(tab => tab.since)) : known.get(participant)!.since,
      sessions: open.map(tab => tab.session),
      notebooks: [...new Set(paths)].sort(),
      colour: colours.get(participant)!,
      role: roleOf(participant),
      ...(costly.has(participant) ? { isCostly: true } : {})
    };
  });
  return people.sort(
    (a, b) =>
      Number(b.isMe) - Number(a.isMe) ||
      Number(b.isHere) - Number(a.isHere) ||
      a.name.localeCompare(b.name) ||
      (a.participant < b.participant ? -1 : 1)
  );
}

/** Each takes the colour their id falls on, or the next that is free: the same wherever the same people are known. */
function coloursOf(ids: readonly string[]): Map<string, number> {
  const colours = new Map<string, number>();
  let used = new Set<number>();
  for (const id of ids) {
    if (used.size === COLOURS) {
      used = new Set();
    }
    let colour = parseInt(id.slice(0, 8), 16) % COLOURS;
    while (used.has(colour)) {
      colour = (colour + 1) % COLOURS;
    }
    used.add(colour);
    colours.set(id, colour);
  }
  return colours;
}
