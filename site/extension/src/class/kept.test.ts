import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Reader } from '../core/envelope/reader';
import { Secret } from '../core/secret';
import { MemoryVault } from '../storage/vault';
import { KeptClasses, NOTHING_KEPT } from './kept';
import { seedsOf } from './seeds';

const CLASS = new Uint8Array(16).fill(7);
let drawn = 0;
const fill = (bytes: Uint8Array): unknown => bytes.fill((drawn += 1));

describe('what is kept of a class', () => {
  it('[STO9] is each person’s own, and comes back as it was', async () => {
    const vault = new MemoryVault();
    const [ada, ben] = [new KeptClasses(vault, 'ada'), new KeptClasses(vault, 'ben')];
    expect(await ada.read(CLASS)).toEqual(NOTHING_KEPT);
    const kept = {
      founding: Uint8Array.of(1, 2),
      statements: [Uint8Array.of(3), Uint8Array.of(4, 5)],
      keys: [{ epoch: 1, key: new Uint8Array(32).fill(6) }],
      wraps: [Uint8Array.of(9)],
      names: [{ participant: 'ab', name: 'Čeněk' }],
      recovery: new Secret(new Uint8Array(32).fill(8))
    };
    await ada.write(CLASS, kept);
    const read = await ada.read(CLASS);
    expect(read).toEqual(kept);
    expect([...read.recovery!.reveal()]).toEqual([...kept.recovery.reveal()]);
    expect(await ben.read(CLASS)).toEqual(NOTHING_KEPT);
    await ben.write(CLASS, { ...NOTHING_KEPT, statements: kept.statements });
    expect(await ben.read(CLASS)).toMatchObject({
      founding: null,
      recovery: null,
      statements: kept.statements
    });
    expect(await ada.read(new Uint8Array(16))).toEqual(NOTHING_KEPT);
  });

  it('[STO9] damaged or of another version is nothing: one is let in again', async () => {
    const vault = new MemoryVault();
    const ada = new KeptClasses(vault, 'ada');
    await ada.write(CLASS, { ...NOTHING_KEPT, founding: Uint8Array.of(1, 2) });
    const [name] = await vault.names('class ');
    const whole = (await vault.get(name!))!;
    // What says of itself that it is longer than it is takes no longer.
    const take = vi.spyOn(Reader.prototype, 'take');
    await vault.put(name!, Uint8Array.of(whole[0]!, 0, 0, 0xff, 0xff, 0xff, 0x7f));
    expect(await ada.read(CLASS)).toEqual(NOTHING_KEPT);
    expect(take.mock.calls.length).toBeLessThan(20);
    take.mockRestore();
    for (const bytes of [
      whole.subarray(0, -1),
      Uint8Array.of(...whole, 0),
      Uint8Array.of(9, ...whole.subarray(1))
    ]) {
      await vault.put(name!, bytes);
      expect(await ada.read(CLASS)).toEqual(NOTHING_KEPT);
    }
  });
});

describe('the seeds of a person', () => {
  it('[STO9] are made once, two of them, and shown to nobody', async () => {
    const vault = new MemoryVault();
    const one = await seedsOf(vault, 'ada', CLASS, fill);
    const again = await seedsOf(vault, 'ada', CLASS, fill);
    const other = await seedsOf(vault, 'ben', CLASS, fill);
    expect(again.root.reveal()).toEqual(one.root.reveal());
    expect(again.device.reveal()).toEqual(one.device.reveal());
    expect(other.root.reveal()).not.toEqual(one.root.reveal());
    expect(one.root.length).toBe(32);
    expect(`${JSON.stringify(one)} ${inspect(one)}`).not.toMatch(/1,1|0101|\b1, 1\b/);
  });
});
