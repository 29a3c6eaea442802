/**
 * How far somebody's sessions are in what a device keeps of a document that is not open: what a statement about them names
 * besides what is here [STO12]. Pure.
 */
import { sameBytes } from '../bytes';
import { type IReached, keyOf } from '../class/readmission';
import { parseOutputsName } from '../document/name';
import { glanceIntroduction } from '../identity/introduction';
import { reachesIn } from '../log/frontier';
import { type ICut, Log } from '../log/log';
import { type IPiece, linksOf } from '../log/piece';
import { decodeProof } from '../log/proof';
import { restore } from '../log/stored';
import type { Digest } from '../session';
import type { IKept } from './kept';
import { pieceOf, readPiece } from './pieces';

export interface IArchiveOptions {
  readonly digest: Digest;
  /** The class's id. */
  readonly room: Uint8Array;
  /** How far a session counts, as far as it was stated. */
  readonly cutOf: (document: string, session: string, author: string) => ICut | null;
}

/**
 * @param kept what storage has of the document: it was verified before it was kept
 * @param participants of whom one wants to know
 */
export function reachesKept(
  { digest, room, cutOf }: IArchiveOptions,
  document: string,
  kept: readonly IKept[],
  participants: Iterable<string>
): ReadonlyMap<string, readonly IReached[]> {
  const whom = new Set(participants);
  const kind = parseOutputsName(document) ? 'outputs' : 'document';
  const authors = new Map<string, string>();
  const introduce = (bytes: Uint8Array): void => {
    const read = glanceIntroduction(digest, room, bytes);
    if (read.kind === 'read' && whom.has(read.value.participant)) {
      authors.set(read.value.session, read.value.participant);
    }
  };
  for (const each of kept) {
    const proof = each.kind === 'fork' ? decodeProof(each.bytes) : null;
    if (proof?.kind === 'read') {
      proof.value.introductions.forEach(introduce);
    }
  }
  const read = (bytes: Uint8Array): IPiece | null => {
    const found = readPiece(bytes);
    const isOfIt =
      found?.value.document === document && found.value.kind === kind && sameBytes(found.value.room, room);
    const author = isOfIt ? authors.get(found.value.session) : undefined;
    return found && author !== undefined ? pieceOf(digest, found, bytes, author) : null;
  };
  const links = linksOf(digest, { room, document, kind });
  const log = new Log(links, (session, author) => cutOf(document, session, author));
  restore(log, kept, introduce, read);
  return new Map(
    [...whom].map(each => [each, reachesIn(log, each).map(reach => ({ document, ...reach }))] as const)
  );
}

/**
 * What two places have of the same sessions: what reaches farther, but what is known to have said two things only as far
 * as nobody doubts it.
 */
export function farthest(one: readonly IReached[], other: readonly IReached[]): IReached[] {
  const all = new Map<string, IReached>();
  for (const reach of [...one, ...other]) {
    const key = keyOf(reach);
    const known = all.get(key);
    if (!known || isBefore(known, reach)) {
      all.set(key, reach);
    }
  }
  return [...all.values()];
}

/** Whether what the second says outdoes the first. */
function isBefore(first: IReached, second: IReached): boolean {
  const [isProven, isNew] = [first, second].map(({ fork = 'none' }) => fork !== 'none');
  // What is not there outdoes nothing, but that it said two things from its beginning.
  const isMissing = [first, second].some(({ count, fork }) => count === 0 && fork !== 'first');
  return isProven === isNew || isMissing ? first.count < second.count : isNew === true;
}
