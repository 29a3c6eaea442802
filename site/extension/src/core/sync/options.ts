/** What an engine is given, and what it says of what it does not take. */
import type { Clock, Random } from '../clock';
import type { Digest } from '../session';

/**
 * Why something that came was not taken. `garbled` and `other-version` are the neighbour's own doing, as nobody passes on
 * what they cannot read; the others may have been somebody else's.
 */
export type Refusal =
  | 'garbled'
  /** Its envelope, or message, is of another version of Peerbook. */
  | 'other-version'
  /** It can be read, and is no change of the document. */
  | 'no-change'
  | 'unknown-head'
  | 'other-class'
  | 'own'
  | 'stale'
  | 'not-allowed';

export interface IEngineOptions {
  /** Which class: 16 to 32 bytes. */
  readonly room: Uint8Array;
  readonly session: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Whether this page keeps a document for others that nobody here has open. */
  carries?(document: string): boolean;
  /** Whether changes of this origin are not this session's own: from storage, from another tab. */
  isForeign?(origin: unknown): boolean;
  /** People, presence or cursors are different. */
  onPeople?(): void;
  /** For whoever looks for what is wrong. `peer` passed it on, and need not have made it. */
  onRefusal?(refusal: Refusal, peer: string): void;
}
