import { readFileSync } from 'node:fs';
import * as encoding from 'lib0/encoding';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it, vi } from 'vitest';
import { joinBytes } from '../bytes';
import { nodeCrypto } from '../envelope/crypto.node';
import { Reader } from '../envelope/reader';
import { Chance } from '../simulation/chance';
import { toHex } from '../tagged';
import {
  ada,
  bodyOf,
  crypto,
  founding,
  heir,
  now,
  owner,
  reach,
  recovery,
  stand,
  state,
  succeed
} from './kit.node';
import {
  EPOCH_MEMBERS,
  fitFrontier,
  FRONTIER_BYTES,
  type IReach,
  type IStatement,
  MOST_COUNTS,
  readStatement,
  signStatement,
  STATEMENT_BYTES,
  STATEMENT_FAULTS
} from './statement';

const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;

const { classId } = founding;
type Answer = Parameters<Parameters<typeof readStatement>[4]>[0];
const read = (bytes: Uint8Array, id = classId) =>
  now<Answer>(then => readStatement(crypto, digest, id, bytes, then));
const faultOf = (bytes: Uint8Array, id = classId) => {
  const answer = read(bytes, id);
  return answer.kind === 'fault' ? answer.fault : null;
};

const NAME = `${'5e'.repeat(32)}.lecture.${'0a'.repeat(16)}`;
const frontier = [reach(NAME, 1, 1), reach(NAME, 2, 300), reach(`${NAME}/outputs.0b`, 1, 2)];
const first = stand(owner, 1, ada, 'attendee');
const second = stand(owner, 2, ada, 'viewer');
const kinds: Record<string, IStatement> = {
  standing: stand(owner, 3, ada, 'removed', { counts: [first, second], frontier }),
  instructor: stand(owner, 300, ada, 'instructor'),
  epoch: state(owner, 4, { kind: 'epoch', epoch: 200, door: 'closed' }),
  succession: succeed(5, heir, { counts: [first], frontier }),
  sharing: state(owner, 6, { kind: 'sharing', outputs: true }),
  fork: state(owner, 7, { kind: 'fork', participant: ada.id }, { frontier })
};
/** Signed by the owner, whatever it says. */
const signed = (unsigned: Uint8Array) =>
  joinBytes([unsigned, now<Uint8Array>(then => owner.signer.sign(unsigned, then))]);
const unsigned = (statement: IStatement) => statement.bytes.slice(0, -64);

describe('statement', () => {
  it.each(Object.keys(kinds))('[ROL1] is read by everybody as it was stated: %s', kind => {
    const statement = kinds[kind]!;
    expect(read(statement.bytes)).toEqual({ kind: 'read', value: statement });
    expect(statement.id).toBe(toHex(digest(statement.bytes)));
    expect(statement.bytes.length).toBeLessThanOrEqual(STATEMENT_BYTES);
  });

  it('[ROL1] is verified where cryptography answers later as well', async () => {
    const slow = nodeCrypto(run => queueMicrotask(run));
    const answer = await new Promise<Answer>(then => readStatement(slow, digest, classId, first.bytes, then));
    expect(answer).toEqual({ kind: 'read', value: first });
  });

  it("[ROL1] that its author did not sign is nobody's", () => {
    const { bytes } = first;
    const forged = joinBytes([
      bytes.slice(0, -64),
      now<Uint8Array>(then => ada.signer.sign(unsigned(first), then))
    ]);
    expect(faultOf(forged)).toBe('signature');
    const moved = bytes.slice();
    moved.set(ada.signer.key, 37);
    expect(faultOf(moved)).toBe('signature');
    expect(faultOf(joinBytes([bytes.slice(0, -64), second.bytes.slice(-64)]))).toBe('signature');
  });

  it('[ROL1] of another class is refused before anything is verified', () => {
    const never = { ...crypto, verify: () => expect.unreachable() };
    readStatement(never, digest, new Uint8Array(16), first.bytes, answer =>
      expect(answer).toEqual({ kind: 'fault', fault: 'class' })
    );
  });

  it('[ROL1] changed in any byte, cut off or longer is refused, for a reason of the set', () => {
    const faults = new Set<string>();
    for (const { bytes } of Object.values(kinds)) {
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << (at % 8);
        const fault = faultOf(changed);
        expect(fault, `byte ${at}`).not.toBeNull();
        faults.add(fault!);
        expect(['cut-short', 'what', 'left-over']).toContain(faultOf(bytes.slice(0, at)));
      }
      expect(faultOf(joinBytes([bytes, new Uint8Array(1)]))).toBe('left-over');
    }
    expect(faultOf(new Uint8Array(STATEMENT_BYTES + 1))).toBe('too-large');
    expect(limits.statement_bytes).toBe(STATEMENT_BYTES);
    expect(limits.epoch_members).toBe(EPOCH_MEMBERS);
    const members = Array.from({ length: EPOCH_MEMBERS }, (_, number) =>
      number.toString(16).padStart(32, '0')
    );
    expect(
      state(owner, 4, { kind: 'epoch', epoch: 2 ** 52, door: 'closed', members }).bytes.length
    ).toBeLessThan(STATEMENT_BYTES);
    expect([...faults, 'too-large'].sort()).toEqual([...STATEMENT_FAULTS].sort());
  });

  it('[ROL1] has one spelling: lists in their order, nothing twice, signed or not', () => {
    const [a, b] = [first, second].sort((one, two) => (one.id < two.id ? -1 : 1)) as [IStatement, IStatement];
    const right = stand(owner, 3, ada, 'removed', { counts: [a, b], frontier });
    const body = (counts: IStatement[], reaches: IReach[], of = right) => {
      const from = unsigned(of).length - bounds([a, b], frontier).length;
      return signed(joinBytes([unsigned(of).slice(0, from), bounds(counts, reaches)]));
    };
    expect(faultOf(body([a, b], frontier))).toBeNull();
    expect(faultOf(body([b, a], frontier))).toBe('order');
    expect(faultOf(body([a, a], frontier))).toBe('order');
    expect(faultOf(body([a], [frontier[1]!, frontier[0]!]))).toBe('order');
    expect(faultOf(body([a], [frontier[0]!, frontier[0]!]))).toBe('order');
    expect(faultOf(body([a], [reach('b', 1, 1), reach('a', 1, 1)]))).toBe('order');
    // Where its author may write, that nothing counts has to be said.
    expect(faultOf(body([a], [reach(NAME, 1, 0)]))).toBeNull();
    expect(faultOf(body([a], [reach('not printable', 1, 1)]))).toBe('value');
    expect(faultOf(body([a], [reach('x'.repeat(256), 1, 1)]))).toBe('value');
    const others = [
      succeed(5, heir, { counts: [a, b], frontier }),
      state(owner, 7, { kind: 'fork', participant: ada.id }, { counts: [a, b], frontier })
    ];
    for (const of of others) {
      // A succession is the recovery key's to sign: what it says is read first.
      expect(faultOf(body([a], frontier, of))).not.toBe('value');
      expect(faultOf(body([a], [reach('not printable', 1, 1)], of))).toBe('value');
    }
  });

  it('[ROL1] no nonsense takes long or throws', () => {
    const chance = new Chance(11);
    const whole = kinds.standing!.bytes;
    for (let round = 0; round < 2000; round += 1) {
      const bytes = whole.slice();
      for (let change = chance.below(4); change >= 0; change -= 1) {
        bytes[37 + chance.below(bytes.length - 37)] = chance.below(256);
      }
      expect(read(bytes.slice(0, 60 + chance.below(bytes.length))).kind).toBe('fault');
    }
  });

  it('[ROL1] that says of lists longer than it is takes no longer than it is', () => {
    const team = state(owner, 3, { kind: 'team', team: '0d'.repeat(16), members: [] });
    const many = (fill: (encoder: encoding.Encoder) => void): Uint8Array => {
      const encoder = encoding.createEncoder();
      fill(encoder);
      encoding.writeVarUint(encoder, 100_000);
      return encoding.toUint8Array(encoder);
    };
    const ends: [IStatement, number, Uint8Array][] = [
      [first, 2, many(() => undefined)],
      [first, 2, many(encoder => encoding.writeVarUint(encoder, 0))],
      [
        first,
        2,
        many(encoder => {
          encoding.writeVarUint(encoder, 0);
          encoding.writeVarUint(encoder, 1);
          encoding.writeVarString(encoder, NAME);
        })
      ],
      [team, 2, many(() => undefined)],
      [kinds.epoch!, 1, many(() => undefined)]
    ];
    const take = vi.spyOn(Reader.prototype, 'take');
    for (const [statement, cut, end] of ends) {
      take.mockClear();
      expect(faultOf(joinBytes([unsigned(statement).slice(0, -cut), end]))).toBe('cut-short');
      expect(take.mock.calls.length).toBeLessThan(20);
    }
    take.mockRestore();
  });

  it('[ROL2] of somebody with very many sessions names the longest, as many as there is room for', () => {
    const chance = new Chance(3);
    const many = Array.from({ length: 3000 }, (_, index) => ({
      ...reach(`${NAME}/outputs.${index % 7}`, 0, 1 + chance.below(5000)),
      session: toSession(chance)
    }));
    const fitting = fitFrontier(many);
    expect(fitting.length).toBeGreaterThan(600);
    const counts = Array.from({ length: MOST_COUNTS }, (_, index) => ({
      ...first,
      id: index.toString(16).padStart(64, '0')
    }));
    const statement = stand(owner, 3, ada, 'removed', { counts, frontier: fitting });
    expect(statement.bytes.length).toBeLessThanOrEqual(STATEMENT_BYTES);
    expect(statement.bytes.length).toBeGreaterThan(FRONTIER_BYTES);
    expect(read(statement.bytes).kind).toBe('read');
    const least = Math.min(...fitting.map(({ count }) => count));
    const left = many.filter(each => !fitting.some(kept => kept.session === each.session));
    expect(Math.max(...left.map(({ count }) => count))).toBeLessThanOrEqual(least);
    const few = [...frontier].reverse();
    expect(fitFrontier(few)).toEqual(frontier);
    // Of as long ones the same stay, in whatever order they are told.
    const alike = many.map(each => ({ ...each, count: 1 }));
    expect(fitFrontier([...alike].reverse())).toEqual(fitFrontier(alike));
    expect(fitFrontier([])).toEqual([]);
  });

  it('[ROL1] of oneself is made right or not at all', () => {
    const make = (counts: IStatement[]) => () =>
      signStatement(
        owner.signer,
        digest,
        classId,
        1,
        {
          ...bodyOf({ kind: 'succession', ownerKey: heir.signer.key }),
          counts: counts.map(({ id }) => id)
        } as never,
        () => undefined
      );
    expect(make([first])).not.toThrow();
    expect(make([first, first])).toThrow(RangeError);
    expect(recovery.id).not.toBe(owner.id);
  });
});

function toSession(chance: Chance): string {
  return Buffer.from(chance.bytes(16)).toString('base64url');
}

/** As `writeBounds` would, in whatever order. */
function bounds(counts: readonly IStatement[], reaches: readonly IReach[]): Uint8Array {
  const number = (value: number) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
  const parts: number[] = [...number(counts.length)];
  counts.forEach(({ id }) => parts.push(...Buffer.from(id, 'hex')));
  const names = [...new Set(reaches.map(({ document }) => document))];
  parts.push(...number(names.length));
  for (const name of names) {
    const these = reaches.filter(({ document }) => document === name);
    parts.push(...number(name.length), ...Buffer.from(name), ...number(these.length));
    for (const { session, count, chain } of these) {
      parts.push(...Buffer.from(session, 'base64url'), ...number(count), ...chain);
    }
  }
  return Uint8Array.from(parts);
}
