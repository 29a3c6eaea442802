import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { VirtualClock } from '../simulation/time';
import { CARRY_MS } from './carried';
import type { Custody } from './custody';
import { Library } from './library';
import type { Replica } from './replica';

const [BOOK, OUTPUTS] = [`${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`, `/outputs.${'0b'.repeat(16)}`];

/** What of a replica the library looks at. */
class Paper {
  constructor(
    readonly name: string,
    readonly kind: string
  ) {}

  doc: Y.Doc | null = null;
  isOwn = false;
  ended = 0;

  open(doc: Y.Doc, _: unknown, then: () => void): void {
    this.doc = doc;
    then();
  }

  close(): void {
    this.doc = null;
  }

  end(): void {
    this.ended += 1;
  }
}

let [clock, carried, duties, told] = [
  new VirtualClock(),
  new Set<string>(),
  new Set<string>(),
  [] as string[]
];
let hasRoom = true;
let library: Library;

beforeEach(() => {
  [clock, carried, duties, told, hasRoom] = [new VirtualClock(), new Set(), new Set(), [], true];
  library = new Library({
    clock,
    make: (document, kind) => new Paper(document, kind) as unknown as Replica,
    opened: ({ name }, isOpen) => told.push(`${isOpen ? 'open' : 'carried'} ${name}`),
    dropped: document => told.push(`dropped ${document}`)
  });
  library.custody = {
    isDuty: (document: string) => duties.has(document),
    carried: Object.assign(carried, { admits: () => hasRoom })
  } as unknown as Custody;
});

const paper = (document: string): Paper | undefined => library.replicas.get(document) as unknown as Paper;
const later = (): void => clock.advance(CARRY_MS);

describe('what a page carries', () => {
  it('[SYN12] is what it is asked for, or keeps for all, where there is room; nothing else', () => {
    expect([library.carry(BOOK), library.replicas.size]).toEqual([undefined, 0]);
    hasRoom = false;
    expect(library.carry(BOOK, true)).toBe(undefined);
    duties.add(BOOK);
    expect(library.carry(BOOK)).toBe(undefined);
    hasRoom = true;
    expect(library.carry(BOOK)?.kind).toBe('document');
    expect(library.carry(BOOK + OUTPUTS, true)?.kind).toBe('outputs');
    expect(library.carry(BOOK, true)).toBe(library.carry(BOOK));
    expect([told.length, [...carried]]).toEqual([2, [BOOK, BOOK + OUTPUTS]]);
  });

  it('[SYN12] for somebody who asked goes after a while: not what it wrote in, opened, or is to keep', () => {
    const names = ['asked', 'written', 'opened', 'kept', 'again'];
    names.forEach(name => library.carry(name, true));
    paper('written')!.isOwn = true;
    library.open('opened', new Y.Doc(), 'document', null);
    duties.add('kept');
    library.drop(library.replicas.get('again')!);
    const again = library.ensure('again', 'document');
    carried.add('again');
    later();
    expect([...library.replicas.keys()]).toEqual(['written', 'opened', 'kept', 'again']);
    expect(library.replicas.get('again')).toBe(again);
    expect(told.filter(each => each.startsWith('dropped'))).toEqual(['dropped again', 'dropped asked']);
  });

  it('[SYN12] to keep stays, however long', () => {
    duties.add(BOOK);
    library.carry(BOOK);
    duties.delete(BOOK);
    later();
    expect(library.replicas.has(BOOK)).toBe(true);
  });

  it('[SYN6] is open once at a time, and carried when it is closed: by who opened it, and once', () => {
    const close = library.open(BOOK, new Y.Doc(), 'document', null);
    expect(() => library.open(BOOK, new Y.Doc(), 'document', null)).toThrow('Already open');
    expect(carried.has(BOOK)).toBe(false);
    close();
    expect([paper(BOOK)!.doc, carried.has(BOOK)]).toEqual([null, true]);
    carried.delete(BOOK);
    close();
    expect(carried.has(BOOK)).toBe(false);
    const second = library.open(BOOK, new Y.Doc(), 'document', null);
    library.drop(library.replicas.get(BOOK)!);
    const other = library.ensure(BOOK, 'document') as unknown as Paper;
    other.doc = new Y.Doc();
    second();
    expect([other.doc !== null, carried.has(BOOK)]).toEqual([true, false]);
    library.end();
    expect([library.replicas.size, other.ended]).toEqual([0, 1]);
  });
});
