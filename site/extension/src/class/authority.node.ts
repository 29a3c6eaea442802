/** A page that governs, or asks to be let in: in a class whose cryptography answers at once, and with no engine. */
import { digest } from 'lib0/hash/sha256';
import { vi } from 'vitest';
import type { IReached } from '../core/class/readmission';
import type { IStatement } from '../core/class/statement';
import type { Message } from '../core/overlay/messages';
import { Neighbour, Neighbours } from '../core/overlay/neighbours';
import { decodeMessage } from '../core/overlay/wire';
import { BEN, Class, type ISaid } from '../core/sync/society.testing';
import { MemoryStorage } from '../storage/memory';
import { MemoryVault } from '../storage/vault';
import { Authority, type IAuthorityParts, type IGoverned } from './authority';
import { type IKeptClass, KeptClasses, NOTHING_KEPT } from './kept';

export const LECTURE = `${'5e'.repeat(32)}.lecture.${'0'.repeat(32)}`;
export const NOT_LECTURE = [
  `${LECTURE}/outputs.${'1'.repeat(32)}`,
  `${'5e'.repeat(32)}.team.${'1'.repeat(32)}`,
  'nothing'
];
export const TEAM = 'ab'.repeat(16);
export let school: Class;
const pages: Page[] = [];

/** Somebody's page, with what the device keeps, and an engine that has what a test says. */
export class Page {
  constructor(
    name: string,
    kept: Partial<IKeptClass> = {},
    options: Partial<IAuthorityParts> = {},
    begins = true
  ) {
    const { members, founding, joinSecret, everyone } = school;
    this.own = members.session(name);
    const invitation = { id: founding.classId, joinSecret, everyone } as IAuthorityParts['invitation'];
    this.authority = new Authority({
      ...{ crypto: members.crypto, invitation, own: this.own, root: members.rootOf(name) },
      ...{ classes: this.classes, takesOver: false },
      stored: () => Promise.resolve(new MemoryStorage()),
      kept: { ...NOTHING_KEPT, founding: founding.record, keys: school.keys, ...kept },
      name: () => name,
      devicesOf: () => [],
      nameOf: () => undefined,
      known: () => [],
      changed: () => undefined,
      ...options
    });
    if (begins) {
      this.authority.begin(this.engine);
    }
    pages.push(this);
  }

  readonly own;
  readonly authority: Authority;
  readonly classes = new KeptClasses(new MemoryVault(), 'person');
  readonly said: ISaid[] = [];
  readonly reaches: IReached[] = [];
  readonly forks = new Map<string, { log: { limitOf: (session: string) => number } }>();
  readonly engine = {
    neighbours: new Neighbours(),
    authors: new Set<string>(),
    isEven: false,
    rulesChanged: () => undefined,
    keysChanged: () => undefined,
    replica: (document: string) => this.forks.get(document),
    reachesOf: () => this.reaches,
    reachedBy: () => this.reaches
  } satisfies IGoverned as { -readonly [Key in keyof IGoverned]: IGoverned[Key] };

  /** Somebody is there, and hears the knock. */
  meet(): this {
    const send = (_: unknown, bytes: Uint8Array): void => {
      this.said.push({ to: BEN, message: (decodeMessage(bytes) as { value: Message }).value });
    };
    this.engine.neighbours.add(
      new Neighbour({ peer: BEN, send, bufferedBytes: () => 0, drained: () => Promise.resolve() }, digest)
    );
    this.authority.society.joined(BEN);
    return this;
  }

  answered(kind: 'waiting' | 'refused'): this {
    const { society } = this.authority;
    society.hear(BEN, 'admit', school.admit({ ...this, society, told: [] }, { kind }));
    return this;
  }

  hears(statement: IStatement): void {
    this.authority.society.hear(BEN, 'statement', statement.bytes);
  }

  has(document: string): void {
    const { session } = school.owner;
    this.reaches.push({ document, session, count: 1, chain: new Uint8Array(32) });
  }
}

export const bytesOf = (statements: readonly IStatement[]): Uint8Array[] =>
  statements.map(({ bytes }) => bytes);
/** What was said is stated when it is known what this browser keeps. */
export const stated = (): Promise<unknown> => new Promise(then => setImmediate(then));
export const team = (
  by: string,
  number: number,
  members: readonly string[],
  id = TEAM,
  name = 'T'
): IStatement =>
  school.state(by, number, {
    ...{ kind: 'team', team: id, name, keyHash: new Uint8Array(32), frontier: [] },
    members: members.map(member => school.idOf(member)).sort()
  });

/** Another class, in which nothing was stated yet, and a clock that stands. */
export function beginSchool(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  school = new Class();
}

export function endSchool(): void {
  pages.splice(0).forEach(({ authority }) => authority.end());
  vi.useRealTimers();
}
