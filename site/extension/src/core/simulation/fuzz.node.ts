/**
 * Lessons under many seeds, for `python3 build.py fuzz`: says how far it is, and of each failure the seed and what
 * happened. `--seeds N --first S --ops N --people N --jobs N --real --trace`; or, with `--forge N`, forged edits against one class.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { Noble } from '../../crypto/noble';
import { digest } from './digest.node';
import { commandOf, scriptOf } from './fuzzed';
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
    jobs: { type: 'string', default: String(availableParallelism()) },
    real: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    forge: { type: 'string' }
  }
});
const [count, first] = [Number(values.seeds), Number(values.first)];
const began = Date.now();
const totals: Record<string, number> = {};
let [done, failed, said] = [0, 0, began];
const say = (words: string): void => void process.stdout.write(`${words}\n`);
const spent = (): string => {
  const { user, system } = process.cpuUsage();
  const seconds = Math.round((Date.now() - began) / 1000);
  return `${seconds} s, ${Math.round((user + system) / 1e6)} s of one core`;
};
const soFar = (): string => {
  const things = Object.entries(totals).map(([name, number]) => `${number} ${name}`);
  return `${done} of ${count} seeds, ${failed} failed, ${things.join(', ')}, ${spent()}`;
};

/** Which seed each thread is at, and which comes next: all below are told. */
const underWay = new Map<Worker, number>();
let next = first;

if (!isMainThread) {
  tellWhatIsAsked(parentPort!);
} else if (values.forge !== undefined) {
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

/** What one lesson came to: what happened in it, and if it failed the words for it. */
interface ITold {
  readonly counts: Readonly<Record<string, number>>;
  readonly words: readonly string[];
}

function tell(seed: number): ITold {
  const given = {
    ...(values.ops === undefined ? {} : { ops: Number(values.ops) }),
    ...(values.people === undefined ? {} : { people: Number(values.people) })
  };
  const lesson = new Lesson(seed, scriptOf(seed, given), digest, values.real ? new Noble() : undefined);
  try {
    lesson.run();
    return { counts: lesson.counts, words: [] };
  } catch (error) {
    const [words, ...log] = (error as Error).message.split('\n');
    const again = `again: ${commandOf(seed, { ...given, isReal: values.real })}`;
    const shown = [again, ...(values.trace ? log : log.slice(-20))].map(line => `  ${line}`);
    return { counts: lesson.counts, words: [words!, ...shown] };
  }
}

/** In a thread: the lessons it is asked for, one after another. They know nothing of each other. */
function tellWhatIsAsked(asked: MessagePort): void {
  asked.on('message', (seed: number) => asked.postMessage(tell(seed)));
}

function tellLessons(): void {
  for (let jobs = Math.min(Number(values.jobs), count); jobs > 0; jobs -= 1) {
    const thread = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
    const goOn = (): void => {
      underWay.delete(thread);
      if (next < first + count) {
        underWay.set(thread, next);
        thread.postMessage(next);
        next += 1;
      } else {
        void thread.terminate();
      }
    };
    thread.on('message', (told: ITold) => {
      hear(told);
      goOn();
    });
    thread.on('error', error => {
      // No lesson that failed, which is heard like any other: the simulation itself broke.
      say(`seed ${underWay.get(thread)}: ${error.stack ?? error.message}`);
      process.exitCode = 1;
    });
    goOn();
  }
  process.on('exit', () => {
    say(soFar());
    if (failed > 0 || done < count) {
      process.exitCode = 1;
    }
  });
}

function hear({ counts, words }: ITold): void {
  done += 1;
  failed += words.length > 0 ? 1 : 0;
  words.forEach(line => say(line));
  Object.entries(counts).forEach(([name, number]) => (totals[name] = (totals[name] ?? 0) + number));
  if (Date.now() - said > Math.min(MOST_SAY_MS, Math.max(SAY_MS, (said - began) / 4))) {
    said = Date.now();
    say(`${soFar()}; told are all before seed ${Math.min(next, ...underWay.values())}`);
  }
}
