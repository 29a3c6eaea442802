import { describe, expect, it } from 'vitest';
import { keep, type KeepingEvent, UNOPENED, worst } from './keeping';

function after(...events: KeepingEvent[]): string {
  return events.reduce(keep, UNOPENED).keeping.kind;
}

const written: KeepingEvent = { kind: 'written' };
const slow: KeepingEvent = { kind: 'slow' };
const full: KeepingEvent = { kind: 'failed', refusal: 'full' };
const opened: KeepingEvent = { kind: 'opened', refusal: null };

describe('keeping', () => {
  it('says kept while writes are quick, so that nothing blinks', () => {
    expect(after(opened, written, written)).toBe('kept');
  });

  it('says keeping when a write takes long, and kept when it is done', () => {
    expect(after(opened, slow)).toBe('keeping');
    expect(after(opened, slow, written)).toBe('kept');
  });

  it('says full at once, stays with it while trying again, and takes it back when it fits', () => {
    expect(after(opened, full)).toBe('full');
    expect(after(opened, full, slow)).toBe('full');
    expect(after(opened, full, slow, written)).toBe('kept');
  });

  it('says refused for as long as the page lives when there is only memory, whatever is written there', () => {
    expect(after({ kind: 'opened', refusal: 'refused' }, slow, written)).toBe('refused');
  });

  it('says the worst of several', () => {
    expect(worst([{ kind: 'kept' }, { kind: 'full' }, { kind: 'keeping' }]).kind).toBe('full');
    expect(worst([]).kind).toBe('kept');
  });
});
