/**
 * The seam between what people say to each other and the roads it travels: a channel to exactly one other session.
 * Types and their limits only; docs/SPEC.md (CON) has the rules, `connection/contract.ts` holds every road to them.
 */
import type { Cancel } from './clock';

/** 16 random bytes as base64url without padding: one page load. */
export type SessionId = string;

/** `control` is small and goes first (a keystroke); `bulk` may take its time (outputs). Order is kept within each. */
export const CHANNELS = ['control', 'bulk'] as const;
export type Channel = (typeof CHANNELS)[number];

/** From browser to browser, through the server, between tabs of one browser, or by hand in tests. */
export type Road = 'direct' | 'relay' | 'tab' | 'memory';

/** One message. Larger things are announced, and pulled in parts (DESIGN, decision 10). */
export const MESSAGE_BYTES = 1_000_000;
/** A sender pauses here, measured by `bufferedBytes` of both channels together, until `drained`. */
export const HIGH_WATER_BYTES = 1_048_576;
/** `drained` resolves below this: early enough that the line never runs dry. */
export const LOW_WATER_BYTES = 262_144;

/** Why a connection carries nothing at the moment, though it may again by itself. */
export type InterruptReason =
  /** Nothing is heard from the other side, or it does not confirm what is sent. */
  | 'silent'
  /** Every road that was there has ended; others are being tried. */
  | 'no-road';

/** Why a connection is over. Nothing comes after it. */
export type CloseReason =
  /** Closed on this side. */
  | 'left'
  /** Closed on the other side, in so many words. */
  | 'other-left'
  /** Nothing was heard for too long. */
  | 'lost'
  /** The other side has forgotten this connection, and begins another. */
  | 'reset'
  /** The server, which carried it, cannot be reached. */
  | 'server-away'
  /** The server does not know the other side at the moment. */
  | 'not-here'
  /** This browser has no such road, or forbids it. */
  | 'unsupported'
  /** This page has used up the connections it may open; see `RtcBudget`. */
  | 'spent'
  /** No way was found to the other side in time. */
  | 'unreachable'
  /** The other side sent what is no message. */
  | 'garbled'
  /** More was sent than the road carries away; see `OVERRUN_BYTES`. */
  | 'overrun';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'interrupted'; readonly reason: InterruptReason }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

export type MessageListener = (channel: Channel, message: Uint8Array) => void;
export type StateListener = (state: ConnectionState) => void;

/**
 * Delivers each message whole, once, in the order of its channel; or closes. It never loses one in between.
 */
export interface Connection {
  readonly peer: SessionId;
  /** Which way messages go now. A link over several roads (see `connection/link.ts`) changes it. */
  readonly road: Road;
  readonly state: ConnectionState;
  /**
   * Takes a copy of `message`, of 0 to MESSAGE_BYTES bytes; more is a RangeError. Before `open` it waits; after
   * `closed` it is dropped, as nobody can know that moment.
   */
  send(channel: Channel, message: Uint8Array): void;
  /** What was sent and has not left yet (a link: has not been confirmed yet). */
  bufferedBytes(channel: Channel): number;
  /** Resolves when both channels together are below LOW_WATER_BYTES, or the connection is closed. Never rejects. */
  drained(): Promise<void>;
  /** Says so to the other side, and is `closed` at once. */
  close(reason?: CloseReason): void;
  onMessage(listener: MessageListener): Cancel;
  /** Called with each new state, and by a link when its `road` changes. Never with the present one. */
  onState(listener: StateListener): Cancel;
}
