/** Epochs that were stated, and are not any more: as a succession says nothing of them, or whoever stated them is out. */
import type { IEpoch } from '../class/roles';
import { toHex } from '../tagged';

export class Undone {
  /** Those that are stated now, with their keys. */
  private stated: ReadonlyMap<number, string> = new Map();
  readonly epochs = new Set<number>();

  isStated(epoch: number): boolean {
    return this.stated.has(epoch);
  }

  /**
   * What is stated now.
   * @returns whether an epoch has other keys than it had, or none any more, or is stated again: so that what is sealed
   * for it opens with others, or may be had no more, or again. Not for one that is new.
   */
  take(epochs: readonly Pick<IEpoch, 'epoch' | 'keyHash' | 'others'>[]): boolean {
    const before = this.stated;
    this.stated = new Map(epochs.map(each => [each.epoch, keysOf(each)]));
    const again = [...this.stated.keys()].filter(epoch => this.epochs.delete(epoch));
    const others = [...before].filter(([epoch, keys]) => this.stated.get(epoch) !== keys);
    others.forEach(([epoch]) => this.stated.has(epoch) || this.epochs.add(epoch));
    return again.length > 0 || others.length > 0;
  }
}

/** The keys stated for an epoch, whichever counts first. */
function keysOf({ keyHash, others }: Pick<IEpoch, 'keyHash' | 'others'>): string {
  return [keyHash, ...others].map(toHex).sort().join();
}
