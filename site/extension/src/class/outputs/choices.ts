/** Whose outputs can be looked at, and what is remembered of the choice. Pure. */
import type { IMark } from '../../core/roster/marks';
import { normalName } from '../../core/roster/record';
import { personColour } from '../colours';
import type { IParticipant } from '../membership';

export interface IChoice {
  readonly participant: string;
  readonly name: string;
  readonly isHere: boolean;
  /** Whether they left outputs in this notebook. */
  readonly hasRun: boolean;
  /** A value of a style. */
  readonly colour: string;
}

/** What a device remembers of a notebook: whose outputs were looked at. */
export interface IRemembered {
  readonly participant: string;
  readonly name: string;
}

const PARTICIPANT = /^[0-9a-f]{32}$/;

/**
 * Everybody but oneself who is here, and who was and left outputs; those here first, by name.
 *
 * @param marks of this notebook
 * @param chosen stays in the list, whoever knows them
 */
export function choicesOf(
  people: readonly IParticipant[],
  marks: readonly IMark[],
  chosen: IRemembered | null
): IChoice[] {
  const hasRun = new Map(marks.map(({ participant, name }) => [participant, name]));
  const known = new Map(people.map(person => [person.participant, person]));
  const me = people.find(({ isMe }) => isMe)?.participant;
  const names = new Map([
    ...(chosen ? [[chosen.participant, chosen.name] as const] : []),
    ...hasRun,
    ...people.filter(({ isHere }) => isHere).map(({ participant, name }) => [participant, name] as const)
  ]);
  return [...names]
    .filter(([participant]) => participant !== me)
    .map(([participant, name]) => ({
      participant,
      name: known.get(participant)?.name ?? name,
      isHere: known.get(participant)?.isHere ?? false,
      hasRun: hasRun.has(participant),
      colour: personColour(known.get(participant)?.colour ?? parseInt(participant.slice(0, 8), 16) % 10)
    }))
    .sort(
      (a, b) =>
        Number(b.isHere) - Number(a.isHere) ||
        a.name.localeCompare(b.name) ||
        (a.participant < b.participant ? -1 : 1)
    );
}

/** What `writeRemembered` wrote; null for anything else. */
export function readRemembered(text: string | null): IRemembered | null {
  try {
    const { participant, name } = JSON.parse(text ?? 'null') as Record<string, unknown>;
    return typeof participant === 'string' && PARTICIPANT.test(participant) && typeof name === 'string'
      ? { participant, name: normalName(name) }
      : null;
  } catch {
    return null;
  }
}

export function writeRemembered(chosen: IRemembered | null): string {
  return JSON.stringify(chosen && { participant: chosen.participant, name: chosen.name });
}

/** Where a key leads in a list: arrows, Home, End, a page, or the next name that begins with what was typed. */
export function next(at: number, names: readonly string[], key: string, typed: string): number {
  const last = names.length - 1;
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: last
  };
  const to = steps[key];
  if (to !== undefined) {
    return Math.max(0, Math.min(last, to));
  }
  if (key.length !== 1 || typed === '') {
    return at;
  }
  // One letter again and again goes through those who begin with it; more letters look for all of them.
  const isOne = [...typed].every(letter => letter === typed[0]);
  const wanted = isOne ? typed[0]! : typed;
  for (let step = isOne ? 1 : 0; step <= names.length; step += 1) {
    const index = (at + step) % names.length;
    if (names[index]!.toLowerCase().startsWith(wanted)) {
      return index;
    }
  }
  return at;
}
