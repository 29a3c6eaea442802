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
  private refusedId = '';
  private notNowId = '';
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
  refusedHere({ notebook, needsReload }: Session, fault: string): void {
    if (needsReload) {
      // The line above the notebook says it.
      return;
    }
    Notification.dismiss(this.refusedId);
    this.refusedId = Notification.warning(refusedInWords(fault, notebook.isReadOnly, this.trans), {
      autoClose: false
    });
  }

  /** What one wrote and is not on the page any more. */
  lost(session: Session, lost: readonly ILost[], fault: string | null): void {
    const { trans } = this;
    const { needsReload } = session;
    const isReadOnly = fault === 'role' || !session.mayWrite;
    const isKept = isKeptAfter(fault, needsReload);
    const text = lost.map(each => each.text).join('\n');
    const beginning = text.replace(/\s+/g, ' ').trim();
    if (beginning === '') {
      return;
    }
    const quoted = beginning.length > QUOTED ? `${beginning.slice(0, QUOTED)}...` : beginning;
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
    let id: string;
    if (fault === null || needsReload) {
      id = Notification.warning(
        trans.__('Something you wrote does not count in the class any more: "%1"', quoted),
        options
      );
    } else {
      Notification.dismiss(this.refusedId);
      id = Notification.warning(lostInWords(fault, isReadOnly, quoted, trans), options);
      this.refusedId = id;
    }
    if (isKept) {
      this.offered.set(session, [...(this.offered.get(session) ?? []), { id, lost }]);
    }
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

function refusedInWords(fault: string, isReadOnly: boolean, trans: TranslationBundle): string {
  return fault === 'role' || isReadOnly
    ? trans.__(
        'You may not change this page. What was changed on it here did not reach the class; it reads again as the class has it.'
      )
    : trans.__('Something on this page did not fit what the class has. It reads again as the class has it.');
}

function lostInWords(fault: string, isReadOnly: boolean, quoted: string, trans: TranslationBundle): string {
  return fault === 'role' || isReadOnly
    ? trans.__('You may not change this page: it reads as the class has it. You wrote: "%1"', quoted)
    : trans.__('This did not fit what the class has, and is not on the page any more: "%1"', quoted);
}
