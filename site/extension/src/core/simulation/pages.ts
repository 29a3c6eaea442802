/** A few pages with plain documents on a network under a virtual clock, for tests of one rule. */
import * as Y from 'yjs';
import type { Channel } from '../connection';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import type { Digest } from '../session';
import { decodeMessage } from '../overlay/wire';
import { PIECES, SEGMENTS } from '../sync/forms';
import { Engine, type IEngineOptions, type Refusal } from '../sync/engine';
import { Chance } from './chance';
import { EVERYBODY_MAY, Members } from './members';
import { FAIR, type IWeather, Network } from './network';
import { genesisOf } from './script';
import { VirtualClock } from './time';

export const DOCUMENT = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
/** One cell, which is empty: a text to write in. */
export const GENESIS = genesisOf({ c: '' });

export class Page {
  constructor(
    readonly pages: Pages,
    name: string,
    options: Partial<IEngineOptions>,
    follows: boolean
  ) {
    const { members, clock, chance, digest } = pages;
    this.own = options.own ?? members.session(name, options.room);
    this.engine = new Engine({
      ...{
        room: members.room,
        own: this.own,
        crypto: members.crypto,
        keys: members.keys,
        rules: EVERYBODY_MAY
      },
      ...{ clock, random: chance.random, digest },
      onRefusal: refusal => this.refusals.push(refusal),
      onReplayed: (_, doc) => (this.doc = doc),
      onUnfit: (_, fault) => {
        throw new Error(`${name} wrote what may not be: ${fault}`);
      },
      ...options
    });
    if (follows) {
      this.follow();
    }
  }

  readonly own: IOwnSession;
  doc = new Y.Doc();
  readonly engine: Engine;
  readonly refusals: Refusal[] = [];
  /** What came: first byte and size of each message, and whether it was about segments alone. */
  readonly got: {
    readonly type: number;
    readonly size: number;
    readonly from: string;
    readonly isForms: boolean;
  }[] = [];

  get session(): string {
    return this.own.session;
  }

  get participant(): string {
    return this.own.participant;
  }

  follow(doc = this.doc): () => void {
    this.doc = doc;
    return this.engine.follow(DOCUMENT, doc, { genesis: GENESIS });
  }

  /** Says who one is. */
  introduce(name: string, since = 0): void {
    this.engine.introduce({ name, participant: this.participant, since });
  }

  get text(): Y.Text {
    return this.doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text;
  }

  get words(): string {
    return this.doc.getMap('cells').has('c') ? this.text.toJSON() : '';
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    this.got.push({ type: message[0]!, size: message.byteLength, from, isForms: isAboutForms(message) });
    this.engine.hear(from, channel, message);
  }

  /** Bytes that came, of messages of these types (0: any). */
  bytes(type = 0): number {
    return this.got.reduce((sum, each) => sum + (type === 0 || each.type === type ? each.size : 0), 0);
  }

  /** Messages of a type that came, but for those about segments alone. */
  count(type: number): number {
    return this.got.filter(each => each.type === type && !each.isForms).length;
  }

  /** Messages about segments alone. */
  get forms(): number {
    return this.got.filter(({ isForms }) => isForms).length;
  }
}

function isAboutForms(bytes: Uint8Array): boolean {
  const read = decodeMessage(bytes);
  const message = read.kind === 'read' ? read.value : null;
  switch (message?.type) {
    case 'summary':
      return message.summaries.length > 0 && message.summaries.every(({ document }) => isForms(document));
    case 'ask':
    case 'entries':
      return isForms(message.document);
    default:
      return false;
  }
}

function isForms(document: string): boolean {
  return document.startsWith(SEGMENTS) || document.startsWith(PIECES);
}

export class Pages {
  constructor(
    readonly digest: Digest,
    weather: IWeather = FAIR,
    seed = 1,
    crypto?: ICrypto
  ) {
    this.chance = new Chance(seed);
    this.members = new Members(this.chance, digest, crypto);
    this.network = new Network(this.clock, this.chance, weather);
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly members: Members;
  readonly network: Network;
  private count = 0;

  open(options: Partial<IEngineOptions> = {}, follows = true, name = `p${(this.count += 1)}`): Page {
    return new Page(this, name, options, follows);
  }

  many(count: number): Page[] {
    return Array.from({ length: count }, () => this.open());
  }

  join(a: Page, b: Page): void {
    a.engine.connect(this.network.line(a.session, b));
    b.engine.connect(this.network.line(b.session, a));
  }

  part(a: Page, b: Page): void {
    a.engine.disconnect(b.session);
    b.engine.disconnect(a.session);
  }

  /** Each with the next. */
  chain(pages: readonly Page[]): void {
    pages.slice(1).forEach((page, index) => this.join(pages[index]!, page));
  }

  /** A ring with chords: everybody has six neighbours. */
  overlay(pages: readonly Page[]): void {
    for (const step of [1, 2, 3]) {
      pages.forEach((page, index) => {
        const other = pages[(index + step) % pages.length]!;
        if (other !== page) {
          this.join(page, other);
        }
      });
    }
  }
}
