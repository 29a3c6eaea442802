/**
 * Which segments of a document are here, said in few bytes, for neighbours to compare beside how far sessions are [SYN18]:
 * who has envelopes learns of a segment in their place, and who was given a segment that says something else, of that.
 */
import { joinBytes } from '../bytes';
import type { Log } from '../log/log';
import type { IReach, ISummary } from '../overlay/messages';
import { CHAIN_BYTES, DIGEST_BYTES } from '../overlay/wire';
import { type Digest, sessionBytes } from '../session';
import type { Reaches } from './reaches';

/** What stands before a document's name where its segments are spoken of, and where pieces are asked for to be compared. */
export const SEGMENTS = 'segments/';
export const PIECES = 'pieces/';

const NONE = new Uint8Array(CHAIN_BYTES);

interface IForms {
  readonly version: number;
  readonly digest: Uint8Array;
  readonly all: readonly IReach[];
}

export class Forms {
  constructor(
    private readonly log: Log,
    private readonly reaches: Reaches,
    private readonly hash: Digest
  ) {}

  private known: IForms | null = null;

  get digest(): Uint8Array {
    return this.look().digest;
  }

  /** Sessions of which there are segments, in order. */
  get all(): readonly IReach[] {
    return this.look().all;
  }

  of(session: string): Uint8Array {
    return this.all.find(each => each.session === session)?.chain ?? NONE;
  }

  summary(document: string, sessions: ReadonlySet<string> | null | 'all'): ISummary {
    const isWhole = sessions === 'all';
    const reaches =
      sessions && (isWhole ? this.all : this.all.filter(({ session }) => sessions.has(session)));
    return { document: SEGMENTS + document, digest: this.digest, reaches, isWhole };
  }

  private look(): IForms {
    const { version } = this.reaches;
    if (this.known?.version === version) {
      return this.known;
    }
    const all: IReach[] = [];
    for (const session of [...this.log.sessions].sort()) {
      const segments = this.log
        .pieces(session, 0, this.log.shown(session))
        .filter(({ form }) => form === 'segment');
      const last = segments.at(-1);
      if (last) {
        const chain = this.hash(joinBytes(segments.map(({ hash }) => hash))).slice(0, CHAIN_BYTES);
        all.push({ session, count: last.to, chain });
      }
    }
    const said = all.flatMap(({ session, chain }) => [sessionBytes(session), chain]);
    const digest = this.hash(joinBytes(said)).slice(0, DIGEST_BYTES);
    return (this.known = { version, digest, all });
  }
}
