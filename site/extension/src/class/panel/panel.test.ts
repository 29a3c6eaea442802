// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// What jsdom has not, and Lumino asks for when it is loaded.
vi.hoisted(() =>
  Object.assign(globalThis, {
    DragEvent: class {},
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} })
  })
);

import type { ISummary } from '../../connection/summary';
import { VirtualClock } from '../../core/simulation/time';
import { connectionInWords, type ISaid } from '../words';
import { EVERY_MS } from './arrivals';
import { cast } from './cast';
import { Invite } from './invite';
import { ClassPanel, type IPanelView } from './panel';
import { ClassSlot } from './slot';
import { type IWhose, placeInWords, whoseInWords } from './whose';

const trans = nullTranslator.load('peerbook');
const summary = (kind: ISummary['kind'], more: Partial<ISummary> = {}): ISummary => ({
  kind,
  others: 2,
  direct: 2,
  relayed: 0,
  tabs: 0,
  server: { kind: 'open' },
  ...more
});
const view = (said: ISaid, more: Partial<IPanelView> = {}): IPanelView => ({
  said,
  people: cast(3),
  path: 'first-steps/1-step.ipynb',
  stepOf: () => undefined,
  now: 0,
  whose: { branch: 'team', isShared: true, mayWrite: true },
  myName: 'Ada Lovelace',
  kept: 'Kept on this device',
  door: 'open',
  outputsShared: false,
  teaching: null,
  teams: [],
  contradicting: new Set(),
  ...more
});

describe('the panel', () => {
  const acts = {
    fold: vi.fn(),
    reload: vi.fn(),
    rename: vi.fn((name: string) => name.trim() !== ''),
    becomeSomebodyElse: vi.fn(),
    leave: vi.fn(),
    say: vi.fn(),
    inviteLink: () => 'https://school.test/#class=x',
    pageOf: (branch: string, team?: string) => `https://school.test/${branch}${team ? `/${team}` : ''}`,
    visit: vi.fn()
  };
  let panel: ClassPanel;
  const tell = (kind: ISummary['kind'], more: Partial<ISummary> = {}) =>
    panel.tell(view(connectionInWords(summary(kind, more), cast(3), trans)));
  const button = (name: string) =>
    [...panel.node.querySelectorAll('button')].find(each => each.textContent === name)!;
  const isSeen = (element: Element) => element.closest('[hidden]') === null;
  const press = (on: Element, key: string) =>
    on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  beforeEach(() => {
    vi.clearAllMocks();
    panel = new ClassPanel(trans, acts);
    Widget.attach(panel, document.body);
    tell('direct');
  });
  afterEach(() => panel.dispose());

  it('says every state of the connection, why, and what can be done', () => {
    const kinds = ['alone', 'joining', 'direct', 'relayed', 'server-away', 'offline'] as const;
    const said = kinds.map(kind => {
      tell(kind);
      return panel.node.querySelector('.pb-Class-words')!.textContent;
    });
    expect(new Set(said).size).toBe(kinds.length);
    expect(isSeen(button('Reload the page'))).toBe(false);
    tell('offline', { server: { kind: 'refused', reason: 'version' } });
    expect(panel.node.querySelector('.pb-Class-why')!.textContent).toContain('another version');
    button('Reload the page').click();
    expect(acts.reload).toHaveBeenCalledOnce();
  });

  it('says whose page it is and who may write there, and leads to the others', () => {
    const links = () => [...panel.node.querySelectorAll<HTMLAnchorElement>('.pb-Whose a')];
    expect(links().map(link => [link.textContent, link.href, link.getAttribute('aria-current')])).toEqual([
      ['Lecture', 'https://school.test/lecture', null],
      ['Your page', 'https://school.test/mine', null],
      ["Everyone's page", 'https://school.test/team', 'page']
    ]);
    const said = (whose: IPanelView['whose']): string => {
      panel.tell(view(connectionInWords(summary('direct'), cast(3), trans), { whose }));
      return panel.node.querySelector('.pb-Whose p')?.textContent ?? '';
    };
    const all = [true, false].flatMap(mayWrite =>
      (['lecture', 'team'] as const).map(branch => said({ branch, isShared: true, mayWrite }))
    );
    all.push(said({ branch: 'mine', isShared: true, mayWrite: true }));
    expect(links().map(link => link.getAttribute('aria-current'))).toEqual([null, 'page', null]);
    all.push(said({ branch: 'mine', isShared: false, mayWrite: true }));
    expect(new Set(all).size).toBe(6);
    expect(isSeen(links()[0]!)).toBe(false);
  });

  it('says to who only watches that they do, on every page, and nothing of who sees what they run', () => {
    const said = (branch: IWhose['branch']): string => {
      const whose = { branch, isShared: true, mayWrite: false, isWatching: true };
      panel.tell(view(connectionInWords(summary('direct'), cast(3), trans), { whose }));
      return [...panel.node.querySelectorAll('.pb-Whose p')]
        .filter(isSeen)
        .map(({ textContent }) => textContent)
        .join(' ');
    };
    const all = (['lecture', 'mine', 'team'] as const).map(said);
    expect(all.every(words => /you watch/i.test(words))).toBe(true);
    expect(all.join(' ')).not.toMatch(/you write here|take your page|see what you run/i);
  });

  it('promises that what one wrote is offered again where it is kept, and nowhere else', () => {
    const said = (keepsLost: boolean): string =>
      whoseInWords({ branch: 'team', isShared: true, mayWrite: false, needsReload: true, keepsLost }, trans);
    expect(said(true)).toContain('What you wrote is kept. Reload the page');
    expect(said(true)).toContain('offered to you again');
    expect(said(false)).not.toMatch(/is kept|offered/);
    expect(said(false)).toContain('copy what the notice shows before you reload the page');
  });

  it('has the way to one’s team, and who is in it; for who teaches to each team; for others none', () => {
    const links = () => [...panel.node.querySelectorAll<HTMLAnchorElement>('.pb-Whose a')].slice(3);
    const said = () => [...panel.node.querySelectorAll('.pb-Whose p')].filter(isSeen).map(p => p.textContent);
    const mine = { team: '0a', name: 'Team 1', others: ['Ben', 'Cem'], isMine: true };
    const other = { team: '0b', name: 'Team 2', others: ['Dora'], isMine: false };
    const tellTeams = (teams: IPanelView['teams'], whose: Partial<IWhose> = {}): void =>
      panel.tell(
        view(connectionInWords(summary('direct'), cast(3), trans), {
          whose: { branch: 'lecture', isShared: true, mayWrite: false, ...whose },
          teams
        })
      );
    tellTeams([]);
    expect([links(), said()].map(each => each.length)).toEqual([0, 1]);
    tellTeams([mine]);
    expect(links().map(({ textContent, href }) => [textContent, href])).toEqual([
      ['Your team', 'https://school.test/team/0a']
    ]);
    expect(said()[1]).toBe('You are in Team 1, with Ben and Cem.');
    const [link] = links();
    tellTeams([mine], { branch: 'team', mayWrite: true, team: mine });
    expect(said()).toEqual([
      "Team 1's page. You write here with Ben and Cem; nobody else but the teachers reads it."
    ]);
    expect([links()[0] === link, link!.getAttribute('aria-current')]).toEqual([true, 'page']);
    expect(panel.node.querySelectorAll('.pb-Whose [aria-current]')).toHaveLength(1);
    tellTeams([{ ...mine, others: [] }], { branch: 'team', mayWrite: true, team: { ...mine, others: [] } });
    expect(said()[0]).toContain('You are in it alone for now');
    tellTeams([mine], { branch: 'team', team: mine });
    expect(said()[0]).toBe('Team 1 writes here, and you watch.');
    // Who teaches: all of them, by name.
    tellTeams([{ ...mine, isMine: false }, other], { branch: 'team', mayWrite: true, team: other });
    expect(links().map(({ textContent }) => textContent)).toEqual(['Team 1', 'Team 2']);
    expect(said()).toEqual([
      "Team 2's page: Dora. They write here, you and the other teachers too, and nobody else reads it."
    ]);
    // Somebody else's team, and none any more.
    tellTeams([], { branch: 'team', team: { ...other, name: null, others: [] } });
    expect([links().length, said()[0]]).toEqual([
      0,
      'You are not in this team: only its members and the teachers read what it writes.'
    ]);
  });

  it('changes the name, and says when nothing is left of it', () => {
    button('Change your name').click();
    const field = panel.node.querySelector<HTMLInputElement>('#pb-class-name')!;
    expect(document.activeElement).toBe(field);
    expect(field.value).toBe('Ada Lovelace');
    field.value = '  ';
    field.form!.requestSubmit();
    expect(panel.node.querySelector('[role=alert]')!.textContent).toContain('A name needs');
    field.value = 'Countess';
    field.form!.requestSubmit();
    expect(acts.rename).toHaveBeenLastCalledWith('Countess');
    expect(isSeen(field)).toBe(false);
    expect(document.activeElement).toBe(button('Change your name'));
  });

  it('asks once, in words, before one leaves; Esc stays', () => {
    button('Leave the class').click();
    expect(acts.leave).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(button('Stay'));
    press(button('Stay'), 'Escape');
    expect(acts.fold).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(button('Leave the class'));
    button('Leave the class').click();
    button('Leave').click();
    expect(acts.leave).toHaveBeenCalledOnce();
  });

  it('promises nothing of the class to who was removed: no name to change, no way back by the link', () => {
    const shown = () => panel.node.querySelector('.pb-Myself')!.textContent!;
    expect(shown()).toContain('The class sees you as Ada Lovelace.');
    expect(shown()).toContain('the invite link brings you back');
    button('Change your name').click();
    const people = cast(3).map(each => (each.isMe ? { ...each, role: 'removed' as const } : each));
    panel.tell(view(connectionInWords(summary('direct'), people, trans), { people }));
    expect(shown()).toContain('The class knew you as Ada Lovelace. You are not in it any more.');
    expect(shown()).not.toMatch(/sees you as|the invite link brings you back/);
    expect([button('Change your name'), button('Save')].map(isSeen)).toEqual([false, false]);
    button('Leave the class').click();
    expect(shown()).toContain('A teacher can let you back in.');
    button('Stay').click();
    tell('direct');
    expect(isSeen(button('Change your name'))).toBe(true);
  });

  it('folds away with Esc, after what was typed into the filter is gone', () => {
    const filter = panel.node.querySelector<HTMLInputElement>('input[type=search]')!;
    filter.value = 'ada';
    press(filter, 'Escape');
    expect(acts.fold).not.toHaveBeenCalled();
    press(panel.node, 'Escape');
    expect(acts.fold).toHaveBeenCalledOnce();
  });
});

describe('the invite link', () => {
  it('is copied, or shown to be copied by hand where the browser refuses', async () => {
    const copied: string[] = [];
    const invite = new Invite(
      trans,
      () => 'https://x/#class=1',
      async text => void copied.push(text)
    );
    invite.node.querySelector('button')!.click();
    await vi.waitFor(() => expect(invite.node.textContent).toContain('Copied'));
    expect(copied).toEqual(['https://x/#class=1']);
    const refused = new Invite(
      trans,
      () => 'https://x/#class=1',
      () => Promise.reject(new Error('no'))
    );
    document.body.append(refused.node);
    refused.node.querySelector('button')!.click();
    const field = refused.node.querySelector('input')!;
    await vi.waitFor(() => expect(document.activeElement).toBe(field));
    expect([field.hidden, field.readOnly, field.value]).toEqual([false, true, 'https://x/#class=1']);
  });
});

describe('the place in the bar', () => {
  const heard = (slot: ClassSlot) => slot.node.querySelector('[aria-live]')!.textContent!;
  const tell = (slot: ClassSlot, kind: ISummary['kind'], count: number) => {
    const people = cast(count);
    slot.tell(connectionInWords(summary(kind), people, trans), kind, people);
  };

  it('says the connection and unfolds the panel', () => {
    const toggle = vi.fn();
    const slot = new ClassSlot(trans, new VirtualClock(), 'panel', toggle);
    tell(slot, 'direct', 13);
    expect(slot.button.textContent).toBe('Live with 12. Class');
    expect(slot.button.getAttribute('aria-controls')).toBe('panel');
    slot.button.click();
    expect(toggle).toHaveBeenCalledOnce();
    slot.setExpanded(true);
    expect(slot.button.getAttribute('aria-expanded')).toBe('true');
  });

  it('says to who teaches that there is somebody to decide about, and is heard once for each', () => {
    const slot = new ClassSlot(trans, new VirtualClock(), 'panel', () => undefined);
    const people = cast(3);
    const decide = (count: number) =>
      slot.tell(connectionInWords(summary('direct'), people, trans), 'direct', people, [], count);
    const seen = () => slot.button.querySelector('.pb-ClassSlot-knocking:not([hidden])')?.textContent;
    decide(0);
    expect([seen(), heard(slot)]).toEqual([undefined, '']);
    decide(1);
    expect([seen(), heard(slot)]).toEqual([
      '1 said two things',
      "Somebody's page said two different things. The class panel says whose, and what to do."
    ]);
    slot.say('');
    decide(1);
    expect(heard(slot)).toBe('');
    decide(0);
    expect([seen(), heard(slot)]).toEqual([undefined, '']);
  });

  it('says which page one is on where that is not the lecture', () => {
    const page = { isShared: true, mayWrite: true };
    const team = { team: '0a'.repeat(16), name: 'Owls', others: [], isMine: true };
    const said = (whose: Pick<IWhose, 'branch'> & Partial<IWhose>) =>
      placeInWords({ ...page, ...whose }, trans);
    expect(said({ branch: 'lecture' })).toBe('');
    expect(said({ branch: 'mine', isShared: false })).toBe('');
    expect(said({ branch: 'mine' })).toBe('Your page');
    expect(said({ branch: 'mine', ownerName: 'Ben' })).toBe("Ben's page");
    expect(said({ branch: 'team' })).toBe("Everyone's page");
    expect(said({ branch: 'team', team })).toBe('Owls');
    expect(said({ branch: 'team', team: { ...team, name: null } })).toBe('A team');
    const slot = new ClassSlot(trans, new VirtualClock(), 'panel', () => undefined);
    const where = slot.node.querySelector<HTMLElement>('.pb-ClassSlot-where')!;
    expect(where.hidden).toBe(true);
    slot.place('Owls');
    expect([where.hidden, where.textContent]).toEqual([false, 'Owls']);
    slot.place('');
    expect(where.hidden).toBe(true);
  });

  it('is heard as numbers at most every ten seconds, never as names', () => {
    const clock = new VirtualClock();
    const slot = new ClassSlot(trans, clock, 'panel', () => undefined);
    const said: string[] = [];
    for (let second = 0; second < 60; second += 1) {
      tell(slot, 'direct', 1 + second);
      clock.advance(1000);
      if (said.at(-1) !== heard(slot)) {
        said.push(heard(slot));
      }
    }
    const comings = said.filter(words => words.includes('came'));
    expect(comings.length).toBeLessThanOrEqual(60_000 / EVERY_MS);
    expect(comings.length).toBeGreaterThan(3);
    expect(said.join(' ')).not.toContain('Ada');
  });

  it('is heard when the connection has become another one, not when it flickers', () => {
    const clock = new VirtualClock();
    const slot = new ClassSlot(trans, clock, 'panel', () => undefined);
    tell(slot, 'direct', 2);
    tell(slot, 'offline', 2);
    clock.advance(500);
    tell(slot, 'direct', 2);
    clock.advance(3000);
    expect(heard(slot)).toBe('Live with 1');
    tell(slot, 'offline', 2);
    clock.advance(2500);
    expect(heard(slot)).toContain('Offline.');
    slot.dispose();
  });
});
