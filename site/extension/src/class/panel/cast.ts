/** A class of made-up people, for tests and for looking at. */
import { Listeners } from '../../connection/listeners';
import type { ISummary } from '../../connection/summary';
import { makeInvitation } from '../../core/class/invitation';
import { digest } from 'lib0/hash/sha256';
import type { IMembership, IParticipant } from '../membership';

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
    ...more
  };
}

export function cast(count: number): IParticipant[] {
  return Array.from({ length: count }, (_, at) => person(at));
}

/** What `IMembership` says is what it is told to say. */
export class StagedClass implements Pick<
  IMembership,
  'invitation' | 'me' | 'summary' | 'people' | 'changed' | 'rename' | 'leave' | 'meetsOtherVersion'
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
  meetsOtherVersion = false;
  hasLeft = false;

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

  leave(): void {
    this.hasLeft = true;
  }

  become(people: readonly IParticipant[], summary: Partial<ISummary> = {}): void {
    this.people = people;
    this.summary = { ...this.summary, others: people.length - 1, ...summary };
    this.changed.call();
  }
}
