/** What is being said with neighbours about one document's log. */
import type { Cancel, Clock } from '../clock';
import type { IReach } from '../overlay/messages';
import { type Claim, Claims } from './claims';

export interface IAsking {
  readonly peer: string;
  readonly sessions: readonly Claim[];
  cancel: Cancel;
  /** Pieces that came and are being judged. */
  judging: number;
  isLast: boolean;
}

export interface ITalk {
  asking: IAsking | null;
  /** What neighbours have, as far as they said. */
  readonly claims: Claims;
  /** Looks that are due, with the latest digest that was said. */
  readonly due: Map<
    string,
    { readonly cancel: Cancel; digest: Uint8Array | null; reaches: readonly IReach[] }
  >;
  news: { cancel: Cancel; readonly knows: Set<string>; readonly sessions: Set<string> } | null;
  /** Neighbours who have the document. */
  readonly holders: Set<string>;
  /** Whether a neighbour ever had more of it than was here. */
  enriched: boolean;
}

export function beginTalk(clock: Clock): ITalk {
  return {
    asking: null,
    claims: new Claims(clock),
    due: new Map(),
    news: null,
    holders: new Set(),
    enriched: false
  };
}

export function endTalk({ asking, due, news }: ITalk): void {
  asking?.cancel();
  news?.cancel();
  due.forEach(({ cancel }) => cancel());
}
