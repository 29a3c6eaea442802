// Somebody in a class, in one of several ways, each with the same Y.Docs. None has cursors, none asks a STUN server.
import { digest } from 'lib0/hash/sha256';
import { WebrtcProvider } from 'y-webrtc';
import { WebsocketProvider } from 'y-websocket';
import { makeId } from '../../site/extension/src/connection/base64';
import { RtcBudget } from '../../site/extension/src/connection/budget';
import { openConnections } from '../../site/extension/src/connection/open';
import { pageClock } from '../../site/extension/src/connection/page';
import { starTopic } from '../../site/extension/src/connection/star';
import { sessionBytes } from '../../site/extension/src/core/session';
import { Engine } from '../../site/extension/src/core/sync/engine';

const fill = bytes => void crypto.getRandomValues(bytes);

/**
 * way: 'direct' or 'relay' (ours), 'y-webrtc', 'y-websocket'. address: of its server. room: 22 characters. docs: name to
 * Y.Doc. The result says who is reached and over what; for whoever looks whether it is what is meant.
 */
export function join(way, address, room, docs) {
  if (way === 'y-webrtc') {
    const options = { signaling: [address], peerOpts: { config: { iceServers: [] } } };
    const made = Object.entries(docs).map(([name, doc]) => new WebrtcProvider(`${room}/${name}`, doc, options));
    return {
      roads: () => made.map(each => [...(each.room?.webrtcConns.values() ?? [])].map(conn => (conn.connected ? 'open' : ''))),
      isReady: () => made.every(each => [...(each.room?.webrtcConns.values() ?? [])].some(conn => conn.connected))
    };
  }
  if (way === 'y-websocket') {
    const options = { disableBc: true };
    const made = Object.entries(docs).map(([name, doc]) => new WebsocketProvider(address, `${room}-${name}`, doc, options));
    return { roads: () => made.map(each => each.wsconnected), isReady: () => made.every(each => each.synced) };
  }
  const session = makeId(fill);
  const engine = new Engine({ room: sessionBytes(room), session, clock: pageClock, random: Math.random, digest });
  const { roads, star } = openConnections({
    session,
    secret: makeId(fill),
    signal: address,
    room,
    record: '',
    budget: new RtcBudget(),
    direct: way === 'direct',
    topic: starTopic(digest, sessionBytes(room))
  });
  engine.star = star;
  star.heard.add((from, envelope) => engine.hearStar(from, envelope));
  star.joined.add(() => engine.compare());
  roads.made.add(link => engine.attach(link));
  for (const [name, doc] of Object.entries(docs)) {
    engine.follow(name, doc, name.includes('/outputs.') ? 'outputs' : 'document');
  }
  const links = () => [...roads.links.values()].map(link => `${link.state.kind} ${link.road}`);
  return { roads: links, isReady: () => links().includes(`open ${way}`) };
}
