import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/time';
import { Claims } from './claims';

const claim = (session: string, count = 1) => ({ session, count, chain: new Uint8Array(16) });
const all = (): boolean => true;

describe('what neighbours say they have', () => {
  it('[SYN6] counts until it is taken, the last for each session, as long as they are there', () => {
    const claims = new Claims(new VirtualClock());
    claims.put('ada', [claim('a'), claim('b'), claim('a', 5)]);
    claims.put('ben', []);
    expect(claims.peers).toEqual(['ada']);
    expect(claims.take('ada', ({ session }) => session === 'a')).toEqual([claim('a', 5)]);
    expect([claims.take('ada', all), claims.peers]).toEqual([[], []]);
    claims.put('ada', [claim('a')]);
    claims.left('ada');
    expect(claims.peers).toEqual([]);
  });

  it('[SYN6] that was not kept is not believed for a while, and each time for twice as long, of that neighbour', () => {
    const clock = new VirtualClock();
    const claims = new Claims(clock);
    const isBelieved = (peer: string, count = 1): boolean => {
      claims.put(peer, [claim('a', count)]);
      return claims.take(peer, all).length > 0;
    };
    let waits = 0;
    for (const wait of [5000, 10_000, 20_000]) {
      claims.despair('ada', claim('a'));
      clock.advance(wait - 1);
      waits += isBelieved('ada') ? 0 : 1;
      expect([isBelieved('ben'), isBelieved('ada', 2)]).toEqual([true, true]);
      clock.advance(1);
      expect(isBelieved('ada')).toBe(true);
    }
    expect(waits).toBe(3);
    Array.from({ length: 20 }, () => claims.despair('ada', claim('a')));
    clock.advance(600_000);
    expect(isBelieved('ada')).toBe(true);
    claims.despair('ada', claim('a'));
    claims.hope();
    expect(isBelieved('ada')).toBe(true);
  });

  it('[SYN6] of so many that were not kept the last are remembered, whatever somebody invents', () => {
    const claims = new Claims(new VirtualClock());
    Array.from({ length: 1025 }, (_, count) => claims.despair('ada', claim('a', count)));
    claims.put('ada', [claim('a', 0)]);
    expect(claims.take('ada', all).length).toBe(1);
    claims.put('ada', [claim('a', 1)]);
    expect(claims.take('ada', all).length).toBe(0);
  });
});
