/** A class of made-up people, for tests and for looking at. */
import { Listeners } from '../../connection/listeners';
import type { ISummary } from '../../connection/summary';
import { makeInvitation } from '../../core/class/invitation';
import { digest } from 'lib0/hash/sha256';
import { STATED_ROLES, type Door, type StatedRole } from '../../core/class/statement';
import type { Role } from '../../core/class/roles';
import type { IMembership, IParticipant, ITeaching, ITeamSeen } from '../membership';
import type { Entrance } from './entrance';

const NAMES = [
  'Ada',
  'Ben',
  'Čeněk',
  'Dora',
  'Emre',
  'Fatima',
  'Gao',
  'Hana',
  'İnci',
  'Jun',
  'Kofi',
  'Lê',
  'Māra'
];
const FAMILIES = ['Lovelace', 'Diaz', 'Novák', 'Okafor', 'Yılmaz', 'al-Rashid', 'Wei', 'Ito', 'Smith'];

export function person(at: number, more: Partial<IParticipant> = {}): IParticipant {
  const turn = Math.floor(at / NAMES.length);
  return {
    participant: at.toString(16).padStart(32, '0'),
    name: `${NAMES[at % NAMES.length]!} ${FAMILIES[turn % FAMILIES.length]!}`,
    isMe: at === 0,
    isHere: true,
    since: new Date(2026, 10, 21, 9, at % 60).getTime(),
    sessions: [`session ${at}`],
    notebooks: at % 7 === 6 ? [] : [`first-steps/${1 + (at % 3)}-step.ipynb`],
    colour: at % 10,
    role: 'attendee',
    ...more
  };
}

export function cast(count: number): IParticipant[] {
  return Array.from({ length: count }, (_, at) => person(at));
}

/** What `IMembership` says is what it is told to say. */
export class StagedClass implements Omit<
  IMembership,
  'engine' | 'branch' | 'personOf' | 'documentName' | 'mayWrite' | 'needsReload' | 'follow'
> {
  constructor(public people: readonly IParticipant[] = cast(3)) {}

  readonly invitation = makeInvitation(bytes => bytes.fill(7), digest);
  readonly changed = new Listeners<[]>();
  summary: ISummary = {
    kind: 'direct',
    others: 2,
    direct: 2,
    relayed: 0,
    tabs: 0,
    server: { kind: 'open' }
  };
  pageOwner: string | null = null;
  team: string | null = null;
  teams: readonly ITeamSeen[] = [];
  contradicting = new Set<string>();
  /** Of whom nothing is here. */
  readonly missing = new Set<string>();
  /** When, and whether, what is done is stated. */
  states: Promise<boolean> = Promise.resolve(true);
  /** Whether the door can be closed, where that is another answer. */
  closes: Promise<boolean> | null = null;
  /** When it is known what is here. */
  looks: Promise<unknown> = Promise.resolve();
  meetsOtherVersion = false;
  entrance: Entrance = 'in';
  takingOver: IMembership['takingOver'] = null;
  wasOwner = false;
  door: Door = 'open';
  outputsShared = false;
  waiting: ITeaching['waiting'] = [];
  /** Text of the recovery file. */
  recovery: string | null = null;
  /** What was done by whoever teaches. */
  readonly done: string[] = [];
  hasLeft = false;
  /** Teams that were made. */
  made = 0;

  get role(): Role | null {
    return this.entrance === 'in' ? this.people[0]!.role : null;
  }

  get teaching(): ITeaching | null {
    return this.role === 'owner' || this.role === 'instructor' ? new StagedTeaching(this) : null;
  }

  get me(): IMembership['me'] {
    const { participant, name } = this.people[0]!;
    return { participant, name };
  }

  rename(name: string): boolean {
    const isName = name.trim() !== '';
    if (isName) {
      this.become(this.people.map(each => (each.isMe ? { ...each, name } : each)));
    }
    return isName;
  }

  takeOverAnyway(): void {
    this.done.push('take over anyway');
  }

  leave(): void {
    this.hasLeft = true;
  }

  become(people: readonly IParticipant[], summary: Partial<ISummary> = {}): void {
    this.people = people;
    this.summary = { ...this.summary, others: people.length - 1, ...summary };
    this.changed.call();
  }
}

/** Does at once what a class would agree on. The owner may all, an instructor what concerns students. */
class StagedTeaching implements ITeaching {
  constructor(private readonly staged: StagedClass) {}

  get door(): Door {
    return this.staged.door;
  }

  get waiting(): ITeaching['waiting'] {
    return this.staged.waiting;
  }

  get outputsShared(): boolean {
    return this.staged.outputsShared;
  }

  mayGive(participant: string, role: StatedRole): boolean {
    const { people } = this.staged;
    const whom = people.find(each => each.participant === participant);
    const isOwner = this.staged.role === 'owner';
    const isFree = whom !== undefined && !whom.isMe && whom.role !== 'owner';
    return isFree && STATED_ROLES.includes(role) && (isOwner || ![whom.role, role].includes('instructor'));
  }

  async hasOf(participant: string): Promise<boolean> {
    await this.staged.looks;
    return !this.staged.missing.has(participant);
  }

  async give(participant: string, role: StatedRole): Promise<boolean> {
    const { staged } = this;
    if (!(await staged.states)) {
      return false;
    }
    staged.done.push(`${role} ${participant}`);
    staged.become(staged.people.map(each => (each.participant === participant ? { ...each, role } : each)));
    return true;
  }

  async setDoor(door: Door): Promise<boolean> {
    const { staged } = this;
    if (!(await (staged.closes ?? staged.states))) {
      return false;
    }
    staged.done.push(`door ${door}`);
    staged.door = door;
    staged.changed.call();
    return true;
  }

  mayTeam(): boolean {
    return true;
  }

  setTeam(team: ITeamSeen): Promise<boolean> {
    const { staged } = this;
    const others = staged.teams.filter(each => each.team !== team.team);
    staged.done.push(`team ${team.name}: ${team.members.map(one => Number(`0x${one}`)).join(' ')}`);
    const all = [...others, ...(team.members.length > 0 ? [team] : [])];
    staged.teams = all.sort((a, b) => (a.name < b.name ? -1 : 1));
    staged.changed.call();
    return staged.states;
  }

  newTeam(): string {
    return (this.staged.made += 1).toString(16).padStart(32, '0');
  }

  async admit(participant: string): Promise<boolean> {
    const isStated = await this.staged.states;
    if (isStated) {
      this.answer('admit', participant);
    }
    return isStated;
  }

  refuse(participant: string): void {
    this.answer('refuse', participant);
  }

  async share(outputs: boolean): Promise<boolean> {
    const { staged } = this;
    if (!(await staged.states)) {
      return false;
    }
    staged.done.push(`share ${outputs}`);
    staged.outputsShared = outputs;
    staged.changed.call();
    return true;
  }

  recoveryFile(): string | null {
    return this.staged.recovery;
  }

  private answer(what: string, participant: string): void {
    this.staged.done.push(`${what} ${participant}`);
    this.staged.waiting = this.staged.waiting.filter(each => each.participant !== participant);
    this.staged.changed.call();
  }
}
