/** Pages of one class on a network under a seed: who is connected to whom, and what happens to the lines. */
import type { Chance } from '../../core/simulation/chance';
import { Network } from '../../core/simulation/network';
import type { IWeather } from '../../core/simulation/network';
import type { VirtualClock } from '../../core/simulation/time';
import type { ClassPage } from './page';

/** Each with each, or everybody with the next and the one before: what one says is then passed on by others. */
export type Shape = 'mesh' | 'ring';

export class Gathering {
  constructor(
    private readonly clock: VirtualClock,
    private readonly chance: Chance,
    weather: IWeather,
    private readonly shape: Shape
  ) {
    this.network = new Network(clock, chance, weather);
  }

  readonly network: Network;
  pages: ClassPage[] = [];
  /** Without the server nobody is introduced; what is connected stays. */
  private isServerAway = false;
  private sides = 0;

  add(page: ClassPage): void {
    this.pages.push(page);
    this.mend();
  }

  /** A page is gone; the others hear of it a while later. */
  remove(page: ClassPage, noticeMs = 0): void {
    this.pages = this.pages.filter(other => other !== page);
    this.clock.after(noticeMs, () => {
      this.network.remove(page.session);
      this.pages.forEach(other => other.engine.disconnect(page.session));
      this.mend();
    });
  }

  /** Nothing reaches these pages until `rejoin`, and they reach only each other. */
  cutOff(pages: readonly ClassPage[]): void {
    this.sides += 1;
    pages.forEach(page => this.network.move(page.session, this.sides));
    this.clock.after(this.chance.below(4000), () => this.notice());
  }

  rejoin(pages: readonly ClassPage[] = this.pages): void {
    pages.forEach(page => this.network.move(page.session, 0));
    this.notice(true);
  }

  /** The server is restarted with nothing in its memory: for a while nobody is introduced, relayed lines end. */
  clearServer(): void {
    this.isServerAway = true;
    const [a, b] = [this.chance.pick(this.pages), this.chance.pick(this.pages)];
    this.part(a, b);
    this.clock.after(500 + this.chance.below(4000), () => {
      this.isServerAway = false;
      this.mend();
    });
  }

  /** Ends all trouble. */
  calm(): void {
    this.isServerAway = false;
    this.rejoin();
  }

  mend(): void {
    if (this.isServerAway) {
      return;
    }
    const { pages } = this;
    pages.forEach((page, index) => {
      const others = this.shape === 'mesh' ? pages.slice(index + 1) : [pages[(index + 1) % pages.length]!];
      others.forEach(other => this.join(page, other));
    });
  }

  private join(a: ClassPage, b: ClassPage): void {
    if (a !== b && !a.neighbours.includes(b.session) && this.network.isReachable(a.session, b.session)) {
      a.engine.connect(this.network.line(a.session, b));
      b.engine.connect(this.network.line(b.session, a));
    }
  }

  private part(a: ClassPage, b: ClassPage): void {
    a.engine.disconnect(b.session);
    b.engine.disconnect(a.session);
  }

  /** Lines that carry nothing any more are seen to be dead; with `all` every line begins anew. */
  private notice(all = false): void {
    for (const page of this.pages) {
      for (const peer of page.neighbours) {
        const other = this.pages.find(each => each.session === peer);
        if (!other || all || !this.network.isReachable(page.session, peer)) {
          page.engine.disconnect(peer);
          other?.engine.disconnect(page.session);
        }
      }
    }
    this.mend();
  }
}
