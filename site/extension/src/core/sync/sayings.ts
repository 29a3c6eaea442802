/**
 * What participants say of themselves: opened, and taken by the company. What is sealed with a key that is not here is
 * passed on all the same, and taken when the key comes: it is not said again for a while.
 */
import type { IEnvelope } from '../envelope/envelope';
import type { Verdict } from '../overlay/flood';
import type { IAcquaintance } from './acquaintances';
import type { Company } from './company';
import type { Opener } from './opener';
import type { IRules, Refusal } from './options';

/** Said and not opened yet, the latest of each: one for each member of the largest room. `room_members` in docs/protocol.json. */
const MOST_LOCKED = 2000;

interface ISaying {
  readonly envelope: IEnvelope;
  readonly bytes: Uint8Array;
  readonly who: IAcquaintance;
}

export interface ISayingsPorts {
  readonly opener: Opener;
  readonly company: Company;
  readonly rules: IRules;
  refuse(refusal: Refusal, from: string): void;
  /** There is no key for it. */
  lockedOut(document: string, epoch: number): void;
}

export class Sayings {
  constructor(private readonly ports: ISayingsPorts) {}

  private locked = new Map<string, ISaying>();

  /** Takes what is genuine and may be said. */
  take(
    envelope: IEnvelope,
    bytes: Uint8Array,
    who: IAcquaintance,
    from: string,
    then: (verdict: Verdict) => void
  ): void {
    const { opener, company } = this.ports;
    const refuse = (refusal: Refusal): void => {
      this.ports.refuse(refusal, from);
      then('drop');
    };
    if (company.isStale(envelope)) {
      refuse('stale');
      return;
    }
    opener.envelope(envelope, bytes, opened => {
      if (opened.kind === 'locked') {
        this.keep({ envelope, bytes, who });
        this.ports.lockedOut(envelope.document, envelope.epoch);
        then('pass');
        return;
      }
      const refusal =
        opened.kind === 'wrong'
          ? 'sealed'
          : company.take({ ...envelope, payload: opened.plain }, bytes, who.participant);
      if (refusal) {
        refuse(refusal);
      } else {
        then('pass');
      }
    });
  }

  /** There are other keys. Whoever may not say it any more, by what was stated meanwhile, is not heard. */
  unlock(): void {
    const waiting = [...this.locked.values()];
    this.locked = new Map();
    for (const { envelope, bytes, who } of waiting) {
      if (this.ports.rules.standing(who, envelope) === 'may') {
        this.take(envelope, bytes, who, '', () => undefined);
      }
    }
  }

  private keep(saying: ISaying): void {
    const { session, document, kind, sequence } = saying.envelope;
    const stream = `${session} ${document} ${kind}`;
    if (sequence < (this.locked.get(stream)?.envelope.sequence ?? 0)) {
      return;
    }
    this.locked.delete(stream);
    this.locked.set(stream, { ...saying, bytes: saying.bytes.slice() });
    if (this.locked.size > MOST_LOCKED) {
      this.locked.delete(this.locked.keys().next().value!);
    }
  }
}
