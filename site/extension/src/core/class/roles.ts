/**
 * Who may what in a class: a fold over its founding record and whatever statements are here. It looks at what they say
 * and at nothing else, so everybody who has the same statements sees the same class, in whatever order they came, however
 * often. Pure; docs/SPEC.md, ROL.
 */
import type { Kind } from '../envelope/envelope';
import { participantOf } from '../identity/participant';
import type { Digest } from '../session';
import { fromHex, toHex } from '../tagged';
import { decidingOf, fitBounds, foremost, leavesRoom } from './bounds';
import { everyoneOf, type IFounding } from './founding';
import { isOut, placeOf, readsIn, writesIn } from './permissions';
import { keyOf } from './readmission';
import {
  type Door,
  EPOCH_MEMBERS,
  EPOCHS_AHEAD,
  type IBounds,
  type IReach,
  type IStatement,
  type StatedRole,
  type StatementBody
} from './statement';
import { foldTeams, type ITeam } from './teams';
import {
  inOrder,
  type IReign,
  isInstructors,
  isOwners,
  type IWord,
  reignOf,
  type StandingStatement,
  subjectOf,
  type Succession,
  wordsOf
} from './words';

/** An outsider is whom nobody let in: the door was closed, and no statement says anything of them. */
export type Role = 'owner' | StatedRole | 'outsider';

/** How far a session counts, as `core/log` takes it. */
export interface ICut {
  readonly count: number;
  /** Null only with a count of 0. */
  readonly chain: Uint8Array | null;
}

/** An epoch of keys. */
export interface IEpoch {
  readonly epoch: number;
  readonly door: Door;
  /** SHA-256 of its key. */
  readonly keyHash: Uint8Array;
  /** Who stated it. */
  readonly participant: string;
  /** Of other keys that were stated for it: something may be sealed with them. */
  readonly others: readonly Uint8Array[];
  /** With the door closed: who of those nobody spoke of is a member. */
  readonly members: readonly string[];
}

export class Roles {
  constructor(
    private readonly digest: Digest,
    readonly founding: IFounding,
    statements: Iterable<IStatement>
  ) {
    this.everyone = everyoneOf(digest, founding.classId);
    this.all = inOrder(statements);
    this.reign = reignOf(founding, this.all);
    this.owner = this.participant(this.reign.key);
    this.owners = this.all.filter(statement => isOwners(this.reign, statement));
    this.ownersWords = wordsOf(this.owners);
    this.ownersEpoch = this.owners.reduce(
      (so, each) => (each.kind === 'epoch' ? Math.max(so, each.epoch) : so),
      0
    );
    this.others = this.all.filter(statement => this.isInstructors(statement));
    this.othersWords = wordsOf(this.others);
    const succession = this.reign.last ? [this.reign.last] : [];
    this.ownersIds = new Set([...this.owners, ...succession].map(({ id }) => id));
    this.ids = new Set([...this.ownersIds, ...this.others.map(({ id }) => id)]);
    this.epochs = this.foldEpochs();
    this.teams = foldTeams(this.others, this.owners, key => this.participant(toHex(key)));
    this.members = this.door === 'closed' ? new Set(this.epoch!.members) : null;
    const isSharing = ({ kind }: IStatement) => kind === 'sharing';
    const sharing = this.owners.filter(isSharing).at(-1) ?? this.others.filter(isSharing).at(-1);
    this.outputsShared = sharing?.kind === 'sharing' && sharing.outputs;
  }

  /** The participant who owns the class now. */
  readonly owner: string;
  /** Whom the branch belongs to that all attendees write. */
  readonly everyone: string;
  /** In their order; the last is the one to seal with. */
  readonly epochs: readonly IEpoch[];
  /** Whether the outputs of everybody's own notebooks are shown to the class: not before somebody says so. */
  readonly outputsShared: boolean;
  /** By id, in order; those that are over too. */
  readonly teams: ReadonlyMap<string, ITeam>;
  private readonly all: readonly IStatement[];
  private readonly reign: IReign;
  /** What counts of the owner's, and of the instructors'; in order. */
  private readonly owners: readonly IStatement[];
  private readonly others: readonly IStatement[];
  private readonly ownersWords: ReadonlyMap<string, IWord>;
  private readonly othersWords: ReadonlyMap<string, IWord>;
  private readonly ownersIds: ReadonlySet<string>;
  /** The highest that the owner stated. */
  private readonly ownersEpoch: number;
  private readonly ids: ReadonlySet<string>;
  private deciding: ReadonlySet<string> | null = null;
  private readonly reaches = new Map<object, Map<string, IReach>>();
  private readonly participants = new Map<string, string>();
  /** Null with the door open: then it is everybody. */
  private readonly members: ReadonlySet<string> | null;

  get epoch(): IEpoch | null {
    return this.epochs.at(-1) ?? null;
  }

  /** Open until an epoch says otherwise. */
  get door(): Door {
    return this.epoch?.door ?? 'open';
  }

  /** Those who teach besides the owner. */
  get instructors(): readonly string[] {
    const named = [...this.ownersWords].filter(([, { role }]) => role === 'instructor');
    return named.map(([participant]) => participant).filter(participant => participant !== this.owner);
  }

  /** Those who are out. */
  get removed(): readonly string[] {
    const spoken = new Set([...this.ownersWords.keys(), ...this.othersWords.keys()]);
    return [...spoken].filter(participant => this.roleOf(participant) === 'removed');
  }

  roleOf(participant: string): Role {
    if (participant === this.owner) {
      return 'owner';
    }
    const isMember = this.members?.has(participant) !== false;
    return this.wordOn(participant)?.role ?? (isMember ? 'attendee' : 'outsider');
  }

  /**
   * Whom to name when the door is closed, of those who are known: all who are attendees and of whom no statement speaks.
   * Who was named before stays.
   */
  membersOf(known: Iterable<string>): readonly string[] {
    const named = this.epochs.flatMap(({ members }) => members);
    const all = [...new Set([...named, ...known])];
    const unspoken = all.filter(each => this.roleOf(each) === 'attendee' && !this.wordOn(each));
    return unspoken.slice(0, EPOCH_MEMBERS).sort();
  }

  canTeach(participant: string): boolean {
    const role = this.roleOf(participant);
    return role === 'owner' || role === 'instructor';
  }

  /** Whether somebody is of a team as far as that goes: a member, or whoever teaches. */
  isOfTeam(participant: string, team: string): boolean {
    return this.isMemberOf(participant, team) || (this.teams.has(team) && this.canTeach(participant));
  }

  isMemberOf(participant: string, team: string): boolean {
    return this.teams.get(team)?.members.includes(participant) === true;
  }

  /** Whether somebody may read a team's documents: whom its key is handed to. */
  readsTeam(participant: string, team: string): boolean {
    return this.isOfTeam(participant, team) && !isOut(this.roleOf(participant));
  }

  /** The statement that decides about somebody; null for the owner, and for whom nobody said anything of. */
  standingOf(participant: string): StandingStatement | null {
    return participant === this.owner ? null : (this.wordOn(participant)?.statement ?? null);
  }

  /** Whether a statement has its author's authority. */
  counts(id: string): boolean {
    return this.ids.has(id);
  }

  /** How far a session counts in a document; null: all of it [ROL6]. */
  cutOf(document: string, session: string, participant: string): ICut | null {
    if (participant === this.owner) {
      return null;
    }
    const reach = this.frontierOn(participant)?.get(keyOf({ session, document }));
    if (reach) {
      return cutAt(reach);
    }
    const place = placeOf(document);
    if (place && writesIn(this, participant, place)) {
      return null;
    }
    // Who is of a team no more: what they wrote while they were.
    const left = place?.branch === 'team' && this.roleOf(participant) === 'attendee' ? place.owner : '';
    const before = this.reachesOf(this.teams.get(left))?.get(keyOf({ session, document }));
    return before ? cutAt(before) : { count: 0, chain: null };
  }

  /** Whether somebody may write such an envelope now [ROL7]. */
  mayWrite(participant: string, document: string, kind: Kind): boolean {
    const place = placeOf(document);
    if (!place || isOut(this.roleOf(participant))) {
      return false;
    }
    switch (kind) {
      case 'document':
        return place.outputsOf === null && writesIn(this, participant, place);
      case 'outputs':
        return place.outputsOf !== null && writesIn(this, participant, place);
      case 'record':
        return place.branch === 'records' || (place.outputsOf !== null && writesIn(this, participant, place));
      case 'awareness':
        return place.outputsOf === null && readsIn(this, participant, place);
    }
  }

  /** Whether somebody may read a document now: whom its key is handed to. */
  mayRead(participant: string, document: string): boolean {
    const place = placeOf(document);
    return place !== null && readsIn(this, participant, place);
  }

  /** Whether an envelope may be taken: its author may write there, or it is within what counts of what they wrote. */
  mayHave(participant: string, document: string, kind: Kind, session: string, sequence: number): boolean {
    if (kind === 'record' || kind === 'awareness') {
      return this.mayWrite(participant, document, kind);
    }
    const cut = this.cutOf(document, session, participant);
    const isOfIts = (placeOf(document)?.outputsOf !== null) === (kind === 'outputs');
    return isOfIts && (cut ? sequence < cut.count : this.mayWrite(participant, document, kind));
  }

  /** Whether such a statement would have its author's authority: what a page offers. */
  mayState(participant: string, body: StatementBody): boolean {
    if (!this.canTeach(participant) || body.kind === 'succession') {
      return false;
    }
    if (body.kind === 'team' && participant !== this.owner && this.teams.get(body.team)?.isOwners) {
      return false;
    }
    const isOnOwner = (body.kind === 'standing' || body.kind === 'fork') && body.participant === this.owner;
    return participant === this.owner ? !isOnOwner : this.isForInstructors(body);
  }

  /**
   * The ids of somebody's statements that count now, for the statement that takes their power away: what to name first
   * comes first.
   */
  statementsOf(participant: string): readonly string[] {
    const theirs = this.all.filter(({ author }) => this.participant(toHex(author)) === participant);
    return this.foremost(theirs.filter(({ id }) => this.ids.has(id)));
  }

  /**
   * What goes on counting when somebody takes the class over: of the owner and of all who were before, whom another
   * succession says nothing of any more; of `reaches`, how far what the owner wrote is here. Not what leaves the next
   * owner no number to say something with: a device that is not the owner's any more may have said it.
   */
  boundsOfOwners(reaches: readonly IReach[]): IBounds {
    const { last } = this.reign;
    const owners = new Set([...this.owners.map(({ id }) => id), ...this.statementsOf(this.owner)]);
    const counting = this.all.filter(
      each =>
        owners.has(each.id) &&
        leavesRoom(each.number, last?.number ?? 0) &&
        (each.kind !== 'epoch' || leavesRoom(each.epoch, 0))
    );
    const frontier = new Map([...(last?.frontier ?? []), ...reaches].map(each => [keyOf(each), each]));
    return fitBounds(this.foremost(counting), [...frontier.values()]);
  }

  /**
   * The number for a new statement: above whatever it is to outdo, and not above what somebody without power said. The
   * owner's decides before an instructor's whatever their numbers. Null when there is none.
   */
  nextNumber(author: Uint8Array, body: StatementBody): number | null {
    const key = toHex(author);
    const isOwner = key === this.reign.key;
    const isOutdone = (statement: IStatement): boolean => {
      const by = toHex(statement.author);
      if (body.kind === 'succession') {
        return by === key || by === toHex(body.ownerKey) || body.counts.includes(statement.id);
      }
      // A promotion begins above all that the promoted said before: nothing of it counts by that.
      const isPromoted = body.kind === 'standing' && body.role === 'instructor';
      return (
        by === key ||
        this.ownersIds.has(statement.id) ||
        (!isOwner && this.ids.has(statement.id) && subjectOf(statement) === subjectOf(body)) ||
        (isPromoted && this.participant(by) === body.participant)
      );
    };
    // They are in order: the last is above all others.
    const most = this.all.reduce((so, each) => (isOutdone(each) ? each.number : so), 0);
    return most < Number.MAX_SAFE_INTEGER ? most + 1 : null;
  }

  private foremost(theirs: readonly IStatement[]): readonly string[] {
    this.deciding ??= decidingOf([...this.others, ...this.owners]);
    return foremost(theirs, this.deciding);
  }

  private wordOn(participant: string): IWord | undefined {
    return this.ownersWords.get(participant) ?? this.othersWords.get(participant);
  }

  private isInstructors(statement: IStatement): boolean {
    const word = this.ownersWords.get(this.participant(toHex(statement.author)));
    return word !== undefined && isInstructors(word, statement) && this.isForInstructors(statement);
  }

  /** Whether it is theirs to say: no promotion, nothing of the owner, nor of whom the owner spoke of. */
  private isForInstructors(body: StatementBody): boolean {
    switch (body.kind) {
      case 'standing':
      case 'fork': {
        const isPromotion = body.kind === 'standing' && body.role === 'instructor';
        return !isPromotion && body.participant !== this.owner && !this.ownersWords.has(body.participant);
      }
      case 'epoch':
        // Else one of them could leave no number to anybody.
        return body.epoch <= this.ownersEpoch + EPOCHS_AHEAD;
      case 'sharing':
      case 'team':
        return true;
      case 'succession':
        return false;
    }
  }

  /** By session and document, how far what somebody wrote counts. */
  private frontierOn(participant: string): ReadonlyMap<string, IReach> | null {
    return this.reachesOf(this.standingOf(participant) ?? this.successionOn(participant));
  }

  private reachesOf(
    said: { readonly frontier: readonly IReach[] } | null | undefined
  ): ReadonlyMap<string, IReach> | null {
    if (!said) {
      return null;
    }
    let reaches = this.reaches.get(said);
    if (!reaches) {
      const entries = said.frontier.map(reach => [keyOf(reach), reach] as const);
      reaches = new Map(entries);
      this.reaches.set(said, reaches);
    }
    return reaches;
  }

  /** Whether somebody owned the class until another key took it over. */
  wasOwner(participant: string): boolean {
    return participant !== this.owner && this.everOwned(participant);
  }

  /** What speaks of somebody who was owner, until somebody says who they are now. */
  private successionOn(participant: string): Succession | null {
    return this.everOwned(participant) ? this.reign.last : null;
  }

  private everOwned(participant: string): boolean {
    return [...this.reign.keys].some(key => this.participant(key) === participant);
  }

  private foldEpochs(): IEpoch[] {
    const epochs = new Map<number, IEpoch>();
    // The owner's behind the instructors': the last one decides.
    for (const statement of [...this.others, ...this.owners]) {
      if (statement.kind === 'epoch') {
        const { epoch, door, keyHash, author, members } = statement;
        const before = epochs.get(epoch);
        const hashes = before ? [...before.others, before.keyHash] : [];
        const others = new Map(hashes.map(hash => [toHex(hash), hash]));
        others.delete(toHex(keyHash));
        const participant = this.participant(toHex(author));
        epochs.set(epoch, { epoch, door, keyHash, participant, others: [...others.values()], members });
      }
    }
    return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
  }

  /** Of a root key in hex. */
  private participant(key: string): string {
    let participant = this.participants.get(key);
    if (!participant) {
      participant = participantOf(this.digest, fromHex(key));
      this.participants.set(key, participant);
    }
    return participant;
  }
}

/** At 0 everybody knows the chain. */
function cutAt({ count, chain }: IReach): ICut {
  return { count, chain: count > 0 ? chain : null };
}
