/** What the rest of the page knows of the class it is in. The seam between the class and its interface. */
import type * as Y from 'yjs';
import type { Cancel } from '../core/clock';
import type { IInvitation } from '../core/class/invitation';
import type { Branch } from '../core/document/name';
import type { Role } from '../core/class/roles';
import type { Door, StatedRole } from '../core/class/statement';
import type { Engine } from '../core/sync/engine';
import type { ILost } from '../core/permissions/lost';
import type { IKept } from '../core/sync/kept';
import type { ISummary } from '../connection/summary';
import type { Listeners } from '../connection/listeners';
import type { IIdentity } from './identity';
import type { Entrance } from './panel/entrance';
import type { TakingOverState } from './takingover';

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
  readonly role: Role;
  /** Whether what they wrote takes this page so long that it waits, and comes bit by bit [PER8]. */
  readonly isCostly?: boolean;
}

/** A team, as one may know of it. */
export interface ITeamSeen {
  /** 32 hex digits. */
  readonly team: string;
  readonly name: string;
  /** Participants who are not out of the class, in order of their ids. */
  readonly members: readonly string[];
}

/**
 * What somebody who teaches can do besides. Each does nothing where the class's statements do not let them. What is
 * promised is whether it was done: what this browser keeps is read before, which may take seconds.
 */
export interface ITeaching {
  /** Open: whoever has the link is in. Closed: whoever teaches lets them in. */
  readonly door: Door;
  /** Who stands at the closed door, in order of coming. */
  readonly waiting: readonly { readonly participant: string; readonly name: string }[];
  /** Whether the class sees the outputs of everybody's own pages. */
  readonly outputsShared: boolean;
  /** Whether one may give somebody that role, as roles are now. */
  mayGive(participant: string, role: StatedRole): boolean;
  /**
   * Whether something is on this device, open or kept, that somebody wrote for others and that will count: what is not
   * here does not once they are removed.
   */
  hasOf(participant: string): Promise<boolean>;
  /** Removing begins new keys: who is removed keeps what they had and gets nothing that comes after. Whether it is stated. */
  give(participant: string, role: StatedRole): Promise<boolean>;
  /** Begins new keys as well. */
  setDoor(door: Door): Promise<boolean>;
  /** Whether one may say anything of a team: an instructor says nothing of the owner's. */
  mayTeam(team: string): boolean;
  /** How a team is from now on; without members it is over. Who is taken out reads nothing that comes after. */
  setTeam(team: ITeamSeen): Promise<boolean>;
  /** The id of a team that is to be. */
  newTeam(): string;
  admit(participant: string): Promise<boolean>;
  refuse(participant: string): void;
  share(outputs: boolean): Promise<boolean>;
  /** The text of the recovery file; null where the recovery key is not on this device. */
  recoveryFile(workshop: string): string | null;
}

/** How a document is followed. */
export interface IFollowed {
  readonly kind: 'document' | 'outputs';
  /** What it starts from; null for one that begins with nothing. */
  readonly genesis: Uint8Array | null;
  /** What this device has of its log. */
  readonly kept: readonly IKept[];
  /** Takes what is to be kept, before it is passed on. */
  readonly keep: (kept: IKept) => void;
  /** The document was built anew, as something in it does not count any more: `doc` takes the place of the one before. */
  rebuilt(doc: Y.Doc): void;
  /** What one wrote and is not in the document any more. */
  lost?(lost: readonly ILost[]): void;
  /** What was done on this page may not be, and is not kept. */
  refused?(fault: string): void;
  /** What this device has is in the document. Before, nothing is to be written. */
  readonly restored?: () => void;
}

export interface IMembership {
  readonly invitation: IInvitation;
  readonly me: IIdentity;
  readonly engine: Engine;
  readonly summary: ISummary;
  /** How far one is who wants to come in. */
  readonly entrance: Entrance;
  /** Null before one is in. */
  readonly role: Role | null;
  /** The recovery file was taken up here: what it waits for that the class becomes this person's. Null otherwise. */
  readonly takingOver: TakingOverState | null;
  /** Waits no longer, where that is a choice: what of the lecture is not here is cut. */
  takeOverAnyway(): void;
  /** Whether one owned the class until somebody took it over. */
  readonly wasOwner: boolean;
  readonly door: Door;
  /** Whether the class sees the outputs of everybody's own pages. */
  readonly outputsShared: boolean;
  /** Null for whoever does not teach. */
  readonly teaching: ITeaching | null;
  /** Participants of whom a page said two things at once: proven, and nobody decided yet how far it counts. */
  readonly contradicting: ReadonlySet<string>;
  /** Somebody this page is connected to uses a version of Peerbook that it does not understand: a reload may help one of them. */
  readonly meetsOtherVersion: boolean;
  /** Oneself first, then those who are here by name, then those who were here. */
  readonly people: readonly IParticipant[];
  /** People, names, presence or connections are different. Told at most once a frame's time or so, after it happened. */
  readonly changed: Listeners<[]>;
  /** The participant a session belongs to. */
  personOf(session: string): IParticipant | undefined;
  rename(name: string): boolean;
  /** Which of the class's notebooks at one path this page shows. */
  readonly branch: Branch;
  /** Whose own notebook that is, where it is not one's own: a participant. */
  readonly pageOwner: string | null;
  /** Which team's page that is; null for everyone's, and on another branch. */
  readonly team: string | null;
  /** Teams whose pages one may read, by name: one's own, or all for whoever teaches. */
  readonly teams: readonly ITeamSeen[];
  /** The name of that notebook, of the genesis with this hash. */
  documentName(genesis: string): string;
  /** Whether one may write in a document of the class; it may become another answer. */
  mayWrite(document: string): boolean;
  /** Whether nothing more counts of what this page writes in a notebook, though one may: a new page's would. */
  needsReload(document: string): boolean;
  /** Keeps a document equal with everybody's; see `Engine.follow`. */
  follow(name: string, doc: Y.Doc, followed: IFollowed): Cancel;
  /** Leaves the class: the page works on alone. */
  leave(): void;
}
