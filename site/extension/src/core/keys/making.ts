/**
 * Wraps of one's own while they are made: of one document and epoch one at a time, as the next names whom those before
 * named. Who came meanwhile, or is not named as another page of one's own said something that counts more, is looked for
 * again after that; whom no wraps can name is not [KEY3]. Pure.
 */
import { sameBytes } from '../bytes';
import { idText } from '../envelope/envelope';
import type { HeldWraps } from './held';
import type { IWraps } from './wraps';

/** Who is to open it: a device, by its agreement key, or whoever has the epoch's key. */
export type Reader = Uint8Array | 'class';

export interface IMakingPorts {
  /** Makes wraps for these besides those that they are for already, and takes them as if they were heard: whether they are kept. */
  make(fresh: readonly Reader[], then: (isKept: boolean) => void): void;
  /** There is somebody else, perhaps. */
  again(): void;
}

export class Making {
  constructor(private readonly held: HeldWraps) {}

  private readonly underWay = new Set<string>();
  /** For whose key is none, or where there is no room. */
  private readonly inVain = new Set<string>();

  /** For these readers, if it is for somebody for whom it was not in vain before. */
  look(place: Parameters<HeldWraps['of']>[0], readers: readonly Reader[], ports: IMakingPorts): void {
    const name = `${place.epoch} ${place.document}`;
    const nameFor = (reader: Reader): string => `${name} ${reader === 'class' ? reader : idText(reader)}`;
    const before = this.held.of(place);
    const fresh = readers.filter(reader => !names(before, reader) && !this.inVain.has(nameFor(reader)));
    if (fresh.length === 0 || this.underWay.has(name)) {
      return;
    }
    this.underWay.add(name);
    ports.make(fresh, isKept => {
      this.underWay.delete(name);
      const now = this.held.of(place);
      if (isKept || now === before) {
        fresh.filter(reader => !names(now, reader)).forEach(reader => this.inVain.add(nameFor(reader)));
      }
      ports.again();
    });
  }
}

function names(wraps: IWraps | null, reader: Reader): boolean {
  return reader === 'class'
    ? (wraps?.shared.byteLength ?? 0) > 0
    : wraps?.boxes.some(({ recipient }) => sameBytes(recipient, reader)) === true;
}
