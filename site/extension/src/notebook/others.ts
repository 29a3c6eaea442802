/** Somebody else's outputs of a notebook that is open: read from this device, kept on it, followed while they are looked at. */
import type { Cancel } from '../core/clock';
import { outputsName } from '../core/document/name';
import { Outputs } from '../core/outputs/outputs';
import type { IStorage } from '../storage/storage';
import type { ITimers } from './keeper';
import type { KeepingEvent } from './keeping';
import { type IReadLogbook, Logbook } from './logbook';
import type { ITogether } from './together';

export interface IOthersWorld {
  readonly storage: IStorage;
  readonly timers: ITimers;
  report(event: KeepingEvent): void;
}

/** What a page is given of them; `close` ends it. */
export interface IOpenedOutputs {
  readonly name: string;
  readonly outputs: Outputs;
  readonly ready: Promise<void>;
  readonly close: () => Promise<void>;
}

export class OthersOutputs {
  constructor(
    world: IOthersWorld,
    private readonly together: Pick<ITogether, 'follow'>,
    document: string,
    readonly participant: string
  ) {
    this.name = outputsName(document, participant);
    this.logbook = new Logbook(world.storage, this.name, world.timers, event => world.report(event));
    this.ready = this.open();
  }

  readonly name: string;
  readonly outputs = new Outputs();
  /** When what is kept here can be seen; what the class has comes as it comes. Never fails. */
  readonly ready: Promise<void>;
  private readonly logbook: Logbook;
  private unfollow: Cancel | null = null;
  private closed = false;

  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.unfollow?.();
      await this.logbook.stop();
      this.outputs.destroy();
    }
  }

  private async open(): Promise<void> {
    let read: IReadLogbook = { kept: [], records: 0, setAside: 0 };
    try {
      read = await this.logbook.read();
    } catch (error) {
      // It comes from the class, if somebody there has it.
      console.warn(`What is kept of ${this.name} could not be read:`, error);
    }
    if (!this.closed) {
      await new Promise<void>(restored => {
        this.unfollow = this.together.follow(this.name, this.outputs.doc, {
          kind: 'outputs',
          genesis: null,
          kept: read.kept,
          keep: each => this.logbook.add(each),
          rebuilt: doc => this.outputs.rebuild(doc),
          restored
        });
      });
    }
  }
}
