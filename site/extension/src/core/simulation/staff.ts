/**
 * What those who teach do in a lesson with teams: teams are made, named, changed, ended and taken back; roles are given
 * and taken; the class is taken over with the recovery file, and whoever owned it goes on as if it were theirs.
 */
import type { StatedRole } from '../class/statement';
import { Secret } from '../secret';
import type { IPlace, Pupil } from './pupil';
import { Readers } from './readers';
import type { ILessonPorts } from './trouble';
import { demand } from './verdict';

/** Teams of a class. */
const MOST_TEAMS = 3;
/** Devices that take the class over, one after the other. */
const MOST_OWNERS = 3;

export interface IStaffPorts extends ILessonPorts {
  readonly arrive: (who: string) => Pupil;
  readonly reload: (pupil: Pupil) => void;
  readonly rememberKeys: (pupil: Pupil) => void;
  /** The class is somebody else's. */
  readonly tookOver: (pupil: Pupil) => void;
  /** Nobody reaches them, and they reach nobody, until the network is whole again. */
  readonly cutOff: (pupil: Pupil) => void;
}

/** Somebody who reads what a team writes. */
interface IReadBy {
  readonly participant: string;
  readonly team: string;
}

interface ITeamThen {
  readonly team: string;
  readonly name: string;
  readonly members: readonly string[];
}

export class Staff {
  constructor(private readonly ports: IStaffPorts) {
    this.readers = new Readers(ports.course);
  }

  readonly counts = { teams: 0, undone: 0, roles: 0, restated: 0, takeovers: 0, torn: 0 };
  /** Documents of which something may have been cut off, or was written where its author might not any more. */
  readonly cut = new Set<string>();
  /** Who ever was made to teach. */
  readonly taught = new Set<string>();
  readonly readers: Readers;
  /** How teams were before each change. */
  private readonly before: ITeamThen[][] = [];
  private readonly decided = new Set<string>();
  private owners = 1;
  /** A device that has the recovery file and waits for what others have. */
  private heir: { readonly who: string; ticks: number } | null = null;

  /** What pages learned since: teams are opened by who is of them, and by some who are not. */
  look(): void {
    const { course, people } = this.ports;
    this.readers.look(people());
    for (const pupil of people()) {
      const { roles } = pupil.society;
      for (const team of roles?.teams.keys() ?? []) {
        const document = this.documentOf(team);
        const name = `${pupil.name} ${team}`;
        if (pupil.others.has(document)) {
          continue;
        }
        const isCurious = !this.decided.has(name) && course.chance.is(0.3);
        this.decided.add(name);
        if (isCurious || pupil.who === this.heir?.who || roles!.readsTeam(pupil.participant, team)) {
          pupil.openOther(document);
        }
      }
    }
    this.inherit();
  }

  /** Somebody knows other roles: whoever hands keys over goes by that, be it for a moment. */
  learned(): void {
    this.readers.look(this.ports.people());
  }

  /** @throws Error for what is not as it must be. */
  check(): void {
    const { people } = this.ports;
    this.readers.look(people());
    this.readers.check(people());
  }

  /** Where somebody writes: mostly in a team's document, if they are of one. Null where they may not, and do not try. */
  placeFor(pupil: Pupil): IPlace | null {
    const { course } = this.ports;
    const { chance } = course;
    const { roles } = pupil.society;
    const [everybodys, inLecture, ...teams] = pupil.open;
    const own = teams.filter(({ document }) => roles?.mayWrite(pupil.participant, document, 'document'));
    const tries = chance.is(0.05) ? teams : [];
    const some = tries.length > 0 ? tries : own;
    const isLecture = roles?.canTeach(pupil.participant) === true && chance.is(0.25);
    const place =
      some.length > 0 && chance.is(0.6) ? chance.pick(some) : isLecture ? inLecture! : everybodys!;
    const may = roles?.mayWrite(pupil.participant, place.document, 'document') === true;
    const isOver = (pupil.engine.replica(place.document)?.log.limitOf(pupil.session) ?? Infinity) < Infinity;
    if (may && (isOver || roles.cutOf(place.document, pupil.session, pupil.participant))) {
      // They may, but not as this page: so they reload it.
      this.ports.reload(pupil);
      return null;
    }
    return may || chance.is(0.1) ? place : null;
  }

  /** Somebody wrote there. */
  wrote(pupil: Pupil, { document, deeds }: IPlace): void {
    const [, branch, team] = document.split('.');
    if (branch === 'team' && document !== this.ports.course.team) {
      this.readers.wrote(pupil, team!, deeds.written);
    }
    const { participant, session } = pupil;
    // In anybody's eyes: it is known there, and not here yet, or the other way round.
    const isDoubtful = this.ports.people().some(({ society: { roles } }) => {
      const mayNot = roles?.mayWrite(participant, document, 'document') === false;
      return mayNot || (roles?.cutOf(document, session, participant) ?? null) !== null;
    });
    if (isDoubtful) {
      this.cut.add(document);
    }
  }

  /** Somebody who teaches, as they see it, changes something about teams. */
  changeTeams(): void {
    const { chance } = this.ports.course;
    const actor = this.actor();
    const { roles } = actor.society;
    const isUndone = this.before.length > 0 && chance.is(0.15);
    const all = [...(roles?.teams.values() ?? [])];
    const before = all.map(({ team, name, members }) => ({ team, name, members }));
    const changed = isUndone ? this.undo(before) : this.changed(before, actor);
    if (!isUndone) {
      this.before.push(before);
    }
    changed.forEach(each => this.state(actor, each));
  }

  /** Somebody is made something else. */
  changeRole(): void {
    const { course, people, note } = this.ports;
    const { chance } = course;
    const actor = this.actor();
    const pupil = chance.pick(people());
    const role = chance.pick<StatedRole>(['instructor', 'attendee', 'attendee', 'viewer', 'removed']);
    const { society, engine } = actor;
    const before = society.roles?.roleOf(pupil.participant);
    if (!pupil.who.startsWith('p') || before === role || this.ports.promises.outlaws.has(pupil.who)) {
      return;
    }
    this.noteMissing(actor, pupil.participant);
    const then = this.readBy(actor, [pupil.participant]);
    if (!society.stating.give(pupil.participant, role, engine.reachedBy(pupil.participant))) {
      return;
    }
    note(`${actor.name} makes ${pupil.name} ${role}, who was ${before}`);
    this.counts.roles += 1;
    if (role === 'instructor') {
      this.taught.add(pupil.who);
    }
    this.ports.rememberKeys(actor);
    this.expectOthers(actor, then);
    const has = role === 'removed' && this.readers.has(pupil.participant, society.roles!.epoch!.keyHash);
    demand(!has, `${actor.name} leaves ${pupil.name} the epoch`);
  }

  /** Somebody with the recovery file comes, on a new device. */
  takeOver(): void {
    if (this.owners < MOST_OWNERS && !this.heir) {
      this.owners += 1;
      const who = `owner${this.owners}`;
      this.heir = { who, ticks: 0 };
      this.ports.arrive(who);
      this.ports.note(`${who} has the recovery file`);
    }
  }

  /** Once what others have is there. */
  private inherit(): void {
    const { course, people, owner, note } = this.ports;
    const pupil = people().find(({ who }) => who === this.heir?.who);
    if (!this.heir || !pupil) {
      return;
    }
    this.heir.ticks =
      pupil.isInside && pupil.society.keyring.isCurrent && pupil.engine.isEven ? this.heir.ticks + 1 : 0;
    if (this.heir.ticks < 3) {
      return;
    }
    this.heir = null;
    const before = owner();
    if (course.chance.is(0.5)) {
      // Asleep, so to speak: it goes on as if the class were its own.
      this.ports.cutOff(before);
    }
    this.noteMissing(pupil, before.participant);
    const then = this.readBy(pupil, [before.participant]);
    const seed = Secret.make(bytes => bytes.set(course.members.rootOf('recovery').reveal()));
    pupil.society.stating.takeOver(seed, pupil.engine.reachesOf(pupil.society.roles!.owner), isDone => {
      demand(isDone, `${pupil.name} has the recovery file and no class`);
    });
    this.counts.takeovers += 1;
    note(`${pupil.name} takes the class over`);
    this.ports.tookOver(pupil);
    this.ports.rememberKeys(pupil);
    this.expectOthers(pupil, then);
  }

  /** The owner, mostly; else anybody whose page says that they teach. */
  private actor(): Pupil {
    const { course, people, owner } = this.ports;
    const { chance } = course;
    const others = people().filter(({ society, participant }) => society.roles?.canTeach(participant));
    return others.length > 0 && chance.is(0.3) ? chance.pick(others) : owner();
  }

  private changed(teams: readonly ITeamThen[], { society }: Pupil): ITeamThen[] {
    const { course, people } = this.ports;
    const { chance } = course;
    const everybody = people().filter(({ who }) => who.startsWith('p'));
    const some = (): string[] =>
      chance
        .shuffle(everybody)
        .slice(0, 1 + chance.below(3))
        .map(({ participant }) => participant);
    if (teams.length === 0 || (teams.length < MOST_TEAMS && chance.is(0.2))) {
      return [{ team: society.teaming.newTeam(), name: `Team ${teams.length + 1}`, members: some() }];
    }
    const team = chance.pick(teams);
    const [first] = some();
    const isIn = first !== undefined && team.members.includes(first);
    switch (chance.pick(['put', 'put', 'take', 'take', 'move', 'move', 'rename', 'end', 'anew'] as const)) {
      case 'put':
        return [{ ...team, members: [...team.members, ...some()] }];
      case 'take':
        return [{ ...team, members: team.members.slice(0, chance.below(team.members.length)) }];
      case 'move': {
        const to = chance.pick(teams);
        const member = isIn ? first : chance.pick([...team.members, first ?? '']);
        const from = { ...team, members: team.members.filter(each => each !== member) };
        return to === team || !member ? [from] : [from, { ...to, members: [...to.members, member] }];
      }
      case 'rename':
        return [{ ...team, name: `${team.name}'`.slice(0, 20) }];
      case 'end':
        return [{ ...team, members: [] }];
      case 'anew':
        return [{ ...team, members: some() }];
    }
  }

  /** Teams as they were before the last change; those that were not there are over. */
  private undo(now: readonly ITeamThen[]): ITeamThen[] {
    this.counts.undone += 1;
    const then = this.before.pop()!;
    const gone = now.filter(({ team }) => !then.some(each => each.team === team));
    return [...then, ...gone.map(each => ({ ...each, members: [] }))];
  }

  private state(actor: Pupil, { team, name, members }: ITeamThen): void {
    const { society, engine } = actor;
    const before = society.roles?.teams.get(team)?.members ?? [];
    const gone = before.filter(each => !members.includes(each));
    // Of who is in it, the role may be said again with how far they are here.
    const named = members.filter(each => (society.roles?.standingOf(each)?.frontier.length ?? 0) > 0);
    [...gone, ...named].forEach(each => this.noteMissing(actor, each));
    const then = this.readBy(actor, gone);
    const words = named.map(each => society.roles!.standingOf(each));
    if (society.teaming.put(team, name, members, each => engine.reachedBy(each))) {
      this.counts.teams += 1;
      this.counts.restated += named.filter(
        (each, at) => society.roles!.standingOf(each) !== words[at]
      ).length;
      this.ports.note(
        `${actor.name} states ${team.slice(0, 4)} ${name}: ${members.map(each => this.nameOf(each)).join(' ')}`
      );
      this.expectOthers(actor, then);
      this.expectOpen(actor, team);
    }
  }

  /**
   * Whoever was put into a team, or is in it, writes on in the page they have open, where something of it is here and
   * nobody leaned on what is not [ROL11].
   */
  private expectOpen({ society, engine, participant, name }: Pupil, team: string): void {
    const roles = society.roles!;
    const document = this.documentOf(team);
    const word = { kind: 'standing', role: 'attendee', counts: [], frontier: [] } as const;
    for (const member of roles.teams.get(team)!.members) {
      const isSaid =
        roles.roleOf(member) === 'attendee' && roles.mayState(participant, { ...word, participant: member });
      const right = engine
        .reachedBy(member)
        .filter(
          each => each.document === document && each.fork === 'none' && each.count > 0 && !each.isShort
        );
      const cut = right.filter(({ session }) => isSaid && roles.cutOf(document, session, member));
      demand(cut.length === 0, `${name} leaves ${this.nameOf(member)} cut off in ${team}`);
    }
  }

  /** Which teams these read, as far as somebody knows. */
  private readBy({ society: { roles } }: Pupil, participants: readonly string[]): IReadBy[] {
    const teams = [...(roles?.teams.keys() ?? [])];
    return participants.flatMap(participant =>
      teams.filter(team => roles!.readsTeam(participant, team)).map(team => ({ participant, team }))
    );
  }

  /** Whoever is out of a team that they read has no key of what comes. */
  private expectOthers({ society: { roles }, name }: Pupil, then: readonly IReadBy[]): void {
    for (const { participant, team } of then) {
      const isOut = !roles!.readsTeam(participant, team) && roles!.roleOf(participant) !== 'removed';
      const [keyHash] = roles!.teams.get(team)?.keyHashes ?? [];
      const has = isOut && keyHash !== undefined && this.readers.has(participant, keyHash);
      demand(!has, `${name} leaves ${this.nameOf(participant)} the key of ${team}`);
    }
    this.readers.look(this.ports.people());
  }

  /** What somebody is about to be cut off in, by a page that has not got all of it. */
  private noteMissing(page: Pupil, participant: string): void {
    const { people } = this.ports;
    const documents = new Set(people().flatMap(({ open }) => open.map(({ document }) => document)));
    documents.forEach(document => this.misses(page, participant, document) && this.cut.add(document));
  }

  private misses(page: Pupil, participant: string, document: string): boolean {
    const { people, promises } = this.ports;
    const log = page.engine.replica(document)?.log;
    const text = page.deedsIn(document)?.allText() ?? '';
    return people().some(pupil => {
      const theirs = pupil.engine.replica(document)?.log;
      const sessions = theirs?.sessions.filter(each => theirs.authorOf(each) === participant) ?? [];
      const written = pupil.participant === participant ? pupil.deedsIn(document)?.written : [];
      return (
        sessions.some(each => theirs!.count(each) > (log?.count(each) ?? 0)) ||
        [...(written ?? [])].some(word => !text.includes(word) && !promises.deleted.has(word))
      );
    });
  }

  private nameOf(participant: string): string {
    return this.ports.people().find(each => each.participant === participant)?.name ?? 'somebody';
  }

  private documentOf(team: string): string {
    return this.ports.course.team.replace(/[^.]*$/, team);
  }
}
