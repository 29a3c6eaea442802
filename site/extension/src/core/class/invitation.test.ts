import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { fragmentOf, INVITATION_CHARS, makeInvitation, readCode, readFragment } from './invitation';

const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;
const made = (seed: number) => makeInvitation(bytes => bytes.fill(seed), digest);

describe('invitation', () => {
  it('[CLS1] comes back from its own link', () => {
    const invitation = makeInvitation(bytes => crypto.getRandomValues(bytes), digest);
    expect(invitation.code).toHaveLength(INVITATION_CHARS);
    expect(limits.invitation_chars).toBe(INVITATION_CHARS);
    expect(readFragment(fragmentOf(invitation), digest)).toEqual({ kind: 'invited', invitation });
    expect(readFragment(`#x=1&class=${invitation.code}&y`, digest)).toEqual({ kind: 'invited', invitation });
    expect(readCode(` ${invitation.code}\n`, digest)).toEqual({ kind: 'invited', invitation });
  });

  it('[CLS1] a link without one is a page alone', () => {
    for (const fragment of ['', '#', '#content', '#classes=x']) {
      expect(readFragment(fragment, digest)).toEqual({ kind: 'none' });
    }
  });

  it('[CLS1] a link that was cut or mistyped is told from one that is whole', () => {
    const { code } = made(7);
    for (let length = 0; length < code.length; length += 1) {
      expect(readFragment(`#class=${code.slice(0, length)}`, digest).kind).toBe('damaged');
    }
    let taken = 0;
    for (let at = 0; at < code.length; at += 1) {
      for (const other of 'AZaz09-_') {
        const typed = code.slice(0, at) + other + code.slice(at + 1);
        taken += Number(typed !== code && readCode(typed, digest).kind === 'invited');
      }
    }
    expect(taken).toBe(0);
    expect(readFragment('#class=%F0%9F%98%80', digest).kind).toBe('damaged');
    expect(readFragment('#class=' + 'x'.repeat(5000), digest)).toEqual({
      kind: 'damaged',
      given: 'x'.repeat(100)
    });
  });

  it('[CLS2] everything else follows from the secret, and nothing says another', () => {
    const invitation = made(1);
    expect(invitation.room).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect(invitation.everyone).toMatch(/^[0-9a-f]{32}$/);
    expect(invitation.id).toHaveLength(16);
    expect(made(1)).toEqual(invitation);
    const other = made(2);
    expect(new Set([invitation.room, other.room, invitation.everyone, other.everyone]).size).toBe(4);
    expect(invitation.code).not.toContain(invitation.room.slice(0, 8));
  });
});

describe('invitation, as Python has it', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../../../tests/protocol/invitation.json', import.meta.url), 'utf8')
  ) as { good: Record<string, string>[]; bad: { title: string; given: string }[] };
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it.each(vectors.good)('[CLS2] $title', ({ secret, code, room, everyone, ...more }) => {
    const fill = (bytes: Uint8Array) => bytes.set(Buffer.from(secret!, 'hex'));
    const invitation = makeInvitation(fill, digest);
    expect(invitation).toMatchObject({ code, room, everyone });
    expect(hex(invitation.id)).toBe(more.class);
    expect(readCode(code!, digest)).toEqual({ kind: 'invited', invitation });
  });

  it.each(vectors.bad)('[CLS1] no code: $title', ({ given }) => {
    expect(readCode(given, digest).kind).toBe('damaged');
  });
});
