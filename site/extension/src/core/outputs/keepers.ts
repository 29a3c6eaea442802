/**
 * Who of the people here keeps somebody's outputs for those who come later: the few whose hash with the document's name is
 * the smallest (rendezvous hashing). Everybody who knows the same people names the same keepers, without a word between
 * them, and when one leaves only their share goes to others. Pure. docs/SPEC.md, OUT7.
 */
import { idText } from '../envelope/envelope';
import { parseOutputsName } from '../document/name';
import type { Digest } from '../session';

/** Besides the author: two may leave in the same moment. `outputs_keepers` in docs/protocol.json. */
export const KEEPERS = 3;
/** Answers remembered; more documents than a class has. */
const MOST_ANSWERS = 10_000;

export class Keepers {
  constructor(
    private readonly digest: Digest,
    private readonly session: string
  ) {}

  private people: ReadonlyMap<string, string> = new Map();
  private readonly answers = new Map<string, boolean>();

  /** Who is here: sessions, oneself left out, each with its participant. Whether that is different from before. */
  meet(people: ReadonlyMap<string, string>): boolean {
    const isSame =
      people.size === this.people.size &&
      [...people].every(([session, participant]) => this.people.get(session) === participant);
    if (!isSame) {
      this.people = people;
      this.answers.clear();
    }
    return !isSame;
  }

  /** Whether this page is to keep the document. Never for what is not somebody's outputs. */
  isOne(document: string): boolean {
    const known = this.answers.get(document);
    if (known !== undefined) {
      return known;
    }
    const answer = this.find(document);
    if (this.answers.size >= MOST_ANSWERS) {
      this.answers.clear();
    }
    this.answers.set(document, answer);
    return answer;
  }

  private find(document: string): boolean {
    const author = parseOutputsName(document)?.participant;
    if (author === undefined) {
      return false;
    }
    const own = this.weigh(document, this.session);
    let before = 0;
    for (const [session, participant] of this.people) {
      // The author's own pages have it open, and go together.
      if (participant !== author && this.weigh(document, session) < own) {
        before += 1;
      }
      if (before >= KEEPERS) {
        return false;
      }
    }
    return true;
  }

  private weigh(document: string, session: string): string {
    return idText(this.digest(new TextEncoder().encode(`${document} ${session}`)));
  }
}
