import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IEnvelope } from '../envelope/envelope';
import type { ISealed } from '../envelope/seal';
import { type Neighbour, Neighbours } from '../overlay/neighbours';
import { Marks } from '../roster/marks';
import { encodeRecord } from '../roster/record';
import { sessionText } from '../session';
import { VirtualClock } from '../simulation/time';
import { Company, RECORD_MS, RECORDS } from './company';

const [ADA, EVE] = ['a', 'e'].map(digit => digit.repeat(32)) as [string, string];
const [ONE, TWO] = [1, 2].map(byte => sessionText(new Uint8Array(16).fill(byte))) as [string, string];
const OUTPUTS = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}/outputs.`;

let [clock, marks] = [new VirtualClock(), new Marks(digest)];
let [published, said]: [string[], string[]] = [[], []];
let company: Company;

beforeEach(() => {
  [clock, marks, published, said] = [new VirtualClock(), new Marks(digest), [], []];
  company = new Company({
    ...{ clock, digest, marks, neighbours: new Neighbours() },
    more: { known: () => [], tell: () => undefined },
    publish: (document, kind, payload) => published.push(`${kind} ${document} ${payload.byteLength}`),
    say: (_, __, bytes) => void said.push(bytes.join()),
    mark: (envelope, bytes) => marks.hear(envelope, bytes),
    met: () => undefined,
    changed: () => undefined
  });
});

/** Of a session, opened: its envelope was verified, and is `participant`'s. */
function take(
  participant: string,
  payload: Uint8Array,
  { document = RECORDS, kind = 'record', session = ONE, sequence = 0 } = {}
): string | null {
  const envelope = { document, kind, session, sequence, payload, epoch: 1, part: 0, parts: 1 };
  return company.take(envelope as unknown as IEnvelope, Uint8Array.of(sequence), participant);
}

const record = (participant: string, since = 0): Uint8Array =>
  encodeRecord({ name: 'Ada', participant, since });
const here = (): string[] => company.people(0).map(({ participant }) => participant);

describe('what somebody says of themselves', () => {
  it('[SYN11] nobody says it of somebody else', () => {
    expect([take(EVE, record(ADA)), here()]).toEqual(['not-allowed', []]);
    expect([take(ADA, record(ADA)), here()]).toEqual([null, [ADA]]);
    expect([take(EVE, record(ADA), { session: TWO }), company.size]).toEqual(['not-allowed', 2]);
  });

  it('[OUT8] nobody leaves outputs in somebody else’s name, or in somebody else’s document', () => {
    const [hers, eves] = [ADA, EVE].map(participant => OUTPUTS + participant) as [string, string];
    expect(take(EVE, record(ADA), { document: hers })).toBe('not-allowed');
    expect(take(EVE, record(EVE), { document: hers })).toBe('stale');
    expect(take(ADA, new Uint8Array(9), { document: hers })).toBe('not-allowed');
    expect([
      take(ADA, record(ADA, 5), { document: hers }),
      take(EVE, record(EVE), { document: eves })
    ]).toEqual([null, null]);
    expect(take(ADA, record(ADA, 4), { document: hers, sequence: 1 })).toBe('stale');
    expect(marks.of().map(({ participant }) => participant)).toEqual([ADA, EVE]);
    expect(here()).toEqual([]);
  });

  it('[OUT8] one’s own are kept for who comes, and are nobody’s word of being here', () => {
    const payload = record(ADA, 5);
    const sealed = (document: string, sequence: number): ISealed =>
      ({
        envelope: { document, kind: 'record', session: ONE, sequence, payload },
        bytes: Uint8Array.of(sequence)
      }) as unknown as ISealed;
    company.takeOwn(sealed(OUTPUTS + ADA, 0), payload);
    company.takeOwn(sealed(RECORDS, 1), payload);
    company.hearWho({} as Neighbour, []);
    expect([marks.of().length, said.splice(0)]).toEqual([1, ['1', '0']]);
    company.hearWho({} as Neighbour, marks.known());
    expect(said).toEqual(['1']);
  });

  it('[SYN11] what is no record changes nothing', () => {
    take(ADA, record(ADA));
    const others = [new Uint8Array(0), Uint8Array.of(0, 0), Uint8Array.of(1), new Uint8Array(9).fill(200)];
    others.forEach((payload, index) =>
      expect(take(ADA, payload, { sequence: index + 1 })).toBe('not-allowed')
    );
    expect(here()).toEqual([ADA]);
    // Refused, so not remembered either: the same place is free.
    expect(take(ADA, Uint8Array.of(0), { sequence: 1 })).toBe(null);
    expect([here(), company.has(ONE)]).toEqual([[], false]);
  });

  it('[SYN10] what is older than what is known is dropped, of each kind for itself', () => {
    const at = (sequence: number, document = RECORDS) =>
      company.isStale({ document, kind: 'record', session: ONE, sequence } as IEnvelope);
    expect(take(ADA, record(ADA), { sequence: 4 })).toBe(null);
    expect([at(3), at(4), at(5), company.has(ONE)]).toEqual([true, true, false, true]);
    expect(take(ADA, Uint8Array.of(0), { sequence: 3 })).toBe('stale');
    expect([here(), at(0, OUTPUTS + ADA)]).toEqual([[ADA], false]);
  });

  it('[ROL7] who may not be here any more is not shown, and everybody else is', () => {
    take(ADA, record(ADA));
    take(EVE, record(EVE), { session: TWO });
    company.dismiss(participant => participant === EVE);
    expect(here()).toEqual([ADA]);
  });

  it('[SYN11] one’s own is said again, and that one goes', () => {
    company.introduce({ name: 'Me', participant: ADA, since: 0 });
    clock.advance(RECORD_MS);
    const said = published.filter(each => each.startsWith('record'));
    expect([said.length, said[0] === said[1]]).toEqual([2, true]);
    company.end();
    expect(published.at(-1)).toBe('record records 1');
    clock.advance(10 * RECORD_MS);
    expect(published.at(-1)).toBe('record records 1');
  });
});
