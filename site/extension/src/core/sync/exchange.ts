/**
 * Brings two replicas together whatever happened while they were apart: on every new connection, in both directions, and
 * at a slow beat with a neighbour picked at random. Deletions are part of it: state vectors alone do not show them.
 *
 *     summary (digest, vector)  ->  ask (vector, deletions)  ->  state (what the vector lacks, and all deletions)
 *
 * One neighbour is asked at a time for a document, so that a late joiner with six neighbours is sent everything once.
 */
import { joinBytes, sameBytes } from '../bytes';
import type { Cancel, Clock, Random } from '../clock';
import { idText } from '../envelope/envelope';
import { type ISummary, MOST_SUMMARIES, STATE_BYTES, type Message } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { isAhead, type Vector } from './digest';
import type { Replica } from './replica';

/** A difference that is not new is looked at again after this: what is on its way arrives meanwhile. */
export const GRACE_MS = 400;
/** From one look at a random neighbour to the next, between a half and one and a half of it. `beat_ms`. */
export const BEAT_MS = 10_000;
/** Silence after which another neighbour is asked. */
export const ASK_MS = 8000;
/** What came by exchange is told to the other neighbours this often at most. */
export const NEWS_MS = 200;
/** States remembered as taken in, for each document. */
const MOST_MERGED = 64;
/** Beats for which something that is missing is asked for. */
const MOST_FRUITLESS = 6;
/** Parts of one state: 64 MB. */
const MOST_PARTS = 256;

export interface IExchangePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly neighbours: Neighbours;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** A replica of a document nobody here has open, when this page carries it for others. */
  carry(document: string): Replica | undefined;
}

type StateMessage = Extract<Message, { type: 'state' }>;
type AskMessage = Extract<Message, { type: 'ask' }>;
type SummaryMessage = Extract<Message, { type: 'summary' }>;

/** What is known of a neighbour's replica; `sure`: ask, whatever the vectors say. */
interface ITheirs {
  readonly digest: Uint8Array | null;
  readonly vector: Vector;
  readonly sure: boolean;
}

interface ITalk {
  asking: { readonly peer: string; cancel: Cancel; readonly parts: Uint8Array[] } | null;
  readonly wanted: Map<string, ITheirs>;
  /** Digests of states taken in: asking for one again brings nothing. */
  readonly merged: Set<string>;
  /** Looks that are due, with the latest that is known. */
  readonly due: Map<string, { readonly cancel: Cancel; theirs: ITheirs }>;
  news: { cancel: Cancel; readonly knows: Set<string> } | null;
  /** Beats in a row that did not bring what changes here wait for. */
  fruitless: number;
  /** Neighbours who have the document. */
  readonly holders: Set<string>;
  /** Whether a neighbour ever had more of it than was here. */
  enriched: boolean;
}

export class Exchange {
  constructor(private readonly ports: IExchangePorts) {
    this.scheduleBeat();
  }

  private readonly talks = new Map<string, ITalk>();
  private nextBeat: Cancel | null = null;

  /** A connection opened: both sides say how far they are. */
  joined(neighbour: Neighbour): void {
    this.summarise(neighbour, [...this.ports.replicas.values()], true, false);
  }

  left(peer: string): void {
    for (const [document, talk] of this.talks) {
      talk.wanted.delete(peer);
      talk.holders.delete(peer);
      talk.due.get(peer)?.cancel();
      talk.due.delete(peer);
      if (talk.asking?.peer === peer) {
        this.giveUp(document, talk);
      }
    }
  }

  /** Neighbours who have the document. */
  holders(document: string): ReadonlySet<string> {
    return this.talkOf(document).holders;
  }

  /** Whether a neighbour ever had more of it than was here. */
  wasEnriched(document: string): boolean {
    return this.talkOf(document).enriched;
  }

  /** Says to one how far a document is here, and wants to know the same. */
  offer(peer: string, document: string): void {
    const [neighbour, replica] = [this.ports.neighbours.get(peer), this.ports.replicas.get(document)];
    if (neighbour && replica) {
      this.summarise(neighbour, [replica], true, true);
    }
  }

  /** A document was opened here: who has more says so. */
  opened(replica: Replica): void {
    for (const neighbour of this.ports.neighbours) {
      this.summarise(neighbour, [replica], true, true);
    }
  }

  /** A change leaned on something that is not here; `peer` passed it on, and may have the rest. */
  incomplete(document: string, peer: string | undefined): void {
    const from = peer ?? this.ports.neighbours.any(this.ports.random)?.peer;
    if (from !== undefined) {
      this.look(document, from, { digest: null, vector: new Map(), sure: true }, true);
    }
  }

  /** Something is missing that no vector shows yet: somebody who has it will say so. */
  doubt(document: string): void {
    const replica = this.ports.replicas.get(document);
    const neighbour = this.ports.neighbours.any(this.ports.random);
    if (replica && neighbour) {
      this.summarise(neighbour, [replica], false, true);
    }
  }

  /** Says to everybody how far all documents are here, and wants to know the same. */
  compare(): void {
    for (const neighbour of this.ports.neighbours) {
      this.summarise(neighbour, [...this.ports.replicas.values()], false, true);
    }
  }

  /** A change is here that went nowhere in envelopes. */
  news(document: string): void {
    this.tell(document, '');
  }

  end(): void {
    this.nextBeat?.();
    for (const { asking, due, news } of this.talks.values()) {
      asking?.cancel();
      news?.cancel();
      due.forEach(({ cancel }) => cancel());
    }
    this.talks.clear();
  }

  hearSummary(neighbour: Neighbour, { summaries, fresh, answer }: SummaryMessage): void {
    const ahead: Replica[] = [];
    for (const { document, digest, vector } of summaries) {
      const replica = this.ports.replicas.get(document) ?? this.ports.carry(document);
      if (replica) {
        const talk = this.talkOf(document);
        talk.holders.add(neighbour.peer);
        talk.enriched ||= isAhead(vector, replica.vector);
      }
      if (!replica || sameBytes(replica.digest, digest)) {
        continue;
      }
      this.look(document, neighbour.peer, { digest, vector, sure: fresh && vector.size > 0 }, !fresh);
      if (answer && (fresh || isAhead(replica.vector, vector))) {
        ahead.push(replica);
      }
    }
    if (ahead.length > 0) {
      this.summarise(neighbour, ahead, fresh, false);
    }
  }

  hearAsk(neighbour: Neighbour, { document, vector, deletions }: AskMessage): void {
    const replica = this.ports.replicas.get(document);
    if (!replica) {
      return;
    }
    this.talkOf(document).holders.add(neighbour.peer);
    const before = replica.version;
    replica.receive(deletions);
    if (replica.version !== before) {
      this.tell(document, neighbour.peer);
    }
    void this.sendState(neighbour, replica, vector);
    if (isAhead(vector, replica.vector)) {
      this.look(document, neighbour.peer, { digest: null, vector, sure: false }, false);
    }
  }

  hearState(neighbour: Neighbour, message: StateMessage): void {
    const { document, digest, part, parts, bytes } = message;
    const talk = this.talks.get(document);
    const asking = talk?.asking;
    const replica = this.ports.replicas.get(document);
    if (
      !talk ||
      !replica ||
      asking?.peer !== neighbour.peer ||
      part !== asking.parts.length ||
      parts > MOST_PARTS
    ) {
      return;
    }
    asking.parts.push(bytes);
    asking.cancel();
    if (part + 1 < parts) {
      asking.cancel = this.patience(document, talk);
      return;
    }
    talk.asking = null;
    const before = replica.version;
    replica.receive(joinBytes(asking.parts));
    remember(talk.merged, idText(digest));
    if (replica.version !== before) {
      this.tell(document, neighbour.peer);
    }
    this.next(document, talk);
  }

  /** Looks at a difference, now or when what is on its way has arrived. */
  private look(document: string, peer: string, theirs: ITheirs, later: boolean): void {
    const talk = this.talkOf(document);
    const due = talk.due.get(peer);
    if (!later) {
      talk.wanted.set(peer, theirs);
      this.next(document, talk);
    } else if (due) {
      due.theirs = theirs.digest || !due.theirs.digest ? theirs : due.theirs;
    } else {
      const cancel = this.ports.clock.after(GRACE_MS, () => {
        talk.wanted.set(peer, talk.due.get(peer)!.theirs);
        talk.due.delete(peer);
        this.next(document, talk);
      });
      talk.due.set(peer, { cancel, theirs });
    }
  }

  /** Asks the next neighbour who has what is missing here, if nobody is being asked. */
  private next(document: string, talk: ITalk): void {
    const replica = this.ports.replicas.get(document);
    for (const [peer, theirs] of talk.wanted) {
      if (talk.asking || !replica) {
        return;
      }
      talk.wanted.delete(peer);
      const neighbour = this.ports.neighbours.get(peer);
      if (neighbour && this.isWorthAsking(replica, talk, theirs)) {
        talk.asking = { peer, cancel: this.patience(document, talk), parts: [] };
        const vector = replica.vector;
        neighbour.say({ type: 'ask', document, vector, deletions: replica.deletions() });
      }
    }
  }

  private isWorthAsking(replica: Replica, talk: ITalk, { digest, vector, sure }: ITheirs): boolean {
    if (digest === null) {
      return sure ? replica.isIncomplete : isAhead(vector, replica.vector);
    }
    if (sameBytes(digest, replica.digest) || talk.merged.has(idText(digest))) {
      return false;
    }
    // Equal vectors and another digest: something was deleted there that is not deleted here, or the other way round.
    return sure || isAhead(vector, replica.vector) || !isAhead(replica.vector, vector);
  }

  private patience(document: string, talk: ITalk): Cancel {
    return this.ports.clock.after(ASK_MS, () => this.giveUp(document, talk));
  }

  private giveUp(document: string, talk: ITalk): void {
    talk.asking?.cancel();
    talk.asking = null;
    this.next(document, talk);
  }

  private async sendState(neighbour: Neighbour, replica: Replica, vector: Vector): Promise<void> {
    const { digest, name: document } = replica;
    const bytes = replica.stateSince(vector);
    const parts = Math.ceil(bytes.byteLength / STATE_BYTES);
    for (let part = 0; part < parts; part += 1) {
      const from = part * STATE_BYTES;
      neighbour.say({
        type: 'state',
        document,
        digest,
        part,
        parts,
        bytes: bytes.subarray(from, from + STATE_BYTES)
      });
      if (part + 1 < parts) {
        const room = neighbour.room();
        if (room) {
          await room;
        }
        if (this.ports.neighbours.get(neighbour.peer) !== neighbour) {
          return;
        }
      }
    }
  }

  /** Something came by exchange: the other neighbours may lack it as well. */
  private tell(document: string, from: string): void {
    const talk = this.talkOf(document);
    if (talk.news) {
      // Two sources: each may lack what the other brought.
      if (!talk.news.knows.has(from)) {
        talk.news.knows.clear();
      }
      return;
    }
    const knows = new Set([from]);
    const cancel = this.ports.clock.after(NEWS_MS, () => {
      talk.news = null;
      const replica = this.ports.replicas.get(document);
      if (replica) {
        const message = this.summaryOf([replica], false, false);
        this.ports.neighbours.say(message, knows);
      }
    });
    talk.news = { cancel, knows };
  }

  private scheduleBeat(): void {
    this.nextBeat = this.ports.clock.after(BEAT_MS * (0.5 + this.ports.random()), () => {
      this.scheduleBeat();
      const neighbour = this.ports.neighbours.any(this.ports.random);
      if (neighbour) {
        const replicas = [...this.ports.replicas.values()];
        this.summarise(neighbour, replicas, false, true);
        replicas.forEach(replica => this.seek(replica, neighbour.peer));
      }
    });
  }

  /** Asks for what changes here wait for; not for ever, as its author may be gone with it. */
  private seek(replica: Replica, peer: string): void {
    const talk = this.talkOf(replica.name);
    talk.fruitless = replica.isIncomplete ? talk.fruitless + 1 : 0;
    if (replica.isIncomplete && talk.fruitless <= MOST_FRUITLESS) {
      this.incomplete(replica.name, peer);
    }
  }

  private summarise(
    neighbour: Neighbour,
    replicas: readonly Replica[],
    fresh: boolean,
    answer: boolean
  ): void {
    for (let from = 0; from < replicas.length; from += MOST_SUMMARIES) {
      neighbour.say(this.summaryOf(replicas.slice(from, from + MOST_SUMMARIES), fresh, answer));
    }
  }

  private summaryOf(replicas: readonly Replica[], fresh: boolean, answer: boolean): SummaryMessage {
    const summaries = replicas.map(({ name, digest, vector }): ISummary => ({
      document: name,
      digest,
      vector
    }));
    return { type: 'summary', fresh, answer, summaries };
  }

  private talkOf(document: string): ITalk {
    const known = this.talks.get(document);
    const talk = known ?? {
      asking: null,
      wanted: new Map(),
      merged: new Set(),
      due: new Map(),
      news: null,
      fruitless: 0,
      holders: new Set(),
      enriched: false
    };
    this.talks.set(document, talk);
    return talk;
  }
}

function remember(digests: Set<string>, digest: string): void {
  digests.add(digest);
  if (digests.size > MOST_MERGED) {
    digests.delete(digests.values().next().value!);
  }
}
