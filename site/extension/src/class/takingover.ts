/**
 * A recovery file was taken up on this device: the class is taken over as soon as that takes nothing away but power. What
 * the one before wrote counts as far as it is here (ROL3, ROL6), so first all that others have of it must be here. Where
 * nobody has anything of it, or nobody is there, whoever takes over says so.
 */
import type { Cancel, Clock } from '../core/clock';

const TICK_MS = 1000;
/** So long nothing may be missing, as far as neighbours say: they answer within it, on a slow line too. */
export const CALM_MS = 4000;

/** What it waits for. */
export type TakingOverState =
  /** It is not known here what was stated in the class: nobody who knows it was here yet. */
  | 'unknown'
  /** Nobody of the class can be reached. */
  | 'alone'
  /** What others have is on its way, or may be. */
  | 'fetching'
  /** Nobody who is here has anything of what the one before wrote in the lecture. */
  | 'empty';

export interface ITakingOverPorts {
  readonly clock: Clock;
  /** Whether it is known here what was stated in the class. */
  isKnown(): boolean;
  /** Whether somebody of the class can be reached. */
  isReached(): boolean;
  /** Whether nothing that neighbours have is missing here. */
  isEven(): boolean;
  /** Whether something is here of what the one before wrote in the lecture. */
  hasCopy(): boolean;
  takeOver(then: (isDone: boolean) => void): void;
  /** What it waits for is another thing. */
  changed(): void;
  done(): void;
}

export class TakingOver {
  constructor(private readonly ports: ITakingOverPorts) {
    this.tick();
  }

  private since: { readonly state: TakingOverState | 'ready'; readonly at: number } | null = null;
  private ticking: Cancel | null = null;
  private told: TakingOverState = 'fetching';

  get state(): TakingOverState {
    return this.told;
  }

  /** Whoever takes over does not want to wait: what is not here is cut. Nothing happens where nothing is known. */
  goOn(): void {
    if (this.told === 'alone' || this.told === 'empty') {
      this.take();
    }
  }

  end(): void {
    this.ticking?.();
    this.ticking = null;
  }

  private tick(): void {
    const { clock } = this.ports;
    this.ticking = clock.after(TICK_MS, () => this.tick());
    const now = this.now();
    if (this.since?.state !== now) {
      this.since = { state: now, at: clock.now() };
    }
    if (clock.now() - this.since.at < CALM_MS) {
      // Neighbours may be about to say more: nothing is offered that is not so in a moment.
      this.tell('fetching');
    } else if (now !== 'ready') {
      this.tell(now);
    } else {
      this.since = null;
      this.take();
    }
  }

  private now(): TakingOverState | 'ready' {
    const { ports } = this;
    if (!ports.isKnown()) {
      return 'unknown';
    }
    if (!ports.isReached()) {
      return 'alone';
    }
    return !ports.isEven() ? 'fetching' : ports.hasCopy() ? 'ready' : 'empty';
  }

  private take(): void {
    this.ports.takeOver(isDone => {
      if (isDone) {
        this.end();
        this.ports.done();
      }
    });
  }

  private tell(state: TakingOverState): void {
    if (state !== this.told) {
      this.told = state;
      this.ports.changed();
    }
  }
}
