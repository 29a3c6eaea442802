/** Into a class: the keys that this device has of a person and of a class are what `Joined` is given. */
import { digest } from 'lib0/hash/sha256';
import { type IOwner, readOwner } from '../core/class/owner';
import { openSession } from '../core/identity/own';
import type { IVault } from '../storage/vault';
import { browserStorage, fill, pageCrypto } from './device';
import { type IJoinOptions, Joined } from './joined';
import { KeptClasses } from './kept';
import { takeOn } from './owning';
import { seedsOf } from './seeds';

export type IEnterOptions = Omit<
  IJoinOptions,
  'crypto' | 'own' | 'seed' | 'classes' | 'kept' | 'takesOver' | 'stored' | 'contradictions'
> & {
  readonly vault: IVault;
  /** What makes one the owner of the class, when the link brings it. */
  readonly owner?: string | null;
};

/** Goes into a class as somebody this device remembers; whether one is let in is said by the membership. */
export async function enter({ vault, owner, ...options }: IEnterOptions): Promise<Joined> {
  const { invitation, identity } = options;
  const crypto = pageCrypto();
  const classes = new KeptClasses(vault, identity.participant);
  const brought = await new Promise<IOwner | null>(resolve =>
    readOwner(crypto, digest, invitation.id, owner ?? '', resolve)
  );
  if (brought) {
    await takeOn(vault, identity.participant, brought);
  }
  const seeds = await seedsOf(vault, identity.participant, invitation.id, fill);
  const kept = await classes.read(invitation.id);
  const takesOver = await classes.isTakingOver(invitation.id);
  const contradictions = await classes.contradictions(invitation.id);
  const stored = () => browserStorage(options.root);
  const known = { classes, kept, takesOver, stored, contradictions };
  return new Promise(resolve =>
    openSession(crypto, digest, invitation.id, seeds, fill, own =>
      resolve(new Joined({ ...options, crypto, own, seed: seeds.root, ...known }))
    )
  );
}
