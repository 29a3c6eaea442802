/**
 * What a root key states about the class: who has which role, epochs of keys, another owner, what is shared. Signed, so
 * that it counts whoever passes it on. docs/SPEC.md, ROL; golden vectors in `tests/protocol/statements.json`.
 *
 *     text "peerbook statement 1", class (16), author's root key (32), number, kind (1 byte), body, signature (64)
 */
import * as encoding from 'lib0/encoding';
import { sameBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { type Digest, SESSION_BYTES, sessionBytes, sessionText } from '../session';
import { fromHex, tagged, toHex } from '../tagged';
import { CLASS_BYTES } from './founding';

/** `statement_bytes` in docs/protocol.json: room for a frontier of a thousand sessions. */
export const STATEMENT_BYTES = 65_536;
/** What of it a frontier may take, so that there is room for the list of statements that count. */
export const FRONTIER_BYTES = 49_152;
/** Statements that one statement lets count, however long its frontier is. */
export const MOST_COUNTS = 500;
/** How far above the owner's last epoch an instructor's may be. `epochs_ahead` in docs/protocol.json. */
export const EPOCHS_AHEAD = 1_000_000;
/** Members that a statement closing the door names: 64 kB of them. `epoch_members` in docs/protocol.json. */
export const EPOCH_MEMBERS = 4000;
/** Members of a team. `team_members` in docs/protocol.json. */
export const TEAM_MEMBERS = 64;
/** What a team is called, in UTF-16 units. `team_name_chars` in docs/protocol.json. */
export const TEAM_NAME_CHARS = 40;

const WHAT = tagged('statement');
const KEY_BYTES = 32;
const HASH_BYTES = 32;
const PARTICIPANT_BYTES = 16;
const SIGNATURE_BYTES = 64;
const DOCUMENT = /^[!-~]{1,255}$/;

/** What somebody may be stated to be. The byte on the wire is the index, as with those below. */
export const STATED_ROLES = ['instructor', 'attendee', 'viewer', 'removed'] as const;
export type StatedRole = (typeof STATED_ROLES)[number];
export const DOORS = ['open', 'closed'] as const;
export type Door = (typeof DOORS)[number];
export const STATEMENT_KINDS = ['standing', 'epoch', 'succession', 'sharing', 'fork', 'team'] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** How far one session counts in one document. */
export interface IReach {
  readonly document: string;
  readonly session: string;
  /** 0: of a session in which its author may write, nothing counts all the same. */
  readonly count: number;
  /** The chain there, 32 bytes. */
  readonly chain: Uint8Array;
}

/** What goes with taking something from somebody. */
export interface IBounds {
  /** Which of their own statements still count: ids. Naming them, and not a number, lets nobody date one back. */
  readonly counts: readonly string[];
  /** How far their sessions count. In the order of document and session. */
  readonly frontier: readonly IReach[];
}

export type StatementBody =
  | ({ readonly kind: 'standing'; readonly participant: string; readonly role: StatedRole } & IBounds)
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly door: Door;
      /** SHA-256 of the epoch's key. */
      readonly keyHash: Uint8Array;
      /** With the door closed: who of those nobody spoke of is a member. In order; with the door open, nobody. */
      readonly members: readonly string[];
    }
  | ({ readonly kind: 'succession'; readonly ownerKey: Uint8Array } & IBounds)
  /** Whether the outputs of everybody's own notebooks are shown to the class. */
  | { readonly kind: 'sharing'; readonly outputs: boolean }
  /** Removed, as a session of theirs said two things: SHA-256 of the proof. */
  | ({ readonly kind: 'fork'; readonly participant: string; readonly proof: Uint8Array } & IBounds)
  | {
      readonly kind: 'team';
      /** 32 hex digits: the owner in the names of its documents. */
      readonly team: string;
      readonly name: string;
      /** SHA-256 of the key that its documents are written with from now on. */
      readonly keyHash: Uint8Array;
      /** Participants, in order. Nobody: the team is over. */
      readonly members: readonly string[];
      /** How far sessions of those count who were members, in the team's documents. */
      readonly frontier: readonly IReach[];
    };

export type IStatement = StatementBody & {
  /** The author's root key; the recovery key for a succession. */
  readonly author: Uint8Array;
  /** Higher than all the author knew of: decides between two on one subject. */
  readonly number: number;
  /** Hex SHA-256 of `bytes`. */
  readonly id: string;
  readonly bytes: Uint8Array;
};

/** The closed set of what can be wrong with a statement's bytes, in the order in which it is looked for. */
export const STATEMENT_FAULTS = [
  'too-large', // more than STATEMENT_BYTES
  'what', // no statement, or another version's
  'class', // another class's
  'kind', // a kind nobody states
  'cut-short',
  'number', // not the shortest spelling, or above 2^53 - 1
  'left-over',
  'value', // a role, door, document or count that is none
  'order', // a list that is not in order, or names something twice
  'signature' // not the author's
] as const;
export type StatementFault = (typeof STATEMENT_FAULTS)[number];

/** @throws RangeError for a body that is none: own statements are made right. */
export function signStatement(
  signer: ISigner,
  digest: Digest,
  classId: Uint8Array,
  number: number,
  body: StatementBody,
  then: (statement: IStatement) => void
): void {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, WHAT);
  encoding.writeUint8Array(encoder, classId);
  encoding.writeUint8Array(encoder, signer.key);
  encoding.writeVarUint(encoder, number);
  encoding.writeUint8(encoder, STATEMENT_KINDS.indexOf(body.kind));
  writeBody(encoder, body);
  const unsigned = Uint8Array.from(encoding.toUint8Array(encoder));
  const check = decodeStatement(digest, classId, withSignature(unsigned, new Uint8Array(SIGNATURE_BYTES)));
  if (check.kind === 'fault') {
    throw new RangeError(`Not a statement: ${check.fault}`);
  }
  signer.sign(unsigned, signature => {
    const bytes = withSignature(unsigned, signature);
    then({ ...check.value, bytes, id: toHex(digest(bytes)) });
  });
}

/** Reads a statement that anybody may have written, and verifies that its author signed it [ROL1]. */
export function readStatement(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  bytes: Uint8Array,
  then: (read: Read<IStatement, StatementFault>) => void
): void {
  const read = decodeStatement(digest, classId, bytes);
  if (read.kind === 'fault') {
    then(read);
    return;
  }
  const at = bytes.byteLength - SIGNATURE_BYTES;
  crypto.verify(read.value.author, bytes.slice(at), bytes.slice(0, at), isGenuine =>
    then(isGenuine ? read : fault('signature'))
  );
}

/** What it says; nothing is verified. For what this page has verified before. */
export function decodeStatement(
  digest: Digest,
  classId: Uint8Array,
  bytes: Uint8Array
): Read<IStatement, StatementFault> {
  if (bytes.byteLength > STATEMENT_BYTES) {
    return fault('too-large');
  }
  const reader = new Reader(bytes);
  if (!sameBytes(reader.take(WHAT.byteLength), WHAT)) {
    return fault('what');
  }
  if (!sameBytes(reader.take(CLASS_BYTES), classId)) {
    return fault(reader.fault ? 'cut-short' : 'class');
  }
  const author = reader.take(KEY_BYTES).slice();
  const number = reader.number();
  const kindByte = reader.byte();
  const kind = STATEMENT_KINDS[kindByte];
  if (!kind) {
    // Where nothing was read, the byte is 0, which is one.
    return fault('kind');
  }
  const lists = { isInOrder: true };
  const body = readBody(reader, kind, lists);
  reader.take(SIGNATURE_BYTES);
  if (reader.fault) {
    return fault(reader.fault === 'text' ? 'value' : reader.fault);
  }
  if (reader.left > 0) {
    return fault('left-over');
  }
  if (!body) {
    return fault('value');
  }
  if (!lists.isInOrder) {
    return fault('order');
  }
  return { kind: 'read', value: { ...body, author, number, id: toHex(digest(bytes)), bytes: bytes.slice() } };
}

/** A frontier in its order, cut to what fits in a statement: where there is too much, the shortest sessions go. */
export function fitFrontier(reaches: readonly IReach[]): readonly IReach[] {
  const long = [...reaches].sort((a, b) => b.count - a.count || compareReach(a, b));
  let most = long.length;
  for (;;) {
    const kept = long.slice(0, most).sort(compareReach);
    const size = frontierBytes(kept);
    if (size <= FRONTIER_BYTES) {
      return kept;
    }
    most = Math.min(most - 1, Math.floor((most * FRONTIER_BYTES) / size));
  }
}

/** How long a frontier is in a statement. */
export function frontierBytes(frontier: readonly IReach[]): number {
  const encoder = encoding.createEncoder();
  writeFrontier(encoder, frontier);
  return encoding.length(encoder);
}

function writeBody(encoder: encoding.Encoder, body: StatementBody): void {
  switch (body.kind) {
    case 'standing':
      encoding.writeUint8Array(encoder, fromHex(body.participant));
      encoding.writeUint8(encoder, STATED_ROLES.indexOf(body.role));
      return writeBounds(encoder, body);
    case 'epoch':
      encoding.writeVarUint(encoder, body.epoch);
      encoding.writeUint8(encoder, DOORS.indexOf(body.door));
      encoding.writeUint8Array(encoder, body.keyHash);
      if (body.door === 'closed') {
        encoding.writeVarUint(encoder, body.members.length);
        body.members.forEach(member => encoding.writeUint8Array(encoder, fromHex(member)));
      }
      return;
    case 'succession':
      encoding.writeUint8Array(encoder, body.ownerKey);
      return writeBounds(encoder, body);
    case 'sharing':
      return encoding.writeUint8(encoder, Number(body.outputs));
    case 'fork':
      encoding.writeUint8Array(encoder, fromHex(body.participant));
      encoding.writeUint8Array(encoder, body.proof);
      return writeBounds(encoder, body);
    case 'team':
      encoding.writeUint8Array(encoder, fromHex(body.team));
      encoding.writeVarString(encoder, body.name);
      encoding.writeUint8Array(encoder, body.keyHash);
      encoding.writeVarUint(encoder, body.members.length);
      body.members.forEach(member => encoding.writeUint8Array(encoder, fromHex(member)));
      return writeFrontier(encoder, body.frontier);
  }
}

function writeBounds(encoder: encoding.Encoder, { counts, frontier }: IBounds): void {
  encoding.writeVarUint(encoder, counts.length);
  counts.forEach(id => encoding.writeUint8Array(encoder, fromHex(id)));
  writeFrontier(encoder, frontier);
}

/** Documents, each said once, with its sessions. */
function writeFrontier(encoder: encoding.Encoder, frontier: readonly IReach[]): void {
  const documents = new Map<string, IReach[]>();
  for (const reach of frontier) {
    documents.set(reach.document, [...(documents.get(reach.document) ?? []), reach]);
  }
  encoding.writeVarUint(encoder, documents.size);
  for (const [document, reaches] of documents) {
    encoding.writeVarString(encoder, document);
    encoding.writeVarUint(encoder, reaches.length);
    for (const { session, count, chain } of reaches) {
      encoding.writeUint8Array(encoder, sessionBytes(session));
      encoding.writeVarUint(encoder, count);
      encoding.writeUint8Array(encoder, chain);
    }
  }
}

/** Null for a value that is none. */
function readBody(reader: Reader, kind: StatementKind, lists: { isInOrder: boolean }): StatementBody | null {
  switch (kind) {
    case 'standing': {
      const participant = toHex(reader.take(PARTICIPANT_BYTES));
      const role = STATED_ROLES[reader.byte()];
      const bounds = readBounds(reader, lists);
      return role && bounds ? { kind, participant, role, ...bounds } : null;
    }
    case 'epoch': {
      const epoch = reader.number();
      const door = DOORS[reader.byte()];
      const keyHash = reader.take(HASH_BYTES).slice();
      const members = door === 'closed' ? readMembers(reader, lists) : [];
      return door && members.length <= EPOCH_MEMBERS ? { kind, epoch, door, keyHash, members } : null;
    }
    case 'succession': {
      const ownerKey = reader.take(KEY_BYTES).slice();
      const bounds = readBounds(reader, lists);
      return bounds && { kind, ownerKey, ...bounds };
    }
    case 'sharing': {
      const shared = reader.byte();
      return shared < 2 ? { kind, outputs: shared === 1 } : null;
    }
    case 'fork': {
      const participant = toHex(reader.take(PARTICIPANT_BYTES));
      const proof = reader.take(HASH_BYTES).slice();
      const bounds = readBounds(reader, lists);
      return bounds && { kind, participant, proof, ...bounds };
    }
    case 'team': {
      const team = toHex(reader.take(PARTICIPANT_BYTES));
      const name = reader.text();
      const keyHash = reader.take(HASH_BYTES).slice();
      const members = readMembers(reader, lists);
      const frontier = readFrontier(reader, lists);
      const isRight =
        name.length > 0 && name.length <= TEAM_NAME_CHARS && members.length <= TEAM_MEMBERS && frontier;
      return isRight ? { kind, team, name, keyHash, members, frontier } : null;
    }
  }
}

function readMembers(reader: Reader, lists: { isInOrder: boolean }): string[] {
  const members: string[] = [];
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    const member = toHex(reader.take(PARTICIPANT_BYTES));
    lists.isInOrder &&= members.length === 0 || members.at(-1)! < member;
    members.push(member);
  }
  return members;
}

function readBounds(reader: Reader, lists: { isInOrder: boolean }): IBounds | null {
  const counts: string[] = [];
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    const id = toHex(reader.take(HASH_BYTES));
    lists.isInOrder &&= counts.length === 0 || counts.at(-1)! < id;
    counts.push(id);
  }
  const frontier = readFrontier(reader, lists);
  return frontier && { counts, frontier };
}

/** Null for one that says what is none. */
function readFrontier(reader: Reader, lists: { isInOrder: boolean }): IReach[] | null {
  let isRight = true;
  const frontier: IReach[] = [];
  let before: string | null = null;
  for (let documents = reader.number(); documents > 0 && !reader.fault; documents -= 1) {
    const document = reader.text();
    const sessions = reader.number();
    isRight &&= DOCUMENT.test(document) && sessions > 0;
    lists.isInOrder &&= before === null || before < document;
    before = document;
    let last: string | null = null;
    for (let left = sessions; left > 0 && !reader.fault; left -= 1) {
      const session = reader.take(SESSION_BYTES);
      const count = reader.number();
      const chain = reader.take(HASH_BYTES).slice();
      const id = toHex(session);
      lists.isInOrder &&= last === null || last < id;
      last = id;
      frontier.push({ document, session: sessionText(session), count, chain });
    }
  }
  return isRight ? frontier : null;
}

/** By document, then by the session's bytes, as they are written. */
function compareReach(a: IReach, b: IReach): number {
  if (a.document !== b.document) {
    return a.document < b.document ? -1 : 1;
  }
  const [one, other] = [toHex(sessionBytes(a.session)), toHex(sessionBytes(b.session))];
  return one < other ? -1 : Number(one > other);
}

function withSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(unsigned.byteLength + SIGNATURE_BYTES);
  bytes.set(unsigned);
  bytes.set(signature, unsigned.byteLength);
  return bytes;
}

function fault(reason: StatementFault): Read<IStatement, StatementFault> {
  return { kind: 'fault', fault: reason };
}
