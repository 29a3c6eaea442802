/**
 * The class as one page knows it: how it was founded, what was stated, which keys are here; who may what by that, and
 * the door through which others come in. It is what the engine asks, and what hears the class's own messages.
 */
import { readFounding, type IFounding } from '../class/founding';
import { Roles } from '../class/roles';
import {
  type Door as DoorState,
  type IStatement,
  readStatement,
  signStatement,
  type StatementBody
} from '../class/statement';
import { Statements } from '../class/statements';
import type { Cancel, Clock } from '../clock';
import type { ICrypto } from '../crypto';
import { idText, type Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { IOwnSession } from '../identity/own';
import { answeredKnock, type IAdmission, makeAnswer, readAnswer } from '../keys/answer';
import { documentKey } from '../keys/documents';
import { Door, type IWaiting, type Step } from '../keys/door';
import { Keyring } from '../keys/keyring';
import { makeKnock, readKnock } from '../keys/knock';
import { Knocking, type KnockState } from '../keys/knocking';
import type { ICut } from '../log/log';
import type { IHeardOf } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import type { Digest } from '../session';
import { fromHex } from '../tagged';
import type { IAcquaintance } from './acquaintances';
import { STREAM_BYTES } from './latest';
import type { IKeys, IPlace, IRules, Standing } from './options';

const TICK_MS = 1000;

export interface ISocietyOptions {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly own: IOwnSession;
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
  readonly everyone: string;
  /** As one is called, for who opens the door. */
  readonly name: string;
  /** Of whoever founded it, or was in it before. */
  readonly founding?: IFounding | null;
  readonly statements?: readonly IStatement[];
  readonly keys?: readonly { readonly epoch: number; readonly key: Uint8Array }[];
}

/** What the society asks of the engine. */
export interface ISocietyPorts {
  readonly neighbours: Neighbours;
  /** Who may what may be different. */
  rulesChanged(): void;
  keysChanged(): void;
  /** Whether something is accepted in somebody's name. */
  isAuthor(participant: string): boolean;
  /** To be stored. */
  stated?(statements: readonly IStatement[]): void;
  admitted?(admission: { readonly founding: IFounding; readonly keys: IAdmission['keys'] }): void;
  knockState?(state: KnockState): void;
  /** Somebody waits to be let in, or does no more. */
  waitingChanged?(): void;
}

export class Society implements IRules, IKeys {
  constructor(private readonly options: ISocietyOptions) {
    const { crypto, digest, everyone, clock } = options;
    this.keyring = new Keyring({
      ...{ crypto, digest, everyone },
      epochs: () => this.roles?.epochs.map(({ epoch }) => epoch) ?? [],
      stated: epoch => {
        const found = this.roles?.epochs.find(each => each.epoch === epoch);
        return found ? [found.keyHash, ...found.others] : [];
      }
    });
    const rules = {
      isOpen: () => this.roles?.door === 'open',
      canTeach: () => this.roles?.canTeach(options.own.participant) === true,
      hasKey: () => this.keyring.isCurrent,
      isRemoved: (participant: string) => this.roles?.roleOf(participant) === 'removed',
      isMember: (participant: string) =>
        this.roles !== null &&
        (this.roles.standingOf(participant) !== null || this.ports?.isAuthor(participant) === true)
    };
    this.door = new Door(rules, () => clock.now());
    this.knocking = new Knocking({
      now: () => clock.now(),
      make: then => this.makeKnock(then),
      send: (bytes, to) => this.send({ type: 'knock', bytes }, to),
      isInside: () => this.keyring.isCurrent,
      learn: (admission, then) => this.learn(admission, then),
      changed: state => this.ports?.knockState?.(state)
    });
    this.found(options.founding ?? null);
    this.statements?.take(options.statements ?? []);
    options.keys?.forEach(({ epoch, key }) => this.keyring.takeEpoch(epoch, key));
  }

  readonly keyring: Keyring;
  private statements: Statements | null = null;
  private readonly door: Door;
  private readonly knocking: Knocking;
  private ports: ISocietyPorts | null = null;
  private ticking: Cancel | null = null;
  private readonly verifying = new Set<string>();

  /** Null while it is not known how the class was founded. */
  get roles(): Roles | null {
    return this.statements?.roles ?? null;
  }

  get founding(): IFounding | null {
    return this.statements?.founding ?? null;
  }

  /** Who waits at the door, for those who may open it. */
  get waiting(): readonly IWaiting[] {
    return this.door.waiting;
  }

  begin(ports: ISocietyPorts): void {
    this.ports = ports;
    this.tick();
  }

  end(): void {
    this.ticking?.();
  }

  standing({ participant }: IAcquaintance, { document, kind, session, sequence }: IPlace): Standing {
    if (!this.roles) {
      return 'unknown';
    }
    return this.roles.mayHave(participant, document, kind, session, sequence) ? 'may' : 'may-not';
  }

  cutOf(document: string, session: string, participant: string): ICut | null {
    return this.roles?.cutOf(document, session, participant) ?? null;
  }

  keyFor(document: string, kind: Kind, then: (key: IDocumentKey | null) => void): void {
    const epoch = this.keyring.newest;
    if (epoch === null) {
      then(null);
      return;
    }
    this.keysOf(document, kind, epoch, ([key]) => then(key ? { epoch, key } : null));
  }

  keysOf(document: string, kind: Kind, epoch: number, then: (keys: readonly Uint8Array[]) => void): void {
    if (kind !== 'record') {
      this.keyring.keysOf(document, epoch, ({ keys }) => then(keys));
      return;
    }
    // What somebody says of themselves is for all, whatever it is about.
    const secrets = this.keyring.epochKeys(epoch);
    const keys: Uint8Array[] = [];
    if (secrets.length === 0) {
      then(keys);
    }
    secrets.forEach(secret =>
      documentKey(this.options.crypto, secret, document, key => {
        keys.push(key);
        if (keys.length === secrets.length) {
          then(keys);
        }
      })
    );
  }

  /** A neighbour came. */
  joined(peer: string): void {
    if (!this.keyring.isCurrent) {
      this.knocking.met(peer);
    }
  }

  left(peer: string): void {
    this.door.left(peer);
  }

  /** Something is sealed with a key that is not here. */
  locked(): void {
    if (!this.keyring.isCurrent) {
      this.knocking.need();
    }
  }

  /** What two compare first. */
  get summary(): Uint8Array | null {
    return this.statements?.summary() ?? null;
  }

  known(): IHeardOf[] {
    return (this.statements?.all ?? []).map(({ id }) => ({ stream: streamOf(id), sequence: 0 }));
  }

  /** Tells a neighbour what they did not say they know. */
  tell(neighbour: Neighbour, known: readonly IHeardOf[]): void {
    const theirs = new Set(known.map(({ stream }) => stream));
    for (const { id, bytes } of this.statements?.all ?? []) {
      if (!theirs.has(streamOf(id))) {
        neighbour.say({ type: 'statement', bytes });
      }
    }
  }

  hear(peer: string, type: 'statement' | 'knock' | 'admit', bytes: Uint8Array): void {
    switch (type) {
      case 'statement':
        return this.hearStatement(peer, bytes);
      case 'knock':
        return this.hearKnock(peer, bytes);
      case 'admit':
        return this.hearAnswer(bytes);
    }
  }

  /** States something, if one may: whether that is so. */
  state(body: StatementBody): boolean {
    const { own, digest, classId } = this.options;
    const number = this.roles?.nextNumber(own.rootKey, body) ?? null;
    if (!this.roles?.mayState(own.participant, body) || number === null) {
      return false;
    }
    signStatement(own.root, digest, classId, number, body, statement => this.take([statement], ''));
    return true;
  }

  /** A new epoch, with a key of its own. */
  beginEpoch(door: DoorState): boolean {
    const key = new Uint8Array(32);
    this.options.fill(key);
    const epoch = (this.roles?.epoch?.epoch ?? 0) + 1;
    const isStated = this.state({ kind: 'epoch', epoch, door, keyHash: this.options.digest(key) });
    if (isStated && this.keyring.takeEpoch(epoch, key) === 'taken') {
      this.keysChanged();
    }
    return isStated;
  }

  /** Lets somebody in who waits. */
  admit(participant: string): void {
    this.go(this.door.admit(participant));
  }

  refuse(participant: string): void {
    this.go(this.door.refuse(participant));
  }

  private found(founding: IFounding | null): void {
    if (founding && !this.statements) {
      this.statements = new Statements(this.options.digest, founding);
    }
  }

  private hearStatement(peer: string, bytes: Uint8Array): void {
    const { crypto, digest, classId } = this.options;
    const id = idText(digest(bytes));
    if (!this.statements || this.verifying.has(id) || this.statements.has(hexOf(id))) {
      return;
    }
    this.verifying.add(id);
    readStatement(crypto, digest, classId, bytes, read => {
      this.verifying.delete(id);
      if (read.kind === 'read') {
        this.take([read.value], peer);
      }
    });
  }

  private take(statements: readonly IStatement[], from: string): void {
    const taken = this.statements?.take(statements) ?? [];
    if (taken.length === 0) {
      return;
    }
    this.ports?.stated?.(taken);
    taken.forEach(({ bytes }) => this.ports?.neighbours.say({ type: 'statement', bytes }, new Set([from])));
    this.ports?.rulesChanged();
    this.go(this.door.changed());
    this.locked();
  }

  private keysChanged(): void {
    this.ports?.keysChanged();
    this.go(this.door.changed());
  }

  private makeKnock(then: (bytes: Uint8Array, id: Uint8Array) => void): void {
    const { crypto, classId, joinSecret, own, name, digest, fill } = this.options;
    const salt = new Uint8Array(16);
    fill(salt);
    makeKnock(crypto, classId, joinSecret, { ...own, name }, salt, bytes => then(bytes, digest(bytes)));
  }

  private hearKnock(peer: string, bytes: Uint8Array): void {
    const { crypto, digest, classId, joinSecret } = this.options;
    if (this.door.mayRead(digest(bytes), peer)) {
      readKnock(crypto, digest, classId, joinSecret, bytes, read => {
        if (read.kind === 'read') {
          this.go(this.door.knocked(read.value, bytes, peer));
          this.ports?.waitingChanged?.();
        }
      });
    }
  }

  private hearAnswer(bytes: Uint8Array): void {
    const { crypto, classId, own } = this.options;
    const knock = answeredKnock(bytes);
    if (knock && !this.knocking.isAsked(knock)) {
      this.go(this.door.answered(knock, bytes));
      return;
    }
    readAnswer(crypto, classId, own.agreement, this.knocking.isAsked, bytes, read => {
      if (read.kind === 'read' && read.value.kind === 'admitted') {
        this.knocking.answered('admitted', read.value);
      } else if (read.kind === 'read') {
        this.knocking.answered(read.value.kind as 'waiting' | 'refused');
      }
    });
  }

  /** Everything in an admission is verified: whoever let one in need not be believed. */
  private learn({ founding, statements, keys }: IAdmission, then: () => void): void {
    const { crypto, digest, classId } = this.options;
    const read = readFounding(digest, classId, founding);
    if (read.kind === 'fault') {
      then();
      return;
    }
    const isNew = this.statements === null;
    this.found(read.value);
    const genuine: IStatement[] = [];
    let left = statements.length + 1;
    const finish = (): void => {
      left -= 1;
      if (left > 0) {
        return;
      }
      this.take(genuine, '');
      const taken = keys.filter(({ epoch, key }) => this.keyring.takeEpoch(epoch, key) === 'taken');
      if (isNew || taken.length > 0) {
        this.ports?.admitted?.({ founding: read.value, keys: taken });
        this.ports?.rulesChanged();
        this.keysChanged();
      }
      then();
    };
    for (const bytes of statements) {
      readStatement(crypto, digest, classId, bytes, each => {
        genuine.push(...(each.kind === 'read' ? [each.value] : []));
        finish();
      });
    }
    finish();
  }

  private go(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'pass-on') {
        this.ports?.neighbours.say({ type: 'knock', bytes: step.bytes }, new Set([step.from]));
      } else if (step.kind === 'pass-back') {
        this.send({ type: 'admit', bytes: step.bytes }, step.to);
      } else {
        this.answer(step);
      }
    }
  }

  private answer({ knock, answer }: Extract<Step, { kind: 'answer' }>): void {
    const { crypto, classId, fill } = this.options;
    const to = this.door.wayTo(knock);
    if (to === null || !this.statements) {
      return;
    }
    const seed = new Uint8Array(32);
    fill(seed);
    const said =
      answer === 'admitted'
        ? {
            kind: answer,
            founding: this.statements.founding.record,
            statements: this.statements.all.map(({ bytes }) => bytes),
            keys: this.keyring.all()
          }
        : { kind: answer };
    makeAnswer(crypto, classId, knock, said, seed, bytes => bytes && this.send({ type: 'admit', bytes }, to));
  }

  private send(
    message: { readonly type: 'knock' | 'admit'; readonly bytes: Uint8Array },
    to: string | null
  ): void {
    if (to === null) {
      this.ports?.neighbours.say(message);
    } else {
      this.ports?.neighbours.get(to)?.say(message);
    }
  }

  private tick(): void {
    this.knocking.tick();
    this.ticking = this.options.clock.after(TICK_MS, () => this.tick());
  }
}

function streamOf(id: string): string {
  return idText(fromHex(id.slice(0, 2 * STREAM_BYTES)));
}

function hexOf(id: string): string {
  return Array.from(id, character => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
