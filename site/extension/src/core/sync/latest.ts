/**
 * The latest each session said of itself: what is older is dropped on its way. Remembered for a while after it counts no
 * more, so that somebody who missed the end cannot bring it back. Two neighbours compare in a few bytes for each.
 */
import type { Cancel, Clock } from '../clock';
import { type IEnvelope, idText } from '../envelope/envelope';
import type { IHeardOf } from '../overlay/messages';
import type { Digest } from '../session';

/** Streams remembered: two for each member of the largest room. */
const MOST_STREAMS = 4000;
/** How much longer than it counts something is remembered. */
const MEMORY = 3;
/** Bytes that stand for a stream between neighbours: two of 4,000 meet once in thirty million. */
export const STREAM_BYTES = 6;

/** Something a session said, as it came. */
export interface ISaid {
  readonly session: string;
  readonly bytes: Uint8Array;
}

interface ILatest extends ISaid {
  readonly sequence: number;
  readonly stream: string;
  /** Whoever said it is gone: known still, as it must not come back, and told to nobody. */
  readonly isOver: boolean;
  readonly cancel: Cancel | null;
}

export class Latest {
  constructor(
    private readonly clock: Clock,
    private readonly digest: Digest
  ) {}

  private readonly streams = new Map<string, ILatest>();
  private readonly silences = new Map<string, Cancel>();

  isNew(envelope: IEnvelope): boolean {
    return envelope.sequence > (this.streams.get(streamOf(envelope))?.sequence ?? -1);
  }

  /** `silent` is called when the session has not been heard, in any of its streams, for `expiryMs`. */
  keep(envelope: IEnvelope, bytes: Uint8Array, expiryMs: number, silent: () => void): void {
    const key = streamOf(envelope);
    this.put(
      key,
      envelope,
      bytes.slice(),
      this.clock.after(MEMORY * expiryMs, () => this.streams.delete(key))
    );
    this.listen(envelope.session, expiryMs, silent);
  }

  keepOwn(envelope: IEnvelope, bytes: Uint8Array): void {
    this.put(streamOf(envelope), envelope, bytes, null);
  }

  /** What is known here, for a neighbour to say what is newer. */
  known(): IHeardOf[] {
    return [...this.streams.values()].map(({ stream, sequence }) => ({ stream, sequence }));
  }

  newerThan(known: readonly IHeardOf[]): ISaid[] {
    const theirs = new Map(known.map(({ stream, sequence }) => [stream, sequence]));
    return [...this.streams.values()]
      .filter(({ isOver, stream, sequence }) => !isOver && sequence > (theirs.get(stream) ?? -1))
      .map(({ session, bytes }) => ({ session, bytes }));
  }

  /** The session is gone, without a word. What it says from now on counts again. */
  gone(session: string): void {
    for (const [key, latest] of this.streams) {
      if (key.startsWith(`${session} `)) {
        this.streams.set(key, { ...latest, isOver: true });
      }
    }
  }

  end(): void {
    this.streams.forEach(({ cancel }) => cancel?.());
    this.silences.forEach(cancel => cancel());
  }

  private put(key: string, { session, sequence }: IEnvelope, bytes: Uint8Array, cancel: Cancel | null): void {
    const before = this.streams.get(key);
    before?.cancel?.();
    this.streams.delete(key);
    const stream =
      before?.stream ?? idText(this.digest(new TextEncoder().encode(key)).subarray(0, STREAM_BYTES));
    this.streams.set(key, { session, sequence, bytes, stream, isOver: false, cancel });
    if (this.streams.size > MOST_STREAMS) {
      const [oldest, latest] = this.streams.entries().next().value!;
      latest.cancel?.();
      this.streams.delete(oldest);
    }
  }

  private listen(session: string, expiryMs: number, silent: () => void): void {
    this.silences.get(session)?.();
    const cancel = this.clock.after(expiryMs, () => {
      this.silences.delete(session);
      silent();
    });
    this.silences.set(session, cancel);
  }
}

function streamOf({ session, document, kind }: IEnvelope): string {
  return `${session} ${document} ${kind}`;
}
