/** The class at the right of the notebook: connection, whose page, people, oneself. Shows what it is told. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { usersIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { Listeners } from '../../connection/listeners';
import type { Branch } from '../../core/document/name';
import type { ISaid } from '../words';
import { make, makeButton, setText } from './dom';
import { Invite } from './invite';
import { type IMyselfActs, Myself } from './myself';
import { type IScene, PeopleList } from './people';
import { type IWhose, Whose } from './whose';

export interface IPanelActs extends IMyselfActs {
  fold(): void;
  reload(): void;
  inviteLink(): string;
  /** Address of the notebook on another of the class's pages. */
  pageOf(branch: Branch): string;
}

export interface IPanelView extends IScene {
  readonly said: ISaid;
  /** Whose notebook the page shows; null when none is open. */
  readonly whose: IWhose | null;
  readonly myName: string;
  readonly kept: string;
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
    this.whose = new Whose(trans, branch => acts.pageOf(branch));
    this.people = new PeopleList(trans, language);
    this.myself = new Myself(trans, acts);
    const connection = make('section', 'pb-Class-section pb-Class-connection');
    this.reload = makeButton(trans.__('Reload the page'), () => acts.reload());
    connection.append(this.words, this.why, this.reload, this.kept);
    const body = make('div', 'pb-Class-body');
    const invite = new Invite(trans, () => acts.inviteLink());
    body.append(connection, this.whose.node, this.people.node, invite.node, this.myself.node);
    this.node.append(head, body);
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
  private readonly words = make('p', 'pb-Class-words');
  private readonly reload: HTMLButtonElement;
  private readonly why = make('p', 'pb-Class-why');
  private readonly kept = make('p', 'pb-Class-kept');
  private readonly whose: Whose;
  private readonly people: PeopleList;
  private readonly myself: Myself;

  tell(view: IPanelView): void {
    this.node.dataset.tone = view.said.tone;
    setText(this.words, view.said.text);
    setText(this.why, view.said.why);
    this.why.hidden = view.said.why === '';
    this.reload.hidden = view.said.canReload !== true;
    setText(this.kept, view.kept);
    this.kept.hidden = view.kept === '';
    this.whose.show(view.whose);
    this.people.show(view);
    this.myself.show(view.myName);
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
