/** What one session's log is read into, where a test says what each piece holds. */
import * as Y from 'yjs';
import { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import { links, Writer } from '../log/writer.testing';
import { craft, type ICrafted, numberOf, textOf } from '../permissions/crafted.testing';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import type { Work } from '../permissions/work';
import { Chance } from '../simulation/chance';
import { type IReadingPorts, type Opened, Reading } from './reading';

export const ADA = 5;
export const BEN = 6;
/** The n-th thing that Ada writes: a text, then letter after letter in it. */
export const wordOf = (clock: number, count = 1): Uint8Array =>
  craft(
    ADA,
    clock,
    Array.from({ length: count }, (_, each): ICrafted => {
      const at = clock + each;
      const place =
        at === 1 ? { parent: { client: ADA, clock: 0 } } : { left: { client: ADA, clock: at - 1 } };
      return at === 0 ? { kind: 7, content: numberOf(2), key: 't' } : { content: textOf('x'), ...place };
    })
  );
export const open = (plain: Uint8Array, part = 0, parts = 1): Opened => ({
  kind: 'open',
  plain,
  part,
  parts
});

export class Bench {
  constructor(
    ownFrom = 0,
    private readonly own = 'me',
    work?: Work
  ) {
    const ports: IReadingPorts = {
      ...{ log: this.log, session: this.own, limits: NOTEBOOK_LIMITS, origin: Symbol('others') },
      personOf: () => 'ada',
      work,
      clientOf: (_, author) => (author === 'ada' ? ADA : BEN),
      frontier: session => this.frontiers.get(session) ?? null,
      open: (piece, then) => {
        this.asked.push(piece.from);
        const answer = (): void => then(this.says.get(piece) ?? open(wordOf(piece.from)));
        if (this.later) {
          this.later.push(answer);
        } else {
          answer();
        }
      },
      stopped: (session, place, _, isBuilding) => {
        this.stops.push(`${place}${isBuilding ? ' building' : ''}`);
        this.log.stop(session, place);
      },
      decides: () => this.decides,
      locked: piece => this.locked.push(piece.from),
      torn: () => (this.torn += 1),
      progressed: () => (this.progress += 1)
    };
    this.ada.write(12);
    this.reading = new Reading(ports, this.doc, null, ownFrom);
  }

  readonly ada = new Writer(new Chance(1));
  readonly ben = new Writer(new Chance(2), 'ben');
  readonly log = new Log(links);
  readonly doc = new Y.Doc();
  readonly reading: Reading;
  readonly frontiers = new Map<string, number>();
  readonly says = new Map<IPiece, Opened>();
  readonly asked: number[] = [];
  readonly stops: string[] = [];
  readonly locked: number[] = [];
  later: (() => void)[] | null = null;
  progress = 0;
  torn = 0;
  /** Whether it is not about to be exchanged for another. */
  decides = true;

  /** Ada's envelopes at these places come, and are read. */
  come(...places: number[]): this {
    places.forEach(place => this.take(this.ada.envelopes[place]!));
    return this;
  }

  take(piece: IPiece): void {
    this.log.take(piece);
    this.reading.read(piece.session);
  }

  /** What Ada's envelope at a place says instead. */
  say(place: number, opened: Opened): this {
    this.says.set(this.ada.envelopes[place]!, opened);
    return this;
  }

  get words(): string {
    return (this.doc.getMap('cells').get('t') as Y.Text | undefined)?.toJSON() ?? '';
  }
}
