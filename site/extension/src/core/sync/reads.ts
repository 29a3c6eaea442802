/** How far each session of a log is read into a document, and what reading needs. */
import type { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import type { ICheckedChange } from '../permissions/change';
import type { IChangeLimits } from '../permissions/limits';
import type { Work } from '../permissions/work';

/** What a piece turns out to hold. */
export type Opened =
  | { readonly kind: 'open'; readonly plain: Uint8Array; readonly part: number; readonly parts: number }
  /** There is no key here, yet. */
  | { readonly kind: 'locked' }
  /** Sealed with another key, or for another place. */
  | { readonly kind: 'wrong' };

export interface IReadingPorts {
  readonly log: Log;
  /** One's own session: what it writes is in the document before it is in the log. */
  readonly session: string;
  readonly limits: IChangeLimits;
  readonly origin: symbol;
  /** How long each person's writing may take. */
  readonly work?: Work | undefined;
  /** Whose a session is; null for one's own. */
  personOf(session: string): string | null;
  clientOf(session: string, author: string): number;
  /** How far a session counts that was cut off; null for all others. */
  frontier(session: string): number | null;
  open(piece: IPiece, then: (opened: Opened) => void): void;
  /**
   * What a session says from `place` on may not be said: `piece` is where that shows. `isBuilding`: nothing of what comes
   * after is in the document.
   */
  stopped(session: string, place: number, piece: IPiece, isBuilding: boolean): void;
  /** Whether this document says what may be: not while the next one is being built, as what it leans on may be gone. */
  decides(): boolean;
  /** Something is sealed with a key that is not here. */
  locked(piece: IPiece): void;
  /** Something that had waited may not be: built anew, it shows where. */
  torn(): void;
  /** Something was read, and nothing is being opened. */
  progressed(): void;
}

/** A change, opened, before the document is built of it. */
export interface IGathered {
  readonly strand: IStrand;
  readonly place: number;
  readonly piece: IPiece;
}

/** One session. */
export interface IStrand {
  readonly session: string;
  readonly client: number;
  /** Up to where the log was read. */
  next: number;
  /** The client's clock there. */
  clock: number;
  /** A change in parts of which not all were read. */
  parts: { readonly place: number; readonly of: number; readonly list: Uint8Array[] } | null;
  /** `left`: something in it may not be where it stands in this document, and the next one says whether that counts. */
  state: 'idle' | 'opening' | 'locked' | 'full' | 'left';
  /** What found no room to wait, in order. */
  readonly rest: ICheckedChange[];
  isCut: boolean;
}
