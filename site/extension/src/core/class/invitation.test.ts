import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import {
  branchIn,
  teamIn,
  fragmentOf,
  makeInvitation,
  ownerIn,
  readCode,
  readFragment,
  withoutOwner
} from './invitation';

const invitation = makeInvitation(bytes => bytes.fill(7), digest);
const { code } = invitation;

describe('what a page’s fragment says of a class', () => {
  it('[CLS7] the invitation, whatever else stands beside it', () => {
    for (const fragment of [fragmentOf(invitation), `#x=1&class=${code}&y`, `#class=${code}&branch=mine`]) {
      expect(readFragment(fragment, digest)).toEqual({ kind: 'invited', invitation });
    }
    expect(readCode(` ${code}\n`, digest)).toEqual({ kind: 'invited', invitation });
    expect(makeInvitation(bytes => bytes.fill(8), digest).room).not.toBe(invitation.room);
  });

  it('[CLS7] none is a page alone, and what was cut or mistyped is said to be that', () => {
    for (const fragment of ['', '#', '#content', '#classes=x']) {
      expect(readFragment(fragment, digest)).toEqual({ kind: 'none' });
    }
    for (const given of ['', code.slice(1), code.slice(0, -1), 'AAECAwQFBgcICQoLDA0OD6P_', '%F0%9F%98%80']) {
      expect(readFragment(`#class=${given}`, digest).kind).toBe('damaged');
    }
    expect(readFragment('#class=' + 'x'.repeat(5000), digest)).toEqual({
      kind: 'damaged',
      given: 'x'.repeat(100)
    });
  });

  it('[CLS5] which of the class’s notebooks: the lecture, where it says none that there is', () => {
    expect(branchIn(`#class=${code}&branch=mine`)).toBe('mine');
    expect(branchIn(`#branch=team&class=${code}`)).toBe('team');
    const team = '0d'.repeat(16);
    expect(teamIn(`#class=${code}&branch=team&team=${team}`)).toBe(team);
    for (const other of [
      '&branch=team',
      `&branch=mine&team=${team}`,
      `&branch=team&team=${team}0`,
      '&branch=team&team=x'
    ]) {
      expect(teamIn(`#class=${code}${other}`)).toBeNull();
    }
    for (const fragment of ['', `#class=${code}`, `#class=${code}&branch=x`, `#class=${code}&branch=`]) {
      expect(branchIn(fragment)).toBe('lecture');
    }
  });

  it('[CLS9] what makes one the owner is read, and taken out of the address', () => {
    const address = `https://school.example/py/class.html?workshop=w#class=${code}`;
    expect(ownerIn(new URL(`${address}&owner=abc`).hash)).toBe('abc');
    expect(ownerIn(new URL(address).hash)).toBeNull();
    expect(withoutOwner(`${address}&owner=abc`)).toBe(address);
    expect(withoutOwner(`${address}&owner=abc&branch=team&owner=d`)).toBe(`${address}&branch=team`);
    expect(withoutOwner(address)).toBe(address);
    expect(withoutOwner('https://school.example/?owner=1')).toBe('https://school.example/?owner=1');
  });
});
