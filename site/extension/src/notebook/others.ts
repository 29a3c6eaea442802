/** Somebody else's outputs of a notebook that is open: read from this device, kept on it, followed while they are looked at. */
import type { Cancel } from '../core/clock';
import { outputsName } from '../core/document/name';
import { Outputs } from '../core/outputs/outputs';
import type { IStorage } from '../storage/storage';
import { type ITimers, Keeper } from './keeper';
import type { KeepingEvent } from './keeping';
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
    this.keeper = new Keeper(world.storage, this.name, this.outputs.doc, world.timers, event =>
      world.report(event)
    );
    this.ready = this.open();
  }

  readonly name: string;
  readonly outputs = new Outputs();
  /** When what is kept here can be seen; what the class has comes as it comes. Never fails. */
  readonly ready: Promise<void>;
  private readonly keeper: Keeper;
  private unfollow: Cancel | null = null;
  private closed = false;

  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      this.unfollow?.();
      await this.keeper.stop();
      this.outputs.destroy();
    }
  }

  private async open(): Promise<void> {
    try {
      await this.keeper.load(null);
    } catch (error) {
      // It comes from the class, if somebody there has it.
      console.warn(`What is kept of ${this.name} could not be read:`, error);
    }
    if (!this.closed) {
      this.unfollow = this.together.follow(this.name, this.outputs.doc, 'outputs', null);
    }
  }
}
