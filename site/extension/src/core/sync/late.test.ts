/** What waits for a key, and its author may not write any more when that comes. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { Pages } from '../simulation/pages';
import type { ICut } from '../log/log';

describe('what was written and waits for a key', () => {
  it('[PER7] is given back when its author is cut off before it comes, and stands on no page alone', () => {
    const pages = new Pages(digest);
    let [isHere, cut]: [boolean, ICut | null] = [false, null];
    const lost: string[] = [];
    const page = pages.open({
      keys: {
        keyFor: (document, kind, then) =>
          isHere ? pages.members.keys.keyFor(document, kind, then) : then(null),
        keysOf: pages.members.keys.keysOf
      },
      rules: { standing: () => 'may', cutOf: (_, session) => (session === page.session ? cut : null) },
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: () => undefined
    });
    page.text.insert(0, 'Too late.');
    pages.clock.advance(1000);
    cut = { count: 0, chain: null };
    page.engine.rulesChanged();
    isHere = true;
    page.engine.keysChanged();
    pages.clock.advance(1000);
    expect([page.words, lost]).toEqual(['', ['Too late.']]);
  });
});
