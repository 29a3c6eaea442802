/** What this session says, sealed and signed in order; what cannot be sealed yet, as no key is here, waits. */
import type { Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { ISealed } from '../envelope/seal';
import type { Seals } from '../envelope/seals';

export interface IWriterPorts {
  readonly seals: Seals;
  /** What is written to a document now is sealed with this; null while there is no key. */
  keyFor(document: string, kind: Kind, then: (key: IDocumentKey | null) => void): void;
  /** One's own envelope is ready; `change`: what it says, or what it is a part of. */
  made(sealed: ISealed, change: Uint8Array): void;
  /** Something waits for a key. */
  locked(document: string): void;
}

interface IStream {
  readonly document: string;
  readonly kind: Kind;
  /** Waiting for a key. */
  readonly queue: Uint8Array[];
  isFetching: boolean;
}

export class Writer {
  constructor(private readonly ports: IWriterPorts) {}

  private readonly streams = new Map<string, IStream>();

  /** Seals a change and hands out its envelopes: at once, where key and cryptography are at hand. */
  write(document: string, kind: Kind, change: Uint8Array): void {
    const name = nameOf(document, kind);
    const stream = this.streams.get(name) ?? { document, kind, queue: [], isFetching: false };
    this.streams.set(name, stream);
    if (kind === 'awareness' || kind === 'record') {
      // Only the latest counts.
      stream.queue.length = 0;
    }
    stream.queue.push(change);
    this.send(stream);
  }

  /** There may be other keys: what waits is sealed. */
  unlock(): void {
    this.streams.forEach(stream => this.send(stream));
  }

  /** How many envelopes were made. */
  count(document: string, kind: Kind): number {
    return this.ports.seals.of(document, kind)?.count ?? 0;
  }

  /** How many changes wait for a key: the last that were written. */
  waiting(document: string, kind: Kind): number {
    return this.streams.get(nameOf(document, kind))?.queue.length ?? 0;
  }

  /** What waits for a key is not to be said any more. */
  drop(document: string, kind: Kind): void {
    this.streams.get(nameOf(document, kind))?.queue.splice(0);
  }

  private send(stream: IStream): void {
    const { document, kind, queue } = stream;
    if (stream.isFetching || queue.length === 0) {
      return;
    }
    stream.isFetching = true;
    this.ports.keyFor(document, kind, key => {
      stream.isFetching = false;
      if (!key) {
        this.ports.locked(document);
        return;
      }
      for (const change of queue.splice(0)) {
        this.ports.seals.seal(document, kind, key, change, sealed => this.ports.made(sealed, change));
      }
    });
  }
}

function nameOf(document: string, kind: Kind): string {
  return `${kind} ${document}`;
}
