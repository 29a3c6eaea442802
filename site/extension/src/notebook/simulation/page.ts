/**
 * A notebook page in a simulated class: JupyterLab's model, what keeps it on the device, the other tabs, the engine. What
 * `session.ts` and the class wire in a browser, on a virtual clock and a network under a seed.
 */
import type { Clock } from '../../core/clock';
import type { Channel } from '../../core/connection';
import { cellsOf, textOf } from '../../core/document/cells';
import { exportCells } from '../../core/document/export';
import { textDigest } from '../../core/document/source';
import { type Digest, makeSession } from '../../core/session';
import type { Chance } from '../../core/simulation/chance';
import { Outputs } from '../../core/outputs/outputs';
import { Engine } from '../../core/sync/engine';
import { MemoryStorage } from '../../storage/memory';
import type { PeerCell } from '../cells';
import { FROM_LOG, Keeper } from '../keeper';
import { MapNotebook } from '../model';
import { FROM_TAB, type IChannel, Tabs } from '../tabs';
import { Hands } from './hands';
import { Mirror } from './mirror';

export interface IClassWorld {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly digest: Digest;
  readonly room: Uint8Array;
  readonly document: string;
  readonly genesis: Uint8Array;
}

/** Of Y.UndoManager. */
const CAPTURE_MS = 500;

/** A browser on a machine: what it keeps, and the channel between its tabs. */
export class Device {
  constructor(
    readonly name: string,
    private readonly clock: Clock
  ) {}

  readonly storage = new MemoryStorage();
  private readonly channels = new Set<IChannel>();

  channel(isAlive: () => boolean): IChannel {
    const channel: IChannel = {
      onmessage: null,
      postMessage: message => {
        if (isAlive()) {
          const copy = structuredClone(message);
          this.channels.forEach(each => {
            if (each !== channel) {
              this.clock.after(1, () => each.onmessage?.({ data: copy } as MessageEvent));
            }
          });
        }
      },
      close: () => void this.channels.delete(channel)
    };
    this.channels.add(channel);
    return channel;
  }
}

export class ClassPage {
  private constructor(
    readonly name: string,
    readonly device: Device,
    world: IClassWorld
  ) {
    const { clock, chance, room, digest } = world;
    this.session = makeSession(bytes => bytes.set(chance.bytes(16)));
    this.notebook = new MapNotebook({
      outputs: this.outputs,
      below: chance.below,
      newId: () => `${name}-${this.session.slice(0, 4)}-${(this.ids += 1)}`
    });
    this.notebook.ydoc.clientID = chance.below(2 ** 31) + 1;
    this.engine = new Engine({
      room,
      session: this.session,
      clock,
      random: chance.random,
      digest,
      isForeign: origin => origin === FROM_LOG || origin === FROM_TAB
    });
    const alive: Clock['after'] = (ms, then) => clock.after(ms, () => this.isAlive && then());
    this.keeper = new Keeper(
      device.storage,
      world.document,
      this.notebook.ydoc,
      { after: alive },
      () => undefined
    );
    this.hands = new Hands(this.notebook);
    this.mirror = new Mirror(this.notebook);
  }

  /** Opens the class's notebook on a device, with what is kept there. */
  static async open(name: string, device: Device, world: IClassWorld): Promise<ClassPage> {
    const page = new ClassPage(name, device, world);
    const { notebook, engine, keeper } = page;
    await keeper.load(world.genesis);
    engine.follow(world.document, notebook.ydoc);
    notebook.clearUndoHistory();
    page.tabs = new Tabs(
      notebook.ydoc,
      device.channel(() => page.isAlive),
      () => undefined
    );
    engine.introduce({ name, participant: textDigest(device.name).repeat(2), since: world.clock.now() });
    return page;
  }

  readonly session: string;
  readonly outputs = new Outputs();
  readonly notebook: MapNotebook;
  readonly engine: Engine;
  readonly hands: Hands;
  readonly mirror: Mirror;
  private readonly keeper: Keeper;
  private tabs: Tabs | null = null;
  private ids = 0;
  private lastDeed = -CAPTURE_MS;
  isAlive = true;

  get cells(): PeerCell[] {
    return this.notebook.cells as unknown as PeerCell[];
  }

  get neighbours(): string[] {
    return [...this.engine.neighbours].map(({ peer }) => peer);
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
  async close(): Promise<void> {
    this.tabs?.dispose();
    this.engine.end();
    await this.keeper.stop();
    this.isAlive = false;
    this.notebook.dispose();
  }

  /** The tab's process is gone, from one moment to the next. */
  kill(): void {
    this.isAlive = false;
    this.tabs?.dispose();
    this.notebook.dispose();
  }
}
