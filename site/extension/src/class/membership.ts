/** What the rest of the page knows of the class it is in. The seam between the class and its interface. */
import type * as Y from 'yjs';
import type { Cancel } from '../core/clock';
import type { IInvitation } from '../core/class/invitation';
import type { Engine } from '../core/sync/engine';
import type { ISummary } from '../connection/summary';
import type { Listeners } from '../connection/listeners';
import type { IIdentity } from './identity';

/** One person, however many tabs they have open. */
export interface IParticipant {
  /** 32 hex digits. */
  readonly participant: string;
  readonly name: string;
  readonly isMe: boolean;
  /** False: was here, and what they left may still be. */
  readonly isHere: boolean;
  /** Milliseconds since 1970, of the tab that has been here longest. */
  readonly since: number;
  /** Their tabs, as sessions of the engine. */
  readonly sessions: readonly string[];
  /** Paths of the workshop's notebooks they have open, sorted. */
  readonly notebooks: readonly string[];
  /** 0 to 9, the same for everybody who sees the same people. */
  readonly colour: number;
}

export interface IMembership {
  readonly invitation: IInvitation;
  readonly me: IIdentity;
  readonly engine: Engine;
  readonly summary: ISummary;
  /** Somebody this page is connected to uses a version of Peerbook that it does not understand: a reload may help one of them. */
  readonly meetsOtherVersion: boolean;
  /** Oneself first, then those who are here by name, then those who were here. */
  readonly people: readonly IParticipant[];
  /** People, names, presence or connections are different. Told at most once a frame's time or so, after it happened. */
  readonly changed: Listeners<[]>;
  /** The participant a session belongs to. */
  personOf(session: string): IParticipant | undefined;
  rename(name: string): boolean;
  /** The name of the notebook that everybody writes, of the genesis with this hash. */
  sharedName(genesis: string): string;
  /** Keeps a document equal with everybody's; see `Engine.follow`. */
  follow(name: string, doc: Y.Doc, kind: 'document' | 'outputs', genesis: Uint8Array | null): Cancel;
  /** Leaves the class: the page works on alone. */
  leave(): void;
}
