/**
 * Two tabs of one notebook, live with each other: what one types the other shows. Only the shared text travels; each tab
 * shows what it ran itself.
 */
import * as Y from 'yjs';

/** Marks what another tab of this browser did. */
export const FROM_TAB = Symbol('from another tab');

type Message =
  | { readonly kind: 'hello' | 'state'; readonly vector: Uint8Array; readonly update: Uint8Array | null }
  | { readonly kind: 'update'; readonly update: Uint8Array };

/** What is used of a BroadcastChannel. */
export interface IChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export class Tabs {
  /** @param met called once, when another tab with this document is there */
  constructor(
    private readonly doc: Y.Doc,
    private readonly channel: IChannel,
    private readonly met: () => void
  ) {
    channel.onmessage = event => this.receive(event.data);
    doc.on('update', this.onUpdate);
    this.send({ kind: 'hello', vector: Y.encodeStateVector(doc), update: null });
  }

  private known = false;

  dispose(): void {
    this.doc.off('update', this.onUpdate);
    this.channel.onmessage = null;
    this.channel.close();
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== FROM_TAB) {
      this.send({ kind: 'update', update });
    }
  };

  private receive(data: unknown): void {
    const message = messageOf(data);
    if (!message) {
      return;
    }
    if (!this.known) {
      this.known = true;
      this.met();
    }
    if (message.update) {
      Y.applyUpdate(this.doc, message.update, FROM_TAB);
    }
    if (message.kind === 'hello') {
      // What the other lacks, and what we know, so that it sends what we lack. Deletions do not show in a vector, so always.
      const update = Y.encodeStateAsUpdate(this.doc, message.vector);
      this.send({ kind: 'state', vector: Y.encodeStateVector(this.doc), update });
    } else if (message.kind === 'state') {
      this.send({ kind: 'update', update: Y.encodeStateAsUpdate(this.doc, message.vector) });
    }
  }

  private send(message: Message): void {
    this.channel.postMessage(message);
  }
}

function messageOf(data: unknown): Message | null {
  const { kind, vector, update } = (data ?? {}) as Record<string, unknown>;
  if (kind === 'update' && update instanceof Uint8Array) {
    return { kind, update };
  }
  const whole = vector instanceof Uint8Array && (update === null || update instanceof Uint8Array);
  return (kind === 'hello' || kind === 'state') && whole ? { kind, vector, update } : null;
}
