import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import type { SignalingState } from '../connection/signaling/state';
import type { ISummary } from '../connection/summary';
import type { IParticipant } from './membership';
import {
  comingInWords,
  connectionInWords,
  initialsOf,
  keptInWords,
  refusalInWords,
  serverInWords,
  sinceInWords,
  whereInWords
} from './words';

const trans = nullTranslator.load('peerbook');
const OPEN: SignalingState = { kind: 'open' };
const AWAY: SignalingState = { kind: 'away', reason: 'unreachable', retryAt: 0 };

const someone = (more: Partial<IParticipant> = {}): IParticipant => ({
  participant: 'a',
  name: 'Ada',
  isMe: false,
  isHere: true,
  since: 0,
  sessions: ['s'],
  notebooks: [],
  role: 'attendee',
  colour: 0,
  ...more
});
const me = (sessions = ['me']) => someone({ participant: 'me', isMe: true, sessions });
const twelve = [me(), ...Array.from({ length: 12 }, (_, at) => someone({ participant: String(at) }))];
const summary = (more: Partial<ISummary>): ISummary => ({
  kind: 'direct',
  others: 0,
  direct: 0,
  relayed: 0,
  tabs: 0,
  server: OPEN,
  ...more
});

describe('the connection', () => {
  it("is said in INTERFACE.md's words", () => {
    const table: [ISummary['kind'], string][] = [
      ['alone', 'Just you'],
      ['joining', 'Joining the class...'],
      ['direct', 'Live with 12'],
      ['relayed', 'Live with 12, through the server (this network blocks direct links)'],
      ['server-away', 'Live with 12. The server is away: nobody new can join for now'],
      ['offline', 'Offline. Your work is kept here and joins the class when you are back']
    ];
    for (const [kind, words] of table) {
      const said = connectionInWords(summary({ kind, others: 12 }), twelve, trans);
      expect(said.text).toBe(words);
      expect(words.startsWith(said.short)).toBe(true);
    }
  });

  it('counts people, not their windows, and connections until names have come', () => {
    const said = (others: number, people: readonly IParticipant[]) =>
      connectionInWords(summary({ others }), people, trans).text;
    expect(said(5, [me(), someone({ sessions: ['x', 'y', 'z'] })])).toBe('Live with 1');
    expect(said(3, [me()])).toBe('Live with 3');
    expect(said(1, [me(['one', 'two'])])).toBe('Just you');
    expect(said(3, [me(), someone({ isHere: false })])).toBe('Live with 3');
  });

  it('says why nobody is there', () => {
    const why = (more: Partial<ISummary>) => connectionInWords(summary(more), [me()], trans).why;
    expect(why({ kind: 'alone' })).toContain('invite link');
    expect(why({ kind: 'alone', server: undefined })).toContain('names no server');
    expect(why({ kind: 'alone', server: { kind: 'refused', reason: 'address' } })).toContain('peerbook.json');
    expect(why({ kind: 'joining', others: 2 })).toContain('2 others are here');
    expect(why({ kind: 'joining', server: { kind: 'connecting' } })).toBe('');
    expect(why({ kind: 'server-away', server: AWAY })).toContain('does not answer');
    expect(why({ kind: 'offline', server: { kind: 'offline' } })).toContain('no network');
  });

  it('is warm when something has to be done, and not while all goes on by itself', () => {
    const tone = (more: Partial<ISummary>) => connectionInWords(summary(more), twelve, trans).tone;
    expect(tone({})).toBe('good');
    expect(tone({ kind: 'server-away', server: AWAY })).toBe('good');
    expect(tone({ kind: 'joining' })).toBe('quiet');
    expect(tone({ kind: 'offline', server: AWAY })).toBe('warm');
  });

  it('says that the room lets nobody in, before anything else', () => {
    const said = connectionInWords(summary({ kind: 'joining', refusal: 'room-full' }), [me()], trans);
    expect(said.text).toBe('Not in the class');
    expect(said.why).toContain('full');
    for (const reason of ['room-full', 'too-many-rooms', 'something-new']) {
      expect(refusalInWords(reason, trans)).toMatch(/Your work is kept here\..*reload|Reload/);
    }
  });
});

describe('what the device keeps', () => {
  it('is followed by what is safe all the same, where it keeps nothing and the class gets it', () => {
    const full = 'Storage is full: save your notebook as a file';
    expect(keptInWords(full, false, true, trans)).toBe(
      `${full}. The class still gets what you write here while you are live.`
    );
    expect(keptInWords(full, false, false, trans)).toBe(full);
    expect(keptInWords('Kept on this device', true, true, trans)).toBe('Kept on this device');
  });
});

describe('the server', () => {
  it('is no subject while all is well with it', () => {
    for (const kind of ['idle', 'connecting', 'open'] as const) {
      expect(serverInWords({ kind }, trans)).toBe('');
    }
  });

  it('away, says what happened and that nothing has to be done', () => {
    const reasons = ['unreachable', 'broken', 'cut', 'restarting', 'dropped'] as const;
    const all = reasons.map(reason => serverInWords({ kind: 'away', reason, retryAt: 0 }, trans));
    all.forEach(words => expect(words).toMatch(/tried again|back in a moment/));
    expect(new Set(all).size).toBe(reasons.length);
  });

  it('refusing, says what happened, what is safe and what to do', () => {
    for (const reason of ['address', 'version', 'garbled', 'session-taken', 'replaced'] as const) {
      const words = serverInWords({ kind: 'refused', reason }, trans);
      expect(words).toContain('Your work is kept here.');
      expect(words).toMatch(/reload/i);
    }
  });

  it('is spoken of in plain words', () => {
    const states: SignalingState[] = [
      { kind: 'offline' },
      ...(['unreachable', 'broken', 'cut', 'restarting', 'dropped'] as const).map(
        reason => ({ kind: 'away', reason, retryAt: 0 }) as const
      ),
      ...(['address', 'version', 'garbled', 'session-taken', 'replaced'] as const).map(
        reason => ({ kind: 'refused', reason }) as const
      )
    ];
    const words = states.map(state => serverInWords(state, trans)).join(' ');
    expect(words).not.toMatch(/\b(peer|kernel|ICE|CRDT|WebSocket|WebRTC|session|socket)\b/i);
  });
});

describe('a person', () => {
  const steps = new Map([['w/2.ipynb', 2]]);
  const where = (...notebooks: string[]) =>
    whereInWords({ notebooks }, 'w/1.ipynb', path => steps.get(path), trans);

  it('is here, in a step, in another notebook or in none', () => {
    expect(where('w/1.ipynb', 'w/2.ipynb')).toBe('in this notebook');
    expect(where('w/2.ipynb')).toBe('in step 2');
    expect(where('other.ipynb')).toBe('in another notebook');
    expect(where()).toBe('not in a notebook');
  });

  it('is here since a time of the clock, and since a day when it was another', () => {
    const noon = new Date(2026, 10, 21, 12, 5).getTime();
    expect(sinceInWords(noon, noon + 60_000, 'de', trans)).toBe('since 12:05');
    expect(sinceInWords(noon, noon + 86_400_000, 'de', trans)).toMatch(/since 21\. Nov.*12:05/);
  });

  it('has at most two letters on their mark, whole ones', () => {
    const table: [string, string][] = [
      ['Ada Lovelace', 'AL'],
      ['ada', 'A'],
      ['Jean-Luc  Picard', 'JP'],
      ['čeněk ďurďovič', 'ČĎ'],
      ['李 明', '李明'],
      ['(Ben)', 'B'],
      ['👩🏽‍🚀', '👩🏽‍🚀'],
      ['<b>x</b>', 'B'],
      ['e\u0301mile', 'E\u0301']
    ];
    for (const [name, initials] of table) {
      expect(initialsOf(name)).toBe(initials);
    }
  });
});

describe('coming and going', () => {
  it('is told in numbers', () => {
    expect(comingInWords({ came: 3, left: 0, others: 12 }, trans)).toBe(
      '3 people came. 12 others are here now.'
    );
    expect(comingInWords({ came: 1, left: 1, others: 1 }, trans)).toBe(
      'One person came. One person left. One other person is here now.'
    );
    expect(comingInWords({ came: 0, left: 2, others: 0 }, trans)).toBe(
      '2 people left. Nobody else is here now.'
    );
  });
});
