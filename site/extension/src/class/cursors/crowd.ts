/**
 * Many people in one page, who put their cursors here and there in a notebook: what benchmarks/cursors.py shows to a real page.
 * One of them is connected to the class, the others are behind them. Bundled by the benchmark, never part of the site.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { RtcBudget } from '../../connection/budget';
import { openConnections } from '../../connection/open';
import { pageClock } from '../../connection/page';
import { cursorIn } from '../../core/awareness/cursor';
import { readCode } from '../../core/class/invitation';
import { type IOwner, readOwner } from '../../core/class/owner';
import { orderOf, typeOf } from '../../core/document/cells';
import { genesisHash } from '../../core/document/genesis';
import { formatName } from '../../core/document/name';
import { type IOwnSession, openSession } from '../../core/identity/own';
import { Secret } from '../../core/secret';
import { sessionText } from '../../core/session';
import { Engine } from '../../core/sync/engine';
import { Society } from '../../core/sync/society';
import { Noble } from '../../crypto/noble';
import { signalSealer } from '../sealer';

/** Neighbours that each has behind them. */
const BEHIND = 6;
/** How often each moves; awareness says it as often as it may. */
const MOVE_MS = 250;

export class Crowd {
  /** @param owner what makes one the owner of the class: the crowd is let in by that, and owns nothing */
  constructor(code: string, owner: string, signal: string, genesis: string, count: number) {
    const bytes = Uint8Array.from(genesis.match(/../g) ?? [], pair => parseInt(pair, 16));
    const invited = readCode(code, digest);
    if (invited.kind !== 'invited') {
      throw new Error(`No invitation: ${code}`);
    }
    const { id, room, everyone, joinSecret } = invited.invitation;
    this.name = formatName({ genesis: genesisHash(bytes), branch: 'team', owner: everyone });
    const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);
    const noble = new Noble();
    // Noble calls back at once.
    let founded: IOwner | null = null;
    readOwner(noble, digest, id, owner, read => (founded = read));
    const { founding, statement, key } = founded as unknown as IOwner;
    const own = Array.from({ length: count }, () => {
      let session: IOwnSession | null = null;
      openSession(noble, digest, id, { root: Secret.make(fill), device: Secret.make(fill) }, fill, made => {
        session = made;
      });
      return session as unknown as IOwnSession;
    });
    const sessions = (this.sessions = own.map(({ session }) => session));
    const society = new Society({
      ...{ crypto: noble, digest, clock: pageClock, fill, own: own[0]!, root: Secret.make(fill) },
      ...{ classId: id, joinSecret, everyone, name: 'Person 1', founding },
      ...{ statements: [statement], keys: [{ epoch: 1, key }] }
    });
    this.people = own.map(
      session =>
        new Engine({
          ...{ room: id, own: session, crypto: noble, rules: society, keys: society },
          ...{ clock: pageClock, random: Math.random, digest }
        })
    );
    this.people.slice(1).forEach((_, index) => this.join(sessions, Math.floor(index / BEHIND), index + 1));
    this.people.forEach((engine, index) =>
      engine.introduce({
        name: `Person ${index + 1}`,
        participant: own[index]!.participant,
        since: Date.now()
      })
    );
    this.people[0]!.follow(this.name, this.doc, { genesis: bytes });
    const secret = sessionText(own[0]!.place.reveal());
    const opened = openConnections({
      session: sessions[0]!,
      secret,
      keysHash: own[0]!.keysHash,
      sealer: signalSealer(noble, invited.invitation, own[0]!),
      signal,
      room,
      record: 'AA',
      budget: new RtcBudget()
    });
    opened.roads.made.add(link => this.people[0]!.attach(link));
    opened.roads.links.forEach(link => this.people[0]!.attach(link));
  }

  private readonly doc = new Y.Doc();
  private readonly name: string;
  private readonly people: Engine[];
  private readonly sessions: readonly string[];
  private timer = 0;

  /** How many connections there are to the class. */
  get links(): number {
    return [...this.people[0]!.neighbours].filter(({ peer }) => !this.sessions.includes(peer)).length;
  }

  /** Everybody moves: all in code cell `only`, or anywhere; -1: nobody has a cursor. */
  move(only: number | null): void {
    clearInterval(this.timer);
    if (only === -1) {
      this.people.forEach(engine => engine.awareness.say(this.name, null));
      return;
    }
    this.timer = window.setInterval(() => {
      const code = orderOf(this.doc).filter(({ cell }) => typeOf(cell) === 'code');
      this.people.forEach((engine, index) => {
        const { cell } = code[only ?? index % code.length]!;
        const text = cell.get('source') as Y.Text;
        const place = (): number => Math.floor(Math.random() * (text.length + 1));
        const head = place();
        engine.awareness.say(this.name, cursorIn(text, Math.random() < 0.3 ? place() : head, head));
      });
    }, MOVE_MS);
  }

  private join(sessions: readonly string[], a: number, b: number): void {
    const connect = (from: number, to: number): void => {
      this.people[from]!.connect({
        peer: sessions[to]!,
        bufferedBytes: () => 0,
        drained: () => Promise.resolve(),
        send: (channel, message) => {
          const own = message.slice();
          setTimeout(() => this.people[to]!.hear(sessions[from]!, channel, own), 1);
        }
      });
    };
    connect(a, b);
    connect(b, a);
  }
}
