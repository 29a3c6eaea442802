/** The rows of `tests/protocol/changes.json`: changes that pass, one for each reason not to, and documents built anew. */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { orderOf, textOf as cellText } from '../document/cells';
import { makeGenesis } from '../document/genesis';
import { hex } from '../document/source';
import { mergeChanges } from '../envelope/merge';
import { Chance } from '../simulation/chance';
import { Contents } from '../sync/contents';
import { stateDigest } from '../sync/digest';
import { VirtualClock } from '../simulation/time';
import { type ChangeFault, checkChange, type ICheckedChange } from './change';
import { craft, craftSome, type ICrafted, numberOf, textOf, valuesOf } from './crafted.testing';
import { forSegments, type IChangeLimits, JSON_DEPTH, MOST_CLOCK, NOTEBOOK_LIMITS } from './limits';
import { merged } from './merged';
import { checkGenesis, Intake, replay } from './replay';
import type { IDeletion, IId } from './structs';
import { GENESIS, type IWritten, Writers } from './writers.testing';

export interface IChangeRow {
  readonly title: string;
  readonly client: number;
  readonly bytes: string;
  readonly fault?: ChangeFault;
  readonly reads?: {
    readonly from: number;
    readonly to: number;
    readonly needs: readonly IId[];
    readonly deletes: readonly IDeletion[];
  };
}

export interface IReplayRow {
  readonly title: string;
  readonly genesis: string;
  readonly changes: readonly { readonly client: number; readonly bytes: string }[];
  readonly cuts: readonly (readonly [client: number, clock: number])[];
  readonly cells: readonly (readonly [id: string, text: string])[];
  readonly digest: string;
  /** Changes that were refused for their places, or waited in the end. */
  readonly left: number;
}

/** What crafted places make, built anew of what each client wrote as one. */
export interface ICraftedRow extends IReplayRow {
  /** What the document says: 16 bytes of a hash. */
  readonly content: string;
}

/** What a document says, as text of which the hash is compared. */
export interface IContentRow {
  readonly title: string;
  readonly genesis: string;
  readonly content: string;
}

export interface IPlaceRow {
  readonly title: string;
  readonly genesis: string;
  readonly changes: IReplayRow['changes'];
  readonly faults: readonly string[];
  readonly digest: string;
}

export const unhex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], byte => parseInt(byte, 16));
const ME = 2 ** 52 + 5;
const OTHER = 4_000_000_000;

const UTF8 = new TextEncoder();
/** Bytes that no encoder of ours writes. */
const raw = (...parts: (number | string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap(part => (typeof part === 'string' ? [...UTF8.encode(part)] : part)));
const one = (struct: ICrafted, clock = 0): Uint8Array => craft(ME, clock, [struct]);
const inKey = (content: ICrafted['content'], kind = 8): Uint8Array =>
  one({ kind, key: 'k', content: content! });
const value = (...bytes: number[]): Uint8Array => {
  // The value of a struct with one, `true`, is in the byte before the deletions.
  const good = inKey(valuesOf(true));
  return raw([...good.subarray(0, -2)], bytes, [0]);
};

export function changeRows(): IChangeRow[] {
  return [...goodRows(), ...badRows()];
}

function goodRows(): IChangeRow[] {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
  const good: Record<string, Uint8Array> = {
    nothing: craft(ME, 0, []),
    'a letter beside another’s': one(
      { left: { client: OTHER, clock: 3 }, right: { client: 7, clock: 0 } },
      5
    ),
    'a pair of surrogates has two clocks': one({ left: { client: OTHER, clock: 3 }, content: textOf('é😀') }),
    'values under a key': inKey(valuesOf(null, true, -7, 2.5, 1e300, 2 ** 31, 'é', { a: [], b: {} })),
    'a whole number as yrs writes it': value(124, 0x3f, 0x80, 0, 0),
    'the largest integer': value(125, 0xbf, 255, 255, 255, 15),
    'a type in a type': craft(ME, 0, [
      { kind: 7, key: 'id', content: numberOf(1) },
      { kind: 7, parent: { client: ME, clock: 0 }, key: 'source', content: numberOf(2) },
      { parent: { client: ME, clock: 1 }, content: textOf('text') }
    ]),
    'written and deleted at once': craft(
      ME,
      9,
      [
        { kind: 1, key: 'id', content: numberOf(1) },
        { kind: 0, content: numberOf(4) }
      ],
      [[ME, [9, 5]]]
    ),
    'only deletions': craft(
      ME,
      0,
      [],
      [
        [ME, [1, 2]],
        [OTHER, [0, 1], [2, 3]]
      ]
    ),
    'the deepest JSON': inKey(valuesOf(deep(JSON_DEPTH))),
    'the last clock': one({ kind: 0, content: numberOf(MOST_CLOCK) })
  };
  const [chance, ofOutputs] = [new Chance(3), new Chance(4)];
  const written = [
    ...new Writers(chance, [ME, OTHER]).turns(60).written.slice(0, 12),
    ...new Writers(ofOutputs, [ME, OTHER], null).turns(30).written.slice(0, 8)
  ];
  return [
    ...Object.entries(good).map(([title, bytes]) => ({ title, client: ME, bytes })),
    ...written.map(({ client, bytes }, at) => ({ title: `as it was written, ${at}`, client, bytes }))
  ].map(row => ({ ...row, bytes: hex(row.bytes), reads: readsOf(row.client, row.bytes) }));
}

function readsOf(client: number, bytes: Uint8Array): IChangeRow['reads'] {
  const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  const { from, to, needs, deletes } = read.value;
  return { from, to, needs, deletes };
}

function badRows(): IChangeRow[] {
  const whole = one({ key: 'k', content: textOf('abc') });
  const rows: [title: string, fault: ChangeFault, bytes: Uint8Array, client?: number][] = [
    ['no bytes', 'cut-short', raw()],
    ['cut off', 'cut-short', whole.subarray(0, -3)],
    ['structs that are announced and not there', 'cut-short', raw(1, 200, 1, 5, 0), 5],
    [
      'four thousand million values announced',
      'cut-short',
      raw([...inKey(valuesOf()).subarray(0, -2)], [255, 255, 255, 255, 15])
    ],
    ['a number with a zero too many', 'number', raw(0x80, 0, 0)],
    ['a number above 2^53', 'number', raw(255, 255, 255, 255, 255, 255, 255, 31, 0)],
    ['half a character', 'text', raw(1, 1, 5, 0, 0x24, 1, 5, 'cells', 1, [0xc3], 0), 5],
    ['a byte too many', 'left-over', raw([...whole], 0)],
    ['under another’s clientID', 'client', whole, OTHER],
    [
      'with another’s structs behind one’s own',
      'client',
      raw(2, [...whole.subarray(1, -1)], [...craft(OTHER, 0, [{ key: 'k' }]).subarray(1)])
    ],
    ['beyond the last clock', 'clock', one({ key: 'k' }, MOST_CLOCK)],
    ['leaning on what is beyond the last clock', 'clock', one({ left: { client: 7, clock: MOST_CLOCK } })],
    ['deleting beyond the last clock', 'clock', craft(ME, 0, [], [[7, [0, MOST_CLOCK + 1]]])],
    ['a gap', 'gap', craft(ME, 0, [{ key: 'k' }, { kind: 10, content: numberOf(5) }])],
    [
      'a gap that only half of Yjs takes for one',
      'gap',
      craft(ME, 0, [{ kind: 10 | 128, content: numberOf(5) }])
    ],
    ['no structs', 'empty', raw(1, 0, 5, 0, 0), 5],
    ['an empty text', 'empty', one({ key: 'k', content: textOf('') })],
    ['no values', 'empty', inKey(valuesOf())],
    ['a deleted struct of length 0', 'empty', inKey(numberOf(0), 1)],
    ['a GC struct of length 0', 'empty', one({ kind: 0, content: numberOf(0) })],
    ['a client without ranges', 'empty', raw(0, 1, 7, 0)],
    ['a range of length 0', 'empty', craft(ME, 0, [], [[7, [3, 0]]])],
    [
      'a GC struct that says more',
      'kind',
      one({ kind: 0x80, left: { client: 7, clock: 0 }, content: numberOf(1) })
    ],
    ['old JSON', 'kind', inKey(encoder => (numberOf(1)(encoder), textOf('1')(encoder)), 2)],
    ['bytes', 'kind', inKey(textOf('bytes'), 3)],
    ['an embedded object', 'kind', inKey(textOf('{}'), 5)],
    ['a format', 'kind', inKey(encoder => (textOf('bold')(encoder), textOf('true')(encoder)), 6)],
    ['an XML element', 'kind', inKey(encoder => (numberOf(3)(encoder), textOf('script')(encoder)), 7)],
    ['a document', 'kind', inKey(encoder => (textOf('id')(encoder), valuesOf({})(encoder)), 9)],
    ['a move of yrs', 'kind', inKey(numberOf(0), 11)],
    ['undefined', 'value', value(127)],
    ['bytes as a value', 'value', value(116, 0)],
    ['a big integer', 'value', value(122, 0, 0, 0, 0, 0, 0, 0, 1)],
    ['a value of no kind', 'value', value(3)],
    ['__proto__ in JSON', 'value', value(118, 1, 9, ...UTF8.encode('__proto__'), 126)],
    ['a key twice', 'value', value(118, 2, 1, 97, 126, 1, 97, 126)],
    ['minus zero', 'value', value(125, 64)],
    ['an integer with a zero too many', 'value', value(125, 0x81, 0)],
    ['an integer above 2^31 - 1', 'value', value(125, 0x80, 128, 128, 128, 16)],
    ['NaN', 'value', value(124, 0x7f, 0xc0, 0, 0)],
    ['eight bytes for what has four', 'value', value(123, 0x40, 4, 0, 0, 0, 0, 0, 0)],
    [
      'JSON too deep',
      'depth',
      value(...Array.from({ length: 2 * JSON_DEPTH + 2 }, (_, at) => (at % 2 ? 1 : 117)), 126)
    ],
    ['beside itself', 'early', one({ left: { client: ME, clock: 4 } }, 4)],
    [
      'beside what comes later',
      'early',
      craft(ME, 4, [{ right: { client: ME, clock: 5 } }, { left: { client: ME, clock: 4 } }])
    ],
    ['in itself', 'early', one({ parent: { client: ME, clock: 0 } })],
    ['deleting what its author has not written yet', 'early', craft(ME, 0, [{ key: 'k' }], [[ME, [0, 2]]])],
    ['in another root', 'parent', one({ parent: 'text', key: 'k' })],
    ['in neither a root nor a type', 'parent', raw(1, 1, 5, 0, 4, 2, 0), 5],
    ['in a root without a key', 'key', one({})],
    ['under __proto__', 'key', one({ key: '__proto__' })],
    [
      'clients of deletions ascending',
      'order',
      craft(
        ME,
        0,
        [],
        [
          [7, [0, 1]],
          [9, [0, 1]]
        ]
      )
    ],
    [
      'a client of deletions twice',
      'order',
      craft(
        ME,
        0,
        [],
        [
          [7, [0, 1]],
          [7, [3, 1]]
        ]
      )
    ],
    ['ranges descending', 'order', craft(ME, 0, [], [[7, [3, 1], [0, 1]]])],
    ['ranges that touch', 'order', craft(ME, 0, [], [[7, [0, 1], [1, 1]]])],
    ['more structs than there may be', 'too-large', raw(1, 0x81, 0x40, 5, 0), 5]
  ];
  return rows.map(([title, fault, bytes, client = ME]) => ({ title, client, bytes: hex(bytes), fault }));
}

/** What three people wrote, the second of whom is cut off; with nonsense of a fourth in it, if `hasNonsense`. */
export function cutStory(
  seed: number,
  hasNonsense: boolean,
  turns = 60
): { changes: IWritten[]; cuts: Map<number, number>; kept: IWritten[] } {
  const chance = new Chance(seed);
  const writers = new Writers(chance, [ME, 77, OTHER]).turns(turns);
  const changes = [...writers.written];
  if (hasNonsense) {
    const genesis = checkGenesis(GENESIS);
    const ids = [
      { client: 77, clock: 0 },
      { client: ME, clock: 0 }
    ];
    if (genesis.kind === 'read') {
      genesis.value.structs.forEach(({ clock }) => ids.push({ client: genesis.value.client, clock }));
    }
    let to = 0;
    for (let count = 0; count < 8; count += 1) {
      const bytes = craftSome(chance, 99, to, ids);
      const read = checkChange(bytes, 99, NOTEBOOK_LIMITS);
      if (read.kind === 'read') {
        changes.push({ client: 99, bytes });
        to = read.value.to;
      }
    }
  }
  const theirs = changes.filter(({ client }) => client === 77);
  const counted = theirs.slice(0, chance.below(theirs.length));
  const cuts = new Map([[77, toOf(counted)]]);
  return { changes, cuts, kept: changes.filter(each => each.client !== 77 || counted.includes(each)) };
}

function toOf(written: readonly IWritten[]): number {
  return Math.max(
    0,
    ...written.map(({ client, bytes }) => {
      const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
      return read.kind === 'read' ? read.value.to : 0;
    })
  );
}

export function replayRows(): IReplayRow[] {
  return [1, 2, 3, 4, 5, 6].map(seed => {
    const { kept, cuts } = cutStory(seed, false);
    return filled({ title: `seed ${seed}`, changes: plain(kept), cuts: [...cuts] }, NOTEBOOK_LIMITS);
  });
}

/** What three people wrote, each all in one or two segments. */
export function segmentRows(): IReplayRow[] {
  return [1, 2, 3, 4].map(seed => {
    const { kept, cuts } = cutStory(seed, false);
    const segments = [ME, 77, OTHER].flatMap(client => {
      const own = kept.filter(each => each.client === client).map(({ bytes }) => bytes);
      const halves = [own.slice(0, own.length >> 1), own.slice(own.length >> 1)];
      return halves
        .filter(half => half.length > 0)
        .map(half => ({ client, bytes: mergeChanges(half)!.bytes }));
    });
    return filled(
      { title: `seed ${seed}`, changes: plain(segments), cuts: [...cuts] },
      forSegments(NOTEBOOK_LIMITS)
    );
  });
}

/** Changes of one client that are made of what is there at random; the golden bytes keep some of each end. */
export function placeRows(): IPlaceRow[] {
  const genesis = checkGenesis(GENESIS);
  if (genesis.kind === 'fault') {
    throw new Error(genesis.fault);
  }
  const { client, structs } = genesis.value;
  const ids = structs.flatMap(({ clock, length }) =>
    Array.from({ length }, (_, offset) => ({ client, clock: clock + offset }))
  );
  const chance = new Chance(12);
  const seen = new Map<string, number>();
  const rows: IPlaceRow[] = [];
  for (let turn = 0; turn < 4000; turn += 1) {
    const bytes = craftSome(chance, ME, 0, ids);
    const read = checkChange(bytes, ME, NOTEBOOK_LIMITS);
    if (read.kind === 'read') {
      const intake = new Intake(new Y.Doc(), GENESIS);
      intake.take('', read.value);
      const faults = [...intake.refused.values()].map(({ fault }) => fault);
      const count = seen.get(faults.join()) ?? 0;
      seen.set(faults.join(), count + 1);
      if (count < 12) {
        const changes = plain([{ client: ME, bytes }]);
        const title = `${faults[0] ?? 'taken'} ${count}`;
        rows.push({
          title,
          genesis: hex(GENESIS),
          changes,
          faults,
          digest: hex(stateDigest(intake.doc, digest))
        });
      }
    }
  }
  return rows;
}

const plain = (written: readonly IWritten[]): IReplayRow['changes'] =>
  written.map(({ client, bytes }) => ({ client, bytes: hex(bytes) }));

function filled(row: Pick<IReplayRow, 'title' | 'changes' | 'cuts'>, limits: IChangeLimits): IReplayRow {
  const whole = { ...row, genesis: hex(GENESIS) };
  return { ...whole, ...replayRow(whole, limits) };
}

export function replayRow(
  row: Pick<IReplayRow, 'genesis' | 'changes' | 'cuts'>,
  limits: IChangeLimits
): Pick<IReplayRow, 'cells' | 'digest' | 'left'> {
  const changes = row.changes.map(({ client, bytes }) => {
    const read = checkChange(unhex(bytes), client, limits);
    if (read.kind === 'fault') {
      throw new Error(read.fault);
    }
    return read.value;
  });
  const doc = new Y.Doc();
  const intake = replay(doc, unhex(row.genesis), changes, new Map(row.cuts));
  return {
    cells: orderOf(doc).map(({ id, cell }) => [id, cellText(cell)] as const),
    digest: hex(stateDigest(doc, digest)),
    left: intake.refused.size + intake.waiting.count
  };
}

/** Letters beside letters as no editor places them, some where Yjs orders by arrival; and beside what is cut off. */
export function craftedRows(): ICraftedRow[] {
  const letters = [527, ...Array.from({ length: 30 }, (_, seed) => seed)].map(seed =>
    craftedRow(`letters ${seed}`, lettersOf(seed), [])
  );
  const stories = [253, 287, 1, 2, 3].map(seed => {
    const { kept, cuts } = cutStory(seed, true, 40);
    return craftedRow(`seed ${seed}`, kept, [...cuts]);
  });
  return [...letters, ...stories, craftedRow('waiting, and misplaced already', oddOnes(), [])];
}

/**
 * One says letters, then a change with a value in a text before what leans on a clock that nobody has; somebody else
 * writes between the letters, and a third one between those.
 */
function oddOnes(): IWritten[] {
  const { first, source } = genesisLetters();
  const [odd, other, third] = [2, 3, 4];
  const beside = (client: number, clock: number): Pick<ICrafted, 'left'> => ({ left: { client, clock } });
  const changes: [client: number, clock: number, ...structs: ICrafted[]][] = [
    [odd, 0, { ...beside(first, source + 1), content: textOf('abc') }],
    [
      ...([odd, 3] as const),
      { content: textOf('e'), ...beside(odd, 0) },
      { kind: 8, content: valuesOf(1), ...beside(odd, 1) },
      { content: textOf('f'), ...beside(9, 6) }
    ],
    [odd, 6, { content: textOf('g'), ...beside(odd, 2) }],
    [other, 0, { content: textOf('honest'), ...beside(odd, 1) }],
    [
      third,
      0,
      { content: textOf('too'), left: { client: other, clock: 2 }, right: { client: odd, clock: 0 } }
    ]
  ];
  return changes.map(([client, clock, ...structs]) => ({ client, bytes: craft(client, clock, structs) }));
}

function genesisLetters(): { readonly first: number; readonly source: number } {
  const genesis = checkGenesis(GENESIS);
  if (genesis.kind === 'fault') {
    throw new Error(genesis.fault);
  }
  const { client, structs } = genesis.value;
  return { first: client, source: structs.find(({ content }) => content === 'text-type')!.clock };
}

function lettersOf(seed: number): IWritten[] {
  const { first, source } = genesisLetters();
  const chance = new Chance(seed);
  const ids = [1, 2, 3, 4].map(offset => ({ client: first, clock: source + offset }));
  const clocks = new Map<number, number>();
  return Array.from({ length: 3 + chance.below(9) }, () => {
    const client = 2 + chance.below(4);
    const clock = clocks.get(client) ?? 0;
    const right = chance.is(0.7) ? chance.pick(ids) : null;
    const text = chance.pick(['x', 'yz', 'ü', 'é1']);
    const left = right && chance.is(0.3) ? null : chance.pick(ids);
    const bytes = craft(client, clock, [{ left, right, content: textOf(text) }]);
    clocks.set(client, clock + text.length);
    [...text].forEach((_, offset) => ids.push({ client, clock: clock + offset }));
    return { client, bytes };
  });
}

function craftedRow(title: string, written: readonly IWritten[], cuts: IReplayRow['cuts']): ICraftedRow {
  const row = { title, genesis: hex(GENESIS), changes: plain(written), cuts };
  return { ...row, ...builtAnew(row) };
}

export function builtAnew(
  row: Pick<IReplayRow, 'genesis' | 'changes' | 'cuts'>
): Pick<ICraftedRow, 'cells' | 'digest' | 'left' | 'content'> {
  const [genesis, cuts] = [unhex(row.genesis), new Map(row.cuts)];
  const written = new Map<number, ICheckedChange[]>();
  for (const { client, bytes } of row.changes) {
    const read = checkChange(unhex(bytes), client, NOTEBOOK_LIMITS);
    if (read.kind === 'read') {
      written.set(client, [...(written.get(client) ?? []), read.value]);
    }
  }
  const changes = merged(genesis, written.values(), cuts, NOTEBOOK_LIMITS).keys();
  const doc = new Y.Doc();
  const intake = replay(doc, genesis, changes, cuts);
  return {
    cells: orderOf(doc).map(({ id, cell }) => [id, cellText(cell)] as const),
    digest: hex(stateDigest(doc, digest)),
    left: intake.refused.size + intake.waiting.count,
    content: contentOf(doc)
  };
}

/** Numbers, words and keys that two languages might spell in two ways. */
export function contentRows(): IContentRow[] {
  const values = {
    numbers: [0, 1, -1, 0.1, 1.5, 1e21, 123456789012345680000, 1e-7, 0.000001, 5e-324, 2 ** 53, -1.5e300],
    words: ['', '"\\/\b\f\n\r\t', '\u0000\u001f\u007f\u2028', 'é😀\uffff'],
    keys: { 10: 1, 9: 2, '-1': 3, a: 4, B: 5, '😀': 6, '\uffff': 7, '': 8, '01': 9 },
    rest: [true, false, null, [], {}]
  };
  const cells = [
    { id: '12345678', cell_type: 'code', source: 'x = 1', metadata: {} },
    { id: '9', cell_type: 'raw', source: '', metadata: {} },
    { id: 'a1', cell_type: 'markdown', source: '# é😀', metadata: {} }
  ] as const;
  const notebooks = { values: { cells: [], metadata: values }, cells: { cells, metadata: {} } };
  return Object.entries(notebooks).map(([title, notebook]) => {
    const genesis = makeGenesis(notebook);
    return { title, genesis: hex(genesis), content: contentOfGenesis(genesis) };
  });
}

export function contentOfGenesis(genesis: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, genesis);
  return contentOf(doc);
}

function contentOf(doc: Y.Doc): string {
  return hex(new Contents(new VirtualClock(), digest).of(doc, doc)[0]);
}
