/** The class at the right of the notebook: connection, whose page, people, oneself. Shows what it is told. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { usersIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { Listeners } from '../../connection/listeners';
import type { Branch } from '../../core/document/name';
import type { Door } from '../../core/class/statement';
import type { ITeaching } from '../membership';
import { ContradictionPart } from '../teaching/contradiction';
import { DoorPart } from '../teaching/door';
import { SharingPart } from '../teaching/sharing';
import { givenInWords } from '../teaching/words';
import type { ISaid } from '../words';
import { make, makeButton, setText } from './dom';
import { Invite } from './invite';
import { type IMyselfActs, Myself } from './myself';
import { type IScene, PeopleList } from './people';
import { type IWhose, type IWhoseTeam, Whose } from './whose';

export interface IPanelActs extends IMyselfActs {
  fold(): void;
  reload(): void;
  /** To who listens instead of looking. */
  say(words: string): void;
  inviteLink(): string;
  /** Address of the notebook on another of the class's pages. */
  pageOf(branch: Branch, team?: string): string;
  /** To somebody's own page of this notebook. */
  visit(participant: string): void;
}

export interface IPanelView extends IScene {
  readonly said: ISaid;
  /** Whose notebook the page shows; null when none is open. */
  readonly whose: IWhose | null;
  readonly myName: string;
  readonly kept: string;
  /** False: the device keeps nothing of it now. */
  readonly isKept?: boolean;
  readonly door: Door;
  /** Whether the class sees the outputs of everybody's own pages. */
  readonly outputsShared: boolean;
  readonly teaching: ITeaching | null;
  /** Teams whose pages one may read. */
  readonly teams: readonly IWhoseTeam[];
  /** Participants of whom a page said two things at once. */
  readonly contradicting: ReadonlySet<string>;
}

export class ClassPanel extends Widget {
  constructor(trans: TranslationBundle, acts: IPanelActs, language?: string) {
    super();
    this.id = 'pb-class-panel';
    this.addClass('pb-Class');
    this.title.icon = usersIcon;
    this.title.caption = trans.__('Class');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Class'));
    this.node.tabIndex = -1;
    const head = make('header', 'pb-Class-head');
    const fold = makeButton(trans.__('Fold away'), () => acts.fold(), 'pb-Class-fold');
    head.append(make('h2', '', trans.__('Class')), fold);
    this.whose = new Whose(trans, (branch, team) => acts.pageOf(branch, team));
    const say = (words: string): void => acts.say(words);
    this.people = new PeopleList(trans, language, say, participant => acts.visit(participant));
    this.door = new DoorPart({ trans, level: 'h3', say });
    this.contradiction = new ContradictionPart(trans, 'h3', name =>
      say(givenInWords(name, 'removed', trans))
    );
    this.sharing = new SharingPart(trans, 'h3');
    this.myself = new Myself(trans, acts);
    const connection = make('section', 'pb-Class-section pb-Class-connection');
    this.reload = makeButton(trans.__('Reload the page'), () => acts.reload());
    connection.append(this.words, this.why, this.reload, this.kept);
    this.invite = new Invite(trans, () => acts.inviteLink());
    this.body.append(
      connection,
      this.contradiction.node,
      this.door.node,
      this.whose.node,
      this.people.node,
      this.invite.node,
      this.sharing.node,
      this.myself.node
    );
    this.body.addEventListener('pointerenter', () => (this.held = true));
    this.body.addEventListener('pointerleave', () => (this.held = false));
    this.node.append(head, this.body);
    this.node.addEventListener('keydown', event => {
      // In the filter Esc clears what was typed, as everywhere.
      const isClearing = event.target instanceof HTMLInputElement && event.target.value !== '';
      if (event.key === 'Escape' && !isClearing) {
        event.preventDefault();
        acts.fold();
      }
    });
  }

  /** It was folded or unfolded, by whomever. */
  readonly shown = new Listeners<[]>();
  private readonly body = make('div', 'pb-Class-body');
  private readonly words = make('p', 'pb-Class-words');
  private readonly reload: HTMLButtonElement;
  private readonly why = make('p', 'pb-Class-why');
  private readonly kept = make('p', 'pb-Class-kept');
  private readonly whose: Whose;
  private readonly contradiction: ContradictionPart;
  private readonly door: DoorPart;
  private readonly people: PeopleList;
  private readonly invite: Invite;
  private readonly sharing: SharingPart;
  private readonly myself: Myself;
  /** Somebody has their finger in it. */
  private held = false;

  tell(view: IPanelView): void {
    this.node.dataset.tone = view.said.tone;
    setText(this.words, view.said.text);
    setText(this.why, view.said.why);
    this.why.hidden = view.said.why === '';
    this.reload.hidden = view.said.canReload !== true;
    setText(this.kept, view.kept);
    this.kept.dataset.tone = view.isKept === false ? 'warm' : '';
    this.kept.hidden = view.kept === '';
    this.knocked(() => {
      this.contradiction.show(view.people, view.contradicting, view.teaching);
      this.door.show(view.teaching);
    });
    this.whose.show(view.whose, view.outputsShared, view.teams);
    this.people.show(view);
    this.invite.show(view.door);
    const isOut = view.people.some(({ isMe, role }) => isMe && role === 'removed');
    // Whoever is out invites nobody.
    this.invite.node.hidden = isOut;
    this.sharing.show(view.teaching);
    this.myself.show(view.myName, isOut);
  }

  /** Who comes to the door takes room above: what is under a finger stays there, as far as there is room to scroll. */
  private knocked(act: () => void): void {
    const before = this.whose.node.offsetTop;
    act();
    const moved = this.whose.node.offsetTop - before;
    if (this.held && moved !== 0 && !this.door.node.matches(':hover')) {
      this.body.scrollTop += moved;
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.shown.call();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.shown.call();
  }
}
