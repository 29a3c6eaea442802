/** One notebook that is open: its document, one's own outputs, and what keeps them. */
import { Signal } from '@lumino/signaling';
import type { Cancel } from '../core/clock';
import { type Branch, documentOf, outputsName } from '../core/document/name';
import { type IExportedCell, originalsOf } from '../core/document/export';
import type { JsonObject } from '../core/document/json';
import { Outputs } from '../core/outputs/outputs';
import type { ILost } from '../core/permissions/lost';
import type { IPathEntry } from '../storage/storage';
import type { INotebookEntry } from '../workshop/catalogue';
import { findDocument, findShared, type IFound, type ISurroundings } from './documents';
import { writeNotebook } from './file';
import { FROM_LOG, type ITimers, Keeper } from './keeper';
import { keep, type Keeping, type KeepingEvent, UNOPENED } from './keeping';
import { type IReadLogbook, Logbook } from './logbook';
import { isKeptAfter, KeptLost } from './lost';
import { MapNotebook } from './model';
import { type IOpenedOutputs, OthersOutputs } from './others';
import { FROM_TAB, type IChannel, Tabs } from './tabs';
import type { ITogether } from './together';

export interface ISessionWorld extends ISurroundings {
  /** When `storage` may be used. */
  readonly opened: Promise<void>;
  readonly timers: ITimers;
  /** A channel to the other tabs with a document, or null where there is none. */
  channel(name: string): IChannel | null;
  /** What stands under an output that was too long to keep. */
  readonly outputNotice: string;
  /** The class the page is in, once somebody has said who they are; null for a page alone. */
  readonly together: Promise<ITogether | null>;
}

export interface ISessionListener {
  keepingChanged(): void;
  /** Something was written by this page: the drive's file is older than the document. */
  changed(session: Session): void;
  /** Another tab has this notebook open. */
  met(session: Session): void;
  /** Something that was done here may not be, and is taken back. */
  refused(session: Session, fault: string): void;
  /** What one wrote and does not count; `fault`: it was refused here, and never reached the class. */
  lost(session: Session, lost: readonly ILost[], fault: string | null): void;
  /** One may write again, after one could only read. */
  writable(session: Session): void;
}

export class Session {
  constructor(
    public path: string,
    private readonly world: ISessionWorld,
    private readonly listener: ISessionListener
  ) {
    const { random } = world;
    const number = (bits: number): number => {
      const bytes = random(new Uint8Array(7));
      return bytes.reduce(
        (sum, byte, index) => sum * 256 + (index === 0 ? byte % 2 ** (bits - 48) : byte),
        0
      );
    };
    const below = (limit: number): number => number(53) % limit;
    this.notebook = new MapNotebook({
      outputs: this.outputs,
      below,
      newId: () =>
        Array.from(random(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join(''),
      outputNotice: world.outputNotice
    });
    // 53 bits, not the 32 that Yjs draws: with the same id twice, two sessions' changes would be taken for one's.
    this.notebook.ydoc.clientID = number(53);
    this.outputs.doc.clientID = number(53);
    this.ready = this.open();
    // Whoever asks for the notebook hears of a failure; nobody else must.
    this.ready.catch(() => undefined);
  }

  readonly outputs = new Outputs();
  readonly notebook: MapNotebook;
  readonly ready: Promise<void>;
  entry: IPathEntry | null = null;
  /** The workshop's newer edition of this notebook, which the user was not told of yet. */
  newer: INotebookEntry | null = null;
  /** Records that could not be read, set aside. */
  setAside = 0;
  /** The cells the notebook began with, when it began in a workshop. */
  originals: ReadonlyMap<string, IExportedCell> = new Map();
  /** Whose words it holds. */
  branch: Branch = 'mine';
  /** Whether the class has it too; one's own notebook of a page alone, and of no workshop, is on this device only. */
  isShared = false;
  /** The document's name, once it is open. */
  document: string | null = null;
  /** Whether nothing was written into it, ever. */
  isUntouched = true;
  /** What keeps the notebook and the outputs. */
  private keepers: (Keeper | Logbook)[] = [];
  private states = [UNOPENED, UNOPENED];
  private tabs: Tabs | null = null;
  private closed = false;
  /** Why something that was done here was not taken, until the document is built anew. */
  private fault: string | null = null;
  private readonly follows: Cancel[] = [];
  private together: ITogether | null = null;
  private readonly others = new Map<string, { readonly opened: OthersOutputs; users: number }>();

  /** How well the notebook and its outputs are kept. */
  get keeping(): readonly Keeping[] {
    return this.states.map(state => state.keeping);
  }

  /**
   * Somebody else's outputs of this notebook, until the result's `close` was called as often as this; null for a page alone
   * and for one's own.
   */
  othersOutputs(participant: string): IOpenedOutputs | null {
    const { together, world, document, others } = this;
    if (!together || !document || this.closed || participant === together.me.participant) {
      return null;
    }
    const { storage, timers } = world;
    const shared = others.get(participant) ?? {
      // How well others' outputs are kept is nothing to worry anybody with: they have them themselves.
      opened: new OthersOutputs(
        { storage, timers, report: () => undefined },
        together,
        documentOf(document, together.me.participant, participant),
        participant
      ),
      users: 0
    };
    shared.users += 1;
    others.set(participant, shared);
    const { name, outputs, ready } = shared.opened;
    let isOpen = true;
    const close = async (): Promise<void> => {
      shared.users -= isOpen ? 1 : 0;
      isOpen = false;
      if (shared.users === 0 && others.get(participant) === shared) {
        others.delete(participant);
        await shared.opened.close();
      }
    };
    return { name, outputs, ready, close };
  }

  /** What this device remembers of the notebook, under a name. */
  async remembered(name: string): Promise<string | null> {
    return (await this.world.storage.setting(`${name} ${this.document}`)) ?? null;
  }

  async remember(name: string, value: string): Promise<void> {
    await this.world.storage.putSetting(`${name} ${this.document}`, value);
  }

  /** What was written here, and is to be offered again; null for what nobody takes away: one's own, alone. */
  private lostWords: KeptLost | null = null;

  /** Whether the class takes nothing more from this page, though one may write: a page that is loaded anew may. */
  get needsReload(): boolean {
    const { together, entry } = this;
    return (this.isShared && entry && together?.needsReload(entry.document)) === true;
  }

  /** Whether what one writes here gets anywhere, asked of the class as it is now: `isReadOnly` follows a little later. */
  get mayWrite(): boolean {
    const { together, entry } = this;
    const isLet = !this.isShared || !entry || together?.mayWrite(entry.document) === true;
    return !this.closed && isLet && !this.needsReload && !this.notebook.isReadOnly;
  }

  /** From now on it is only to be read, or it may be written again. */
  become(isReadOnly: boolean): void {
    const wasReadOnly = this.notebook.isReadOnly;
    this.notebook.isReadOnly = isReadOnly;
    if (wasReadOnly && !isReadOnly) {
      this.listener.writable(this);
    }
  }

  /** Whether all that does not count any more is on this device, to be offered again. */
  keepsLost = true;
  /** It is not any more. */
  readonly lostUnkept = new Signal<this, void>(this);

  /** What was written on a page before, does not count and was neither put back nor forgotten. */
  async lostBefore(): Promise<readonly ILost[]> {
    return (await this.lostWords?.missing(this.notebook)) ?? [];
  }

  async forgetLost(pieces: readonly ILost[]): Promise<void> {
    await this.lostWords?.forget(pieces);
  }

  private lost(lost: readonly ILost[], fault: string | null): void {
    if (isKeptAfter(fault, this.needsReload)) {
      void this.keepLost(lost);
    }
    this.listener.lost(this, lost, fault);
  }

  private async keepLost(lost: readonly ILost[]): Promise<void> {
    const isKept = await this.lostWords?.add(lost).catch(() => false);
    if (isKept === false && this.keepsLost) {
      this.keepsLost = false;
      this.lostUnkept.emit();
    }
  }

  /** The notebook as a file. */
  export(): JsonObject {
    return writeNotebook(this.notebook.ydoc, this.outputs, {
      ...pick(this.notebook.getMetadata(), ['kernelspec', 'language_info'])
    });
  }

  /** Writes what is waiting, now. */
  async flush(): Promise<void> {
    await Promise.all(this.keepers.map(keeper => keeper.flush()));
  }

  /** The page goes away: there is no time to wait for anything. */
  hurry(): void {
    this.keepers.forEach(keeper => keeper.hurry());
  }

  async close(): Promise<void> {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.follows.forEach(cancel => cancel());
    await Promise.all([...this.others.values()].map(({ opened }) => opened.close()));
    this.tabs?.dispose();
    await Promise.all(this.keepers.map(keeper => keeper.stop()));
    this.outputs.destroy();
  }

  private async open(): Promise<void> {
    const { world, notebook, outputs } = this;
    await world.opened;
    const together = await world.together;
    const shared = together && (await findShared(world, this.path, together));
    const found = shared ?? (await findDocument(world, this.path));
    if (this.closed) {
      return;
    }
    this.branch = shared ? together.branch : 'mine';
    this.isShared = shared !== null;
    this.entry = found.entry;
    this.newer = found.newer;
    this.originals =
      found.entry.origin === 'workshop' ? originalsOf(found.genesis) : new Map<string, never>();
    if (together && shared) {
      this.together = together;
      const setting = `lost ${together.me.participant} ${found.entry.document}`;
      // Memory is gone with the page.
      this.keepsLost = world.storage.kind !== 'memory';
      this.lostWords = new KeptLost({
        read: () => world.storage.setting(setting),
        write: value => world.storage.putSetting(setting, value)
      });
      notebook.isReadOnly = this.needsReload || !together.mayWrite(found.entry.document);
      await this.share(together, found);
    } else {
      await this.keepAlone(found);
    }
    this.document = found.entry.document;
    notebook.clearUndoHistory();
    notebook.ydoc.on('update', this.onUpdate);
    notebook.rebuilding.connect(() => notebook.ydoc.off('update', this.onUpdate));
    notebook.rebuilt.connect(() => notebook.ydoc.on('update', this.onUpdate));
    outputs.watch(this.onUpdate);
    // In a class, tabs are members of it as any other page is.
    const channel = shared ? null : world.channel(found.entry.document);
    this.tabs = channel && new Tabs(notebook.ydoc, channel, () => this.listener.met(this));
  }

  /** A page alone: the documents are kept as they change. */
  private async keepAlone({ entry, genesis, owner }: IFound): Promise<void> {
    const { world, notebook, outputs } = this;
    const keeperOf = (name: string, index: number, doc: typeof notebook.ydoc): Keeper =>
      new Keeper(world.storage, name, doc, world.timers, event => this.report(index, event));
    const text = keeperOf(entry.document, 0, notebook.ydoc);
    const ran = keeperOf(outputsName(entry.document, owner), 1, outputs.doc);
    this.keepers = [text, ran];
    // Outputs first: a cell shows what it has when it is made.
    const before = [await ran.load(null), await text.load(genesis)];
    this.note(before);
  }

  /** In a class: what is kept is what everybody signed. */
  private async share(together: ITogether, { entry, genesis, owner }: IFound): Promise<void> {
    const { world, notebook, outputs } = this;
    const names = [entry.document, outputsName(entry.document, owner)] as const;
    const bookOf = (name: string, index: number): Logbook =>
      new Logbook(world.storage, name, world.timers, event => this.report(index, event));
    const [text, ran] = [bookOf(names[0], 0), bookOf(names[1], 1)];
    this.keepers = [text, ran];
    const [wrote, has] = await Promise.all([text.read(), ran.read()]);
    this.note([wrote, has]);
    if (this.closed) {
      return;
    }
    // Before anything is written: what this page writes goes under its session's name. Outputs first, as for one alone.
    const follow = (index: 0 | 1, { kept }: IReadLogbook, book: Logbook): Promise<void> =>
      new Promise(restored => {
        const cancel = together.follow(names[index], index === 0 ? notebook.ydoc : outputs.doc, {
          kind: index === 0 ? 'document' : 'outputs',
          genesis: index === 0 ? genesis : null,
          kept,
          keep: each => book.add(each),
          restored,
          ...(index === 1
            ? { rebuilt: doc => outputs.rebuild(doc) }
            : {
                rebuilt: doc => {
                  notebook.rebuild(doc);
                  // What went with it is told of now, if anything did.
                  queueMicrotask(() => (this.fault = null));
                },
                lost: lost => this.lost(lost, this.fault),
                refused: fault => {
                  this.fault = fault;
                  this.listener.refused(this, fault);
                }
              })
        });
        this.follows.push(cancel);
      });
    await Promise.all([follow(1, has, ran), follow(0, wrote, text)]);
  }

  private note(read: readonly { readonly records: number; readonly setAside: number }[]): void {
    this.isUntouched = read.every(({ records }) => records === 0);
    this.setAside = read.reduce((sum, { setAside }) => sum + setAside, 0);
  }

  private readonly onUpdate = (_: Uint8Array, origin: unknown): void => {
    if (origin !== FROM_LOG && origin !== FROM_TAB) {
      this.isUntouched = false;
      this.listener.changed(this);
    }
  };

  private report(index: number, event: KeepingEvent): void {
    this.states[index] = keep(this.states[index]!, event);
    this.listener.keepingChanged();
  }
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter(key => key in from).map(key => [key, from[key]])) as JsonObject;
}
