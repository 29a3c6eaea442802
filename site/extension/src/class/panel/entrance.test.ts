// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nullTranslator } from '@jupyterlab/translation';
import { Listeners } from '../../connection/listeners';
import { type Entrance, waitToEnter } from './entrance';

const trans = nullTranslator.load('peerbook');

function entering(entrance: Entrance) {
  const changed = new Listeners<[]>();
  const it = { entrance, changed };
  return {
    it,
    becomes: (next: Entrance): void => {
      it.entrance = next;
      changed.call();
    }
  };
}

const card = (): HTMLElement | null => document.querySelector('#pb-class-entrance');

describe('coming into a class', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    document.body.replaceChildren();
  });

  it('who is in sees no card', async () => {
    await waitToEnter(entering('in').it, trans);
    expect(card()).toBeNull();
  });

  it('who is let in at once sees no card either', async () => {
    const { it: one, becomes } = entering('asking');
    const done = waitToEnter(one, trans);
    vi.advanceTimersByTime(300);
    becomes('in');
    await done;
    vi.advanceTimersByTime(2000);
    expect(card()).toBeNull();
  });

  it('who waits is told for what, and is in when somebody lets them', async () => {
    const { it: one, becomes } = entering('asking');
    const done = waitToEnter(one, trans);
    vi.advanceTimersByTime(1000);
    expect(card()?.textContent).toContain('Asking the class');
    becomes('nobody');
    expect(card()?.textContent).toContain('Nobody who could let you in');
    becomes('door');
    expect(card()?.querySelector('[role=status]')?.textContent).toContain('Whoever teaches sees your name');
    expect(card()?.querySelector('a')?.href).not.toContain('#');
    becomes('in');
    await done;
    expect(card()).toBeNull();
  });
});
