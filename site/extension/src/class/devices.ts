/** Agreement keys of the devices of everybody who was introduced: what is sealed to somebody is sealed to these. */
import { sameBytes } from '../core/bytes';

export class Devices {
  private readonly keys = new Map<string, readonly Uint8Array[]>();

  of(participant: string): readonly Uint8Array[] {
    return this.keys.get(participant) ?? [];
  }

  /** Whether it is new. */
  add(participant: string, key: Uint8Array): boolean {
    const known = this.of(participant);
    const isNew = !known.some(each => sameBytes(each, key));
    if (isNew) {
      this.keys.set(participant, [...known, key]);
    }
    return isNew;
  }
}
