import { digest } from 'lib0/hash/sha256';
import { expect, it } from 'vitest';
import { decodeEnvelope, type IEnvelope } from '../envelope/envelope';
import { SessionKeys } from '../envelope/keys';
import type { IPiece } from '../log/piece';
import { Chance } from '../simulation/chance';
import { DOCUMENT } from '../simulation/pages';
import { Members } from '../simulation/members';
import { Opener } from './opener';
import type { Opened } from './reading';

it('[KEY4] is opened with whichever key does; without any, or where there may be others, it waits', () => {
  const members = new Members(new Chance(1), digest);
  const [bytes] = members.sealed(members.session('ada'), DOCUMENT, 'document', [Uint8Array.of(1, 2)]);
  const { value } = decodeEnvelope(bytes!) as { value: IEnvelope };
  let right = new Uint8Array(0);
  members.keys.keysOf(DOCUMENT, 'document', 0, ([key]) => (right = key!.slice()));
  const wrong = new Uint8Array(32).fill(7);
  const open = (keys: readonly Uint8Array[], areAll?: boolean): Opened[] => {
    const opened: Opened[] = [];
    const opener = new Opener(
      { keyFor: () => undefined, keysOf: (_, __, ___, then) => then(keys, areAll) },
      new SessionKeys(members.crypto)
    );
    opener.envelope(value, bytes!, is => opened.push(is));
    opener.piece({ bytes } as IPiece, is => opened.push(is));
    return opened;
  };
  const kinds = [open([]), open([wrong]), open([wrong], false), open([], false)].map(all =>
    all.map(({ kind }) => kind)
  );
  expect(kinds).toEqual(['locked', 'wrong', 'locked', 'locked'].map(kind => [kind, kind]));
  const whole = { kind: 'open', plain: Uint8Array.of(1, 2), part: 0, parts: 1 };
  expect(open([wrong, right])).toEqual([whole, whole]);
});
