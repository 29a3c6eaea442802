import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { IReached } from '../class/readmission';
import { encodeProof } from '../log/proof';
import { DOCUMENT, Pages } from '../simulation/pages';
import { farthest, reachesKept } from './archive';
import type { IKept } from './kept';

const never = (): null => null;

describe('what a device keeps of documents that are not open', () => {
  it('[STO12] says how far somebody is as the page says that has them open, and of nobody else', () => {
    const pages = new Pages(digest);
    const disk: IKept[] = [];
    const ada = pages.open({ keep: (_, each) => disk.push(each) }, true, 'ada');
    const ben = pages.open({}, true, 'ben');
    pages.join(ada, ben);
    for (const words of ['one', 'two', 'three']) {
      ben.text.insert(0, words);
      ada.text.insert(0, words);
      pages.clock.advance(2000);
    }
    const { room } = pages.members;
    const reached = reachesKept({ digest, room, cutOf: never }, DOCUMENT, disk, [ben.participant]);
    expect([...reached.keys()]).toEqual([ben.participant]);
    expect(reached.get(ben.participant)).toEqual(ada.engine.reachedBy(ben.participant));
    expect(reached.get(ben.participant)![0]).toMatchObject({ session: ben.session, count: 3, fork: 'none' });

    // What was stated before holds; and what is another class's, or another document's, is nothing.
    const cut = reachesKept({ digest, room, cutOf: () => ({ count: 0, chain: null }) }, DOCUMENT, disk, [
      ben.participant
    ]);
    expect(cut.get(ben.participant)).toMatchObject([{ session: ben.session, count: 0, fork: 'none' }]);
    const others = { digest, room: new Uint8Array(16).fill(9), cutOf: never };
    expect(reachesKept(others, DOCUMENT, disk, [ben.participant]).get(ben.participant)).toEqual([]);
    const elsewhere = DOCUMENT.replace(/.$/, end => (end === '0' ? '1' : '0'));
    expect(
      reachesKept({ digest, room, cutOf: never }, elsewhere, disk, [ben.participant]).get(ben.participant)
    ).toEqual([]);
  });

  it('[STO12] says it of the class’s pieces of that kind alone, and of what is proven to be two things', () => {
    const pages = new Pages(digest);
    const { members } = pages;
    const ben = members.session('ben');
    const outputs = `${DOCUMENT}/outputs.${ben.participant}`;
    const sealed = (...[document, kind, mark, room]: [string, 'document' | 'outputs', number, Uint8Array?]) =>
      members.sealed(ben, document, kind, [Uint8Array.of(mark)], room ? { room } : {})[0]!;
    const reached = (document: string, ...kept: IKept[]) => {
      const disk: IKept[] = [{ kind: 'introduction', bytes: ben.introduction }, ...kept];
      const found = reachesKept({ digest, room: members.room, cutOf: never }, document, disk, [
        ben.participant
      ]);
      return found.get(ben.participant)!.map(({ count, fork }) => `${count} ${fork}`);
    };
    const piece = (bytes: Uint8Array): IKept => ({ kind: 'piece', bytes });
    expect(reached(DOCUMENT, piece(sealed(DOCUMENT, 'document', 1)))).toEqual(['1 none']);
    expect(reached(outputs, piece(sealed(outputs, 'outputs', 1)))).toEqual(['1 none']);
    expect(reached(DOCUMENT, piece(sealed(DOCUMENT, 'outputs', 1)))).toEqual([]);
    expect(reached(DOCUMENT, piece(sealed(DOCUMENT, 'document', 1, new Uint8Array(16))))).toEqual([]);
    const pieces = [1, 2].map(mark => sealed(DOCUMENT, 'document', mark));
    const proof = encodeProof({ introductions: [ben.introduction], pieces });
    const disk: IKept[] = [{ kind: 'fork', bytes: proof }];
    const found = reachesKept({ digest, room: members.room, cutOf: never }, DOCUMENT, disk, [
      ben.participant
    ]);
    expect(found.get(ben.participant)!.map(({ fork }) => fork)).not.toContain('none');
    expect(found.get(ben.participant)!.length).toBeGreaterThan(0);
  });

  it('[STO12] what reaches farther counts, and a session that said two things as far as nobody doubts it', () => {
    const reach = (session: string, count: number, fork: IReached['fork'] = 'none'): IReached => {
      return { document: 'd', session, count, chain: new Uint8Array(32).fill(count), fork };
    };
    // What is known alone outdoes nothing that is there.
    const here = [
      reach('a', 3),
      reach('b', 9),
      reach('c', 2, 'later'),
      reach('e', 0, 'first'),
      reach('d', 0, 'later')
    ];
    const kept = [reach('a', 5), reach('b', 4, 'later'), reach('c', 8), reach('d', 1)];
    const wanted = [reach('a', 5), reach('b', 4, 'later'), reach('c', 2, 'later'), reach('e', 0, 'first')];
    for (const found of [farthest(here, kept), farthest(kept, here)]) {
      const sorted = found.sort((one, other) => (one.session < other.session ? -1 : 1));
      expect(sorted).toEqual([...wanted.slice(0, 3), reach('d', 1), wanted[3]]);
    }
    // Two things from the beginning: of whatever there is nobody knows which of them it is.
    const doubted = reach('f', 0, 'first');
    expect(farthest([doubted], [reach('f', 7)])).toEqual([doubted]);
    expect(farthest([reach('f', 7)], [doubted])).toEqual([doubted]);
    expect(farthest([reach('a', 1)], [{ ...reach('a', 1), document: 'other' }]).length).toBe(2);
  });
});
