/**
 * A recovery file was taken up on this device: the class is taken over as soon as that takes nothing away but power. What
 * the one before wrote counts as far as it is here (ROL3, ROL6), so first all that others have of it must be here.
 */
import type { Cancel, Clock } from '../core/clock';

const TICK_MS = 1000;
/** So long nothing may be missing, as far as neighbours say: they answer within it, on a slow line too. */
export const CALM_MS = 4000;

export interface ITakingOverPorts {
  readonly clock: Clock;
  /** Whether somebody of the class can be reached, and nothing that they have is missing here. */
  isEven(): boolean;
  takeOver(then: (isDone: boolean) => void): void;
  done(): void;
}

export class TakingOver {
  constructor(private readonly ports: ITakingOverPorts) {
    this.tick();
  }

  private since: number | null = null;
  private ticking: Cancel | null = null;

  end(): void {
    this.ticking?.();
    this.ticking = null;
  }

  private tick(): void {
    const { clock } = this.ports;
    this.ticking = clock.after(TICK_MS, () => this.tick());
    this.since = this.ports.isEven() ? (this.since ?? clock.now()) : null;
    if (this.since !== null && clock.now() - this.since >= CALM_MS) {
      this.since = null;
      this.ports.takeOver(isDone => {
        if (isDone) {
          this.end();
          this.ports.done();
        }
      });
    }
  }
}
