/** What a notebook needs of the class it is in. */
import type * as Y from 'yjs';
import type { Cancel } from '../core/clock';
import type { Branch } from '../core/document/name';
import type { ILost } from '../core/permissions/lost';
import type { IKept } from '../core/sync/kept';

export interface ITogether {
  /** Who one is there: 32 hex digits. */
  readonly me: { readonly participant: string };
  /** `everyone`: whom the branches belong to that are the class's. */
  readonly invitation: { readonly everyone: string };
  /** Which of the class's notebooks at one path this page shows. */
  readonly branch: Branch;
  /** The name of that notebook, of the genesis with this hash. */
  documentName(genesis: string): string;
  /** Whether one may write in a document of the class, as it is now. */
  mayWrite(document: string): boolean;
  /** Whether nothing more counts of what this page writes in it, though one may: a new page's would. */
  needsReload(document: string): boolean;
  /** Keeps a document equal with everybody's, until the result is called. */
  follow(
    name: string,
    doc: Y.Doc,
    followed: {
      readonly kind: 'document' | 'outputs';
      readonly genesis: Uint8Array | null;
      readonly kept: readonly IKept[];
      keep(kept: IKept): void;
      /** Another document takes the place of the one that was followed. */
      rebuilt(doc: Y.Doc): void;
      lost?(lost: readonly ILost[]): void;
      refused?(fault: string): void;
      /** What this device has is in the document. Before, nothing is to be written. */
      readonly restored: () => void;
    }
  ): Cancel;
}
