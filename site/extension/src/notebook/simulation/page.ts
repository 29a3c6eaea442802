/**
 * A notebook page in a simulated class: JupyterLab's model, what keeps it on the device, the other tabs, the engine. What
 * `session.ts` and the class wire in a browser, on a virtual clock and a network under a seed.
 */
import type { Clock } from '../../core/clock';
import type { Channel } from '../../core/connection';
import { cellsOf, textOf } from '../../core/document/cells';
import { exportCells } from '../../core/document/export';
import type { Chance } from '../../core/simulation/chance';
import { EVERYBODY_MAY, type Members } from '../../core/simulation/members';
import type { IOwnSession } from '../../core/identity/own';
import { Outputs } from '../../core/outputs/outputs';
import { Engine } from '../../core/sync/engine';
import type { IKept } from '../../core/sync/kept';
import { MemoryStorage } from '../../storage/memory';
import type { PeerCell } from '../cells';
import { MapNotebook } from '../model';
import { Hands } from './hands';
import { Mirror } from './mirror';

export interface IClassWorld {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly members: Members;
  readonly document: string;
  readonly genesis: Uint8Array;
}

/** Of Y.UndoManager. */
const CAPTURE_MS = 500;

/** A browser on a machine: what it keeps. */
export class Device {
  constructor(readonly name: string) {}

  readonly kept: IKept[] = [];
  readonly storage = new MemoryStorage();
}

export class ClassPage {
  private constructor(
    readonly name: string,
    readonly device: Device,
    world: IClassWorld
  ) {
    const { clock, chance, members } = world;
    const { room, crypto, keys, digest } = members;
    this.own = members.session(device.name);
    this.notebook = new MapNotebook({
      outputs: this.outputs,
      below: chance.below,
      newId: () => `${name}-${this.session.slice(0, 4)}-${(this.ids += 1)}`
    });
    this.engine = new Engine({
      ...{ room, crypto, keys, digest, clock, own: this.own, rules: EVERYBODY_MAY, random: chance.random },
      keep: (_, kept) => this.isAlive && device.kept.push(kept),
      onUnfit: (_, fault) => {
        throw new Error(`${name} wrote what may not be: ${fault}`);
      }
    });
    this.hands = new Hands(this.notebook);
    this.mirror = new Mirror(this.notebook);
  }

  /** Opens the class's notebook on a device, with what is kept there. */
  static open(name: string, device: Device, world: IClassWorld): Promise<ClassPage> {
    const page = new ClassPage(name, device, world);
    const { notebook, engine } = page;
    const { document, genesis } = world;
    engine.follow(document, notebook.ydoc, { genesis, kept: [...device.kept] });
    notebook.clearUndoHistory();
    const { participant } = page.own;
    engine.introduce({ name, participant, since: world.clock.now() });
    return Promise.resolve(page);
  }

  readonly own: IOwnSession;
  readonly outputs = new Outputs();
  readonly notebook: MapNotebook;
  readonly engine: Engine;
  readonly hands: Hands;
  readonly mirror: Mirror;
  private ids = 0;
  private lastDeed = -CAPTURE_MS;
  isAlive = true;

  get cells(): PeerCell[] {
    return this.notebook.cells as unknown as PeerCell[];
  }

  get neighbours(): string[] {
    return [...this.engine.neighbours].map(({ peer }) => peer);
  }

  get session(): string {
    return this.own.session;
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    this.engine.hear(from, channel, message);
  }

  /** What follows within half a second is one step to undo, as in JupyterLab, but by the class's clock. */
  beginDeed(now: number): void {
    const managers = [this.notebook.undoManager, ...this.cells.map(cell => cell.undoManager)];
    managers.forEach(manager => {
      if (manager) {
        manager.captureTimeout = Number.MAX_SAFE_INTEGER;
        if (now - this.lastDeed > CAPTURE_MS) {
          manager.stopCapturing();
        }
      }
    });
    this.lastDeed = now;
  }

  /** What the user sees. */
  text(): string {
    return this.cells.map(cell => cell.getSource()).join('\n');
  }

  /** All text there is, of deleted cells as well. */
  allText(): string {
    const texts: string[] = [];
    cellsOf(this.notebook.ydoc).forEach(cell => texts.push(textOf(cell)));
    return texts.join('\n');
  }

  /** The notebook as the document has it, to be compared with others'. */
  content(): string {
    return JSON.stringify(exportCells(this.notebook.ydoc));
  }

  /** Everything that must hold at any moment. */
  check(): void {
    this.mirror.check();
    const shown = this.cells.map(cell => [cell.id, cell.cell_type, cell.getSource()]);
    const kept = exportCells(this.notebook.ydoc).map(cell => [cell.id, cell.cell_type, cell.source]);
    if (JSON.stringify(shown) !== JSON.stringify(kept)) {
      throw new Error(`${this.name} shows ${JSON.stringify(shown)}, not ${JSON.stringify(kept)}`);
    }
  }

  /** The tab is closed. */
  close(): void {
    this.engine.end();
    this.isAlive = false;
    this.notebook.dispose();
  }

  /** The tab's process is gone, from one moment to the next. */
  kill(): void {
    this.isAlive = false;
    this.notebook.dispose();
  }
}
