import { digest } from 'lib0/hash/sha256';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { IOwnSession } from '../identity/own';
import { encodeMessage } from '../overlay/wire';
import { craft, type ICrafted } from '../permissions/crafted.testing';
import { COSTLY_MS } from '../permissions/work';
import { clientOf } from '../session';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';

const start = new Y.Doc();
Y.applyUpdate(start, GENESIS);
const source = (start.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text)._item!.id;
const { add } = Set.prototype;
/** A stopwatch of work: of each item that Yjs looks at, it adds two to its sets. */
const looked = { count: 0 };
const stopwatch = (): number => looked.count * 0.0003;

describe('writing that takes too long', () => {
  afterEach(() => {
    Set.prototype.add = add;
  });

  it('[PER8] waits, while what others write comes at once; its author is named, and it is there in the end', () => {
    Set.prototype.add = function (value: unknown) {
      looked.count += 1;
      return add.call(this, value);
    };
    const pages = new Pages(digest);
    const named: string[] = [];
    const open = (): Page => {
      const page: Page = pages.open({
        ...{ stopwatch, onCostly: participant => named.push(participant) },
        onReplayed: (_, doc) => (page.doc = doc)
      });
      return page;
    };
    const [a, b] = [open(), open()];
    pages.join(a, b);
    pages.clock.advance(1000);
    const clientFor = ({ participant, session }: IOwnSession): number =>
      clientOf(digest, DOCUMENT, participant, session);
    // Yjs looks through what is of lower clients.
    const [eve, other] = ['eve', 'other']
      .map(name => pages.members.session(name))
      .sort((one, two) => clientFor(one) - clientFor(two)) as [IOwnSession, IOwnSession];
    const [client, theirs] = [clientFor(eve), clientFor(other)];
    const parent = { client: source.client, clock: source.clock };
    const before: ICrafted[] = Array.from({ length: 1000 }, (_, at) =>
      at === 0 ? { parent } : { right: { client, clock: at - 1 } }
    );
    const nowhere = Array<ICrafted>(1000).fill({ left: null, right: null, parent });
    const changes = Array.from({ length: 4 }, (_, at) => craft(theirs, 1000 * at, nowhere));
    const give = (own: IOwnSession, said: Uint8Array[]): void => {
      a.hear(b.session, 'control', encodeMessage({ type: 'introduction', bytes: own.introduction }));
      pages.members
        .sealed(own, DOCUMENT, 'document', said)
        .forEach(bytes => a.engine.hearStar('somebody', bytes));
    };
    give(eve, [craft(client, 0, before)]);
    expect(named).toEqual([]);
    const then = stopwatch();
    give(other, changes);
    expect(named).toEqual([other.participant]);
    expect(stopwatch() - then).toBeLessThan(3 * COSTLY_MS);
    const length = a.words.length;
    expect(length).toBeLessThan(5000);
    b.text.insert(0, 'HONEST');
    pages.clock.advance(1000);
    expect([a.words.includes('HONEST'), b.words.includes('HONEST')]).toEqual([true, true]);
    expect(a.words.length).toBeLessThan(5006);
    // It is passed on, and comes bit by bit, everywhere.
    pages.clock.advance(600_000);
    expect([a.words.length, b.words]).toEqual([5006, a.words]);
  });
});
