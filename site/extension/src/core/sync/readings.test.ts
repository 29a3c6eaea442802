/** The document that is open, and the next one while it is being built beside it. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { ICut } from '../log/log';
import type { IPiece } from '../log/piece';
import { links, Writer } from '../log/writer.testing';
import { craft, numberOf, textOf } from '../permissions/crafted.testing';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import { Chance } from '../simulation/chance';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { QUIET_MS } from './contents';
import type { IKeys } from './options';
import { Replica } from './replica';

/** A replica that has no key for what a test says nothing of; `after`: what is in a piece turns out only after so long. */
function replicaOf(clients: Readonly<Record<string, number>>, after = 0) {
  const clock = new VirtualClock();
  const counts = { opened: 0, built: 0 };
  const cuts = new Map<string, ICut>();
  const nothing = (): undefined => undefined;
  const on = { publish: nothing as () => void };
  const says = new Map<IPiece, Uint8Array>();
  const replica = new Replica('d', 'document', {
    ...{ clock, digest, links, session: 'own', participant: 'me', limits: NOTEBOOK_LIMITS },
    clientOf: (_, author) => clients[author] ?? 1,
    cutOf: session => cuts.get(session) ?? null,
    open: (piece, then) => {
      counts.opened += 1;
      const plain = says.get(piece);
      const open = (): void => then(plain ? { kind: 'open', plain, part: 0, parts: 1 } : { kind: 'locked' });
      if (after > 0) {
        clock.after(after, open);
      } else {
        open();
      }
    },
    replayed: () => void (counts.built += 1),
    publish: () => on.publish(),
    ...{ isForeign: () => false, keep: nothing, locked: nothing, forked: nothing },
    ...{ unfit: nothing, unsealed: () => 0, withdraw: nothing, resumed: nothing, mayWrite: () => true }
  });
  replica.open(new Y.Doc(), null);
  const take = (piece: IPiece): void => {
    replica.take(piece, nothing);
    clock.advance(2 * after);
  };
  const say = (writer: Writer, ...changes: Uint8Array[]): void =>
    writer.write(changes.length).forEach((piece, at) => {
      says.set(piece, changes[at]!);
      take(piece);
    });
  return { replica, clock, counts, cuts, on, says, take, say };
}

const [EVE, ADA, BEN] = [5, 6, 7];
const text = (key: string) => ({ kind: 7, content: numberOf(2), key });

describe('a document that is built anew', () => {
  it.each([
    ['', false],
    [', whatever a neighbour says of it meanwhile', true]
  ])(
    '[SYN17] has nothing of who was cut off, also where it says the same without them%s',
    (_, isSettling) => {
      const { replica, clock, counts, cuts, say } = replicaOf({ eve: EVE, ada: ADA, ben: BEN }, 1);
      const [eve, ada, ben] = ['eve', 'ada', 'ben'].map((name, at) => new Writer(new Chance(at), name)) as [
        ...[Writer, Writer, Writer]
      ];
      say(ada, craft(ADA, 0, [text('t')]));
      say(eve, craft(EVE, 0, [{ content: textOf('xyz'), parent: { client: ADA, clock: 0 } }]));
      say(ada, craft(ADA, 1, [], [[EVE, [0, 3]]]));
      clock.advance(QUIET_MS);
      cuts.set(eve.session, { count: 0, chain: null });
      replica.review();
      if (isSettling) {
        replica.settle();
      }
      clock.advance(100);
      say(ben, craft(BEN, 0, [{ content: textOf('b'), left: { client: EVE, clock: 1 } }]));
      const words = (replica.doc!.getMap('cells').get('t') as Y.Text).toJSON();
      expect([counts.built, words]).toEqual([1, '']);
    }
  );

  it('[LOG7, SYN18] says what may be, and not the one before it: what somebody leans on is another thing there', () => {
    const { replica, clock, says, take } = replicaOf({ ada: ADA, ben: BEN }, 10);
    const [ada, ben] = ['ada', 'ben'].map((name, at) => new Writer(new Chance(at), name)) as [Writer, Writer];
    const [side] = ada.write(1) as [IPiece];
    const letter = { content: textOf('s'), parent: { client: ADA, clock: 0 } };
    says.set(side, craft(ADA, 0, [text('t'), letter]));
    take(side);
    clock.advance(QUIET_MS);
    const [words] = ben.write(1) as [IPiece];
    says.set(words, craft(BEN, 0, [{ content: textOf('ben'), parent: { client: ADA, clock: 1 } }]));
    replica.take(words, () => undefined);
    clock.advance(5);
    // The other side counts: there it is no letter, but a text in which somebody writes.
    says.set(side, craft(ADA, 0, [text('t'), text('u')]));
    replica.review(true);
    clock.advance(100);
    expect(replica.log.stopAt(ben.session)).toBeNull();
    expect((replica.doc!.getMap('cells').get('u') as Y.Text).toJSON()).toBe('ben');
  });

  it('[SYN5] is left for another one where what one wrote meanwhile has it built anew once more', () => {
    const { replica, clock, on, say } = replicaOf({ ada: ADA }, 1);
    const ada = new Writer(new Chance(1), 'ada');
    say(ada, craft(ADA, 0, [text('t')]));
    let published = 0;
    on.publish = () => {
      published += 1;
      if (published === 2) {
        replica.review(true);
      }
    };
    replica.review(true);
    ['one', 'two'].forEach(key => replica.doc!.getMap('meta').set(key, 1));
    expect(published).toBe(1);
    clock.advance(10);
    expect(published).toBe(2);
    say(ada, craft(ADA, 1, [{ content: textOf('b'), parent: { client: ADA, clock: 0 } }]));
    const { cells, meta } = { cells: replica.doc!.getMap('cells'), meta: replica.doc!.getMap('meta') };
    expect([(cells.get('t') as Y.Text).toJSON(), meta.toJSON()]).toEqual(['b', { one: 1, two: 1 }]);
  });

  it('[PER5] is built once, however many turn out to have said what may not be', () => {
    const crowd = Array.from({ length: 10 }, (_, at) => ({ name: `p${at}`, client: 10 + at }));
    const clients = Object.fromEntries(crowd.map(({ name, client }) => [name, client]));
    const { replica, counts, say } = replicaOf({ ...clients, ada: ADA });
    crowd.forEach(({ name, client }) =>
      say(
        new Writer(new Chance(client), name),
        craft(client, 0, [text(name)]),
        craft(client, 1, [{ kind: 1, content: numberOf(1), parent: { client: ADA, clock: 1 } }]),
        craft(client, 2, [{ content: textOf('b'), parent: { client, clock: 0 } }])
      )
    );
    const ada = new Writer(new Chance(1), 'ada');
    say(ada, craft(ADA, 0, [text('t')]));
    counts.opened = 0;
    say(ada, craft(ADA, 1, [{ content: textOf('a'), parent: { client: ADA, clock: 0 } }]));
    expect([counts.built, replica.log.sessions.map(each => replica.log.count(each))]).toEqual([
      ...[1, [...crowd.map(() => 1), 2]]
    ]);
    expect(counts.opened).toBeLessThan(2 * (3 * crowd.length + 2));
  });

  it('[LOG8] leaves out what a segment may not say, which shows only then, and has what others wrote', () => {
    const { replica, says, take, counts } = replicaOf({ eve: EVE, ada: ADA });
    const [eve, ada] = [new Writer(new Chance(1), 'eve'), new Writer(new Chance(2), 'ada')];
    eve.write(2);
    const lie = eve.segment(0, 2);
    const words = ada.write(2);
    [lie, ...words].forEach(take);
    expect(replica.log.count(eve.session)).toBe(2);
    says.set(words[0]!, craft(ADA, 0, [text('t')]));
    says.set(words[1]!, craft(ADA, 1, [{ content: textOf('a'), parent: { client: ADA, clock: 0 } }]));
    says.set(lie, craft(EVE, 0, [{ kind: 1, content: numberOf(1), parent: { client: ADA, clock: 1 } }]));
    replica.review(true);
    const said = (replica.doc!.getMap('cells').get('t') as Y.Text).toJSON();
    expect([said, replica.log.count(eve.session), counts.built]).toEqual(['a', 0, 1]);
  });

  it('[PER5] without somebody ends who said what may not be beside their words, and is built once', () => {
    const { replica, cuts, counts, say } = replicaOf({ eve: EVE, ada: ADA, ben: BEN });
    const [eve, ada, ben] = ['eve', 'ada', 'ben'].map((name, at) => new Writer(new Chance(at), name)) as [
      ...[Writer, Writer, Writer]
    ];
    const word = { content: textOf('a'), parent: { client: ADA, clock: 0 } };
    say(ada, craft(ADA, 0, [text('t'), word]));
    say(eve, craft(EVE, 0, [word]));
    say(
      ben,
      craft(BEN, 0, [
        { content: textOf('b'), left: { client: EVE, clock: 1 } },
        { kind: 1, content: numberOf(1), parent: { client: ADA, clock: 1 } }
      ])
    );
    expect(replica.log.count(ben.session)).toBe(1);
    cuts.set(eve.session, { count: 0, chain: null });
    replica.review();
    const said = (replica.doc!.getMap('cells').get('t') as Y.Text).toJSON();
    expect([said, replica.log.count(ben.session), counts.built]).toEqual(['a', 0, 1]);
  });

  it('[PER7] without what somebody wrote in the page before gives that back in this one, and nothing of others', () => {
    const pages = new Pages(digest);
    let isCut = false;
    const lost: string[] = [];
    const first = pages.open({}, true, 'ada');
    const page: Page = pages.open(
      {
        rules: { standing: () => 'may', cutOf: () => (isCut ? { count: 0, chain: null } : null) },
        onReplayed: (_, doc) => (page.doc = doc),
        onLost: (_, all) => lost.push(...all.map(({ text: words }) => words))
      },
      true,
      'ada'
    );
    const other = pages.open();
    pages.chain([first, page, other]);
    first.text.insert(0, 'mine');
    pages.clock.advance(1000);
    other.text.insert(4, ' theirs');
    pages.clock.advance(1000);
    expect(page.words).toBe('mine theirs');
    isCut = true;
    page.engine.rulesChanged();
    expect([page.words, lost]).toEqual(['', ['mine']]);
  });
});

describe('what is sealed', () => {
  it('[SYN5] is opened once, when it comes', () => {
    const { counts, say } = replicaOf({ ada: ADA });
    say(new Writer(new Chance(1), 'ada'), ...[0, 1, 2].map(at => craft(ADA, at, [text(`t${at}`)])));
    expect(counts.opened).toBe(3);
  });

  it('[SYN16] in a segment is kept unread where there is no key, and is for whoever comes with one', () => {
    const pages = new Pages(digest);
    const keys: IKeys = { keyFor: (_, __, then) => then(null), keysOf: (_, __, ___, then) => then([]) };
    const author = pages.open({ compactEvery: 8 });
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      author.text.insert(author.text.length, letter);
      pages.clock.advance(500);
    }
    const carrier = pages.open({ keys, carries: () => true }, false);
    const keyless = pages.open({ keys });
    [carrier, keyless].forEach(each => pages.join(author, each));
    pages.clock.advance(10_000);
    [carrier, keyless].forEach(each => {
      pages.part(author, each);
      expect(each.engine.replica(DOCUMENT)!.log.pieces(author.session)[0]).toMatchObject({ form: 'segment' });
      const late = pages.open();
      pages.join(each, late);
      pages.clock.advance(10_000);
      expect(late.words).toBe(author.words);
    });
  });
});
