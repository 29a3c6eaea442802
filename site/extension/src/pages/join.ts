/** The workshop's page when its link brings an invitation: a name, and in. */
import type { Identities, IIdentity, INotes } from '../class/identity';
import type { IInvitation, Invited } from '../core/class/invitation';
import { find, findIn, keepFragment } from './elements';
import { linkInto } from './links';
import type { Named } from './signaling';
import { Who } from './who';
import { wordsOf } from './words';

export interface IJoinOptions {
  readonly identities: Identities;
  /** What is remembered while the tab is open, or null. */
  readonly tab: INotes | null;
  /** The site's path. */
  readonly place: string;
  readonly readSignaling: () => Promise<Named>;
  readonly go: (address: string) => void;
}

export class Join {
  constructor(private readonly options: IJoinOptions) {
    this.who = new Who(find('join-who', HTMLElement), options.identities, identity => this.enter(identity));
    this.key = `peerbook:joined:${options.place}`;
  }

  /** Shows what the link brought; nothing at all when it brought nothing. */
  show(invited: Invited): void {
    find('link-damaged', HTMLElement).hidden = invited.kind !== 'damaged';
    if (invited.kind === 'invited') {
      this.invite(invited.invitation);
    }
  }

  private invite(invitation: IInvitation): void {
    this.invitation = invitation;
    this.panel.hidden = false;
    find('start-class', HTMLElement).hidden = true;
    this.start.classList.add('quiet');
    this.start.dataset.words = this.start.dataset.wordsAlone;
    const steps = [...document.querySelectorAll<HTMLAnchorElement>('.steps a[data-path]')];
    for (const step of steps) {
      step.href = linkInto(step.href, invitation);
      step.addEventListener('click', event => this.open(step, event));
    }
    find('join-other', HTMLElement).addEventListener('click', () => this.ask());
    keepFragment();
    this.greet();
    // Where one was before is known when the page is shown, and somebody may have joined before the browser brings it back.
    addEventListener('pageshow', () => this.greet());
    void this.options.readSignaling().then(named => {
      find('join-nobody', HTMLElement).hidden = named.kind === 'address' || named.kind === 'missing';
    });
  }

  /** Who joined in this tab goes on; everybody else is asked who they are. */
  private greet(): void {
    const me = this.joined();
    find('join-in', HTMLElement).hidden = me === undefined;
    find('join-ask', HTMLElement).hidden = me !== undefined;
    if (me) {
      const sentence = find('join-as', HTMLElement);
      sentence.textContent = wordsOf(sentence, 'words', { name: me.name });
      find('join-go', HTMLAnchorElement).href = this.goal();
    } else {
      this.who.show();
    }
  }

  private ask(): void {
    find('join-in', HTMLElement).hidden = true;
    find('join-ask', HTMLElement).hidden = false;
    this.who.show();
    this.who.focus();
  }

  /** A step is opened by who is known: on a device of many, the one before would come in. */
  private open(step: HTMLAnchorElement, event: MouseEvent): void {
    if (this.joined() === undefined) {
      event.preventDefault();
      this.step = step;
      const first = find('join-first', HTMLElement);
      first.textContent = wordsOf(first, 'words', {
        step: findIn(step, '.name', HTMLElement).textContent ?? ''
      });
      this.ask();
      this.panel.scrollIntoView({ block: 'center' });
    }
  }

  private enter(me: IIdentity): void {
    try {
      this.options.tab?.setItem(this.key, this.noteOf(me));
    } catch {
      // Asked again next time.
    }
    this.options.go(this.goal());
    // A step that is gone to is where one was.
    this.step = null;
  }

  /** Who joined this class in this tab. */
  private joined(): IIdentity | undefined {
    const { tab, identities } = this.options;
    try {
      const note = tab?.getItem(this.key);
      return identities.all.find(each => note === this.noteOf(each));
    } catch {
      return undefined;
    }
  }

  /** Which class was joined in this tab, and as whom: the notebook page's note too (class/panel/identify.ts). */
  private noteOf({ participant }: IIdentity): string {
    return JSON.stringify([this.invitation?.code, participant]);
  }

  /** The step that was chosen, or where one was before, or the first. */
  private goal(): string {
    return linkInto((this.step ?? this.start).href, this.invitation);
  }

  private readonly who: Who;
  private readonly key: string;
  private readonly panel = find('join', HTMLElement);
  private readonly start = find('start', HTMLAnchorElement);
  private invitation: IInvitation | null = null;
  private step: HTMLAnchorElement | null = null;
}
