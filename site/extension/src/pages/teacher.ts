/** The teacher's page: which workshop, a class, its link, and who is here. */
import type { Identities, IIdentity } from '../class/identity';
import type { IInvitation, Invited } from '../core/class/invitation';
import { normalName } from '../core/roster/record';
import { find, keepFragment } from './elements';
import { Invite } from './invite';
import type { Clock } from '../core/clock';
import type { IRecovery, RecoveryFault } from '../core/class/recovery';
import type { Read } from '../core/envelope/envelope';
import { Keeping, type Saved } from './keeping';
import { inviteLink, isOnlyHere, linkInto, notebookLink, teacherLink, teamLink } from './links';
import { offerOf, offersIn, type IOffer } from './offers';
import type { Named } from './signaling';
import { Power } from './power';
import { Start } from './start';
import type { Started } from './started';
import { TakeOver } from './takeover';
import { Who } from './who';
import { wordsOf } from './words';

export interface ITeacherOptions {
  readonly home: string;
  readonly search: string;
  readonly identities: Identities;
  readonly started: Started;
  readonly saved: Saved;
  readonly clock: Clock;
  /** Founds a class in a workshop, whose owner this device is. Rejects with what to say when it could not. */
  readonly found: (workshop: string) => Promise<IInvitation>;
  readonly readRecovery: (text: string) => Promise<Read<IRecovery, RecoveryFault>>;
  /** Makes this device the one that owns the class. Rejects with what to say when it could not. */
  readonly takeOver: (recovery: IRecovery) => Promise<IInvitation>;
  /** The one without a name who owned the class on this device has one. */
  readonly handOver: (invitation: IInvitation, from: string, to: string) => Promise<void>;
  readonly download: (name: string, text: string) => void;
  readonly readSignaling: () => Promise<Named>;
  /** The step of the workshop where one was, or null. */
  readonly placeIn: (workshop: string) => string | null;
  /** Goes there in this tab, without a step back. */
  readonly go: (address: string) => void;
  readonly reload: () => void;
  /** Opens beside this page. */
  readonly open: (address: string) => void;
  /** Is in the class and shows who else is; the given function is told who one is, also when that changes. */
  readonly watch: (
    invitation: IInvitation,
    offer: IOffer,
    invite: Invite,
    power: Power
  ) => (identity: IIdentity) => void;
  readonly newParticipant: () => string;
  readonly now: () => number;
}

export class Teacher {
  constructor(private readonly options: ITeacherOptions) {}

  show(invited: Invited): void {
    const offer = offerOf(this.options.search, this.offers);
    const invitation = invited.kind === 'invited' ? invited.invitation : null;
    find('class-damaged', HTMLElement).hidden = invited.kind !== 'damaged';
    this.takeOver = new TakeOver({
      readRecovery: text => this.options.readRecovery(text),
      takeOver: recovery => this.options.takeOver(recovery),
      done: (taken, workshop) => this.taken(taken, workshop, invitation)
    });
    // In a class it is offered to who needs it.
    if (!invitation) {
      this.takeOver.offer(false);
    }
    if (offer === null || 'unknown' in offer) {
      this.choose(offer?.unknown, invitation);
      return;
    }
    this.choosing.hidden = true;
    const up = find('class-workshop', HTMLAnchorElement);
    up.textContent = offer.title;
    up.href = new URL(offer.page, this.options.home).href;
    if (invitation) {
      this.open(offer, invitation);
    } else {
      this.begin(offer);
    }
  }

  /** Without a workshop in the address, or with one that is not here. An invitation is taken along. */
  private choose(unknown: string | undefined, invitation: IInvitation | null): void {
    const notice = find('class-unknown', HTMLElement);
    notice.hidden = unknown === undefined;
    notice.textContent = wordsOf(notice, 'words', { workshop: unknown ?? '' });
    for (const link of this.choosing.querySelectorAll<HTMLAnchorElement>('li > a')) {
      link.href = linkInto(link.href, invitation);
    }
  }

  private begin(offer: IOffer): void {
    find('class-begin', HTMLElement).hidden = false;
    const words = find('class-begin-words', HTMLElement);
    words.textContent = wordsOf(words, 'words', { workshop: offer.title });
    const { found, go, home } = this.options;
    new Start({
      button: find('class-start', HTMLElement),
      said: find('class-start-said', HTMLElement),
      found: () => found(offer.slug),
      go: invitation => go(teacherLink(home, offer.slug, invitation))
    });
    const list = find('class-earlier-list', HTMLElement);
    const items = this.options.started.all.map(({ workshop, invitation, at }) => {
      const item = document.createElement('li');
      const link = item.appendChild(document.createElement('a'));
      const title = this.offers.find(each => each.slug === workshop)?.title ?? workshop;
      const when = new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
      link.href = teacherLink(this.options.home, workshop, invitation);
      link.textContent = wordsOf(list, 'words', { workshop: title, when });
      return item;
    });
    list.replaceChildren(...items);
    find('class-earlier', HTMLElement).hidden = items.length === 0;
  }

  private open(offer: IOffer, invitation: IInvitation): void {
    const { home } = this.options;
    const link = inviteLink(home, offer.slug, invitation);
    const invite = new Invite();
    invite.show(link, offer.title);
    keepFragment();
    find('class-only-here', HTMLElement).hidden = !isOnlyHere(link);
    find('class-open', HTMLElement).hidden = false;
    void this.options.readSignaling().then(named => this.tell(named));
    const { saved, clock, download } = this.options;
    const keeping = new Keeping({ saved, room: invitation.room, workshop: offer.slug, download });
    const firstPath = (): string => this.options.placeIn(offer.slug) ?? [...offer.steps.keys()][0] ?? '';
    const teamPage = (team: string): string => teamLink(home, firstPath(), invitation, team);
    const power = new Power(clock, keeping, this.takeOver!, teamPage);
    const beHere = this.options.watch(invitation, offer, invite, power);
    beHere(this.known(offer, invitation));
    const who = new Who(
      find('class-who', HTMLElement),
      this.options.identities,
      identity =>
        void this.name(identity, offer, invitation).then(() => {
          beHere(identity);
          who.show();
          this.options.open(notebookLink(home, firstPath(), invitation));
        }),
      typed => this.take(typed, invitation)
    );
    who.show();
  }

  /**
   * Whom the class sees as long as nobody says who they are: not who was here last, for a device may be used by many, and
   * the same person in another tab would not be counted.
   */
  private known(offer: IOffer, invitation: IInvitation): IIdentity {
    const { started, identities, newParticipant } = this.options;
    const participant = started.find(invitation)?.as ?? newParticipant();
    this.keep(offer, invitation, participant);
    const named = identities.all.find(each => each.participant === participant);
    return named ?? { participant, name: wordsOf(find('class-who', HTMLElement), 'unnamed') };
  }

  /** Who was here without a name is this one: what they own comes along. Somebody else's stays theirs. */
  private async name({ participant }: IIdentity, offer: IOffer, invitation: IInvitation): Promise<void> {
    const { started, identities, handOver } = this.options;
    const before = started.find(invitation)?.as;
    const isNamed = identities.all.some(each => each.participant === before);
    if (before !== undefined && before !== participant && !isNamed) {
      await handOver(invitation, before, participant);
    }
    this.keep(offer, invitation, participant);
  }

  private keep(offer: IOffer, invitation: IInvitation, participant: string): void {
    const { started, now } = this.options;
    const at = started.find(invitation)?.at ?? now();
    started.add({ workshop: offer.slug, invitation, at, as: participant });
  }

  /** The first name that is typed is that of who was here without one; another one is somebody else's. */
  private take(typed: string, invitation: IInvitation): IIdentity | null {
    const { identities, started } = this.options;
    const participant = started.find(invitation)?.as;
    const name = normalName(typed);
    const isKnown = identities.all.some(each => each.name === name || each.participant === participant);
    return isKnown || participant === undefined
      ? identities.take(typed)
      : identities.rename(participant, typed);
  }

  /** The class is to be this device's: its page is opened, or anew. */
  private taken(taken: IInvitation, workshop: string, here: IInvitation | null): void {
    if (taken.code === here?.code) {
      this.options.reload();
    } else {
      this.options.go(teacherLink(this.options.home, workshop, taken));
    }
  }

  /** In words, what keeps others from joining. */
  private tell(named: Named): void {
    find('class-alone', HTMLElement).hidden = named.kind !== 'alone';
    find('class-missing', HTMLElement).hidden = named.kind !== 'missing';
    const wrong = find('class-wrong', HTMLElement);
    wrong.hidden = named.kind !== 'wrong';
    wrong.textContent = named.kind === 'wrong' ? wordsOf(wrong, 'words', { given: named.given }) : '';
  }

  private takeOver: TakeOver | null = null;
  private readonly choosing = find('class-choose', HTMLElement);
  private readonly offers = offersIn(document.getElementById('class-workshops'));
}
