/**
 * Brings segments to those who have envelopes, or other segments, in their place [SYN18]. What two have of a document is
 * the same by its log's digest; by that of its segments it is in the same form. Where that differs, segments are asked
 * for and compared with what is here. A segment that says something else than what is here is named to whoever brought
 * it: they ask for what it is held against, and see for themselves.
 *
 *     summary (segments/name)  ->  summary (sessions)  ->  ask (segments/name)  ->  entries
 *     summary (segments/name, count 0 and the hash of a lie)  ->  ask (pieces/name)  ->  entries
 */
import { sameBytes } from '../bytes';
import type { Cancel, Clock } from '../clock';
import { SEGMENT_BYTES } from '../envelope/segment';
import type { IPiece } from '../log/piece';
import type { IReach, ISummary, Message } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { idText } from '../envelope/envelope';
import { CHAIN_BYTES } from '../overlay/wire';
import { ASK_MS } from './exchange';
import { PIECES, SEGMENTS } from './forms';
import { readPiece } from './pieces';
import type { Received, Replica } from './replica';

/** Segments that are new are told of this often at most: several authors' together. */
export const SPREAD_MS = 2000;
/** Forms that were looked at, and are not asked for again. */
const MOST_SEEN = 4096;
/** Bytes that one side of a comparison may be. */
const MOST_BYTES = 4 * SEGMENT_BYTES;

export interface ISpreadPorts {
  readonly clock: Clock;
  readonly neighbours: Neighbours;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** Takes a segment that a neighbour sent; `then` when it was judged, with what it is. */
  take(
    replica: Replica,
    bytes: Uint8Array,
    from: string,
    then: (received: Received | null, piece: IPiece | null) => void
  ): void;
  /** A genuine piece of a document, or null. */
  verify(replica: Replica, bytes: Uint8Array, then: (piece: IPiece | null) => void): void;
}

interface IQuestion {
  readonly peer: string;
  /** What was asked for: a form, or a segment that is said to be a lie. */
  readonly forms: readonly IReach[];
  readonly lie: IPiece | null;
  readonly pieces: IPiece[];
  readonly lies: IPiece[];
  bytes: number;
  judging: number;
  isLast: boolean;
  cancel: Cancel;
}

type SummaryMessage = Extract<Message, { type: 'summary' }>;
type EntriesMessage = Extract<Message, { type: 'entries' }>;

export class Spread {
  constructor(private readonly ports: ISpreadPorts) {}

  private readonly questions = new Map<string, IQuestion>();
  /** Forms that were looked at, with the lies in them; and lies that were none. */
  private readonly seen = new Map<string, readonly IPiece[]>();
  private readonly news = new Map<
    string,
    { readonly sessions: Set<string>; readonly knows: Set<string>; cancel: Cancel }
  >();

  /** What is said of a document's segments beside how far it is. */
  summaries(replicas: readonly Replica[]): ISummary[] {
    return replicas
      .filter(({ forms }) => forms.all.length > 0)
      .map(({ name, forms }) => forms.summary(name, null));
  }

  /** There is another segment of a session here; `from` has it too. */
  tell({ name }: Replica, session: string, from: string): void {
    const known = this.news.get(name);
    if (known) {
      known.sessions.add(session);
      if (!known.knows.has(from)) {
        known.knows.clear();
      }
      return;
    }
    const [sessions, knows] = [new Set([session]), new Set([from])];
    const cancel = this.ports.clock.after(SPREAD_MS, () => {
      this.news.delete(name);
      const replica = this.ports.replicas.get(name);
      if (replica) {
        const summaries = [replica.forms.summary(name, sessions)];
        this.ports.neighbours.say({ type: 'summary', fresh: false, answer: false, summaries }, knows);
      }
    });
    this.news.set(name, { sessions, knows, cancel });
  }

  hearSummary(neighbour: Neighbour, summary: ISummary, { answer }: SummaryMessage): void {
    const replica = this.ports.replicas.get(summary.document.slice(SEGMENTS.length));
    if (!replica || sameBytes(replica.forms.digest, summary.digest)) {
      return;
    }
    if (!summary.reaches) {
      this.say(neighbour, replica.forms.summary(replica.name, 'all'), answer);
      return;
    }
    summary.reaches
      .filter(({ count }) => count === 0)
      .forEach(reach => this.hearLie(neighbour, replica, reach));
    const others = summary.reaches.filter(
      ({ session, count, chain }) => count > 0 && !sameBytes(replica.forms.of(session), chain)
    );
    for (const form of others) {
      this.seen.get(keyOf(replica, form))?.forEach(lie => this.accuse(neighbour, replica, lie));
    }
    const wanted = others.filter(form => !this.seen.has(keyOf(replica, form)));
    const key = SEGMENTS + replica.name;
    if (wanted.length > 0 && !this.questions.has(key)) {
      this.begin(key, neighbour, { forms: wanted, lie: null });
      const wants = wanted.map(({ session }) => ({ session, from: 0 }));
      neighbour.say({ type: 'ask', document: key, wants });
    }
    if (answer) {
      this.say(neighbour, replica.forms.summary(replica.name, 'all'), false);
    }
  }

  /** Whether these entries are about segments. */
  hearEntries(neighbour: Neighbour, { document, pieces, isLast }: EntriesMessage): boolean {
    if (!document.startsWith(PIECES) && !document.startsWith(SEGMENTS)) {
      return false;
    }
    const replica = this.ports.replicas.get(document.slice(document.indexOf('/') + 1));
    const question = this.questions.get(document);
    if (!replica || question?.peer !== neighbour.peer || question.isLast) {
      return true;
    }
    question.bytes += pieces.reduce((sum, each) => sum + each.byteLength, 0);
    question.isLast = isLast || question.bytes > MOST_BYTES;
    question.judging += pieces.length;
    question.cancel();
    question.cancel = this.patience(document);
    const judged = (): void => {
      question.judging -= 1;
      this.finish(document, question, neighbour, replica);
    };
    for (const bytes of pieces) {
      if (question.lie) {
        this.takeOriginal(replica, bytes, question, question.lie, judged);
      } else {
        this.takeSegment(replica, bytes, neighbour, question, judged);
      }
    }
    // Also when there are none.
    question.judging += 1;
    judged();
    return true;
  }

  /** A segment that somebody brought is a lie: they are told which. */
  accuse(neighbour: Neighbour, { name, forms }: Replica, { session, hash }: IPiece): void {
    const reaches = [{ session, count: 0, chain: hash.subarray(0, CHAIN_BYTES) }];
    this.say(neighbour, { document: SEGMENTS + name, digest: forms.digest, reaches, isWhole: false }, false);
  }

  end(): void {
    this.questions.forEach(({ cancel }) => cancel());
    this.news.forEach(({ cancel }) => cancel());
  }

  /** Somebody says that a segment which is here is a lie: they have what it is held against. */
  private hearLie(neighbour: Neighbour, replica: Replica, { session, chain }: IReach): void {
    const lie = replica.log
      .pieces(session)
      .find(({ form, hash }) => form === 'segment' && sameBytes(hash.subarray(0, CHAIN_BYTES), chain));
    const key = PIECES + replica.name;
    if (lie && !this.questions.has(key) && !this.seen.has(claimOf(neighbour, lie))) {
      this.begin(key, neighbour, { forms: [], lie });
      neighbour.say({ type: 'ask', document: key, wants: [{ session, from: lie.from }] });
    }
  }

  private begin(key: string, { peer }: Neighbour, asked: Pick<IQuestion, 'forms' | 'lie'>): void {
    const cancel = this.patience(key);
    this.questions.set(key, {
      peer,
      ...asked,
      pieces: [],
      lies: [],
      bytes: 0,
      judging: 0,
      isLast: false,
      cancel
    });
  }

  private patience(key: string): Cancel {
    return this.ports.clock.after(ASK_MS, () => this.questions.delete(key));
  }

  private takeSegment(
    replica: Replica,
    bytes: Uint8Array,
    neighbour: Neighbour,
    { lies }: IQuestion,
    judged: () => void
  ): void {
    this.ports.take(replica, bytes, neighbour.peer, (received, piece) => {
      if (
        piece &&
        (received === 'lie' || replica.log.refusedOf(piece.session).includes(idText(piece.hash)))
      ) {
        lies.push(piece);
        this.accuse(neighbour, replica, piece);
      }
      judged();
    });
  }

  private takeOriginal(
    replica: Replica,
    bytes: Uint8Array,
    question: IQuestion,
    lie: IPiece,
    judged: () => void
  ): void {
    const read = readPiece(bytes);
    const isOfIts =
      read?.value.session === lie.session &&
      (read.form === 'segment' ? read.value.from : read.value.sequence) < lie.to;
    if (!isOfIts) {
      judged();
      return;
    }
    this.ports.verify(replica, bytes, piece => {
      question.pieces.push(...(piece ? [piece] : []));
      judged();
    });
  }

  private finish(key: string, question: IQuestion, neighbour: Neighbour, replica: Replica): void {
    if (!question.isLast || question.judging > 0 || this.questions.get(key) !== question) {
      return;
    }
    question.cancel();
    this.questions.delete(key);
    const { forms, lie, lies, pieces } = question;
    for (const form of forms) {
      this.remember(
        keyOf(replica, form),
        lies.filter(({ session }) => session === form.session)
      );
      if (sameBytes(replica.forms.of(form.session), form.chain)) {
        this.tell(replica, form.session, neighbour.peer);
      }
    }
    if (lie) {
      pieces.sort((a, b) => a.from - b.from);
      replica.weighing.hearOriginals(lie, pieces, isLie => {
        if (!isLie) {
          this.remember(claimOf(neighbour, lie), []);
        }
      });
    }
  }

  private remember(key: string, lies: readonly IPiece[]): void {
    this.seen.set(key, lies);
    if (this.seen.size > MOST_SEEN) {
      this.seen.delete(this.seen.keys().next().value!);
    }
  }

  private say(neighbour: Neighbour, summary: ISummary, answer: boolean): void {
    neighbour.say({ type: 'summary', fresh: false, answer, summaries: [summary] });
  }
}

/** A form, as it was looked at: what was said in its place may have turned out to be something else since. */
function keyOf({ name, log }: Replica, { session, chain }: IReach): string {
  const [stop, refused] = [log.stopAt(session)?.at ?? '', log.refusedOf(session).length];
  return `${name} ${session} ${idText(chain)} ${stop} ${refused}`;
}

function claimOf({ peer }: Neighbour, { session, hash }: IPiece): string {
  return `${peer} ${session} ${idText(hash)}`;
}
