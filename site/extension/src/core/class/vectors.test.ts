/** Statements and the class they make, as Python has them. */
import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../envelope/envelope';
import { participantOf } from '../identity/participant';
import { fromHex, toHex } from '../tagged';
import { type IFounding, readFounding } from './founding';
import { crypto, now } from './kit.node';
import { frontierFor, type IReached } from './readmission';
import { Roles } from './roles';
import { fitFrontier, type IStatement, readStatement, STATED_ROLES, type StatementBody } from './statement';
import { Statements } from './statements';

interface IClass {
  roles: Record<string, string>;
  counts: string[];
  cuts: Record<string, number>;
  /** Of each person and role: what is said with it of their sessions. */
  frontiers: Record<string, string>;
  epochs: unknown[];
  shared: boolean;
  teams: unknown[];
  theirs: Record<string, readonly string[]>;
  /** Of each author and body: whether they may state it, and with which number. */
  states: [boolean, number | null][];
  writes: string[];
  reads: string[];
}

interface IVectors {
  founding: string;
  people: Record<string, string>;
  documents: string[];
  sessions: string[];
  reached: (Omit<IReached, 'chain'> & { chain: string })[];
  authors: string[];
  bodies: Record<string, unknown>[];
  good: { title: string; id: string; bytes: string; says: unknown }[];
  bad: { title: string; bytes: string; fault: string }[];
  stories: { title: string; statements: string[]; class: IClass }[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../../tests/protocol/statements.json', import.meta.url), 'utf8')
) as IVectors;
const record = fromHex(vectors.founding);
const founding = readFounding(digest, digest(record).subarray(0, 16), record) as { value: IFounding };

/** What somebody may want to state. */
const bodies = vectors.bodies.map(
  body =>
    ({
      ...body,
      ...('keyHash' in body && { keyHash: fromHex(String(body['keyHash'])) }),
      ...('ownerKey' in body && { ownerKey: fromHex(String(body['ownerKey'])) })
    }) as unknown as StatementBody
);

/** How far somebody may be who is given another role. */
const reached: readonly IReached[] = vectors.reached.map(each => ({ ...each, chain: fromHex(each.chain) }));

function read(bytes: string): IStatement | string {
  type Answer = Parameters<Parameters<typeof readStatement>[4]>[0];
  const answer = now<Answer>(then =>
    readStatement(crypto, digest, founding.value.classId, fromHex(bytes), then)
  );
  return answer.kind === 'read' ? answer.value : answer.fault;
}

/** Bytes in hex, as JSON has them. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, one: unknown) => (one instanceof Uint8Array ? toHex(one) : one));
  return JSON.parse(text) as unknown;
}

function classOf(roles: Roles, told: readonly IStatement[]): IClass {
  const people = Object.entries(vectors.people);
  const cuts: Record<string, number> = {};
  for (const [name, who] of people) {
    vectors.documents.slice(0, 4).forEach((document, place) =>
      vectors.sessions.forEach((session, index) => {
        const cut = roles.cutOf(document, session, who);
        if (cut) {
          expect(cut.chain === null).toBe(cut.count === 0);
          cuts[`${name} ${place} ${index}`] = cut.count;
        }
      })
    );
  }
  const said = ({ document, session, count }: IReached): string =>
    [vectors.documents.indexOf(document), vectors.sessions.indexOf(session), count].join('.');
  const frontiers = people.flatMap(([name, who]) =>
    STATED_ROLES.map(role => {
      const frontier = fitFrontier(frontierFor(roles, who, role, reached));
      return [`${name} ${role}`, frontier.map(said).join(' ')] as const;
    })
  );
  const each = (asks: (who: string, document: string) => boolean, what = '') =>
    people.flatMap(([name, who]) =>
      vectors.documents.flatMap((document, place) => (asks(who, document) ? [`${name}${what} ${place}`] : []))
    );
  return {
    roles: Object.fromEntries(people.map(([name, who]) => [name, roles.roleOf(who)])),
    counts: [...new Set(told.map(({ id }) => id))].filter(id => roles.counts(id)).sort(),
    cuts,
    frontiers: Object.fromEntries(frontiers),
    epochs: roles.epochs.map(({ epoch, door, keyHash, participant, others }) => [
      epoch,
      door,
      toHex(keyHash),
      participant,
      others.map(toHex)
    ]),
    shared: roles.outputsShared,
    teams: [...roles.teams.values()].map(({ team, name, members, keyHashes, ever, isOwners }) => [
      ...[team, name, members, keyHashes.map(toHex), [...ever].sort(), isOwners]
    ]),
    theirs: Object.fromEntries(people.map(([name, who]) => [name, roles.statementsOf(who)])),
    states: vectors.authors.flatMap(author =>
      bodies.map((body): [boolean, number | null] => [
        roles.mayState(participantOf(digest, fromHex(author)), body),
        roles.nextNumber(fromHex(author), body)
      ])
    ),
    writes: KINDS.flatMap(kind =>
      each((who, document) => roles.mayWrite(who, document, kind), ` ${kind}`)
    ).sort(),
    reads: each((who, document) => roles.mayRead(who, document))
  };
}

describe('statements, as Python has them', () => {
  it.each(vectors.good)('[ROL1] $title', ({ id, bytes, says }) => {
    const { id: known, bytes: whole, ...statement } = read(bytes) as IStatement;
    expect([known, toHex(whole)]).toEqual([id, bytes]);
    expect(plain(statement)).toEqual(says);
  });

  it.each(vectors.bad)('[ROL1] no statement: $title', ({ bytes, fault }) => {
    expect(read(bytes)).toBe(fault);
  });

  it.each(vectors.stories)('[ROL3, ROL4, ROL5, ROL6, ROL7, ROL8, ROL11] $title', story => {
    const told = story.statements.map(bytes => read(bytes) as IStatement);
    const right = { ...story.class, writes: [...story.class.writes].sort() };
    expect(classOf(new Roles(digest, founding.value, told), told)).toEqual(right);
    const kept = new Statements(digest, founding.value);
    told.forEach(each => kept.take([each]));
    // A number is above what is here, and of what counts for nothing less is kept.
    expect({ ...classOf(kept.roles, told), states: right.states }).toEqual(right);
  });
});
