/**
 * Somebody in a class in a bare page: no JupyterLab, the page's own connections and engine, and a text that all write.
 * Bundled by tests and benchmarks, never part of the site.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { encodeSignal } from '../connection/signals';
import { ownerIn, readFragment } from '../core/class/invitation';
import { cellsOf, textOf } from '../core/document/cells';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { browserVault, pageCrypto } from './device';
import { enter } from './enter';
import { Identities } from './identity';
import type { Joined } from './joined';
import { signalSealer } from './sealer';

/** A notebook of one cell, whose text all write. */
const GENESIS = makeGenesis({
  metadata: {},
  cells: [{ id: 't', cell_type: 'raw', source: '', metadata: {} }]
});
const HASH = genesisHash(GENESIS);
const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);

export class Classmate {
  private constructor(readonly joined: Joined) {
    this.joined.changed.add(() => this.note());
    const name = this.joined.documentName(HASH);
    this.joined.follow(name, this.doc, {
      kind: 'document',
      genesis: GENESIS,
      kept: [],
      keep: () => undefined,
      rebuilt: doc => void (this.doc = doc)
    });
  }

  /** @param fragment of an invite link; with `&owner=` one owns the class */
  static async join(fragment: string, name: string): Promise<Classmate> {
    const invited = readFragment(fragment, digest);
    if (invited.kind !== 'invited') {
      throw new Error(`no invitation: ${fragment}`);
    }
    const identities = new Identities('/', localStorage, fill);
    const joined = await enter({
      vault: await browserVault(location.href),
      owner: ownerIn(fragment),
      invitation: invited.invitation,
      identity: identities.take(name)!,
      identities,
      root: location.href,
      branch: 'team',
      pathOf: genesis => (genesis === HASH ? 'w/a.ipynb' : undefined)
    });
    return new Classmate(joined);
  }

  doc = new Y.Doc();
  /** What was said of the connection, in order. */
  readonly words: string[] = [];

  get text(): string {
    return textOf(cellsOf(this.doc).get('t')!);
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
    (cellsOf(this.doc).get('t')!.get('source') as Y.Text).insert(this.text.length, `${word} `);
  }

  /** Writes numbered words, one every `ms`. */
  talk(ms: number): void {
    this.stop();
    this.timer = setInterval(() => this.write(`${this.joined.me.name}-${(this.written += 1)}`), ms);
  }

  /** Says something to another page through the server, sealed and signed as this page's signals are. */
  async signal(peer: string, said: unknown): Promise<void> {
    const { invitation, connections } = this.joined;
    const sealer = signalSealer(pageCrypto(), invitation, this.joined['own']);
    const sealed = await sealer.seal(peer, new TextEncoder().encode(JSON.stringify(said)));
    connections?.room?.signal(peer, encodeSignal(sealed)!);
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
