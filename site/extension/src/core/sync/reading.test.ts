import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Writer } from '../log/writer.testing';
import { craft, type ICrafted, numberOf, textOf } from '../permissions/crafted.testing';
import { CHANGE_STRUCTS } from '../permissions/limits';
import { Work } from '../permissions/work';
import { Chance } from '../simulation/chance';
import { VirtualClock } from '../simulation/time';
import { type IReadingPorts, type Opened, Reading } from './reading';
import { ADA, BEN, Bench, open, wordOf } from './reading.testing';

describe('reading a log into a document', () => {
  it('[SYN5] goes session by session in order, each piece opened once', () => {
    const bench = new Bench().come(0, 1, 3);
    expect([bench.words, bench.asked]).toEqual(['x', [0, 1]]);
    bench.come(2);
    expect([bench.words, bench.asked, bench.stops]).toEqual(['xxx', [0, 1, 2, 3], []]);
    bench.reading.read('nobody');
    bench.take(bench.ada.envelopes[3]!);
    expect(bench.asked.length).toBe(4);
  });

  it('[SYN5] goes on however long a session’s log is', () => {
    const bench = new Bench();
    bench.ada.write(6000);
    bench.ada.envelopes.forEach(piece => {
      bench.says.set(piece, open(craft(ADA, 0, [], [[ADA, [0, 1]]])));
      bench.log.take(piece);
    });
    bench.say(0, open(wordOf(0)));
    bench.reading.readAll();
    expect(bench.asked.length).toBe(6012);
  });

  it('[SYN5] what was opened already is not opened again, and is of its piece alone', () => {
    const bench = new Bench();
    const [first, second] = bench.ada.envelopes;
    bench.log.take(first!);
    bench.reading.read(bench.ada.session, { piece: first!, opened: open(wordOf(0)) });
    expect([bench.asked, bench.doc.getMap('cells').has('t')]).toEqual([[], true]);
    bench.log.take(second!);
    bench.reading.read(bench.ada.session, { piece: first!, opened: open(wordOf(0)) });
    expect([bench.asked, bench.words]).toEqual([[1], 'x']);
  });

  it('[SYN5] one’s own words are in the document already: they are not opened', () => {
    const own = new Writer(new Chance(1)).session;
    const bench = new Bench(2, own).come(0, 1, 2, 3);
    expect([bench.asked, bench.words]).toEqual([[0, 1], 'x']);
  });

  it('[LOG7] what may not stand where it does ends nothing while the next document is built', () => {
    const bench = new Bench().say(1, open(craft(ADA, 1, [{ parent: 'nowhere' }]))).come(0);
    bench.decides = false;
    bench.later = [];
    bench.come(1, 2);
    bench.reading.read(bench.ada.session);
    expect(bench.reading.hasLeft).toBe(false);
    bench.later.splice(0).forEach(answer => answer());
    expect([bench.words, bench.stops, bench.reading.hasLeft, bench.asked]).toEqual(['', [], true, [0, 1]]);
    // It reads on in none of it, whatever comes.
    bench.come(3);
    bench.reading.unlock();
    expect([bench.asked, bench.later, bench.reading.isOpening]).toEqual([[0, 1], [], false]);
    bench.decides = true;
    bench.reading.read(bench.ada.session);
    expect(bench.stops).toEqual([]);
  });

  it('[KEY1] for which there is no key it waits, and goes on when there is one', () => {
    const bench = new Bench().say(1, { kind: 'locked' }).come(0, 1, 2);
    expect([bench.words, bench.locked, bench.reading.isUnread, bench.stops]).toEqual(['', [1], true, []]);
    bench.say(1, open(wordOf(1)));
    bench.reading.read(bench.ada.session);
    expect(bench.words).toBe('');
    bench.reading.unlock();
    expect([bench.words, bench.reading.isUnread]).toEqual(['xx', false]);
    bench.reading.unlock();
    expect(bench.asked).toEqual([0, 1, 1, 2]);
  });

  it.each<[string, Opened]>([
    ['sealed with another key', { kind: 'wrong' }],
    ['no change', open(Uint8Array.of(1, 2, 3))],
    ['somebody else’s', open(craft(BEN, 1, [{ content: textOf('x'), left: { client: ADA, clock: 0 } }]))],
    ['beyond what its author wrote', open(wordOf(2))],
    ['what its author wrote already', open(wordOf(0))],
    ['in a place where it may not be', open(craft(ADA, 1, [{ content: textOf('x'), key: 'k' }]))],
    ['the first part, of none', open(wordOf(1), 1, 2)]
  ])('[LOG7] a session ends before what is %s', (_, said) => {
    const bench = new Bench().say(2, said).come(0);
    bench.say(1, said).come(1, 2);
    expect([bench.stops, bench.log.count(bench.ada.session), bench.words]).toEqual([['1'], 1, '']);
  });

  it('[SYN3] a change in parts is read when all of them are here, each in its place', () => {
    const bytes = wordOf(1, 4);
    const cut = (at: number): Uint8Array => bytes.slice(at * 8, at === 2 ? undefined : at * 8 + 8);
    const parts = [0, 1, 2].map(part => open(cut(part), part, 3));
    const whole = new Bench()
      .say(1, parts[0]!)
      .say(2, parts[1]!)
      .say(3, parts[2]!)
      .say(4, open(wordOf(5)));
    whole.come(0, 1, 2);
    expect(whole.words).toBe('');
    whole.come(3, 4);
    expect([whole.words, whole.stops]).toEqual(['xxxxx', []]);
    const wrong: Opened[] = [
      open(cut(1), 0, 3),
      parts[2]!,
      open(cut(1), 1, 4),
      open(cut(1), 1, 2),
      open(wordOf(1)),
      parts[0]!
    ];
    for (const second of wrong) {
      const bench = new Bench().say(1, parts[0]!).say(2, second).say(3, parts[2]!).come(0, 1, 2, 3);
      expect([bench.stops, bench.words]).toEqual([['1'], '']);
    }
  });

  it('[LOG8] a segment says what follows on what was read, and may begin before it', () => {
    const [from, beyond, behind] = [wordOf(0, 6), wordOf(4, 2), wordOf(0, 2)];
    const read = (plain: Uint8Array): Bench => {
      const bench = new Bench().come(0, 1, 2);
      const segment = bench.ada.segment(2, 6);
      bench.says.set(segment, open(plain));
      bench.take(bench.ada.segment(0, 2));
      bench.take(segment);
      return bench;
    };
    expect([read(from).words, read(from).stops]).toEqual(['xxxxx', []]);
    expect([read(beyond).stops.length, read(behind).stops.length]).toEqual([1, 1]);
  });

  it('[PER1] a change in parts has no more structs than one in one piece', () => {
    const bytes = wordOf(1, CHANGE_STRUCTS + 1);
    const bench = new Bench().say(1, open(bytes.slice(0, 9), 0, 2)).say(2, open(bytes.slice(9), 1, 2));
    expect([bench.come(0, 1, 2).words, bench.stops]).toEqual(['', ['1']]);
  });

  it('[SYN5] a session that is spoken of before anything of it is here is its author’s all the same', () => {
    const bench = new Bench();
    bench.reading.read(bench.ada.session);
    expect([bench.come(0, 1).words, bench.stops]).toEqual(['x', []]);
  });

  it('[SYN5] what finds no room to wait is read once there is some, and what its session wrote after it', () => {
    const bench = new Bench();
    const size = 600_000;
    bench.ben.write(3).forEach((piece, at) => {
      const left = at === 0 ? { client: ADA, clock: 1 } : { client: BEN, clock: at * size - 1 };
      bench.says.set(piece, open(craft(BEN, at * size, [{ content: textOf('b'.repeat(size)), left }])));
      bench.take(piece);
    });
    expect([bench.asked, bench.reading.isWaiting, bench.reading.isUnread]).toEqual([[0, 1], true, false]);
    bench.reading.unlock();
    bench.come(0, 1);
    expect([bench.words.length, bench.asked]).toEqual([1 + 3 * size, [0, 1, 0, 1, 2]]);
    expect([bench.reading.isWaiting, bench.reading.isUnread]).toEqual([false, false]);
  });

  it('[PER8] what takes too long goes on in a while, and is put off once at a time', () => {
    const clock = new VirtualClock();
    const costs = { each: 0, all: 0, puts: 0 };
    const work = new Work({ clock, stopwatch: () => (costs.all += costs.each), tooMuch: () => undefined });
    const later = work.later.bind(work);
    work.later = run => ((costs.puts += 1), later(run));
    const bench = new Bench(0, 'me', work).come(0, 1);
    expect([bench.words, costs.puts]).toEqual(['x', 0]);
    costs.each = 1000;
    bench.come(2, 3, 4);
    expect([bench.words, costs.puts, bench.reading.isWaiting]).toEqual(['xx', 1, true]);
    expect(bench.reading.isUnread).toBe(true);
    const { progress } = bench;
    costs.each = 0;
    clock.advance(60_000);
    expect([bench.words, bench.reading.isWaiting, bench.progress > progress]).toEqual(['xxxx', false, true]);
    expect(bench.reading.isUnread).toBe(false);
  });

  it('[SYN5] opened late it is read late, in order, and not at all once the document is closed', () => {
    const bench = new Bench();
    bench.later = [];
    bench.come(0, 1, 2);
    expect([bench.asked, bench.reading.isOpening, bench.reading.isUnread, bench.progress]).toEqual([
      ...[[0], true, true, 0]
    ]);
    // What came may be opened with a key that came: not what is being opened.
    bench.reading.unlock();
    bench.later.shift()!();
    bench.later.shift()!();
    expect([bench.words, bench.asked]).toEqual(['x', [0, 1, 2]]);
    bench.reading.end();
    bench.later.shift()!();
    bench.reading.read(bench.ada.session);
    expect([bench.words, bench.asked]).toEqual(['x', [0, 1, 2]]);
    const quick = new Bench().come(0);
    quick.reading.end();
    expect([quick.come(1).words, quick.asked]).toEqual(['', [0]]);
  });

  it('[PER3] what was let wait and turns out to be misplaced ends its session where it began', () => {
    const bench = new Bench();
    const lie = craft(BEN, 0, [{ kind: 1, content: numberOf(1), parent: { client: ADA, clock: 1 } }]);
    const [first, second] = bench.ben.write(2);
    bench.says
      .set(first!, open(lie))
      .set(second!, open(craft(BEN, 1, [{ kind: 7, content: numberOf(2), key: 'u' }])));
    [first!, second!].forEach(piece => bench.take(piece));
    expect([bench.reading.isWaiting, bench.stops]).toEqual([true, []]);
    bench.come(0, 1, 2);
    expect([bench.stops, bench.words]).toEqual([['0'], 'xx']);
    expect(bench.doc.getMap('cells').has('u')).toBe(false);
  });

  it('[PER5] of who was cut off, nobody waits for what does not count', () => {
    const bench = new Bench();
    const [word] = bench.ben.write(1);
    bench.says.set(
      word!,
      open(
        craft(BEN, 0, [
          { content: textOf('b'), left: { client: ADA, clock: 1 }, right: { client: ADA, clock: 3 } }
        ])
      )
    );
    bench.take(word!);
    bench.come(0, 1);
    expect(bench.reading.isWaiting).toBe(true);
    bench.frontiers.set(bench.ada.session, 2);
    bench.reading.read(bench.ada.session);
    expect(bench.reading.isWaiting).toBe(false);
  });
});

describe('building a document anew', () => {
  const lie = open(craft(ADA, 2, [{ content: textOf('x'), key: 'k' }]));

  it('[PER6] gives what was read bit by bit, without what may not be and what came after it', () => {
    const bench = new Bench().say(2, lie).say(3, open(wordOf(3)));
    bench.ada.envelopes.slice(0, 4).forEach(piece => bench.log.take(piece));
    const [word] = bench.ben.write(1);
    bench.says.set(word!, open(craft(BEN, 0, [{ content: textOf('b'), left: { client: ADA, clock: 1 } }])));
    bench.log.take(word!);
    bench.reading.readAnew();
    expect([bench.words, bench.stops, bench.log.count(bench.ada.session)]).toEqual(['xb', ['2 building'], 2]);
    expect([bench.reading.isUnread, bench.reading.isWaiting]).toEqual([false, false]);
  });

  it('[PER6] has all that others wrote, at the same places of their sessions and after', () => {
    const bench = new Bench().say(2, lie);
    bench.ada.envelopes.slice(0, 3).forEach(piece => bench.log.take(piece));
    bench.ben.write(4).forEach((piece, at) => {
      const place =
        at === 1 ? { parent: { client: BEN, clock: 0 } } : { left: { client: BEN, clock: at - 1 } };
      const text = craft(BEN, at, [{ content: textOf('b'), ...place }]);
      bench.says.set(
        piece,
        open(at === 0 ? craft(BEN, 0, [{ kind: 7, content: numberOf(2), key: 'u' }]) : text)
      );
      bench.log.take(piece);
    });
    bench.reading.readAnew();
    expect([bench.stops, (bench.doc.getMap('cells').get('u') as Y.Text).toJSON()]).toEqual([
      ...[['2 building'], 'bbb']
    ]);
  });

  it('[PER6] waits until all is opened, and does nothing once it is over', () => {
    for (const isOver of [false, true]) {
      const bench = new Bench();
      bench.later = [];
      bench.ada.envelopes.slice(0, 3).forEach(piece => bench.log.take(piece));
      bench.reading.readAnew();
      bench.later.shift()!();
      bench.later.shift()!();
      expect([bench.words, bench.reading.hasOwn]).toEqual(['', false]);
      if (isOver) {
        bench.reading.end();
      }
      bench.later.shift()!();
      expect(bench.words).toBe(isOver ? '' : 'xx');
    }
  });

  it('[PER6] what waits for what is not here is taken when that comes', () => {
    const bench = new Bench();
    const [word, more] = bench.ben.write(2);
    bench.says.set(word!, open(craft(BEN, 0, [{ kind: 7, content: numberOf(2), key: 'u' }])));
    bench.says.set(more!, open(craft(BEN, 1, [{ content: textOf('b'), left: { client: ADA, clock: 1 } }])));
    [word!, more!].forEach(piece => bench.log.take(piece));
    bench.reading.readAnew();
    expect([bench.reading.isWaiting, bench.doc.getMap('cells').has('u')]).toEqual([true, true]);
    bench.come(0, 1);
    expect([bench.reading.isWaiting, bench.words]).toEqual([false, 'xb']);
  });

  it('[PER6] of what waits for ever the same is there, whoever has envelopes and whoever a segment', () => {
    const structs: readonly ICrafted[] = [
      { kind: 7, content: numberOf(2), key: 'u' },
      { content: textOf('b'), parent: { client: BEN, clock: 0 } },
      { content: textOf('c'), left: { client: ADA, clock: 2 } }
    ];
    const never = [[ADA, [1, 1]] as const];
    const built = (isSegment: boolean): Bench => {
      const bench = new Bench();
      const pieces = bench.ben.write(3);
      const [first, ...others] = structs;
      const changes = [
        craft(BEN, 0, [first!]),
        craft(BEN, 1, [others[0]!], never),
        craft(BEN, 2, [others[1]!])
      ];
      const segment = bench.ben.segment(0, 3);
      pieces.forEach((piece, at) => bench.says.set(piece, open(changes[at]!)));
      bench.says.set(segment, open(craft(BEN, 0, structs, never)));
      (isSegment ? [segment] : pieces).forEach(piece => bench.log.take(piece));
      bench.come(0);
      return bench;
    };
    const text = ({ doc }: Pick<Bench, 'doc'>): string | undefined =>
      (doc.getMap('cells').get('u') as Y.Text | undefined)?.toJSON();
    const alive = [false, true].map(isSegment => {
      const bench = built(isSegment);
      bench.reading.readAll();
      return text(bench);
    });
    expect(alive).toEqual(['', 'b']);
    for (const isSegment of [false, true]) {
      const bench = built(isSegment);
      const doc = new Y.Doc();
      const ports = Reflect.get(bench.reading, 'ports') as IReadingPorts;
      const anew = new Reading(ports, doc, null, 0);
      anew.readAnew();
      expect([text({ doc }), anew.isWaiting, anew.isUnread]).toEqual(['b', true, false]);
      bench.log.take(bench.ada.envelopes[1]!);
      bench.log.take(bench.ada.envelopes[2]!);
      anew.read(bench.ada.session);
      const words = (doc.getMap('cells').get('t') as Y.Text).toJSON();
      expect([text({ doc }), words, anew.isWaiting]).toEqual(['b', 'xc', false]);
    }
  });

  it('[PER6] what waited in it and turns out to be misplaced has it built anew, once, which shows where', () => {
    const bench = new Bench();
    const word = (clock: number, place: Partial<ICrafted>): Opened =>
      open(craft(BEN, clock, [{ content: textOf('b'), ...place }]));
    const pieces = bench.ben.write(4);
    [
      open(craft(BEN, 0, [{ kind: 7, content: numberOf(2), key: 'u' }])),
      word(1, { left: { client: ADA, clock: 1 } }),
      open(craft(BEN, 2, [{ kind: 1, content: numberOf(1), parent: { client: ADA, clock: 2 } }])),
      word(3, { left: { client: BEN, clock: 1 } })
    ].forEach((opened, at) => bench.says.set(pieces[at]!, opened));
    pieces.forEach(piece => bench.log.take(piece));
    bench.reading.readAnew();
    expect([bench.stops, bench.reading.isWaiting]).toEqual([[], true]);
    bench.come(0, 1, 2);
    expect([bench.stops, bench.torn]).toEqual([[], 1]);
    bench.come(3);
    expect(bench.torn).toBe(1);
    const [doc, ports] = [new Y.Doc(), Reflect.get(bench.reading, 'ports') as IReadingPorts];
    new Reading(ports, doc, null, 0).readAnew();
    const words = (doc.getMap('cells').get('t') as Y.Text).toJSON();
    expect([bench.stops, words, bench.torn]).toEqual([['2 building'], 'xxxb', 1]);
  });

  it('[PER6] what shows already that it may not be, and waits, takes nothing along, and ends its session in time', () => {
    const bench = new Bench();
    const pieces = bench.ben.write(4);
    const inBen = (clock: number): Pick<ICrafted, 'left'> => ({ left: { client: BEN, clock } });
    [
      [{ kind: 7, content: numberOf(2), key: 'u' }],
      [{ content: textOf('b'), parent: { client: BEN, clock: 0 } }],
      [
        { kind: 1, content: numberOf(1), parent: { client: BEN, clock: 1 } },
        { content: textOf('c'), left: { client: ADA, clock: 2 } }
      ],
      [{ content: textOf('d'), ...inBen(1) }]
    ].forEach((structs, at) => bench.says.set(pieces[at]!, open(craft(BEN, at === 3 ? 4 : at, structs))));
    pieces.forEach(piece => bench.log.take(piece));
    bench.reading.readAnew();
    const wrote = (): string => (bench.doc.getMap('cells').get('u') as Y.Text).toJSON();
    expect([wrote(), bench.stops, bench.reading.isWaiting]).toEqual(['b', [], true]);
    bench.come(0, 1, 2);
    expect([wrote(), bench.stops, bench.torn]).toEqual(['b', ['2'], 0]);
  });

  it('[SYN17] a page writes on only in a document that has all its own session wrote', () => {
    const own = new Writer(new Chance(1)).session;
    const bench = new Bench(9, own);
    bench.later = [];
    bench.ada.envelopes.slice(0, 2).forEach(piece => bench.log.take(piece));
    expect(bench.reading.hasOwn).toBe(false);
    bench.reading.readAll();
    expect(bench.reading.hasOwn).toBe(false);
    bench.later.splice(0).forEach(run => run());
    expect(bench.reading.hasOwn).toBe(false);
    bench.later.splice(0).forEach(run => run());
    expect([bench.words, bench.reading.hasOwn]).toEqual(['x', true]);
    bench.take(bench.ben.write(1)[0]!);
    expect(bench.reading.hasOwn).toBe(false);
  });

  it('[SYN17] what it wrote may lean on what is still to come: it writes on when that is there', () => {
    const own = new Writer(new Chance(1)).session;
    const bench = new Bench(9, own);
    bench.say(0, open(craft(ADA, 0, [{ content: textOf('a'), left: { client: BEN, clock: 1 } }]))).come(0);
    expect(bench.reading.hasOwn).toBe(false);
    const [type, text] = bench.ben.write(2);
    bench.says.set(type!, open(craft(BEN, 0, [{ kind: 7, content: numberOf(2), key: 't' }])));
    bench.says.set(text!, open(craft(BEN, 1, [{ content: textOf('b'), parent: { client: BEN, clock: 0 } }])));
    [type!, text!].forEach(piece => bench.take(piece));
    expect([bench.words, bench.reading.hasOwn]).toEqual(['ba', true]);
  });
});
