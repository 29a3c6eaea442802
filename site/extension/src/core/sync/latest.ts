/**
 * The latest each session said of itself: what is older is dropped on its way, and a new neighbour is told. Remembered for
 * a while after it counts no more, so that somebody who missed the end cannot bring it back.
 */
import type { Cancel, Clock } from '../clock';
import type { IEnvelope } from '../envelope/envelope';

/** Streams remembered: two for each member of the largest room. */
const MOST_STREAMS = 4000;
/** How much longer than it counts something is remembered. */
const MEMORY = 3;

interface ILatest {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly cancel: Cancel;
}

export class Latest {
  constructor(private readonly clock: Clock) {}

  private readonly streams = new Map<string, ILatest>();
  private readonly own = new Map<string, Uint8Array>();
  private readonly silences = new Map<string, Cancel>();

  isNew(envelope: IEnvelope): boolean {
    return envelope.sequence > (this.streams.get(streamOf(envelope))?.sequence ?? -1);
  }

  /** `silent` is called when the session has not been heard, in any of its streams, for `expiryMs`. */
  keep(envelope: IEnvelope, bytes: Uint8Array, expiryMs: number, silent: () => void): void {
    const stream = streamOf(envelope);
    this.streams.get(stream)?.cancel();
    this.streams.delete(stream);
    const cancel = this.clock.after(MEMORY * expiryMs, () => this.streams.delete(stream));
    this.streams.set(stream, { sequence: envelope.sequence, bytes: bytes.slice(), cancel });
    if (this.streams.size > MOST_STREAMS) {
      const [oldest, { cancel }] = this.streams.entries().next().value!;
      cancel();
      this.streams.delete(oldest);
    }
    this.listen(envelope.session, expiryMs, silent);
  }

  keepOwn(envelope: IEnvelope, bytes: Uint8Array): void {
    this.own.set(streamOf(envelope), bytes);
  }

  /** What a new neighbour is told. */
  fresh(): Uint8Array[] {
    return [...this.own.values(), ...[...this.streams.values()].map(({ bytes }) => bytes)];
  }

  end(): void {
    this.streams.forEach(({ cancel }) => cancel());
    this.silences.forEach(cancel => cancel());
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
