/** A few pages with plain documents on a network under a virtual clock, for tests of one rule. */
import * as Y from 'yjs';
import type { Channel } from '../connection';
import { type Digest, makeSession } from '../session';
import { Engine, type IEngineOptions, type Refusal } from '../sync/engine';
import { Chance } from './chance';
import { FAIR, type IWeather, Network } from './network';
import { VirtualClock } from './time';

export const DOCUMENT = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;

export class Page {
  constructor(pages: Pages, options: Partial<IEngineOptions>, follows: boolean) {
    this.session = makeSession(bytes => bytes.set(pages.chance.bytes(16)));
    this.engine = new Engine({
      room: new Uint8Array(16),
      session: this.session,
      clock: pages.clock,
      random: pages.chance.random,
      digest: pages.digest,
      onRefusal: refusal => this.refusals.push(refusal),
      ...options
    });
    if (follows) {
      this.engine.follow(DOCUMENT, this.doc);
    }
  }

  readonly doc = new Y.Doc();
  readonly session: string;
  readonly engine: Engine;
  readonly refusals: Refusal[] = [];
  /** What came: first byte and size of each message. */
  readonly got: { readonly type: number; readonly size: number; readonly from: string }[] = [];

  get text(): Y.Text {
    return this.doc.getText('text');
  }

  get words(): string {
    return this.text.toJSON();
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    this.got.push({ type: message[0]!, size: message.byteLength, from });
    this.engine.hear(from, channel, message);
  }

  /** Bytes that came, of messages of these types (0: any). */
  bytes(type = 0): number {
    return this.got.reduce((sum, each) => sum + (type === 0 || each.type === type ? each.size : 0), 0);
  }

  count(type: number): number {
    return this.got.filter(each => each.type === type).length;
  }
}

export class Pages {
  constructor(
    readonly digest: Digest,
    weather: IWeather = FAIR,
    seed = 1
  ) {
    this.chance = new Chance(seed);
    this.network = new Network(this.clock, this.chance, weather);
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;

  open(options: Partial<IEngineOptions> = {}, follows = true): Page {
    return new Page(this, options, follows);
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
