import { describe, expect, it } from 'vitest';
import type { ISummary } from '../connection/summary';
import { english } from './english';
import { troubleInWords } from './trouble';

const summary = (server: ISummary['server'], refusal?: string): ISummary => {
  return { kind: 'offline', others: 0, direct: 0, relayed: 0, tabs: 0, server, refusal };
};
const said = (server: ISummary['server'], refusal?: string) =>
  troubleInWords(summary(server, refusal), 'Is it running?');

describe('what keeps others out', () => {
  it('is said where the teacher can do something about it, and only there', () => {
    expect(said({ kind: 'open' })).toBe('');
    expect(said({ kind: 'away', reason: 'restarting', retryAt: 0 })).toBe('');
    expect(said({ kind: 'refused', reason: 'address' })).toBe('');
    expect(said({ kind: 'away', reason: 'unreachable', retryAt: 0 })).toBe('Is it running?');
    expect(said({ kind: 'away', reason: 'cut', retryAt: 0 })).toContain('cuts the connection');
    expect(said({ kind: 'refused', reason: 'version' })).toContain('another version');
    expect(said({ kind: 'open' }, 'room-full')).toContain('full');
  });

  it('English sentences are filled, and nothing filled in is read again', () => {
    expect(english.__('Live with %1, %2', '%2', 3)).toBe('Live with %2, 3');
    expect(english._n('%1 person', '%1 people', 1, 1)).toBe('1 person');
    expect(english._n('%1 person', '%1 people', 2, 2)).toBe('2 people');
    expect(english.__('%1 of %2', 'a')).toBe('a of %2');
  });
});
