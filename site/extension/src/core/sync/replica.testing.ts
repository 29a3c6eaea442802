/** One document's page that tells what it did, and pieces of somebody who writes in its `meta`. */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { mergeChanges } from '../envelope/merge';
import { type IPiece, linksOf } from '../log/piece';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import { clientOf, sessionText } from '../session';
import { VirtualClock } from '../simulation/time';
import type { IReplicaPorts, Received } from './ports';
import { Replica } from './replica';

export const [OWN, ADA, BEN] = [1, 2, 3].map(byte => sessionText(new Uint8Array(16).fill(byte))) as [
  string,
  string,
  string
];
export const links = linksOf(bytes => new Uint8Array(digest(bytes)), {
  room: new Uint8Array(16),
  document: 'd',
  kind: 'document'
});

export interface IStage {
  readonly replica: Replica;
  readonly clock: VirtualClock;
  readonly doc: Y.Doc;
  /** The document, as it is now. */
  now(): Y.Doc;
  /** What it told the page. */
  readonly told: string[];
  readonly sent: Uint8Array[];
  take(piece: IPiece): Received;
}

export function stage(ports: Partial<IReplicaPorts> = {}, kind: 'document' | 'outputs' = 'document'): IStage {
  const [clock, told, sent, doc]: [VirtualClock, string[], Uint8Array[], Y.Doc] = [
    new VirtualClock(),
    [],
    [],
    new Y.Doc()
  ];
  let current = doc;
  const replica = new Replica('d', kind, {
    ...{ clock, digest, links, session: OWN, participant: 'me', limits: NOTEBOOK_LIMITS },
    clientOf: (session, author) => clientOf(digest, 'd', author, session),
    cutOf: () => null,
    open: (piece, then) => then({ kind: 'open', plain: piece.bytes, part: piece.part, parts: piece.parts }),
    publish: change => sent.push(change),
    isForeign: () => false,
    keep: () => undefined,
    banned: () => told.push('banned'),
    locked: () => undefined,
    forked: () => told.push('forked'),
    replayed: made => {
      current = made;
      told.push('replayed');
    },
    unfit: fault => told.push(fault),
    resumed: () => told.push('resumed'),
    mayWrite: () => true,
    unsealed: () => 0,
    withdraw: () => undefined,
    ...ports
  });
  replica.open(doc, null);
  const take = (piece: IPiece): Received => {
    const answers: Received[] = [];
    replica.take(piece, is => answers.push(is));
    return answers[0]!;
  };
  return { replica, clock, doc, now: () => current, told, sent, take };
}

/** Somebody's changes, each a transaction, as envelopes of their session. */
export function written(...writes: readonly ((meta: Y.Map<unknown>) => void)[]): IPiece[] {
  const doc = new Y.Doc();
  doc.clientID = clientOf(digest, 'd', 'ada', ADA);
  const pieces: IPiece[] = [];
  doc.on('update', (bytes: Uint8Array) => pieces.push(envelope(pieces.length, bytes)));
  writes.forEach(write => doc.transact(() => write(doc.getMap('meta'))));
  return pieces;
}

export function envelope(from: number, bytes: Uint8Array, part = 0, parts = 1): IPiece {
  const whole = { bytes, hash: new Uint8Array(digest(bytes)), part, parts, before: null, after: null };
  return { form: 'envelope', session: ADA, author: 'ada', signer: ADA, from, to: from + 1, ...whole };
}

export function segment(pieces: readonly IPiece[], to = pieces.length): IPiece {
  const chains = pieces.reduce((so, { hash }) => [...so, links.next(so.at(-1)!, hash)], [links.first(ADA)]);
  const { bytes } = mergeChanges(pieces.slice(0, to).map(piece => piece.bytes))!;
  return { ...envelope(0, bytes), form: 'segment', to, before: chains[0]!, after: chains[to]! };
}

export const set =
  (key: string, value: unknown = key) =>
  (meta: Y.Map<unknown>) =>
    void meta.set(key, value);
export const many = (meta: Y.Map<unknown>): void => {
  for (let index = 0; index < 1100; index += 1) {
    meta.set(`k${index}`, 1);
  }
};
export const deep = (meta: Y.Map<unknown>): void => {
  let at = meta;
  for (let depth = 0; depth < 12; depth += 1) {
    const inner = new Y.Map<unknown>();
    at.set('in', inner);
    at = inner;
  }
};
export const keys = (doc: Y.Doc): string => [...doc.getMap('meta').keys()].sort().join();
