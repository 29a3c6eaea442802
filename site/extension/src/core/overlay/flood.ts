/**
 * Envelopes through the class: each is passed on once, to everybody one is connected to but where it came from. What is
 * large is announced first and pulled from one of those who have it, so that it crosses each page's line once.
 */
import type { Cancel, Clock } from '../clock';
import type { Channel } from '../connection';
import {
  decodeEnvelope,
  ENVELOPE_BYTES,
  type EnvelopeFault,
  envelopeId,
  type IEnvelope,
  SMALL_BYTES,
  VERSION
} from '../envelope/envelope';
import type { Digest } from '../session';
import type { Neighbour, Neighbours } from './neighbours';
import { Seen } from './seen';
import { Shelf } from './shelf';
import { Heads, type IHeaded } from './shorthand';
import { type IStar, STAR_NEIGHBOURS } from './star';

/** How long a pull may take before another is asked: 64 KiB need a second on a slow line. */
export const PULL_MS = 5000;
/** Announced envelopes remembered. */
const MOST_OFFERS = 4096;
/** Envelopes being looked at: a second of verifying. What comes on top is not remembered as seen, and comes again. */
export const MOST_PENDING = 4096;

/** What becomes of an envelope that came. */
export type Verdict =
  /** It is what it says, whoever it is for: it goes on. */
  | 'pass'
  /** It goes no further, and is not looked at again. */
  | 'drop'
  /** It cannot be judged here now; another neighbour's copy is looked at anew. */
  | 'later';

export interface IFloodPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly neighbours: Neighbours;
  /** Where there is one now. */
  star?(): IStar | null;
  /** Takes an envelope, and says what becomes of it: at once, or when it has been verified. */
  accept(envelope: IEnvelope, bytes: Uint8Array, from: string, then: (verdict: Verdict) => void): void;
  /** Whose a session is, to be said before what it wrote. */
  introduction(session: string): Uint8Array | undefined;
  /** Whether somebody here wants that document. */
  wants(document: string): boolean;
  /** An announced envelope could not be had from anybody. */
  lost(document: string): void;
}

interface IOffer {
  readonly document: string;
  readonly size: number;
  /** Who has it, in the order they said so. */
  readonly from: Set<string>;
  /** Who asked us for it meanwhile. */
  readonly waiters: Set<string>;
  /** Whom we told of it. */
  readonly told: Set<string>;
  pulling: { readonly peer: string; readonly cancel: Cancel } | null;
}

export class Flood {
  constructor(private readonly ports: IFloodPorts) {
    this.heads = new Heads(ports.digest);
  }

  private readonly heads: Heads;
  private readonly seen = new Seen();
  private readonly shelf = new Shelf();
  private readonly offers = new Map<string, IOffer>();
  /** Envelopes being looked at, with those who have them. */
  private readonly pending = new Map<string, Set<string>>();
  /** Counted for tests, and for whoever looks for what is wrong. */
  readonly counts = { taken: 0, doubled: 0, refused: 0 };

  /** Own envelopes. */
  publish(envelope: IEnvelope, bytes: Uint8Array): void {
    const id = envelopeId(this.ports.digest, bytes);
    this.seen.add(id);
    this.pass(envelope, bytes, id, new Set());
  }

  /** `published`: it came over the star, so everybody who hears that has it. */
  hear(peer: string, bytes: Uint8Array, published = false): EnvelopeFault | null {
    if (bytes.byteLength > ENVELOPE_BYTES || bytes[0] !== VERSION) {
      // Before it costs a hash.
      this.counts.refused += 1;
      return bytes.byteLength > ENVELOPE_BYTES ? 'too-large' : 'version';
    }
    const id = envelopeId(this.ports.digest, bytes);
    if (this.seen.has(id)) {
      this.counts.doubled += 1;
      this.pending.get(id)?.add(peer);
      return null;
    }
    const read = decodeEnvelope(bytes);
    if (read.kind === 'fault') {
      this.counts.refused += 1;
      return read.fault;
    }
    if (this.pending.size >= MOST_PENDING) {
      this.counts.refused += 1;
      return null;
    }
    this.seen.add(id);
    const offer = this.offers.get(id);
    offer?.pulling?.cancel();
    this.offers.delete(id);
    const have = new Set([peer, ...(offer?.from ?? []), ...(offer?.told ?? [])]);
    this.pending.set(id, have);
    this.ports.accept(read.value, bytes, peer, verdict => {
      this.pending.delete(id);
      this.counts[verdict === 'pass' ? 'taken' : 'refused'] += 1;
      if (verdict === 'pass') {
        this.pass(read.value, bytes, id, have, offer?.waiters, published);
      } else if (verdict === 'later') {
        this.seen.delete(id);
      }
    });
    return null;
  }

  announced(peer: string, id: string, size: number, document: string): void {
    if (this.seen.has(id) || size > ENVELOPE_BYTES || size <= SMALL_BYTES) {
      return;
    }
    const known = this.offers.get(id);
    const offer = known ?? {
      document,
      size,
      from: new Set(),
      waiters: new Set(),
      told: new Set(),
      pulling: null
    };
    offer.from.add(peer);
    if (known) {
      return;
    }
    this.offers.set(id, offer);
    if (this.offers.size > MOST_OFFERS) {
      this.forget(this.offers.keys().next().value!);
    }
    if (this.ports.wants(document)) {
      this.pull(id, offer);
    } else {
      // Nobody here looks at it; somebody further on may, and will have it through us.
      const others = [...this.ports.neighbours].map(each => each.peer).filter(other => other !== peer);
      others.forEach(other => offer.told.add(other));
      this.ports.neighbours.say({ type: 'announce', id, size, document }, offer.from);
    }
  }

  pulled(peer: string, id: string): void {
    const kept = this.shelf.get(id);
    const offer = this.offers.get(id);
    const neighbour = this.ports.neighbours.get(peer);
    if (kept && neighbour) {
      this.introduce(neighbour, 'bulk', kept.session);
      neighbour.pass('bulk', this.heads.of(kept.bytes));
    } else if (offer && !offer.from.has(peer)) {
      offer.waiters.add(peer);
      this.pull(id, offer);
    } else {
      this.ports.neighbours.get(peer)?.say({ type: 'missing', id });
    }
  }

  missing(peer: string, id: string): void {
    const offer = this.offers.get(id);
    if (offer) {
      offer.from.delete(peer);
      if (offer.pulling?.peer === peer) {
        this.pullAnew(id, offer);
      }
    }
  }

  left(peer: string): void {
    for (const [id, offer] of [...this.offers]) {
      offer.waiters.delete(peer);
      this.missing(peer, id);
    }
  }

  private pass(
    envelope: IEnvelope,
    bytes: Uint8Array,
    id: string,
    except: Set<string>,
    waiters: ReadonlySet<string> = new Set(),
    published = false
  ): void {
    const { neighbours } = this.ports;
    if (bytes.byteLength > SMALL_BYTES) {
      this.shelf.put(id, { session: envelope.session, bytes });
      waiters.forEach(peer => this.pulled(peer, id));
      const message = { type: 'announce', id, size: bytes.byteLength, document: envelope.document } as const;
      neighbours.say(message, new Set([...except, ...waiters]));
      return;
    }
    const channel: Channel = envelope.kind === 'outputs' ? 'bulk' : 'control';
    const served = this.publishOnce(bytes, except, published);
    let whole: IHeaded | undefined;
    for (const neighbour of neighbours) {
      if (!except.has(neighbour.peer) && !served.has(neighbour.peer)) {
        this.introduce(neighbour, channel, envelope.session);
        neighbour.pass(channel, (whole ??= this.heads.of(bytes)));
      }
    }
  }

  private introduce(neighbour: Neighbour, channel: Channel, session: string): void {
    neighbour.introduce(channel, session, this.ports.introduction(session));
  }

  /** The neighbours who have it from the star, when it goes there or came from there. */
  private publishOnce(
    bytes: Uint8Array,
    except: ReadonlySet<string>,
    published: boolean
  ): ReadonlySet<string> {
    const star = this.ports.star?.();
    const hearing = new Set<string>();
    for (const { peer } of star ? this.ports.neighbours : []) {
      if (star?.hears(peer) && !except.has(peer)) {
        hearing.add(peer);
      }
    }
    const isServed = published || (hearing.size >= STAR_NEIGHBOURS && star?.publish(bytes) === true);
    return isServed ? hearing : new Set();
  }

  private pull(id: string, offer: IOffer): void {
    if (offer.pulling) {
      return;
    }
    for (const peer of offer.from) {
      const neighbour = this.ports.neighbours.get(peer);
      if (neighbour) {
        const cancel = this.ports.clock.after(PULL_MS, () => this.missing(peer, id));
        offer.pulling = { peer, cancel };
        neighbour.say({ type: 'pull', id });
        return;
      }
    }
    this.forget(id);
  }

  private pullAnew(id: string, offer: IOffer): void {
    offer.pulling?.cancel();
    offer.pulling = null;
    this.pull(id, offer);
  }

  private forget(id: string): void {
    const offer = this.offers.get(id);
    offer?.pulling?.cancel();
    this.offers.delete(id);
    if (offer) {
      offer.waiters.forEach(peer => this.ports.neighbours.get(peer)?.say({ type: 'missing', id }));
      this.ports.lost(offer.document);
    }
  }
}
