/** Which lesson a seed tells: each kind of trouble alone, and all of it, over a fair and a bad network. */
import { BAD, FAIR } from './network';
import type { ILessonScript } from './script';

const ALL = { forgeries: 80, crashes: 20, partitions: 20, removals: 8, forks: 4, floods: 4, epochs: 4 };

export const SCRIPTS: readonly Omit<ILessonScript, 'people' | 'ops'>[] = [
  { weather: FAIR },
  { weather: BAD },
  { weather: FAIR, forgeries: 300 },
  { weather: BAD, crashes: 40, partitions: 40 },
  { weather: FAIR, removals: 20, epochs: 10 },
  { weather: FAIR, forks: 10, removals: 5 },
  { weather: BAD, forgeries: 100, floods: 10 },
  { weather: FAIR, ...ALL },
  { weather: BAD, ...ALL }
];

/** In teams, with roles that change and the recovery file: over a fair and a bad network, and with all that trouble. */
const TEAMS = { teams: 120, roles: 40, takeovers: 10 };

export const TEAM_SCRIPTS: typeof SCRIPTS = [
  { weather: FAIR, ...TEAMS },
  { weather: BAD, ...TEAMS, crashes: 30, partitions: 30 },
  { weather: FAIR, ...ALL, ...TEAMS, removals: 0 },
  { weather: BAD, ...ALL, ...TEAMS, removals: 0 }
];

/** In teams whose members are given roles as often as they are moved. */
const ROLE_SCRIPTS: typeof SCRIPTS = [
  { weather: FAIR, teams: 250, roles: 200, takeovers: 5 },
  { weather: BAD, teams: 250, roles: 200, crashes: 20, partitions: 20 },
  { weather: FAIR, teams: 250, roles: 200, takeovers: 10, forks: 10, epochs: 10 }
];

/** Of people who say two things while the network is in pieces. */
const FORK_SCRIPTS: typeof SCRIPTS = [
  { weather: FAIR, forks: 40, partitions: 80 },
  { weather: FAIR, forks: 20, partitions: 60, crashes: 20 },
  { weather: BAD, forks: 20, partitions: 60, crashes: 20, removals: 2 },
  { weather: FAIR, forks: 20, partitions: 60, crashes: 10, teams: 40, roles: 20 }
];

/** For many long lessons: trouble is as seldom as it may be to come in each of them. */
const TIDY_SCRIPTS: typeof SCRIPTS = SCRIPTS.map(script => ({
  ...script,
  ...(script.crashes === undefined ? {} : { crashes: script.crashes / 4 }),
  ...(script.partitions === undefined ? {} : { partitions: script.partitions / 2 })
}));

/** A keystroke's time. */
const LATE_MS = 20;

/** Of all kinds, on pages whose cryptography answers later. */
const LATE_SCRIPTS: typeof SCRIPTS = [...TIDY_SCRIPTS, ...TEAM_SCRIPTS, ...ROLE_SCRIPTS, ...FORK_SCRIPTS].map(
  script => ({ ...script, lateMs: LATE_MS })
);

/** Seeds from here on are of those kinds. */
export const FIRST_TEAMS = 1_000_000;
const FIRST_ROLES = 2_000_000;
/** Seeds from here on are of all kinds but teams again, of notebooks whose cells stay short, on disks that are shortened. */
const FIRST_TIDY = 3_000_000;
/** And of those with teams. */
const FIRST_TIDY_TEAMS = 4_000_000;
const FIRST_TIDY_ROLES = 5_000_000;
/** And these, where nobody is at hand for long to say how far somebody counts. */
const FIRST_FORKS = 6_000_000;

/** And in these also whoever owns the class, of whom nobody says how far they count. */
const FIRST_OWNERS = 7_000_000;

/** And these on pages whose cryptography answers later. */
export const FIRST_LATE = 8_000_000;

const KINDS: readonly (readonly [first: number, scripts: typeof SCRIPTS])[] = [
  [FIRST_LATE, LATE_SCRIPTS],
  [FIRST_OWNERS, FORK_SCRIPTS.map(script => ({ ...script, isOwnersToo: true }))],
  [FIRST_FORKS, FORK_SCRIPTS],
  [FIRST_TIDY_ROLES, ROLE_SCRIPTS],
  [FIRST_TIDY_TEAMS, TEAM_SCRIPTS],
  [FIRST_TIDY, TIDY_SCRIPTS],
  [FIRST_ROLES, ROLE_SCRIPTS],
  [FIRST_TEAMS, TEAM_SCRIPTS],
  [0, SCRIPTS]
];

/** From so many deeds on a lesson is of a class at work. */
const LONG = 500;

/** Of three to seven people, sixty deeds. */
export function scriptOf(seed: number, given: Partial<Pick<ILessonScript, 'people' | 'ops'>>): ILessonScript {
  const isTidy = seed >= FIRST_TIDY;
  const [, scripts] = KINDS.find(([first]) => seed >= first)!;
  const script = scripts[seed % scripts.length]!;
  const isBusy = (given.ops ?? 0) >= LONG;
  return { people: 3 + (seed % (isTidy ? 4 : 5)), ops: 60, ...script, ...given, isBusy, isTidy };
}

/** Seeds that failed once, with as many deeds as they had then. */
export const FAILED: readonly { readonly seed: number; readonly ops: number; readonly people?: number }[] = [
  // A frontier in no order; a frontier with a side of a fork that nobody has any more.
  { seed: 160, ops: 150 },
  { seed: 161, ops: 150 },
  // Only some had heard of a fork, and none of those who could say how far it counts.
  { seed: 466, ops: 150 },
  { seed: 475, ops: 150 },
  // What waited for a key when its author was cut off; what waits for ever for words that died with their author's page.
  { seed: 140_153, ops: 2000 },
  { seed: 140_219, ops: 2000 },
  // A segment of one's own was cut off, and one's own page took none of the smaller pieces that others had in its place.
  { seed: 1_001_261, ops: 60 },
  // What waited for a key was refused when it came, and what followed on it waited for it for ever.
  { seed: 1_001_373, ops: 60 },
  // An epoch did not count any more, as the class had been taken over: some had read what was sealed with its key.
  { seed: 1_001_442, ops: 60 },
  // A team was over before its key came to who had written in it: their word stood on their page alone, and nobody told them.
  { seed: 1_003_467, ops: 60 },
  // Two began one epoch at once, and who had one of the two keys never asked for the other.
  { seed: 2_000_033, ops: 60 },
  // Who had not heard that somebody teaches no more handed them a team's next key (docs/THREATS.md).
  { seed: 2_000_074, ops: 60 },
  // One's own segment was sealed with a key that was undone, and one's own page took no envelopes in its place.
  { seed: 1_004_126, ops: 60 },
  // Who took the class over had said two things, and nobody says of an owner how far they count.
  { seed: 1_004_086, ops: 60 },
  // One's own was sealed with a key of a team that was undone: its author's page stayed as it was, and they were not told.
  { seed: 1_004_225, ops: 60 },
  // Some had a segment of one side of a fork, others the beginning of the other side, and neither found out.
  { seed: 6_000_052, ops: 120 },
  // One leaned on the side that went, and one's page waited for it for ever.
  { seed: 6_000_207, ops: 120 },
  // A segment sealed with a key of a team that one is out of took the place of what one had read, and leaned on.
  { seed: 6_000_675, ops: 120 },
  // Only what a segment said showed that somebody had said two things: what had leaned on it went, and they stayed.
  { seed: 6_002_376, ops: 120 },
  // Somebody was told what may not be, and stopped there; all others had a segment of what was said instead.
  { seed: 3_300_416, ops: 2000 },
  // The same, and nobody had made a segment of it: nobody asked for more than what had ended it here.
  { seed: 3_303_698, ops: 2000, people: 3 },
  // What ended it here was the same for all: they parted one envelope before that.
  { seed: 7_001_078, ops: 120 },
  // What waited for its turn when a document that had been built anew took the place of the one before went out as it was
  // written there, and what came next was written in its place: all others ended that session.
  { seed: 3_407_039, ops: 2000, people: 4 },
  // Somebody had one side of a fork, and it ended there before the place that a frontier counts on the other side: they
  // asked for no more of it, and the frontier's chain is known only when all up to it is here.
  { seed: 3_407_668, ops: 2000, people: 4 },
  // Who was put into a team while its key was being wrapped for others, as cryptography answers later, was given none.
  { seed: 8_000_339, ops: 60 },
  // A document that was being exchanged for another ended a session that leaned on the other side of a fork, for good.
  { seed: 8_002_039, ops: 60 },
  { seed: 8_002_058, ops: 60 },
  // Of a session of which nothing counts something came before it was known whose it is, and nobody heard that it is known.
  { seed: 8_002_215, ops: 60 },
  // What was sealed for an epoch that a take-over undid stayed in the log of a page that was open then, and nowhere else.
  { seed: 8_000_451, ops: 60 },
  // Somebody was let in again who had said two things from the beginning: one side's first piece was to count, which nobody
  // had any more.
  { seed: 3_320_827, ops: 2000, people: 3 },
  // Somebody was let in again who had said two things, of which nothing was left: what others had leaned on waited for it.
  { seed: 3_403_952, ops: 2000, people: 4 }
];

/** How to tell a lesson again, and see what happened in it. */
export function commandOf(
  seed: number,
  {
    ops,
    people,
    isReal = false
  }: { readonly ops?: number; readonly people?: number; readonly isReal?: boolean }
): string {
  const given = Object.entries({ ops, people }).flatMap(([name, number]) =>
    number === undefined ? [] : [`--${name} ${number}`]
  );
  const all = ['--seeds 1', `--first ${seed}`, ...given, ...(isReal ? ['--real'] : []), '--trace'];
  return `python3 build.py fuzz ${all.join(' ')}`;
}
