// @vitest-environment jsdom
import { createHash } from 'node:crypto';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { ybinding } from '@jupyterlab/codemirror';
import { nullTranslator } from '@jupyterlab/translation';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cursorIn } from '../../core/awareness/cursor';
import { Outputs } from '../../core/outputs/outputs';
import { DOCUMENT, Pages } from '../../core/simulation/pages';
import type { PeerCell } from '../../notebook/cells';
import { MapNotebook } from '../../notebook/model';
import { Drawing } from './drawing';
import { findCarets, type IEditorPlace, showOthers } from './editor';
import { initials, Marks, MOST_MARKS } from './marks';
import type { ICaret } from './others';

vi.hoisted(() => {
  // JupyterLab's packages look for these when they are loaded; jsdom has none.
  globalThis.DragEvent ??= class extends MouseEvent {} as typeof DragEvent;
  globalThis.matchMedia ??= () =>
    ({ matches: false, addEventListener: () => 0, removeEventListener: () => 0 }) as never;
  // Nothing has a place there; where cursors are drawn is seen in a browser.
  Range.prototype.getClientRects ??= () => [new DOMRect()] as never;
});

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const views: EditorView[] = [];

/** A notebook on a page of a simulated class, and an editor of its first cell bound as JupyterLab binds it. */
class Desk {
  constructor(pages: Pages, source?: string) {
    let ids = 0;
    this.notebook = new MapNotebook({
      outputs: new Outputs(),
      below: limit => pages.chance.below(limit),
      newId: () => `new-${(ids += 1)}`
    });
    this.page = pages.open({}, false);
    this.page.engine.follow(DOCUMENT, this.notebook.ydoc, { genesis: null });
    if (source !== undefined) {
      this.notebook.insertCell(0, { cell_type: 'code', source, id: 'a' });
      this.notebook.clearUndoHistory();
    }
  }

  readonly notebook: MapNotebook;
  readonly page: ReturnType<Pages['open']>;
  readonly wrote: string[] = [];

  get cell(): PeerCell {
    return this.notebook.cells[0] as PeerCell;
  }

  edit(): EditorView {
    const { ysource, source } = this.cell;
    const undoManager = this.cell.undoManager!;
    const view = new EditorView({
      state: EditorState.create({ doc: source, extensions: [ybinding({ ytext: ysource, undoManager })] })
    });
    views.push(view);
    return view;
  }

  carets: readonly ICaret[] = [];

  get place(): IEditorPlace {
    return {
      drawing: new Drawing(),
      carets: () => this.carets,
      doc: this.notebook.ydoc,
      cell: 'a',
      touched: () => undefined,
      wrote: session => this.wrote.push(session)
    };
  }
}

function type(view: EditorView, at: number, words: string): void {
  view.dispatch({ changes: { from: at, insert: words }, userEvent: 'input.type' });
}

function two(source: string): [Desk, Desk, Pages] {
  const pages = new Pages(digest);
  const [ada, ben] = [new Desk(pages, source), new Desk(pages)];
  pages.join(ada.page, ben.page);
  pages.clock.advance(1000);
  return [ada, ben, pages];
}

afterEach(() => views.splice(0).forEach(view => view.destroy()));

describe('undo while two write in one cell', () => {
  it("[DOC9] takes back one's own typing only, on both sides, and redo brings it back", () => {
    const [ada, ben, pages] = two('x = 1\n');
    const [left, right] = [ada.edit(), ben.edit()];
    const both = (words: string): void => {
      pages.clock.advance(1000);
      expect([left.state.doc.toString(), right.state.doc.toString()]).toEqual([words, words]);
      expect([ada.cell.source, ben.cell.source]).toEqual([words, words]);
    };
    type(left, 6, 'ada');
    pages.clock.advance(1000);
    type(right, 0, 'ben\n');
    type(right, 13, '!');
    both('ben\nx = 1\nada!');
    ada.cell.undo();
    both('ben\nx = 1\n!');
    ben.cell.undo();
    both('x = 1\n');
    ada.cell.redo();
    both('x = 1\nada');
    ben.cell.redo();
    both('ben\nx = 1\nada!');
    expect(ada.cell.undo()).toBe(true);
    expect(ada.cell.undo()).toBe(false);
    both('ben\nx = 1\n!');
  });

  it("[DOC9] takes nothing when one has typed nothing, and keeps what others put into one's own words", () => {
    const [ada, ben, pages] = two('');
    const [left, right] = [ada.edit(), ben.edit()];
    type(left, 0, 'one three');
    pages.clock.advance(1000);
    expect(ben.cell.undo()).toBe(false);
    type(right, 4, 'TWO ');
    pages.clock.advance(1000);
    ada.cell.undo();
    pages.clock.advance(1000);
    expect([ada.cell.source, ben.cell.source]).toEqual(['TWO ', 'TWO ']);
    expect(left.state.doc.toString()).toBe('TWO ');
  });
});

describe('an editor with others in it', () => {
  const caretOf = (desk: Desk, at: number, name = 'Ada'): ICaret => ({
    session: 's',
    participant: 'p',
    name,
    colour: 2,
    cursor: cursorIn(desk.cell.ysource, at, at),
    isMoving: false
  });

  it('counts as the document does, with every kind of line end and character', () => {
    for (const source of ['a\nb\nc', 'a\r\nb\rc', '\u{1F40D} = "é"\n\tx', 'a\u2028b\u0085c', 'זה\nend', '']) {
      const pages = new Pages(digest);
      const desk = new Desk(pages, source);
      const view = desk.edit();
      expect(view.state.doc.toString()).toBe(desk.cell.source);
      expect(view.state.doc.length).toBe(desk.cell.ysource.length);
      for (let at = 0; at <= view.state.doc.length; at += 1) {
        desk.carets = [caretOf(desk, at)];
        expect(findCarets(desk.place, view.state.doc.length)).toMatchObject([{ anchor: at, head: at }]);
      }
      // What is pasted has the line ends of the machine it was copied on.
      view.dispatch(view.state.replaceSelection('p\r\nq\rr'));
      expect(desk.cell.ysource.length).toBe(view.state.doc.length);
      expect(desk.cell.source).toBe(view.state.doc.toString());
    }
  });

  it('hears who wrote at their cursor, and not who was pushed along', () => {
    const [ada, ben, pages] = two('hello');
    const shown = new EditorView({
      state: EditorState.create({
        doc: ben.cell.source,
        extensions: [
          ybinding({ ytext: ben.cell.ysource, undoManager: ben.cell.undoManager! }),
          showOthers(ben.place).extension
        ]
      })
    });
    views.push(shown);
    ben.carets = [caretOf(ben, 3)];
    type(shown, 0, 'mine ');
    type(shown, 8, 'here too ');
    expect(ben.wrote).toEqual([]);
    pages.clock.advance(1000);
    ada.cell.ysource.insert(0, 'far ');
    pages.clock.advance(1000);
    expect(ben.wrote).toEqual([]);
    ada.cell.ysource.insert(ada.cell.source.indexOf('lo'), 'L');
    pages.clock.advance(1000);
    expect(ben.wrote).toEqual(['s']);
    ada.cell.ysource.delete(ada.cell.source.indexOf('lo') - 1, 1);
    pages.clock.advance(1000);
    expect(ben.wrote).toEqual(['s', 's']);
  });

  it('draws in layers that are hidden from screen readers and outside the text', () => {
    const pages = new Pages(digest);
    const desk = new Desk(pages, 'hello');
    const frames: (() => void)[] = [];
    const drawing = new Drawing(
      then => frames.push(then),
      () => undefined
    );
    const { extension, refresh } = showOthers({ ...desk.place, drawing, carets: () => desk.carets });
    const view = new EditorView({ state: EditorState.create({ doc: 'hello', extensions: [extension] }) });
    views.push(view);
    expect(frames.length).toBe(0);
    document.body.append(view.dom);
    desk.carets = [caretOf(desk, 2), { ...caretOf(desk, 4), session: 't' }];
    refresh(view);
    refresh(view);
    expect(frames.length).toBe(1);
    frames.pop()!();
    const [layer] = view.dom.querySelectorAll('.pb-Carets');
    expect(layer?.getAttribute('aria-hidden')).toBe('true');
    expect(layer?.children.length).toBe(2);
    expect(view.contentDOM.contains(layer!)).toBe(false);
    expect(view.contentDOM.textContent).toBe('hello');
    desk.carets = [];
    refresh(view);
    frames.pop()!();
    expect(layer?.children.length).toBe(0);
    refresh(view);
    expect(frames.length).toBe(0);
  });
});

describe('a pass of drawing', () => {
  it('measures everything before anything is drawn, once for whoever asked often', () => {
    const said: string[] = [];
    const frames: (() => void)[] = [];
    const drawing = new Drawing(
      then => frames.push(then),
      () => undefined
    );
    const one = (name: string): { measure(): void; draw(): void } => ({
      measure: () => said.push(`measure ${name}`),
      draw: () => said.push(`draw ${name}`)
    });
    const [a, b, c] = ['a', 'b', 'c'].map(one) as [
      ReturnType<typeof one>,
      ReturnType<typeof one>,
      ReturnType<typeof one>
    ];
    [a, b, a, c].forEach(each => drawing.want(each));
    drawing.forget(c);
    expect(frames.length).toBe(1);
    frames[0]!();
    expect(said).toEqual(['measure a', 'measure b', 'draw a', 'draw b']);
  });
});

describe('marks beside a cell', () => {
  const someone = (name: string, index = 0): ICaret => ({
    ...({ cursor: null, isMoving: false } as unknown as ICaret),
    session: `s${index}`,
    participant: `p${index}`,
    name,
    colour: index % 10
  });
  const shown = (people: readonly ICaret[]): HTMLElement => {
    const host = document.createElement('div');
    new Marks(host, nullTranslator.load('peerbook')).show(people);
    return host;
  };
  const read = (host: HTMLElement): [string | null, string | null][] =>
    [...host.querySelectorAll('.pb-HereMark')].map(mark => [
      mark.textContent,
      mark.getAttribute('aria-label')
    ]);

  it('say who is here, once for each person, and how many more', () => {
    expect(read(shown([someone('Ada Lovelace'), someone('Ada Lovelace')]))).toEqual([
      ['AL', 'Ada Lovelace is here']
    ]);
    const many = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'].map(someone);
    const marks = read(shown(many));
    expect(marks.length).toBe(MOST_MARKS);
    expect(marks[MOST_MARKS - 1]).toEqual(['+3', 'Cleo, Dan, Eve are here']);
  });

  it('a name is text, whatever it is made of', () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><script>',
      'עדה לאבלייס',
      '\u{1F600}',
      '李 小龙',
      '%1 & %2'
    ];
    for (const name of names) {
      const host = shown([someone(name)]);
      expect(host.querySelector('img, script')).toBeNull();
      expect(read(host)[0]![1]).toBe(`${name} is here`);
    }
    expect(names.map(initials)).toEqual(['IO', 'S', 'על', '?', '李小', '12']);
  });

  it('go when the last one goes', () => {
    const host = document.createElement('div');
    const marks = new Marks(host, nullTranslator.load('peerbook'));
    marks.show([someone('Ada')]);
    expect(host.children.length).toBe(1);
    marks.show([]);
    expect(host.children.length).toBe(0);
  });
});
