import { describe, expect, it } from 'vitest';
import type { Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { ISealed } from '../envelope/seal';
import type { Seals } from '../envelope/seals';
import { Writer } from './writer';

/** Where keys come when a test gives them: `null` for none. */
function bench() {
  const asked: { readonly document: string; readonly give: (key: IDocumentKey | null) => void }[] = [];
  const [sealed, locked]: [string[], string[]] = [[], []];
  const seals = {
    seal: (
      document: string,
      kind: Kind,
      _: IDocumentKey,
      change: Uint8Array,
      then: (is: ISealed) => void
    ) => {
      sealed.push(`${kind} ${document} ${change.join()}`);
      then({} as ISealed);
    }
  } as unknown as Seals;
  const writer = new Writer({
    seals,
    keyFor: (document, _, give) => asked.push({ document, give }),
    made: () => undefined,
    locked: document => locked.push(document)
  });
  const key: IDocumentKey = { epoch: 1, key: new Uint8Array(32) };
  const give = (with_: IDocumentKey | null = key): string[] => {
    asked.splice(0).forEach(each => each.give(with_));
    return sealed.splice(0);
  };
  const write = (mark: number, kind: Kind = 'document', document = 'd'): void =>
    writer.write(document, kind, Uint8Array.of(mark));
  return { asked, locked, writer, give, write };
}

describe('what one writes', () => {
  it('[KEY4] waits for a key, all of it in order, and is sealed when there is one; what is sealed is not again', () => {
    const { asked, locked, writer, give, write } = bench();
    write(1);
    write(2);
    expect(asked.length).toBe(1);
    expect([give(null), locked]).toEqual([[], ['d']]);
    write(3);
    expect([give(null), locked]).toEqual([[], ['d', 'd']]);
    writer.unlock();
    writer.unlock();
    expect([asked.length, give()]).toEqual([1, ['document d 1', 'document d 2', 'document d 3']]);
    writer.unlock();
    expect([asked.length, locked.length]).toEqual([0, 2]);
    write(4);
    expect(give()).toEqual(['document d 4']);
  });

  it('[PER7] is not sealed any more once it was given back, and what is written after it is', () => {
    const { writer, give, write } = bench();
    const waiting = (): number => writer.waiting('d', 'document');
    expect(waiting()).toBe(0);
    write(1);
    write(2);
    write(3, 'outputs');
    write(4, 'document', 'other');
    expect(waiting()).toBe(2);
    writer.drop('d', 'document');
    expect(waiting()).toBe(0);
    write(5);
    expect(give()).toEqual(['document d 5', 'outputs d 3', 'document other 4']);
    expect(waiting()).toBe(0);
  });

  it.each([
    ['document', [1, 2]],
    ['outputs', [1, 2]],
    ['record', [2]],
    ['awareness', [2]]
  ] as const)(
    '[SYN10] of what one says of oneself the latest waits, of what one writes all: %s',
    (kind, left) => {
      const { give, write } = bench();
      write(1, kind);
      write(9, kind, 'other');
      write(2, kind);
      expect(give()).toEqual([...left.map(mark => `${kind} d ${mark}`), `${kind} other 9`]);
    }
  );
});
