/** What the replica of a document asks of the page it is on, and what it says of a piece that it was given. */
import type * as Y from 'yjs';
import type { Clock } from '../clock';
import type { ICut } from '../log/log';
import type { IChain, IPiece } from '../log/piece';
import type { IChangeLimits } from '../permissions/limits';
import type { ILost } from '../permissions/lost';
import type { Work } from '../permissions/work';
import type { Digest } from '../session';
import type { Opened } from './reading';

export type Received =
  /** It is in the log, and in the document as far as that may be. */
  | 'taken'
  /** It leans on envelopes that are not here yet. */
  | 'waiting'
  | 'known'
  /** It says what its author may not say. */
  | 'bad'
  /** A segment, and what is here says something else. */
  | 'lie'
  /** Its session said two things. */
  | 'forked'
  /** Its session does not count that far. */
  | 'refused';

export interface IReplicaPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly session: string;
  /** Oneself. */
  readonly participant: string;
  readonly links: IChain;
  readonly limits: IChangeLimits;
  /** How long each person's writing may take. */
  readonly work?: Work;
  clientOf(session: string, author: string): number;
  cutOf(session: string, author: string): ICut | null;
  open(piece: IPiece, then: (opened: Opened) => void): void;
  /** Own changes, merged: to be sealed. */
  publish(change: Uint8Array): void;
  /** How many of the changes that were published last wait for a key. */
  unsealed(): number;
  /** Those are not to be sealed any more. */
  withdraw(): void;
  /** Whether changes of this origin are not the user's. */
  isForeign(origin: unknown): boolean;
  /** To be stored. */
  keep(piece: IPiece): void;
  /** A segment that is not to be taken again, and what counts in its place: to be stored. */
  banned?(piece: IPiece, instead: readonly IPiece[]): void;
  locked(piece: IPiece): void;
  /** Whether it is sealed for an epoch that was stated, and is not any more. */
  isUndone?(piece: IPiece): boolean;
  forked(proof: readonly IPiece[]): void;
  /** A session said two things, which only its segment's content shows: whoever cannot open that has no proof. */
  contradicted?(session: string, author: string): void;
  /** The document was built anew, and is another one; what of one's own is not in it any more. */
  replayed(doc: Y.Doc, lost: readonly ILost[]): void;
  /** Whether one may write here, as far as is known. */
  mayWrite(): boolean;
  /** Where logs end is found anew: what was refused may be taken now. */
  resumed(): void;
  /** Own changes that may not be: the document is built anew without them. */
  unfit(fault: string): void;
}
