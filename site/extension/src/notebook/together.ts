/** What a notebook needs of the class it is in. */
import type * as Y from 'yjs';
import type { Cancel } from '../core/clock';

export interface ITogether {
  /** Who one is there: 32 hex digits. */
  readonly me: { readonly participant: string };
  /** `everyone`: whom the branch belongs to that everybody writes. */
  readonly invitation: { readonly everyone: string };
  /** The name of the notebook that everybody writes, of the genesis with this hash. */
  sharedName(genesis: string): string;
  /** Keeps a document equal with everybody's, until the result is called. */
  follow(name: string, doc: Y.Doc, kind: 'document' | 'outputs', genesis: Uint8Array | null): Cancel;
}
