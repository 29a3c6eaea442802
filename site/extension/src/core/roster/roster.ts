/** Who is here, since when, in which notebook: a fold over records, presence and what the server says. */
import type { IPresent } from '../awareness/awareness';
import type { IRecord } from './record';

export interface IPerson {
  readonly session: string;
  readonly name: string;
  /** 32 hex digits; the same for each of a person's sessions. */
  readonly participant: string;
  /** By this page's clock: never in the future. */
  readonly since: number;
  /** Documents they have open, by name, sorted. */
  readonly documents: readonly string[];
}

export interface IRoster {
  readonly records: ReadonlyMap<string, IRecord>;
}

export const NOBODY: IRoster = { records: new Map() };

export type RosterEvent =
  | { readonly kind: 'record'; readonly session: string; readonly record: IRecord }
  | { readonly kind: 'gone'; readonly session: string };

export function foldRoster(roster: IRoster, event: RosterEvent): IRoster {
  const records = new Map(roster.records);
  if (event.kind === 'record') {
    records.set(event.session, event.record);
  } else {
    records.delete(event.session);
  }
  return { records };
}

/** The people, by name, then by session. `now` is milliseconds since 1970. */
export function peopleOf(roster: IRoster, present: readonly IPresent[], now: number): IPerson[] {
  const documents = new Map<string, string[]>();
  for (const { session, document } of present) {
    documents.set(session, [...(documents.get(session) ?? []), document]);
  }
  return [...roster.records]
    .map(([session, { name, participant, since }]): IPerson => {
      const open = (documents.get(session) ?? []).sort();
      return { session, name, participant, since: Math.min(since, now), documents: open };
    })
    .sort((a, b) => compare(a.name, b.name) || compare(a.session, b.session));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
