import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../envelope/crypto.node';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { fromHex, toHex } from '../tagged';
import { everyoneOf, foundClass, FOUNDING_BYTES, lectureOf, readFounding } from './founding';
import { LINK_CHARS, linkFragment, linkOf, readLink } from './link';
import { type IOwner, makeOwner, OWNER_CHARS, readOwner } from './owner';
import { type IRecovery, readRecovery, type RecoveryFault, writeRecovery } from './recovery';

const root = new URL('../../../../../', import.meta.url);
const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
  string,
  number
>;
const crypto = nodeCrypto();
const filled = (value: number, count = 32) => new Uint8Array(count).fill(value);
const founded = (value = 3) => foundClass(digest, filled(1), filled(2), bytes => bytes.fill(value));

describe('founding record', () => {
  it('[CLS6] says who owns the class and who may take it over, and the class is its hash', () => {
    const founding = founded();
    expect(founding.record).toHaveLength(FOUNDING_BYTES);
    expect(toHex(founding.classId)).toBe(toHex(digest(founding.record).subarray(0, 16)));
    expect(readFounding(digest, founding.classId, founding.record)).toEqual({
      kind: 'read',
      value: founding
    });
    expect(founded(4).classId).not.toEqual(founding.classId);
  });

  it("[CLS6] of another class, or changed in any byte, is nobody's", () => {
    const { classId, record } = founded();
    const faultOf = (bytes: Uint8Array, id = classId) => {
      const read = readFounding(digest, id, bytes);
      return read.kind === 'fault' ? read.fault : null;
    };
    for (let at = 0; at < record.length; at += 1) {
      const changed = record.slice();
      changed[at]! ^= 1;
      expect(faultOf(changed)).toBe(at < 17 ? 'what' : 'class');
    }
    expect(faultOf(record, founded(4).classId)).toBe('class');
    expect(faultOf(record.slice(1))).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('length');
  });

  it('[CLS6] everyone and the lecture follow from the class alone', () => {
    const [one, other] = [founded(3).classId, founded(4).classId];
    const names = [everyoneOf, lectureOf].flatMap(of => [of(digest, one), of(digest, other)]);
    expect(new Set(names).size).toBe(4);
    names.forEach(name => expect(name).toMatch(/^[0-9a-f]{32}$/));
  });
});

describe('link', () => {
  const link = linkOf(digest, founded().classId, filled(9, 16));

  it('[CLS7] comes back from its own fragment', () => {
    expect(link.code).toHaveLength(LINK_CHARS);
    expect(limits.link_chars).toBe(LINK_CHARS);
    expect(linkFragment(link)).toBe(`#class=${link.code}`);
    expect(readLink(` ${link.code}\n`, digest)).toEqual({ kind: 'linked', link });
  });

  it('[CLS7] that was cut or mistyped is told from one that is whole', () => {
    const { code } = link;
    for (let length = 0; length < code.length; length += 1) {
      expect(readLink(code.slice(0, length), digest).kind).toBe('damaged');
    }
    let taken = 0;
    for (let at = 0; at < code.length; at += 1) {
      for (const other of 'AZaz09-_') {
        const typed = code.slice(0, at) + other + code.slice(at + 1);
        taken += Number(typed !== code && readLink(typed, digest).kind === 'linked');
      }
    }
    // The check has 16 bits: of these 368 one in 65,536.
    expect(taken).toBe(0);
    expect(readLink('x'.repeat(5000), digest)).toEqual({ kind: 'damaged', given: 'x'.repeat(100) });
  });

  it('[CLS7] the room says nothing of class and secret, and another secret is another room', () => {
    const other = linkOf(digest, founded().classId, filled(8, 16));
    expect(other.id).toEqual(link.id);
    expect(other.everyone).toBe(link.everyone);
    expect(other.room).not.toBe(link.room);
    expect(link.room).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(link.code).not.toContain(link.room.slice(0, 8));
  });
});

function made(seed = 1, workshop = 'welcome'): IRecovery {
  const chance = new Chance(seed);
  const secret = new Secret(chance.bytes(32));
  let recovery: IRecovery | undefined;
  crypto.signer(secret.reveal(), ({ key }) => {
    const fill = (bytes: Uint8Array) => bytes.set(chance.bytes(bytes.length));
    const founding = foundClass(digest, chance.bytes(32), key, fill);
    recovery = { seed: secret, founding, joinSecret: chance.bytes(16), workshop };
  });
  return recovery!;
}

function readText(text: string): IRecovery | RecoveryFault {
  let answer: IRecovery | RecoveryFault | undefined;
  readRecovery(crypto, digest, text, read => {
    answer = read.kind === 'read' ? read.value : read.fault;
  });
  return answer!;
}

describe('recovery file', () => {
  const recovery = made();
  const file = writeRecovery(digest, recovery);
  const rowAt = (row: number) => file.split('\n').findIndex(line => line.startsWith(`${row}`.padStart(2)));
  const withRow = (row: number, change: (line: string) => string) =>
    file
      .split('\n')
      .map((line, at) => (at === rowAt(row) ? change(line) : line))
      .join('\n');

  it('[CLS8] gives back what it was made of: seed, founding record, join secret, workshop', () => {
    const back = readText(file) as IRecovery;
    expect(toHex(back.seed.reveal())).toBe(toHex(recovery.seed.reveal()));
    expect(back.founding).toEqual(recovery.founding);
    expect(back.joinSecret).toEqual(recovery.joinSecret);
    expect(back.workshop).toBe('welcome');
    expect(Math.max(...file.split('\n').map(line => line.length))).toBeLessThan(80);
  });

  it('[CLS8] may be typed from paper: small letters, O for 0, l for 1, no spaces, other line ends, any order', () => {
    const lines = file.split('\n');
    const typed = lines.map(line => {
      const [, number, rest] = /^ ?(\d+) {2}(.*)$/.exec(line) ?? [];
      return number ? `${number}) ${rest!.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')}` : line;
    });
    const joined = typed.map(line => (/^\d/.test(line) ? line.replace(/(?<=\) .*) /g, '') : line));
    for (const text of [
      typed.join('\r\n'),
      joined.join('\r'),
      `\uFEFF${[...lines].reverse().join('\n')}`,
      `${file}\n\nprinted on a Monday\n${lines[rowAt(3)]}`
    ]) {
      expect(toHex((readText(text) as IRecovery).seed.reveal())).toBe(toHex(recovery.seed.reveal()));
    }
  });

  it('[CLS8] that is damaged says where', () => {
    for (let row = 1; row <= 13; row += 1) {
      expect(readText(withRow(row, () => ''))).toEqual({ reason: 'missing', row });
      expect(readText(withRow(row, line => line.slice(0, -1)))).toEqual({ reason: 'mistyped', row });
      expect(readText(withRow(row, line => `${line} 7`))).toEqual({ reason: 'mistyped', row });
      expect(readText(withRow(row, line => `${line.slice(0, -1)}U`))).toEqual({ reason: 'mistyped', row });
      const other = (line: string) => line.slice(0, -3) + (line.at(-3) === '7' ? '8' : '7') + line.slice(-2);
      expect(readText(withRow(row, other))).toEqual({ reason: 'mistyped', row });
      expect(readText(withRow(row, line => `${line}\n${other(line)}`))).toEqual({ reason: 'twice', row });
    }
    const second = file.split('\n')[rowAt(2)]!;
    expect(readText(withRow(1, () => second.replace(' 2', ' 1')))).toEqual({ reason: 'mistyped', row: 1 });
  });

  it('[CLS8] has no other digits, where they would stand for the last one either', () => {
    const all = { ...recovery, seed: new Secret(new Uint8Array(32).fill(255)) };
    const lines = writeRecovery(digest, all).split('\n');
    expect(lines[rowAt(1)]).toMatch(/^ 1 {2}ZZZZ/);
    const typed = lines.map((line, at) => (at === rowAt(1) ? line.replace('Z', 'U') : line)).join('\n');
    expect(readText(typed)).toEqual({ reason: 'mistyped', row: 1 });
  });

  it('[CLS8] that was put together from two, or is for another workshop, is refused', () => {
    const other = writeRecovery(digest, made(2)).split('\n')[rowAt(5)]!;
    expect(readText(withRow(5, () => other))).toEqual({ reason: 'mixed' });
    expect(readText(file.replace('Workshop: welcome', 'Workshop: welcomes'))).toEqual({ reason: 'mixed' });
    expect(readText(file.replace('Workshop: welcome', ''))).toEqual({ reason: 'workshop' });
    expect(readText(file.replace('Workshop: welcome', 'Workshop: '))).toEqual({ reason: 'workshop' });
    expect(readText(file.replace('file 1', 'file 2'))).toEqual({ reason: 'other' });
    expect(readText('')).toEqual({ reason: 'other' });
    expect(readText('{"seed": "x"}'.repeat(100_000))).toEqual({ reason: 'other' });
    expect(() => writeRecovery(digest, made(1, 'two\nlines'))).toThrow(RangeError);
  });

  it('[IDN5] is the only text with the seed in it', () => {
    const text = `${JSON.stringify(recovery)} ${inspect(recovery, { depth: 9, showHidden: true })}`;
    expect(text).toContain('(secret)');
    expect(text).not.toContain([...recovery.seed.reveal()].slice(0, 4).join(', '));
    expect(text).not.toContain([...recovery.seed.reveal()].slice(0, 4).join(','));
  });
});

interface IVectors {
  good: Record<string, string>[];
  links: { title: string; given: string }[];
  files: { title: string; text: string; fault: RecoveryFault }[];
  owners: { title: string; given: string; owner: Record<string, string> | null }[];
}

function ownerOf(given: string, classId: Uint8Array): IOwner | null {
  let owner: IOwner | null = null;
  readOwner(crypto, digest, classId, given, read => (owner = read));
  return owner;
}

describe('class, as Python has it', () => {
  const vectors = JSON.parse(readFileSync(new URL('tests/protocol/class.json', root), 'utf8')) as IVectors;

  it.each(vectors.good)('[CLS6, CLS7, CLS8] $title', row => {
    const fill = (bytes: Uint8Array) => bytes.set(fromHex(row.random!));
    const founding = foundClass(digest, fromHex(row.owner_key!), fromHex(row.recovery_key!), fill);
    const link = linkOf(digest, founding.classId, fromHex(row.join_secret!));
    expect({ record: toHex(founding.record), class: toHex(founding.classId) }).toEqual({
      record: row.record,
      class: row.class
    });
    const { code, room, everyone } = link;
    expect({ code, room, everyone }).toEqual({ code: row.code, room: row.room, everyone: row.everyone });
    expect(lectureOf(digest, founding.classId)).toBe(row.lecture);
    expect(readLink(code, digest)).toEqual({ kind: 'linked', link });
    const seed = new Secret(fromHex(row.recovery_seed!));
    const recovery = { seed, founding, joinSecret: link.joinSecret, workshop: row.workshop! };
    expect(writeRecovery(digest, recovery)).toBe(row.file);
    expect((readText(row.file!) as IRecovery).founding).toEqual(founding);
  });

  it.each(vectors.links)('[CLS7] no link: $title', ({ given }) => {
    expect(readLink(given, digest).kind).toBe('damaged');
  });

  it.each(vectors.owners)('[CLS9] $title', ({ given, owner }) => {
    const read = ownerOf(given, owner ? fromHex(owner.class!) : new Uint8Array(16));
    expect(
      read && {
        root: toHex(read.seeds.reveal().subarray(0, 32)),
        device: toHex(read.seeds.reveal().subarray(32)),
        recovery: toHex(read.recovery.reveal()),
        record: toHex(read.founding.record),
        class: toHex(read.founding.classId),
        key: toHex(read.key),
        statement: toHex(read.statement.bytes)
      }
    ).toEqual(owner);
  });

  it('[CLS9] an owner is of the class of the link, and shown to nobody', () => {
    const whole = vectors.owners.find(({ owner }) => owner)!;
    expect(whole.given).toHaveLength(OWNER_CHARS);
    expect(limits.owner_chars).toBe(OWNER_CHARS);
    expect(ownerOf(whole.given, founded().classId)).toBeNull();
    const seeds = { root: new Secret(filled(1)), device: new Secret(filled(2)) };
    let made: IOwner | undefined;
    makeOwner(
      crypto,
      digest,
      seeds,
      bytes => bytes.fill(7),
      owner => (made = owner)
    );
    expect(toHex(made!.seeds.reveal())).toBe('01'.repeat(32) + '02'.repeat(32));
    expect(made!.statement).toMatchObject({ kind: 'epoch', epoch: 1, door: 'open', number: 1 });
    const text = `${JSON.stringify(made)} ${inspect(made, { depth: 9, showHidden: true })}`;
    expect(text).not.toContain('1, 1, 1, 1');
    expect(text).not.toContain('1,1,1,1');
  });

  it.each(vectors.files)('[CLS8] no recovery file: $title', ({ text, fault }) => {
    expect(readText(text)).toEqual(fault);
  });
});
