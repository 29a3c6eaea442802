/**
 * Lessons under many seeds, for `python3 build.py fuzz`: says how far it is, and of each failure the seed and what
 * happened. `--seeds N --first S --ops N --people N --real --trace`; or, with `--forge N`, forged edits against one class.
 */
import { parseArgs } from 'node:util';
import { Noble } from '../../crypto/noble';
import { digest } from './digest.node';
import { commandOf, SCRIPTS, scriptOf } from './fuzzed';
import { Lesson } from './lesson';
import { Siege } from './siege';

/** How often to say how far it is: in the end, once a minute. */
const [SAY_MS, MOST_SAY_MS] = [5000, 60_000];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    first: { type: 'string', default: '1' },
    ops: { type: 'string' },
    people: { type: 'string' },
    real: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    forge: { type: 'string' }
  }
});
const [count, first] = [Number(values.seeds), Number(values.first)];
const began = Date.now();
const totals: Record<string, number> = {};
const failed: number[] = [];
let [done, said] = [0, began];
const say = (words: string): void => void process.stdout.write(`${words}\n`);
const spent = (): string => {
  const { user, system } = process.cpuUsage();
  const seconds = Math.round((Date.now() - began) / 1000);
  return `${seconds} s, ${Math.round((user + system) / 1e6)} s of one core`;
};
const soFar = (): string => {
  const things = Object.entries(totals).map(([name, number]) => `${number} ${name}`);
  return `${done} of ${count} seeds, ${failed.length} failed, ${things.join(', ')}, ${spent()}`;
};

if (values.forge !== undefined) {
  besiege(Number(values.forge), Number(values.people ?? 30));
} else {
  tellLessons();
}

/** One class behind a closed door, and so many forged edits. */
function besiege(forgeries: number, people: number): void {
  const siege = new Siege(first, { people, forgeries }, digest, values.real ? new Noble() : undefined);
  const soFar = (): string => {
    const { forged, written, messages } = siege.counts;
    const most = [...siege.byKind].map(([kind, number]) => `${number} ${kind}`).join(', ');
    return `${forged} forged edits of ${siege.byKind.size} kinds at ${people} members, ${written} honest ones, ${messages} messages, ${Math.round((Date.now() - began) / 1000)} s (${most})`;
  };
  try {
    const steps = siege.run();
    while (steps.next().done !== true) {
      if (Date.now() - said > SAY_MS) {
        said = Date.now();
        say(`${siege.counts.forged} of ${forgeries}, ${Math.round((said - began) / 1000)} s`);
      }
    }
    say(`none taken, none passed on: ${soFar()}`);
  } catch (error) {
    say(`${(error as Error).message}: ${soFar()}`);
    process.exitCode = 1;
  }
}

function tellLessons(): void {
  for (let seed = first; seed < first + count; seed += 1) {
    const given = {
      ...(values.ops === undefined ? {} : { ops: Number(values.ops) }),
      ...(values.people === undefined ? {} : { people: Number(values.people) })
    };
    const script = scriptOf(seed, given);
    const lesson = new Lesson(seed, script, digest, values.real ? new Noble() : undefined);
    try {
      lesson.run();
    } catch (error) {
      failed.push(seed);
      const [words, ...log] = (error as Error).message.split('\n');
      say(words!);
      say(`  again: ${commandOf(seed, { ...given, isReal: values.real })}`);
      (values.trace ? log : log.slice(-20)).forEach(line => say(`  ${line}`));
    }
    done += 1;
    Object.entries(lesson.counts).forEach(([name, number]) => (totals[name] = (totals[name] ?? 0) + number));
    if (Date.now() - said > Math.min(MOST_SAY_MS, Math.max(SAY_MS, (said - began) / 4))) {
      said = Date.now();
      say(soFar());
    }
  }
  say(`${SCRIPTS.length} kinds of lessons. ${soFar()}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
