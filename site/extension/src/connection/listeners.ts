/** Who listens: called in order, each in its own right. */
import type { Cancel } from '../core/clock';

export class Listeners<Args extends unknown[]> {
  get size(): number {
    return this._listeners.size;
  }

  add(listener: (...args: Args) => void): Cancel {
    // Wrapped, so that one function added twice is two listeners.
    const entry = { listener };
    this._listeners.add(entry);
    return () => this._listeners.delete(entry);
  }

  /** One that throws is reported as any uncaught error of the page, and the others hear all the same. */
  call(...args: Args): void {
    for (const { listener } of [...this._listeners]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  private readonly _listeners = new Set<{ listener: (...args: Args) => void }>();
}
