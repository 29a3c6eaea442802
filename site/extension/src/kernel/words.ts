/** What is said of Python, in the words of the interface. Never "kernel". */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IEnvironment } from '../workshop/catalogue';
import type { IProblem } from './folder';
import type { Advice, Reason } from './protocol';
import type { PythonState } from './state';

/** A sentence of the state, and the buttons that stand beside it. */
export interface ISaid {
  readonly text: string;
  readonly actions: readonly PythonAction[];
}

export type PythonAction = 'start' | 'stop' | 'restart' | 'wait' | 'retry';

const MB = 1_000_000;

export function describe(state: PythonState, trans: TranslationBundle): ISaid {
  switch (state.kind) {
    case 'asleep':
      return { text: trans.__('Python starts when you run something'), actions: ['start'] };
    case 'loading':
      if (state.total === 0) {
        return { text: trans.__('Getting Python ready'), actions: [] };
      }
      return {
        text: trans.__(
          'Getting Python ready: %1 of %2 MB',
          String(Math.floor(state.got / MB)),
          String(Math.max(1, Math.ceil(state.total / MB)))
        ),
        actions: []
      };
    case 'starting':
      return { text: trans.__('Starting Python...'), actions: [] };
    case 'ready':
      return { text: trans.__('Python is ready'), actions: [] };
    case 'running':
      return { text: trans.__('Running'), actions: ['stop'] };
    case 'stopping':
      return { text: trans.__('Stopping...'), actions: [] };
    case 'stuck':
      return {
        text: trans.__(
          'Python is busy in a step that cannot be stopped. Restart it? Your variables will be lost; your notebook is safe.'
        ),
        actions: ['restart', 'wait']
      };
    case 'stopped':
      return { text: trans.__('Stopped. Your variables are still there'), actions: [] };
    case 'failed':
      return { text: explainFailure(state, trans), actions: ['retry'] };
  }
}

export function label(action: PythonAction, trans: TranslationBundle): string {
  switch (action) {
    case 'start':
      return trans.__('Get it ready');
    case 'stop':
      return trans.__('Stop');
    case 'restart':
      return trans.__('Restart');
    case 'wait':
      return trans.__('Keep waiting');
    case 'retry':
      return trans.__('Try again');
  }
}

/** One sentence for the bar and for the cell that was waiting. */
export function explainFailure(
  failure: { readonly when: 'start' | 'run'; readonly reason: Reason },
  trans: TranslationBundle
): string {
  const reason = explain(failure.reason, trans);
  return failure.when === 'start'
    ? trans.__('Python could not start: %1.', reason)
    : trans.__('Python stopped working: %1. Your notebook is safe; its variables are lost.', reason);
}

function explain(reason: Reason, trans: TranslationBundle): string {
  switch (reason.kind) {
    case 'missing':
      return trans.__('%1 is not on the server (%2)', reason.file, String(reason.status));
    case 'damaged':
      return trans.__('%1 did not arrive as it was published', reason.file);
    case 'unreachable':
      return trans.__('%1 could not be fetched (is the network there?)', reason.file);
    case 'unsupported':
      return trans.__('this browser cannot run it (it has no WebAssembly, or it is switched off)');
    case 'memory':
      return trans.__('there is not enough memory (close other tabs)');
    case 'silent':
      return trans.__('nothing has happened for %1 seconds', String(reason.seconds));
    case 'exited':
      return trans.__('the program ended Python itself');
    case 'crashed':
      return reason.detail.replace(/[\s.]+$/, '') || trans.__('it broke without saying why');
  }
}

/** What ends a cell that was waiting when Python was restarted or stopped before it ran. */
export function explainEnd(why: 'restarted' | 'cancelled', trans: TranslationBundle): string {
  return why === 'restarted'
    ? trans.__(
        'Python was restarted while this cell was running. Its variables are lost; your notebook is safe. Run the cells again.'
      )
    : trans.__('Stopped before this cell ran.');
}

export function explainLimit(what: 'text' | 'displays' | 'display', trans: TranslationBundle): string {
  switch (what) {
    case 'text':
      return trans.__('The rest is not shown: this cell printed more than 200 KB. Stop it, or print less.');
    case 'displays':
      return trans.__(
        'The rest is not shown: this cell made more than 500 pictures or tables. Stop it, or show fewer.'
      );
    case 'display':
      return trans.__('Not shown: this picture or table is larger than 4 MB. Make it smaller.');
  }
}

/** What could not be kept of what a cell has written; five at most by name. */
export function explainProblems(problems: readonly IProblem[], trans: TranslationBundle): string {
  const sentences = problems.slice(0, 5).map(({ kind, path }) => {
    switch (kind) {
      case 'notebook':
        return trans.__('%1 was not changed: a notebook is only changed in its own window.', path);
      case 'name':
        return trans.__('%1 was not kept: its name cannot be used in the file list.', path);
      case 'size':
        return trans.__('%1 was not kept: a file may have 32 MB, all together 128 MB in 1000 files.', path);
      case 'count':
        return trans.__('Some files were not kept: more than 1000 at once.');
      case 'refused':
        return trans.__('%1 was not kept: this browser refused it. Is its storage full?', path);
    }
  });
  if (problems.length > sentences.length) {
    sentences.push(trans.__('... and %1 more.', String(problems.length - sentences.length)));
  }
  return sentences.join('\n');
}

/** The fingerprint as two people compare it: `abcd-1234`. */
export function formatFingerprint(environment: IEnvironment): string {
  return `${environment.fingerprint.slice(0, 4)}-${environment.fingerprint.slice(4, 8)}`;
}

/**
 * Help with a package, the shell, the network or `input()`.
 *
 * @param names the packages or modules asked for; none for the rest
 */
export function advise(
  about: Advice,
  names: readonly string[],
  environment: IEnvironment,
  trans: TranslationBundle
): string {
  switch (about) {
    case 'install':
    case 'missing':
      if (names.length === 0) {
        return trans.__('Nothing has to be installed here: the packages of the workshop come with it.');
      }
      return names.map(name => advisePackage(name, environment, trans)).join('\n');
    case 'shell':
      return trans.__('There is no command line here: Python runs inside this browser tab.');
    case 'network':
      return trans.__(
        'Python has no network here. Put the file into the workshop: drop it on the file list, then open it by its name.'
      );
    case 'input':
      return trans.__(
        'input() needs a page opened over https or on this computer, or a browser that can pause Python (Chrome or Edge 137 and later). Give the value a name instead: name = "Ada".'
      );
  }
}

/** Normal form of a package's name, as Python's packaging has it. */
function normalize(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function advisePackage(name: string, environment: IEnvironment, trans: TranslationBundle): string {
  const found = environment.packages.find(
    entry => normalize(entry.name) === normalize(name) || entry.imports.includes(name)
  );
  if (found) {
    const imported = found.imports[0] ?? found.name;
    return trans.__('%1 is already here: just write import %2', found.name, imported);
  }
  if (BROWSERLESS.has(name)) {
    return trans.__('%1 is a part of Python that does not exist in a browser.', name);
  }
  return trans.__(
    "%1 is not part of this workshop's environment (fingerprint %2). Ask the teacher to add it to workshop.toml under [environment] packages.",
    name,
    formatFingerprint(environment)
  );
}

/** Modules of the standard library that Pyodide leaves out (FACTS: turtle, tkinter, curses). */
const BROWSERLESS = new Set([
  'tkinter',
  'turtle',
  'turtledemo',
  'idlelib',
  'curses',
  'readline',
  'pty',
  'tty',
  'dbm'
]);
