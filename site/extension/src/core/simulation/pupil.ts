/**
 * Somebody in a simulated class with roles, keys and a door: the real engine and society, a disk that may lose what was
 * written last, and a clock that may be wrong.
 */
import * as Y from 'yjs';
import type { IFounding } from '../class/founding';
import type { IStatement } from '../class/statement';
import type { Cancel, Clock } from '../clock';
import type { Channel } from '../connection';
import type { IOwnSession } from '../identity/own';
import { cellsOf, isDeleted, textOf } from '../document/cells';
import type { Line } from '../overlay/neighbours';
import { Engine, type Refusal } from '../sync/engine';
import { type IKept, withoutCompacted } from '../sync/kept';
import { Society } from '../sync/society';
import type { Digest } from '../session';
import type { Chance } from './chance';
import { Deeds, type IBounds } from './deeds';
import { late } from './late';
import type { Members } from './members';
import { isOf } from './person';

export interface ICourse {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly members: Members;
  readonly classId: Uint8Array;
  readonly everyone: string;
  readonly joinSecret: Uint8Array;
  readonly genesis: Uint8Array;
  /** What everybody writes, and what only those who teach write. */
  readonly team: string;
  readonly lecture: string;
  /** What forgers forge in, if it is not that. */
  aim?(): string;
  /** Envelopes as a member would make them, beside every engine: from sequence 0, with the key that members have. */
  seal(
    own: IOwnSession,
    document: string,
    changes: readonly Uint8Array[],
    forged?: { readonly room?: Uint8Array; readonly session?: string }
  ): Uint8Array[];
  /** Participants whom the class sees. */
  here(): readonly string[];
  /** As in a class at work: notebooks get so many cells, and segments are seldom. */
  readonly isBusy?: boolean;
  /** Cells get no longer than cells are, and a disk keeps nothing that a segment took the place of. */
  readonly isTidy?: boolean;
  /** What a page reads of others is verified and opened up to so much later; at once without. */
  readonly lateMs?: number;
  /** Documents that were built anew. */
  readonly replays?: { count: number };
  /** Somebody's words are not in their document any more, and they were told. */
  lost(text: string): void;
  /** Nobody is told of what goes with a deleted cell. */
  buried?(who: string, text: string): void;
  forked(finder: Pupil, session: string, participant: string): void;
  /** Somebody knows other roles than before. */
  learned?(): void;
}

/** A document that somebody has open. */
export interface IPlace {
  readonly document: string;
  readonly deeds: Deeds;
}

/** A notebook of some length. */
const USUAL: IBounds = { cells: 30, characters: Infinity };
const TIDY: IBounds = { cells: 12, characters: 200 };
const ENDLESS: IBounds = { cells: Infinity, characters: Infinity };

function boundsOf({ isBusy, isTidy }: ICourse): IBounds {
  return isTidy ? TIDY : isBusy ? USUAL : ENDLESS;
}

/** What a person has on their device. */
export class Disk {
  /** In the order in which it was written; what is pending may be lost. */
  readonly durable: { readonly document: string; readonly kept: IKept }[] = [];
  pending: { readonly document: string; readonly kept: IKept }[] = [];
  /** What is written at once: small, and seldom. */
  founding: IFounding | null = null;
  statements: IStatement[] = [];
  keys: { readonly epoch: number; readonly key: Uint8Array }[] = [];
  wraps: readonly Uint8Array[] = [];

  flush(count = this.pending.length): void {
    this.durable.push(...this.pending.splice(0, count));
  }

  /** As a page's own: what a segment took the place of is not kept on. */
  tidy(digest: Digest): void {
    const documents = [...new Set(this.durable.map(({ document }) => document))];
    const tidied = documents.flatMap(document =>
      withoutCompacted(this.of(document), digest).map(kept => ({ document, kept }))
    );
    this.durable.splice(0, this.durable.length, ...tidied);
  }

  of(document: string): IKept[] {
    return this.durable.filter(each => each.document === document).map(({ kept }) => kept);
  }
}

/** The same time, some of it later, or sooner. */
function skewed(clock: Clock, offset: number, rate: number): Clock {
  return { now: () => clock.now() * rate + offset, after: (ms, run) => clock.after(ms / rate, run) };
}

export class Pupil {
  constructor(
    /** Who it is, whatever page it is. */
    readonly who: string,
    /** What its words begin with: another for each page. */
    readonly name: string,
    private readonly course: ICourse,
    readonly disk: Disk,
    isSkewed: boolean
  ) {
    const { chance, members, classId, everyone, joinSecret, team, lecture } = course;
    const { digest } = members;
    const waiting: Clock = { now: () => this.alive.now(), after: (ms, run) => this.alive.after(ms, run) };
    const crypto = course.lateMs ? late(members.crypto, waiting, chance, course.lateMs) : members.crypto;
    this.own = members.session(who, classId, crypto);
    const offset = isSkewed ? chance.below(1_000_000) : 0;
    const clock = skewed(course.clock, offset, isSkewed ? 0.5 + 1.5 * chance.random() : 1);
    this.alive = {
      now: () => clock.now(),
      after: (ms, run): Cancel => clock.after(ms, () => this.isAlive && run())
    };
    const { founding, statements, keys } = disk;
    this.society = new Society({
      ...{ crypto, digest, classId, joinSecret, everyone, name, founding, statements, keys },
      ...{ clock: this.alive, own: this.own, root: members.rootOf(who) },
      fill: bytes => bytes.set(chance.bytes(bytes.byteLength)),
      wraps: disk.wraps,
      devicesOf: participant => [...(this.devices.get(participant) ?? [])]
    });
    this.engine = new Engine({
      ...{ room: classId, own: this.own, crypto, digest, clock: this.alive, random: chance.random },
      ...{ rules: this.society, keys: this.society, ear: this.society },
      // So that there are segments in short lessons, too.
      compactEvery: course.isBusy ? 32 : 8,
      carries: document => document === team || document === lecture,
      keep: (document, kept) => this.keep(document, kept),
      onRefusal: refusal => this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1),
      onIntroduced: ({ participant, agreementKey }) => {
        this.devices.set(participant, (this.devices.get(participant) ?? new Set()).add(agreementKey));
        this.society.introduced();
      },
      onReplayed: (document, doc) => this.replayed(document, doc),
      onLost: (_, lost) => lost.forEach(({ text }) => course.lost(text)),
      onFork: (_, session, participant) => this.isAlive && course.forked(this, session, participant),
      onUnfit: (document, fault) => {
        if (fault === 'role') {
          return;
        }
        throw new Error(`${name} wrote what may not be in ${document}: ${fault}`);
      }
    });
    this.society.begin({
      neighbours: this.engine.neighbours,
      rulesChanged: isRekeyed => {
        course.learned?.();
        this.engine.rulesChanged(isRekeyed);
      },
      keysChanged: () => this.engine.keysChanged(),
      known: () => [...this.engine.authors, ...course.here()],
      stated: taken => void disk.statements.push(...taken),
      wrapped: () => (disk.wraps = this.society.wrapping.all),
      admitted: admission => {
        disk.founding = admission.founding;
        disk.keys.push(...admission.keys);
      }
    });
    if (course.isTidy) {
      disk.tidy(digest);
    }
    const bounds = boundsOf(course);
    this.deeds = new Deeds(name, chance, new Y.Doc(), bounds);
    this.lectureDeeds = new Deeds(`${name}L`, chance, new Y.Doc(), bounds);
    this.follow(team, this.deeds);
    this.follow(lecture, this.lectureDeeds);
  }

  readonly own: IOwnSession;
  /** Agreement keys of everybody's devices. */
  private readonly devices = new Map<string, Set<Uint8Array>>();
  readonly engine: Engine;
  readonly society: Society;
  readonly deeds: Deeds;
  readonly lectureDeeds: Deeds;
  /** Documents of teams that are open here, by name. */
  readonly others = new Map<string, Deeds>();
  readonly refusals = new Map<Refusal, number>();
  isAlive = true;
  /** Documents that are open, and still being read from the disk. */
  private readonly unread = new Set<string>();
  /** Words of which it may be said that they are kept: on the disk, or heard by others as well. */
  private readonly sealed = new Set<string>();
  readonly kept = new Set<string>();
  private readonly alive: Clock;
  private writing: Cancel | null = null;

  get session(): string {
    return this.own.session;
  }

  get participant(): string {
    return this.own.participant;
  }

  get neighbours(): string[] {
    return [...this.engine.neighbours].map(({ peer }) => peer);
  }

  /** Whether it can read and write: it has a key, is somebody, and has read what it kept. */
  get isInside(): boolean {
    return this.society.keyring.newest !== null && this.role !== 'removed' && this.unread.size === 0;
  }

  /** Whether nothing that this page writes in something would be in anybody's document: it asks to be opened anew. */
  get isEnded(): boolean {
    return this.open.some(({ document }) => {
      const log = this.engine.replica(document)?.log;
      return log?.stopAt(this.session) || log?.cutAt(this.session)?.isImplied;
    });
  }

  get role(): string {
    return this.society.roles?.roleOf(this.participant) ?? 'unknown';
  }

  /** All that is open here, by name. */
  get open(): readonly IPlace[] {
    const { team, lecture } = this.course;
    const others = [...this.others].map(([document, deeds]) => ({ document, deeds }));
    return [
      { document: team, deeds: this.deeds },
      { document: lecture, deeds: this.lectureDeeds },
      ...others
    ];
  }

  /** What it has open of a document. */
  deedsIn(document: string): Deeds | undefined {
    return this.open.find(place => place.document === document)?.deeds;
  }

  /** All text there is, of every document. */
  get allText(): string {
    return this.open.map(({ deeds }) => deeds.allText()).join('');
  }

  /** Opens another document of the same notebook: a team's. */
  openOther(document: string): void {
    const { chance } = this.course;
    const name = `${this.name}T${this.others.size}`;
    const deeds = new Deeds(name, chance, new Y.Doc(), boundsOf(this.course));
    this.others.set(document, deeds);
    this.follow(document, deeds);
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    if (this.isAlive) {
      this.engine.hear(from, channel, message);
    }
  }

  connect(line: Line): boolean {
    return this.engine.connect(line);
  }

  /** Nobody writes in it before what was kept of it is read. */
  private follow(document: string, deeds: Deeds): void {
    const { genesis } = this.course;
    this.unread.add(document);
    const restored = (): void => void this.unread.delete(document);
    this.engine.follow(document, deeds.doc, { genesis, kept: this.disk.of(document), restored });
  }

  private keep(document: string, kept: IKept): void {
    if (!this.isAlive) {
      return;
    }
    this.disk.pending.push({ document, kept });
    if (isOf(kept, this.session)) {
      this.deedsIn(document)?.written.forEach(word => this.sealed.add(word));
    }
    this.writing ??= this.alive.after(this.course.chance.below(300), () => {
      this.writing = null;
      this.disk.flush();
      this.sealed.forEach(word => this.kept.add(word));
    });
  }

  private replayed(document: string, doc: Y.Doc): void {
    if (this.course.replays) {
      this.course.replays.count += 1;
    }
    const deeds = this.deedsIn(document);
    if (deeds) {
      cellsOf(deeds.doc).forEach(cell => isDeleted(cell) && this.course.buried?.(this.who, textOf(cell)));
      deeds.doc = doc;
    }
  }
}
