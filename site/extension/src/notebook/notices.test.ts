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
import type { ILost } from '../core/permissions/lost';
import type { IPathEntry } from '../storage/storage';
import { Notices } from './notices';
import type { Session } from './session';
import { SHOWN } from './shortened';
import { faultInWords } from './words';

const trans = nullTranslator.load('peerbook');
const notices = new Notices(trans, { open: () => undefined, bringBack: () => undefined });
const session = (isReadOnly: boolean) =>
  ({ notebook: { isReadOnly }, mayWrite: !isReadOnly }) as unknown as Session;
const said = () => Notification.manager.notifications.map(({ message }) => message);
const LONG = 'a notebook of our whole class '.repeat(8).trim();
const LOST = [{ cell: 'a', text: 'what I wrote for an hour '.repeat(20) }];

describe('what is said in passing', () => {
  beforeEach(() => Notification.dismiss());

  it('is never longer than JupyterLab shows', () => {
    const nothing = (): void => undefined;
    const tooLong: string[] = [];
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
      // Again and again, for one reason and another.
      const page = session(isReadOnly);
      for (let times = 0; times < 14; times += 1) {
        ['role', 'structure'].forEach(fault => notices.lost(page, LOST, fault));
        tooLong.push(...said().filter(message => message.length > SHOWN));
      }
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
    tooLong.push(...said().filter(message => message.length > SHOWN));
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
      expect.arrayContaining([
        ['Put it back', 'Copy it', 'Not needed'],
        ['Copy it', 'Not needed']
      ])
    );
  });
});

describe('what was lost', () => {
  const ONE = { cell: 'a', text: 'the first' };
  const TWO = { cell: 'gone', text: 'the second' };
  /** A notebook's page: what it writes, and what the device keeps, in the order in which it happens. */
  class Page {
    mayWrite = true;
    needsReload = false;
    kept: ILost[] = [];
    readonly happened: string[] = [];
    readonly notebook = {
      cells: [],
      transact: (act: () => void) => act(),
      addCell: ({ source }: { source: string }) => this.happened.push(`wrote ${source}`)
    };
    forgetLost(pieces: readonly ILost[]): Promise<void> {
      this.happened.push(`forgot ${pieces.map(({ text }) => text).join()}`);
      return Promise.resolve();
    }
    lostBefore(): Promise<readonly ILost[]> {
      return Promise.resolve(this.kept);
    }
    get session(): Session {
      return this as unknown as Session;
    }
  }
  const shown = (words: string) =>
    Notification.manager.notifications.filter(({ message }) => message.includes(words));
  const labels = (words: string) =>
    shown(words).map(({ options }) => options.actions!.map(({ label }) => label).join());
  const press = (words: string, name: string): boolean => {
    const event = new MouseEvent('click', { cancelable: true });
    shown(words)[0]!
      .options.actions!.find(({ label }) => label === name)!
      .callback(event);
    return event.defaultPrevented;
  };
  const settled = () => new Promise(then => setTimeout(then, 0));
  let page: Page;

  beforeEach(() => {
    Notification.dismiss();
    page = new Page();
  });

  it('is put back, and then forgotten: no other piece with it', () => {
    notices.lost(page.session, [ONE], null);
    notices.lost(page.session, [TWO], null);
    expect(press('the first', 'Put it back')).toBe(false);
    expect(page.happened).toEqual(['wrote the first', 'forgot the first']);
    expect(press('the second', 'Not needed')).toBe(false);
    expect(page.happened.slice(2)).toEqual(['forgot the second']);
  });

  it('stays, on the device and in the notice, where one may not write any more', () => {
    notices.lost(page.session, [ONE], null);
    page.mayWrite = false;
    for (let twice = 0; twice < 2; twice += 1) {
      expect(press('the first', 'Put it back')).toBe(true);
    }
    expect(page.happened).toEqual([]);
    expect(shown('nothing was put back')).toHaveLength(1);
    page.mayWrite = true;
    expect(press('the first', 'Put it back')).toBe(false);
    expect(page.happened).toEqual(['wrote the first', 'forgot the first']);
  });

  it('of who may not write is not put back, though the page does not know it yet', () => {
    notices.lost(page.session, [ONE], 'role');
    expect(labels('the first')).toEqual(['Copy it,Not needed']);
    // What fitted nowhere is in the notice alone.
    notices.lost(page.session, [TWO], 'structure');
    expect(labels('the second')).toEqual(['Put it back,Copy it']);
  });

  it('twice, for other reasons, is said twice: neither takes the place of the other', () => {
    notices.refusedHere(page.session, 'structure');
    notices.refusedHere(page.session, 'role');
    expect([shown('did not fit').length, shown('You may not change').length]).toEqual([1, 1]);
    // The same again is the same notice.
    notices.refusedHere(page.session, 'structure');
    expect(said()).toHaveLength(2);
    notices.lost(page.session, [ONE], 'structure');
    notices.refusedHere(page.session, 'role');
    notices.lost(page.session, [TWO], 'role');
    expect([said().length, shown('the first').length, shown('the second').length]).toEqual([2, 1, 1]);
  });

  it('is said again when something is refused once more: it may have been put away', () => {
    notices.lost(page.session, [ONE], 'role');
    const [before] = Notification.manager.notifications;
    notices.refusedHere(page.session, 'role');
    const [after] = Notification.manager.notifications;
    expect([said().length, shown('the first').length, after!.id === before!.id]).toEqual([1, 1, false]);
  });

  it('twice for the same reason is in one notice, with all of it', async () => {
    const copied: string[] = [];
    const clipboard = { writeText: (text: string) => Promise.resolve(void copied.push(text)) };
    vi.stubGlobal('navigator', { clipboard });
    notices.lost(page.session, [ONE], 'role');
    notices.refusedHere(page.session, 'role');
    notices.lost(page.session, [TWO], 'role');
    expect(said()).toHaveLength(1);
    expect(said()[0]).toContain('"the first" and "the second"');
    notices.lost(page.session, [{ cell: 'b', text: 'the third' }], 'role');
    expect(said()[0]).toContain('"the first", "the third" and 1 more');
    press('the first', 'Copy it');
    await settled();
    expect([copied, said()]).toEqual([['the first\nthe second\nthe third'], []]);
    // What was answered does not come again.
    notices.lost(page.session, [TWO], 'role');
    expect(said()[0]).not.toContain('the first');
    vi.unstubAllGlobals();
  });

  it('is offered when one may write again, once, with every answer to it', async () => {
    page.mayWrite = false;
    notices.lost(page.session, [ONE], null);
    page.kept = [ONE, TWO];
    await notices.lostBefore(page.session);
    expect(labels('the first')).toEqual(['Copy it,Not needed']);
    page.mayWrite = true;
    await Promise.all([notices.lostBefore(page.session), notices.lostBefore(page.session)]);
    expect(labels('the first')).toEqual(['Put it back,Copy it,Not needed']);
    expect(shown('the first')[0]!.message).toContain('the first the second');
    // What there was no room for is in its notice alone: that one stays.
    const unkept = { cell: 'b', text: 'the third' };
    notices.lost(page.session, [unkept], null);
    await notices.lostBefore(page.session);
    expect(labels('the third')).toHaveLength(1);
    expect(labels('the first')).toHaveLength(1);
  });

  it('is copied whole; where the browser does not let it, the notice stays and says so', async () => {
    const copied: string[] = [];
    const clipboard = { writeText: (text: string) => Promise.resolve(void copied.push(text)) };
    vi.stubGlobal('navigator', { clipboard });
    notices.lost(page.session, LOST, null);
    expect(press('what I wrote', 'Copy it')).toBe(true);
    await settled();
    expect([copied, shown('what I wrote')]).toEqual([[LOST[0]!.text], []]);
    vi.stubGlobal('navigator', {});
    notices.lost(page.session, LOST, null);
    press('what I wrote', 'Copy it');
    await settled();
    expect([shown('what I wrote').length, shown('did not let it be copied').length]).toEqual([1, 1]);
    vi.unstubAllGlobals();
  });
});
