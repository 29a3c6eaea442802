/** All roads of a class in a real page: the shell around the pure parts, with the browser's sockets, time and chance. */
import type { SessionId } from '../core/connection';
import { Tabs } from './broadcastchannel';
import type { RtcBudget } from './budget';
import { DirectRoads, type ISealer } from './direct';
import { pageClock, pageNetwork } from './page';
import { RelayRoads } from './relay';
import { Roads } from './roads';
import { SignalingClient } from './signaling/client';
import type { Room } from './signaling/room';

export interface IOpenOptions {
  readonly session: SessionId;
  /** 16 random bytes as base64url, told to nobody. */
  readonly secret: string;
  /** The server's address, or left out when none is named: then tabs of this browser only. */
  readonly signal?: string;
  /** The class's room: cannot be guessed. Names the tabs' channel too. */
  readonly room: string;
  /** Opaque: what the roster shows of oneself. */
  readonly record: string;
  /** One for the whole page. */
  readonly budget: RtcBudget;
  /** False in a class where nobody is to learn another's address. */
  readonly direct?: boolean;
  /** What `peerbook.json` names; by default none, so that nobody else is asked. */
  readonly iceServers?: RTCIceServer[];
  readonly sealer?: ISealer;
}

export interface IOpened {
  readonly roads: Roads;
  readonly signaling?: SignalingClient;
  readonly room?: Room;
  /** Says goodbye to all. Done by itself on `pagehide`. */
  close(): void;
}

const randomNumber = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

export function openConnections(options: IOpenOptions): IOpened {
  const { session, signal } = options;
  const tabs =
    typeof BroadcastChannel === 'function'
      ? new Tabs(session, new BroadcastChannel(`peerbook-${options.room}`), pageClock)
      : undefined;
  const common = { clock: pageClock, number: randomNumber, tabs };
  let opened: IOpened;
  if (signal === undefined) {
    const roads = new Roads(common);
    opened = { roads, close: () => roads.close() };
  } else {
    opened = openServer(options, signal, common);
  }
  // Closing is heard in 10 ms, vanishing in 5 to 15 s.
  addEventListener('pagehide', () => opened.close());
  return opened;
}

function openServer(
  options: IOpenOptions,
  signal: string,
  common: { readonly clock: typeof pageClock; readonly number: () => number; readonly tabs?: Tabs }
): IOpened {
  const { session, secret, record, budget, iceServers = [], sealer } = options;
  const signaling = new SignalingClient({
    session,
    secret,
    openSocket: () => new WebSocket(signal),
    clock: pageClock,
    random: Math.random,
    network: pageNetwork
  });
  // The room asks the roads whom they have, and the roads hear the room: one of the two comes first.
  let made: Roads | undefined;
  const room = signaling.join(options.room, { record, have: () => made?.have() ?? [] });
  const relay = new RelayRoads(signaling, pageClock, randomNumber);
  const direct =
    options.direct === false
      ? undefined
      : new DirectRoads({
          session,
          clock: pageClock,
          budget,
          number: randomNumber,
          create: () => new RTCPeerConnection({ iceServers }),
          send: (peer, data) => room.signal(peer, data),
          sealer
        });
  const roads = (made = new Roads({ ...common, signaling, room, relay, direct }));
  signaling.start();
  return {
    roads,
    signaling,
    room,
    close: () => {
      roads.close();
      signaling.stop();
    }
  };
}
