/**
 * Proofs that a session said two things [LOG5]: from storage, from neighbours, and told to all of them; again to who may
 * not have heard of one, while nobody says how far the session counts.
 */
import type { IBundle } from '../log/bundle';
import type { ICut } from '../log/log';
import { type IPiece, linksOf } from '../log/piece';
import { decodeProof, encodeProof, verifyProof } from '../log/proof';
import type { Neighbour, Neighbours } from '../overlay/neighbours';
import type { Acquaintances } from './acquaintances';
import type { IEngineOptions, Refusal } from './options';
import { readPiece } from './pieces';
import type { Replica } from './replica';

/** Proof of a fork is given again to who may not have heard it, while nobody says how far it counts. */
const EXPOSE_MS = 30_000;

export interface IProofsPorts {
  readonly options: Pick<IEngineOptions, 'clock' | 'digest' | 'keep' | 'onFork' | 'room' | 'rules'>;
  readonly neighbours: Neighbours;
  readonly acquaintances: Acquaintances;
  replica(document: string): Replica | undefined;
  /** A genuine piece of a document by somebody who is known, or null. */
  verify(replica: Replica, bytes: Uint8Array, then: (piece: IPiece | null) => void): void;
  refuse(refusal: Refusal, peer: string): void;
}

export class Proofs {
  constructor(private readonly ports: IProofsPorts) {}

  /** When each neighbour was given proof against a session. */
  private readonly told = new WeakMap<Neighbour, Map<string, number>>();

  /** A neighbour, or storage, has one. Of several the one that begins first counts. */
  take(bytes: Uint8Array, peer: string, isKept: boolean): void {
    const read = decodeProof(bytes);
    const pieces = read.kind === 'read' ? read.value.pieces.flatMap(piece => readPiece(piece) ?? []) : [];
    const [first] = pieces;
    if (read.kind === 'fault' || !first || pieces.length < read.value.pieces.length) {
      this.ports.refuse('garbled', peer);
      return;
    }
    const { document, session } = first.value;
    const replica = this.ports.replica(document);
    const begins = Math.min(
      ...pieces.map(each => (each.form === 'segment' ? each.value.from : each.value.sequence))
    );
    if (replica && begins < (replica.log.doubtedFrom(session) ?? Infinity)) {
      this.verify(replica, read.value, proven => {
        if (!proven) {
          this.ports.refuse('forged', peer);
        } else if (replica.prove(proven)) {
          this.tell(document, proven, peer, isKept);
        }
      });
    }
  }

  /** Somebody said two things: to be kept, and told to all but whom it is from. */
  tell(document: string, proof: readonly IPiece[], from = '', isKept = false): void {
    const [{ session, author }] = proof as readonly [IPiece];
    const bytes = this.bytesOf(proof);
    if (!isKept) {
      this.ports.options.keep?.(document, { kind: 'fork', bytes });
    }
    this.ports.neighbours.say({ type: 'fork', bytes }, new Set([from]));
    this.ports.options.onFork?.(document, session, author);
  }

  /** Tells a neighbour who still counts what contradicts itself. */
  expose(neighbour: Neighbour, { log }: Replica, session: string): void {
    const proof = log.forkOf(session);
    const told = this.told.get(neighbour) ?? new Map<string, number>();
    this.told.set(neighbour, told);
    const now = this.ports.options.clock.now();
    if (proof && now - (told.get(session) ?? -Infinity) >= EXPOSE_MS) {
      told.set(session, now);
      neighbour.say({ type: 'fork', bytes: this.bytesOf(proof) });
    }
  }

  /** Nobody says of the owner how far they count: what said two things counts as far as nobody doubts it [LOG6]. */
  undoubtedOf(document: string, session: string, author: string): ICut | null {
    const count = this.ports.replica(document)?.log.doubtedFrom(session) ?? null;
    const isOwners = count !== null && this.ports.options.rules.isOwner?.(author) === true;
    return isOwners ? { count, chain: null, isImplied: true } : null;
  }

  private verify(replica: Replica, proof: IBundle, then: (pieces: readonly IPiece[] | null) => void): void {
    const { acquaintances, options } = this.ports;
    const { name: document, kind } = replica;
    const links = linksOf(options.digest, { room: options.room, document, kind });
    let waiting = proof.introductions.length + 1;
    const met = (): void => {
      waiting -= 1;
      if (waiting === 0) {
        verifyProof(proof, links, (piece, found) => this.ports.verify(replica, piece, found), then);
      }
    };
    proof.introductions.forEach(introduction => acquaintances.hear(introduction, met));
    met();
  }

  private bytesOf(pieces: readonly IPiece[]): Uint8Array {
    const signers = [...new Set(pieces.flatMap(({ session, signer }) => [session, signer]))];
    const introductions = signers.flatMap(signer => this.ports.acquaintances.bytesOf(signer) ?? []);
    return encodeProof({ introductions, pieces: pieces.map(({ bytes }) => bytes) });
  }
}
