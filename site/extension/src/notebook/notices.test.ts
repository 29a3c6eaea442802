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

import { Notices, SHOWN } from './notices';
import type { Session } from './session';

const trans = nullTranslator.load('peerbook');
const notices = new Notices(trans, { open: () => undefined, bringBack: () => undefined });
const session = (isReadOnly: boolean) => ({ notebook: { isReadOnly } }) as unknown as Session;
const said = () => Notification.manager.notifications.map(({ message }) => message);
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
    notices.taken('a-notebook.ipynb', 3);
    notices.putBeside('a/a-notebook.ipynb', 'a/a-notebook (other).ipynb');
    notices.putAside('a/a-notebook.ipynb', 'a/a-notebook (2).ipynb');
    const tooLong = said().filter(message => message.length > SHOWN);
    expect(tooLong).toEqual([]);
    expect(said().length).toBeGreaterThan(8);
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
