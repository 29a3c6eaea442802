import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { Chance } from '../core/simulation/chance';
import { FAIR } from '../core/simulation/network';
import { VirtualClock } from '../core/simulation/time';
import { Gathering } from './simulation/gathering';
import { Members } from '../core/simulation/members';
import { ClassPage, Device, type IClassWorld } from './simulation/page';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const CELLS = ['one', 'two', 'three'].map((source, index) => ({
  id: 'abc'[index],
  cell_type: 'code',
  source,
  metadata: {}
}));

/** Two people (or more) with one notebook of three cells, real engines between them. */
class Class {
  readonly clock = new VirtualClock();
  private readonly chance = new Chance(1);
  private readonly gathering = new Gathering(this.clock, this.chance, FAIR, 'mesh');
  private readonly world: IClassWorld;
  pages: ClassPage[] = [];

  private constructor() {
    const file = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: CELLS };
    const genesis = makeGenesis(normalNotebook(file).notebook);
    const document = `${genesisHash(genesis)}.team.${'0a'.repeat(16)}`;
    this.world = {
      clock: this.clock,
      chance: this.chance,
      members: new Members(this.chance, digest),
      document,
      genesis
    };
  }

  static async with(...names: string[]): Promise<Class> {
    const made = new Class();
    for (const name of names) {
      await made.open(name);
    }
    return made;
  }

  async open(name: string, device = new Device(name)): Promise<ClassPage> {
    const page = await ClassPage.open(name, device, this.world);
    page.beginDeed(0);
    this.pages.push(page);
    this.gathering.add(page);
    this.pass();
    return page;
  }

  async close(page: ClassPage): Promise<void> {
    page.close();
    this.gathering.remove(page, 100);
    this.pages = this.pages.filter(each => each !== page);
    this.pass();
  }

  kill(page: ClassPage): void {
    page.kill();
    this.gathering.network.remove(page.session);
    this.gathering.remove(page, 1000);
    this.pages = this.pages.filter(each => each !== page);
  }

  /** Everybody hears everything. */
  pass(ms = 10_000): void {
    this.clock.advance(ms);
    this.pages.forEach(page => page.beginDeed(this.clock.now()));
  }

  /** Nobody hears of what the others do meanwhile. */
  apart(...deeds: ((page: ClassPage) => void)[]): void {
    this.pages.forEach(page => this.gathering.cutOff([page]));
    this.pass();
    deeds.forEach((deed, index) => deed(this.pages[index]!));
    this.pass();
    this.gathering.rejoin();
    this.pass(60_000);
  }

  /** What everybody sees: `id: text` of each cell. */
  seen(): string[] {
    const all = this.pages.map(page => {
      page.check();
      return page.cells.map(cell => `${cell.id}: ${cell.getSource()}`);
    });
    all.forEach(each => expect(each).toEqual(all[0]));
    return all[0]!;
  }

  types(): string[] {
    return this.pages[0]!.cells.map(cell => cell.cell_type);
  }
}

const texts = (seen: readonly string[]): string[] => seen.map(each => each.slice(each.indexOf(': ') + 2));
/** Types at the end of a cell. */
const typing =
  (id: string, words: string) =>
  (page: ClassPage): void => {
    const cell = page.cells.find(each => each.id === id)!;
    cell.updateSource(cell.getSource().length, cell.getSource().length, words);
  };

describe('two in one notebook', () => {
  it('[DOC10] type in one cell from both sides', async () => {
    const all = await Class.with('ada', 'ben');
    const [ada, ben] = all.pages as [ClassPage, ClassPage];
    for (const letter of 'hello') {
      typing('a', letter)(ada);
      ben.cells[0]!.updateSource(0, 0, letter.toUpperCase());
      all.pass(70);
    }
    all.pass();
    expect(all.seen()[0]).toBe('a: OLLEHonehello');
  });

  it('[DOC10] move a cell while the other edits it: both are kept', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.move(0, 2), typing('a', '!'));
    expect(all.seen()).toEqual(['b: two', 'c: three', 'a: one!']);
  });

  it('[DOC10] move one cell to two places: it is there once', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(
      page => page.hands.move(0, 1),
      page => page.hands.move(0, 2)
    );
    expect(all.seen()).toHaveLength(3);
    expect(all.seen()).toContain('a: one');
  });

  it('[DOC7] delete a cell the other types in: it comes back, with the text', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.delete([1]), typing('b', ' more'));
    expect(all.seen()).toEqual(['a: one', 'b: two more', 'c: three']);
  });

  it('[DOC7] delete every cell while the other types: what was typed comes back', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.delete([0, 1, 2]), typing('b', ' more'));
    expect(texts(all.seen()).sort()).toEqual(['', 'two more']);
  });

  it('[DOC3] insert at one place: both cells are there, in one order', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(
      page => page.hands.insert(1, 'of ada'),
      page => page.hands.insert(1, 'of ben')
    );
    const seen = texts(all.seen());
    expect([seen[0], seen[3], seen[4]]).toEqual(['one', 'two', 'three']);
    expect(seen.slice(1, 3).sort()).toEqual(['of ada', 'of ben']);
  });

  it('[DOC14] split one cell: no text is lost or doubled in it, and one cell more may be left', async () => {
    const all = await Class.with('ada', 'ben');
    all.pages[0]!.cells[0]!.setSource('1\n2\n3');
    all.pass();
    all.apart(
      page => page.hands.split(0, 2),
      page => page.hands.split(0, 4)
    );
    const seen = texts(all.seen());
    expect(seen.slice(0, 2).sort()).toEqual(['1', '1\n2']);
    expect(seen.slice(2)).toEqual(['3', 'two', 'three']);
  });

  it('[DOC14] split a cell while the other types in it: all of it is there', async () => {
    const all = await Class.with('ada', 'ben');
    all.pages[0]!.cells[0]!.setSource('1\n2');
    all.pass();
    all.apart(page => page.hands.split(0, 2), typing('a', '!'));
    expect(texts(all.seen())).toEqual(['1', '2!', 'two', 'three']);
  });

  it('[DOC14] merge the same two cells: one cell is left, and nothing is lost', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(
      page => page.hands.merge(0, 0, 1),
      page => page.hands.merge(0, 0, 1)
    );
    expect(all.seen()).toEqual(['a: one\n\ntwo\n\ntwo', 'c: three']);
  });

  it('[DOC14] merge two cells while the other types in the first: one cell with all of it', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.merge(0, 0, 1), typing('a', '!'));
    // Both wrote at the end of the first: which of it comes first is decided by who they are.
    expect([
      ['a: one!\n\ntwo', 'c: three'],
      ['a: one\n\ntwo!', 'c: three']
    ]).toContainEqual(all.seen());
  });

  it('[DOC14] merge two cells while the other types in the second: it comes back', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.merge(0, 0, 1), typing('b', '!'));
    expect(all.seen()).toEqual(['a: one\n\ntwo', 'b: two!', 'c: three']);
  });

  it('[DOC14] split a cell while the other merges it with the next', async () => {
    const all = await Class.with('ada', 'ben');
    all.pages[0]!.cells[0]!.setSource('1\n2');
    all.pass();
    all.apart(
      page => page.hands.split(0, 2),
      page => page.hands.merge(0, 0, 1)
    );
    expect(texts(all.seen())).toEqual(['1', '2\n\ntwo', 'three']);
  });

  it('[DOC11] change a cell into text while the other types in it', async () => {
    const all = await Class.with('ada', 'ben');
    all.apart(page => page.hands.changeType(0, 'markdown'), typing('a', '!'));
    expect(all.seen()[0]).toBe('a: one!');
    expect(all.types()).toEqual(['markdown', 'code', 'code']);
  });

  it('[DOC9] undo an insertion after the other typed in the cell: the cell stays, with the text', async () => {
    const all = await Class.with('ada', 'ben');
    const [ada, ben] = all.pages as [ClassPage, ClassPage];
    ada.hands.insert(1, 'of ada');
    all.pass();
    typing(ben.cells[1]!.id, ' and ben')(ben);
    all.pass();
    expect(ada.cells[1]!.getSource()).toBe('of ada and ben');
    ada.notebook.undo();
    all.pass();
    expect(texts(all.seen())).toEqual(['one', 'of ada and ben', 'two', 'three']);
    ben.cells[1]!.undo();
    all.pass();
    expect(texts(all.seen())).toEqual(['one', 'of ada', 'two', 'three']);
  });

  it('[DOC9] undo what they did, each their own', async () => {
    const all = await Class.with('ada', 'ben');
    const [ada, ben] = all.pages as [ClassPage, ClassPage];
    typing('a', ' of ada')(ada);
    all.pass();
    typing('a', ' of ben')(ben);
    ben.hands.move(0, 2);
    all.pass();
    ada.cells[2]!.undo();
    ada.notebook.undo();
    all.pass();
    // A cell that moved is another editor: what was typed in it before cannot be undone there any more.
    expect(all.seen()).toEqual(['b: two', 'c: three', 'a: one of ada of ben']);
    ben.notebook.undo();
    all.pass();
    expect(all.seen()).toEqual(['a: one of ada of ben', 'b: two', 'c: three']);
  });

  it('[SYN9] a killed page, a reload, a second tab and a late joiner have the same notebook', async () => {
    const all = await Class.with('ada', 'ben');
    const [ada, ben] = all.pages as [ClassPage, ClassPage];
    typing('a', ' of ada')(ada);
    typing('b', ' of ben')(ben);
    all.pass();
    all.kill(ben);
    await all.open('ben', ben.device);
    await all.open('ada', ada.device);
    await all.close(ada);
    await all.open('cem');
    await Promise.resolve();
    expect(all.seen()).toEqual(['a: one of ada', 'b: two of ben', 'c: three']);
    expect(all.pages).toHaveLength(3);
  });

  it('[SYN9] what was written without anybody there is merged by whoever opens it next', async () => {
    const all = await Class.with('ada', 'ben');
    const [ada, ben] = all.pages as [ClassPage, ClassPage];
    all.apart(typing('a', ' of ada'), page => {
      typing('a', ' of ben')(page);
      page.hands.move(0, 2);
    });
    await all.close(ada);
    await all.close(ben);
    const again = await all.open('ben', ben.device);
    typing('c', '!')(again);
    await all.close(again);
    await all.open('ada', ada.device);
    await all.open('ben', ben.device);
    all.pass(60_000);
    const seen = all.seen();
    expect(seen.slice(0, 2)).toEqual(['b: two', 'c: three!']);
    expect(seen[2]).toMatch(/^a: one( of ada of ben| of ben of ada)$/);
  });
});
