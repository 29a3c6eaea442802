import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HIGH_WATER_BYTES, LOW_WATER_BYTES, MESSAGE_BYTES } from '../core/connection';
import { RTC_PER_HOUR, RTC_PER_LIFE, RTC_PER_PEER, RtcBudget } from './budget';
import { FRAME_BYTES } from './framing';
import { MAX_DEGREE, SIGNAL_CHARS, SIGNALING_VERSION, IDS_PER_MESSAGE } from './signaling/messages';

const limits = JSON.parse(
  readFileSync(new URL('../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;

it.each([
  ['frame_bytes', FRAME_BYTES],
  ['message_bytes', MESSAGE_BYTES],
  ['high_water_bytes', HIGH_WATER_BYTES],
  ['low_water_bytes', LOW_WATER_BYTES],
  ['rtc_per_hour', RTC_PER_HOUR],
  ['rtc_per_life', RTC_PER_LIFE],
  ['rtc_per_peer', RTC_PER_PEER],
  ['signal_chars', SIGNAL_CHARS],
  ['ids_per_message', IDS_PER_MESSAGE],
  ['max_degree', MAX_DEGREE],
  ['signaling_version', SIGNALING_VERSION]
])('%s is what docs/protocol.json says', (name, value) => {
  expect(limits[name]).toBe(value);
});

it('[CON12] forty connections an hour, and never more than a page is given', () => {
  const budget = new RtcBudget();
  const hour = 3_600_000;
  let peers = 0;
  const take = (at: number): string[] =>
    Array.from({ length: 41 }, () => budget.take(at, `p${(peers += 1)}`));
  expect(take(0).filter(answer => answer === 'granted')).toHaveLength(40);
  expect(budget.take(hour - 1, 'ada')).toBe('hour');
  expect(budget.left(hour)).toBe(40);
  for (let at = 1; at <= 11; at++) {
    take(at * hour);
  }
  expect(take(12 * hour).filter(answer => answer === 'granted')).toHaveLength(18);
  expect(budget.take(99 * hour, 'ada')).toBe('life');
  expect(budget.left(99 * hour)).toBe(0);
});

it('[CON12] a neighbour who calls again and again uses up its own share, not that of the others', () => {
  const budget = new RtcBudget();
  const answers = Array.from({ length: 100 }, (_, second) => budget.take(second * 1_000, 'mallory'));
  expect(answers.filter(answer => answer === 'granted')).toHaveLength(RTC_PER_PEER);
  expect(budget.take(100_000, 'ada')).toBe('granted');
  expect(budget.left(100_000)).toBe(RTC_PER_HOUR - RTC_PER_PEER - 1);
});
