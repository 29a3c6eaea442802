/**
 * Makes segments of what one wrote oneself, in this session and in earlier ones, as counts say [LOG13]. One range at a
 * time in each document, and never more than one segment stands for: so much work there is in one go.
 */
import { planSegments, sealSegment } from '../envelope/compact';
import type { IDocumentKey, SessionKeys } from '../envelope/keys';
import { decodeSegment } from '../envelope/segment';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import type { IPiece } from '../log/piece';
import { type IRange, rangeToCompact } from '../log/segments';
import type { Digest } from '../session';
import type { DocumentKind } from './library';
import type { Opener } from './opener';
import { pieceOf } from './pieces';
import type { Replica } from './replica';
import { openChanges } from './wholes';

/** Bytes of the pieces that one segment stands for: opening and merging them takes some 10 ms. `compact_bytes`. */
export const COMPACT_BYTES = 1_000_000;

export interface ICompactorPorts {
  readonly room: Uint8Array;
  readonly own: IOwnSession;
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly sessionKeys: SessionKeys;
  readonly opener: Opener;
  /** Own envelopes that become a segment. */
  readonly every: number;
  keyFor(document: string, kind: DocumentKind, then: (key: IDocumentKey | null) => void): void;
  /** Whether a session is known to be in the class now: it compacts its own. */
  isHere(session: string): boolean;
  /** A segment took the place of what it was made of. */
  made(replica: Replica, segment: IPiece): void;
}

export class Compactor {
  constructor(private readonly ports: ICompactorPorts) {}

  private readonly busy = new Set<Replica>();

  /** One's own envelope is in the log. */
  look(replica: Replica): void {
    const { own, every } = this.ports;
    const count = replica.log.count(own.session);
    // Most envelopes are no work at all. With the first, those of other days: it may be the only one of today.
    if (this.busy.has(replica) || (count - 1) % Math.max(1, every >> 2) !== 0) {
      return;
    }
    const { log } = replica;
    const mine = log.sessions.filter(
      session => log.authorOf(session) === own.participant && !log.forkOf(session)
    );
    for (const session of mine) {
      const isOver = session !== own.session;
      if (isOver && this.ports.isHere(session)) {
        continue;
      }
      const range = rangeToCompact(log, session, isOver, COMPACT_BYTES, every);
      if (range) {
        this.busy.add(replica);
        this.compact(replica, session, range, () => this.busy.delete(replica));
        return;
      }
    }
  }

  private compact(replica: Replica, session: string, { from, to }: IRange, done: () => void): void {
    const { opener } = this.ports;
    const { name, kind, log } = replica;
    const pieces = log.pieces(session, from, to);
    openChanges(
      (piece, then) => opener.piece(piece, then),
      pieces,
      changes =>
        this.ports.keyFor(name, kind, key => {
          if (!key || !changes || changes === 'wrong') {
            done();
            return;
          }
          const ranges = planSegments(changes);
          const next = (index: number): void => {
            const range = ranges[index];
            if (!range) {
              done();
            } else if (log.pieces(session, range.from, range.to).length < 2) {
              next(index + 1);
            } else {
              this.seal(replica, session, range, key, range.plain, () => next(index + 1));
            }
          };
          next(0);
        })
    );
  }

  private seal(
    replica: Replica,
    session: string,
    { from, to }: IRange,
    key: IDocumentKey,
    plain: Uint8Array,
    then: () => void
  ): void {
    const { room, own, digest, sessionKeys } = this.ports;
    const { name: document, kind, log } = replica;
    const [chainFrom, chainTo] = [log.chainAt(session, from), log.chainAt(session, to)];
    if (!chainFrom || !chainTo) {
      then();
      return;
    }
    const place = { room, document, session, kind, from, to, chainFrom, chainTo, signer: own.session };
    sealSegment({ keys: sessionKeys, digest, signer: own.signer }, place, key, plain, bytes => {
      const read = decodeSegment(bytes);
      if (read.kind === 'read') {
        const segment = pieceOf(digest, { form: 'segment', value: read.value }, bytes, own.participant);
        if (replica.takeCompacted(segment)) {
          this.ports.made(replica, segment);
        }
      }
      then();
    });
  }
}
