import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../envelope/crypto.node';
import { type IDocumentKey, SessionKeys } from '../envelope/keys';
import type { IOwnSession } from '../identity/own';
import { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import { links, spans, Writer } from '../log/writer.testing';
import { craft, textOf } from '../permissions/crafted.testing';
import { Chance } from '../simulation/chance';
import { Compactor } from './compactor';
import type { Opener } from './opener';
import type { Opened } from './reading';
import type { Replica } from './replica';
import { openChanges } from './wholes';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const plainOf = ({ from }: IPiece): Uint8Array =>
  craft(5, from, [{ content: textOf('x'), left: { client: 9, clock: from } }]);

/** Somebody who wrote in two sessions, and a log with what is given. */
function bench() {
  const chance = new Chance(1);
  const [own, before] = [new Writer(chance), new Writer(chance)];
  const log = new Log(links);
  const made: string[] = [];
  const state = {
    key: { epoch: 1, key: new Uint8Array(32) } as IDocumentKey | null,
    opened: (piece: IPiece): Opened => ({ kind: 'open', plain: plainOf(piece), part: 0, parts: 1 }),
    here: new Set<string>(),
    takes: true,
    signed: 0,
    /** Runs what keys wait for. */
    later: null as (() => void)[] | null
  };
  const replica = {
    ...{ name: 'd', kind: 'document', log },
    takeCompacted: (piece: IPiece) => state.takes && (log.take(piece), log.compact(piece).length > 0)
  } as unknown as Replica;
  const signer = {
    key: new Uint8Array(32),
    sign: (_: Uint8Array, then: (is: Uint8Array) => void) => {
      state.signed += 1;
      then(new Uint8Array(64));
    }
  };
  const compactor = new Compactor({
    ...{ room: new Uint8Array(16), digest, every: 8, crypto: nodeCrypto() },
    own: { session: own.session, participant: 'ada', signer } as unknown as IOwnSession,
    sessionKeys: new SessionKeys(nodeCrypto()),
    opener: {
      piece: (piece: IPiece, then: (opened: Opened) => void) => then(state.opened(piece))
    } as unknown as Opener,
    keyFor: (_, __, then) => {
      if (state.later) {
        state.later.push(() => then(state.key));
      } else {
        then(state.key);
      }
    },
    isHere: session => state.here.has(session),
    made: (_, segment) =>
      made.push(`${segment.session === own.session ? 'own' : 'other'} ${spans([segment])}`)
  });
  const write = (count: number): void => {
    own.write(count).forEach(piece => {
      log.take(piece);
      compactor.look(replica);
    });
  };
  return { own, before, log, made, state, replica, compactor, write, chance };
}

describe('compacting one’s own log', () => {
  it('[LOG13] happens every so many envelopes, of those behind the last', () => {
    const { made, write, compactor, replica } = bench();
    write(8);
    expect(made).toEqual([]);
    write(10);
    expect(made).toEqual(['own 0-9']);
    compactor.look(replica);
    expect(made.length).toBe(1);
  });

  it('[LOG13] is of all of another session that is over, and not of one that is in the class', () => {
    const { made, write, own, before, log, state } = bench();
    before.write(5).forEach(piece => log.take(piece));
    state.here.add(before.session);
    write(1);
    expect(made).toEqual([]);
    state.here.clear();
    // Oneself is in the class, of course.
    state.here.add(own.session);
    write(2);
    expect(made).toEqual(['other 0-5']);
    write(18);
    expect(made[1]).toBe('own 0-9');
  });

  it('[LOG13] is of nobody else’s, and of no session that said two things', () => {
    const { made, write, before, log, chance } = bench();
    const ben = new Writer(chance, 'ben');
    ben.write(5).forEach(piece => log.take(piece));
    before.write(5).forEach(piece => log.take(piece));
    const twin = before.twin(3);
    twin.write(1);
    log.take(twin.envelopes[3]!);
    write(3);
    expect(made).toEqual([]);
  });

  it('[LOG13] takes what cannot be merged as it is, and makes no segment of one envelope alone', () => {
    const { made, write, state } = bench();
    const { opened } = state;
    state.opened = piece =>
      piece.from === 4 ? { kind: 'open', plain: Uint8Array.of(1), part: 0, parts: 1 } : opened(piece);
    write(18);
    // The fifth cannot; the sixth stands alone between it and those behind.
    expect([made, state.signed]).toEqual([['own 0-4', 'own 6-9'], 2]);
  });

  it('[LOG13] is one range at a time', () => {
    const { made, write, state } = bench();
    state.later = [];
    write(24);
    expect(state.later.length).toBe(1);
    state.later.splice(0).forEach(run => run());
    expect(made.length).toBe(1);
    write(2);
    expect(state.later.length).toBe(1);
  });

  it('[LOG13] is left when there is no key, what it is of cannot be opened, or is not there any more', () => {
    const none = bench();
    none.state.key = null;
    none.write(24);
    const locked = bench();
    locked.state.opened = () => ({ kind: 'locked' });
    locked.write(24);
    const torn = bench();
    torn.state.opened = () => ({ kind: 'wrong' });
    torn.write(24);
    const gone = bench();
    gone.state.later = [];
    gone.write(11);
    gone.log.stop(gone.own.session, 2);
    gone.state.later.splice(0).forEach(run => run());
    const refused = bench();
    refused.state.takes = false;
    refused.write(11);
    expect([none, locked, torn, gone, refused].flatMap(({ made }) => made)).toEqual([]);
    // It goes on when it can.
    none.state.key = { epoch: 1, key: new Uint8Array(32) };
    none.write(2);
    expect(none.made.length).toBe(1);
  });
});

describe('whole changes out of pieces', () => {
  const pieces = (count: number): IPiece[] => new Writer(new Chance(1)).write(count);
  const open = (said: readonly Opened[], isLate = false): unknown => {
    const later: (() => void)[] = [];
    const given = pieces(said.length);
    const got: unknown[] = [];
    openChanges(
      ({ from }, then) => (isLate ? later.push(() => then(said[from]!)) : then(said[from]!)),
      given,
      changes =>
        got.push(
          changes === 'wrong' || !changes
            ? changes
            : changes.map(({ from, to, change }) => `${from}-${to} ${change.join('')}`)
        )
    );
    while (later.length > 0) {
      later.shift()!();
    }
    expect(got.length).toBe(1);
    return got[0];
  };
  const part = (at: number, parts: number, mark: number): Opened => ({
    kind: 'open',
    plain: Uint8Array.of(mark),
    part: at,
    parts
  });

  it.each([false, true])(
    '[LOG7] are those that are whole, in order, however late they are opened (%s)',
    isLate => {
      expect(open([part(0, 1, 1), part(0, 2, 2), part(1, 2, 3), part(0, 3, 4)], isLate)).toEqual([
        '0-1 1',
        '1-3 23'
      ]);
      expect(open([], isLate)).toEqual([]);
      expect(open([part(0, 1, 1), { kind: 'locked' }, part(0, 1, 2)], isLate)).toBeNull();
      expect(open([part(0, 2, 1), { kind: 'wrong' }], isLate)).toBe('wrong');
      expect(open([part(0, 2, 1), part(0, 1, 2)], isLate)).toBe('wrong');
      expect(open([part(1, 2, 1)], isLate)).toBe('wrong');
    }
  );
});
