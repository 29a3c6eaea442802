import { describe, expect, it } from 'vitest';
import type { ICrypto } from '../crypto';
import type { IEnvelope } from '../envelope/envelope';
import type { ISegment } from '../envelope/segment';
import type { Acquaintances, IAcquaintance } from './acquaintances';
import { Intake } from './intake';
import type { IPlace, Standing } from './options';

const room = new Uint8Array(32);
/** Where something of one's own is not here any more. */
const LOST = 'lost';
const key = (session: string): Uint8Array => new TextEncoder().encode(session);
const who = (session: string, participant = 'ada'): IAcquaintance => ({
  ...{ session, participant, sessionKey: key(session), rootKey: room, agreementKey: room }
});
const segment = (other: Partial<ISegment> = {}): ISegment =>
  ({ room, session: 'then', signer: 'now', from: 3, to: 8, signature: key('now'), ...other }) as ISegment;

/** Where segments are taken in, beside who is known; a signature is genuine when it is the key itself. */
function bench(...known: readonly IAcquaintance[]): {
  hear: (given: ISegment) => string;
  standings: IPlace[];
  say: (standing: Standing) => void;
  asked: [string, (who: IAcquaintance | null) => void][];
  judged: string[];
  intake: Intake;
} {
  const asked: [string, (who: IAcquaintance | null) => void][] = [];
  const standings: IPlace[] = [];
  const judged: string[] = [];
  let standing: Standing = 'may';
  const acquaintances = {
    of: (session: string) => known.find(each => each.session === session),
    need: (session: string, _: string, then: (who: IAcquaintance | null) => void) => {
      const found = known.find(each => each.session === session);
      if (found) {
        then(found);
      } else {
        asked.push([session, then]);
      }
    }
  } as unknown as Acquaintances;
  const verify = (of: Uint8Array, by: Uint8Array, _: Uint8Array, then: (is: boolean) => void): void =>
    then(of.join() === by.join());
  const intake = new Intake({
    ...{ room, acquaintances, session: 'me', crypto: { verify } as unknown as ICrypto },
    standing: (_, place) => (standings.push(place), standing),
    lacksOwn: document => document === LOST,
    has: () => false,
    take: (_, __, ___, ____, then) => then('pass'),
    refuse: refusal => judged.push(refusal)
  });
  const hear = (given: ISegment): string => {
    intake.acceptSegment(given, new Uint8Array(100), 'peer', author => {
      judged.push(author ? `of ${author.session}` : 'null');
    });
    return judged.splice(0).join();
  };
  return { hear, standings, say: now => (standing = now), asked, judged, intake };
}

describe('taking in a segment', () => {
  it('[ENV7] is of who wrote it, signed by another session of theirs', () => {
    const { hear, standings } = bench(who('then'), who('now'));
    expect(hear(segment())).toBe('of then');
    // Whether its author may is asked of the last place in it.
    expect(standings).toMatchObject([{ session: 'then', sequence: 7 }]);
  });

  it('[SYN16] of another class, or of one’s own session, it is refused, unless something of that is lost', () => {
    const { hear, intake } = bench(who('then'), who('now'), who('me'));
    expect(hear(segment({ room: new Uint8Array(32).fill(1) }))).toBe('other-class,null');
    expect(hear(segment({ session: 'me' }))).toBe('own,null');
    expect(hear(segment({ session: 'me', document: LOST }))).toBe('of me');
    const judged: string[] = [];
    const signed = { sequence: 0, chain: new Uint8Array(0), signature: key('me') };
    const envelope = { room, session: 'me', document: LOST, ...signed } as IEnvelope;
    intake.accept(envelope, new Uint8Array(9), 'peer', verdict => judged.push(verdict));
    expect(judged).toEqual(['pass']);
  });

  it('[ENV7] signed by somebody else, in another’s name, or by nobody it is forged', () => {
    const { hear, intake } = bench(who('then'), who('now'), who('eve', 'eve'));
    expect(hear(segment({ signer: 'eve', signature: key('eve') }))).toBe('forged,null');
    expect(hear(segment({ signature: key('eve') }))).toBe('forged,null');
    expect(hear(segment({ session: 'eve' }))).toBe('forged,null');
    const genuine: boolean[] = [];
    const verify = (given: ISegment): void =>
      intake.verifySegment(given, new Uint8Array(100), is => genuine.push(is));
    [segment(), segment({ signer: 'nobody' }), segment({ session: 'nobody' })].forEach(verify);
    expect(genuine).toEqual([true, false, false]);
  });

  it('[SYN16] of who may not, or may not yet, it is not taken', () => {
    const { hear, say } = bench(who('then'), who('now'));
    say('unknown');
    expect(hear(segment())).toBe('too-early,null');
    say('may-not');
    expect(hear(segment())).toBe('not-allowed,null');
  });

  it('[SYN16] whose it is, and who signed it, is asked for where it is not known; without both it is not taken', () => {
    for (const [known, missing] of [
      ['then', 'now'],
      ['now', 'then']
    ] as const) {
      const { hear, asked, judged, intake } = bench(who(known));
      expect(hear(segment())).toBe('');
      expect([asked[0]![0], intake.heldBytes]).toEqual([missing, 100]);
      asked[0]![1](null);
      expect([judged.splice(0).join(), intake.heldBytes]).toEqual(['unknown-session,null', 0]);
    }
    const { hear, asked } = bench();
    hear(segment());
    asked[0]![1](who('then'));
    expect(asked.map(([session]) => session)).toEqual(['then', 'now']);
  });
});
