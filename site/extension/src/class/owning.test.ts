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
  function taking(refusals: boolean[] = [true]) {
    const clock = new VirtualClock();
    const is = { known: true, reached: true, even: true, copy: true };
    const seen = { asked: 0, done: 0, changed: 0 };
    const one = new TakingOver({
      clock,
      isKnown: () => is.known,
      isReached: () => is.reached,
      isEven: () => is.even,
      hasCopy: () => is.copy,
      takeOver: then => {
        seen.asked += 1;
        then(refusals.shift()!);
      },
      changed: () => (seen.changed += 1),
      done: () => (seen.done += 1)
    });
    return { clock, is, seen, one };
  }

  it('[ROL3] waits until nothing is missing for a while, and goes on until it is done', () => {
    const { clock, is, seen } = taking([false, true]);
    is.even = false;
    clock.advance(60_000);
    expect(seen.asked).toBe(0);
    is.even = true;
    clock.advance(CALM_MS - 1000);
    is.even = false;
    clock.advance(2000);
    is.even = true;
    clock.advance(CALM_MS - 1000);
    expect(seen.asked).toBe(0);
    clock.advance(2000);
    expect([seen.asked, seen.done]).toEqual([1, 0]);
    clock.advance(2 * CALM_MS);
    expect([seen.asked, seen.done]).toEqual([2, 1]);
    clock.advance(60_000);
    expect(seen.asked).toBe(2);
  });

  it('[ROL3] where nobody has anything of the lecture nothing is cut before whoever takes over says so', () => {
    const { clock, is, seen, one } = taking();
    is.copy = false;
    clock.advance(CALM_MS - 1000);
    expect(one.state).toBe('fetching');
    one.goOn();
    expect(seen.asked).toBe(0);
    clock.advance(60_000);
    expect([one.state, seen.asked]).toEqual(['empty', 0]);
    expect(seen.changed).toBe(1);
    one.goOn();
    expect([seen.asked, seen.done]).toEqual([1, 1]);
  });

  it('[ROL3] somebody comes who has it: then it goes on by itself', () => {
    const { clock, is, seen, one } = taking();
    is.copy = is.reached = false;
    clock.advance(60_000);
    expect([one.state, seen.asked]).toEqual(['alone', 0]);
    is.reached = true;
    clock.advance(60_000);
    expect([one.state, seen.asked]).toEqual(['empty', 0]);
    is.copy = true;
    clock.advance(2 * CALM_MS);
    expect([seen.asked, seen.done]).toEqual([1, 1]);
  });

  it('[ROL3] where nothing is known of the class it waits whatever one says', () => {
    const { clock, is, seen, one } = taking();
    is.known = is.reached = false;
    clock.advance(60_000);
    one.goOn();
    expect([one.state, seen.asked]).toEqual(['unknown', 0]);
    is.known = true;
    clock.advance(60_000);
    expect(one.state).toBe('alone');
    one.goOn();
    expect(seen.done).toBe(1);
  });
});
