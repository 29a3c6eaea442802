/**
 * How far a log is, said in few bytes: a digest that is the same where the logs are, and the count and chain of each
 * session. Also what a neighbour's saying means for the log here [LOG].
 */
import * as encoding from 'lib0/encoding';
import { sameBytes } from '../bytes';
import type { ICut, Log } from '../log/log';
import type { IChain } from '../log/piece';
import type { IReach, ISummary } from '../overlay/messages';
import { CHAIN_BYTES, DIGEST_BYTES } from '../overlay/wire';
import { type Digest, sessionBytes } from '../session';

export class Reaches {
  constructor(
    private readonly log: Log,
    private readonly hash: Digest,
    private readonly links: IChain,
    private readonly cutOf: (session: string, author: string) => ICut | null
  ) {}

  private known: { digest: Uint8Array; all: readonly IReach[] } | null = null;

  /** Goes up with every change of the log. */
  version = 0;

  /** Something was logged, or does not count any more, or stands in another form. */
  changed(): void {
    this.known = null;
    this.version += 1;
  }

  get digest(): Uint8Array {
    return this.look().digest;
  }

  /** Every session, in order. */
  get all(): readonly IReach[] {
    return this.look().all;
  }

  of(session: string): IReach {
    const count = this.log.shown(session);
    const chain = this.log.chainAt(session, count) ?? this.links.first(session);
    return { session, count, chain: chain.subarray(0, CHAIN_BYTES) };
  }

  /** For a neighbour: only the digest, some sessions, or all. */
  summary(document: string, reaches: readonly IReach[] | null | 'all'): ISummary {
    const isWhole = reaches === 'all';
    return { document, digest: this.digest, reaches: isWhole ? this.all : reaches, isWhole };
  }

  /** Whether a neighbour has more of a session, or something else. */
  isBehind({ session, count, chain }: IReach): boolean {
    // Of what forked nobody doubts what stands before: whoever has the proof first, asks for that all the same.
    const here = this.log.count(session);
    if (here < Math.min(count, this.log.limitOf(session))) {
      return true;
    }
    if (this.log.forkOf(session) && count > this.log.shown(session)) {
      // What comes after a fork is nobody's, until a frontier says how far it counts. Before it there may be another.
      return false;
    }
    if (this.isEndedBefore({ session, count })) {
      // What ended it here they take for right, or, as it may be, were told something else.
      const said = this.log.endedChainAt(session, count);
      return !said || !sameBytes(said.subarray(0, CHAIN_BYTES), chain);
    }
    const known = this.log.chainAt(session, count);
    return known !== null && !sameBytes(known.subarray(0, CHAIN_BYTES), chain);
  }

  /** From where to ask for what a neighbour has: from 0 when it contradicts what is here, or may. */
  askFrom({ session, count }: IReach): number {
    const isMore = this.log.count(session) < count && !this.isEndedBefore({ session, count });
    return isMore ? this.log.askFrom(session) : 0;
  }

  /** Whether a neighbour counts more of a session than there is before it forked. */
  isForked({ session, count }: IReach): boolean {
    return this.log.forkOf(session) !== null && count > this.log.shown(session);
  }

  /** What is here and is not there, of what a neighbour said. */
  ahead(theirs: readonly IReach[], isWhole: boolean): IReach[] {
    const counts = new Map(theirs.map(({ session, count }) => [session, count]));
    return this.all.filter(({ session, count }) =>
      counts.has(session) ? count > counts.get(session)! : isWhole
    );
  }

  /**
   * Whether the session ended here, by a change that may not be, before a place that a neighbour counts, and that a
   * frontier counts, if there is one: what ended it here then was said to some alone, or what stands before it was.
   */
  private isEndedBefore({ session, count }: Pick<IReach, 'session' | 'count'>): boolean {
    const stop = this.log.stopAt(session);
    return stop !== null && stop.at < Math.min(count, this.log.cutAt(session)?.count ?? Infinity);
  }

  private look(): { digest: Uint8Array; all: readonly IReach[] } {
    if (this.known) {
      return this.known;
    }
    const all = [...this.log.sessions]
      .sort()
      .map(session => this.of(session))
      // Of who was removed what counts nothing is known too, for those who wrote beside it.
      .filter(({ session, count }) => count > 0 || this.cutOf(session, this.log.authorOf(session)!));
    const encoder = encoding.createEncoder();
    for (const { session, count, chain } of all) {
      encoding.writeUint8Array(encoder, sessionBytes(session));
      encoding.writeVarUint(encoder, count);
      encoding.writeUint8Array(encoder, chain);
    }
    const digest = this.hash(encoding.toUint8Array(encoder)).slice(0, DIGEST_BYTES);
    return (this.known = { digest, all });
  }
}
