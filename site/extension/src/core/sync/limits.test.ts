import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CURSOR_MS, PRESENCE_MS } from '../awareness/awareness';
import { WAITING_BYTES } from '../log/waiting';
import { MAX_DEGREE, TARGET_DEGREE } from '../overlay/neighbours';
import { ENTRIES_BYTES } from '../overlay/wire';
import { NAME_CHARS, RECORD_CHARS } from '../roster/record';
import { MOST_INTRODUCTIONS } from './acquaintances';
import { QUIET_MS, SETTLE_EVERY_MS } from './contents';
import { LOST_MS } from './readings';
import { BEAT_MS } from './exchange';
import { EVERY_MS } from './outbox';

const root = new URL('../../../../../', import.meta.url);

it('[SYN2] the limits of sync are those of protocol.json', () => {
  const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
    string,
    number
  >;
  expect(limits).toMatchObject({
    target_degree: TARGET_DEGREE,
    max_degree: MAX_DEGREE,
    record_chars: RECORD_CHARS,
    envelope_every_ms: EVERY_MS,
    unresolved_bytes: WAITING_BYTES,
    beat_ms: BEAT_MS,
    content_quiet_ms: QUIET_MS,
    settle_every_ms: SETTLE_EVERY_MS,
    lost_after_ms: LOST_MS,
    cursor_every_ms: CURSOR_MS,
    presence_every_ms: PRESENCE_MS,
    name_chars: NAME_CHARS,
    entries_bytes: ENTRIES_BYTES,
    introductions: MOST_INTRODUCTIONS
  });
});
