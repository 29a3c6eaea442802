/** What a person in a class does to the notebook, one at a time and at random, as JupyterLab does it. */
import * as Y from 'yjs';
import { cellsOf } from '../../core/document/cells';
import type { Chance } from '../../core/simulation/chance';
import { demand } from './mirror';
import type { ClassPage } from './page';
import { headsIn, type Words, wordsIn } from './words';

const TYPES = ['code', 'markdown', 'raw'] as const;

/** Each as often as it stands here. */
export const PLAIN_DEEDS = [
  ...['type', 'type', 'type', 'type', 'begin word', 'begin word', 'begin word', 'erase', 'insert', 'insert'],
  ...['move up', 'move down', 'drag', 'drag', 'delete', 'delete', 'delete two', 'change type', 'change type'],
  ...['replace text', 'erase line', 'bring back', 'heading']
] as const;
/** These may leave a text in two cells when two do it at once; copies do so by themselves. */
export const ALL_DEEDS = [
  ...PLAIN_DEEDS,
  ...['split', 'split', 'split', 'split thrice', 'merge below', 'merge below', 'merge above', 'merge three'],
  ...[
    'cut',
    'paste cut',
    'copy',
    'paste',
    'paste',
    'paste instead',
    'undo',
    'undo',
    'undo',
    'redo',
    'undo in cell',
    'undo in cell'
  ],
  ...['redo in cell']
] as const;
export type Deed = (typeof ALL_DEEDS)[number];

interface ITyping {
  readonly id: string;
  readonly begun: string;
  readonly rest: string;
}

export class Person {
  constructor(
    readonly page: ClassPage,
    private readonly chance: Chance,
    private readonly words: Words,
    private readonly said: (words: string) => void
  ) {}

  private typing: ITyping | null = null;

  /** Does one thing, if it can be done, and says so. @throws Error when it had an effect it must not have */
  act(deed: Deed): void {
    const { page, words } = this;
    const before = page.text();
    const foreign = deed.startsWith('undo') || deed.startsWith('redo') ? foreignLetters(page) : null;
    const may = new Set<string>();
    const said = this.perform(deed, may);
    this.said(said && `${page.name}: ${said}`);
    if (foreign) {
      const after = foreignLetters(page);
      foreign.forEach(letter => demand(after.has(letter), `${deed} took away what another wrote`));
    }
    words.acted(page.session, before, page.text(), foreign ? 'own' : may);
  }

  private perform(deed: Deed, may: Set<string>): string {
    const { chance, page } = this;
    const { cells, hands, notebook } = page;
    const count = cells.length;
    const at = chance.below(Math.max(1, count));
    const cell = cells[at];
    const leave = (index: number): void => headsIn(cells[index]!.getSource()).forEach(word => may.add(word));
    if (!cell && !['insert', 'undo', 'redo', 'bring back', 'paste', 'paste cut'].includes(deed)) {
      return '';
    }
    const source = cell?.getSource() ?? '';
    const id = cell?.id ?? '';
    switch (deed) {
      case 'type': {
        const [word, place] = [this.word(), boundary(source, chance)];
        const breakLine = chance.is(0.3) ? '\n' : '';
        cell!.updateSource(place, place, word + breakLine);
        return `types ${word} in ${id} at ${place}`;
      }
      case 'begin word':
        return this.typeOn(at);
      case 'erase': {
        const word = wordsIn(source)[chance.below(3)];
        if (!word) {
          return '';
        }
        headsIn(word).forEach(head => may.add(head));
        const start = source.indexOf(word);
        cell!.updateSource(start, start + word.length, '');
        return `erases ${word} in ${id}`;
      }
      case 'replace text': {
        const word = this.word();
        cell!.setSource(chance.is(0.5) ? `${source}\n${word}` : `${word}\n${source}`);
        return `writes ${id} anew with ${word}`;
      }
      case 'erase line': {
        const lines = source.split('\n');
        const which = chance.below(lines.length);
        headsIn(lines[which]!).forEach(word => may.add(word));
        cell!.setSource(lines.filter((_, index) => index !== which).join('\n'));
        return `takes line ${which} out of ${id}`;
      }
      case 'insert': {
        const word = chance.is(0.7) ? this.word() : '';
        const index = chance.below(count + 1);
        hands.insert(index, word, chance.pick(TYPES));
        return `inserts ${word || 'an empty cell'} at ${index}`;
      }
      case 'move up':
        hands.move(at, at - 1);
        return `moves ${id} up`;
      case 'move down':
        hands.move(at, at + 1);
        return `moves ${id} down`;
      case 'drag': {
        const n = 1 + chance.below(Math.min(3, count - at));
        const to = chance.is(0.5) ? chance.below(at + 1) : at + n - 1 + chance.below(count - at - n + 1);
        hands.move(at, to, n);
        return `drags ${n} from ${at} to ${to}`;
      }
      case 'delete':
        leave(at);
        hands.delete([at]);
        return `deletes ${id}`;
      case 'delete two': {
        const other = chance.below(count);
        const both = [...new Set([at, other])];
        const ids = both.map(index => cells[index]!.id);
        both.forEach(leave);
        hands.delete(both);
        return `deletes ${ids.join(' and ')}`;
      }
      case 'change type':
        hands.changeType(at, chance.pick(TYPES));
        return `changes the type of ${id}`;
      case 'heading':
        hands.changeType(at, 'markdown', true);
        return `makes ${id} a heading`;
      case 'cut':
        leave(at);
        hands.cut(at);
        return `cuts ${id}`;
      case 'copy':
        hands.copy(at);
        return `copies ${id}`;
      case 'paste cut':
        return hands.isCut ? this.paste() : '';
      case 'paste':
        return hands.hasCopied ? this.paste() : '';
      case 'paste instead':
        if (!hands.hasCopied) {
          return '';
        }
        leave(at);
        hands.paste(at, at);
        return `pastes in the place of ${id}`;
      case 'bring back': {
        const gone = [...cellsOf(notebook.ydoc).keys()].filter(id => notebook.isDeleted(id));
        if (gone.length === 0) {
          return '';
        }
        const back = chance.pick(gone);
        notebook.reviveCells([back]);
        return `brings back ${back}`;
      }
      case 'split':
        hands.split(at, boundary(source, chance));
        return `splits ${id}`;
      case 'split thrice': {
        const cursors = [boundary(source, chance), boundary(source, chance)].sort((a, b) => a - b);
        hands.split(at, ...cursors);
        return `splits ${id} at ${cursors.join()}`;
      }
      case 'merge below':
        return at + 1 < count ? this.merge(at, at, at + 1) : '';
      case 'merge above':
        return at > 0 ? this.merge(at, at - 1, at) : '';
      case 'merge three':
        return at + 2 < count ? this.merge(at + chance.below(3), at, at + 2) : '';
      case 'undo':
      case 'redo':
        return notebook[deed]() ? `${deed}es` : '';
      case 'undo in cell':
        return cell!.undo() ? `undoes in ${id}` : '';
      case 'redo in cell':
        return cell!.redo() ? `redoes in ${id}` : '';
    }
  }

  private merge(active: number, from: number, to: number): string {
    const ids = this.page.cells.slice(from, to + 1).map(cell => cell.id);
    this.page.hands.merge(active, from, to);
    return `merges ${ids.join(' ')} into number ${active}`;
  }

  private paste(): string {
    const index = this.chance.below(this.page.cells.length + 1);
    this.page.hands.paste(index);
    return `pastes at ${index}`;
  }

  /** Begins a word, or ends the one that was begun, wherever it stands by now. */
  private typeOn(at: number): string {
    const { chance, page, typing } = this;
    this.typing = null;
    if (typing) {
      const cell = page.cells.find(each => each.id === typing.id);
      const place = cell ? cell.getSource().indexOf(typing.begun) : -1;
      if (cell && place >= 0) {
        const end = place + typing.begun.length;
        cell.updateSource(end, end, typing.rest);
      }
      return `ends ${typing.begun}${typing.rest} in ${typing.id}`;
    }
    const cell = page.cells[at]!;
    const word = this.word(false);
    const cut = chance.is(0.5) ? word.length - 1 : word.search(/[a-z]/) + 1;
    const place = boundary(cell.getSource(), chance);
    this.typing = { id: cell.id, begun: word.slice(0, cut), rest: word.slice(cut) };
    cell.updateSource(place, place, this.typing.begun);
    return `begins ${word} in ${cell.id} at ${place}`;
  }

  private word(isWhole = true): string {
    return this.words.make(this.page.session, this.page.name, isWhole);
  }
}

/** A place where no word is. */
function boundary(text: string, chance: Chance): number {
  return chance.pick([0, ...[...text.matchAll(/[>\n]/g)].map(match => match.index + 1)]);
}

/** The letters in the notebook's cells that this page did not write. */
function foreignLetters(page: ClassPage): Set<string> {
  const letters = new Set<string>();
  const own = page.notebook.ydoc.clientID;
  cellsOf(page.notebook.ydoc).forEach(cell => {
    let item = (cell.get('source') as Y.Text)._start;
    for (; item !== null; item = item.right) {
      for (let at = 0; at < item.length && !item.deleted && item.id.client !== own; at += 1) {
        letters.add(`${item.id.client} ${item.id.clock + at}`);
      }
    }
  });
  return letters;
}
