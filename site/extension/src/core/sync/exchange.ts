/**
 * Brings two logs together whatever happened while they were apart: on every new connection, in both directions, and at a
 * slow beat with a neighbour picked at random. What travels is what authors signed [SYN6].
 *
 *     summary (digest)  ->  summary (how far each session is)  ->  ask (sessions, from where)  ->  entries
 *
 * One neighbour is asked at a time for a document, so that a late joiner with six neighbours is sent everything once.
 */
import { sameBytes } from '../bytes';
import type { Cancel, Clock, Random } from '../clock';
import type { IReach, ISummary, Message } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { DIGEST_BYTES, MOST_SUMMARIES } from '../overlay/wire';
import type { Replica } from './replica';
import { SEGMENTS } from './forms';
import type { Spread } from './spread';
import { beginTalk, endTalk, type IAsking, type ITalk } from './talk';

/** A difference that is not new is looked at again after this: what is on its way arrives meanwhile. */
export const GRACE_MS = 400;
/** From one look at a random neighbour to the next, between a half and one and a half of it. `beat_ms`. */
export const BEAT_MS = 10_000;
/** Silence after which another neighbour is asked. */
export const ASK_MS = 8000;
/** What came by exchange is told to the other neighbours this often at most. */
export const NEWS_MS = 200;

export interface IExchangePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly neighbours: Neighbours;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** A replica of a document nobody here has open, when this page carries it for others. */
  carry(document: string): Replica | undefined;
  /** Takes a piece that a neighbour sent; `then` when it was judged, whatever became of it. */
  take(replica: Replica, piece: Uint8Array, from: string, then: () => void): void;
  /** A neighbour knows of a session. */
  meet(neighbour: Neighbour, replica: Replica, session: string): void;
  /** A neighbour still counts what is proven to be forked here. */
  expose(neighbour: Neighbour, replica: Replica, session: string): void;
  /** A digest of what was stated about the class; null while nothing is known. */
  stated(): Uint8Array | null;
  /** A neighbour knows other statements. */
  differs(neighbour: Neighbour): void;
  /** What is said of documents' segments beside. */
  readonly spread: Spread;
}

/** Stands for the statements among the documents of a summary. */
const STATEMENTS = 'statements';
/** After a document's name: what it says, of a log that was said before. */
const CONTENT = ' content';

type EntriesMessage = Extract<Message, { type: 'entries' }>;
type SummaryMessage = Extract<Message, { type: 'summary' }>;

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
      talk.claims.left(peer);
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

  /** Whether nothing is missing here, as far as neighbours said, and no answer is waited for. */
  get isEven(): boolean {
    return [...this.talks.values()].every(({ asking, due }) => !asking && due.size === 0);
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

  /** The document is not here any more. */
  closed(document: string): void {
    const talk = this.talks.get(document);
    if (talk) {
      endTalk(talk);
      this.talks.delete(document);
    }
  }

  /** Something leans on what is not here; `peer` passed it on, and may have the rest. */
  incomplete(document: string, peer: string | undefined): void {
    const from = peer ?? this.ports.neighbours.any(this.ports.random)?.peer;
    if (from !== undefined) {
      this.lookLater(document, from, null);
    }
  }

  /** Something is missing: somebody who has it will say so. */
  doubt(document: string): void {
    const replica = this.ports.replicas.get(document);
    const neighbour = this.ports.neighbours.any(this.ports.random);
    if (replica && neighbour) {
      this.summarise(neighbour, [replica], false, true);
    }
  }

  /** Says to everybody how far all documents are here, and wants to know the same. What was refused may be taken now. */
  compare(): void {
    this.talks.forEach(({ claims }) => claims.hope());
    for (const neighbour of this.ports.neighbours) {
      this.summarise(neighbour, [...this.ports.replicas.values()], false, true);
    }
  }

  end(): void {
    this.nextBeat?.();
    this.talks.forEach(endTalk);
    this.talks.clear();
  }

  hearSummary(neighbour: Neighbour, message: SummaryMessage): void {
    const { summaries, fresh, answer } = message;
    // How far each session is, where digests differ; and what is more here than there.
    const [rough, ahead]: ISummary[][] = [[], []];
    const equal = new Set<string>();
    for (const summary of summaries) {
      if (summary.document === STATEMENTS) {
        if (!sameBytes(summary.digest, this.ports.stated()?.subarray(0, DIGEST_BYTES) ?? summary.digest)) {
          this.ports.differs(neighbour);
        }
        continue;
      }
      if (summary.document.startsWith(SEGMENTS)) {
        this.ports.spread.hearSummary(neighbour, summary, message);
        continue;
      }
      if (summary.document.endsWith(CONTENT)) {
        ahead!.push(...this.hearContent(summary, equal, answer));
        continue;
      }
      const replica = this.ports.replicas.get(summary.document) ?? this.ports.carry(summary.document);
      if (!replica) {
        continue;
      }
      const { peer } = neighbour;
      const talk = this.talkOf(replica.name);
      talk.holders.add(peer);
      if (sameBytes(replica.reaches.digest, summary.digest)) {
        talk.claims.left(peer);
        equal.add(replica.name);
      } else if (!summary.reaches && fresh) {
        rough!.push(replica.reaches.summary(replica.name, 'all'));
      } else if (!summary.reaches) {
        this.lookLater(replica.name, peer, summary.digest);
      } else {
        this.compareReaches(neighbour, replica, talk, summary, fresh);
        if (answer) {
          const more = replica.reaches.ahead(summary.reaches, summary.isWhole);
          ahead!.push(...(more.length > 0 ? [replica.reaches.summary(replica.name, more)] : []));
        }
      }
    }
    this.send(neighbour, rough!, fresh, answer);
    this.send(neighbour, ahead!, fresh, false);
  }

  hearEntries(neighbour: Neighbour, { document, pieces, isLast }: EntriesMessage): void {
    const talk = this.talks.get(document);
    const asking = talk?.asking;
    const replica = this.ports.replicas.get(document);
    if (!talk || !replica || asking?.peer !== neighbour.peer || asking.isLast) {
      return;
    }
    asking.cancel();
    asking.isLast = isLast;
    asking.judging += pieces.length;
    const finish = (): void => {
      if (talk.asking === asking && asking.isLast && asking.judging === 0) {
        this.answered(document, talk, asking);
      }
    };
    for (const piece of pieces) {
      this.ports.take(replica, piece, neighbour.peer, () => {
        asking.judging -= 1;
        finish();
      });
    }
    if (!isLast) {
      asking.cancel = this.patience(document, talk);
    }
    finish();
  }

  /** Something came by exchange: the other neighbours may lack it as well. */
  tell(document: string, session: string, from: string): void {
    const talk = this.talkOf(document);
    if (talk.news) {
      // Two sources: each may lack what the other brought.
      if (!talk.news.knows.has(from)) {
        talk.news.knows.clear();
      }
      talk.news.sessions.add(session);
      return;
    }
    const knows = new Set([from]);
    const sessions = new Set([session]);
    const cancel = this.ports.clock.after(NEWS_MS, () => {
      talk.news = null;
      const replica = this.ports.replicas.get(document);
      if (replica) {
        const reaches = [...sessions].map(each => replica.reaches.of(each));
        const summaries = [replica.reaches.summary(document, reaches)];
        this.ports.neighbours.say({ type: 'summary', fresh: false, answer: false, summaries }, knows);
      }
    });
    talk.news = { cancel, knows, sessions };
  }

  /**
   * Who has the same log, and is as quiet, says the same: or one of both is to be built anew [PER6]. Which one, neither
   * knows: whoever said so hears what is here, and looks as well.
   */
  private hearContent(
    { document, digest }: ISummary,
    equal: ReadonlySet<string>,
    answer: boolean
  ): readonly ISummary[] {
    const name = document.slice(0, -CONTENT.length);
    const replica = this.ports.replicas.get(name);
    const content = equal.has(name) ? replica?.content : null;
    if (!replica || !content || sameBytes(content, digest)) {
      return [];
    }
    const said = answer ? summariesOf(replica) : [];
    replica.settle();
    return said;
  }

  private compareReaches(
    neighbour: Neighbour,
    replica: Replica,
    talk: ITalk,
    { reaches }: ISummary,
    fresh: boolean
  ): void {
    const { peer } = neighbour;
    for (const reach of reaches!) {
      this.ports.meet(neighbour, replica, reach.session);
      if (replica.reaches.isForked(reach)) {
        this.ports.expose(neighbour, replica, reach.session);
      }
    }
    const claims = reaches!.filter(reach => replica.reaches.isBehind(reach));
    talk.enriched ||= claims.length > 0;
    if (fresh) {
      talk.claims.put(peer, claims);
      this.next(replica.name, talk);
    } else if (claims.length > 0) {
      this.lookLater(replica.name, peer, null, claims);
    }
  }

  /** Looks at a difference when what is on its way has arrived. */
  private lookLater(
    document: string,
    peer: string,
    digest: Uint8Array | null,
    reaches: readonly IReach[] = []
  ): void {
    const talk = this.talkOf(document);
    const due = talk.due.get(peer);
    if (due) {
      due.digest = digest ?? due.digest;
      due.reaches = reaches.length > 0 ? reaches : due.reaches;
      return;
    }
    const cancel = this.ports.clock.after(GRACE_MS, () => {
      const last = talk.due.get(peer)!;
      talk.due.delete(peer);
      const replica = this.ports.replicas.get(document);
      const neighbour = this.ports.neighbours.get(peer);
      if (!replica || !neighbour) {
        return;
      }
      if (last.reaches.length > 0) {
        talk.claims.put(peer, last.reaches);
        this.next(document, talk);
      } else if (!last.digest ? replica.isIncomplete : !sameBytes(replica.reaches.digest, last.digest)) {
        // How far each session is: who has more says so, and what is missing there is asked for.
        this.send(neighbour, [replica.reaches.summary(document, 'all')], false, true);
      }
    });
    talk.due.set(peer, { cancel, digest, reaches });
  }

  /** Asks the next neighbour who has what is missing here, if nobody is being asked. */
  private next(document: string, talk: ITalk): void {
    const replica = this.ports.replicas.get(document);
    for (const peer of talk.claims.peers) {
      if (talk.asking || !replica) {
        return;
      }
      const neighbour = this.ports.neighbours.get(peer);
      const sessions = talk.claims.take(peer, reach => replica.reaches.isBehind(reach));
      if (neighbour && sessions.length > 0) {
        const cancel = this.patience(document, talk);
        talk.asking = { peer, sessions, cancel, judging: 0, isLast: false };
        const wants = sessions.map(claim => ({
          session: claim.session,
          from: replica.reaches.askFrom(claim)
        }));
        neighbour.say({ type: 'ask', document, wants });
      }
    }
  }

  private answered(document: string, talk: ITalk, asking: IAsking): void {
    asking.cancel();
    talk.asking = null;
    const replica = this.ports.replicas.get(document);
    if (replica) {
      // What they said they have, and did not bring, is not asked of them again.
      asking.sessions
        .filter(claim => replica.reaches.isBehind(claim))
        .forEach(claim => talk.claims.despair(asking.peer, claim));
    }
    this.next(document, talk);
  }

  private patience(document: string, talk: ITalk): Cancel {
    return this.ports.clock.after(ASK_MS, () => this.giveUp(document, talk));
  }

  private giveUp(document: string, talk: ITalk): void {
    talk.asking?.cancel();
    talk.asking = null;
    this.next(document, talk);
  }

  private scheduleBeat(): void {
    this.nextBeat = this.ports.clock.after(BEAT_MS * (0.5 + this.ports.random()), () => {
      this.scheduleBeat();
      const neighbour = this.ports.neighbours.any(this.ports.random);
      if (neighbour) {
        this.summarise(neighbour, [...this.ports.replicas.values()], false, true);
      }
    });
  }

  /** Only the digests: enough where they are the same. */
  private summarise(
    neighbour: Neighbour,
    replicas: readonly Replica[],
    fresh: boolean,
    answer: boolean
  ): void {
    for (const replica of replicas) {
      // Logs look the same to who has not heard of it, and only who has can say how far it counts.
      replica.log.forks.forEach(session => this.ports.expose(neighbour, replica, session));
    }
    const stated = this.ports.stated();
    const summaries = [
      ...(stated
        ? [{ document: STATEMENTS, digest: stated.subarray(0, DIGEST_BYTES), reaches: null, isWhole: false }]
        : []),
      ...replicas.flatMap(summariesOf),
      ...this.ports.spread.summaries(replicas)
    ];
    // Who is new hears from us also where there is nothing: it is answered.
    this.send(neighbour, summaries, fresh, answer, fresh);
  }

  private send(
    neighbour: Neighbour,
    summaries: readonly ISummary[],
    fresh: boolean,
    answer: boolean,
    always = false
  ): void {
    for (let from = 0; from < summaries.length || (always && from === 0); from += MOST_SUMMARIES) {
      const some = summaries.slice(from, from + MOST_SUMMARIES);
      neighbour.say({ type: 'summary', fresh, answer, summaries: some });
    }
  }

  private talkOf(document: string): ITalk {
    const talk = this.talks.get(document) ?? beginTalk(this.ports.clock);
    this.talks.set(document, talk);
    return talk;
  }
}

/** A document's digests: of its log, and of what it says. */
function summariesOf({ name, reaches, content }: Replica): ISummary[] {
  const said = reaches.summary(name, null);
  return content
    ? [said, { document: `${name}${CONTENT}`, digest: content, reaches: null, isWhole: false }]
    : [said];
}
