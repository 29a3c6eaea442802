/** What a lesson is about: how many people, how much they do, what trouble there is; and the notebook it is held with. */
import { makeGenesis } from '../document/genesis';
import { normalNotebook } from '../document/normal';
import type { Chance } from './chance';
import type { Forgery } from './forger';
import type { IWeather } from './network';

export interface ILessonScript {
  readonly people: number;
  readonly ops: number;
  readonly weather: IWeather;
  /** Of a thousand ops. */
  readonly forgeries?: number;
  readonly crashes?: number;
  readonly partitions?: number;
  readonly removals?: number;
  readonly forks?: number;
  readonly floods?: number;
  readonly epochs?: number;
  /** With teams, roles and the recovery file, which is another kind of lesson. */
  readonly teams?: number;
  readonly roles?: number;
  readonly takeovers?: number;
  readonly only?: readonly Forgery[];
  /** Whoever owns the class may contradict themselves as well. */
  readonly isOwnersToo?: boolean;
  /**
   * A class at work, for long lessons: people write for a while, several at once, in a notebook that stays as long as such
   * notebooks are; segments are as seldom as in a page; for who was removed somebody else comes.
   */
  readonly isBusy?: boolean;
  /** A short notebook stays short, several write in each moment, and disks are shortened as a page's. */
  readonly isTidy?: boolean;
  /** What a page reads of others is verified and opened up to so many ms later, as in a browser; at once without. */
  readonly lateMs?: number;
}

/** What a notebook begins with that has these cells. */
export function genesisOf(sources: Readonly<Record<string, string>>): Uint8Array {
  const cells = Object.entries(sources).map(([id, source]) => ({
    id,
    cell_type: 'code',
    source,
    metadata: {}
  }));
  return makeGenesis(normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }).notebook);
}

/** Four cells, each with a word. */
export const GENESIS = genesisOf({ a: '<a>', b: '<b>', c: '<c>', d: '<d>' });

/** What happens besides that somebody writes. */
const KINDS = [
  ...['forgeries', 'crashes', 'partitions', 'removals', 'forks', 'floods', 'epochs'],
  ...['teams', 'roles', 'takeovers']
] as const satisfies readonly (keyof ILessonScript)[];

/** What happens next; null: somebody writes. */
export function kindOf(script: ILessonScript, chance: Chance): (typeof KINDS)[number] | null {
  let dice = chance.below(1000);
  return KINDS.find(each => (dice -= script[each] ?? 0) < 0) ?? null;
}

/** Until the next one does something, ms: in a class at work, a keystroke or a pause for thought. */
export function pauseOf({ isBusy, isTidy }: ILessonScript, chance: Chance): number {
  if (isBusy) {
    return chance.is(0.9) ? chance.below(isTidy ? 20 : 60) : chance.below(1500);
  }
  return chance.is(0.8) ? chance.below(120) : chance.below(1500);
}
