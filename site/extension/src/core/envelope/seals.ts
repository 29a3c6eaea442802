/**
 * Everything one's own session says: one `Sealer` for each document and kind, kept as long as the session lasts. Nobody
 * else makes Sealers, so that each stream is counted once [ENV3].
 */
import type { Kind } from './envelope';
import type { IDocumentKey } from './keys';
import { type ISealed, type ISealerPorts, Sealer } from './seal';

export interface ISealsPorts extends ISealerPorts {
  readonly room: Uint8Array;
  readonly session: string;
}

export class Seals {
  constructor(private readonly ports: ISealsPorts) {}

  private readonly sealers = new Map<string, Sealer>();

  /** As `Sealer.seal`; `key` is the document's as it is now. */
  seal(
    document: string,
    kind: Kind,
    key: IDocumentKey,
    change: Uint8Array,
    then: (sealed: ISealed) => void
  ): number {
    const { room, session } = this.ports;
    const name = nameOf(document, kind);
    const sealer = this.sealers.get(name) ?? new Sealer(this.ports, { room, document, session, kind }, key);
    this.sealers.set(name, sealer);
    sealer.use(key);
    return sealer.seal(change, then);
  }

  /** Null where nothing was said yet. */
  of(document: string, kind: Kind): Sealer | null {
    return this.sealers.get(nameOf(document, kind)) ?? null;
  }

  /** Envelopes on their way, of all streams: none when what was said has left. */
  get waiting(): number {
    return [...this.sealers.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }
}

/** Names have no spaces. */
function nameOf(document: string, kind: Kind): string {
  return `${document} ${kind}`;
}
