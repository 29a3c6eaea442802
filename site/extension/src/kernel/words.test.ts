import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import type { IEnvironment } from '../workshop/catalogue';
import type { Reason } from './protocol';
import { ASLEEP, type PythonState } from './state';
import { advise, describe as say, explainFailure, formatFingerprint } from './words';

const trans = nullTranslator.load('peerbook');

const environment: IEnvironment = {
  fingerprint: 'abcd1234' + '0'.repeat(56),
  pyodideUrl: '',
  pyodideVersion: '',
  lockInfo: {},
  standardLibrary: { url: '', bytes: 0, sha256: '' },
  core: [],
  archives: [],
  compiledLockUrl: null,
  compiled: [],
  packages: [{ name: 'pillow_like', version: '1', imports: ['PIL'] }],
  bytes: 0
};

describe('what is said of Python', () => {
  it("uses INTERFACE.md's words", () => {
    const states: [PythonState, string][] = [
      [ASLEEP, 'Python starts when you run something'],
      [{ kind: 'loading', got: 7_400_000, total: 11_600_000 }, 'Getting Python ready: 7 of 12 MB'],
      [{ kind: 'starting' }, 'Starting Python...'],
      [{ kind: 'ready' }, 'Python is ready'],
      [{ kind: 'running' }, 'Running'],
      [{ kind: 'stopped' }, 'Stopped. Your variables are still there']
    ];
    for (const [state, words] of states) {
      expect(say(state, trans).text).toBe(words);
    }
  });

  it('offers what can be done, and nothing else', () => {
    expect(say(ASLEEP, trans).actions).toEqual(['start']);
    expect(say({ kind: 'running' }, trans).actions).toEqual(['stop']);
    expect(say({ kind: 'stuck' }, trans).actions).toEqual(['restart', 'wait']);
    expect(say({ kind: 'ready' }, trans).actions).toEqual([]);
    const failed: PythonState = { kind: 'failed', when: 'start', reason: { kind: 'memory' } };
    expect(say(failed, trans).actions).toEqual(['retry']);
  });

  it('gives every reason as one sentence that ends once, without jargon', () => {
    const reasons: Reason[] = [
      { kind: 'missing', file: 'a.zip', status: 404 },
      { kind: 'damaged', file: 'a.zip' },
      { kind: 'unreachable', file: 'a.zip' },
      { kind: 'unsupported' },
      { kind: 'memory' },
      { kind: 'silent', seconds: 60 },
      { kind: 'exited' },
      { kind: 'crashed', detail: 'It broke.' },
      { kind: 'crashed', detail: '' }
    ];
    for (const when of ['start', 'run'] as const) {
      for (const reason of reasons) {
        const sentence = explainFailure({ when, reason }, trans);
        expect(sentence).toMatch(/^Python (could not start|stopped working): \S.*[^.]\.($| )/);
        expect(sentence).not.toMatch(/kernel|worker|\.\./i);
      }
    }
  });
});

describe('help with packages', () => {
  const help = (...names: string[]) => advise('install', names, environment, trans);

  it('says that a package is here, under the name it is imported by', () => {
    expect(help('Pillow-Like')).toBe('pillow_like is already here: just write import PIL');
    expect(help('PIL')).toContain('is already here');
  });

  it('says who can add a package that is not, with the fingerprint to compare', () => {
    expect(help('numpy')).toBe(
      "numpy is not part of this workshop's environment (fingerprint abcd-1234). " +
        'Ask the teacher to add it to workshop.toml under [environment] packages.'
    );
  });

  it('does not send anybody to the teacher for what no browser has', () => {
    expect(help('tkinter')).toContain('does not exist in a browser');
  });

  it('answers for each package, and for none', () => {
    expect(help('numpy', 'PIL').split('\n')).toHaveLength(2);
    expect(help()).toContain('come with it');
  });

  it('shows eight digits of the fingerprint', () => {
    expect(formatFingerprint(environment)).toBe('abcd-1234');
  });
});
