/**
 * What a document says, in a few bytes: two pages with the same log compare it. Yjs orders by arrival what stands between
 * places that no editor gives, and then the same log makes two documents [PER6].
 */
import type * as Y from 'yjs';
import type { Clock } from '../clock';
import type { Digest } from '../session';
import { sameBytes } from '../bytes';

/** Nothing changed for so long: what is on its way has arrived. `content_quiet_ms`. */
export const QUIET_MS = 2000;
/** From one document built anew because of what a neighbour says to the next, at least. `settle_every_ms`. */
export const SETTLE_EVERY_MS = 30_000;
/** Half a SHA-256: it is compared, and makes a page look again. */
const CONTENT_BYTES = 16;
const ROOTS = ['cells', 'meta'];

export class Contents {
  constructor(
    private readonly clock: Clock,
    private readonly digest: Digest
  ) {}

  private known: Uint8Array | null = null;
  private changedAt = -Infinity;
  /** The log as it was when the document was built of it last. */
  private built: Uint8Array | null = null;
  private builtAt = -Infinity;

  changed(): void {
    this.known = null;
    this.changedAt = this.clock.now();
  }

  /** Null while it changes. */
  quiet(doc: Y.Doc): Uint8Array | null {
    if (this.clock.now() - this.changedAt < QUIET_MS) {
      return null;
    }
    return (this.known ??= this.of(doc)[0]!);
  }

  of(...docs: readonly [Y.Doc, Y.Doc]): [Uint8Array, Uint8Array];
  of(...docs: readonly Y.Doc[]): Uint8Array[];
  of(...docs: readonly Y.Doc[]): Uint8Array[] {
    return docs.map(doc => this.digest(encoded(doc)).slice(0, CONTENT_BYTES));
  }

  /** Whether to build the document of this log: not twice, and not all the time. */
  mayBuild(log: Uint8Array): boolean {
    const now = this.clock.now();
    if ((this.built && sameBytes(this.built, log)) || now - this.builtAt < SETTLE_EVERY_MS) {
      return false;
    }
    this.built = log;
    this.builtAt = now;
    return true;
  }
}

function encoded(doc: Y.Doc): Uint8Array {
  return new TextEncoder().encode(spelled(ROOTS.map(name => doc.getMap(name).toJSON())));
}

/** JSON with the keys of maps in one order, also of those that look like numbers, which objects put first. */
function spelled(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(spelled).join()}]`;
  }
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${spelled(each)}`).join()}}`;
}
