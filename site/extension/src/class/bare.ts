/**
 * Somebody in a class, in a bare page of a real browser: the page's own membership and a notebook's document, without
 * JupyterLab. Bundled by tests/browser, never part of the site.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { readCode } from '../core/class/invitation';
import { orderOf, textOf, typeOf } from '../core/document/cells';
import { buryCell, createCell, makeRoom, moveCells, reviveCell } from '../core/document/edit';
import { genesisHash } from '../core/document/genesis';
import { hex } from '../core/document/source';
import { stateDigest } from '../core/sync/digest';
import { Identities } from './identity';
import type { Joined } from './joined';
import { MemoryVault } from '../storage/vault';
import { enter } from './enter';

const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);
const below = (limit: number): number => Math.floor(Math.random() * limit);

export class Member {
  private constructor(
    readonly joined: Joined,
    bytes: Uint8Array
  ) {
    this.name = joined.documentName(genesisHash(bytes));
    joined.follow(this.name, this.doc, {
      ...{ kind: 'document', genesis: bytes, kept: [], keep: () => undefined },
      rebuilt: doc => void (this.doc = doc)
    });
  }

  /** @param owner what makes one the owner of the class, or '' */
  static async join(code: string, name: string, genesis: string, owner = ''): Promise<Member> {
    const read = readCode(code, digest);
    const identities = new Identities('/', null, fill);
    const identity = identities.take(name);
    if (read.kind !== 'invited' || !identity) {
      throw new Error('a damaged link, or no name');
    }
    const root = new URL('.', location.href).href;
    const { invitation } = read;
    const vault = new MemoryVault();
    const joined = await enter({ vault, owner, invitation, identity, identities, root, branch: 'team' });
    return new Member(
      joined,
      Uint8Array.from(genesis.match(/../g) ?? [], pair => parseInt(pair, 16))
    );
  }

  readonly name: string;
  doc = new Y.Doc();

  /** Who is here, as this page shows it. */
  names(): string[] {
    return this.joined.people.filter(({ isHere }) => isHere).map(({ name }) => name);
  }

  /** How it is connected, in the class's few words. */
  state(): string {
    return this.joined.summary.kind;
  }

  cells(): { id: string; cell_type: string; source: string }[] {
    return orderOf(this.doc).map(({ id, cell }) => ({
      id,
      cell_type: typeOf(cell),
      source: textOf(cell)
    }));
  }

  digest(): string {
    return hex(stateDigest(this.doc, digest));
  }

  /** What this page has of each session's log: of each piece its form, from where and to where. */
  log(): Record<string, [form: string, from: number, to: number][]> {
    const log = this.joined.engine.replica(this.name)!.log;
    const entries = [...log.sessions].map(session => [
      session,
      log.pieces(session).map(({ form, from, to }) => [form, from, to])
    ]);
    return Object.fromEntries(entries) as ReturnType<Member['log']>;
  }

  type(index: number, at: number, text: string): void {
    const { cell } = orderOf(this.doc)[index]!;
    (cell.get('source') as Y.Text).insert(at, text);
    reviveCell(cell);
  }

  add(index: number, source: string): void {
    const id = `bare-${below(2 ** 32)}`;
    this.doc.transact(() => {
      const pos = makeRoom(this.doc, index, 1, below)[0]!;
      createCell(this.doc, { id, cell_type: 'code', source, metadata: {} }, pos);
    });
  }

  move(from: number, to: number): void {
    this.doc.transact(() => moveCells(this.doc, from, to, 1, below));
  }

  bury(index: number): void {
    buryCell(orderOf(this.doc)[index]!.cell);
  }
}
