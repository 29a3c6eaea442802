/** Sessions that write pieces, for tests: what is sealed and signed in life is random bytes here. */
import { digest } from 'lib0/hash/sha256';
import * as encoding from 'lib0/encoding';
import type { Chance } from '../simulation/chance';
import { CHAIN_EVERY } from '../envelope/chain';
import { sessionText } from '../session';
import { CHAIN_BYTES } from '../overlay/wire';
import type { Log } from './log';
import { type IPiece, linksOf } from './piece';

/** Hashes made so far: what a log's work is measured by. */
export const work = { hashes: 0 };
export const links = linksOf(
  bytes => {
    work.hashes += 1;
    // A Buffer under Node, which `toEqual` tells from other bytes.
    return new Uint8Array(digest(bytes));
  },
  { room: new Uint8Array(16), document: 'd', kind: 'document' }
);

const FIRST_BYTES = { envelope: 1, segment: 18 };

export class Writer {
  constructor(
    private readonly chance: Chance,
    readonly author = 'ada',
    readonly session = sessionText(chance.bytes(16))
  ) {
    this.chains = [links.first(session)];
  }

  readonly envelopes: IPiece[] = [];
  /** The chain before each envelope, and behind the last. */
  readonly chains: Uint8Array[];

  write(count = 1, size = 8): IPiece[] {
    const first = this.envelopes.length;
    for (let made = 0; made < count; made += 1) {
      const from = this.envelopes.length;
      const before = from > 0 && from % CHAIN_EVERY === 0 ? this.chains[from]! : null;
      const piece = this.piece('envelope', from, from + 1, before, null, size);
      this.envelopes.push(piece);
      this.chains.push(links.next(this.chains[from]!, piece.hash));
    }
    return this.envelopes.slice(first);
  }

  segment(from: number, to: number): IPiece {
    return this.piece('segment', from, to, this.chains[from]!, this.chains[to]!, 8);
  }

  /** Somebody with the same keys who wrote the same up to `place`: a fork from there on. */
  twin(place: number): Writer {
    const twin = new Writer(this.chance, this.author, this.session);
    twin.envelopes.push(...this.envelopes.slice(0, place));
    twin.chains.push(...this.chains.slice(1, place + 1));
    return twin;
  }

  private piece(
    form: IPiece['form'],
    from: number,
    to: number,
    before: Uint8Array | null,
    after: Uint8Array | null,
    size: number
  ): IPiece {
    const encoder = encoding.createEncoder();
    // As in life: the first byte tells an envelope from a segment.
    encoding.writeUint8(encoder, FIRST_BYTES[form]);
    [from, to].forEach(number => encoding.writeVarUint(encoder, number));
    encoding.writeUint8Array(encoder, this.chance.bytes(size));
    const bytes = encoding.toUint8Array(encoder);
    const { session, author } = this;
    const whole = { part: 0, parts: 1, bytes, hash: digest(bytes), before, after };
    return { form, session, author, signer: session, from, to, ...whole };
  }
}

/** Where pieces are from and to, for titles and expectations. */
export function spans(pieces: readonly IPiece[]): string {
  return pieces.map(({ from, to }) => (to === from + 1 ? String(from) : `${from}-${to}`)).join(' ');
}

/** How far each session is, for all that others are told. */
export function standingsOf(log: Log): { session: string; count: number; chain: Uint8Array }[] {
  return [...log.sessions]
    .sort()
    .filter(session => log.shown(session) > 0)
    .map(session => {
      const count = log.shown(session);
      return { session, count, chain: log.chainAt(session, count)!.subarray(0, CHAIN_BYTES) };
    });
}
