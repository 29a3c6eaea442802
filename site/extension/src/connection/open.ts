/** All roads of a class in a real page: the shell around the pure parts, with the browser's sockets, time and chance. */
import type { SessionId } from '../core/connection';
import { Tabs } from './broadcastchannel';
import type { RtcBudget } from './budget';
import { DirectRoads, type ISealer } from './direct';
import { Listeners } from './listeners';
import { pageClock, pageNetwork } from './page';
import { RelayRoads } from './relay';
import { Roads } from './roads';
import { SignalingClient } from './signaling/client';
import type { Room } from './signaling/room';
import { Star } from './star';

export interface IOpenOptions {
  readonly session: SessionId;
  /** 16 random bytes as base64url, told to nobody. */
  readonly secret: string;
  /** The hash of the session's keys, 32 bytes, told to the server with the secret. */
  readonly keysHash?: Uint8Array;
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
  /** Where what is small goes once to many, see `starTopic`. */
  readonly topic?: string;
}

export interface IOpened {
  readonly roads: Roads;
  readonly signaling?: SignalingClient;
  readonly room?: Room;
  readonly star?: Star;
  /** The page was away for a while, and others may have heard that it left: say again who is here. */
  readonly returned: Listeners<[]>;
  /** Says goodbye to all, for good. */
  close(): void;
}

/** Others forget who is silent for 75 s (SYN10), neighbours for half of that; saying it too often does no harm. */
const SLEPT_MS = 20_000;

const randomNumber = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

/** The class's connections, from now until `close`, with a goodbye and a return whenever the page goes and comes back [CON19]. */
export function openConnections(options: IOpenOptions): IOpened {
  const { roads, signaling, room, star } = makeRoads(options);
  const returned = new Listeners<[]>();
  // Closing is heard in 10 ms, vanishing in 5 to 15 s.
  const hide = (): void => {
    roads.close();
    signaling?.stop();
  };
  const show = (event: PageTransitionEvent): void => {
    if (event.persisted) {
      roads.open(openTabs(options));
      signaling?.start();
      returned.call();
    }
  };
  addEventListener('pagehide', hide);
  addEventListener('pageshow', show);
  let wasOpen = false;
  const cancels = [
    pageNetwork.onChange((sleptMs = 0) => {
      if (sleptMs > SLEPT_MS) {
        returned.call();
      }
    }),
    signaling?.onState(({ kind }) => {
      if (kind === 'open' && wasOpen && !signaling.resumed) {
        returned.call();
      }
      wasOpen ||= kind === 'open';
    })
  ];
  const close = (): void => {
    removeEventListener('pagehide', hide);
    removeEventListener('pageshow', show);
    cancels.forEach(cancel => cancel?.());
    star?.close();
    hide();
  };
  return { roads, signaling, room, star, returned, close };
}

function openTabs({ session, room }: IOpenOptions): Tabs | undefined {
  return typeof BroadcastChannel === 'function'
    ? new Tabs(session, new BroadcastChannel(`peerbook-${room}`), pageClock)
    : undefined;
}

function makeRoads(options: IOpenOptions): Pick<IOpened, 'roads' | 'signaling' | 'room' | 'star'> {
  const { session, secret, keysHash, signal, record, budget, iceServers = [], sealer, topic } = options;
  const common = { clock: pageClock, number: randomNumber, tabs: openTabs(options), network: pageNetwork };
  if (signal === undefined) {
    return { roads: new Roads(common) };
  }
  const signaling = new SignalingClient({
    session,
    secret,
    keysHash,
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
  const star =
    topic === undefined
      ? undefined
      : new Star({ client: signaling, room, roads, clock: pageClock, topic, record });
  signaling.start();
  return { roads, signaling, room, star };
}
