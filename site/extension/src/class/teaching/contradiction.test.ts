// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../core/class/roles';
import type { IParticipant } from '../membership';
import { ContradictionPart } from './contradiction';
import type { Acting } from './person';

const trans = nullTranslator.load('peerbook');

/** What stands there of somebody with that role, for who may remove whom `may` says. */
function shown(role: Role, may: boolean): HTMLElement {
  const part = new ContradictionPart(trans, 'h3', () => undefined);
  const person = { participant: 'a', name: 'Ada', role } as IParticipant;
  part.show([person], new Set(['a']), { mayGive: () => may } as unknown as Acting);
  return part.node;
}

describe('of whoever said two things', () => {
  it('stands what who teaches can do about it', () => {
    const removable = shown('attendee', true);
    expect(removable.querySelector('button')?.textContent).toBe('Remove Ada...');
    expect(removable.textContent).toContain('Removing Ada decides for all');
    const other = shown('instructor', false);
    expect([other.querySelector('button'), other.textContent]).toEqual([
      null,
      expect.stringContaining('Only whoever owns the class can decide')
    ]);
  });

  it('stands that there is nothing to decide, where they own the class', () => {
    const { textContent } = shown('owner', false);
    expect(textContent).toContain('does not count, or only one of the two does');
    expect(textContent).toContain('there is nothing to decide');
    expect(textContent).not.toContain('Only whoever owns');
  });
});
