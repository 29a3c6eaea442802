import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { IInvitation } from '../core/class/invitation';
import { linkOf } from '../core/class/link';
import { makeOwner, type IOwner } from '../core/class/owner';
import { readFounding } from '../core/class/founding';
import { signStatement } from '../core/class/statement';
import { Secret } from '../core/secret';
import { VirtualClock } from '../core/simulation/time';
import { MemoryVault } from '../storage/vault';
import { fill, pageCrypto } from './device';
import { KeptClasses } from './kept';
import { found, handOver, keepRecovery, takeOn } from './owning';
import { makeSeeds, seedsOf, split } from './seeds';
import { CALM_MS, TakingOver } from './takingover';

const crypto = pageCrypto();
const [NOBODY, ADA, BEN] = ['0'.repeat(32), 'a'.repeat(32), 'b'.repeat(32)];

async function rootKey(vault: MemoryVault, person: string, { id }: Pick<IInvitation, 'id'>): Promise<string> {
  const { root } = await seedsOf(vault, person, id, fill);
  return new Promise(then => crypto.signer(root.reveal(), ({ key }) => then(key.join())));
}

async function owns(vault: MemoryVault, person: string, invitation: IInvitation): Promise<boolean> {
  const { founding, recovery } = await new KeptClasses(vault, person).read(invitation.id);
  const read = founding && readFounding(digest, invitation.id, founding);
  return (
    recovery !== null &&
    read?.kind === 'read' &&
    read.value.ownerKey.join() === (await rootKey(vault, person, invitation))
  );
}

const anOwner = (): Promise<IOwner> =>
  new Promise(then => makeOwner(crypto, digest, split(makeSeeds(fill)), fill, then));

describe('owning a class on this device', () => {
  it('[CLS3] who begins it owns it, with keys for it alone', async () => {
    const vault = new MemoryVault();
    const [one, other] = [await found(vault, ADA), await found(vault, ADA)];
    expect([await owns(vault, ADA, one), await owns(vault, ADA, other)]).toEqual([true, true]);
    expect(await owns(vault, BEN, one)).toBe(false);
    expect(await rootKey(vault, ADA, one)).not.toBe(await rootKey(vault, ADA, other));
  });

  it('[CLS9] who began it without a name and takes one that is known here owns it under that', async () => {
    const vault = new MemoryVault();
    const invitation = await found(vault, NOBODY);
    const before = await rootKey(vault, NOBODY, invitation);
    expect(await rootKey(vault, ADA, invitation)).not.toBe(before);
    await handOver(vault, invitation, NOBODY, ADA);
    expect(await owns(vault, ADA, invitation)).toBe(true);
    expect(await rootKey(vault, ADA, invitation)).toBe(before);
    // Nothing is left to give to somebody else.
    await handOver(vault, invitation, NOBODY, BEN);
    expect(await owns(vault, BEN, invitation)).toBe(false);
  });

  it('[CLS9] the owner’s link makes an owner of who was in the class before; not once it was taken over', async () => {
    const vault = new MemoryVault();
    const owner = await anOwner();
    const { classId } = owner.founding;
    const invitation = linkOf(digest, classId, new Uint8Array(16));
    await takeOn(vault, ADA, owner);
    expect(await owns(vault, ADA, invitation)).toBe(true);

    const ownerKey = new Uint8Array(32).fill(9);
    const classes = new KeptClasses(vault, BEN);
    const succession = await new Promise<Uint8Array>(then =>
      crypto.signer(owner.recovery.reveal(), recovery =>
        signStatement(
          recovery,
          digest,
          classId,
          2,
          { kind: 'succession', ownerKey, counts: [], frontier: [] },
          ({ bytes }) => then(bytes)
        )
      )
    );
    const founding = owner.founding.record;
    await classes.write(classId, { founding, statements: [succession], keys: [], wraps: [], recovery: null });
    await takeOn(vault, BEN, owner);
    expect(await owns(vault, BEN, invitation)).toBe(false);
  });

  it('[CLS8] a recovery file is kept until the class knows', async () => {
    const vault = new MemoryVault();
    const { founding, recovery } = await anOwner();
    const file = { founding, seed: recovery, joinSecret: new Uint8Array(16).fill(4), workshop: 'w' };
    const invitation = await keepRecovery(vault, NOBODY, file);
    expect(invitation).toEqual(linkOf(digest, founding.classId, file.joinSecret));
    const key = await rootKey(vault, NOBODY, invitation);
    await handOver(vault, invitation, NOBODY, ADA);
    expect(await rootKey(vault, ADA, invitation)).toBe(key);
    const [before, after] = [new KeptClasses(vault, NOBODY), new KeptClasses(vault, ADA)];
    expect(await before.isTakingOver(invitation.id)).toBe(false);
    expect(await after.isTakingOver(invitation.id)).toBe(true);
    const kept = await after.read(invitation.id);
    expect(kept.recovery).toBeInstanceOf(Secret);
    expect(kept.founding).toEqual(founding.record);
    await after.tookOver(invitation.id);
    expect(await after.isTakingOver(invitation.id)).toBe(false);
  });
});

describe('taking a class over', () => {
  it('[ROL3] waits until nothing is missing for a while, and goes on until it is done', () => {
    const clock = new VirtualClock();
    let [isEven, asked, done] = [false, 0, 0];
    const refusals = [false, true];
    new TakingOver({
      clock,
      isEven: () => isEven,
      takeOver: then => {
        asked += 1;
        then(refusals.shift()!);
      },
      done: () => (done += 1)
    });
    clock.advance(60_000);
    expect(asked).toBe(0);
    isEven = true;
    clock.advance(CALM_MS - 1000);
    isEven = false;
    clock.advance(2000);
    isEven = true;
    clock.advance(CALM_MS - 1000);
    expect(asked).toBe(0);
    clock.advance(2000);
    expect([asked, done]).toEqual([1, 0]);
    clock.advance(2 * CALM_MS);
    expect([asked, done]).toEqual([2, 1]);
    clock.advance(60_000);
    expect(asked).toBe(2);
  });
});
