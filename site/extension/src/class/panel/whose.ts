/** Whose page of the notebook this is, who may write in it, and the way to the others. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type Branch, BRANCHES } from '../../core/document/name';
import type { Session } from '../../notebook/session';
import type { IMembership } from '../membership';
import { namesInWords, seenInWords } from '../teaching/words';
import { make, setText } from './dom';

/** The page that is open. */
export interface IWhose {
  readonly branch: Branch;
  /** Whether the class has it too. */
  readonly isShared: boolean;
  /** Whether one may write in it. */
  readonly mayWrite: boolean;
  /** Whether the class takes nothing more from this page, though one may write. */
  readonly needsReload?: boolean;
  /** Whether what one wrote there, and did not reach the class, is kept on this device. */
  readonly keepsLost?: boolean;
  /** Whether one only watches, in all of the class. */
  readonly isWatching?: boolean;
  /** Whether one was removed from the class. */
  readonly isRemoved?: boolean;
  /** What they are called whose own page it is, where it is not one's own. */
  readonly ownerName?: string;
  /** The team whose page it is. */
  readonly team?: IWhoseTeam;
}

export interface IWhoseTeam {
  /** Its id. */
  readonly team: string;
  /** Null where one is not of it. */
  readonly name: string | null;
  /** Who is in it besides oneself. */
  readonly others: readonly string[];
  /** Whether one is in it, and does not only teach. */
  readonly isMine: boolean;
}

export class Whose {
  /** @param pageOf address of the same notebook on another of the class's pages; asked when the link is followed */
  constructor(
    private readonly trans: TranslationBundle,
    private readonly pageOf: (branch: Branch, team?: string) => string
  ) {
    this.pages.setAttribute('aria-label', trans.__('Pages of this notebook'));
    BRANCHES.forEach(branch => this.links.set(branch, this.link(branch)));
    this.pages.append(...this.links.values());
    this.node.append(this.heading, this.pages, this.words, this.seen, this.mates);
    this.show(null);
  }

  readonly node = make('section', 'pb-Class-section pb-Whose');
  private readonly heading = make('h3');
  private readonly words = make('p');
  private readonly seen = make('p');
  private readonly pages = make('nav', 'pb-Whose-pages');
  private readonly mates = make('p', 'pb-Class-quiet');
  private readonly links = new Map<Branch, HTMLAnchorElement>();
  private readonly teams = new Map<string, HTMLAnchorElement>();

  /**
   * @param whose null when no notebook is open
   * @param outputsShared whether the class sees what is run on everybody's own pages
   * @param teams those whose pages one may read
   */
  show(whose: IWhose | null, outputsShared = false, teams: readonly IWhoseTeam[] = []): void {
    const { trans } = this;
    this.node.hidden = whose === null;
    this.pages.hidden = !whose?.isShared;
    if (!whose) {
      return;
    }
    this.showTeams(teams);
    for (const [branch, link] of this.links) {
      mark(link, branch === whose.branch && whose.ownerName === undefined && !whose.team);
    }
    for (const [team, link] of this.teams) {
      mark(link, team === whose.team?.team);
    }
    setText(this.heading, whose.isShared ? trans.__('This page') : trans.__('Your own notebook'));
    // That one was removed stands above already.
    setText(this.words, whose.isRemoved ? outInWords(trans) : whoseInWords(whose, trans));
    const isOwn = whose.isShared && whose.branch === 'mine' && whose.ownerName === undefined;
    // What they run who only watch is seen by nobody else.
    this.seen.hidden = !isOwn || whose.isRemoved === true || whose.isWatching === true;
    setText(this.seen, this.seen.hidden ? '' : seenInWords(outputsShared, trans));
    const mine = teams.find(({ isMine }) => isMine);
    this.mates.hidden = !whose.isShared || !mine || mine.team === whose.team?.team;
    setText(this.mates, this.mates.hidden ? '' : matesInWords(mine!, trans));
  }

  /** Beside the others; each stays where it is while others come and go. */
  private showTeams(teams: readonly IWhoseTeam[]): void {
    const { trans } = this;
    const wanted = new Map(teams.map(each => [each.team, each]));
    for (const [team, link] of this.teams) {
      if (!wanted.has(team)) {
        link.remove();
        this.teams.delete(team);
      }
    }
    let last = this.links.get('team')!;
    for (const { team, name, isMine } of teams) {
      const link = this.teams.get(team) ?? this.link('team', team);
      this.teams.set(team, link);
      setText(link, isMine ? trans.__('Your team') : (name ?? ''));
      if (link.previousElementSibling !== last) {
        last.after(link);
      }
      last = link;
    }
  }

  private link(branch: Branch, team?: string): HTMLAnchorElement {
    const link = make('a', 'pb-Whose-page', team === undefined ? pageInWords(branch, this.trans) : '');
    const aim = (): void => void (link.href = this.pageOf(branch, team));
    // Before it is followed, copied or opened in another tab.
    ['pointerdown', 'focus', 'contextmenu', 'click'].forEach(kind => link.addEventListener(kind, aim));
    aim();
    return link;
  }
}

function mark(link: HTMLAnchorElement, isCurrent: boolean): void {
  if (isCurrent) {
    link.setAttribute('aria-current', 'page');
  } else {
    link.removeAttribute('aria-current');
  }
}

/** What there is to say of an open notebook. */
export function whoseOf(
  {
    branch,
    isShared,
    notebook,
    needsReload,
    keepsLost
  }: Pick<Session, 'branch' | 'isShared' | 'notebook' | 'needsReload' | 'keepsLost'>,
  membership: Pick<IMembership, 'role' | 'pageOwner' | 'people' | 'team' | 'teams' | 'me'>
): IWhose {
  const { role, pageOwner, people, team } = membership;
  const other = { team: team ?? '', name: null, others: [], isMine: false };
  const owner = isShared && pageOwner !== null ? people.find(each => each.participant === pageOwner) : null;
  return {
    ...{ branch, isShared, mayWrite: !notebook.isReadOnly, needsReload, keepsLost },
    ...{ isRemoved: role === 'removed', isWatching: role === 'viewer' },
    ...(isShared && pageOwner !== null ? { ownerName: owner?.name ?? pageOwner.slice(0, 6) } : {}),
    ...(isShared && team !== null
      ? { team: teamsOf(membership).find(each => each.team === team) ?? other }
      : {})
  };
}

/** The teams whose pages one may read, as they are shown. */
export function teamsOf({ teams, people, me }: Pick<IMembership, 'teams' | 'people' | 'me'>): IWhoseTeam[] {
  return teams.map(({ team, name, members }) => ({
    ...{ team, name, isMine: members.includes(me.participant) },
    others: members.filter(member => member !== me.participant).map(member => namesInWords([member], people))
  }));
}

/** Where a team's name and who is in it stand on other pages. */
export function matesInWords({ name, others }: IWhoseTeam, trans: TranslationBundle): string {
  return others.length === 0
    ? trans.__('You are in %1, for now alone.', name)
    : trans.__('You are in %1, with %2.', name, listed(others, trans));
}

function listed(names: readonly string[], trans: TranslationBundle): string {
  return names.length > 1
    ? trans.__('%1 and %2', names.slice(0, -1).join(', '), names.at(-1))
    : (names[0] ?? '');
}

function teamInWords(
  { name, others, isMine }: IWhoseTeam,
  mayWrite: boolean,
  trans: TranslationBundle
): string {
  const names = listed(others, trans);
  if (name === null) {
    return trans.__('You are not in this team: only its members and the teachers read what it writes.');
  }
  if (!isMine) {
    return trans.__(
      "%1's page: %2. They write here, you and the other teachers too, and nobody else reads it.",
      name,
      names
    );
  }
  if (!mayWrite) {
    return trans.__('%1 writes here, and you watch.', name);
  }
  return others.length === 0
    ? trans.__("%1's page. You are in it alone for now; nobody else but the teachers reads it.", name)
    : trans.__("%1's page. You write here with %2; nobody else but the teachers reads it.", name, names);
}

/** What the class calls one of its pages. */
export function pageInWords(branch: Branch, trans: TranslationBundle): string {
  switch (branch) {
    case 'lecture':
      return trans.__('Lecture');
    case 'mine':
      return trans.__('Your page');
    case 'team':
      return trans.__("Everyone's page");
  }
}

/** Where one is, when it is not where the class is; '' there. */
export function placeInWords(
  { branch, isShared, ownerName, team }: IWhose,
  trans: TranslationBundle
): string {
  if (!isShared || branch === 'lecture') {
    return '';
  }
  if (ownerName !== undefined) {
    return trans.__("%1's page", ownerName);
  }
  return team ? (team.name ?? trans.__('A team')) : pageInWords(branch, trans);
}

/** Who may write there, and who may read. */
export function whoseInWords(whose: IWhose, trans: TranslationBundle): string {
  const { branch, isShared, mayWrite, isRemoved, needsReload, isWatching, ownerName, team } = whose;
  if (!isShared) {
    return trans.__('It is no step of the workshop: the class does not see it.');
  }
  if (isRemoved) {
    return [trans.__('A teacher removed you from this class.'), outInWords(trans)].join(' ');
  }
  if (needsReload) {
    return whose.keepsLost === false
      ? trans.__(
          'The class takes nothing more from this page, so you cannot write here now. This browser does not keep what did not reach the class: copy what the notice shows before you reload the page.'
        )
      : trans.__(
          'The class takes nothing more from this page, so you cannot write here now. What you wrote is kept. Reload the page to go on: what did not reach the class is offered to you again.'
        );
  }
  switch (branch) {
    case 'lecture':
      if (isWatching) {
        return trans.__('The teacher writes here, and you watch. You can run everything.');
      }
      return mayWrite
        ? trans.__('You teach here: the class sees what you write, and cannot change it.')
        : trans.__('The teacher writes here. You can run everything; to change something, take your page.');
    case 'mine':
      if (ownerName !== undefined) {
        return trans.__("%1's page. You read it as a teacher does; only %1 writes here.", ownerName);
      }
      if (isWatching) {
        return trans.__(
          'You watch in this class: you can run everything on your page, and write nothing there. It began as the notebook was published, and does not change with the lecture.'
        );
      }
      return trans.__(
        'You write here. Nobody else in the class can read it but the teachers. It began as the notebook was published, and does not change with the lecture.'
      );
    case 'team':
      if (team) {
        return teamInWords(team, mayWrite, trans);
      }
      return mayWrite
        ? trans.__('All in the class may write here.')
        : trans.__('The class writes here, and you watch.');
  }
}

function outInWords(trans: TranslationBundle): string {
  return trans.__('You can read and run what was here until then; nothing you write reaches the class.');
}
