/**
 * Somebody in a class in a bare page: no JupyterLab, the page's own connections and engine, and a text that all write.
 * Bundled by tests and benchmarks, never part of the site.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { fragmentOf, makeInvitation, readFragment } from '../core/class/invitation';
import { Identities } from './identity';
import { Joined } from './joined';

const GENESIS = '0'.repeat(64);
const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);

/** The fragment of a new class. */
export function invite(): string {
  return fragmentOf(makeInvitation(fill, digest));
}

export class Classmate {
  constructor(fragment: string, name: string) {
    const invited = readFragment(fragment, digest);
    if (invited.kind !== 'invited') {
      throw new Error(`no invitation: ${fragment}`);
    }
    const identities = new Identities('/', localStorage, fill);
    this.joined = new Joined({
      invitation: invited.invitation,
      identity: identities.take(name)!,
      identities,
      root: location.href,
      pathOf: genesis => (genesis === GENESIS ? 'w/a.ipynb' : undefined)
    });
    this.joined.changed.add(() => this.note());
    this.joined.follow(this.joined.sharedName(GENESIS), this.doc, 'document', null);
  }

  readonly joined: Joined;
  readonly doc = new Y.Doc();
  /** What was said of the connection, in order. */
  readonly words: string[] = [];

  get text(): string {
    return this.doc.getText('t').toJSON();
  }

  /** Names of who is here, oneself first. */
  get here(): string[] {
    return this.joined.people.filter(person => person.isHere).map(({ name }) => name);
  }

  /** To whom, how: `open direct`. */
  get links(): string[] {
    const links = this.joined.connections?.roads.links.values() ?? [];
    return [...links].map(link => `${link.state.kind} ${link.road}`).sort();
  }

  write(word: string): void {
    this.doc.getText('t').insert(this.text.length, `${word} `);
  }

  /** Writes numbered words, one every `ms`. */
  talk(ms: number): void {
    this.stop();
    this.timer = setInterval(() => this.write(`${this.joined.me.name}-${(this.written += 1)}`), ms);
  }

  /** How many words it has written. */
  stop(): number {
    clearInterval(this.timer);
    return this.written;
  }

  private note(): void {
    const { kind } = this.joined.summary;
    if (this.words.at(-1) !== kind) {
      this.words.push(kind);
    }
  }

  private written = 0;
  private timer?: ReturnType<typeof setInterval>;
}
