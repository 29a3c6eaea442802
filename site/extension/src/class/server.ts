/** Where the class's server is: `peerbook.json` beside `index.html`, which a teacher may edit after the build. */
import { type Address, signalingAddress } from '../connection/signaling/address';

export interface IServer {
  readonly address: Address;
  /** False in a class where nobody is to learn another's address. */
  readonly direct: boolean;
  /** None by default, so that nobody else is asked. */
  readonly iceServers: RTCIceServer[];
}

/** @param root absolute address of the site. @throws Error when the file cannot be had: the network is away. */
export async function fetchServer(root: string): Promise<IServer> {
  const response = await fetch(new URL('peerbook.json', root), { cache: 'no-cache' });
  if (!response.ok && response.status !== 404) {
    throw new Error(`peerbook.json could not be read (${response.status})`);
  }
  return readServer(response.ok ? await response.text() : '{}', root);
}

/** What the file says. What it does not say is as if it was left out. */
export function readServer(text: string, root: string): IServer {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return { address: { kind: 'wrong', given: text.slice(0, 200) }, direct: true, iceServers: [] };
  }
  const { signaling, direct, iceServers } = (read ?? {}) as Record<string, unknown>;
  return {
    address: signalingAddress(signaling, root),
    direct: direct !== false,
    iceServers: Array.isArray(iceServers) ? iceServers.filter(isIceServer) : []
  };
}

function isIceServer(value: unknown): value is RTCIceServer {
  const urls = (value as { urls?: unknown } | null)?.urls;
  return typeof urls === 'string' || (Array.isArray(urls) && urls.every(url => typeof url === 'string'));
}
