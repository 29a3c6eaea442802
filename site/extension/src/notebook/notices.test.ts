// @vitest-environment jsdom
import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// What jsdom has not, and Lumino asks for when it is loaded.
vi.hoisted(() =>
  Object.assign(globalThis, {
    DragEvent: class {},
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} })
  })
);

import { NotebookError, type NotebookFault } from '../core/document/normal';
import type { IPathEntry } from '../storage/storage';
import { Notices } from './notices';
import type { Session } from './session';
import { SHOWN } from './shortened';
import { faultInWords } from './words';

const trans = nullTranslator.load('peerbook');
const notices = new Notices(trans, { open: () => undefined, bringBack: () => undefined });
const session = (isReadOnly: boolean) => ({ notebook: { isReadOnly } }) as unknown as Session;
const said = () => Notification.manager.notifications.map(({ message }) => message);
const LONG = 'a notebook of our whole class '.repeat(8).trim();
const LOST = [{ cell: 'a', text: 'what I wrote for an hour '.repeat(20) }];

describe('what is said in passing', () => {
  beforeEach(() => Notification.dismiss());

  it('is never longer than JupyterLab shows', () => {
    const nothing = (): void => undefined;
    for (const keeping of [{ kind: 'kept' }, { kind: 'full' }, { kind: 'refused' }] as const) {
      notices.kept(keeping, nothing);
      notices.refused(keeping, nothing);
    }
    for (const isReadOnly of [true, false]) {
      for (const fault of ['role', 'structure']) {
        notices.refusedHere(session(isReadOnly), fault);
        notices.lost(session(isReadOnly), LOST, fault);
      }
      notices.lost(session(isReadOnly), LOST, null);
    }
    notices.reset(nothing);
    notices.met();
    notices.setAside(2);
    notices.newer(() => Promise.resolve(), nothing);
    const [path, second] = [`a/${LONG}.ipynb`, `a/${LONG} (2).ipynb`];
    notices.taken(`${LONG}.ipynb`, 3);
    notices.putBeside(path, second);
    notices.putAside(path, second);
    const entry = {} as IPathEntry;
    notices.deleted(new Map([[path, entry]]));
    notices.deleted(new Map([path, second, 'a'].map(each => [each, entry] as const)));
    const tooLong = said().filter(message => message.length > SHOWN);
    expect(tooLong).toEqual([]);
    expect(said().length).toBeGreaterThan(8);
    // What tells two of them apart is read.
    expect(said().filter(message => message.includes(' (2).ipynb'))).toHaveLength(2);
  });

  it('of a file that is no notebook is as short, whatever it is called and whatever is wrong with it', () => {
    const faults: NotebookFault[] = [
      { kind: 'not-json', detail: LONG },
      { kind: 'not-a-notebook' },
      { kind: 'not-format-4', found: LONG },
      { kind: 'bad-cell', number: 1000, detail: LONG }
    ];
    const errors = [...faults.map(fault => new NotebookError(fault)), new Error(LONG)];
    const all = errors.map(error => faultInWords(error, `${LONG}.ipynb`, trans));
    expect(all.filter(message => message.length > SHOWN)).toEqual([]);
    expect(all.every(message => /^a notebook .*….*\.ipynb was not opened: /.test(message))).toBe(true);
  });

  it('shows the beginning of what was lost, and offers to put it back where one may write', () => {
    notices.lost(session(false), LOST, null);
    notices.lost(session(true), LOST, 'role');
    const all = Notification.manager.notifications;
    expect(said().every(message => message.includes('"what I wrote for an hour'))).toBe(true);
    expect(all.map(({ options }) => options.actions!.map(({ label }) => label))).toEqual(
      expect.arrayContaining([['Put it back', 'Copy it'], ['Copy it']])
    );
  });
});
