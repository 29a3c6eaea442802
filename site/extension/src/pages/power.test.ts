// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cast, StagedClass } from '../class/panel/cast';
import { foundClass } from '../core/class/founding';
import { type IRecovery, type RecoveryFault, readRecovery, writeRecovery } from '../core/class/recovery';
import { Secret } from '../core/secret';
import { VirtualClock } from '../core/simulation/time';
import { Noble } from '../crypto/noble';
import { Keeping, Saved } from './keeping';
import { Power } from './power';
import { faultInWords } from './recovery';
import { Start } from './start';
import { TakeOver } from './takeover';

/** The page itself, without what only Jinja understands. */
const PAGE = readFileSync(`${import.meta.dirname}/../../../templates/class.html`, 'utf-8')
  .replace(/\{% macro[^]*?endmacro %\}/g, '')
  .replace(
    /\{\{ starting\("([\w-]+)"\) \}\}/g,
    '<p id="$1" data-doing="Starting..." data-failed="Failed: {reason}."></p>'
  )
  .replace(/\{%[^]*?%\}|\{#[^]*?#\}|\{\{[^]*?\}\}/g, '');
const crypto = new Noble();
const seed = new Secret(new Uint8Array(32).fill(3));
const ROOM = 'room';

const find = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

async function recoveryFile(): Promise<string> {
  const key = await new Promise<Uint8Array>(then => crypto.signer(seed.reveal(), signer => then(signer.key)));
  const founding = foundClass(digest, new Uint8Array(32).fill(1), key, bytes => bytes.fill(2));
  return writeRecovery(digest, {
    seed,
    founding,
    joinSecret: new Uint8Array(16).fill(4),
    workshop: 'first-steps'
  });
}

function aPage(notes: Map<string, string> = new Map()) {
  document.body.innerHTML = PAGE;
  document.title = 'Your class';
  const staged = new StagedClass(cast(3).map((each, at) => (at === 0 ? { ...each, role: 'owner' } : each)));
  staged.recovery = 'the file';
  const saved = new Saved('/', {
    getItem: key => notes.get(key) ?? null,
    setItem: (key, value) => void notes.set(key, value)
  });
  const files: [string, string][] = [];
  const keeping = new Keeping({
    saved,
    room: ROOM,
    workshop: 'first-steps',
    download: (name, text) => void files.push([name, text])
  });
  const taken: IRecovery[] = [];
  let refusal: Error | null = null;
  const done = vi.fn();
  const takeOver = new TakeOver({
    readRecovery: text => new Promise(then => readRecovery(crypto, digest, text, then)),
    takeOver: async recovery => {
      if (refusal) {
        throw refusal;
      }
      taken.push(recovery);
      return staged.invitation;
    },
    done
  });
  const power = new Power(new VirtualClock(), keeping, takeOver);
  const show = () => power.show(staged);
  staged.changed.add(show);
  show();
  const submit = async (text: string) => {
    find<HTMLTextAreaElement>('take-over-text').value = text;
    find<HTMLFormElement>('take-over-form').requestSubmit();
    await vi.waitFor(() => expect(find('take-over-button').hasAttribute('aria-disabled')).toBe(false));
    return find('take-over-error').textContent!;
  };
  return { staged, show, files, notes, taken, done, submit, refuse: (why: Error | null) => (refusal = why) };
}

describe('power over the class', () => {
  it('shows the door, who waits, in the title too, and says it', async () => {
    const { staged } = aPage();
    expect(find('class-door').textContent).toContain('Door: open');
    expect(find('class-take-over').hidden).toBe(true);
    staged.waiting = [{ participant: 'a'.repeat(32), name: 'Ben' }];
    staged.changed.call();
    expect(document.title).toBe('(1 at the door) Your class');
    expect(find('class-acts-said').textContent).toBe('One person is at the door.');
    find('class-door').querySelector('button')!.click();
    await vi.waitFor(() => expect(staged.done).toEqual([`admit ${'a'.repeat(32)}`]));
    expect(document.title).toBe('Your class');
  });

  it('that this device has none is said, and taking over is offered openly', () => {
    const { staged, show } = aPage();
    expect(find('class-without').hidden).toBe(true);
    staged.people = staged.people.map(each => ({ ...each, role: 'attendee' }));
    show();
    expect(find('class-without').hidden).toBe(false);
    expect(find<HTMLDetailsElement>('class-take-over').open).toBe(true);
    expect(find('class-recovery').hidden).toBe(true);
    expect(find('class-door').textContent).not.toContain('At the door');
    find<HTMLDetailsElement>('class-take-over').open = false;
    show();
    expect(find<HTMLDetailsElement>('class-take-over').open).toBe(false);
  });

  it('somebody whose page said two things is named, with what to do; decided, they are named no more', async () => {
    const { staged } = aPage();
    expect(find('class-contradiction').firstElementChild!.hasAttribute('hidden')).toBe(true);
    const { participant } = staged.people[1]!;
    staged.contradicting.add(participant);
    staged.changed.call();
    expect(document.title).toBe('(two things were said) Your class');
    const part = find('class-contradiction');
    expect(part.querySelector('h2')!.textContent).toBe('Two different things were said');
    expect(part.textContent).toContain("Ben Lovelace's page told some of the class one thing");
    expect(part.textContent).toContain('you can let them back in right after that');
    part.querySelector('button')!.click();
    const card = await vi.waitFor(() => {
      expect(find('pb-class-removal')).not.toBeNull();
      return find('pb-class-removal');
    });
    [...card.querySelectorAll('button')]
      .find(each => each.textContent!.includes('leave the door open'))!
      .click();
    await vi.waitFor(() =>
      expect(find('class-acts-said').textContent).toBe('Ben Lovelace was removed from the class.')
    );
    expect(staged.done).toEqual([`removed ${participant}`]);
    expect(document.title).toBe('Your class');
    expect(part.textContent).not.toContain('Ben');
  });

  it('says what taking over waits for, and goes on only where that is a choice, once asked', () => {
    const { staged, show } = aPage();
    const isSeen = (id: string) => find(id).closest('[hidden]') === null;
    find('class-open').hidden = false;
    expect(isSeen('class-taking-over')).toBe(false);
    staged.entrance = 'door';
    const words = (['unknown', 'alone', 'fetching', 'empty'] as const).map(state => {
      staged.takingOver = state;
      show();
      expect(isSeen('class-taking-over-anyway')).toBe(state === 'alone' || state === 'empty');
      return find('class-taking-over-words').textContent;
    });
    expect(new Set(words).size).toBe(4);
    expect(words.every(each => each!.startsWith('The recovery file is right'))).toBe(true);
    expect(isSeen('class-outside')).toBe(false);
    expect(isSeen('class-take-over')).toBe(false);
    find('class-taking-over-anyway').click();
    find('class-taking-over-anyway').click();
    expect(staged.done).toEqual(['take over anyway']);
  });

  it('a device from which the class was taken reads that, in and at the door', () => {
    const { staged, show } = aPage();
    staged.people = staged.people.map(each => ({ ...each, role: 'attendee' }));
    staged.wasOwner = true;
    for (const entrance of ['in', 'door'] as const) {
      staged.entrance = entrance;
      show();
      expect(find('class-succeeded').hidden).toBe(false);
      expect([find('class-without').hidden, find('class-outside').hidden]).toEqual([true, true]);
      expect(find('class-take-over').hidden).toBe(false);
    }
  });

  it('who is not in yet reads why, and is not told that they have no power', () => {
    const { staged, show } = aPage();
    staged.entrance = 'door';
    show();
    expect(find('class-outside').textContent).toContain('The door is closed.');
    expect(find('class-without').hidden).toBe(true);
  });
});

describe('the recovery file', () => {
  it('is reminded of until it was saved once on this device', () => {
    const { files, notes } = aPage();
    expect(find('class-recovery-reminder').hidden).toBe(false);
    find('class-recovery-save').click();
    expect(files).toEqual([['peerbook-recovery-first-steps.txt', 'the file']]);
    expect(find('class-recovery-reminder').hidden).toBe(true);
    expect(find('class-recovery-said').textContent).toContain('peerbook-recovery-first-steps.txt');
    expect([...notes.values()].join()).not.toContain('the file');
    aPage(notes);
    expect(find('class-recovery-reminder').hidden).toBe(true);
    expect(find('class-recovery-save').textContent).toBe('Save the recovery file again');
  });

  it('is not there where its key is not on this device', () => {
    const { staged, show } = aPage();
    staged.recovery = null;
    show();
    expect(find('class-recovery').hidden).toBe(true);
  });

  it('what is remembered wrongly is nothing remembered', () => {
    for (const text of ['{', '{}', '[1,null]']) {
      expect(new Saved('/', { getItem: () => text, setItem: () => undefined }).has(ROOM)).toBe(false);
    }
    const refused = new Saved('/', null);
    refused.add(ROOM);
    expect(refused.has(ROOM)).toBe(true);
  });

  it('every fault is said in words of its own, with its row', () => {
    const faults: RecoveryFault[] = [
      { reason: 'other' },
      { reason: 'workshop' },
      { reason: 'missing', row: 7 },
      { reason: 'twice', row: 7 },
      { reason: 'mistyped', row: 7 },
      { reason: 'mixed' }
    ];
    const words = faults.map(faultInWords);
    expect(new Set(words).size).toBe(faults.length);
    expect(words.filter(each => each.includes('Row 7'))).toHaveLength(3);
  });

  it('typed wrongly names the row; put right it takes the class over and is not left lying about', async () => {
    const { taken, done, submit, refuse, staged } = aPage();
    const file = await recoveryFile();
    expect(await submit('  ')).toContain('Choose the file');
    expect(await submit('hello')).toContain('This is no recovery file');
    const [row] = /^ 3 {2}.*$/m.exec(file)!;
    expect(await submit(file.replace(row, row.replace(/.$/, '*')))).toContain('Row 3 is not right');
    expect(document.activeElement).toBe(find('take-over-text'));
    expect(find('take-over-text').getAttribute('aria-invalid')).toBe('true');
    refuse(new Error('the network is away'));
    expect(await submit(file)).toContain('the network is away. Nothing has changed');
    refuse(null);
    expect(
      await submit(file.toLowerCase().replace('peerbook', 'Peerbook').replace('workshop:', 'Workshop:'))
    ).toBe('');
    expect(taken[0]!.workshop).toBe('first-steps');
    expect(done).toHaveBeenCalledWith(staged.invitation, 'first-steps');
    expect(find<HTMLTextAreaElement>('take-over-text').value).toBe('');
    expect(find('take-over-said').textContent).toContain('The file is right');
  });

  it('is read from a file, which is shown', async () => {
    aPage();
    const field = find<HTMLInputElement>('take-over-file');
    const file = { slice: () => ({ text: async () => 'Peerbook recovery file 1' }) };
    Object.defineProperty(field, 'files', { value: [file] });
    field.dispatchEvent(new Event('change'));
    await vi.waitFor(() =>
      expect(find<HTMLTextAreaElement>('take-over-text').value).toBe('Peerbook recovery file 1')
    );
  });
});

describe('starting a class', () => {
  beforeEach(() => void aPage());

  it('says that it does, starts one only, and goes there', async () => {
    const { staged } = aPage();
    let founded: () => void = () => undefined;
    const found = vi.fn(
      () => new Promise<typeof staged.invitation>(then => (founded = () => then(staged.invitation)))
    );
    const go = vi.fn();
    const [button, said] = [find('class-start'), find('class-start-said')];
    new Start({ button, said, found, go });
    button.click();
    button.click();
    expect(said.textContent).toBe('Starting...');
    founded();
    await vi.waitFor(() => expect(go).toHaveBeenCalledWith(staged.invitation));
    expect([found.mock.calls.length, said.textContent]).toEqual([1, '']);
  });

  it('says why it failed, and can be tried again', async () => {
    const found = vi.fn(() => Promise.reject(new Error('this browser\nkeeps nothing')));
    const [button, said] = [find('class-start'), find('class-start-said')];
    new Start({ button, said, found, go: () => undefined });
    button.click();
    await vi.waitFor(() => expect(said.textContent).toBe('Failed: this browser keeps nothing.'));
    button.click();
    expect(found).toHaveBeenCalledTimes(2);
  });
});
