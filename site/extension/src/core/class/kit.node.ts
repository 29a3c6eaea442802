/** A class for tests: people with keys, and what they state. */
import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import type { ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { participantOf } from '../identity/participant';
import { sessionText } from '../session';
import { foundClass, lectureOf } from './founding';
import { Roles } from './roles';
import { type IReach, type IStatement, signStatement, type StatementBody } from './statement';

export const crypto = nodeCrypto();
export const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;

/** What a synchronous implementation calls back with. */
export function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  const answers: Value[] = [];
  ask(value => answers.push(value));
  if (answers.length !== 1) {
    throw new Error(`Answered ${answers.length} times`);
  }
  return answers[0]!;
}

export interface IPerson {
  readonly signer: ISigner;
  readonly id: string;
}

export function person(seed: number): IPerson {
  const bytes = new Uint8Array(32).fill(seed & 255);
  bytes[1] = seed >> 8;
  const signer = now<ISigner>(then => crypto.signer(bytes, then));
  return { signer, id: participantOf(digest, signer.key) };
}

export const [owner, recovery, ines, ivan, ada, ben, heir, other] = [1, 2, 3, 4, 5, 6, 7, 8].map(person) as [
  IPerson,
  IPerson,
  IPerson,
  IPerson,
  IPerson,
  IPerson,
  IPerson,
  IPerson
];
export const founding = foundClass(digest, owner.signer.key, recovery.signer.key, bytes => bytes.fill(9));

/** Everything that a test need not say. */
export type Said =
  | { kind: 'standing'; participant: string; role: 'instructor' | 'attendee' | 'viewer' | 'removed' }
  | { kind: 'epoch'; epoch: number; door?: 'open' | 'closed'; key?: number; members?: string[] }
  | { kind: 'succession'; ownerKey: Uint8Array }
  | { kind: 'sharing'; outputs: boolean }
  | { kind: 'team'; team: string; name?: string; key?: number; members: string[] }
  | { kind: 'fork'; participant: string };

export interface IBounded {
  readonly counts?: readonly IStatement[];
  readonly frontier?: readonly IReach[];
}

export function bodyOf(said: Said, bounded: IBounded = {}): StatementBody {
  const bounds = {
    counts: [...new Set((bounded.counts ?? []).map(({ id }) => id))].sort(),
    frontier: bounded.frontier ?? []
  };
  switch (said.kind) {
    case 'epoch':
      return {
        kind: 'epoch',
        epoch: said.epoch,
        door: said.door ?? 'open',
        keyHash: new Uint8Array(32).fill(said.key ?? said.epoch),
        members: [...(said.members ?? [])].sort()
      };
    case 'sharing':
      return said;
    case 'team':
      return {
        ...{ kind: 'team', team: said.team, name: said.name ?? 'Team' },
        keyHash: new Uint8Array(32).fill(said.key ?? 1),
        members: [...said.members].sort(),
        frontier: bounds.frontier
      };
    case 'fork':
      return { ...said, ...bounds, proof: new Uint8Array(32).fill(7) };
    default:
      return { ...said, ...bounds };
  }
}

export function state(by: IPerson, number: number, said: Said, bounded: IBounded = {}): IStatement {
  return now(then => signStatement(by.signer, digest, founding.classId, number, bodyOf(said, bounded), then));
}

export const stand = (
  by: IPerson,
  number: number,
  on: IPerson,
  role: 'instructor' | 'attendee' | 'viewer' | 'removed',
  bounded: IBounded = {}
): IStatement => state(by, number, { kind: 'standing', participant: on.id, role }, bounded);

export const succeed = (number: number, to: IPerson, bounded: IBounded = {}): IStatement =>
  state(recovery, number, { kind: 'succession', ownerKey: to.signer.key }, bounded);

export const sessionNamed = (value: number): string => sessionText(new Uint8Array(16).fill(value));

export const reach = (document: string, session: number, count: number): IReach => ({
  document,
  session: sessionNamed(session),
  count,
  chain: new Uint8Array(32).fill(count)
});

export const fold = (...statements: IStatement[]): Roles => new Roles(digest, founding, statements);
/** An instructor, made so by the owner. */
export const named = stand(owner, 1, ines, 'instructor');

export const GENESIS = '5e'.repeat(32);
export const everyone = fold().everyone;
export const LECTURE = `${GENESIS}.lecture.${lectureOf(digest, founding.classId)}`;
export const TEAM = `${GENESIS}.team.${everyone}`;
export const mine = (of: { id: string }): string => `${GENESIS}.mine.${of.id}`;
export const outputs = (document: string, of: { id: string }): string => `${document}/outputs.${of.id}`;
