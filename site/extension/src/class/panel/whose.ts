/** Whose page of the notebook this is, who may write in it, and the way to the others. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type Branch, BRANCHES } from '../../core/document/name';
import type { Session } from '../../notebook/session';
import type { IMembership } from '../membership';
import { seenInWords } from '../teaching/words';
import { make, setText } from './dom';

/** The page that is open. */
export interface IWhose {
  readonly branch: Branch;
  /** Whether the class has it too. */
  readonly isShared: boolean;
  /** Whether one may write in it. */
  readonly mayWrite: boolean;
  /** Whether one was removed from the class. */
  readonly isRemoved?: boolean;
  /** What they are called whose own page it is, where it is not one's own. */
  readonly ownerName?: string;
}

export class Whose {
  /** @param pageOf address of the same notebook on another of the class's pages; asked when the link is followed */
  constructor(
    private readonly trans: TranslationBundle,
    pageOf: (branch: Branch) => string
  ) {
    this.pages.setAttribute('aria-label', trans.__('Pages of this notebook'));
    for (const branch of BRANCHES) {
      const link = make('a', 'pb-Whose-page', pageInWords(branch, trans));
      const aim = (): void => void (link.href = pageOf(branch));
      // Before it is followed, copied or opened in another tab.
      ['pointerdown', 'focus', 'contextmenu', 'click'].forEach(kind => link.addEventListener(kind, aim));
      aim();
      this.links.set(branch, link);
      this.pages.append(link);
    }
    this.node.append(this.heading, this.pages, this.words, this.seen);
    this.show(null);
  }

  readonly node = make('section', 'pb-Class-section pb-Whose');
  private readonly heading = make('h3');
  private readonly words = make('p');
  private readonly seen = make('p');
  private readonly pages = make('nav', 'pb-Whose-pages');
  private readonly links = new Map<Branch, HTMLAnchorElement>();

  /**
   * @param whose null when no notebook is open
   * @param outputsShared whether the class sees what is run on everybody's own pages
   */
  show(whose: IWhose | null, outputsShared = false): void {
    const { trans } = this;
    this.node.hidden = whose === null;
    this.pages.hidden = !whose?.isShared;
    if (!whose) {
      return;
    }
    for (const [branch, link] of this.links) {
      if (branch === whose.branch && whose.ownerName === undefined) {
        link.setAttribute('aria-current', 'page');
      } else {
        link.removeAttribute('aria-current');
      }
    }
    setText(this.heading, whose.isShared ? trans.__('This page') : trans.__('Your own notebook'));
    // That one was removed stands above already.
    setText(this.words, whose.isRemoved ? outInWords(trans) : whoseInWords(whose, trans));
    const isOwn = whose.isShared && whose.branch === 'mine' && whose.ownerName === undefined;
    this.seen.hidden = !isOwn || whose.isRemoved === true;
    setText(this.seen, this.seen.hidden ? '' : seenInWords(outputsShared, trans));
  }
}

/** What there is to say of an open notebook. */
export function whoseOf(
  { branch, isShared, notebook }: Pick<Session, 'branch' | 'isShared' | 'notebook'>,
  { role, pageOwner, people }: Pick<IMembership, 'role' | 'pageOwner' | 'people'>
): IWhose {
  const owner = isShared && pageOwner !== null ? people.find(each => each.participant === pageOwner) : null;
  return {
    ...{ branch, isShared, mayWrite: !notebook.isReadOnly, isRemoved: role === 'removed' },
    ...(isShared && pageOwner !== null ? { ownerName: owner?.name ?? pageOwner.slice(0, 6) } : {})
  };
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

/** Who may write there, and who may read. */
export function whoseInWords(
  { branch, isShared, mayWrite, isRemoved, ownerName }: IWhose,
  trans: TranslationBundle
): string {
  if (!isShared) {
    return trans.__('It is no step of the workshop: the class does not see it.');
  }
  if (isRemoved) {
    return [trans.__('A teacher removed you from this class.'), outInWords(trans)].join(' ');
  }
  switch (branch) {
    case 'lecture':
      return mayWrite
        ? trans.__('You teach here: the class sees what you write, and cannot change it.')
        : trans.__('The teacher writes here. You can run everything; to change something, take your page.');
    case 'mine':
      if (ownerName !== undefined) {
        return trans.__("%1's page. You read it as a teacher does; only %1 writes here.", ownerName);
      }
      return trans.__(
        'You write here. Nobody else in the class can read it but the teachers. It began as the notebook was published, and does not change with the lecture.'
      );
    case 'team':
      return mayWrite
        ? trans.__('All in the class may write here.')
        : trans.__('The class writes here, and you watch.');
  }
}

function outInWords(trans: TranslationBundle): string {
  return trans.__('You can read and run what was here until then; nothing you write reaches the class.');
}
