import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { mergeChanges } from '../envelope/merge';
import { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import { links, spans } from '../log/writer.testing';
import { clientOf, sessionText } from '../session';
import type { Received } from './ports';
import type { Opened } from './reading';
import { Weighing } from './weighing';

const [ADA, EVE] = [1, 2].map(byte => sessionText(new Uint8Array(16).fill(byte))) as [string, string];

/** What one session wrote, letter by letter: envelopes, and segments of any range that say what a test wants. */
class Author {
  constructor(
    readonly session: string,
    letters = 'abcdefgh'
  ) {
    this.chains = [links.first(session)];
    const doc = new Y.Doc();
    doc.clientID = clientOf(digest, 'd', 'ada', session);
    doc.on('update', (bytes: Uint8Array) => this.envelopes.push(this.envelope(bytes)));
    for (const letter of letters) {
      doc.getText('t').insert(this.envelopes.length, letter);
    }
  }

  readonly envelopes: IPiece[] = [];
  private readonly chains: Uint8Array[];

  changes(from: number, to: number): Uint8Array[] {
    return this.envelopes.slice(from, to).map(({ bytes }) => bytes);
  }

  /** Of [from, to); `says`: the changes in it; `first`: the first byte of its hash, of which the lower counts. */
  segment(from: number, to: number, first = 0x80, says = this.changes(from, to)): IPiece {
    const { bytes } = mergeChanges(says)!;
    const hash = Uint8Array.of(first, ...digest(bytes).subarray(1));
    const ends = { before: this.chains[from]!, after: this.chains[to]! };
    return { ...this.whole(from, to, bytes), form: 'segment', hash, ...ends };
  }

  private envelope(bytes: Uint8Array): IPiece {
    const from = this.envelopes.length;
    const piece = { ...this.whole(from, from + 1, bytes), form: 'envelope' as const };
    this.chains.push(links.next(this.chains[from]!, piece.hash));
    return piece;
  }

  private whole(from: number, to: number, bytes: Uint8Array): Omit<IPiece, 'form'> {
    const { session } = this;
    const said = { part: 0, parts: 1, before: null, after: null };
    return {
      session,
      author: 'ada',
      signer: session,
      from,
      to,
      bytes,
      hash: new Uint8Array(digest(bytes)),
      ...said
    };
  }
}

let [ada, eve, log] = [new Author(ADA), new Author(EVE), new Log(links)];
let [banned, blamed, waiting]: [string[], string[], (() => void)[]] = [[], [], []];
let locked: (piece: IPiece) => boolean = () => false;
let wrong: (piece: IPiece) => boolean = () => false;
let isSlow = false;
let weighing: Weighing;

beforeEach(() => {
  [ada, eve, log] = [new Author(ADA), new Author(EVE), new Log(links)];
  [banned, blamed, waiting] = [[], [], []];
  [locked, wrong, isSlow] = [() => false, () => false, false];
  weighing = new Weighing({
    get log() {
      return log;
    },
    open: (piece, then) => {
      const opened: Opened = locked(piece)
        ? { kind: 'locked' }
        : wrong(piece)
          ? { kind: 'wrong' }
          : { kind: 'open', plain: piece.bytes, part: piece.part, parts: piece.parts };
      if (isSlow) {
        waiting.push(() => then(opened));
      } else {
        then(opened);
      }
    },
    join: piece => (log.take(piece).kind === 'new' ? 'taken' : 'known'),
    compact: segment => log.compact(segment).length > 0,
    ban: (segment, instead) => {
      banned.push(spans([segment]), ...instead.map(each => `for ${spans([each])}`));
      log.refuse(segment, instead);
    },
    contradicted: segment => blamed.push(spans([segment]))
  });
});

const hold = (...pieces: IPiece[]): void => pieces.forEach(piece => log.take(piece));
const held = (): string => spans(log.pieces(ADA));
const open = (piece: IPiece) => ({ kind: 'open', plain: piece.bytes, part: 0, parts: 1 }) as const;

function weigh(piece: IPiece): Received | null {
  let received: Received | null = null;
  weighing.weigh(piece, open(piece), is => (received = is));
  return received;
}

function isLie(segment: IPiece, theirs: readonly IPiece[]): boolean | null {
  let answer: boolean | null = null;
  weighing.hearOriginals(segment, theirs, is => (answer = is));
  return answer;
}

describe('a segment, weighed', () => {
  it('[ENV7] takes the place of what says the same, and of nothing where nothing is', () => {
    expect([weigh(ada.segment(0, 4)), held()]).toEqual(['taken', '0-4']);
    hold(...ada.envelopes.slice(4));
    expect([weigh(ada.segment(4, 8)), held(), banned]).toEqual(['known', '0-4 4-8', []]);
  });

  it('[ENV7] that is here already is known, and not opened again', () => {
    const segment = ada.segment(0, 4);
    hold(segment);
    let opened = 0;
    locked = () => (opened += 1) < 0;
    expect([weigh(segment), opened, banned, held()]).toEqual(['known', 0, [], '0-4']);
  });

  it('[ENV7] goes on from a part of its range that is here', () => {
    hold(...ada.envelopes.slice(0, 3));
    expect([weigh(ada.segment(0, 6)), log.count(ADA), banned]).toEqual(['taken', 6, []]);
  });

  it.each([
    ['another word', () => ada.segment(0, 4, 0, eve.changes(0, 4))],
    ['less', () => ada.segment(0, 4, 0, ada.changes(0, 3))],
    ['more than it stands for', () => ada.segment(0, 4, 0, ada.changes(0, 5))]
  ])('[ENV7] that says %s lies, whatever its hash: envelopes are the author’s word', (_, segment) => {
    hold(...ada.envelopes.slice(0, 4));
    expect([weigh(segment()), banned]).toEqual(['lie', ['0-4']]);
    expect([held(), blamed]).toEqual(['0 1 2 3', ['0-4']]);
  });

  it('[ENV7] of two of one range that say different things the lower hash counts, whichever came first', () => {
    const [low, high] = [ada.segment(0, 4, 1, ada.changes(0, 3)), ada.segment(0, 4, 2)];
    hold(low);
    expect([weigh(high), banned]).toEqual(['lie', ['0-4']]);
    [log, banned] = [new Log(links), []];
    hold(high);
    expect([weigh(low), banned, log.pieces(ADA)]).toEqual(['taken', ['0-4', 'for 0-4'], [low]]);
    // Either way their author said two things.
    expect(blamed).toEqual(['0-4', '0-4']);
  });

  it('[ENV7] that does not go on from what is here takes nobody’s place, though its hash is lower', () => {
    hold(ada.segment(0, 2, 9));
    expect([weigh(ada.segment(0, 4, 1, eve.changes(0, 4))), banned, held()]).toEqual(['lie', ['0-4'], '0-2']);
  });

  it('[ENV7] is not said to lie where it cannot be compared: within another, or over its end', () => {
    hold(ada.segment(0, 4));
    weigh(ada.segment(0, 2));
    weigh(ada.segment(2, 6));
    expect([banned, blamed, held()]).toEqual([[], [], '0-4']);
  });

  it.each([
    ['which is not what it says', 3, false],
    ['first of all', 0, false],
    ['which is what it says', 3, true]
  ])('[SYN18] is held against what ended the session, too: %s', (_, at, isSaid) => {
    const there = (isSaid ? ada : eve).envelopes[at]!;
    hold(...ada.envelopes.slice(0, at), { ...ada.envelopes[at]!, bytes: there.bytes });
    log.stop(ADA, at);
    weigh(ada.segment(0, 8));
    weigh(ada.segment(at, 8));
    expect(banned).toEqual(isSaid ? [] : ['0-8', `${at}-8`]);
    expect(blamed).toEqual(banned);
    // Of another range it says nothing.
    banned = [];
    weigh(ada.segment(0, at));
    weigh(ada.segment(at + 1, 8));
    expect(banned).toEqual([]);
  });

  it('[SYN18] is held against as much of it as is within its range', () => {
    hold(
      ...ada.envelopes.slice(0, 2),
      { ...ada.envelopes[2]!, bytes: eve.envelopes[2]!.bytes },
      ada.segment(3, 6)
    );
    log.stop(ADA, 2);
    expect([weigh(ada.segment(0, 4)), banned]).toEqual(['lie', ['0-4']]);
  });

  it('[SYN18] is held against what is no change: nothing else was said there', () => {
    hold(...ada.envelopes.slice(0, 4));
    log.stop(ADA, 2);
    wrong = ({ form, from }) => form === 'envelope' && from === 2;
    expect([weigh(ada.segment(0, 8)), banned]).toEqual(['lie', ['0-8']]);
    // It may be so as a key was undone: nobody is blamed for that.
    expect(blamed).toEqual([]);
    [wrong, locked] = [() => false, ({ form, from }) => form === 'envelope' && from === 2];
    banned = [];
    expect([weigh(ada.segment(0, 7)), banned]).toEqual(['known', []]);
  });

  it('[ENV7] is not judged while something of its range cannot be opened', () => {
    hold(...ada.envelopes.slice(0, 4));
    locked = ({ form, from }) => form === 'envelope' && from === 2;
    expect([weigh(ada.segment(0, 4, 0, eve.changes(0, 4))), banned, held()]).toEqual([
      'known',
      [],
      '0 1 2 3'
    ]);
  });

  it('[ENV7] is not judged by what is not here any more: more has come, or another piece is there', () => {
    isSlow = true;
    const settle = (): void => {
      while (waiting.length > 0) {
        waiting.shift()!();
      }
    };
    const answers: Received[] = [];
    const segment = ada.segment(0, 4, 5, ada.changes(0, 2));
    hold(...ada.envelopes.slice(0, 2));
    weighing.weigh(segment, open(segment), is => answers.push(is));
    hold(ada.envelopes[2]!);
    settle();
    expect([answers, banned, held()]).toEqual([['known'], [], '0 1 2']);
    // The last two were a change that may not be: they were said all the same.
    weighing.weigh(segment, open(segment), is => answers.push(is));
    log.stop(ADA, 1);
    settle();
    expect([answers.splice(1), banned.splice(0), held()]).toEqual([['lie'], ['0-4'], '0']);
    log = new Log(links);
    const [before, after] = [ada.segment(0, 4, 3), ada.segment(0, 4, 2, ada.changes(0, 3))];
    hold(before);
    weighing.weigh(segment, open(segment), is => answers.push(is));
    log.refuse(before, [after]);
    settle();
    expect([answers, banned, log.pieces(ADA)]).toEqual([['known', 'known'], [], [after]]);
  });
});

describe('what a neighbour shows of a segment that they say lies', () => {
  const lying = (): IPiece => ada.segment(0, 4, 0x80, eve.changes(0, 4));

  it('[SYN18] are its envelopes: theirs counts', () => {
    const segment = lying();
    hold(segment);
    expect(isLie(segment, ada.envelopes.slice(0, 4))).toBe(true);
    expect([banned[0], held(), blamed]).toEqual(['0-4', '0 1 2 3', ['0-4']]);
    expect(isLie(ada.segment(0, 4, 0, ada.changes(0, 5)), ada.envelopes.slice(0, 4))).toBe(true);
  });

  it.each([
    ['nothing', () => []],
    ['a part of it', () => ada.envelopes.slice(0, 3)],
    ['a part of it, and what leads beyond it', () => [ada.envelopes[0]!, eve.segment(1, 8)]],
    ['the first part of a change', () => [{ ...new Author(ADA, 'X').envelopes[0]!, parts: 2 }]],
    ['all but the first', () => ada.envelopes.slice(1, 4)],
    ['all but one between', () => [ada.envelopes[0]!, ...ada.envelopes.slice(2, 4)]],
    ['another session’s', () => eve.envelopes.slice(0, 4)],
    ['a segment of a higher hash', () => [ada.segment(0, 4, 0x90, ada.changes(0, 3))]],
    ['one that says another word', () => [ada.segment(0, 4, 0x90, eve.changes(0, 4))]],
    ['the very same', () => ada.envelopes.slice(0, 4)]
  ])('[SYN18] is %s: nothing changes', (_, theirs) => {
    const segment = ada.segment(0, 4);
    hold(segment);
    expect([isLie(segment, theirs()), banned, held(), blamed]).toEqual([false, [], '0-4', []]);
  });

  it('[SYN18] is nothing, and the segment is none that anybody would have made: nothing changes', () => {
    const segment = { ...ada.segment(0, 4), bytes: Uint8Array.of(9) };
    hold(segment);
    expect([isLie(segment, []), banned, held()]).toEqual([false, [], '0-4']);
  });

  it('[SYN18] is its beginning, and says something else: theirs counts, as it does where they are', () => {
    const fork = new Author(ADA, 'abXd');
    const segment = ada.segment(0, 4, 0x80, fork.changes(0, 4));
    hold(segment, ada.envelopes[4]!);
    expect([isLie(segment, ada.envelopes.slice(0, 2)), held()]).toEqual([false, '0-4 4']);
    expect([isLie(segment, ada.envelopes.slice(0, 3)), held()]).toEqual([true, '0 1 2']);
    expect([banned, log.waiting]).toEqual([['0-4', 'for 0', 'for 1', 'for 2'], 1]);
    // Who has it does not take the segment either, whatever its hash.
    expect([weigh({ ...segment, hash: new Uint8Array(32) }), held()]).toEqual(['lie', '0 1 2']);
  });

  it('[SYN18] is a segment of its beginning, of any hash, though what comes after leads beyond it', () => {
    const segment = ada.segment(0, 4, 0, new Author(ADA, 'aXcd').changes(0, 4));
    hold(segment);
    expect(isLie(segment, [ada.segment(0, 2, 0x90), ada.segment(2, 8, 0x90)])).toBe(true);
    expect([banned, held()]).toEqual([['0-4', 'for 0-2'], '0-2']);
  });

  it('[SYN18] is of a lower hash, or finer, or the one envelope: it counts', () => {
    const segment = lying();
    expect(isLie(segment, [ada.segment(0, 4, 0x70)])).toBe(true);
    expect(isLie(segment, [ada.segment(0, 2, 0x90), ada.segment(2, 4, 0x90)])).toBe(true);
    const one = ada.segment(0, 1, 0, eve.changes(0, 1));
    expect(isLie(one, [{ ...ada.envelopes[0]!, hash: new Uint8Array(32).fill(0xff) }])).toBe(true);
  });

  it('[SYN18] is no change, as a key of it was undone: it counts, and nobody is blamed', () => {
    const segment = lying();
    hold(segment);
    wrong = ({ from, form }) => form === 'envelope' && from === 1;
    expect([isLie(segment, ada.envelopes.slice(0, 4)), banned[0], blamed]).toEqual([true, '0-4', []]);
  });

  it('[SYN18] cannot be opened, or the segment cannot: nothing is known to lie', () => {
    const segment = lying();
    hold(segment);
    locked = ({ form }) => form === 'segment';
    expect(isLie(segment, ada.envelopes.slice(0, 4))).toBe(false);
    locked = ({ from, form }) => form === 'envelope' && from === 1;
    expect([isLie(segment, ada.envelopes.slice(0, 4)), banned]).toEqual([false, []]);
  });
});
