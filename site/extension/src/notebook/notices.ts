/** What is said to the user in passing: calm, beside the work, never over it. */
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IPathEntry } from '../storage/storage';
import type { ILost } from '../core/permissions/lost';
import type { IFileListener } from './files';
import { copyText } from './clipboard';
import { isKeptAfter, isSame, putBack } from './lost';
import type { Session } from './session';
import type { Keeping } from './keeping';
import { shortened } from './shortened';
import { keepingInWords } from './status';

/** Long enough to read a sentence twice and press a button. */
const NOTICE_MS = 8000;
/** What one may want to take back stays longer. */
const UNDO_MS = 30_000;

/** Letters of lost words that are shown: with what is said of them they are fewer than `SHOWN`. */
const QUOTED = 50;
/** The same of each, where there are two of them, and where there are more. */
const QUOTED_OF_TWO = 22;
const QUOTED_OF_MORE = 16;
/** The same of a file's name, where two are said, and where one is. */
const OF_TWO = 32;
const OF_ONE = 60;

export interface INoticeActs {
  open(path: string): void;
  bringBack(paths: ReadonlyMap<string, IPathEntry>): void;
}

export class Notices implements IFileListener {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly acts: INoticeActs
  ) {}

  private keptId = '';
  private notNowId = '';
  /** What was refused of which notebook and is still shown: one notice for each that is said, with all that was lost so. */
  private readonly refusals = new WeakMap<Session, Map<RefusedWhy, IRefusal>>();
  /** What of lost words is shown, of which notebook. */
  private readonly offered = new WeakMap<
    Session,
    { readonly id: string; readonly lost: readonly ILost[] }[]
  >();

  /** Somebody asked to save. Asked again, the notice is the same one. */
  kept(keeping: Keeping, download: () => void): void {
    const trans = this.trans;
    const words =
      keeping.kind === 'kept' || keeping.kind === 'keeping'
        ? trans.__('Kept on this device, as always. You can also take it with you as a file.')
        : keepingInWords(keeping, trans);
    const actions = [{ label: trans.__('Download'), callback: download }];
    Notification.dismiss(this.keptId);
    this.keptId = Notification.info(words, { autoClose: NOTICE_MS, actions });
  }

  refused(keeping: Keeping, download: () => void): void {
    const actions = [{ label: this.trans.__('Save as a file'), callback: download }];
    Notification.warning(keepingInWords(keeping, this.trans), { autoClose: false, actions });
  }

  reset(undo: () => void): void {
    const trans = this.trans;
    Notification.info(trans.__('This cell reads like the original again.'), {
      autoClose: NOTICE_MS,
      actions: [{ label: trans.__('Undo'), callback: undo }]
    });
  }

  met(): void {
    const words = this.trans.__(
      'This notebook is open in another tab too. Both show the same text; each shows what it ran itself.'
    );
    Notification.info(words, { autoClose: NOTICE_MS });
  }

  setAside(records: number): void {
    if (records > 0) {
      Notification.warning(
        this.trans.__(
          'A part of what was kept could not be read and was set aside. Everything else is here.'
        ),
        { autoClose: false }
      );
    }
  }

  /** Something that was done on this page may not be: the page shows again what the class has. */
  refusedHere(session: Session, fault: string): void {
    const { notebook, needsReload } = session;
    if (needsReload) {
      // The line above the notebook says it.
      return;
    }
    const why = whyOf(fault, notebook.isReadOnly);
    const before = this.refusalOf(session, why);
    if (before && before.lost.length > 0) {
      // Said again, as it may have been put away: with what was written, which is in it alone.
      this.lost(session, [], fault);
      return;
    }
    Notification.dismiss(before?.id ?? '');
    const id = Notification.warning(refusedInWords(why, this.trans), { autoClose: false });
    this.refusalsOf(session).set(why, { id, lost: [] });
  }

  /** What one wrote and is not on the page any more. */
  lost(session: Session, pieces: readonly ILost[], fault: string | null): void {
    const { trans } = this;
    const { needsReload } = session;
    const isReadOnly = fault === 'role' || !session.mayWrite;
    const why = fault === null || needsReload ? null : whyOf(fault, isReadOnly);
    const before = why === null ? undefined : this.refusalOf(session, why);
    // Refused once more for the same reason: one notice has it all.
    const all = [...(before?.lost ?? []), ...(oneLine(pieces) === '' ? [] : [pieces])];
    if (all.length === 0) {
      return;
    }
    const shown = this.offered.get(session) ?? [];
    const isKept = isKeptAfter(fault, needsReload) || shown.some(({ id }) => id === before?.id);
    const lost = all.flat();
    const text = lost.map(each => each.text).join('\n');
    const quoted = quotedInWords(all, trans);
    const copy = {
      label: trans.__('Copy it'),
      callback: (event: MouseEvent) => {
        // Before it is copied the notice is all there is of it.
        event.preventDefault();
        void copyText(text).then(isCopied => (isCopied ? Notification.dismiss(id) : this.notCopied()));
      }
    };
    const back = {
      label: trans.__('Put it back'),
      callback: (event: MouseEvent) => {
        if (!session.mayWrite) {
          event.preventDefault();
          this.notNow();
          return;
        }
        putBack(session.notebook, lost);
        void session.forgetLost(lost);
      }
    };
    const unneeded = { label: trans.__('Not needed'), callback: () => void session.forgetLost(lost) };
    const actions = [...(isReadOnly ? [] : [back]), copy, ...(isKept ? [unneeded] : [])];
    const options = { autoClose: false as const, actions };
    Notification.dismiss(before?.id ?? '');
    const id: string = Notification.warning(lostInWords(why, quoted, trans), options);
    if (why !== null) {
      this.refusalsOf(session).set(why, { id, lost: all });
    }
    const others = shown.filter(each => each.id !== before?.id);
    this.offered.set(session, [...others, ...(isKept ? [{ id, lost }] : [])]);
  }

  private refusalsOf(session: Session): Map<RefusedWhy, IRefusal> {
    const refusals = this.refusals.get(session) ?? new Map<RefusedWhy, IRefusal>();
    this.refusals.set(session, refusals);
    return refusals;
  }

  /** What is shown of it, until somebody closed it or answered. */
  private refusalOf(session: Session, why: RefusedWhy): IRefusal | undefined {
    const refusal = this.refusalsOf(session).get(why);
    return refusal && Notification.manager.has(refusal.id) ? refusal : undefined;
  }

  /** The same of what this device has kept: of a page before this one, and of when one could only read. */
  async lostBefore(session: Session): Promise<void> {
    const lost = session.mayWrite ? await session.lostBefore() : [];
    if (!session.mayWrite || lost.length === 0) {
      return;
    }
    // What is shown already is shown once, now with every answer to it.
    const isIn = (piece: ILost): boolean => lost.some(each => isSame(each, piece));
    const shown = this.offered.get(session) ?? [];
    const again = shown.filter(each => each.lost.every(isIn));
    again.forEach(({ id }) => Notification.dismiss(id));
    this.offered.set(
      session,
      shown.filter(each => !again.includes(each))
    );
    this.lost(session, lost, null);
  }

  private notNow(): void {
    const words = this.trans.__(
      'You cannot write on this page now, so nothing was put back. You can still copy it.'
    );
    Notification.dismiss(this.notNowId);
    this.notNowId = Notification.info(words, { autoClose: NOTICE_MS });
  }

  private notCopied(): void {
    const words = this.trans.__('This browser did not let it be copied. It is still in the notice.');
    Notification.warning(words, { autoClose: NOTICE_MS });
  }

  newer(open: () => Promise<void>, stay: () => void): void {
    const trans = this.trans;
    Notification.info(trans.__('There is a newer edition of this notebook. Yours stays as it is.'), {
      autoClose: false,
      actions: [
        { label: trans.__('Open the new one beside mine'), callback: () => void open() },
        { label: trans.__('Keep mine'), callback: stay }
      ]
    });
  }

  taken(name: string, mendedIds: number): void {
    const trans = this.trans;
    const mended = trans._n(
      'One cell had no name of its own and got one.',
      '%1 cells had no name of their own and got one.',
      mendedIds,
      mendedIds
    );
    Notification.info(
      [
        trans.__('%1 is a new notebook here.', shortened(name, OF_ONE)),
        ...(mendedIds > 0 ? [mended] : [])
      ].join(' '),
      {
        autoClose: NOTICE_MS
      }
    );
  }

  putBeside(path: string, beside: string): void {
    const trans = this.trans;
    const words = trans.__(
      'Your work in %1 stays. The other file of that name is beside it: %2.',
      shortened(PathExt.basename(path), OF_TWO),
      shortened(PathExt.basename(beside), OF_TWO)
    );
    const actions = [{ label: trans.__('Open'), callback: () => this.acts.open(beside) }];
    Notification.info(words, { autoClose: false, actions });
  }

  putAside(path: string, aside: string): void {
    const trans = this.trans;
    const words = trans.__(
      'Earlier work was called %1. It is kept as %2.',
      shortened(PathExt.basename(path), OF_TWO),
      shortened(PathExt.basename(aside), OF_TWO)
    );
    const actions = [{ label: trans.__('Open'), callback: () => this.acts.open(aside) }];
    Notification.info(words, { autoClose: false, actions });
  }

  deleted(paths: ReadonlyMap<string, IPathEntry>): void {
    const trans = this.trans;
    const names = [...paths.keys()].map(path => PathExt.basename(path));
    const first = shortened(names[0] ?? '', OF_ONE);
    const words =
      names.length > 1
        ? trans.__('Deleted: %1 and %2 more', first, names.length - 1)
        : trans.__('Deleted: %1', first);
    Notification.info(words, {
      autoClose: UNDO_MS,
      actions: [{ label: trans.__('Bring back'), callback: () => this.acts.bringBack(paths) }]
    });
  }
}

/** What is said of it: one may not write there, or what was written fits nowhere. */
type RefusedWhy = 'may-not' | 'misfit';

interface IRefusal {
  readonly id: string;
  /** What was lost, each time. */
  readonly lost: readonly (readonly ILost[])[];
}

function whyOf(fault: string, isReadOnly: boolean): RefusedWhy {
  return fault === 'role' || isReadOnly ? 'may-not' : 'misfit';
}

function refusedInWords(why: RefusedWhy, trans: TranslationBundle): string {
  return why === 'may-not'
    ? trans.__(
        'You may not change this page. What was changed on it here did not reach the class; it reads again as the class has it.'
      )
    : trans.__('Something on this page did not fit what the class has. It reads again as the class has it.');
}

/** @param why null where the class took it, and it does not count any more */
function lostInWords(why: RefusedWhy | null, quoted: string, trans: TranslationBundle): string {
  switch (why) {
    case null:
      return trans.__('Something you wrote does not count in the class any more: %1', quoted);
    case 'may-not':
      return trans.__('You may not change this page: it reads as the class has it. You wrote: %1', quoted);
    case 'misfit':
      return trans.__('This did not fit what the class has, and is not on the page any more: %1', quoted);
  }
}

/** How it begins, each time: of the first and the last, where it was more often than twice. */
function quotedInWords(all: readonly (readonly ILost[])[], trans: TranslationBundle): string {
  const quote = (lost: readonly ILost[], most: number): string => {
    const line = oneLine(lost);
    return `"${line.length > most ? `${line.slice(0, most)}...` : line}"`;
  };
  const [first, last] = [all[0]!, all.at(-1)!];
  switch (all.length) {
    case 1:
      return quote(first, QUOTED);
    case 2:
      return trans.__('%1 and %2', quote(first, QUOTED_OF_TWO), quote(last, QUOTED_OF_TWO));
    default: {
      const more = all.length - 2;
      const ends = [quote(first, QUOTED_OF_MORE), quote(last, QUOTED_OF_MORE)] as const;
      return trans.__('%1, %2 and %3 more', ...ends, more);
    }
  }
}

function oneLine(lost: readonly ILost[]): string {
  return lost
    .map(({ text }) => text)
    .join('\n')
    .replace(/\s+/g, ' ')
    .trim();
}
