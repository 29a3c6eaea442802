/**
 * A page that is in a class: its connections, its engine, and who is here. The shell around the pure parts; nothing of
 * JupyterLab, for the teacher's page is in the class too.
 */
import { digest } from 'lib0/hash/sha256';
import type * as Y from 'yjs';
import { Listeners } from '../connection/listeners';
import type { IOpened } from '../connection/open';
import { pageClock } from '../connection/page';
import type { ISummary } from '../connection/summary';
import { lectureOf } from '../core/class/founding';
import type { IInvitation } from '../core/class/invitation';
import type { Role } from '../core/class/roles';
import type { Door } from '../core/class/statement';
import type { Cancel } from '../core/clock';
import type { ICrypto } from '../core/crypto';
import { type Branch, formatName, parseName } from '../core/document/name';
import { type IRecord, normalName } from '../core/roster/record';
import type { Secret } from '../core/secret';
import type { IOwnSession } from '../core/identity/own';
import { Engine } from '../core/sync/engine';
import type { IIdentity, Identities } from './identity';
import { Authority } from './authority';
import { Connecting } from './connecting';
import { Contradictions, type IContradiction } from './contradictions';
import { Devices } from './devices';
import type { IKeptClass, KeptClasses } from './kept';
import type { IFollowed, IMembership, IParticipant, ITeaching, ITeamSeen } from './membership';
import type { Entrance } from './panel/entrance';
import { gather } from './people';
import { Remembered, type WasHere } from './remembered';
import type { IStorage } from '../storage/storage';
import type { IServer } from './server';
import type { TakingOverState } from './takingover';

/** What changed within this time is told together: two frames. */
const TELL_MS = 33;

export interface IJoinOptions {
  readonly invitation: IInvitation;
  readonly crypto: ICrypto;
  /** Oneself, for this page. */
  readonly own: IOwnSession;
  /** One's root seed. */
  readonly seed: Secret;
  readonly classes: KeptClasses;
  readonly kept: IKeptClass;
  /** Whether the recovery file was taken up, and the class is to be taken over with it. */
  readonly takesOver: boolean;
  /** What this browser has kept of documents, to be read and closed again. */
  readonly stored: () => Promise<IStorage>;
  /** Of whom this device knows that a page of theirs said two things. */
  readonly contradictions: readonly IContradiction[];
  /** As this device remembers one. */
  readonly identity: IIdentity;
  readonly identities: Identities;
  /** Absolute address of the site. */
  readonly root: string;
  /** Which of the class's notebooks the page shows. */
  readonly branch?: Branch;
  /** Whose own one, where it is not one's own. */
  readonly pageOwner?: string | null;
  /** Which team's, of the branch of teams; null for everyone's. */
  readonly team?: string | null;
  /** Whether a change to a document is not this page's own: from storage, from another tab. */
  isForeign?(origin: unknown): boolean;
  /** The path of the workshop's notebook with this genesis, once that is known. */
  pathOf?(genesis: string): string | undefined;
}

export class Joined implements IMembership {
  constructor(private readonly options: IJoinOptions) {
    const { invitation, identity } = options;
    this.invitation = invitation;
    this.own = options.own;
    this.lecture = lectureOf(digest, invitation.id);
    this._me = { ...identity, participant: this.own.participant };
    this.contradictions = new Contradictions(
      {
        nameOf: participant => this.nameOf(participant),
        isDecided: each => this.authority.isDecided(each),
        keep: each =>
          void options.classes
            .contradicted(invitation.id, each)
            .catch(error => console.warn('It could not be kept who said two things:', error))
      },
      options.contradictions
    );
    this.authority = new Authority({
      ...{ crypto: options.crypto, invitation, own: options.own, root: options.seed },
      ...{ classes: options.classes, kept: options.kept, takesOver: options.takesOver },
      stored: options.stored,
      name: () => this._me.name,
      devicesOf: participant => this.devices.of(participant),
      nameOf: participant => this.nameOf(participant),
      known: () => this.people.map(({ participant }) => participant),
      changed: () => {
        this.contradictions.review();
        this.tell();
      }
    });
    this.engine = new Engine({
      room: invitation.id,
      own: this.own,
      crypto: options.crypto,
      rules: this.authority.society,
      keys: this.authority.society,
      ear: this.authority.society,
      clock: pageClock,
      random: Math.random,
      digest,
      stopwatch: () => performance.now(),
      carries: document => this.isShared(document),
      isForeign: origin => options.isForeign?.(origin) === true,
      keep: (name, kept) => this.followed.get(name)?.keep(kept),
      onReplayed: (name, doc) => this.followed.get(name)?.rebuilt(doc),
      onLost: (name, lost) => {
        this.followed.get(name)?.lost?.(lost);
        // The line above the notebook may have to say why.
        this.tell();
      },
      onUnfit: (name, fault) => {
        this.followed.get(name)?.refused?.(fault);
        this.tell();
      },
      onCostly: participant => {
        this.costly.add(participant);
        this.tell();
      },
      onFork: (document, session, participant) => {
        // One of their pages said two things: everybody has the proof, or finds it in what a segment says.
        this.contradictions.add(document, session, participant);
        this.tell();
      },
      onIntroduced: ({ participant, agreementKey }) => {
        if (this.devices.add(participant, agreementKey)) {
          this.authority.society.introduced();
        }
      },
      onPeople: () => this.tell(),
      onRefusal: (refusal, peer) => this.connecting.refuse(refusal, peer)
    });
    this.connecting = new Connecting({
      ...{ root: options.root, invitation, own: this.own, crypto: options.crypto, engine: this.engine },
      record: () => this.record,
      changed: () => this.tell()
    });
    // Before the connections' own and the keepers': what waits must be in their hands when they have their last word.
    addEventListener('beforeunload', this.onLeaving, { capture: true });
    addEventListener('pagehide', this.onHide, { capture: true });
    document.addEventListener('visibilitychange', this.onVisibility, { capture: true });
    this.authority.begin(this.engine);
    this.engine.introduce(this.record);
    void this.connecting.begin();
  }

  readonly authority: Authority;
  readonly invitation: IInvitation;
  readonly engine: Engine;
  private readonly connecting: Connecting;
  readonly changed = new Listeners<[]>();
  private readonly own: IOwnSession;
  /** Whom the lecture belongs to. */
  private readonly lecture: string;
  private readonly since = Date.now();
  private readonly remembered = new Remembered();
  /** Whose writing takes this page too long. */
  private readonly costly = new Set<string>();
  private readonly open = new Map<string, number>();
  /** Documents that are open here. */
  private readonly followed = new Map<string, IFollowed>();
  private readonly contradictions: Contradictions;
  private readonly devices = new Devices();
  private _me: IIdentity;
  private _people: readonly IParticipant[] | null = null;
  private telling: Cancel | null = null;
  private ended = false;

  /** What carries it all; null while it is not known where the server is. */
  get connections(): IOpened | null {
    return this.connecting.opened;
  }

  /** What peerbook.json says, once it could be read. */
  get server(): IServer | null {
    return this.connecting.server;
  }

  get me(): IIdentity {
    return this._me;
  }

  get summary(): ISummary {
    return this.connecting.summary;
  }

  get meetsOtherVersion(): boolean {
    return this.connecting.meetsOtherVersion;
  }

  get people(): readonly IParticipant[] {
    return (this._people ??= this.remembered.see(this.gather()));
  }

  private gather(): readonly IParticipant[] {
    return gather({
      me: this._me,
      own: { session: this.own.session, since: this.since, documents: [...this.open.keys()] },
      here: this.engine.people(Date.now()),
      known: this.everKnown(),
      roleOf: participant => this.authority.roleOf(participant) ?? 'attendee',
      costly: this.costly,
      pathOf: document => this.pathOf(document)
    });
  }

  get entrance(): Entrance {
    const isConnected = [...this.engine.neighbours].length > 0;
    return this.authority.entranceOf(isConnected, this.connecting.isOffline);
  }

  get role(): Role | null {
    return this.authority.role;
  }

  get door(): Door {
    return this.authority.society.roles?.door ?? 'open';
  }

  get outputsShared(): boolean {
    return this.authority.society.roles?.outputsShared ?? false;
  }

  get takingOver(): TakingOverState | null {
    return this.authority.takingOver;
  }

  takeOverAnyway(): void {
    this.authority.takeOverAnyway();
  }

  get wasOwner(): boolean {
    return this.authority.wasOwner;
  }

  get contradicting(): ReadonlySet<string> {
    return new Set(this.contradictions.open.keys());
  }

  get teaching(): ITeaching | null {
    return this.authority.teaching;
  }

  personOf(session: string): IParticipant | undefined {
    return this.people.find(person => person.sessions.includes(session));
  }

  rename(name: string): boolean {
    const identity = this.options.identities.rename(this.options.identity.participant, normalName(name));
    if (identity) {
      this._me = { ...identity, participant: this.own.participant };
      this.engine.introduce(this.record);
      this.tell();
    }
    return identity !== null;
  }

  get branch(): Branch {
    return this.options.branch ?? 'lecture';
  }

  get pageOwner(): string | null {
    const { pageOwner } = this.options;
    return this.branch === 'mine' && pageOwner !== this._me.participant ? (pageOwner ?? null) : null;
  }

  get team(): string | null {
    return this.branch === 'team' ? (this.options.team ?? null) : null;
  }

  get teams(): readonly ITeamSeen[] {
    const { teams, teaching } = this.authority;
    // Who is in two has one page, the same on all devices.
    const isFirst = ({ team }: ITeamSeen): boolean => teams.every(each => each.team >= team);
    return teaching ? teams : teams.filter(isFirst);
  }

  documentName(genesis: string): string {
    const { branch } = this;
    const { everyone } = this.invitation;
    const owner =
      branch === 'mine'
        ? (this.options.pageOwner ?? this._me.participant)
        : branch === 'lecture'
          ? this.lecture
          : (this.team ?? everyone);
    return formatName({ genesis, branch, owner });
  }

  mayWrite(document: string): boolean {
    return this.authority.mayWrite(document);
  }

  needsReload(document: string): boolean {
    return this.authority.needsReload(document);
  }

  follow(name: string, doc: Y.Doc, followed: IFollowed): Cancel {
    const { kind } = followed;
    this.followed.set(name, followed);
    const cancel = this.engine.follow(name, doc, followed);
    if (kind === 'document') {
      this.open.set(name, (this.open.get(name) ?? 0) + 1);
      this.engine.awareness.say(name, null);
      this.tell();
    }
    return () => {
      cancel();
      this.followed.delete(name);
      if (kind === 'document') {
        this.open.delete(name);
        this.tell();
      }
    };
  }

  leave(): void {
    if (this.ended) {
      return;
    }
    this.ended = true;
    removeEventListener('beforeunload', this.onLeaving, { capture: true });
    removeEventListener('pagehide', this.onHide, { capture: true });
    document.removeEventListener('visibilitychange', this.onVisibility, { capture: true });
    this.engine.end();
    this.authority.end();
    this.connecting.end();
    this.tell();
  }

  private get record(): IRecord {
    const { name, participant } = this._me;
    return { name, participant, since: this.since };
  }

  /** Documents of everybody's are kept by everybody, a team's by who may read it, so that those who come later find them. */
  private isShared(document: string): boolean {
    try {
      const { branch, owner } = parseName(document);
      const isOfAll = [this.invitation.everyone, this.lecture].includes(owner);
      return branch !== 'mine' && (isOfAll || (branch === 'team' && this.authority.mayRead(document)));
    } catch {
      return false;
    }
  }

  private pathOf(document: string): string | undefined {
    try {
      return this.options.pathOf?.(parseName(document).genesis);
    } catch {
      return undefined;
    }
  }

  /** Something is different: told soon, and once for all that happens until then. */
  private tell(): void {
    this._people = null;
    this.telling ??= pageClock.after(TELL_MS, () => {
      this.telling = null;
      this.changed.call();
    });
  }

  private nameOf(participant: string): string | undefined {
    const here = this.engine.people(Date.now()).find(person => person.participant === participant);
    return here?.name ?? this.remembered.nameOf(participant) ?? this.contradictions.nameOf(participant);
  }

  /** Who was here: seen from this page, or by what they left in a notebook. */
  private everKnown(): ReadonlyMap<string, WasHere> {
    const left = this.engine
      .marks()
      .map(({ participant, name, since }) => [participant, { name, since }] as const);
    // Whoever must be decided about is seen, also when they have gone.
    const decided = [...this.contradictions.open, ...this.authority.removed]
      .filter(([participant]) => participant !== this.me.participant)
      .map(
        ([participant, name]) => [participant, { name: name || participant.slice(0, 6), since: 0 }] as const
      );
    return new Map([...decided, ...left, ...this.remembered.all]);
  }

  /** Before the next page is asked for; whoever keeps what was written does so after this. */
  private readonly onLeaving = (): void => this.engine.flush();

  /** Perhaps it comes back as it is: then the connections open again by themselves [CON19]. */
  private readonly onHide = (event: PageTransitionEvent): void => {
    if (event.persisted) {
      this.engine.flush();
    } else {
      this.leave();
    }
  };

  /** The page may be frozen from here on. */
  private readonly onVisibility = (): void => {
    if (document.visibilityState === 'hidden') {
      this.engine.flush();
    }
  };
}
