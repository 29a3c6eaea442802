import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { ICrypto } from '../crypto';
import { clientOf } from '../session';
import { DOCUMENT, GENESIS, Pages } from '../simulation/pages';
import type { VirtualClock } from '../simulation/time';
import type { Changes } from './changes';
import type { IKept } from './kept';

/** Cryptography that answers later, as a browser's does. */
function slow(crypto: ICrypto, clock: VirtualClock): ICrypto {
  return new Proxy(crypto, {
    get(target, name: keyof ICrypto) {
      const member: unknown = target[name];
      if (typeof member !== 'function') {
        return member;
      }
      return (...given: unknown[]): unknown => {
        const then = given.at(-1) as (...found: unknown[]) => void;
        const later = (...found: unknown[]): void => void clock.after(1, () => then(...found));
        return (member as (...all: unknown[]) => unknown).call(target, ...given.slice(0, -1), later);
      };
    }
  });
}

const textOf = (doc: Y.Doc): string =>
  (doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text).toJSON();

describe('what storage has of a document', () => {
  it('[STO10] says whose it is also of what one wrote before one’s own introduction was looked at', () => {
    const pages = new Pages(digest);
    const { crypto } = pages.members;
    const kept: string[] = [];
    const ada = pages.open({
      crypto: new Proxy(crypto, {
        get: (target, name: keyof ICrypto) =>
          name === 'verify' ? () => undefined : (target[name] as () => void).bind(target)
      }),
      keep: (_, { kind }) => kept.push(kind)
    });
    ada.text.insert(0, 'hello');
    pages.clock.advance(2000);
    expect(kept).toEqual(['introduction', 'piece']);
  });

  it('[STO10] is read again with nobody there, however late cryptography answers', () => {
    const pages = new Pages(digest);
    const kept: IKept[] = [];
    const before = pages.open({ keep: (_, each) => kept.push(each) }, true, 'ada');
    before.text.insert(0, 'hello');
    pages.clock.advance(2000);
    before.engine.end();
    expect(kept.map(({ kind }) => kind)).toEqual(['introduction', 'piece']);

    const doc = new Y.Doc();
    const told: string[] = [];
    const again = pages.open({ crypto: slow(pages.members.crypto, pages.clock) }, false, 'ada');
    const restored = (): void => void told.push(textOf(doc));
    const end = again.engine.follow(DOCUMENT, doc, { genesis: GENESIS, kept, restored });
    expect(told).toEqual([]);
    pages.clock.advance(2000);
    expect(told).toEqual(['hello']);
    // What is written then goes under this session's own name.
    expect(doc.clientID).toBe(clientOf(digest, DOCUMENT, again.participant, again.session));

    end();
    const early = pages.open({ crypto: slow(pages.members.crypto, pages.clock) }, false, 'ada');
    early.engine.follow(DOCUMENT, new Y.Doc(), {
      genesis: GENESIS,
      kept,
      restored: () => told.push('over')
    })();
    pages.clock.advance(2000);
    expect(told).toEqual(['hello', 'over']);
  });

  it('[LOG8, STO10] what was refused is not taken while it is read, however late, and is judged anew when it is said', () => {
    const pages = new Pages(digest);
    const kept: IKept[] = [];
    const before = pages.open({ keep: (_, each) => kept.push(each), compactEvery: 4 }, true, 'ada');
    for (let key = 0; key < 24; key += 1) {
      before.text.insert(0, 'k');
      pages.clock.advance(200);
    }
    const { session, participant: author } = before;
    const [segment] = before.engine.replica(DOCUMENT)!.log.pieces(session);
    expect(segment!.form).toBe('segment');
    const { hash, bytes } = segment!;
    before.engine.end();

    const later = pages.open({ crypto: slow(pages.members.crypto, pages.clock) }, false, 'ben');
    later.engine.follow(DOCUMENT, new Y.Doc(), {
      genesis: GENESIS,
      kept: [
        kept.find(({ kind }) => kind === 'introduction')!,
        { kind: 'refuse', session, author, hash },
        { kind: 'piece', bytes }
      ]
    });
    pages.clock.advance(2000);
    const replica = later.engine.replica(DOCUMENT)!;
    expect([replica.log.count(session), replica.log.refusedOf(session)]).toEqual([0, []]);
    const { changes } = later.engine as unknown as { changes: Changes };
    const received: unknown[] = [];
    changes.takeSegment(replica, bytes, '', is => received.push(is));
    pages.clock.advance(2000);
    expect([received, replica.log.count(session)]).toEqual([['taken'], segment!.to]);
  });

  it('[STO10] is whole when it is told to be, whatever is beside it of whom nobody knows', () => {
    const pages = new Pages(digest);
    const { members } = pages;
    const ada = pages.open({}, true, 'ada');
    ada.text.insert(0, 'hello');
    pages.clock.advance(2000);
    const [piece] = ada.engine.replica(DOCUMENT)!.log.pieces(ada.session);
    const kept: IKept[] = [
      ...members
        .sealed(members.session('eve'), DOCUMENT, 'document', [Uint8Array.of(1)])
        .map((bytes): IKept => ({ kind: 'piece', bytes })),
      { kind: 'refuse', session: ada.session, author: ada.participant, hash: new Uint8Array(32) },
      { kind: 'introduction', bytes: ada.own.introduction },
      { kind: 'piece', bytes: piece!.bytes },
      // Not of the document: whoever wrote into the storage makes nobody say anything.
      ...members
        .sealed(ada.own, DOCUMENT, 'record', [Uint8Array.of(1)])
        .map((bytes): IKept => ({ kind: 'piece', bytes }))
    ];
    const cleo = pages.open({ crypto: slow(members.crypto, pages.clock) }, false);
    const [doc, told]: [Y.Doc, string[]] = [new Y.Doc(), []];
    const restored = (): void => void told.push(textOf(doc));
    cleo.engine.follow(DOCUMENT, doc, { genesis: GENESIS, kept, restored });
    pages.clock.advance(5000);
    expect([told, cleo.refusals.filter(each => each !== 'unknown-session')]).toEqual([['hello'], []]);
  });

  it('[STO10] is given to nobody when the page ended meanwhile', () => {
    const pages = new Pages(digest);
    const ada = pages.open({}, true, 'ada');
    ada.text.insert(0, 'hello');
    pages.clock.advance(2000);
    const [piece] = ada.engine.replica(DOCUMENT)!.log.pieces(ada.session);
    const kept: IKept[] = [
      { kind: 'introduction', bytes: ada.own.introduction },
      { kind: 'refuse', session: ada.session, author: ada.participant, hash: new Uint8Array(32) },
      { kind: 'piece', bytes: piece!.bytes }
    ];
    const cleo = pages.open({ crypto: slow(pages.members.crypto, pages.clock) }, false);
    let isTold = false;
    const close = cleo.engine.follow(DOCUMENT, new Y.Doc(), {
      genesis: GENESIS,
      kept,
      restored: () => (isTold = true)
    });
    close();
    cleo.engine.end();
    expect(() => pages.clock.advance(2000)).not.toThrow();
    expect(isTold).toBe(true);
  });

  it('[STO10] has what came before somebody opened the document', () => {
    const pages = new Pages(digest);
    const ada = pages.open();
    const disk: IKept[] = [];
    const opened = new Set<string>();
    const keep = (name: string, each: IKept): unknown => opened.has(name) && disk.push(each);
    const ben = pages.open({ keep, carries: () => true }, false, 'ben');
    pages.join(ada, ben);
    ada.text.insert(0, 'early');
    pages.clock.advance(5000);
    expect(ben.engine.replica(DOCUMENT)?.log.sessions).toEqual([ada.session]);

    opened.add(DOCUMENT);
    ben.follow();
    expect([ben.words, disk.map(({ kind }) => kind)]).toEqual(['early', ['introduction', 'piece']]);
    pages.part(ada, ben);
    const again = pages.open({}, false, 'ben');
    const doc = new Y.Doc();
    again.engine.follow(DOCUMENT, doc, { genesis: GENESIS, kept: disk });
    expect(textOf(doc)).toBe('early');
  });
});
