/** What an engine is given, and what it says of what it does not take. */
import type * as Y from 'yjs';
import type { Clock, Random } from '../clock';
import type { ICrypto } from '../crypto';
import type { Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { IOwnSession } from '../identity/own';
import type { ICut } from '../log/log';
import type { ILost } from '../permissions/lost';
import type { IHeardOf } from '../overlay/messages';
import type { Neighbour } from '../overlay/neighbours';
import type { Digest } from '../session';
import type { IAcquaintance } from './acquaintances';
import type { IKept } from './kept';

/**
 * Why something that came was not taken. `garbled`, `forged` and `other-version` are the neighbour's own doing, as nobody
 * passes on what they cannot read or verify; the others may have been somebody else's.
 */
export type Refusal =
  | 'garbled'
  /** Its envelope, or message, is of another version of Peerbook. */
  | 'other-version'
  /** Not signed by the session that it says it is of. */
  | 'forged'
  /** It says what its author may not say, or is no change of the document. */
  | 'no-change'
  /** Sealed with another key than the document's. */
  | 'sealed'
  | 'unknown-head'
  /** Nobody said whose session it is. */
  | 'unknown-session'
  | 'other-class'
  | 'own'
  | 'stale'
  /** Not known yet whether its author may. */
  | 'too-early'
  | 'not-allowed'
  /** Its session said two things. */
  | 'forked'
  /** Its session does not count that far. */
  | 'cut-off';

/** Whether somebody may write somewhere, as far as is known here. */
export type Standing =
  | 'may'
  /** Not as their role is known here. */
  | 'may-not'
  /** Nothing is known of the class yet. */
  | 'unknown';

/** Where something is said. */
export interface IPlace {
  readonly document: string;
  readonly kind: Kind;
  readonly session: string;
  /** Null: that of whatever is written next. */
  readonly epoch: number | null;
  readonly sequence: number;
}

/** Who may what in the class, by what was stated. */
export interface IRules {
  standing(who: IAcquaintance, place: IPlace): Standing;
  /** How far a session counts in a document; null: there is no frontier for it. */
  cutOf(document: string, session: string, participant: string): ICut | null;
  /** Epochs that were stated, and are not any more: what is sealed for one is not to be had. */
  readonly undone?: ReadonlySet<number>;
  /** Whether nobody may say how far somebody counts: they own the class. */
  isOwner?(participant: string): boolean;
}

/** The keys of documents, as far as they are here. */
export interface IKeys {
  /** What is written to a document now is sealed with this; null while there is none. */
  keyFor(document: string, kind: Kind, then: (key: IDocumentKey | null) => void): void;
  /**
   * Those that may open something of an epoch: to be tried one after the other. None while there is none. `areAll` is
   * false where it may be sealed with another, which nobody here has heard of yet.
   */
  keysOf(
    document: string,
    kind: Kind,
    epoch: number,
    then: (keys: readonly Uint8Array[], areAll?: boolean) => void
  ): void;
}

/** What hears the class's own messages: `society.ts`, or nobody. */
export interface IClassEar {
  /** What two compare first; null while nothing is known. */
  readonly summary: Uint8Array | null;
  known(): IHeardOf[];
  tell(neighbour: Neighbour, known: readonly IHeardOf[]): void;
  hear(peer: string, type: 'statement' | 'knock' | 'admit', bytes: Uint8Array): void;
  joined(peer: string): void;
  left(peer: string): void;
  locked(): void;
}

export interface IEngineOptions {
  /** Which class: 16 bytes. */
  readonly room: Uint8Array;
  readonly own: IOwnSession;
  readonly crypto: ICrypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  /** Milliseconds, as fine as there are, for what somebody's writing costs; none: it may take as long as it takes. */
  readonly stopwatch?: () => number;
  readonly rules: IRules;
  readonly keys: IKeys;
  readonly ear?: IClassEar;
  /** Whether this page keeps a document for others that nobody here has open. */
  carries?(document: string): boolean;
  /** Own envelopes that become a segment: for lessons that are shorter than life. */
  readonly compactEvery?: number;
  /** Whether changes of this origin are not this session's own: from storage, from another tab. */
  isForeign?(origin: unknown): boolean;
  /** To be stored: handed over before it is passed on, in the order in which it is to be given back. */
  keep?(document: string, kept: IKept): void;
  /** Whose a session is has become known. */
  onIntroduced?(who: IAcquaintance): void;
  /** People, presence or cursors are different. */
  onPeople?(): void;
  /** For whoever looks for what is wrong. `peer` passed it on, and need not have made it. */
  onRefusal?(refusal: Refusal, peer: string): void;
  /**
   * A session said two things: an instructor may say how far it counts. Told again with each new proof, and by each page
   * that finds it itself in what a segment says, as nobody passes that on.
   */
  onFork?(document: string, session: string, participant: string): void;
  /** A document was built anew, as something in it does not count any more: `doc` takes the place of the one before. */
  onReplayed?(document: string, doc: Y.Doc): void;
  /** What one wrote and is not in the document any more. */
  onLost?(document: string, lost: readonly ILost[]): void;
  /** What somebody wrote takes so long that it waits, and comes bit by bit. */
  onCostly?(participant: string): void;
  /** Something is sealed with a key that is not here. */
  onLocked?(document: string, epoch: number): void;
  /** What was written here may not be, and stays on this page. */
  onUnfit?(document: string, fault: string): void;
}
