/**
 * Reads what a document's log holds into the document, session by session in the order of its sequences: opens, checks,
 * lets wait outside of the document what leans on what is not here, and applies. The document is nothing but this, so a
 * document built anew from the same log is the same.
 */
import * as Y from 'yjs';
import { joinBytes } from '../bytes';
import type { Cancel } from '../clock';
import type { IPiece } from '../log/piece';
import { checkChange, type ICheckedChange } from '../permissions/change';
import { forSegments } from '../permissions/limits';
import { merged } from '../permissions/merged';
import { admit, Intake } from '../permissions/replay';
import { Own } from './own';
import type { IGathered, IReadingPorts, IStrand, Opened } from './reads';

export type { IReadingPorts, Opened } from './reads';

export class Reading {
  /**
   * @param doc null for what is carried for others: it is checked, and nothing is built
   * @param ownFrom from this sequence on what one's own session writes is in the document already
   */
  constructor(
    private readonly ports: IReadingPorts,
    readonly doc: Y.Doc | null,
    private readonly genesis: Uint8Array | null,
    public ownFrom: number
  ) {
    this.intake =
      doc &&
      new Intake(
        ...([doc, genesis, new Map<number, number>(), ports.origin, undefined] as const),
        ports.work?.of(session => ports.personOf(session))
      );
    this.own = new Own(ports, this.strands, this.intake?.waiting);
  }

  private readonly intake: Intake | null;
  private readonly strands = new Map<string, IStrand>();
  /** Where each change that was taken began, for what turns out later. */
  private readonly places = new Map<ICheckedChange, { session: string; place: number; piece: IPiece }>();
  /** What clients wrote that is taken as one, and some of it waits. */
  private readonly merged = new Set<ICheckedChange>();
  private readonly own: Own;
  private readonly full = new Set<IStrand>();
  private opening = 0;
  private ended = false;
  /** Something takes too long, and goes on in a while. */
  private slow: Cancel | null = null;
  /** Changes that are opened, while the document is not built of them yet. */
  private gathered: Map<ICheckedChange, IGathered> | null = null;

  /** Whether something waits for what is not here. */
  get isWaiting(): boolean {
    return (this.intake?.waiting.count ?? 0) > 0;
  }

  /** Whether something of the log is not looked at yet: it is being opened, has no key here, or takes long. */
  get isUnread(): boolean {
    const isUnread = [...this.strands.values()].some(
      ({ state }) => state === 'opening' || state === 'locked'
    );
    return isUnread || this.intake?.waiting.isSlow === true;
  }

  /** Whether a session was read beyond a place: into a document, as what is carried is not. */
  hasRead(session: string, place: number): boolean {
    return this.doc !== null && (this.strands.get(session)?.next ?? 0) > place;
  }

  /** Whether the document goes on in a session where it was read to: as others leaned on what came then. */
  isFilled(session: string): boolean {
    const strand = this.strands.get(session);
    return !!strand && this.doc !== null && Y.getState(this.doc.store, strand.client) > strand.clock;
  }

  /** Whether some session is read no further here than to what may not stand where it does. */
  get hasLeft(): boolean {
    return [...this.strands.values()].some(({ state }) => state === 'left');
  }

  /** Whether something is being opened. */
  get isOpening(): boolean {
    return this.opening > 0;
  }

  /** Reads on in all sessions. */
  readAll(): void {
    this.ports.log.sessions.forEach(session => this.read(session));
  }

  /**
   * Reads all of it, and builds the document only then, in one order, of what each client wrote as one: so that everybody
   * with the same log has the same document, also where somebody wrote what Yjs orders by arrival [PER6].
   */
  readAnew(): void {
    this.gathered = new Map();
    this.opening += 1;
    this.readAll();
    this.opening -= 1;
    this.build();
  }

  /** Reads on in a session; `known` is what was opened already of one of its pieces. */
  read(session: string, known?: { readonly piece: IPiece; readonly opened: Opened }): void {
    const strand = this.strandOf(session);
    if (!strand || this.ended) {
      return;
    }
    while (strand.state === 'idle') {
      const [piece] = this.ports.log.pieces(session, strand.next);
      if (!piece) {
        break;
      }
      if (session === this.ports.session && piece.from >= this.ownFrom) {
        strand.next = piece.to;
        continue;
      }
      strand.state = 'opening';
      this.opening += 1;
      let isInside = true;
      const take = (opened: Opened): void => {
        this.opening -= 1;
        if (this.ended) {
          return;
        }
        if (strand.state !== 'left') {
          strand.state = 'idle';
          this.take(strand, piece, opened);
        }
        if (!isInside) {
          this.read(session);
        }
      };
      if (known?.piece === piece) {
        take(known.opened);
      } else {
        this.ports.open(piece, take);
      }
      isInside = false;
    }
    this.settle(strand);
    this.build();
    this.slowDown();
    if (this.opening === 0) {
      this.ports.progressed();
    }
  }

  /** What takes too long goes on bit by bit, and what waits for that [PER8]. */
  private slowDown(): void {
    if (this.intake?.waiting.isSlow !== true || this.slow || this.ended) {
      return;
    }
    this.slow =
      this.ports.work?.later(() => {
        this.slow = null;
        this.intake!.resume();
        this.stopRefused();
        this.retry();
        this.slowDown();
        if (this.opening === 0) {
          this.ports.progressed();
        }
      }) ?? null;
  }

  /** There may be other keys. */
  unlock(): void {
    for (const strand of this.strands.values()) {
      if (strand.state === 'locked') {
        strand.state = 'idle';
        this.read(strand.session);
      }
    }
  }

  /** One's own change, which is in the document. Whether it may be. */
  takeOwn(change: ICheckedChange): boolean {
    this.intake?.take(this.ports.session, change);
    return this.intake?.refused.has(change) !== true;
  }

  /** Whether the document has all that one's own session wrote: only then may it write on. */
  get hasOwn(): boolean {
    const { log, session } = this.ports;
    const strand = this.strands.get(session);
    const isRead = this.opening === 0 && (strand?.next ?? 0) >= log.count(session);
    return isRead && (!strand || !this.doc || Y.getState(this.doc.store, strand.client) >= strand.clock);
  }

  /** From which place on what one's own session says is in nobody's document, as far as was read; as `end` of `Own`. */
  get ownEnd(): number | null {
    return this.opening === 0 ? this.own.end : null;
  }

  /** The same of what may come back; as `lost` of `Own`. */
  get ownLost(): number | null {
    return this.opening === 0 ? this.own.lost : null;
  }

  end(): void {
    this.ended = true;
    this.slow?.();
  }

  private strandOf(session: string): IStrand | null {
    const known = this.strands.get(session);
    const author = this.ports.log.authorOf(session);
    if (known || author === undefined) {
      return known ?? null;
    }
    const client = this.ports.clientOf(session, author);
    const made: IStrand = {
      ...{ session, client, next: 0, clock: 0, parts: null, state: 'idle', rest: [], isCut: false }
    };
    this.strands.set(session, made);
    return made;
  }

  private take(strand: IStrand, piece: IPiece, opened: Opened): void {
    if (opened.kind === 'locked') {
      strand.state = 'locked';
      this.ports.locked(piece);
      return;
    }
    const place = strand.parts?.place ?? piece.from;
    const whole = opened.kind === 'open' ? this.joined(strand, piece, opened) : null;
    if (!whole) {
      this.stop(strand, place, piece);
      return;
    }
    if (whole === 'more') {
      strand.next = piece.to;
      return;
    }
    const { limits } = this.ports;
    const read = checkChange(whole, strand.client, piece.form === 'segment' ? forSegments(limits) : limits);
    const change = read.kind === 'read' ? read.value : null;
    const runsOn =
      change &&
      (change.structs.length === 0 ||
        (piece.form === 'envelope'
          ? change.from === strand.clock
          : change.from <= strand.clock && change.to >= strand.clock));
    if (!change || !runsOn) {
      this.stop(strand, place, piece);
      return;
    }
    strand.next = piece.to;
    strand.clock = Math.max(strand.clock, change.to);
    if (strand.session === this.ports.session) {
      this.own.add(place, change.to);
    }
    if (this.gathered) {
      this.gathered.set(change, { strand, place, piece });
    } else if (this.intake) {
      this.places.set(change, { session: strand.session, place, piece });
      this.put(strand, change);
    }
  }

  private build(): void {
    if (!this.gathered || this.opening > 0 || this.ended) {
      return;
    }
    const { gathered } = this;
    this.opening += 1;
    const cuts = this.leaveOut(gathered);
    this.opening -= 1;
    if (this.opening > 0 || !cuts) {
      return;
    }
    this.gathered = null;
    // In one go: what Yjs joins on the way may stand elsewhere when places were crafted.
    Y.transact(this.doc!, () => this.apply(gathered, cuts), this.ports.origin, false);
  }

  private apply(gathered: ReadonlyMap<ICheckedChange, IGathered>, cuts: ReadonlyMap<number, number>): void {
    const strands = [...this.strands.values()].sort((a, b) => a.client - b.client);
    strands.forEach(strand => this.settle(strand));
    const written = new Map<IStrand, ICheckedChange[]>(strands.map(strand => [strand, []]));
    gathered.forEach(({ strand }, change) => written.get(strand)!.push(change));
    const wholes = merged(this.genesis, written.values(), cuts, this.ports.limits);
    wholes.forEach((changes, whole) => {
      const { strand, place, piece } = gathered.get(changes[0]!)!;
      if (gathered.has(whole)) {
        this.places.set(whole, { session: strand.session, place, piece });
      } else {
        this.merged.add(whole);
      }
      this.put(strand, whole);
    });
    const unfinished = this.intake!.waiting.wholes;
    strands.forEach(({ rest }) => rest.forEach(each => unfinished.add(each)));
    this.merged.forEach(whole => unfinished.has(whole) || this.merged.delete(whole));
  }

  /**
   * Takes out what is refused for its place, and what its session said from there on.
   * @returns how far clients count that were cut off; null when the document is not to be built
   */
  private leaveOut(gathered: Map<ICheckedChange, IGathered>): ReadonlyMap<number, number> | null {
    for (;;) {
      const cuts = new Map(
        [...this.strands.values()]
          .filter(strand => this.isOver(strand))
          .map(each => [each.client, each.clock])
      );
      const changes = [...gathered.keys()].sort((a, b) => a.client - b.client);
      const refused = admit(this.genesis, changes, cuts);
      if (refused.size === 0) {
        return cuts;
      }
      for (const change of refused.keys()) {
        const at = gathered.get(change);
        if (at) {
          [...gathered].forEach(
            ([each, { strand, place }]) => strand === at.strand && place >= at.place && gathered.delete(each)
          );
          at.strand.clock = change.from;
          this.stop(at.strand, at.place, at.piece);
          // In the place of a segment there may be what it was made of.
          this.read(at.strand.session);
        }
        if (this.ended) {
          return null;
        }
      }
    }
  }

  private isOver(strand: IStrand): boolean {
    return strand.next >= (this.ports.frontier(strand.session) ?? Infinity);
  }

  /** The whole change, 'more' while parts of it are missing, or null for parts that do not follow. */
  private joined(
    strand: IStrand,
    piece: IPiece,
    { plain, part, parts }: Extract<Opened, { kind: 'open' }>
  ): Uint8Array | 'more' | null {
    const before = strand.parts ?? { place: piece.from, of: parts, list: [] };
    if (part !== before.list.length || parts !== before.of) {
      return null;
    }
    before.list.push(plain);
    strand.parts = before.list.length < parts ? before : null;
    return strand.parts ? 'more' : joinBytes(before.list);
  }

  private put(strand: IStrand, change: ICheckedChange): void {
    strand.rest.push(change);
    if (strand.rest.length === 1) {
      this.putRest(strand);
    }
  }

  private putRest(strand: IStrand): void {
    this.full.delete(strand);
    for (let [change] = strand.rest; change; [change] = strand.rest) {
      // For each session on its own: what one waits for is never kept out by what another lets wait.
      const taken = this.intake!.take(strand.session, change);
      if (taken.kind === 'full') {
        strand.state = 'full';
        this.full.add(strand);
        return;
      }
      strand.rest.shift();
      if (taken.kind === 'ready') {
        taken.changes.forEach(each => this.places.delete(each));
        this.stopRefused();
        this.retry();
      }
    }
  }

  /** Something was applied: what found no room may wait, or be applied, now. */
  private retry(): void {
    for (const strand of [...this.full]) {
      if (strand.state === 'left') {
        continue;
      }
      strand.state = 'idle';
      this.putRest(strand);
      this.read(strand.session);
    }
  }

  /** Changes that turned out to say what they may not, once what they lean on was here. */
  private stopRefused(): void {
    for (const change of this.intake!.refused.keys()) {
      const at = this.places.get(change);
      if (at) {
        this.places.delete(change);
        const strand = this.strandOf(at.session)!;
        strand.clock = change.from;
        this.stop(strand, at.place, at.piece);
      }
      if (this.merged.delete(change)) {
        this.ports.torn();
      }
    }
  }

  private stop(strand: IStrand, place: number, piece: IPiece): void {
    if (!this.ports.decides()) {
      strand.state = 'left';
      return;
    }
    strand.next = place;
    strand.parts = null;
    this.ports.stopped(strand.session, place, piece, this.gathered !== null);
    this.settle(strand);
  }

  /** Nothing of the session counts any more from where it was read to: nobody waits for that. */
  private settle(strand: IStrand): void {
    // Only a frontier decides for everybody: what is refused nobody has, and a fork is open until there is one.
    if (this.intake && !this.gathered && !strand.isCut && this.isOver(strand) && !this.ended) {
      strand.isCut = true;
      this.intake.cut(strand.client, strand.clock);
      this.stopRefused();
      this.retry();
    }
  }
}
