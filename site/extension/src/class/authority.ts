/**
 * A member's part in the class's government, in a page: the society this page knows, kept in the vault, and what the
 * interface asks of it. Shell around `core/sync/society`.
 */
import { digest } from 'lib0/hash/sha256';
import { pageClock } from '../connection/page';
import { readFounding } from '../core/class/founding';
import type { IInvitation } from '../core/class/invitation';
import { type IRecovery, writeRecovery } from '../core/class/recovery';
import { type IReached, undoubted } from '../core/class/readmission';
import type { Role } from '../core/class/roles';
import { decodeStatement } from '../core/class/statement';
import { placeOf } from '../core/class/permissions';
import type { ICrypto } from '../core/crypto';
import type { IOwnSession } from '../core/identity/own';
import { outputsName } from '../core/document/name';
import { normalName } from '../core/roster/record';
import type { Secret } from '../core/secret';
import type { Engine } from '../core/sync/engine';
import { Society } from '../core/sync/society';
import type { IStorage } from '../storage/storage';
import type { IContradiction } from './contradictions';
import type { IKeptClass, KeptClasses } from './kept';
import type { ITeaching, ITeamSeen } from './membership';
import type { Entrance } from './panel/entrance';
import { Archive, both, type ReachedBy } from './archive';
import { TakingOver, type TakingOverState } from './takingover';

export interface IAuthorityParts {
  readonly crypto: ICrypto;
  readonly invitation: IInvitation;
  readonly own: IOwnSession;
  /** One's root seed. */
  readonly root: Secret;
  readonly classes: KeptClasses;
  readonly kept: IKeptClass;
  /** What this browser has kept of documents, to be read and closed again. */
  readonly stored: () => Promise<IStorage>;
  /** Whether the recovery file was taken up, and the class is to be taken over with it. */
  readonly takesOver: boolean;
  name(): string;
  /** Agreement keys of somebody's devices. */
  devicesOf(participant: string): readonly Uint8Array[];
  /** What somebody is called, as far as that is known. */
  nameOf(participant: string): string | undefined;
  /** Who is, or was, here, as far as this page saw. */
  known(): Iterable<string>;
  changed(): void;
}

/** What is asked of the engine. */
export interface IGoverned extends Pick<
  Engine,
  'neighbours' | 'authors' | 'isEven' | 'rulesChanged' | 'keysChanged' | 'reachesOf' | 'reachedBy'
> {
  replica(document: string): { readonly log: { limitOf(session: string): number } } | undefined;
}

export class Authority {
  constructor(private readonly parts: IAuthorityParts) {
    const { crypto, invitation, own, root, kept } = parts;
    const { id: classId, joinSecret, everyone } = invitation;
    const founding = kept.founding && readFounding(digest, classId, kept.founding);
    this.recovery = kept.recovery;
    this.names = new Map(kept.names?.map(({ participant, name }) => [participant, name]));
    this.society = new Society({
      ...{ crypto, digest, clock: pageClock, own, root, classId, joinSecret, everyone },
      fill: bytes => globalThis.crypto.getRandomValues(bytes),
      name: () => parts.name(),
      founding: founding?.kind === 'read' ? founding.value : null,
      statements: kept.statements.flatMap(bytes => {
        // They were verified before they were kept.
        const read = decodeStatement(digest, classId, bytes);
        return read.kind === 'read' ? [read.value] : [];
      }),
      keys: kept.keys,
      wraps: kept.wraps,
      devicesOf: participant => parts.devicesOf(participant)
    });
    const cutOf = this.society.cutOf.bind(this.society);
    this.archive = new Archive({ digest, room: classId, cutOf }, parts.stored);
  }

  readonly society: Society;
  private readonly archive: Archive;
  private readonly recovery: Secret | null;
  private readonly names: Map<string, string>;
  private saving: Promise<void> | null = null;
  private isStale = false;
  private isOver = false;
  private engine: IGoverned | null = null;
  private taking: TakingOver | null = null;
  /** What was said is stated in the order in which it was said. */
  private stating: Promise<unknown> = Promise.resolve();

  /** What is not here is knocked for. */
  begin(engine: IGoverned): void {
    this.engine = engine;
    const keep = (): void => {
      this.keep();
      this.parts.changed();
    };
    this.society.begin({
      neighbours: engine.neighbours,
      rulesChanged: isRekeyed => {
        engine.rulesChanged(isRekeyed);
        keep();
      },
      keysChanged: () => {
        engine.keysChanged();
        keep();
      },
      known: () => [...this.parts.known(), ...engine.authors],
      stated: keep,
      wrapped: keep,
      admitted: keep,
      knockState: () => this.parts.changed(),
      waitingChanged: () => this.parts.changed()
    });
    const { recovery } = this;
    if (this.parts.takesOver && recovery) {
      this.taking = new TakingOver({
        clock: pageClock,
        isKnown: () => this.knowsEpochs,
        // Another page of one's own may have taken it over meanwhile.
        isReached: () => this.role === 'owner' || [...engine.neighbours].length > 0,
        isEven: () => this.role === 'owner' || engine.isEven,
        hasCopy: () => this.role === 'owner' || this.hasLecture(engine),
        takeOver: then => this.takeOver(recovery, engine, then),
        changed: () => this.parts.changed(),
        done: () => void this.tookOver()
      });
    }
  }

  /** What it waits for that the class becomes this person's; null where it does not. */
  get takingOver(): TakingOverState | null {
    return this.taking?.state ?? null;
  }

  takeOverAnyway(): void {
    this.taking?.goOn();
  }

  /** Whether one owned the class until somebody took it over. */
  get wasOwner(): boolean {
    return this.society.roles?.wasOwner(this.parts.own.participant) === true;
  }

  get role(): Role | null {
    return this.roleOf(this.parts.own.participant);
  }

  /** Those who were removed, by name; an empty one where it is not known. */
  get removed(): ReadonlyMap<string, string> {
    const removed = this.society.roles?.removed ?? [];
    for (const participant of removed) {
      const name = this.parts.nameOf(participant) ?? this.names.get(participant) ?? '';
      this.names.set(participant, name);
    }
    return new Map(removed.map(participant => [participant, this.names.get(participant)!]));
  }

  /** Whether a statement says how far a session counts that said two things. */
  isDecided({ participant, document, session }: IContradiction): boolean {
    return this.society.roles?.cutOf(document, session, participant) != null;
  }

  roleOf(participant: string): Role | null {
    return this.society.roles?.roleOf(participant) ?? null;
  }

  /** @param isConnected whether somebody of the class can be reached; @param isAway whether nothing can */
  entranceOf(isConnected: boolean, isAway: boolean): Entrance {
    const { keyring, doorway } = this.society;
    const isOutside = doorway.state === 'refused' || this.role === 'outsider';
    // With the key of an epoch that is over one is in, and knocks behind.
    if (keyring.isCurrent || (keyring.newest !== null && !isOutside)) {
      return 'in';
    }
    if (doorway.state === 'waiting') {
      return 'door';
    }
    if (doorway.state === 'refused') {
      return 'refused';
    }
    return isConnected ? 'asking' : isAway ? 'away' : 'nobody';
  }

  mayWrite(document: string): boolean {
    return this.society.roles?.mayWrite(this.parts.own.participant, document, 'document') === true;
  }

  /**
   * Whether nothing more counts of what this page writes in a notebook, or runs there, though its person may: its session
   * said two things, or something that does not count with the keys of the class, or was named with a role. A new page has a session of its own.
   */
  needsReload(document: string): boolean {
    const { session, participant } = this.parts.own;
    const { roles } = this.society;
    const kinds = { document, outputs: outputsName(document, participant) } as const;
    return (['document', 'outputs'] as const).some(
      kind =>
        roles?.mayWrite(participant, kinds[kind], kind) === true &&
        (roles.cutOf(kinds[kind], session, participant) !== null ||
          (this.engine?.replica(kinds[kind])?.log.limitOf(session) ?? Infinity) < Infinity)
    );
  }

  /** Teams whose pages one may read; those that are over are none. */
  get teams(): readonly ITeamSeen[] {
    const { roles } = this.society;
    const { participant } = this.parts.own;
    return [...(roles?.teams.values() ?? [])]
      .filter(({ team, members }) => members.length > 0 && roles!.readsTeam(participant, team))
      .map(({ team, name, members }) => ({
        team,
        name: normalName(name),
        members: members.filter(member => roles!.readsTeam(member, team))
      }))
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  mayRead(document: string): boolean {
    return this.society.roles?.mayRead(this.parts.own.participant, document) === true;
  }

  /** Null for whoever does not teach. */
  get teaching(): ITeaching | null {
    const { society, engine } = this;
    const { roles, doorway } = society;
    const { participant } = this.parts.own;
    if (!roles?.canTeach(participant) || !engine) {
      return null;
    }
    const bounds = { counts: [], frontier: [] };
    return {
      door: roles.door,
      waiting: doorway.waiting,
      outputsShared: roles.outputsShared,
      mayGive: (to, role) =>
        roles.mayState(participant, { kind: 'standing', participant: to, role, ...bounds }),
      hasOf: async of =>
        engine.reachedBy(of).some(isForOthers) || (await this.archive.read([of]))(of).some(isForOthers),
      give: (to, role) => this.state(engine, [to], reached => society.stating.give(to, role, reached(to))),
      setDoor: door => this.state(engine, [], () => society.stating.beginEpoch(door)),
      mayTeam: team =>
        roles.mayState(participant, {
          ...{ kind: 'team', team, name: '', keyHash: new Uint8Array(32), members: [], frontier: [] }
        }),
      setTeam: ({ team, name, members }) => {
        const before = roles.teams.get(team)?.members ?? [];
        const gone = before.filter(member => !members.includes(member));
        // Of who comes, only what was named of them matters; a whole class is put into teams at once.
        const named = members.filter(
          member => !before.includes(member) && (roles.standingOf(member)?.frontier.length ?? 0) > 0
        );
        return this.state(engine, [...gone, ...named], reached =>
          society.teaming.put(team, name, members, reached)
        );
      },
      newTeam: () => society.teaming.newTeam(),
      admit: who =>
        this.state(engine, [who], reached => {
          society.stating.admit(who, reached(who));
          return true;
        }),
      refuse: who => doorway.refuse(who),
      share: outputs => this.state(engine, [], () => society.stating.state({ kind: 'sharing', outputs })),
      recoveryFile: workshop => this.recoveryFile(roles.founding, workshop)
    };
  }

  /** Who stated none has not heard of what was stated yet. */
  private get knowsEpochs(): boolean {
    return (this.society.roles?.epochs.length ?? 0) > 0;
  }

  /** Whether something is here of what whoever owns the class wrote in the lecture. */
  private hasLecture(engine: IGoverned): boolean {
    return engine.reachesOf(this.society.roles?.owner ?? '').some(({ document }) => {
      const place = placeOf(document);
      return place?.branch === 'lecture' && place.outputsOf === null;
    });
  }

  /** With the recovery key: the class is this person's from now on. */
  private takeOver(recovery: Secret, engine: IGoverned, then: (isDone: boolean) => void): void {
    const { society } = this;
    const owner = society.roles?.owner ?? '';
    void this.state(engine, [owner], reached => {
      if (this.role === 'owner') {
        then(true);
      } else {
        society.stating.takeOver(recovery, undoubted(reached(owner)), then);
      }
      return true;
    });
  }

  /**
   * States something of these people: how far they are in what is open here, and in what this browser has kept.
   *
   * @param then states it: whether it could be
   */
  private state(
    engine: IGoverned,
    whom: readonly string[],
    then: (reached: ReachedBy) => boolean
  ): Promise<boolean> {
    const stated = this.stating
      .then(async () => {
        const kept = whom.length > 0 ? await this.archive.read(whom) : () => [];
        return !this.isOver && then(both(participant => engine.reachedBy(participant), kept));
      })
      .catch(error => {
        // What is said next is another thing.
        console.warn('It could not be stated:', error);
        return false;
      });
    this.stating = stated;
    return stated;
  }

  end(): void {
    this.isOver = true;
    this.taking?.end();
    this.society.end();
  }

  private async tookOver(): Promise<void> {
    this.taking = null;
    this.parts.changed();
    await this.parts.classes.tookOver(this.parts.invitation.id);
  }

  private recoveryFile(founding: IRecovery['founding'], workshop: string): string | null {
    const { recovery: seed, parts } = this;
    const { joinSecret } = parts.invitation;
    return seed && writeRecovery(digest, { seed, founding, joinSecret, workshop });
  }

  /** Written one after the other; what changed meanwhile is in the next one. */
  private keep(): void {
    this.isStale = true;
    this.saving ??= this.save().finally(() => (this.saving = null));
  }

  private async save(): Promise<void> {
    while (this.isStale) {
      // What comes in one turn is written once.
      await Promise.resolve();
      this.isStale = false;
      const { society, recovery } = this;
      const { invitation, classes } = this.parts;
      try {
        await classes.write(invitation.id, {
          founding: society.founding?.record ?? null,
          statements: society.stated,
          keys: society.keyring.all(),
          wraps: society.wrapping.all,
          names: [...this.removed].map(([participant, name]) => ({ participant, name })),
          recovery
        });
      } catch (error) {
        // In this page it holds; the next one is let in again.
        console.warn('The keys of the class could not be kept:', error);
      }
    }
  }
}

/** Whether it is of a page that others read and write, and counts when its author is out: what is run there does not. */
function isForOthers({ document, fork, count }: IReached): boolean {
  const place = placeOf(document);
  const isOfOthers = place?.branch === 'lecture' || place?.branch === 'team';
  return fork !== 'first' && count > 0 && isOfOthers && place.outputsOf === null;
}
