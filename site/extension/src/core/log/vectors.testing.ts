/**
 * Golden vectors that Python is held to, made by this code: `tests/protocol/log.json`. Written anew by
 * `PEERBOOK_VECTORS=write npx vitest run src/core/log/vectors`, only when a LOG rule of SPEC.md changes.
 */
import { digest } from 'lib0/hash/sha256';
import { Chance } from '../simulation/chance';
import { hex } from '../document/source';
import { unhex } from '../simulation/vectors';
import { Log } from './log';
import type { IPiece } from './piece';
import { decodeProof, encodeProof } from './proof';
import { rangeToCompact } from './segments';
import { decodeEntries, encodeEntries, type Entry } from './stored';
import type { Taken } from './taken';
import { links, standingsOf, Writer } from './writer.testing';

/** Form, session, author, signer, from, to, part, parts, bytes, before, after: bytes in hex, null for none. */
export type PieceRow = readonly (string | number | null)[];

/** Pieces are told by their index. */
export interface IStep {
  readonly take?: number;
  readonly compact?: number;
  readonly refuse?: number;
  readonly instead?: readonly number[];
  readonly stop?: string;
  readonly cut?: string;
  readonly author?: string;
  readonly place?: number;
  readonly chain?: string | null;
  readonly lift?: string;
  readonly prove?: readonly number[];
  /** What the log said. */
  readonly says: unknown;
}

export interface IStoryRow {
  readonly title: string;
  readonly pieces: readonly PieceRow[];
  readonly steps: readonly IStep[];
  readonly end: unknown;
}

export interface ICodecRow {
  readonly title: string;
  readonly bytes: string;
  readonly reads?: unknown;
  readonly fault?: string;
}

export interface IRangeRow {
  readonly pieces: readonly (readonly [number, number, number, number])[];
  readonly isOver: boolean;
  readonly limit: number;
  readonly range: readonly [number, number] | null;
}

const indexesOf = (pieces: readonly IPiece[], some: readonly IPiece[]): number[] =>
  some.map(piece => pieces.indexOf(piece));

export function told(pieces: readonly IPiece[], taken: Taken): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(taken).map(([key, value]) => [
      key,
      Array.isArray(value) ? indexesOf(pieces, value as IPiece[]) : (value as unknown)
    ])
  );
}

export function endOf(log: Log, pieces: readonly IPiece[]): unknown {
  const sessions = [...log.sessions].sort().map(session => {
    const { length } = log.kept(session);
    const limit = log.limitOf(session);
    return {
      session,
      author: log.authorOf(session),
      pieces: indexesOf(pieces, log.pieces(session)),
      kept: length,
      shown: log.shown(session),
      limit: limit === Infinity ? null : limit,
      askFrom: log.askFrom(session),
      proof: indexesOf(pieces, log.proofOf(session) ?? []),
      stop: log.stopAt(session)?.at ?? null,
      refused: log.refusedOf(session).length
    };
  });
  const standings = standingsOf(log).map(({ session, count, chain }) => [session, count, hex(chain)]);
  return { waiting: log.waiting, sessions, standings };
}

/** One step done to a log, and what it says. */
export function act(log: Log, pieces: readonly IPiece[], step: Omit<IStep, 'says'>): unknown {
  const [place, author] = [step.place ?? 0, step.author ?? ''];
  if (step.take !== undefined) {
    return told(pieces, log.take(pieces[step.take]!));
  }
  if (step.compact !== undefined) {
    return indexesOf(pieces, log.compact(pieces[step.compact]!));
  }
  if (step.refuse !== undefined) {
    const instead = (step.instead ?? []).map(index => pieces[index]!);
    return indexesOf(pieces, log.refuse(pieces[step.refuse]!, instead));
  }
  if (step.prove !== undefined) {
    const proof = step.prove.map(index => pieces[index]!);
    return log.prove(proof[0]!.session, proof[0]!.author, proof);
  }
  if (step.stop !== undefined) {
    return indexesOf(pieces, log.stop(step.stop, place));
  }
  const chain = typeof step.chain === 'string' ? unhex(step.chain) : null;
  const { gone, joined } =
    step.lift === undefined
      ? log.cut(step.cut!, author, { count: place, chain })
      : log.cut(step.lift, author, null);
  return { gone: indexesOf(pieces, gone), joined: indexesOf(pieces, joined) };
}

export function storyRow(seed: number): IStoryRow {
  const chance = new Chance(seed);
  const writers = [new Writer(chance, 'aa'), new Writer(chance, 'aa'), new Writer(chance, 'bb')];
  writers.forEach(writer => writer.write(18 + chance.below(20)));
  const twin = writers[2]!.twin(chance.below(16));
  twin.write(12 + chance.below(14));
  const sides = seed % 2 === 0 ? [...writers, twin] : writers;
  const envelopes = new Set(sides.flatMap(writer => writer.envelopes));
  const pieces = [...envelopes].filter(() => chance.is(0.97));
  for (let count = 0; count < 10; count += 1) {
    const writer = chance.pick(sides);
    const from = chance.is(0.5) ? 0 : chance.below(writer.envelopes.length - 2);
    pieces.push(writer.segment(from, from + 2 + chance.below(writer.envelopes.length - from - 1)));
  }
  pieces.push(new Writer(chance, 'cc', writers[0]!.session).write(1)[0]!);
  const log = new Log(links);
  const steps: IStep[] = [];
  const run = (step: Omit<IStep, 'says'>): unknown => {
    const says = act(log, pieces, step);
    steps.push({ ...step, says });
    return says;
  };
  // Mostly in order, so that much of it joins.
  const order = pieces
    .map((piece, index) => ({ index, at: piece.from + chance.below(seed % 3 === 0 ? 60 : 12) }))
    .sort((a, b) => a.at - b.at);
  for (const { index } of order) {
    const piece = pieces[index]!;
    const said = run({ take: index }) as Record<string, unknown>;
    if (said['compacts'] === true && chance.is(0.7)) {
      run({ compact: index });
    } else if (said['kind'] === 'new' && piece.form === 'segment' && chance.is(0.2)) {
      run({ refuse: index, instead: said['instead'] as number[] });
      run({ take: index });
    } else if (said['kind'] === 'fork' && chance.is(0.5)) {
      run({ prove: [...(said['proof'] as number[])].reverse() });
    }
    if (chance.is(0.02)) {
      run({ stop: piece.session, place: chance.below(40) });
    }
    if (chance.is(seed % 4 === 2 ? 0 : 0.04)) {
      const writer = chance.pick(sides);
      const place = chance.below(writer.envelopes.length);
      const chain = place > 0 ? hex(writer.chains[place]!) : null;
      run({ cut: writer.session, author: writer.author, place, chain });
    }
    if (chance.is(0.02)) {
      run({ lift: piece.session, author: piece.author });
    }
  }
  // In the end a frontier where this log is: what is of the other side is refused.
  const { session, author } = writers[2]!;
  const place = log.count(session);
  const chain = place > 0 ? hex(log.chainAt(session, place)!) : null;
  run({ cut: session, author, place, chain });
  pieces.forEach((piece, index) => piece.session === session && index % 2 === 0 && run({ take: index }));
  return {
    title: `seed ${seed}`,
    pieces: pieces.map(rowOf),
    steps,
    end: endOf(log, pieces)
  };
}

function rowOf(piece: IPiece): PieceRow {
  const { form, session, author, signer, from, to, part, parts, bytes, before, after } = piece;
  const chains = [before, after].map(chain => chain && hex(chain));
  return [form, session, author, signer, from, to, part, parts, hex(bytes), ...chains];
}

export function pieceOf(row: PieceRow): IPiece {
  const [form, session, author, signer, from, to, part, parts, ...rest] = row;
  const [bytes, before, after] = rest.map(text => (text === null ? null : unhex(String(text))));
  const hash = new Uint8Array(digest(bytes!));
  const said = { form, session, author, signer, from, to, part, parts };
  return { ...said, bytes, hash, before, after } as unknown as IPiece;
}

export function proofRows(): ICodecRow[] {
  const chance = new Chance(2);
  const pieces = [chance.bytes(5), chance.bytes(130)];
  const good = encodeProof({ introductions: [chance.bytes(3)], pieces });
  const many = (count: number): Uint8Array =>
    Uint8Array.from([...good.slice(0, 16), 0, count, ...Array<number[]>(count).fill([1, 7]).flat()]);
  return Object.entries({
    'a proof': good,
    'without introductions': encodeProof({ introductions: [], pieces }),
    'the most pieces': many(64),
    nothing: new Uint8Array(0),
    'another title': good.map((byte, index) => (index === 4 ? 0x45 : byte)),
    'cut within its title': good.slice(0, 9),
    'cut within a piece': good.slice(0, -1),
    'cut before its pieces': good.slice(0, 17),
    'something behind it': Uint8Array.from([...good, 0]),
    'a number of two spellings': Uint8Array.from([...good.slice(0, 16), 0x80, 0]),
    'one piece': many(1),
    'too many pieces': many(65),
    'too many introductions': Uint8Array.from([...good.slice(0, 16), 65]),
    'an empty piece': Uint8Array.from([...good.slice(0, 16), 0, 2, 1, 7, 0])
  }).map(([title, bytes]) => proofRow(title, bytes));
}

export function proofRow(title: string, bytes: Uint8Array): ICodecRow {
  const read = decodeProof(bytes);
  if (read.kind === 'fault') {
    return { title, bytes: hex(bytes), fault: read.fault };
  }
  const { introductions, pieces } = read.value;
  return {
    title,
    bytes: hex(bytes),
    reads: { introductions: introductions.map(hex), pieces: pieces.map(hex) }
  };
}

export function recordRows(): ICodecRow[] {
  const chance = new Chance(3);
  const { session } = new Writer(chance);
  const author = 'ab'.repeat(16);
  const entries: Entry[] = [
    { kind: 'introduction', bytes: chance.bytes(5) },
    { kind: 'piece', bytes: chance.bytes(200) },
    { kind: 'refuse', session, author, hash: chance.bytes(32) },
    { kind: 'fork', bytes: chance.bytes(9) }
  ];
  const good = encodeEntries(entries);
  const record = (...rest: number[]): Uint8Array => Uint8Array.from([...good.slice(0, 15), ...rest]);
  const zeros = (count: number): number[] => Array<number>(count).fill(0);
  return Object.entries({
    'one of each': good,
    none: encodeEntries([]),
    'cut within an entry': good.slice(0, -1),
    'a number of two spellings': record(1, 0x81, 0),
    'an unknown kind': record(9, 1, 1),
    'an empty piece': record(1, 0),
    'a kind of nothing': record(3, 1, 1),
    'a refusal without its hash': record(5, 17, ...zeros(17)),
    'a refusal that goes on': record(5, 50, ...zeros(50)),
    'a change of Yjs': Uint8Array.from([1, 1, 5, 0])
  }).map(([title, bytes]) => recordRow(title, bytes));
}

export function recordRow(title: string, bytes: Uint8Array): ICodecRow {
  const read = decodeEntries(bytes);
  if (read.kind === 'fault') {
    return { title, bytes: hex(bytes), fault: read.fault };
  }
  const reads = read.value.map(entry =>
    Object.fromEntries(
      Object.entries(entry).map(([key, value]) => [
        key,
        value instanceof Uint8Array ? hex(value) : (value as unknown)
      ])
    )
  );
  return { title, bytes: hex(bytes), reads };
}

export function rangeRows(): IRangeRow[] {
  const chance = new Chance(4);
  return Array.from({ length: 60 }, () => {
    const pieces: [number, number, number, number][] = [];
    for (let left = chance.below(130), at = 0; left > 0; left -= 1) {
      const to = chance.is(0.04) ? at + 2 + chance.below(150) : at + 1;
      const parts = to === at + 1 && chance.is(0.03) ? 2 + chance.below(20) : 1;
      for (let part = 0; part < parts; part += 1) {
        const end = part > 0 ? at + 1 : to;
        pieces.push([at, end, part, parts]);
        at = end;
      }
    }
    const cut = chance.is(0.5) ? pieces : pieces.slice(0, -1 - chance.below(3));
    const [isOver, limit] = [chance.is(0.4), chance.is(0.3) ? 200 + chance.below(1000) : 1_000_000];
    return { pieces: cut, isOver, limit, range: rangeOf(cut, isOver, limit) };
  });
}

/** Each piece of ten bytes for each envelope it holds. */
export function rangeOf(
  rows: IRangeRow['pieces'],
  isOver: boolean,
  limit: number
): readonly [number, number] | null {
  const writer = new Writer(new Chance(5));
  const log = new Log(links);
  writer.write(rows.at(-1)?.[1] ?? 0);
  rows.forEach(([from, to, part, parts]) => {
    const piece = to - from > 1 ? writer.segment(from, to) : writer.envelopes[from]!;
    log.take({ ...piece, part, parts, bytes: new Uint8Array(10 * (to - from)) });
  });
  const range = rangeToCompact(log, writer.session, isOver, limit);
  return range && [range.from, range.to];
}
