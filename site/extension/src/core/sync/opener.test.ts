import { digest } from 'lib0/hash/sha256';
import { expect, it } from 'vitest';
import { sealSegment } from '../envelope/compact';
import { decodeEnvelope, type IEnvelope } from '../envelope/envelope';
import { SessionKeys } from '../envelope/keys';
import { mergeChanges } from '../envelope/merge';
import type { IPiece } from '../log/piece';
import { craft, textOf } from '../permissions/crafted.testing';
import { Chance } from '../simulation/chance';
import { late } from '../simulation/late';
import { DOCUMENT } from '../simulation/pages';
import { Members } from '../simulation/members';
import { VirtualClock } from '../simulation/time';
import { Opener } from './opener';
import type { IKeys } from './options';
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

it.each([
  { comes: 'a key', then: 'open' },
  { comes: 'another that is none', then: 'wrong' },
  { comes: 'word of a key that is not here', then: 'locked' },
  { comes: 'word that there is no such epoch', then: 'locked' },
  { comes: 'nothing', then: 'wrong' }
])(
  '[KEY4] where $comes comes while it is being opened, as cryptography answers later, it is $then',
  ({ comes, then }) => {
    const members = new Members(new Chance(1), digest);
    const [bytes] = members.sealed(members.session('ada'), DOCUMENT, 'document', [Uint8Array.of(1, 2)]);
    const wrong = new Uint8Array(32).fill(7);
    let [known, areAll] = [[wrong], true];
    const clock = new VirtualClock();
    const later = late(members.crypto, clock, new Chance(2), 5);
    const tried: number[] = [];
    const keys: IKeys = {
      keyFor: () => undefined,
      keysOf: (_, __, ___, answer) => {
        tried.push(known.length);
        // Others each time, of the same bytes: as a keyring that made them anew.
        answer(
          known.map(key => key.slice()),
          areAll
        );
      }
    };
    const opened: string[] = [];
    new Opener(keys, new SessionKeys(later)).piece({ bytes } as IPiece, ({ kind }) => opened.push(kind));
    expect(opened).toEqual([]);
    if (comes === 'a key') {
      members.keys.keysOf(DOCUMENT, 'document', 0, ([key]) => known.push(key!.slice()));
    } else if (comes === 'another that is none') {
      known = [new Uint8Array(32).fill(8), wrong];
    } else if (comes === 'word of a key that is not here') {
      areAll = false;
    } else if (comes === 'word that there is no such epoch') {
      known = [];
    }
    clock.advance(100);
    expect(opened).toEqual([then]);
    expect(tried.length).toBeLessThan(4);
  }
);

it('[ENV8] a segment that is not in its one spelling is not opened, however often it is tried', () => {
  const members = new Members(new Chance(1), digest);
  const { signer, session } = members.session('ada');
  const keys = new SessionKeys(members.crypto);
  const opener = new Opener(members.keys, keys);
  const chains = { chainFrom: new Uint8Array(32), chainTo: new Uint8Array(32) };
  const place = {
    room: members.room,
    document: DOCUMENT,
    session,
    kind: 'document',
    from: 0,
    to: 2
  } as const;
  const kinds = (plain: Uint8Array): string[] => {
    const found: string[] = [];
    members.keys.keysOf(DOCUMENT, 'document', 0, ([key]) =>
      sealSegment(
        { keys, digest, signer },
        { ...place, ...chains, signer: session },
        { epoch: 0, key: key! },
        plain,
        bytes => {
          const piece = { bytes } as IPiece;
          [1, 2].forEach(() => opener.piece(piece, ({ kind }) => found.push(kind)));
        }
      )
    );
    return found;
  };
  const two = craft(5, 1, [
    { content: textOf('a'), left: { client: 9, clock: 0 } },
    { content: textOf('b'), left: { client: 5, clock: 1 } }
  ]);
  expect(kinds(two)).toEqual(['wrong', 'wrong']);
  expect(kinds(mergeChanges([two])!.bytes)).toEqual(['open', 'open']);
  const nothing: string[] = [];
  opener.piece({ bytes: new Uint8Array(3) } as IPiece, ({ kind }) => nothing.push(kind));
  expect(nothing).toEqual(['wrong']);
});
