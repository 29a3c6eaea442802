import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cursorIn, findCursor } from '../../core/awareness/cursor';
import { cellsOf, orderOf } from '../../core/document/cells';
import { buryCell, createCell, moveCells } from '../../core/document/edit';
import { DOCUMENT, type Page, Pages } from '../../core/simulation/pages';
import { FLAG_MS, type ICaret, type IOwner, Others, sameCarets } from './others';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** Two pages in one class, connected, with cells `a` and `b`; what Ben's page shows of Ada. */
class Two {
  constructor() {
    [this.ada, this.ben] = this.pages.many(2) as [Page, Page];
    this.pages.join(this.ada, this.ben);
    this.ada.doc.transact(() => {
      createCell(this.ada.doc, { id: 'a', cell_type: 'code', source: 'hello world', metadata: {} }, 'A');
      createCell(this.ada.doc, { id: 'b', cell_type: 'code', source: 'second', metadata: {} }, 'B');
    });
    this.pass(1000);
    this.others = new Others(this.ben.doc, DOCUMENT, session => this.owners(session));
  }

  readonly pages = new Pages(digest);
  readonly ada: Page;
  readonly ben: Page;
  readonly others: Others;
  owners = (session: string): IOwner | undefined =>
    session === this.ada.session ? { participant: 'ad', name: 'Ada', colour: 3 } : undefined;

  pass(ms: number): void {
    this.pages.clock.advance(ms);
  }

  text(page: Page, cell = 'a'): Y.Text {
    return cellsOf(page.doc).get(cell)!.get('source') as Y.Text;
  }

  put(anchor: number, head = anchor, cell = 'a'): void {
    this.ada.engine.awareness.say(DOCUMENT, cursorIn(this.text(this.ada, cell), anchor, head));
  }

  read(): ReadonlyMap<string, readonly ICaret[]> {
    return this.others.read(this.ben.engine.awareness.present(), this.pages.clock.now());
  }

  /** The cell Ada is in, and the text before and in her selection, as Ben's page has it. */
  seen(): [string, string, string] | null {
    for (const [cell, [caret]] of this.read()) {
      const found = findCursor(this.ben.doc, caret!.cursor)!;
      expect(found.cell).toBe(cell);
      const text = this.text(this.ben, cell).toJSON();
      return [cell, text.slice(0, found.anchor), text.slice(found.anchor, found.head)];
    }
    return null;
  }
}

describe('cursors of others', () => {
  it('stand where their owner put them, with the name and colour of the class', () => {
    const two = new Two();
    two.put(6, 11);
    two.pass(1000);
    expect(two.seen()).toEqual(['a', 'hello ', 'world']);
    expect(two.read().get('a')![0]).toMatchObject({ name: 'Ada', colour: 3, participant: 'ad' });
    two.put(0, 0, 'b');
    two.pass(1000);
    expect(two.seen()).toEqual(['b', '', '']);
  });

  it("stay there while others write before and after them, and with one's own typing move without a word", () => {
    const two = new Two();
    two.put(6);
    two.pass(1000);
    two.text(two.ben).insert(0, '>>> ');
    two.text(two.ben).insert(15, '!');
    expect(two.seen()).toEqual(['a', '>>> hello ', '']);
    two.pass(1000);
    const before = two.ben.count(160);
    two.text(two.ada).insert(10, 'new ');
    two.put(14);
    two.pass(1000);
    expect(two.seen()).toEqual(['a', '>>> hello new ', '']);
    expect(two.ben.count(160) - before).toBe(1);
  });

  it('stay there when what they stand on is deleted, and after that is undone', () => {
    const two = new Two();
    two.put(6);
    two.pass(1000);
    const undo = new Y.UndoManager(two.text(two.ben));
    two.text(two.ben).delete(4, 4);
    expect(two.seen()).toEqual(['a', 'hell', '']);
    undo.undo();
    expect(two.seen()).toEqual(['a', 'hello ', '']);
  });

  it('go with their cell when it is moved or its type changes, and are nowhere when it is deleted', () => {
    const two = new Two();
    two.put(6);
    two.pass(1000);
    two.ben.doc.transact(() => moveCells(two.ben.doc, 0, 1, 1, () => 7));
    cellsOf(two.ben.doc).get('a')!.set('cell_type', 'markdown');
    expect(orderOf(two.ben.doc).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(two.seen()).toEqual(['a', 'hello ', '']);
    buryCell(cellsOf(two.ben.doc).get('a')!);
    // The text is still there; nothing shows the cell.
    expect(orderOf(two.ben.doc).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('count in UTF-16, as the editor does', () => {
    const two = new Two();
    two.text(two.ada).insert(0, '\u{1F40D}é\n');
    two.put(4);
    two.pass(1000);
    expect(two.seen()).toEqual(['a', '\u{1F40D}é\n', '']);
  });

  it('appear when what they stand on has come', () => {
    const two = new Two();
    two.read();
    const late = new Y.Doc();
    const others = new Others(late, DOCUMENT, two.owners);
    two.put(6);
    two.pass(1000);
    const present = two.ben.engine.awareness.present();
    expect(others.read(present, 0).size).toBe(0);
    expect(others.isWaiting).toBe(true);
    Y.applyUpdate(late, Y.encodeStateAsUpdate(two.ben.doc));
    expect([...others.read(present, 0).keys()]).toEqual(['a']);
    expect(others.isWaiting).toBe(false);
  });

  it('are gone when their owner leaves, closes the notebook, puts the cursor away or is not heard any more', () => {
    const ways: ((two: Two) => void)[] = [
      two => two.ada.engine.end(),
      two => two.ada.engine.awareness.leave(DOCUMENT),
      two => two.ada.engine.awareness.say(DOCUMENT, null),
      two => two.pages.network.remove(two.ada.session)
    ];
    for (const way of ways) {
      const two = new Two();
      two.put(6);
      two.pass(1000);
      expect(two.seen()).not.toBeNull();
      way(two);
      two.pass(two.ben.engine.awareness.expiryMs + 1000);
      expect(two.seen()).toBeNull();
    }
  });

  it('of other notebooks and of people nobody knows yet are not shown', () => {
    const two = new Two();
    two.put(6);
    two.pass(1000);
    two.owners = () => undefined;
    expect(two.seen()).toBeNull();
    const elsewhere = new Others(two.ben.doc, 'another', () => ({ participant: 'x', name: 'X', colour: 0 }));
    expect(elsewhere.read(two.ben.engine.awareness.present(), 0).size).toBe(0);
  });
});

describe('names at cursors', () => {
  it('are shown while they move and a little longer, not for those who were here before', () => {
    const two = new Two();
    const isMoving = (): boolean => two.read().get('a')![0]!.isMoving;
    two.put(6);
    two.pass(1000);
    expect(isMoving()).toBe(false);
    two.put(3);
    two.pass(300);
    expect(isMoving()).toBe(true);
    expect(two.others.until).toBe(two.pages.clock.now() + FLAG_MS);
    two.pass(FLAG_MS - 1);
    expect(isMoving()).toBe(true);
    two.pass(1);
    expect(isMoving()).toBe(false);
    expect(two.others.until).toBeNull();
    two.others.stir(two.ada.session, two.pages.clock.now());
    expect(isMoving()).toBe(true);
    // Repeated without a move, again and again.
    two.pass(60_000);
    expect(isMoving()).toBe(false);
  });

  it('change what is shown, and nothing else does', () => {
    const two = new Two();
    two.put(6);
    two.pass(1000);
    const first = two.read().get('a')!;
    two.pass(60_000);
    expect(sameCarets(first, two.read().get('a')!)).toBe(true);
    two.put(7);
    two.pass(1000);
    expect(sameCarets(first, two.read().get('a')!)).toBe(false);
  });
});
