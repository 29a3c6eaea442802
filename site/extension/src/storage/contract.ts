/** What every storage must do; run on each implementation, in Node and in a browser. */
import type { IPathEntry, IStorage } from './storage';

/** A storage under test, and how to reach under it. */
export interface ISubject {
  readonly open: () => Promise<IStorage>;
  /** Changes one byte of the log's record number `index` (from the oldest) behind the storage's back. */
  readonly damage: (document: string, index: number) => Promise<void>;
}

export interface ICase {
  readonly title: string;
  readonly run: (subject: ISubject) => Promise<void>;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const entryOf = (document: string): IPathEntry => ({ document, genesis: 'g', origin: 'own' });

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(plain(actual)), JSON.stringify(plain(expected))];
  if (a !== b) {
    throw new Error(`expected ${b}, got ${a}`);
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return [...value];
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

export const CONTRACT: readonly ICase[] = [
  {
    title: '[STO1] gives back what was added, in order, for each document',
    run: async ({ open }) => {
      const storage = await open();
      await storage.append('a', bytes(1));
      await storage.append('b', bytes(2));
      await storage.append('a', bytes(3, 4));
      equal((await storage.read('a')).updates, [bytes(1), bytes(3, 4)]);
      equal((await storage.read('b')).updates, [bytes(2)]);
      equal((await storage.read('c')).updates, []);
      equal(await storage.documents(), ['a', 'b']);
    }
  },
  {
    title: '[STO1] keeps its own copy of the bytes',
    run: async ({ open }) => {
      const storage = await open();
      const update = bytes(1, 2, 3);
      const kept = storage.append('a', update);
      update[0] = 9;
      await kept;
      equal((await storage.read('a')).updates, [bytes(1, 2, 3)]);
    }
  },
  {
    title: '[STO2] a snapshot stands for the records it includes, and for no others',
    run: async ({ open }) => {
      const storage = await open();
      await storage.append('a', bytes(1));
      await storage.append('a', bytes(2));
      const { upTo } = await storage.read('a');
      await storage.append('a', bytes(3));
      await storage.compact('a', bytes(12), upTo);
      await storage.append('a', bytes(4));
      equal((await storage.read('a')).updates, [bytes(12), bytes(3), bytes(4)]);
    }
  },
  {
    title: '[STO2] snapshot after snapshot, only the newest is read',
    run: async ({ open }) => {
      const storage = await open();
      for (let round = 1; round <= 4; round += 1) {
        await storage.append('a', bytes(round));
        await storage.compact('a', bytes(10 + round), (await storage.read('a')).upTo);
      }
      equal((await storage.read('a')).updates, [bytes(14)]);
      await storage.append('a', bytes(5));
      equal((await storage.read('a')).updates, [bytes(14), bytes(5)]);
    }
  },
  {
    title: '[STO3] a damaged record is set aside and the others are read',
    run: async ({ open, damage }) => {
      const storage = await open();
      for (const value of [1, 2, 3]) {
        await storage.append('a', bytes(value, value));
      }
      await damage('a', 1);
      const log = await storage.read('a');
      equal([log.updates, log.setAside], [[bytes(1, 1), bytes(3, 3)], 1]);
      equal((await storage.read('a')).setAside, 1);
    }
  },
  {
    title: '[STO3] shortening a log throws no damaged record away',
    run: async ({ open, damage }) => {
      const storage = await open();
      await storage.append('a', bytes(1));
      await storage.append('a', bytes(2));
      const { upTo } = await storage.read('a');
      await damage('a', 0);
      await storage.compact('a', bytes(12), upTo);
      await storage.compact('a', bytes(12), upTo);
      const log = await storage.read('a');
      equal([log.updates, log.setAside], [[bytes(12)], 1]);
    }
  },
  {
    title: '[STO3] a damaged snapshot: the one before it and what came after are read',
    run: async ({ open, damage }) => {
      const storage = await open();
      await storage.append('a', bytes(1));
      await storage.compact('a', bytes(11), (await storage.read('a')).upTo);
      await storage.append('a', bytes(2));
      await storage.compact('a', bytes(12), (await storage.read('a')).upTo);
      await storage.append('a', bytes(3));
      // Record by record: snapshot 11, update 2, snapshot 12, update 3; update 1 went with the second snapshot.
      await damage('a', 2);
      equal((await storage.read('a')).updates, [bytes(11), bytes(2), bytes(3)]);
    }
  },
  {
    title: '[STO4] a genesis is kept by its hash',
    run: async ({ open }) => {
      const storage = await open();
      equal(await storage.genesis('h'), null);
      await storage.putGenesis('h', bytes(7, 8));
      equal(await storage.genesis('h'), bytes(7, 8));
    }
  },
  {
    title: '[STO5] who claims a path first decides its document',
    run: async ({ open }) => {
      const storage = await open();
      const claims = await Promise.all([
        storage.claim('x/a.ipynb', () => entryOf('first')),
        storage.claim('x/a.ipynb', () => entryOf('second'))
      ]);
      equal(claims, [entryOf('first'), entryOf('first')]);
      const other = await storage.claim('x/b.ipynb', taken =>
        entryOf(taken('first') ? 'first again' : 'first')
      );
      equal(other.document, 'first again');
    }
  },
  {
    title: '[STO5] entries are set, listed and removed; the log stays',
    run: async ({ open }) => {
      const storage = await open();
      await storage.append('a', bytes(1));
      await storage.setEntry('x/a.ipynb', entryOf('a'));
      await storage.setEntry('x/b.ipynb', { ...entryOf('b'), fileStamp: 't' });
      equal([...(await storage.entries()).keys()].sort(), ['x/a.ipynb', 'x/b.ipynb']);
      await storage.removeEntry('x/a.ipynb');
      equal(await storage.entry('x/a.ipynb'), null);
      equal((await storage.entry('x/b.ipynb'))?.fileStamp, 't');
      equal((await storage.read('a')).updates, [bytes(1)]);
    }
  },
  {
    title: '[STO6] settings are kept',
    run: async ({ open }) => {
      const storage = await open();
      equal(await storage.setting('owner'), null);
      await storage.putSetting('owner', 'ab');
      equal(await storage.setting('owner'), 'ab');
    }
  },
  {
    title: '[STO1] a megabyte is one record like any other',
    run: async ({ open }) => {
      const storage = await open();
      await storage.append('a', new Uint8Array(1_000_000).fill(5));
      const [update] = (await storage.read('a')).updates;
      equal([update?.length, update?.[999_999]], [1_000_000, 5]);
    }
  }
];
