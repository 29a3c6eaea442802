/** What a user does to a notebook, with words that can be told from each other. */
import * as Y from 'yjs';
import { cellsOf, type IPlaced, isDeleted, orderOf, textOf } from '../document/cells';
import { buryCell, createCell, makeRoom, moveCells, reviveCell } from '../document/edit';
import type { Chance } from './chance';

/** How long a notebook may become. */
export interface IBounds {
  readonly cells: number;
  /** Of each cell that somebody writes in; two such that are merged have twice as many. */
  readonly characters: number;
}

const ENDLESS: IBounds = { cells: Infinity, characters: Infinity };

export class Deeds {
  constructor(
    /** Its words are `<name.1>` and so on. */
    readonly name: string,
    private readonly chance: Chance,
    public doc: Y.Doc,
    /** What is longer gets no longer. */
    private readonly bounds: IBounds = ENDLESS
  ) {}

  /** Words written here. */
  readonly written = new Set<string>();
  private words = 0;

  /** All text there is, of deleted cells as well. */
  allText(): string {
    const texts: string[] = [];
    cellsOf(this.doc).forEach(cell => texts.push(textOf(cell)));
    return texts.sort().join('\n');
  }

  /** Does something a user does; says what. `deleted` learns of words taken away on purpose. */
  act(deleted: Set<string>): string {
    const { chance } = this;
    const order = orderOf(this.doc);
    const wanted = this.fitting(order.length === 0 ? 'insert' : chance.pick(DEEDS), order.length);
    let said = '';
    this.doc.transact(() => {
      const at = chance.below(Math.max(1, order.length));
      const placed = order[at];
      const kind = this.isLong(wanted, placed, order[at + 1]) ? 'erase' : wanted;
      switch (kind) {
        case 'insert':
          said = `inserts ${this.insert(at, this.word())} at ${at}`;
          break;
        case 'type': {
          const word = this.word();
          const text = placed!.cell.get('source') as Y.Text;
          text.insert(boundary(textOf(placed!.cell), chance), word);
          reviveCell(placed!.cell);
          said = `types ${word} in ${placed!.id}`;
          break;
        }
        case 'erase': {
          const words = textOf(placed!.cell).match(/<[^<>]*>/g) ?? [];
          if (words.length > 0) {
            const word = chance.pick(words);
            (placed!.cell.get('source') as Y.Text).delete(textOf(placed!.cell).indexOf(word), word.length);
            deleted.add(word);
            said = `erases ${word} in ${placed!.id}`;
          }
          break;
        }
        case 'move': {
          const to = chance.below(order.length);
          moveCells(this.doc, at, to, 1, chance.below);
          said = `moves ${placed!.id} to ${to}`;
          break;
        }
        case 'bury':
          buryCell(placed!.cell);
          said = `deletes ${placed!.id}`;
          break;
        case 'revive': {
          const [id, cell] = [...cellsOf(this.doc)].find(([, each]) => isDeleted(each)) ?? [];
          if (cell) {
            reviveCell(cell);
            said = `brings back ${id}`;
          }
          break;
        }
        case 'change':
          placed!.cell.set('cell_type', chance.pick(['code', 'markdown', 'raw']));
          said = `changes ${placed!.id}`;
          break;
        case 'split': {
          const source = placed!.cell.get('source') as Y.Text;
          const index = boundary(textOf(placed!.cell), chance);
          const tail = textOf(placed!.cell).slice(index);
          source.delete(index, tail.length);
          said = `splits ${placed!.id} at ${index} into ${this.insert(at + 1, tail)}`;
          break;
        }
        case 'merge': {
          const next = order[at + 1];
          if (next) {
            (placed!.cell.get('source') as Y.Text).insert(textOf(placed!.cell).length, textOf(next.cell));
            buryCell(next.cell);
            said = `merges ${next.id} into ${placed!.id}`;
          }
          break;
        }
      }
    });
    return said && `${this.name} ${said}`;
  }

  /** What would make a long notebook longer becomes something else; what was deleted in it counts. */
  private fitting(kind: Deed, cells: number): Deed {
    const isMore = kind === 'insert' || kind === 'split';
    const most = this.bounds.cells;
    if (!isMore || (cells < most && cellsOf(this.doc).size < 2 * most)) {
      return kind;
    }
    return cells < most ? 'revive' : 'merge';
  }

  /** Whether it would make a long cell longer. What was merged comes back with its text: without an end, that doubles. */
  private isLong(kind: Deed, into: IPlaced | undefined, next: IPlaced | undefined): boolean {
    const most = this.bounds.characters;
    const isMore = kind === 'type' || kind === 'merge';
    return isMore && [into, next].some(placed => placed && textOf(placed.cell).length > most);
  }

  /** Puts a long text into a cell. */
  paste(): string {
    const placed = this.chance.pick(orderOf(this.doc));
    if (!placed) {
      return '';
    }
    const long = `${this.word().slice(0, -1)} ${'x'.repeat(this.chance.below(100_000))}>`;
    this.doc.transact(() => {
      (placed.cell.get('source') as Y.Text).insert(boundary(textOf(placed.cell), this.chance), long);
      reviveCell(placed.cell);
    });
    this.written.delete(`${long.split(' ')[0]}>`);
    this.written.add(long);
    return `${this.name} pastes ${long.length} characters into ${placed.id}`;
  }

  private word(): string {
    const word = `<${this.name}.${(this.words += 1)}>`;
    this.written.add(word);
    return word;
  }

  private insert(index: number, source: string): string {
    const { chance } = this;
    const id = `${this.name}-${(this.words += 1)}`;
    const pos = makeRoom(this.doc, index, 1, chance.below)[0]!;
    createCell(this.doc, { id, cell_type: 'code', source, metadata: {} }, pos);
    return id;
  }
}

const DEEDS = [
  ...['type', 'type', 'type', 'type', 'type', 'type', 'insert', 'insert', 'move', 'move'],
  ...['erase', 'bury', 'revive', 'change', 'split', 'merge']
] as const;

type Deed = (typeof DEEDS)[number];

/** A place between two words. */
function boundary(text: string, chance: Chance): number {
  const places = [0, ...[...text.matchAll(/>/g)].map(match => match.index + 1)];
  return chance.pick(places);
}
