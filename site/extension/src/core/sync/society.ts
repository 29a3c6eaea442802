/**
 * The class as one page knows it: how it was founded, what was stated, which keys are here; who may what by that, and
 * the door through which others come in. It is what the engine asks, and what hears the class's own messages.
 */
import { joinBytes } from '../bytes';
import { readFounding, type IFounding } from '../class/founding';
import type { Roles } from '../class/roles';
import { type IStatement, readStatement } from '../class/statement';
import { Statements } from '../class/statements';
import type { Clock } from '../clock';
import type { ICrypto } from '../crypto';
import { parseOutputsName } from '../document/name';
import { idText, type Kind } from '../envelope/envelope';
import type { IDocumentKey } from '../envelope/keys';
import type { IOwnSession } from '../identity/own';
import type { IAdmission } from '../keys/answer';
import { keeperOf, secretKindOf } from '../keys/documents';
import { Keyring } from '../keys/keyring';
import type { KnockState } from '../keys/knocking';
import { Undone } from '../keys/undone';
import { Wrapping } from '../keys/wrapping';
import type { ICut } from '../log/log';
import type { IHeardOf } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { Discreet, type Secret } from '../secret';
import type { Digest } from '../session';
import { fromHex, toHex } from '../tagged';
import type { IAcquaintance } from './acquaintances';
import { Doorway } from './doorway';
import { STREAM_BYTES } from './latest';
import type { IKeys, IPlace, IRules, Standing } from './options';
import { Stating } from './stating';
import { type Teaming, teamReaders } from './teaming';

export interface ISocietyOptions {
  readonly crypto: ICrypto;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  readonly own: IOwnSession;
  /** The root key's seed: secrets of one's own documents follow from it. */
  readonly root: Secret;
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
  readonly everyone: string;
  /** As one is called, for who opens the door. */
  readonly name: string | (() => string);
  /** Of whoever founded it, or was in it before. */
  readonly founding?: IFounding | null;
  readonly statements?: readonly IStatement[];
  readonly keys?: readonly { readonly epoch: number; readonly key: Uint8Array }[];
  readonly wraps?: readonly Uint8Array[];
  /** Agreement keys of somebody's devices, as far as they are known here. */
  devicesOf?(participant: string): readonly Uint8Array[];
}

/** What the society asks of the engine. */
export interface ISocietyPorts {
  readonly neighbours: Neighbours;
  /**
   * Who may what may be different. `isRekeyed`: other keys are stated for an epoch than were, so what was sealed with one
   * that does not count is to be left out, and what was refused for its key may be right.
   */
  rulesChanged(isRekeyed?: boolean): void;
  keysChanged(): void;
  /** Participants who are, or were, here, as far as this page saw: whom a door that closes leaves in. */
  known(): Iterable<string>;
  /** To be stored. */
  stated?(statements: readonly IStatement[]): void;
  wrapped?(): void;
  admitted?(admission: { readonly founding: IFounding; readonly keys: IAdmission['keys'] }): void;
  knockState?(state: KnockState): void;
  /** Somebody waits to be let in, or does no more. */
  waitingChanged?(): void;
}

export class Society extends Discreet implements IRules, IKeys {
  constructor(private readonly options: ISocietyOptions) {
    super();
    const { crypto, digest, everyone, own, root, classId } = options;
    this.keyring = new Keyring({
      ...{ crypto, digest, everyone },
      own: { participant: own.participant, root, classId },
      epochs: () => this.roles?.epochs.map(({ epoch }) => epoch) ?? [],
      stated: epoch => {
        const found = this.roles?.epochs.find(each => each.epoch === epoch);
        return found ? [found.keyHash, ...found.others] : [];
      },
      teamKeys: team => this.roles?.teams.get(team)?.keyHashes ?? []
    });
    this.stating = new Stating({
      ...{ crypto, digest, classId, own, fill: options.fill, keyring: this.keyring },
      roles: () => this.roles,
      known: () => this.ports?.known() ?? [],
      take: statement => this.take([statement], ''),
      keysChanged: () => this.keysChanged(),
      letIn: participant => this.doorway.admit(participant)
    });
    this.teaming = this.stating.teaming;
    this.doorway = new Doorway({
      ...options,
      keyring: this.keyring,
      statements: () => this.statements,
      neighbours: () => this.ports?.neighbours ?? null,
      learn: (admission, then) => this.learn(admission, then),
      knockState: state => this.ports?.knockState?.(state),
      waitingChanged: () => this.ports?.waitingChanged?.()
    });
    this.wrapping = new Wrapping({
      ...{ crypto, digest, classId, everyone, own, ring: this.keyring },
      fill: bytes => options.fill(bytes),
      readers: () =>
        [this.roles?.owner ?? [], this.roles?.instructors ?? []]
          .flat()
          .flatMap(participant => options.devicesOf?.(participant) ?? []),
      isShared: document => parseOutputsName(document) !== null && this.roles?.outputsShared === true,
      teams: teamReaders(
        () => this.roles,
        own,
        participant => options.devicesOf?.(participant) ?? []
      ),
      publish: bytes => this.passOnWraps(bytes, ''),
      opened: () => this.ports?.keysChanged()
    });
    this.found(options.founding ?? null);
    this.statements?.take(options.statements ?? []);
    this.epochs.take(this.roles?.epochs ?? []);
    options.keys?.forEach(({ epoch, key }) => this.keyring.takeEpoch(epoch, key));
    options.wraps?.forEach(bytes => this.wrapping.restore(bytes));
  }

  readonly keyring: Keyring;
  readonly wrapping: Wrapping;
  /** What one states oneself. */
  readonly stating: Stating;
  readonly teaming: Teaming;
  /** Documents of one's own, whose secrets others are given. */
  private readonly mine = new Set<string>();
  private readonly epochs = new Undone();
  private statements: Statements | null = null;
  /** Where others come in, and where one came in oneself. */
  readonly doorway: Doorway;
  private ports: ISocietyPorts | null = null;
  private readonly verifying = new Set<string>();

  /** Null while it is not known how the class was founded. */
  get roles(): Roles | null {
    return this.statements?.roles ?? null;
  }

  get undone(): ReadonlySet<number> {
    return this.epochs.epochs;
  }

  get founding(): IFounding | null {
    return this.statements?.founding ?? null;
  }

  begin(ports: ISocietyPorts): void {
    this.ports = ports;
    this.doorway.begin();
  }

  end(): void {
    this.doorway.end();
  }

  standing({ participant }: IAcquaintance, place: IPlace): Standing {
    const { document, kind, session, epoch, sequence } = place;
    // What is sealed for an epoch that nobody stated may be anything.
    if (!this.roles?.epoch || (epoch !== null && !this.epochs.isStated(epoch))) {
      return 'unknown';
    }
    if (this.isOutside(participant)) {
      return 'unknown';
    }
    return this.roles.mayHave(participant, document, kind, session, sequence) ? 'may' : 'may-not';
  }

  cutOf(document: string, session: string, participant: string): ICut | null {
    return this.isOutside(participant) ? null : (this.roles?.cutOf(document, session, participant) ?? null);
  }

  isOwner(participant: string): boolean {
    return this.roles?.owner === participant;
  }

  keyFor(document: string, kind: Kind, then: (key: IDocumentKey | null) => void): void {
    const epoch = this.keyring.newest;
    if (epoch === null) {
      then(null);
      return;
    }
    this.keysOf(document, kind, epoch, ([key]) => then(key ? { epoch, key } : null));
    const { own, everyone } = this.options;
    const isOwn = secretKindOf(document, everyone) === 'own' && keeperOf(document) === own.participant;
    if (isOwn && !this.mine.has(document)) {
      this.mine.add(document);
      this.wrapping.look(document);
    }
  }

  keysOf(
    document: string,
    kind: Kind,
    epoch: number,
    then: (keys: readonly Uint8Array[], areAll?: boolean) => void
  ): void {
    if (!this.epochs.isStated(epoch)) {
      // Nobody takes what is sealed for it: one's own secrets, which follow from the number alone, open it neither.
      then([], false);
      return;
    }
    if (kind !== 'record') {
      // Which of a team's keys it is sealed with is not said: it may be one that is stated only now.
      const secret = secretKindOf(document, this.options.everyone);
      const areAll = secret === 'own' || (secret === 'class' && this.hasAll(epoch));
      this.keyring.keysOf(document, epoch, ({ keys }) => then(keys, areAll));
      return;
    }
    // What somebody says of themselves is for all, whatever it is about.
    this.keyring.recordKeys(document, epoch, ({ keys }) => then(keys, this.hasAll(epoch)));
  }

  /** Whether all keys are here that were stated for an epoch. */
  private hasAll(epoch: number): boolean {
    return this.keyring.missingOf([epoch]) === 0;
  }

  /** A neighbour came. */
  joined(peer: string): void {
    this.doorway.joined(peer);
  }

  left(peer: string): void {
    this.doorway.left(peer);
  }

  /** Something is sealed with a key that is not here. */
  locked(): void {
    this.doorway.need();
  }

  /** Whose a session is has become known: their device may lack what one has to give. */
  introduced(): void {
    this.mine.forEach(document => this.wrapping.look(document));
    this.wrapping.handing.look();
  }

  /** What two compare first. */
  get summary(): Uint8Array | null {
    const { digest } = this.options;
    const wraps = this.wrapping.all.map(bytes => toHex(digest(bytes))).sort();
    const stated = this.statements?.summary() ?? null;
    return stated && digest(joinBytes([stated, ...wraps.map(fromHex)]));
  }

  known(): IHeardOf[] {
    return this.entries.map(({ id }) => ({ stream: streamOf(id), sequence: 0 }));
  }

  /** Everything stated that counts, as it is. */
  get stated(): readonly Uint8Array[] {
    return this.statements?.all.map(({ bytes }) => bytes) ?? [];
  }

  /** Everything one can say of the class. */
  private get entries(): readonly { readonly id: string; readonly bytes: Uint8Array }[] {
    const { digest } = this.options;
    const wraps = this.wrapping.all.map(bytes => ({ id: toHex(digest(bytes)), bytes }));
    return [...(this.statements?.all ?? []), ...wraps];
  }

  /** Tells a neighbour what they did not say they know. */
  tell(neighbour: Neighbour, known: readonly IHeardOf[]): void {
    const theirs = new Set(known.map(({ stream }) => stream));
    for (const { id, bytes } of this.entries) {
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
        return this.doorway.hearKnock(peer, bytes);
      case 'admit':
        return this.doorway.hearAnswer(peer, bytes);
    }
  }

  /** Whether one waits at the door oneself: what one has written is kept, and counts once one is let in. */
  private isOutside(participant: string): boolean {
    return participant === this.options.own.participant && this.roles?.roleOf(participant) === 'outsider';
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
      } else if (read.fault === 'what') {
        this.wrapping.heard(bytes, isNews => isNews && this.passOnWraps(bytes, peer));
      }
    });
  }

  private passOnWraps(bytes: Uint8Array, from: string): void {
    this.ports?.wrapped?.();
    this.ports?.neighbours.say({ type: 'statement', bytes }, new Set([from]));
  }

  private take(statements: readonly IStatement[], from: string): void {
    const taken = this.statements?.take(statements) ?? [];
    if (taken.length === 0) {
      return;
    }
    const isRekeyed = this.epochs.take(this.roles?.epochs ?? []);
    this.ports?.stated?.(taken);
    taken.forEach(({ bytes }) => this.ports?.neighbours.say({ type: 'statement', bytes }, new Set([from])));
    this.wrapping.handing.changed();
    this.introduced();
    this.ports?.rulesChanged(isRekeyed);
    this.doorway.changed();
    this.locked();
  }

  private keysChanged(): void {
    this.stating.keysCame();
    this.wrapping.retry();
    this.introduced();
    this.ports?.keysChanged();
    this.doorway.changed();
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
}

function streamOf(id: string): string {
  return idText(fromHex(id.slice(0, 2 * STREAM_BYTES)));
}

function hexOf(id: string): string {
  return Array.from(id, character => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
