import { describe, expect, it } from 'vitest';
import { type IEnvelope, plainEnvelope } from '../envelope/envelope';
import type { IAcquaintance } from './acquaintances';
import type { Company } from './company';
import type { Opener } from './opener';
import type { IRules, Refusal } from './options';
import type { Opened } from './reading';
import { Sayings } from './sayings';

const envelope = (session: string, sequence: number): IEnvelope =>
  plainEnvelope(
    { room: new Uint8Array(16), document: 'd', session, kind: 'record' },
    sequence,
    Uint8Array.of(1)
  );

function bench() {
  const state = {
    opened: { kind: 'open', plain: Uint8Array.of(9), part: 0, parts: 1 } as Opened,
    isStale: false,
    refusal: null as Refusal | null,
    standing: 'may' as ReturnType<IRules['standing']>
  };
  const [heard, refused, verdicts]: [string[], string[], string[]] = [[], [], []];
  const sayings = new Sayings({
    opener: {
      envelope: (_: unknown, __: unknown, then: (opened: Opened) => void) => then(state.opened)
    } as unknown as Opener,
    company: {
      isStale: () => state.isStale,
      take: ({ session, sequence, payload }: IEnvelope) => {
        heard.push(`${session}${sequence} ${payload[0]}`);
        return state.refusal;
      }
    } as unknown as Company,
    rules: { standing: () => state.standing } as unknown as IRules,
    refuse: refusal => refused.push(refusal),
    lockedOut: (_, epoch) => refused.push(`locked ${epoch}`)
  });
  const say = (session: string, sequence: number): void =>
    sayings.take(envelope(session, sequence), Uint8Array.of(1), {} as IAcquaintance, 'peer', verdict =>
      verdicts.push(verdict)
    );
  const got = (): string =>
    [heard.splice(0), refused.splice(0), verdicts.splice(0)].map(each => each.join(',')).join(' | ');
  return { state, sayings, say, got };
}

describe('what somebody says of themselves', () => {
  it('[SYN10] is heard and passed on; old, sealed with another key, or not theirs to say, it goes no further', () => {
    const { state, say, got } = bench();
    say('a', 1);
    expect(got()).toBe('a1 9 |  | pass');
    state.isStale = true;
    say('a', 1);
    expect(got()).toBe(' | stale | drop');
    state.isStale = false;
    state.refusal = 'not-allowed';
    say('a', 2);
    expect(got()).toBe('a2 9 | not-allowed | drop');
    state.opened = { kind: 'wrong' };
    say('a', 3);
    expect(got()).toBe(' | sealed | drop');
  });

  it('[SYN10] without a key it is passed on, and the latest of each is heard when the key comes', () => {
    const { state, sayings, say, got } = bench();
    const { opened } = state;
    state.opened = { kind: 'locked' };
    ['a', 'b'].forEach(session => [2, 3, 1].forEach(sequence => say(session, sequence)));
    expect(got()).toBe(
      ` | ${Array<string>(6).fill('locked 0').join()} | ${Array<string>(6).fill('pass').join()}`
    );
    state.opened = opened;
    sayings.unlock();
    expect(got()).toBe('a3 9,b3 9 |  | ');
    sayings.unlock();
    expect(got()).toBe(' |  | ');
    state.opened = { kind: 'locked' };
    say('a', 4);
    state.opened = opened;
    state.standing = 'may-not';
    sayings.unlock();
    expect(got()).toBe(' | locked 0 | pass');
  });

  it('[SYN10] of what nobody can open the last is kept, whatever somebody invents', () => {
    const { state, sayings, say, got } = bench();
    const { opened } = state;
    state.opened = { kind: 'locked' };
    Array.from({ length: 2001 }, (_, each) => say(`s${each} `, 1));
    got();
    state.opened = opened;
    sayings.unlock();
    const heard = got().split(' | ')[0]!.split(',');
    expect([heard.length, heard[0]]).toEqual([2000, 's1 1 9']);
  });
});
