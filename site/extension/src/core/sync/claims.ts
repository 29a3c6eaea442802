/** What neighbours say they have of a document's log and is not here; who does not bring what they said is believed less. */
import type { Clock } from '../clock';
import { idText } from '../envelope/envelope';
import type { IReach } from '../overlay/messages';

export type Claim = IReach;

/** A claim that was not kept is believed again after this, and each time after twice as long, */
const AGAIN_MS = 5000;
/** up to this: the answer may have been lost, or what it brought may not have been allowed yet. */
const MOST_AGAIN_MS = 600_000;
/** Claims remembered as not kept. */
const MOST_VAIN = 1024;

export class Claims {
  constructor(private readonly clock: Clock) {}

  private readonly map = new Map<string, Map<string, Claim>>();
  private readonly vain = new Map<string, { readonly until: number; readonly wait: number }>();

  get peers(): string[] {
    return [...this.map.keys()];
  }

  put(peer: string, claims: readonly Claim[]): void {
    const theirs = this.map.get(peer) ?? new Map<string, Claim>();
    for (const claim of claims) {
      if ((this.vain.get(nameOf(peer, claim))?.until ?? 0) <= this.clock.now()) {
        theirs.set(claim.session, claim);
      }
    }
    if (theirs.size > 0) {
      this.map.set(peer, theirs);
    }
  }

  /** Those that still count; they are forgotten here. */
  take(peer: string, counts: (claim: Claim) => boolean): Claim[] {
    const theirs = [...(this.map.get(peer)?.values() ?? [])].filter(counts);
    this.map.delete(peer);
    return theirs;
  }

  /** It was not kept: for a while it is not believed again, while they say no more than that. */
  despair(peer: string, claim: Claim): void {
    const name = nameOf(peer, claim);
    const wait = Math.min((this.vain.get(name)?.wait ?? AGAIN_MS / 2) * 2, MOST_AGAIN_MS);
    this.vain.delete(name);
    this.vain.set(name, { until: this.clock.now() + wait, wait });
    if (this.vain.size > MOST_VAIN) {
      this.vain.delete(this.vain.keys().next().value!);
    }
  }

  /** Something is different here: what could not be taken may be now. */
  hope(): void {
    this.vain.clear();
  }

  left(peer: string): void {
    this.map.delete(peer);
  }
}

function nameOf(peer: string, { session, count, chain }: Claim): string {
  return `${peer} ${session} ${count} ${idText(chain)}`;
}
