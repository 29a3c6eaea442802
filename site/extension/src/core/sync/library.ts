/** The documents of this page: those that are open, and those it carries for others. */
import * as Y from 'yjs';
import type { Cancel, Clock } from '../clock';
import { parseOutputsName } from '../document/name';
import { CARRY_MS } from './carried';
import type { Custody } from './custody';
import type { Replica } from './replica';

export type DocumentKind = 'document' | 'outputs';

export interface ILibraryPorts {
  readonly clock: Clock;
  make(document: string, kind: DocumentKind): Replica;
  /** A document is here now: who has more is to say so. */
  opened(replica: Replica, isOpen: boolean): void;
  dropped(document: string): void;
}

export class Library {
  constructor(private readonly ports: ILibraryPorts) {}

  readonly replicas = new Map<string, Replica>();
  /** Set once: it knows the library as well. */
  custody!: Custody;

  /**
   * Opens a document, or what is carried of it; `then`: what is here is in it. The result closes it: its log stays, for the
   * class and for opening it again.
   */
  open(
    document: string,
    doc: Y.Doc,
    kind: DocumentKind,
    genesis: Uint8Array | null,
    then: () => void = () => undefined
  ): Cancel {
    const before = this.replicas.get(document);
    if (before?.doc) {
      throw new Error(`Already open: ${document}`);
    }
    const replica = this.ensure(document, kind);
    this.custody.carried.delete(document);
    replica.open(doc, genesis, then);
    this.ports.opened(replica, true);
    return () => {
      if (this.replicas.get(document) === replica && replica.doc) {
        replica.close();
        this.custody.carried.add(document);
      }
    };
  }

  /** The document, begun when it is this page's to carry. `isAsked`: somebody needs it who reaches nobody else. */
  carry(document: string, isAsked = false): Replica | undefined {
    const here = this.replicas.get(document);
    const isDuty = this.custody.isDuty(document);
    if (here || !(isAsked || isDuty) || !this.custody.carried.admits(document)) {
      return here;
    }
    const replica = this.add(document, parseOutputsName(document) ? 'outputs' : 'document');
    this.custody.carried.add(document);
    if (!isDuty) {
      this.ports.clock.after(CARRY_MS, () => this.release(replica));
    }
    this.ports.opened(replica, false);
    return replica;
  }

  /** A document that is about to be opened. */
  ensure(document: string, kind: DocumentKind): Replica {
    return this.replicas.get(document) ?? this.add(document, kind);
  }

  drop(replica: Replica): void {
    replica.end();
    this.replicas.delete(replica.name);
    this.custody.carried.delete(replica.name);
    this.ports.dropped(replica.name);
  }

  end(): void {
    [...this.replicas.values()].forEach(replica => this.drop(replica));
  }

  private add(document: string, kind: DocumentKind): Replica {
    const replica = this.ports.make(document, kind);
    this.replicas.set(document, replica);
    return replica;
  }

  /** What was carried for somebody need not be any more: who still needs it asks again. */
  private release(replica: Replica): void {
    // Not what was opened here meanwhile, or written: its place in the sequence must not be lost.
    if (
      this.replicas.get(replica.name) === replica &&
      this.custody.carried.has(replica.name) &&
      !replica.isOwn &&
      !this.custody.isDuty(replica.name)
    ) {
      this.drop(replica);
    }
  }
}
