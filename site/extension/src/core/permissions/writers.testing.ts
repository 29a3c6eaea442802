/** People who write in one document, each with their own copy, for tests: every change they make, in an order that can be. */
import * as Y from 'yjs';
import { cellsOf, isDeleted, orderOf, textOf } from '../document/cells';
import { buryCell, createCell, makeRoom, moveCells, reviveCell } from '../document/edit';
import { makeGenesis } from '../document/genesis';
import { normalNotebook } from '../document/normal';
import { rewrite } from '../document/source';
import { Outputs } from '../outputs/outputs';
import type { Chance } from '../simulation/chance';

export interface IWritten {
  readonly client: number;
  readonly bytes: Uint8Array;
}

const FROM_OTHERS = Symbol('from others');
const CELLS = ['code', 'markdown', 'raw', 'code'].map((cell_type, index) => ({
  id: `g${index}`,
  cell_type,
  source: index === 2 ? '' : `print(${index}) # é😀\nlast line`,
  metadata: { tags: ['a', { b: [1, 2.5, -3, 1e300, null, true] }], collapsed: false }
}));
export const GENESIS = makeGenesis(
  normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: { title: 'é' }, cells: CELLS }).notebook
);

export class Writers {
  /** `genesis`: null for outputs. */
  constructor(
    private readonly chance: Chance,
    readonly clients: readonly number[],
    private readonly genesis: Uint8Array | null = GENESIS
  ) {
    this.docs = clients.map(client => this.open(client));
  }

  readonly docs: readonly Y.Doc[];
  readonly written: IWritten[] = [];
  private readonly undo = new Map<Y.Doc, Y.UndoManager>();
  private readonly outputs = new Map<Y.Doc, Outputs>();
  private words = 0;

  private open(client: number): Y.Doc {
    const doc = new Y.Doc();
    doc.clientID = client;
    if (this.genesis) {
      Y.applyUpdate(doc, this.genesis, FROM_OTHERS);
      this.undo.set(doc, new Y.UndoManager(cellsOf(doc), { captureTimeout: 0 }));
    } else {
      this.outputs.set(doc, new Outputs(doc));
    }
    doc.on('update', (bytes: Uint8Array, origin: unknown) => {
      if (origin !== FROM_OTHERS) {
        this.written.push({ client, bytes });
      }
    });
    return doc;
  }

  /** Somebody does something, or hears of what another did. */
  turn(): void {
    const { chance } = this;
    const doc = chance.pick(this.docs);
    if (chance.is(0.25)) {
      const other = chance.pick(this.docs);
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)), FROM_OTHERS);
    } else if (this.genesis) {
      this.edit(doc);
    } else {
      this.run(doc, this.outputs.get(doc)!);
    }
  }

  turns(count: number): this {
    for (let turn = 0; turn < count; turn += 1) {
      this.turn();
    }
    return this;
  }

  private edit(doc: Y.Doc): void {
    const { chance } = this;
    const order = orderOf(doc);
    const at = chance.below(Math.max(1, order.length));
    const cell = order[at]?.cell;
    const [text, length] = [cell?.get('source') as Y.Text, cell ? textOf(cell).length : 0];
    const word = `<${(this.words += 1)} ü😀>`;
    doc.transact(() => {
      switch (cell ? chance.below(13) : 0) {
        case 0:
          createCell(
            doc,
            { id: `n${this.words}`, cell_type: 'code', source: word, metadata: { n: this.words } },
            makeRoom(doc, at, 1, chance.below)[0]!
          );
          break;
        case 1:
          moveCells(doc, at, chance.below(order.length), 1, chance.below);
          break;
        case 2:
          buryCell(cell!);
          break;
        case 3:
          cellsOf(doc).forEach(each => isDeleted(each) && reviveCell(each));
          break;
        case 4:
          rewrite(text, `${textOf(cell!)}\n${word}\n`);
          break;
        case 5:
          (cell!.get('metadata') as Y.Map<unknown>).set(chance.pick(['a', 'tags']), { deep: [[word]] });
          break;
        case 6:
          cell!.set('cell_type', chance.pick(['code', 'markdown', 'raw']));
          cell!.set('pos', 'V');
          cell!.set('pos', 'W');
          break;
        case 7:
          text.insert(0, word);
          text.delete(0, beside(text, 2));
          break;
        case 8:
          text.delete(0, beside(text, chance.below(6)));
          break;
        default:
          text.insert(beside(text, chance.below(length + 1)), word);
      }
    });
    if (chance.is(0.15)) {
      this.undo.get(doc)![chance.pick(['undo', 'redo'] as const)]();
    }
  }

  private run(doc: Y.Doc, outputs: Outputs): void {
    const { chance } = this;
    const id = chance.pick(['a', 'b', 'c']);
    const stream = { output_type: 'stream', name: 'stdout', text: `line ${(this.words += 1)}\n` };
    const data = { 'text/plain': 'é😀', 'application/json': { a: [1, 2.5, -1, 1e21, null] } };
    doc.transact(() => {
      for (let deeds = 1 + chance.below(3); deeds > 0; deeds -= 1) {
        switch (chance.below(7)) {
          case 0:
            outputs.setCount(id, chance.below(100));
            break;
          case 1:
            outputs.setState(id, chance.pick(['running', 'idle']));
            break;
          case 2:
            outputs.clear(id);
            break;
          case 3:
            outputs.splice(id, 0, chance.below(2), [stream]);
            break;
          case 4:
            outputs.splice(id, 9, 9, [{ output_type: 'display_data', data, metadata: {} }, stream]);
            break;
          case 5:
            outputs.truncateText(id, 0, 3);
            break;
          default:
            outputs.appendText(id, 0, `more ${this.words} `);
        }
      }
    });
  }
}

/** No editor writes, or deletes, between the two halves of a character. */
function beside(text: Y.Text, index: number): number {
  const words = text.toJSON();
  const code = words.charCodeAt(index);
  return Math.min(words.length, code >= 0xdc00 && code < 0xe000 ? index - 1 : index);
}
