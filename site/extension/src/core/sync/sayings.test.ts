import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FAIR } from '../simulation/network';
import { type Page, Pages } from '../simulation/pages';
import type { Standing } from './engine';

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** Ben, whose key comes late, beside Ada; and who may speak there. */
function late(): { pages: Pages; ada: Page; ben: Page; gets: () => void; say: (standing: Standing) => void } {
  const pages = new Pages(digest, FAIR);
  const { keys } = pages.members;
  let [isHere, standing]: [boolean, Standing] = [false, 'may'];
  const ada = pages.open();
  const ben = pages.open({
    keys: {
      keyFor: (...asked) => keys.keyFor(...asked),
      keysOf: (document, kind, epoch, then) => (isHere ? keys.keysOf(document, kind, epoch, then) : then([]))
    },
    rules: { standing: () => standing, cutOf: () => null }
  });
  pages.join(ada, ben);
  ada.introduce('Ada');
  pages.clock.advance(1000);
  return {
    ...{ pages, ada, ben },
    gets: () => {
      isHere = true;
      ben.engine.keysChanged();
      pages.clock.advance(100);
    },
    say: now => (standing = now)
  };
}

const namesAt = (page: Page): string[] => page.engine.people(0).map(({ name }) => name);

describe('what participants say', () => {
  it('[SYN10] under a key that is not here yet is heard when the key comes', () => {
    const { ben, gets } = late();
    expect(namesAt(ben)).toEqual([]);
    gets();
    expect(namesAt(ben)).toEqual(['Ada']);
  });

  it('[SYN10] is the latest of what they said meanwhile', () => {
    const { pages, ada, ben, gets } = late();
    ada.introduce('Ada Lovelace');
    pages.clock.advance(1000);
    gets();
    expect(namesAt(ben)).toEqual(['Ada Lovelace']);
  });

  it('[SYN10] of whom it is stated meanwhile that they may not, is not heard', () => {
    const { ben, gets, say } = late();
    say('may-not');
    gets();
    expect(namesAt(ben)).toEqual([]);
  });
});
