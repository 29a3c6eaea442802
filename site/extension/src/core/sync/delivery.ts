/** Answers what neighbours ask of logs: in messages of a bounded size, at the pace of their line, one answer at a time. */
import type { IPiece } from '../log/piece';
import type { Message } from '../overlay/messages';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import { ENTRIES_BYTES } from '../overlay/wire';
import { PIECES, SEGMENTS } from './forms';
import type { Replica } from './replica';

type AskMessage = Extract<Message, { type: 'ask' }>;

export interface IDeliveryPorts {
  readonly neighbours: Neighbours;
  readonly replicas: ReadonlyMap<string, Replica>;
  /** Whose a session is goes before what it wrote. */
  introduce(neighbour: Neighbour, session: string): void;
}

export class Delivery {
  constructor(private readonly ports: IDeliveryPorts) {}

  /** For each neighbour and document the answer under way: another question takes its place. */
  private readonly answers = new Map<string, object>();

  hearAsk(neighbour: Neighbour, ask: AskMessage): void {
    const isCompared = ask.document.startsWith(SEGMENTS) || ask.document.startsWith(PIECES);
    const name = isCompared ? ask.document.slice(ask.document.indexOf('/') + 1) : ask.document;
    const replica = this.ports.replicas.get(name);
    if (replica) {
      void this.answer(neighbour, replica, ask);
    }
  }

  /** What is here of a session; for who compares it, also what ended it. */
  private toldOf({ log }: Replica, session: string, from: number, isCompared: boolean): readonly IPiece[] {
    const pieces = log.pieces(session, from, log.shown(session));
    const gone = isCompared ? (log.stopAt(session)?.said ?? []) : [];
    return [...pieces, ...gone.filter(piece => piece.from >= from)];
  }

  private async answer(
    neighbour: Neighbour,
    replica: Replica,
    { document, wants }: AskMessage
  ): Promise<void> {
    const key = `${neighbour.peer} ${document}`;
    const answer = {};
    this.answers.set(key, answer);
    let pieces: Uint8Array[] = [];
    let bytes = 0;
    const say = (isLast: boolean): void => {
      neighbour.say({ type: 'entries', document, isLast, pieces });
      [pieces, bytes] = [[], 0];
    };
    for (const { session, from } of wants) {
      this.ports.introduce(neighbour, session);
      for (const piece of this.toldOf(replica, session, from, document.startsWith(PIECES))) {
        if (document.startsWith(SEGMENTS) && piece.form === 'envelope') {
          continue;
        }
        this.ports.introduce(neighbour, piece.signer);
        if (pieces.length > 0 && bytes + piece.bytes.byteLength > ENTRIES_BYTES) {
          say(false);
          const room = neighbour.room();
          if (room) {
            await room;
            if (this.ports.neighbours.get(neighbour.peer) !== neighbour || this.answers.get(key) !== answer) {
              return;
            }
          }
        }
        pieces.push(piece.bytes);
        bytes += piece.bytes.byteLength;
      }
    }
    say(true);
    this.answers.delete(key);
  }
}
