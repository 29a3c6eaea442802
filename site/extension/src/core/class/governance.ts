/**
 * Who may what in a class and with which keys, as one member has it: takes what neighbours say of that, passes on what is
 * new and genuine, knocks where a key is lacking, keeps the door, and states what one decides. What it knows is asked by
 * the sync engine (`IRules`, `IKeys`). Pure: cryptography, clock and neighbours are passed in.
 */
import type { Clock } from '../clock';
import type { ICrypto } from '../crypto';
import type { Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { IOwnSession } from '../identity/own';
import type { IAdmission } from '../keys/answer';
import { answeredKnock } from '../keys/answer';
import type { IWaiting } from '../keys/door';
import type { KnockState } from '../keys/knocking';
import type { Secret } from '../secret';
import type { Digest } from '../session';
import { everyoneOf, readFounding } from './founding';
import { makeInventory, readInventory } from './inventory';
import type { ICut, Role, Roles } from './roles';
import { Secrets } from './secrets';
import {
  type Door,
  fitFrontier,
  type IReach,
  type IStatement,
  readStatement,
  signStatement,
  type StatedRole,
  type StatementBody
} from './statement';
import { Statements } from './statements';
import { Threshold } from './threshold';

/** What neighbours say to each other about the class itself. */
export type ClassMessage = 'statement' | 'knock' | 'admit';

/** What a member keeps, to come back with nobody there. */
export interface IKeptGovernance {
  readonly founding: Uint8Array | null;
  readonly statements: readonly Uint8Array[];
  readonly keys: readonly { readonly epoch: number; readonly key: Uint8Array }[];
}

export interface IGovernancePorts {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
  readonly own: IOwnSession;
  /** One's root seed. */
  readonly root: Secret;
  /** As the class sees one. */
  name(): string;
  /** To one neighbour, or to all but one. */
  say(type: ClassMessage, bytes: Uint8Array, to: string | null, except?: string): void;
  /** How far somebody's sessions are here, in every document: for a frontier. */
  reachesOf(participant: string): readonly IReach[];
  /** Agreement keys of a participant's devices, as far as they are known here. */
  devicesOf(participant: string): readonly Uint8Array[];
  /** Whether something of somebody was taken before: they were a member. */
  isMember(participant: string): boolean;
  /** Roles, epochs, keys, the door or who stands there are different. */
  changed(): void;
  /** There is more to keep than there was. */
  keep(): void;
}

export class Governance {
  constructor(private readonly ports: IGovernancePorts) {
    const { digest, classId } = ports;
    this.everyone = everyoneOf(digest, classId);
    this.secrets = new Secrets({
      ...ports,
      everyone: this.everyone,
      roles: () => this.roles,
      publish: bytes => ports.say('statement', bytes, null),
      changed: () => this.tell()
    });
    this.threshold = new Threshold({
      ...ports,
      ring: this.secrets.ring,
      roles: () => this.roles,
      record: () => this.statements?.founding.record ?? null,
      statements: () => this.stated,
      learn: (admission, then) => this.learn(admission, then)
    });
  }

  readonly everyone: string;
  readonly secrets: Secrets;
  /** Null before it is known how the class began. */
  private statements: Statements | null = null;
  private readonly threshold: Threshold;
  private readonly reading = new Set<string>();

  /** Null before it is known how the class began. */
  get roles(): Roles | null {
    return this.statements?.roles ?? null;
  }

  get myRole(): Role | null {
    return this.roles?.roleOf(this.ports.own.participant) ?? null;
  }

  /** Whether one has the key of the epoch that counts. */
  get state(): KnockState {
    return this.secrets.ring.isCurrent ? 'inside' : this.threshold.state;
  }

  /** Who stands at a closed door, for those who may open it. */
  get waiting(): readonly IWaiting[] {
    return this.threshold.waiting;
  }

  get kept(): IKeptGovernance {
    const founding = this.statements?.founding.record ?? null;
    return { founding, statements: this.stated, keys: this.secrets.ring.all() };
  }

  /** Everything stated, as it is. */
  private get stated(): readonly Uint8Array[] {
    return this.statements?.all.map(({ bytes }) => bytes) ?? [];
  }

  /** What one can say of the class: each by its id. */
  private get entries(): readonly (readonly [string, Uint8Array])[] {
    const stated = this.statements?.all.map(({ id, bytes }) => [id, bytes] as const) ?? [];
    return [...stated, ...this.secrets.entries];
  }

  /** Takes back what was kept; then knocks if something is lacking. */
  begin(kept: IKeptGovernance, then: () => void = () => undefined): void {
    const { founding, statements, keys } = kept;
    if (!founding) {
      this.threshold.begin();
      then();
      return;
    }
    this.learn({ kind: 'admitted', founding, statements, keys }, () => {
      this.threshold.begin();
      then();
    });
  }

  // What the engine asks

  /** Whether somebody may write there, as far as is known here. */
  standing(
    participant: string,
    session: string,
    place: { document: string; kind: Kind; sequence: number }
  ): 'may' | 'may-not' | 'unknown' {
    const { roles } = this;
    if (!roles) {
      return 'unknown';
    }
    const { document, kind, sequence } = place;
    return roles.mayHave(participant, document, kind, session, sequence) ? 'may' : 'may-not';
  }

  cutOf(document: string, session: string, participant: string): ICut | null {
    return this.roles?.cutOf(document, session, participant) ?? null;
  }

  keyFor(document: string, then: (key: IDocumentKey | null) => void): void {
    this.secrets.keyFor(document, then);
  }

  keysOf(document: string, epoch: number, then: (keys: readonly Uint8Array[]) => void): void {
    this.secrets.keysOf(document, epoch, then);
  }

  /** Something is sealed with a key that is not here. */
  locked(): void {
    this.threshold.need();
  }

  // What neighbours say

  met(peer: string): void {
    this.ports.say('statement', makeInventory(this.entries.map(([id]) => id)), peer);
    this.threshold.met(peer);
  }

  left(peer: string): void {
    this.threshold.left(peer);
  }

  /** Whose a session is has become known: their device may lack what one has to give. */
  introduced(): void {
    this.secrets.refresh();
  }

  /** Whatever it is, nothing is thrown. */
  hear(peer: string, type: ClassMessage, bytes: Uint8Array): void {
    switch (type) {
      case 'knock':
        return this.threshold.hearKnock(peer, bytes);
      case 'admit':
        return answeredKnock(bytes) ? this.threshold.hearAnswer(bytes) : undefined;
      case 'statement':
        return this.hearStatement(peer, bytes);
    }
  }

  // What one decides

  /** Begins an epoch, with new keys: whoever was removed has none of them. */
  setDoor(door: Door, then: (isStated: boolean) => void = () => undefined): void {
    const { roles } = this;
    if (!roles) {
      then(false);
      return;
    }
    const { digest, fill } = this.ports;
    const key = new Uint8Array(32);
    fill(key);
    const epoch = (roles.epoch?.epoch ?? 0) + 1;
    this.pronounce({ kind: 'epoch', epoch, door, keyHash: digest(key) }, isStated => {
      if (isStated) {
        this.secrets.ring.takeEpoch(epoch, key);
        this.threshold.changed();
        this.tell();
      }
      then(isStated);
    });
  }

  /** Gives somebody a role, or takes one: what they did counts as far as it is here. */
  setRole(participant: string, role: StatedRole, then: (isStated: boolean) => void = () => undefined): void {
    const { roles } = this;
    const counts = roles?.statementsOf(participant) ?? [];
    const frontier = fitFrontier(this.ports.reachesOf(participant));
    this.pronounce({ kind: 'standing', participant, role, counts, frontier }, isStated => {
      if (isStated && role === 'removed') {
        this.setDoor(this.roles!.door, then);
      } else {
        then(isStated);
      }
    });
  }

  share(outputs: boolean, then: (isStated: boolean) => void = () => undefined): void {
    this.pronounce({ kind: 'sharing', outputs }, then);
  }

  admit(participant: string): void {
    this.threshold.admit(participant);
  }

  refuse(participant: string): void {
    this.threshold.refuse(participant);
  }

  /** With the recovery key: the class is one's own from now on, and no device of the one before has any power over it. */
  takeOver(seed: Secret, record: Uint8Array, then: (isStated: boolean) => void): void {
    const { crypto, digest, classId, own } = this.ports;
    if (!this.learnFounding(record)) {
      then(false);
      return;
    }
    const roles = this.roles!;
    const former = roles.owner;
    const body: StatementBody = {
      kind: 'succession',
      ownerKey: own.rootKey,
      counts: roles.statementsOf(former),
      frontier: fitFrontier(this.ports.reachesOf(former))
    };
    crypto.signer(seed.reveal(), recovery => {
      const number = roles.nextNumber(recovery.key, body);
      if (number === null) {
        then(false);
        return;
      }
      signStatement(recovery, digest, classId, number, body, statement => {
        this.take([statement]);
        this.setDoor(this.roles!.door, then);
      });
    });
  }

  end(): void {
    this.threshold.end();
    this.secrets.ring.forget();
  }

  private pronounce(body: StatementBody, then: (isStated: boolean) => void): void {
    const { digest, classId, own } = this.ports;
    const { roles } = this;
    const number = roles?.mayState(own.participant, body) ? roles.nextNumber(own.rootKey, body) : null;
    if (number === null) {
      then(false);
      return;
    }
    signStatement(own.root, digest, classId, number, body, statement => {
      this.take([statement]);
      then(true);
    });
  }

  private hearStatement(peer: string, bytes: Uint8Array): void {
    const { crypto, digest, classId } = this.ports;
    const has = readInventory(bytes);
    if (has) {
      this.supply(peer, has);
      return;
    }
    const id = String.fromCharCode(...digest(bytes));
    if (this.reading.has(id)) {
      return;
    }
    this.reading.add(id);
    const done = (isNew: boolean): void => {
      this.reading.delete(id);
      if (isNew) {
        this.ports.say('statement', bytes, null, peer);
      }
    };
    readStatement(crypto, digest, classId, bytes, read => {
      if (read.kind === 'read') {
        done(false);
        this.take([read.value], peer);
      } else {
        this.secrets.hear(bytes, isNew => {
          done(isNew);
          if (isNew) {
            this.tell();
          }
        });
      }
    });
  }

  /** Takes what was verified. What counts for something and is new is said to everybody but who said it. */
  private take(statements: readonly IStatement[], from?: string): void {
    const taken = this.statements?.take(statements) ?? [];
    taken.forEach(({ bytes }) => this.ports.say('statement', bytes, null, from));
    if (taken.length > 0) {
      this.secrets.refresh();
      this.threshold.changed();
      this.threshold.need();
      this.tell();
    }
  }

  private supply(peer: string, has: (id: string) => boolean): void {
    for (const [id, bytes] of this.entries) {
      if (!has(id)) {
        this.ports.say('statement', bytes, peer);
      }
    }
  }

  /** Takes in what one was handed over, or kept: all of it is looked at as if a stranger had said it. */
  private learn(admission: IAdmission, then: () => void): void {
    const { crypto, digest, classId } = this.ports;
    if (!this.learnFounding(admission.founding)) {
      then();
      return;
    }
    const read: IStatement[] = [];
    let left = admission.statements.length + 1;
    const done = (): void => {
      left -= 1;
      if (left === 0) {
        this.take(read);
        admission.keys.forEach(({ epoch, key }) => this.secrets.ring.takeEpoch(epoch, key));
        this.secrets.refresh();
        this.threshold.changed();
        then();
        this.tell();
      }
    };
    for (const bytes of admission.statements) {
      readStatement(crypto, digest, classId, bytes, each => {
        if (each.kind === 'read') {
          read.push(each.value);
        }
        done();
      });
    }
    done();
  }

  /** Whether it is how this class began. */
  private learnFounding(record: Uint8Array): boolean {
    const { digest, classId } = this.ports;
    const read = readFounding(digest, classId, record);
    if (read.kind === 'read') {
      this.statements ??= new Statements(digest, read.value);
    }
    return read.kind === 'read';
  }

  private tell(): void {
    this.ports.keep();
    this.ports.changed();
  }
}
