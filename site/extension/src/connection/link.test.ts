import { describe, expect, it } from 'vitest';
import { type Channel, CHANNELS, type Connection, type Road } from '../core/connection';
import { CONTRACT, type IPair, runCase } from './contract';
import { Link, LOST_MS } from './link';
import { MemoryPair } from './memory';
import { HandClock, seeded } from './testing';

/** Two ends, roads between them as a test wants, time by hand. */
class Neighbours {
  constructor(lostMs?: number) {
    const link = (peer: string, number: number): Link =>
      new Link(peer, { clock: this.clock, number, lostMs });
    [this.left, this.right] = [link('right', 11), link('left', 22)];
  }

  readonly clock = new HandClock();
  readonly left: Link;
  readonly right: Link;
  readonly pairs: MemoryPair[] = [];
  /** Roads that deliver nothing for a while, and everything afterwards: UDP cut for some seconds. */
  readonly held = new Set<MemoryPair>();

  road(kind: Road, opened = true): MemoryPair {
    const pair = new MemoryPair('left', 'right', kind);
    this.pairs.push(pair);
    this.left.attach(pair.left);
    this.right.attach(pair.right);
    if (opened) {
      pair.open();
    }
    return pair;
  }

  flush(): void {
    while (this.pairs.some(pair => !this.held.has(pair) && (pair.step('left') || pair.step('right')))) {
      // until it is quiet
    }
  }

  /** Time in small steps, everything delivered in each. */
  pass(ms: number): void {
    for (let step = 0; step < ms; step += 50) {
      this.flush();
      this.clock.pass(Math.min(50, ms - step));
    }
    this.flush();
  }
}

async function linked(): Promise<IPair> {
  const setting = new Neighbours();
  setting.road('direct', false);
  return Promise.resolve({
    left: setting.left,
    right: setting.right,
    until: async (what, isSo) => {
      setting.pairs[0]!.open();
      for (let turn = 0; turn < 400 && !isSo(); turn++) {
        setting.pass(50);
        await Promise.resolve();
      }
      expect(isSo(), what).toBe(true);
    },
    end: () => undefined
  });
}

describe('link', () => {
  it.each(CONTRACT)('$title', aCase => runCase(aCase, linked));

  const numbered = (value: number, size = 4): Uint8Array => {
    const bytes = new Uint8Array(Math.max(4, size));
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  };
  const numberOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const collect = (connection: Connection): Record<Channel, number[]> => {
    const got: Record<Channel, number[]> = { control: [], bulk: [] };
    connection.onMessage((channel, message) => got[channel].push(numberOf(message)));
    return got;
  };

  it('[CON13] the relay carries until a direct road opens, which then is taken', () => {
    const setting = new Neighbours();
    const got = collect(setting.right);
    setting.road('relay');
    setting.pass(50);
    expect(setting.left.road).toBe('relay');
    setting.left.send('control', numbered(0));
    const direct = setting.road('direct');
    setting.left.send('control', numbered(1));
    setting.pass(50);
    expect([setting.left.road, setting.right.road]).toEqual(['direct', 'direct']);
    setting.left.send('control', numbered(2));
    expect(direct.step('right')).toBe(true);
    setting.pass(200);
    expect(got.control).toEqual([0, 1, 2]);
  });

  it('[CON13] when the direct road ends the relay carries at once, and nothing is lost or doubled', () => {
    const setting = new Neighbours();
    const got = collect(setting.right);
    setting.road('relay');
    const direct = setting.road('direct');
    setting.pass(50);
    for (let at = 0; at < 10; at++) {
      setting.left.send('control', numbered(at));
    }
    direct.step('right');
    direct.step('right');
    direct.break();
    setting.pass(50);
    expect(setting.left.road).toBe('relay');
    expect(got.control).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('[CON13] when the direct road swallows everything the relay carries within 2 s, and the road is taken again', () => {
    const setting = new Neighbours();
    const got = collect(setting.right);
    setting.road('relay');
    const direct = setting.road('direct');
    setting.pass(1_000);
    setting.held.add(direct);
    setting.left.send('control', numbered(0));
    setting.pass(1_950);
    expect(got.control).toEqual([0]);
    expect(setting.left.road).toBe('relay');
    expect(setting.left.state.kind).toBe('open');
    setting.held.delete(direct);
    setting.pass(1_500);
    expect(setting.left.road).toBe('direct');
    setting.left.send('control', numbered(1));
    setting.pass(200);
    expect(got.control).toEqual([0, 1]);
  });

  it('[CON14] an idle link says nothing', () => {
    const setting = new Neighbours();
    setting.road('direct');
    setting.road('relay');
    setting.left.send('control', numbered(0));
    setting.pass(1_000);
    expect(setting.clock.waiting).toBe(0);
  });

  it('[CON19] asked after a sleep, an idle link finds out within 2 s which of its roads are dead', () => {
    const setting = new Neighbours();
    setting.road('relay');
    const direct = setting.road('direct');
    setting.pass(1_000);
    expect(setting.left.road).toBe('direct');
    direct.cut();
    setting.pass(10_000);
    expect(setting.left.road).toBe('direct');
    setting.left.ask();
    setting.pass(2_000);
    expect([setting.left.road, setting.left.state.kind]).toEqual(['relay', 'open']);
    setting.pairs[0]!.cut();
    setting.left.ask();
    setting.pass(8_000);
    expect(setting.left.state).toEqual({ kind: 'interrupted', reason: 'silent' });
  });

  it('[CON14] without any road it is interrupted, goes on when there is one, and is lost after a while', () => {
    const setting = new Neighbours();
    const got = collect(setting.right);
    const states: string[] = [];
    setting.left.onState(state => states.push(state.kind));
    const first = setting.road('relay');
    setting.pass(50);
    setting.left.send('bulk', numbered(0, 50_000));
    first.break();
    setting.left.send('bulk', numbered(1, 50_000));
    setting.pass(LOST_MS - 1_000);
    const second = setting.road('relay');
    setting.pass(100);
    expect(got.bulk).toEqual([0, 1]);
    second.break();
    setting.pass(LOST_MS + 100);
    expect(states).toEqual(['open', 'interrupted', 'open', 'interrupted', 'closed']);
    expect(setting.left.state).toEqual({ kind: 'closed', reason: 'lost' });
  });

  it('[CON14] one that never opens is unreachable', () => {
    const setting = new Neighbours();
    setting.pass(LOST_MS + 100);
    expect(setting.left.state).toEqual({ kind: 'closed', reason: 'unreachable' });
  });

  it('[CON14] an end that has forgotten the link ends it on both sides, and data of the old never reaches the new', () => {
    const setting = new Neighbours();
    setting.road('relay').open();
    setting.pass(50);
    const anew = new Link('left', { clock: setting.clock, number: 33 });
    const got = collect(anew);
    const pair = new MemoryPair('left', 'right', 'relay');
    setting.pairs.push(pair);
    setting.left.attach(pair.left);
    anew.attach(pair.right);
    setting.left.send('control', numbered(0));
    pair.open();
    setting.pass(50);
    expect(setting.left.state).toEqual({ kind: 'closed', reason: 'reset' });
    expect(got.control).toEqual([]);
  });

  it('[CON3] what is no packet, or confirms what was never sent, ends the link', () => {
    for (const bytes of [
      Uint8Array.of(99),
      Uint8Array.of(0, 255),
      Uint8Array.of(1, 5, 0),
      new Uint8Array()
    ]) {
      const setting = new Neighbours();
      const pair = setting.road('relay');
      setting.pass(50);
      pair.left.send('control', bytes);
      setting.flush();
      expect(setting.right.state).toEqual({ kind: 'closed', reason: 'garbled' });
    }
  });

  it('[CON13] whatever happens to its roads, each message arrives once and in order: 400 seeds', () => {
    for (let seed = 1; seed <= 400; seed++) {
      storm(seed);
    }
  });

  it.each([1391])(
    '[CON13] and so with seed %i, which once waited for a confirmation lost on a dead road',
    storm
  );

  /** Roads that come, go, swallow, tell one end only; messages of both ends and channels all the while. */
  function storm(seed: number): void {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const setting = new Neighbours(Number.MAX_SAFE_INTEGER);
    const ends = [setting.left, setting.right];
    const got = ends.map(collect);
    const sent: Record<Channel, number>[] = ends.map(() => ({ control: 0, bulk: 0 }));
    const living: MemoryPair[] = [];
    const steps = 40 + below(80);
    for (let step = 0; step < steps; step++) {
      const pair = living[below(living.length)];
      switch (below(12)) {
        case 0:
        case 1:
          if (living.length < 4) {
            living.push(setting.road((['direct', 'relay', 'tab'] as const)[below(3)]!, random() < 0.8));
          }
          break;
        case 2:
          pair?.open();
          break;
        case 3:
          if (pair) {
            pair.break();
            living.splice(living.indexOf(pair), 1);
          }
          break;
        case 4:
          // One end hears of it, the other only goes silent and hears later.
          if (pair) {
            (random() < 0.5 ? pair.left : pair.right).lose();
          }
          break;
        case 5:
          pair?.cut();
          break;
        case 6:
          if (pair) {
            setting.held.add(pair);
          }
          break;
        case 7:
          setting.held.clear();
          break;
        case 8:
          setting.pass(below(2_500));
          break;
        default:
          for (let count = below(6); count > 0; count--) {
            const end = below(2);
            const channel = CHANNELS[below(2)]!;
            ends[end]!.send(channel, numbered(sent[end]![channel]++, below(20) ? below(300) : below(60_000)));
          }
      }
      for (let count = below(8); count > 0 && living.length; count--) {
        const any = living[below(living.length)]!;
        if (!setting.held.has(any)) {
          any.step(random() < 0.5 ? 'left' : 'right', CHANNELS[below(2)]);
        }
      }
    }
    setting.held.clear();
    // Either everything is new, or what there is has to find its way by itself.
    if (random() < 0.5) {
      living.forEach(pair => pair.break());
    }
    setting.road('relay');
    setting.pass(5_000);
    ends.forEach((end, at) => {
      expect(end.state.kind, `seed ${seed}`).toBe('open');
      for (const channel of CHANNELS) {
        const expected = Array.from({ length: sent[at]![channel] }, (_, value) => value);
        expect(got[1 - at]![channel], `seed ${seed}: ${channel} from end ${at}`).toEqual(expected);
        expect(end.bufferedBytes(channel), `seed ${seed}: all is confirmed`).toBe(0);
      }
    });
  }
});
