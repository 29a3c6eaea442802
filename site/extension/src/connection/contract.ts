/**
 * What every road has to do, as cases that run under vitest and in a bare page of a real browser alike. A road is done
 * when it passes; each case has the id of its rule in docs/SPEC.md.
 */
import {
  type Channel,
  type Connection,
  HIGH_WATER_BYTES,
  LOW_WATER_BYTES,
  MESSAGE_BYTES
} from '../core/connection';
import { bytesOf, sameBytes } from './testing';

/** Two ends of one connection, the way a road makes them. */
export interface IPair {
  readonly left: Connection;
  readonly right: Connection;
  /** Waits until it is so, letting happen what happens by itself; rejects after a while. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Frees everything. */
  end(): Promise<void> | void;
}

export interface ICase {
  readonly title: string;
  run(pair: IPair): Promise<void>;
}

/** Runs a case over a fresh pair. */
export async function runCase(aCase: ICase, make: () => Promise<IPair>): Promise<void> {
  const pair = await make();
  try {
    await aCase.run(pair);
  } finally {
    await pair.end();
  }
}

type Got = [Channel, Uint8Array];

const SIZES = [0, 1, 2, 100, 16_378, 16_379, 16_380, 16_383, 16_384, 65_536, 262_144, 262_145, MESSAGE_BYTES];

export const CONTRACT: readonly ICase[] = [
  {
    title: '[CON1] both ends open, and know whom they talk to',
    async run(pair) {
      await opened(pair);
      check(pair.left.peer !== pair.right.peer, 'each end names the other session');
      check(pair.left.road === pair.right.road, 'both ends call the road the same');
    }
  },
  {
    title: '[CON1] what was sent before it opened arrives when it opens',
    async run(pair) {
      const got = collect(pair.right);
      pair.left.send('control', bytesOf(10, 1));
      pair.left.send('control', bytesOf(40_000, 2));
      await pair.until('two messages arrive', () => got.length === 2);
      expectMessages(got, [
        ['control', bytesOf(10, 1)],
        ['control', bytesOf(40_000, 2)]
      ]);
    }
  },
  {
    title: '[CON2] messages of every size arrive whole, in both directions',
    async run(pair) {
      await opened(pair);
      const [toLeft, toRight] = [collect(pair.left), collect(pair.right)];
      const sent: Got[] = SIZES.map((size, at) => ['bulk', bytesOf(size, at)]);
      for (const [channel, message] of sent) {
        pair.left.send(channel, message);
        pair.right.send(channel, message);
      }
      await pair.until('all arrive', () => toLeft.length >= sent.length && toRight.length >= sent.length);
      expectMessages(toRight, sent);
      expectMessages(toLeft, sent);
    }
  },
  {
    title: '[CON2] order is kept within each channel',
    async run(pair) {
      await opened(pair);
      const got = collect(pair.right);
      const sent: Got[] = [];
      for (let at = 0; at < 200; at++) {
        const channel = at % 3 ? 'control' : 'bulk';
        sent.push([channel, bytesOf(at % 7 ? 20 + at : 30_000 + at, at)]);
      }
      sent.forEach(([channel, message]) => pair.left.send(channel, message));
      await pair.until('all arrive', () => got.length >= sent.length);
      for (const channel of ['control', 'bulk'] as const) {
        expectMessages(
          got.filter(([on]) => on === channel),
          sent.filter(([on]) => on === channel)
        );
      }
    }
  },
  {
    title: '[CON2] the sender may use its bytes again, the receiver may keep them',
    async run(pair) {
      await opened(pair);
      const got = collect(pair.right);
      for (const size of [50, 50_000]) {
        const bytes = bytesOf(size, 5);
        pair.left.send('control', bytes);
        bytes.fill(0);
      }
      await pair.until('both arrive', () => got.length === 2);
      expectMessages(got, [
        ['control', bytesOf(50, 5)],
        ['control', bytesOf(50_000, 5)]
      ]);
    }
  },
  {
    title: '[CON2] a message that is too large is an error where it is sent, and harms nothing',
    async run(pair) {
      await opened(pair);
      const got = collect(pair.right);
      let refused = false;
      try {
        pair.left.send('bulk', new Uint8Array(MESSAGE_BYTES + 1_000));
      } catch (error) {
        refused = error instanceof RangeError;
      }
      check(refused, 'a RangeError');
      pair.left.send('bulk', bytesOf(9, 9));
      await pair.until('the next arrives', () => got.length === 1);
      expectMessages(got, [['bulk', bytesOf(9, 9)]]);
    }
  },
  {
    title: '[CON4] who pauses when told sends any amount, and nothing piles up',
    async run(pair) {
      await opened(pair);
      let [count, most] = [0, 0];
      let intact = true;
      const parts = 40;
      const part = bytesOf(200_000, 3);
      pair.right.onMessage((_channel, message) => {
        count++;
        intact &&= sameBytes(message, part);
      });
      const buffered = (): number => pair.left.bufferedBytes('bulk') + pair.left.bufferedBytes('control');
      for (let at = 0; at < parts; at++) {
        if (buffered() > HIGH_WATER_BYTES) {
          let drained = false;
          void pair.left.drained().then(() => (drained = true));
          await pair.until('it is drained', () => drained);
          check(buffered() <= LOW_WATER_BYTES, `drained means below the low water, not ${buffered()}`);
        }
        pair.left.send('bulk', part);
        most = Math.max(most, buffered());
      }
      await pair.until(`all ${parts} arrive`, () => count === parts);
      check(intact, 'unchanged');
      check(most < HIGH_WATER_BYTES + 300_000, `never much more than the high water, but ${most}`);
      await pair.until('nothing is left', () => buffered() === 0);
    }
  },
  {
    title: '[CON4] a keystroke does not wait for outputs',
    async run(pair) {
      await opened(pair);
      const got = collect(pair.right);
      for (let at = 0; at < 8; at++) {
        pair.left.send('bulk', bytesOf(MESSAGE_BYTES, at));
      }
      pair.left.send('control', bytesOf(20, 1));
      await pair.until('all arrive', () => got.length === 9);
      const place = got.findIndex(([channel]) => channel === 'control');
      check(place < 7, `the keystroke came after ${place} MB`);
    }
  },
  {
    title: '[CON5] closing is said to the other end, once to each listener, and empties what waits',
    async run(pair) {
      await opened(pair);
      const heard: string[] = [];
      pair.left.onState(state =>
        heard.push(`left ${state.kind} ${state.kind === 'closed' ? state.reason : ''}`)
      );
      pair.right.onState(state =>
        heard.push(`right ${state.kind} ${state.kind === 'closed' ? state.reason : ''}`)
      );
      pair.left.send('bulk', bytesOf(MESSAGE_BYTES, 1));
      let drained = false;
      void pair.left.drained().then(() => (drained = true));
      pair.left.close();
      pair.left.close('lost');
      check(pair.left.bufferedBytes('bulk') === 0, 'nothing waits any more');
      await pair.until('the other end hears of it', () => pair.right.state.kind === 'closed');
      await pair.until('who waited goes on', () => drained);
      check(heard.join() === 'left closed left,right closed other-left', heard.join());
    }
  },
  {
    title: '[CON5] after the close nothing is sent and nothing is heard, and nobody gets an exception',
    async run(pair) {
      await opened(pair);
      const [toLeft, toRight] = [collect(pair.left), collect(pair.right)];
      pair.left.close();
      pair.left.send('control', bytesOf(5, 5));
      pair.right.send('control', bytesOf(5, 5));
      await pair.until('the other end hears of it', () => pair.right.state.kind === 'closed');
      pair.right.send('control', bytesOf(5, 5));
      await pair.left.drained();
      check(toLeft.length + toRight.length === 0, 'no message');
    }
  },
  {
    title: '[CON6] who no longer listens hears no more',
    async run(pair) {
      await opened(pair);
      const heard: number[] = [];
      const cancel = pair.right.onMessage(() => heard.push(1));
      pair.right.onMessage(() => heard.push(2));
      pair.left.send('control', bytesOf(1, 1));
      await pair.until('both hear', () => heard.length === 2);
      cancel();
      cancel();
      pair.left.send('control', bytesOf(1, 1));
      await pair.until('one hears', () => heard.length === 3);
      check(heard.join() === '1,2,2', heard.join());
    }
  },
  {
    title: '[CON6] what came before anybody listened waits for the first listener',
    async run(pair) {
      await opened(pair);
      const back = collect(pair.left);
      pair.left.send('control', bytesOf(8, 8));
      pair.right.send('control', bytesOf(1, 1));
      await pair.until('the answer arrives', () => back.length === 1);
      let got: Got[] = [];
      await pair.until('it is heard', () => {
        got = got.length ? got : collect(pair.right);
        return got.length === 1;
      });
      expectMessages(got, [['control', bytesOf(8, 8)]]);
    }
  }
];

async function opened(pair: IPair): Promise<void> {
  await pair.until(
    'both ends open',
    () => pair.left.state.kind === 'open' && pair.right.state.kind === 'open'
  );
}

function collect(connection: Connection): Got[] {
  const got: Got[] = [];
  connection.onMessage((channel, message) => got.push([channel, message]));
  return got;
}

function expectMessages(got: Got[], sent: Got[]): void {
  check(got.length === sent.length, `${sent.length} messages, not ${got.length}`);
  sent.forEach(([channel, message], at) => {
    const [on, have] = got[at]!;
    check(on === channel, `message ${at} came on ${on}, not ${channel}`);
    check(
      sameBytes(have, message),
      `message ${at}: ${have.byteLength} bytes came, not the ${message.byteLength} sent`
    );
  });
}

function check(isSo: boolean, what: string): void {
  if (!isSo) {
    throw new Error(`expected: ${what}`);
  }
}
