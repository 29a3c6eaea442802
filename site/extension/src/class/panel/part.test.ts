// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// What jsdom has not, and Lumino asks for when it is loaded.
vi.hoisted(() =>
  Object.assign(globalThis, {
    DragEvent: class {},
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} }),
    fetch: () => Promise.reject(new TypeError('no network'))
  })
);

import { Notification } from '@jupyterlab/apputils';
import type { IClassParts } from '../live';
import { cast, person, StagedClass } from './cast';
import { ClassPart } from './part';

const trans = nullTranslator.load('peerbook');

/** The panel is drawn twice a second at most; generous, for a busy machine. */
const until = (holds: () => void) => vi.waitFor(holds, { timeout: 20_000 });

/** A lab's shell: panels at the right, one of them shown. */
class Shell {
  readonly widgets: Widget[] = [];
  add(widget: Widget): void {
    widget.hide();
    Widget.attach(widget, document.body);
    this.widgets.push(widget);
  }
  activateById(): void {
    this.widgets[0]!.show();
  }
  collapseRight(): void {
    this.widgets[0]!.hide();
  }
}

function open(
  kept: Record<string, string> = {},
  width: 'phone' | 'narrow' | 'wide' = 'wide',
  outputsShared = false
) {
  const staged = new StagedClass();
  staged.outputsShared = outputsShared;
  const shell = new Shell();
  const inBar: Widget[] = [];
  const tracker = { currentWidget: { context: { localPath: 'first-steps/1-step.ipynb' } } };
  const parts = {
    front: { shell, restored: Promise.resolve() },
    tracker: { ...tracker, currentChanged: new Signal(tracker) },
    bar: {
      add: (_: string, widget: Widget) => {
        Widget.attach(widget, document.body);
        inBar.push(widget);
        return { dispose: () => undefined, isDisposed: false };
      }
    },
    trans,
    membership: staged,
    sessionOf: () => ({ branch: 'team', isShared: true, notebook: {}, keeping: [{ kind: 'kept' }] })
  } as unknown as IClassParts;
  const location = { href: 'https://school.test/py/', assign: vi.fn(), reload: vi.fn() };
  const matches = { '(max-width: 600px)': width === 'phone', '(min-width: 1100px)': width === 'wide' };
  const part = new ClassPart(parts, {
    location,
    localStorage: {
      getItem: (key: string) => kept[key] ?? null,
      setItem: (key: string, value: string) => void (kept[key] = value),
      removeItem: (key: string) => void delete kept[key]
    },
    matchMedia: (query: string) => ({ matches: matches[query as keyof typeof matches] })
  } as unknown as Window);
  const panel = shell.widgets[0]!;
  const button = inBar[0]!.node.querySelector('button')!;
  return { staged, part, panel, button, kept, location };
}

describe('the class in the page', () => {
  beforeEach(() => document.body.replaceChildren());

  it('follows the membership, in the bar and in the panel', async () => {
    const { staged, panel, button, part } = open();
    await until(() => expect(panel.isVisible).toBe(true));
    expect(button.textContent).toBe('Live with 2. Class');
    expect(panel.node.textContent).toContain('Kept on this device');
    staged.become([...cast(3), person(3)]);
    await until(() => expect(button.textContent).toBe('Live with 3. Class'));
    expect(panel.node.querySelectorAll('.pb-Person')).toHaveLength(4);
    staged.become(cast(1), { kind: 'offline', server: { kind: 'offline' } });
    await until(() => expect(panel.node.textContent).toContain('Offline. Your work is kept here'));
    staged.meetsOtherVersion = true;
    staged.become(cast(2), { kind: 'direct', server: { kind: 'open' } });
    await until(() => expect(panel.node.textContent).toContain('another version of this page'));
    part.dispose();
    expect(staged.changed.size).toBe(0);
    expect(document.querySelector('.pb-Class')).toBeNull();
  });

  it('is unfolded at first where there is room, and then as it was left', async () => {
    for (const [width, isShown] of [
      ['wide', true],
      ['narrow', false],
      ['phone', false]
    ] as const) {
      const { panel, button, kept, part } = open({}, width);
      await Promise.resolve();
      expect(panel.isVisible).toBe(isShown);
      button.click();
      expect(panel.isVisible).toBe(!isShown);
      expect(button.getAttribute('aria-expanded')).toBe(String(!isShown));
      part.dispose();
      const again = open(kept, width);
      await Promise.resolve();
      // A sheet never lies over the notebook before it is asked for.
      expect(again.panel.isVisible).toBe(width === 'phone' ? false : !isShown);
      again.part.dispose();
    }
  });

  it('takes the focus when it is unfolded and gives it back when it is folded', async () => {
    const { panel, button, part } = open({}, 'narrow');
    await Promise.resolve();
    button.click();
    expect(document.activeElement).toBe(panel.node);
    panel.node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(panel.isVisible).toBe(false);
    expect(document.activeElement).toBe(button);
    part.dispose();
  });

  it('tells whoever is put into a team, with the way to its page, and whoever is out of theirs', async () => {
    const { Notification } = await import('@jupyterlab/apputils');
    const info = vi.spyOn(Notification, 'info').mockReturnValue('the notice');
    const dismiss = vi.spyOn(Notification, 'dismiss');
    const { staged, panel, part, location } = open();
    await until(() => expect(panel.isVisible).toBe(true));
    const [me, ben] = staged.people.map(({ participant }) => participant) as [string, string];
    const team = { team: '0a'.repeat(16), name: 'Team 1', members: [me, ben] };
    const become = async (teams: typeof staged.teams, count: number) => {
      staged.teams = teams;
      staged.changed.call();
      await until(() => expect(info).toHaveBeenCalledTimes(count));
    };
    expect(info).not.toHaveBeenCalled();
    await become([team], 1);
    expect(info.mock.lastCall![0]).toBe('You are in Team 1, with Ben Lovelace.');
    const [action] = info.mock.lastCall![1]!.actions!;
    action!.callback(new MouseEvent('click'));
    expect(location.assign.mock.lastCall![0]).toMatch(new RegExp(`&branch=team&team=${team.team}$`));
    // A name that changes is no news.
    staged.teams = [{ ...team, name: 'Owls' }];
    staged.changed.call();
    await until(() => expect(panel.node.textContent).toContain('You are in Owls'));
    await become([], 2);
    expect(info.mock.lastCall![0]).toBe('You are in no team any more.');
    // As many as a notice can name; the panel names all.
    staged.people = staged.people.map(each => ({ ...each, name: each.name.repeat(10) }));
    await become([{ ...team, members: staged.people.map(each => each.participant) }], 3);
    expect(info.mock.lastCall![0]).toBe('You are in Team 1, with 2 others.');
    // Whoever is removed is not shown the way to where they may not be.
    dismiss.mockClear();
    staged.people = staged.people.map(each => (each.isMe ? { ...each, role: 'removed' } : each));
    staged.changed.call();
    await until(() => expect(dismiss).toHaveBeenCalledWith('the notice'));
    part.dispose();
    info.mockRestore();
    dismiss.mockRestore();
  });

  it("leaves the class for one's own copy, whose address names no class", async () => {
    const { staged, panel, location, part } = open();
    await until(() => expect(panel.isVisible).toBe(true));
    const press = (name: string) =>
      [...panel.node.querySelectorAll('button')].find(each => each.textContent === name)!.click();
    press('Leave the class');
    expect(staged.hasLeft).toBe(false);
    press('Leave');
    expect(staged.hasLeft).toBe(true);
    const [address] = location.assign.mock.calls[0] as [string];
    expect(address).toMatch(/lab\/index\.html\?path=first-steps\/1-step\.ipynb$/);
    part.dispose();
  });
});

describe('that the class sees what is run on own pages', () => {
  const said = () => Notification.manager.notifications.map(({ message }) => message);
  const share = async (staged: StagedClass, isShared: boolean) => {
    staged.outputsShared = isShared;
    staged.changed.call();
    await new Promise(done => setTimeout(done, 600));
  };

  it('is told once on a device, on whichever page, all of it; and again when it was taken back', async () => {
    Notification.dismiss();
    const { staged, kept, part } = open();
    await share(staged, true);
    expect(said()).toEqual([expect.stringContaining('The class now sees what you run on your own page')]);
    expect(said()[0]!.length).toBeLessThanOrEqual(140);
    part.dispose();
    const again = open(kept, 'wide', true);
    await share(again.staged, true);
    expect(said()).toHaveLength(1);
    await share(again.staged, false);
    await share(again.staged, true);
    expect(said()).toHaveLength(2);
    again.part.dispose();
  });

  it('is not told to who teaches, nor to who was removed', async () => {
    Notification.dismiss();
    for (const role of ['owner', 'removed'] as const) {
      const { staged, part } = open();
      staged.people = staged.people.map(each => (each.isMe ? { ...each, role } : each));
      await share(staged, true);
      expect(said()).toEqual([]);
      part.dispose();
    }
  });
});
