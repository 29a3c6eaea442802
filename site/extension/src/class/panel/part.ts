/** The panel, its place in the bar, and what they are told. Wiring only. */
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { addresses, placeOf } from '../../classroom/place';
import { rememberClass } from '../../classroom/back';
import { inClass, withPageOf } from '../../classroom/invited';
import { pageClock } from '../../connection/page';
import { fragmentOf } from '../../core/class/invitation';
import type { Cancel } from '../../core/clock';
import type { Branch } from '../../core/document/name';
import { toHex } from '../../core/tagged';
import { worst } from '../../notebook/keeping';
import { SHOWN } from '../../notebook/shortened';
import { keepingInWords } from '../../notebook/status';
import { fetchCatalogue, type ICatalogue, workshopOf } from '../../workshop/catalogue';
import { copyAddress, pageAddress } from '../addresses';
import type { IClassParts } from '../live';
import { undecided } from '../teaching/words';
import { connectionInWords, type ISaid, keptInWords, otherVersionInWords } from '../words';
import { Coalesced } from './coalesced';
import { outsideInWords } from './entrance';
import { askAnew } from './identify';
import { dockFor, type IDock } from './dock';
import { ClassPanel } from './panel';
import { ClassSlot } from './slot';
import { Told } from './told';
import { matesInWords, placeInWords, teamsOf, whoseOf } from './whose';

/** In the bar: after Python (20) and the outputs, before what is kept (40). */
const RANK = 35;
/** The list is drawn anew at most this often: two hundred come in within seconds. */
const DRAW_MS = 500;
/** How well work is kept is asked anew this often, while one looks. */
const KEPT_MS = 2000;
/** Widths in style/class.css: a sheet from below; and room for a panel beside the notebook without being asked. */
const SHEET = '(max-width: 600px)';
const ROOMY = '(min-width: 1100px)';

export class ClassPart {
  constructor(
    private readonly parts: IClassParts,
    private readonly page: Pick<Window, 'localStorage' | 'location' | 'matchMedia'> = window
  ) {
    const { front, bar, trans, membership, tracker } = parts;
    const root = new URL(PageConfig.getBaseUrl(), page.location.href);
    this.root = root.href;
    this.key = `peerbook:class-panel:${root.pathname}`;
    rememberClass(root.pathname, '');
    const { invitation, me } = membership;
    this.toldSharing = new Told(page, `peerbook:told-sharing:${root.pathname}:${toHex(invitation.id)}`, me);
    this.panel = new ClassPanel(
      trans,
      {
        fold: () => this.fold(),
        reload: () => page.location.reload(),
        rename: name => membership.rename(name),
        becomeSomebodyElse: () => {
          askAnew(this.root);
          page.location.reload();
        },
        leave: () => this.leave(),
        say: words => this.slot.say(words),
        inviteLink: () => this.inviteLink(),
        pageOf: (branch, team) => this.pageOf(branch, team),
        visit: participant => this.visit(participant)
      },
      document.documentElement.lang || undefined
    );
    this.slot = new ClassSlot(trans, pageClock, this.panel.id, () => this.toggle());
    this.dock = dockFor(front, this.panel);
    const inBar = bar?.add('class', this.slot, RANK);
    const draw = (): void => this.drawing.ask();
    const shown = this.panel.shown.add(() => this.shownChanged());
    tracker.currentChanged.connect(draw);
    document.addEventListener('focusin', this.onFocus);
    this.cancels = [
      membership.changed.add(draw),
      shown,
      () => tracker.currentChanged.disconnect(draw),
      () => document.removeEventListener('focusin', this.onFocus),
      () => inBar?.dispose(),
      () => this.looking?.(),
      () => this.drawing.cancel()
    ];
    void fetchCatalogue(this.root).then(
      catalogue => {
        this.catalogue = catalogue;
        draw();
      },
      // Then a step is said to be another notebook.
      () => undefined
    );
    void this.dock.ready.then(() => {
      if (this.panel.isAttached && this.wasOpen()) {
        this.dock.show();
      }
    });
    this.draw();
  }

  private readonly root: string;
  private readonly key: string;
  private readonly panel: ClassPanel;
  private readonly slot: ClassSlot;
  private readonly dock: IDock;
  private readonly drawing = new Coalesced(pageClock, DRAW_MS, () => this.draw());
  private readonly cancels: readonly Cancel[];
  private catalogue: ICatalogue | null = null;
  private looking: Cancel | null = null;
  /** Of whom it is remembered on this device that they know that the class sees outputs of own pages. */
  private readonly toldSharing: Told;
  /** The team one is in; undefined before it is known. */
  private myTeam: string | null | undefined = undefined;
  private teamNotice = '';

  dispose(): void {
    this.cancels.forEach(cancel => cancel());
    this.slot.dispose();
    this.panel.dispose();
  }

  private get path(): string {
    return this.parts.tracker.currentWidget?.context.localPath ?? '';
  }

  private draw(): void {
    const { membership, trans } = this.parts;
    const { people, summary, entrance, door, outputsShared, teaching, contradicting } = membership;
    const said = this.words();
    this.tellSharing();
    this.tellTeam();
    const kind = entrance === 'in' ? (summary.refusal ?? summary.kind) : entrance;
    const { length } = undecided(people, contradicting, teaching);
    this.slot.tell(said, kind, people, teaching?.waiting, length);
    const { path } = this;
    const session = this.parts.sessionOf(path);
    const whose = session ? whoseOf(session, membership) : null;
    // The panel says it, where it is unfolded.
    this.slot.place(whose && !this.panel.isVisible ? placeInWords(whose, trans) : '');
    if (!this.panel.isVisible) {
      return;
    }
    const keeping = session ? worst(session.keeping) : null;
    const isKept = keeping?.kind !== 'full' && keeping?.kind !== 'refused';
    const reachesClass = whose?.isShared === true && whose.mayWrite && entrance === 'in';
    this.panel.tell({
      people,
      path,
      stepOf: each => this.stepOf(each),
      now: Date.now(),
      said,
      whose,
      myName: membership.me.name,
      kept: keeping ? keptInWords(keepingInWords(keeping, trans), isKept, reachesClass, trans) : '',
      isKept,
      door,
      outputsShared,
      teaching,
      teams: teamsOf(membership),
      contradicting
    });
  }

  /** Whoever is put into a team, or out of theirs, is told, and given the way to its page. */
  private tellTeam(): void {
    const { membership, trans } = this.parts;
    if (membership.entrance !== 'in' || membership.role === 'removed') {
      // What was said of a team leads nowhere any more.
      Notification.dismiss(this.teamNotice);
      return;
    }
    const mine = teamsOf(membership).find(({ isMine }) => isMine) ?? null;
    const before = this.myTeam;
    this.myTeam = mine?.team ?? null;
    if (before === undefined || before === this.myTeam) {
      return;
    }
    if (before !== null) {
      // The last word on it is enough.
      Notification.dismiss(this.teamNotice);
    }
    if (!mine) {
      this.teamNotice = Notification.info(trans.__('You are in no team any more.'));
      return;
    }
    const { team } = mine;
    const open = {
      label: trans.__('Open its page'),
      callback: () => {
        this.page.location.assign(this.pageOf('team', team));
        // Only the fragment may be another: the page is not read anew by itself.
        this.page.location.reload();
      }
    };
    const names = matesInWords(mine, trans);
    // The panel has them all.
    const count = trans.__('You are in %1, with %2 others.', mine.name, mine.others.length);
    this.teamNotice = Notification.info(names.length > SHOWN ? count : names, {
      autoClose: false,
      actions: team === membership.team ? [] : [open]
    });
  }

  /**
   * Whoever is taught is told once that others see what they run on their own page: on whichever page they are, as what
   * they ran there before is seen as well. Taken back, it is told again the next time.
   */
  private tellSharing(): void {
    const { membership, trans } = this.parts;
    const { entrance, outputsShared, teaching, role } = membership;
    if (entrance !== 'in' || role === null || role === 'removed' || teaching) {
      return;
    }
    if (outputsShared && !this.toldSharing.isTold) {
      Notification.info(
        trans.__(
          'The class now sees what you run on your own page, and ran there before. Your words there are read by you and the teachers only.'
        ),
        { autoClose: false }
      );
    }
    this.toldSharing.isTold = outputsShared;
  }

  private words(): ISaid {
    const { membership, trans } = this.parts;
    const outside = outsideInWords(membership, trans);
    if (outside) {
      return outside;
    }
    const said = connectionInWords(membership.summary, membership.people, trans);
    if (!membership.meetsOtherVersion) {
      return said;
    }
    const why = [said.why, otherVersionInWords(trans)].filter(each => each !== '').join(' ');
    return { ...said, why, tone: 'warm', canReload: true };
  }

  /** Its number in the workshop that this page shows. */
  private stepOf(path: string): number | undefined {
    const place = this.catalogue && placeOf(this.catalogue, path);
    const here = this.catalogue && workshopOf(this.catalogue, this.path);
    return place && place.workshop === here ? place.step?.number : undefined;
  }

  private toggle(): void {
    if (this.panel.isVisible) {
      this.fold();
    } else {
      this.dock.show();
      this.remember('open');
      this.panel.node.focus({ preventScroll: true });
    }
  }

  private fold(): void {
    const hadFocus = this.panel.node.contains(document.activeElement);
    this.dock.hide();
    this.remember('folded');
    if (hadFocus) {
      this.slot.button.focus();
    }
  }

  private shownChanged(): void {
    const { isVisible } = this.panel;
    this.slot.setExpanded(isVisible);
    document.body.classList.toggle('pb-mod-classOpen', isVisible);
    this.looking?.();
    this.looking = null;
    this.drawing.now();
    if (isVisible) {
      this.look();
    }
  }

  private look(): void {
    this.looking = pageClock.after(KEPT_MS, () => {
      this.drawing.ask();
      this.look();
    });
  }

  /** A sheet lies over the notebook: it goes away when one writes there. */
  private readonly onFocus = ({ target }: FocusEvent): void => {
    const isWriting = target instanceof Element && target.closest('.jp-Notebook .jp-Cell') !== null;
    if (isWriting && this.panel.isVisible && this.page.matchMedia(SHEET).matches) {
      this.dock.hide();
    }
  };

  private wasOpen(): boolean {
    if (this.page.matchMedia(SHEET).matches) {
      return false;
    }
    let kept: string | null = null;
    try {
      kept = this.page.localStorage.getItem(this.key);
    } catch {
      // Refused: as for somebody who is here for the first time.
    }
    return kept === null ? this.page.matchMedia(ROOMY).matches : kept === 'open';
  }

  private remember(state: 'open' | 'folded'): void {
    try {
      this.page.localStorage.setItem(this.key, state);
    } catch {
      // Refused: it holds while the page is open.
    }
  }

  /** One's own copy, without the class. */
  private ownCopy(): string {
    return copyAddress(this.root, this.path);
  }

  /** To somebody's own page of this notebook, which who teaches may read. */
  private visit(participant: string): void {
    const fragment = withPageOf(fragmentOf(this.parts.membership.invitation), participant);
    this.page.location.assign(inClass(this.ownCopy(), fragment));
    // Only the fragment is another: the page is not read anew by itself.
    this.page.location.reload();
  }

  private pageOf(branch: Branch, team?: string): string {
    return pageAddress(this.root, this.path, this.parts.membership.invitation, branch, team);
  }

  /** To the workshop's page, where one reads what it is about and types a name. */
  private inviteLink(): string {
    const [slug, name] = this.path.split('/', 2);
    const page = slug && name !== undefined ? addresses.workshop(slug) : addresses.notebook(this.path);
    return new URL(inClass(page, fragmentOf(this.parts.membership.invitation)), this.root).href;
  }

  private leave(): void {
    const { membership } = this.parts;
    membership.leave();
    this.page.location.assign(this.ownCopy());
  }
}
