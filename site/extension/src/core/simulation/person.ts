/** A page in a simulated class: the real engine, a real notebook document, and a storage that keeps every change. */
import * as Y from 'yjs';
import { cursorIn } from '../awareness/cursor';
import type { Clock } from '../clock';
import type { Channel } from '../connection';
import { cellsOf, isDeleted, orderOf, textOf } from '../document/cells';
import { buryCell, createCell, makeRoom, moveCells, reviveCell } from '../document/edit';
import type { Line } from '../overlay/neighbours';
import type { IOwnSession } from '../identity/own';
import { Engine, type Refusal } from '../sync/engine';
import type { IKept } from '../sync/kept';
import type { Chance } from './chance';
import { EVERYBODY_MAY, type Members } from './members';

export interface IWorld {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly members: Members;
  readonly document: string;
  readonly genesis: Uint8Array;
  /** Nobody says who and where they are: the documents alone, for very many people. */
  readonly isSilent: boolean;
}

export class Person {
  constructor(
    readonly name: string,
    private readonly world: IWorld,
    /** What is kept on the device, of this page and those before it. */
    readonly kept: IKept[] = []
  ) {
    const { clock, chance, members, genesis, document } = world;
    const { room, crypto, keys, digest } = members;
    this.own = members.session(name);
    const before = [...kept];
    this.engine = new Engine({
      ...{ room, crypto, keys, digest, clock, own: this.own, rules: EVERYBODY_MAY, random: chance.random },
      keep: (_, piece) => this.kept.push(piece),
      onRefusal: refusal => this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1),
      onUnfit: (_, fault) => {
        throw new Error(`${name} wrote what may not be: ${fault}`);
      }
    });
    this.engine.follow(document, this.doc, { genesis, kept: before });
    if (!world.isSilent) {
      const { participant } = this.own;
      this.engine.introduce({ name, participant, since: clock.now() });
      this.engine.awareness.say(document, null);
    }
  }

  readonly doc = new Y.Doc();
  readonly own: IOwnSession;
  readonly engine: Engine;
  readonly refusals = new Map<Refusal, number>();
  /** Words written here. */
  readonly written = new Set<string>();
  private words = 0;

  get session(): string {
    return this.own.session;
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    this.engine.hear(from, channel, message);
  }

  connect(line: Line): boolean {
    return this.engine.connect(line);
  }

  get neighbours(): string[] {
    return [...this.engine.neighbours].map(({ peer }) => peer);
  }

  /** All text there is, of deleted cells as well. */
  allText(): string {
    const texts: string[] = [];
    cellsOf(this.doc).forEach(cell => texts.push(textOf(cell)));
    return texts.sort().join('\n');
  }

  /** Does something a user does; says what. `deleted` learns of words taken away on purpose. */
  act(deleted: Set<string>): string {
    const { chance } = this.world;
    const order = orderOf(this.doc);
    const kind = order.length === 0 ? 'insert' : chance.pick(DEEDS);
    let said = '';
    this.doc.transact(() => {
      const at = chance.below(Math.max(1, order.length));
      const placed = order[at];
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

  /** Puts a long text into a cell. */
  paste(): string {
    const placed = this.world.chance.pick(orderOf(this.doc));
    if (!placed) {
      return '';
    }
    const long = `${this.word().slice(0, -1)} ${'x'.repeat(this.world.chance.below(100_000))}>`;
    this.doc.transact(() => {
      (placed.cell.get('source') as Y.Text).insert(boundary(textOf(placed.cell), this.world.chance), long);
      reviveCell(placed.cell);
    });
    this.written.delete(`${long.split(' ')[0]}>`);
    this.written.add(long);
    return `${this.name} pastes ${long.length} characters into ${placed.id}`;
  }

  /** Puts the cursor somewhere. */
  look(): void {
    const placed = this.world.chance.pick(orderOf(this.doc));
    if (placed) {
      const text = placed.cell.get('source') as Y.Text;
      const [anchor, head] = [
        this.world.chance.below(text.length + 1),
        this.world.chance.below(text.length + 1)
      ];
      this.engine.awareness.say(this.world.document, cursorIn(text, anchor, head));
    }
  }

  private word(): string {
    const word = `<${this.name}.${(this.words += 1)}>`;
    this.written.add(word);
    return word;
  }

  private insert(index: number, source: string): string {
    const { chance } = this.world;
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

/** A place between two words. */
function boundary(text: string, chance: Chance): number {
  const places = [0, ...[...text.matchAll(/>/g)].map(match => match.index + 1)];
  return chance.pick(places);
}
