import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Device, type IWorld } from './class.testing';
import { frontierOf } from './frontier';
import { Log } from './log';
import { agrees, type IPiece } from './piece';
import { isContradictory } from './proof';
import { rangeToCompact } from './segments';
import { links, standingsOf, work, Writer } from './writer.testing';

const SEEDS = Number(process.env['SEEDS'] ?? 40);
const NOBODYS = new Uint8Array(32);
const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

/** The pieces that lead furthest, looked at all together, each time anew: the reference. */
function furthest(pieces: readonly IPiece[], session: string): IPiece[] {
  const ways = new Map<number, { chain: Uint8Array; way: IPiece[] }>([
    [0, { chain: links.first(session), way: [] }]
  ]);
  for (let place = 0; place <= Math.max(...ways.keys()); place += 1) {
    const here = ways.get(place);
    for (const piece of pieces) {
      if (here && piece.session === session && piece.from === place && agrees(piece.before, here.chain)) {
        const chain = piece.after ?? links.next(here.chain, piece.hash);
        ways.set(piece.to, { chain, way: [...here.way, piece] });
      }
    }
  }
  return ways.get(Math.max(...ways.keys()))!.way;
}

function somePieces(chance: Chance, writer: Writer): IPiece[] {
  const pieces = writer.envelopes.filter(() => chance.is(0.95));
  for (let count = chance.below(6); count > 0; count -= 1) {
    const from = chance.is(0.4) ? 0 : chance.below(writer.envelopes.length - 2);
    pieces.push(writer.segment(from, from + 2 + chance.below(writer.envelopes.length - from - 1)));
  }
  return [...pieces, ...pieces.filter(() => chance.is(0.2))];
}

describe('log, against a reference', () => {
  it('[LOG1, LOG2] whatever the order of delivery, the log is as far as the pieces lead, on their chain', () => {
    for (const seed of seeds) {
      const chance = new Chance(seed);
      const writers = ['ada', 'ada', 'ben'].map(author => new Writer(chance, author));
      writers.forEach(writer => writer.write(20 + chance.below(40)));
      const given = chance.shuffle(writers.flatMap(writer => somePieces(chance, writer)));
      const log = new Log(links);
      const compacts = chance.random();
      given.forEach((piece, index) => {
        const taken = log.take(piece);
        if (taken.kind === 'known' && taken.compacts && chance.is(compacts)) {
          log.compact(piece);
        }
        expect(taken.kind).not.toBe('fork');
        if (chance.is(0.1) || index === given.length - 1) {
          for (const { session, chains } of writers) {
            const way = furthest(given.slice(0, index + 1), session);
            const count = way.at(-1)?.to ?? 0;
            if (log.count(session) < count) {
              // Cut at other places: who has the way sends it, from where it is asked for.
              expect([seed, log.askFrom(session)]).toEqual([seed, 0]);
              way.forEach(each => log.take(each));
            }
            expect([seed, index, log.count(session)]).toEqual([seed, index, count]);
            expect(agrees(log.chainAt(session, count), chains[count]!)).toBe(true);
          }
        }
      });
    }
  });

  it('[LOG5] a fork of which both sides arrive is found in whatever order, and every proof holds', () => {
    for (const seed of seeds) {
      const chance = new Chance(seed);
      const writer = new Writer(chance);
      writer.write(10 + chance.below(40));
      const twin = writer.twin(chance.below(writer.envelopes.length));
      twin.write(1 + chance.below(30));
      const log = new Log(links);
      const found: IPiece[][] = [];
      for (const piece of chance.shuffle([...writer.envelopes, ...twin.envelopes])) {
        const taken = log.take(piece);
        if (taken.kind === 'fork') {
          found.push([...taken.proof]);
        }
      }
      expect([seed, found.length > 0]).toEqual([seed, true]);
      found.forEach(proof => expect(isContradictory(proof, links)).toBe(true));
    }
  });

  it('[LOG3] work and memory are bounded, whatever somebody sends', () => {
    const chance = new Chance(1);
    const writer = new Writer(chance);
    writer.write(3000);
    const given = chance.shuffle([
      ...writer.envelopes,
      ...Array.from({ length: 300 }, () => {
        const from = chance.below(2990);
        return writer.segment(from, from + 2 + chance.below(2998 - from));
      })
    ]);
    const log = new Log(links);
    work.hashes = 0;
    for (const piece of given) {
      log.take(piece);
      expect(log.waiting).toBeLessThanOrEqual(256);
    }
    // One hash for each envelope that joins; a way through what waits hashes what waits at most once for each piece.
    expect(work.hashes).toBeLessThan(10 * given.length);
  });
});

describe('a class that shares a log', () => {
  it('[LOG6, LOG7, LOG8, LOG9, LOG10, LOG14] once it is quiet everybody holds the same, and nothing that was kept is lost', () => {
    const seen = { forks: 0, stops: 0, cuts: 0, refused: 0, crashes: 0, segments: 0 };
    for (const seed of seeds) {
      const chance = new Chance(seed);
      const world: IWorld = { chance, pieces: new Map(), bad: new Set() };
      const devices = Array.from({ length: 4 }, () => new Device(world));
      // Device 0 and 1 are one person's; somebody evil writes on the last.
      const authors = ['ada', 'ada', 'ben', 'eve'];
      let writers = authors.map(author => new Writer(chance, author));
      const everybody = [...writers];
      const spread = (pieces: readonly IPiece[], home: number): void => {
        pieces.forEach(piece => world.pieces.set(piece.bytes.join(), piece));
        pieces.forEach(piece => devices[home]!.take(piece));
        const copies = devices.flatMap(device =>
          pieces.filter(() => chance.is(0.6)).map(piece => ({ device, piece }))
        );
        chance.shuffle(copies).forEach(({ device, piece }) => device.take(piece));
      };
      const statements: [string, ReturnType<typeof frontierOf>][] = [];
      for (let turn = 0; turn < 60; turn += 1) {
        const at = chance.below(4);
        const [device, writer] = [devices[at]!, writers[at]!];
        const act = chance.random();
        if (act < 0.45) {
          const made = writer.write(1 + chance.below(8));
          if (authors[at] === 'eve' && chance.is(0.4)) {
            world.bad.add(chance.pick(made));
          }
          spread(made, at);
        } else if (act < 0.6) {
          const own = everybody.filter(each => each.author === authors[at]);
          const { session } = chance.pick(own);
          const range = rangeToCompact(device.log, session, chance.is(0.5));
          const truth = own.find(each => each.session === session)!;
          // A person’s own devices hold one side only.
          if (range && agrees(device.log.chainAt(session, range.to), truth.chains[range.to] ?? NOBODYS)) {
            const segment = truth.segment(range.from, range.to);
            if (authors[at] === 'eve' && chance.is(0.5)) {
              world.bad.add(segment);
            }
            seen.segments += 1;
            spread([segment], at);
          }
        } else if (act < 0.75) {
          device.ask(chance.pick(devices), chance.is(0.5) ? 200 : 1e6);
        } else if (act < 0.85) {
          seen.crashes += 1;
          device.crash(chance.below(6), chance.is(0.3) ? 1 : 0);
          // A page that starts again is another session.
          writers = writers.map((each, index) => (index === at ? new Writer(chance, each.author) : each));
          everybody.push(writers[at]!);
        } else if (act < 0.9 && writers[3]!.envelopes.length > 0) {
          const evil = writers[3]!;
          const twin = evil.twin(chance.below(evil.envelopes.length));
          const made = twin.write(1 + chance.below(20));
          made.forEach(piece => world.pieces.set(piece.bytes.join(), piece));
          const victim = devices[chance.below(3)]!;
          made.filter(() => chance.is(0.9)).forEach(piece => victim.take(piece));
        } else if (act > 0.97 && statements.length === 0) {
          statements.push(['eve', frontierOf(devices[2]!.log, 'eve')]);
          devices[2]!.hear(...statements[0]!);
        }
        if (statements[0] && chance.is(0.2)) {
          device.hear(...statements[0]);
        }
        if (devices.some(each => !each.isTrue)) {
          throw new Error(`Results do not tell what the log holds: seed ${seed}, turn ${turn}`);
        }
      }
      const kept = everybody.map(({ session }) => Math.max(...devices.map(({ log }) => log.count(session))));
      statements.forEach(statement => devices.forEach(device => device.hear(...statement)));
      for (let round = 0; round < 12; round += 1) {
        chance.shuffle(devices.flatMap(a => devices.map(b => [a, b] as const))).forEach(([a, b]) => a.ask(b));
      }
      // Of a session that said two things and has no frontier, all agree on what they show.
      const isFork = (session: string): boolean =>
        devices.some(({ log }) => log.proofOf(session) && !log.cutAt(session));
      const [first, ...others] = devices.map(({ log }) =>
        standingsOf(log).filter(({ session }) => !isFork(session))
      );
      everybody.forEach(({ session }) => {
        const shown = Math.min(...devices.map(({ log }) => log.shown(session)));
        const known = devices.map(({ log }) => log.chainAt(session, shown)).filter(chain => chain !== null);
        known.forEach(chain => expect([seed, chain]).toEqual([seed, known[0]]));
      });
      others.forEach((standings, index) => expect([seed, index, standings]).toEqual([seed, index, first]));
      everybody.forEach(({ author, session, chains }, index) => {
        if (author !== 'eve') {
          const count = devices[0]!.log.count(session);
          expect([seed, count >= kept[index]!]).toEqual([seed, true]);
          devices.forEach(
            ({ log }) => count > 0 && expect(log.chainAt(session, count)).toEqual(chains[count])
          );
        }
        seen.forks += devices[0]!.log.proofOf(session) ? 1 : 0;
        seen.stops += devices[0]!.log.stopAt(session) ? 1 : 0;
        seen.refused += devices[0]!.log.refusedOf(session).length;
      });
      seen.cuts += statements.length;
      devices.forEach(device => {
        expect([seed, device.isTrue]).toEqual([seed, true]);
        device.log.sessions
          .flatMap(session => device.log.pieces(session))
          .forEach(piece => world.bad.has(piece) && expect(`bad in ${seed}`).toBe(''));
      });
    }
    // The seeds tell all of it.
    Object.entries(seen).forEach(([what, times]) => expect(`${what} ${times > 0}`).toBe(`${what} true`));
  });
});
