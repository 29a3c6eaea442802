/** How the class is connected, as one of few words: what the panel says in INTERFACE.md's sentences. Pure. */
import type { ConnectionState, Road } from '../core/connection';
import type { SignalingState } from './signaling/state';

export type ClassState =
  /** Just you. */
  | 'alone'
  /** Joining the class... */
  | 'joining'
  /** Live with others. */
  | 'direct'
  /** Live with others, through the server: no direct link works here. */
  | 'relayed'
  /** Live with others; the server is away, nobody new can join for now. */
  | 'server-away'
  /** Nobody is reached; work is kept here. */
  | 'offline';

export interface ISummary {
  readonly kind: ClassState;
  /** Others in the class, as the server last said, or as we see ourselves. */
  readonly others: number;
  /** Neighbours reached, by road. */
  readonly direct: number;
  readonly relayed: number;
  readonly tabs: number;
  /** Why the server is away or refuses, for the words beside it. */
  readonly server?: SignalingState;
  /** Why the room does not let this page in, as the server says it: 'room-full'. */
  readonly refusal?: string;
}

export interface ISituation {
  /** Left out when no server is named. */
  readonly signaling?: SignalingState;
  /** Whether the class was joined at any time. */
  readonly everJoined: boolean;
  /** People in the room, oneself included, as last said. */
  readonly count: number;
  readonly links: Iterable<{ readonly road: Road; readonly state: ConnectionState }>;
}

export function summarize({ signaling, everJoined, count, links }: ISituation): ISummary {
  const reached = [...links].filter(link => link.state.kind === 'open').map(link => link.road);
  const relayed = reached.filter(road => road === 'relay').length;
  const tabs = reached.filter(road => road === 'tab').length;
  const direct = reached.length - relayed - tabs;
  const others = Math.max(everJoined ? count - 1 : 0, reached.length);
  const numbers = { others, direct, relayed, tabs, server: signaling };
  if (!signaling) {
    return { kind: reached.length ? 'direct' : 'alone', ...numbers };
  }
  if (signaling.kind !== 'open') {
    const joining = !everJoined && (signaling.kind === 'connecting' || signaling.kind === 'idle');
    return { kind: reached.length ? 'server-away' : joining ? 'joining' : 'offline', ...numbers };
  }
  if (!reached.length) {
    return { kind: everJoined && count <= 1 ? 'alone' : 'joining', ...numbers };
  }
  return { kind: relayed && !direct ? 'relayed' : 'direct', ...numbers };
}
