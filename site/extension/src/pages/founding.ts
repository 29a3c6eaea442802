/** Classes that begin on this device, or are taken over on it: their keys are kept before anybody hears of them. */
import { found, keepRecovery } from '../class/owning';
import type { IInvitation } from '../core/class/invitation';
import type { IRecovery } from '../core/class/recovery';
import type { IVault } from '../storage/vault';
import { newParticipant } from './page';
import type { Started } from './started';

export class Founding {
  constructor(
    private readonly vault: Promise<IVault>,
    private readonly started: Started
  ) {}

  /** A new class in a workshop, whose owner has no name yet. @throws Error that says why there is none */
  async found(workshop: string): Promise<IInvitation> {
    const vault = await this.open();
    const as = newParticipant();
    const invitation = await found(vault, as);
    this.remember(workshop, invitation, as);
    return invitation;
  }

  /** The class of a recovery file, whose owner this device becomes. @throws Error that says why it does not */
  async takeOver(recovery: IRecovery): Promise<IInvitation> {
    const vault = await this.open();
    const classId = recovery.founding.classId.join();
    const before = this.started.all.find(({ invitation }) => invitation.id.join() === classId);
    const as = before?.as ?? newParticipant();
    const invitation = await keepRecovery(vault, as, recovery);
    this.remember(recovery.workshop, invitation, as);
    return invitation;
  }

  private async open(): Promise<IVault> {
    const vault = await this.vault;
    if (vault.kind === 'memory') {
      throw new Error(REFUSED);
    }
    return vault;
  }

  private remember(workshop: string, invitation: IInvitation, as: string): void {
    this.started.add({ workshop, invitation, at: Date.now(), as });
    if (this.started.find(invitation)?.as !== as) {
      throw new Error(REFUSED);
    }
  }
}

const REFUSED =
  'this browser keeps nothing for this site, so the keys of the class would be lost. Open the site in an ordinary window, or allow it to keep data';
