import { describe, expect, it } from 'vitest';
import { shortened } from './shortened';

describe('a name that is too long', () => {
  it('loses its middle, and nothing more than it has to', () => {
    expect(shortened('a.ipynb', 7)).toBe('a.ipynb');
    expect(shortened('what-i-wrote-on-monday (2).ipynb', 20)).toBe('what-i-wro…(2).ipynb');
    expect(shortened('abcdef', 5)).toBe('ab…ef');
    expect(shortened('abcdef', 4)).toBe('ab…f');
  });

  it('is not cut through a character', () => {
    const short = shortened('\u{1f600}'.repeat(40), 20);
    expect(short).toBe(`${'\u{1f600}'.repeat(5)}…${'\u{1f600}'.repeat(4)}`);
  });
});
