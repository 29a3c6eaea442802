/**
 * What neighbours say to each other over a connection. The first byte tells: below 128 it is the version of an envelope,
 * which is passed on as it is; the others are between two neighbours and go no further. Each version has types of its own, so
 * that what another version says is known as that, and not taken for nonsense. `wire.ts` has them byte for byte.
 */

/** How many of a session's envelopes are here, and what their chain is then. */
export interface IReach {
  readonly session: string;
  readonly count: number;
  /** The first CHAIN_BYTES of the running hash after `count` envelopes. */
  readonly chain: Uint8Array;
}

/**
 * How far a log is. `reaches` null: only the digest is said, which is enough where it is the same. `isWhole`: every session
 * is among the reaches; else only those that changed.
 */
export interface ISummary {
  readonly document: string;
  readonly digest: Uint8Array;
  readonly reaches: readonly IReach[] | null;
  readonly isWhole: boolean;
}

/** From which envelope on a session's are wanted. */
export interface IWant {
  readonly session: string;
  readonly from: number;
}

/** The latest that is known of what a session says of itself; `stream` stands for session, document and kind. */
export interface IHeardOf {
  readonly stream: string;
  readonly sequence: number;
}

export type Message =
  | { readonly type: 'envelope'; readonly bytes: Uint8Array }
  | { readonly type: 'short'; readonly reference: string; readonly tail: Uint8Array }
  /** There is an envelope too large to be sent unasked. */
  | { readonly type: 'announce'; readonly id: string; readonly size: number; readonly document: string }
  | { readonly type: 'pull'; readonly id: string }
  /** The answer to a pull of what is no longer here. */
  | { readonly type: 'missing'; readonly id: string }
  /**
   * `fresh`: nothing is on its way between the two that might explain a difference. `answer`: who has more says so.
   */
  | {
      readonly type: 'summary';
      readonly fresh: boolean;
      readonly answer: boolean;
      readonly summaries: readonly ISummary[];
    }
  | { readonly type: 'ask'; readonly document: string; readonly wants: readonly IWant[] }
  /** Envelopes and segments in answer to an ask; `isLast`: that was all. */
  | {
      readonly type: 'entries';
      readonly document: string;
      readonly isLast: boolean;
      readonly pieces: readonly Uint8Array[];
    }
  /** Tell me what is newer than this. */
  | { readonly type: 'who'; readonly known: readonly IHeardOf[] }
  /** That head was never said, or is forgotten: say it again. */
  | { readonly type: 'unknown'; readonly reference: string }
  /** Who has this document? Passed on by those who do not. */
  | { readonly type: 'seek'; readonly id: string; readonly document: string }
  /** The way to it leads through me. */
  | { readonly type: 'found'; readonly document: string }
  /** Then bring it. */
  | { readonly type: 'take'; readonly document: string }
  /** Whose a session is, before the first envelope of it. */
  | { readonly type: 'introduction'; readonly bytes: Uint8Array }
  | { readonly type: 'who-is'; readonly session: string }
  /** What an owner or instructor says about the class. */
  | { readonly type: 'statement'; readonly bytes: Uint8Array }
  /** Two pieces that contradict each other, both signed by one session. */
  | { readonly type: 'fork'; readonly bytes: Uint8Array }
  /** Somebody who has the link asks to be let in, or for the keys of an epoch. */
  | { readonly type: 'knock'; readonly bytes: Uint8Array }
  | { readonly type: 'admit'; readonly bytes: Uint8Array };
