/**
 * Where everything that somebody wrote is taken in, whoever brought it: whose it is, whether they may, whether it is
 * genuine, and only then what it says. Nothing is applied, kept or passed on before. What cannot be judged yet is held
 * back, bounded, while its neighbour is asked.
 */
import { sameBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import { verifySegment } from '../envelope/compact';
import type { IEnvelope } from '../envelope/envelope';
import { verifyEnvelope } from '../envelope/seal';
import type { ISegment } from '../envelope/segment';
import type { Verdict } from '../overlay/flood';
import type { Acquaintances, IAcquaintance } from './acquaintances';
import type { IPlace, Refusal, Standing } from './options';

/** Bytes of envelopes held back until it is known whose they are. */
export const HELD_BYTES = 4_000_000;

export interface IIntakePorts {
  readonly room: Uint8Array;
  readonly session: string;
  readonly crypto: ICrypto;
  readonly acquaintances: Acquaintances;
  /** What the author may do there, as far as is known here. */
  standing(who: IAcquaintance, place: IPlace): Standing;
  /** Whether something that counts of what one's own session wrote there is not here any more. */
  lacksOwn(document: string): boolean;
  /** Whether the very same is here already. */
  has(envelope: IEnvelope, bytes: Uint8Array): boolean;
  /** Takes what is genuine and may be. */
  take(
    envelope: IEnvelope,
    bytes: Uint8Array,
    who: IAcquaintance,
    from: string,
    then: (verdict: Verdict) => void
  ): void;
  refuse(refusal: Refusal, peer: string): void;
}

export class Intake {
  constructor(private readonly ports: IIntakePorts) {}

  private held = 0;

  /** Bytes held back until it is known whose they are. */
  get heldBytes(): number {
    return this.held;
  }

  /** Judges what `from` passed on; `then` is called once, now or later. */
  accept(envelope: IEnvelope, bytes: Uint8Array, from: string, then: (verdict: Verdict) => void): void {
    const { room, session, acquaintances } = this.ports;
    if (!sameBytes(envelope.room, room)) {
      this.deny('other-class', from, 'drop', then);
    } else if (envelope.session === session && !this.ports.lacksOwn(envelope.document)) {
      this.deny('own', from, 'drop', then);
    } else {
      const known = acquaintances.of(envelope.session);
      if (known) {
        this.judge(envelope, bytes, known, from, then);
      } else {
        this.hold(envelope, bytes, from, then);
      }
    }
  }

  /** Judges a segment that `from` sent: `then` has its author once it is known to be genuine and may be, else null. */
  acceptSegment(
    segment: ISegment,
    bytes: Uint8Array,
    from: string,
    then: (author: IAcquaintance | null) => void
  ): void {
    const { room, session } = this.ports;
    const deny = (refusal: Refusal): void => this.deny(refusal, from, 'drop', () => then(null));
    const isOwn = segment.session === session && !this.ports.lacksOwn(segment.document);
    if (!sameBytes(segment.room, room) || isOwn) {
      deny(isOwn ? 'own' : 'other-class');
      return;
    }
    this.introduced(segment, bytes, from, (author, signer) => {
      const place = { ...segment, sequence: segment.to - 1 };
      const standing = author && signer && this.ports.standing(author, place);
      if (standing !== 'may') {
        deny(!standing ? 'unknown-session' : standing === 'unknown' ? 'too-early' : 'not-allowed');
        return;
      }
      this.verifySegment(segment, bytes, isGenuine => (isGenuine ? then(author) : deny('forged')));
    });
  }

  /** Whether somebody signed it who may speak for its session; both must be known. */
  verifySegment(segment: ISegment, bytes: Uint8Array, then: (isGenuine: boolean) => void): void {
    const { acquaintances, crypto } = this.ports;
    const [author, signer] = [acquaintances.of(segment.session), acquaintances.of(segment.signer)];
    if (author && signer) {
      verifySegment(crypto, author, signer, segment, bytes, then);
    } else {
      then(false);
    }
  }

  /** Whether that session signed it. */
  verify(
    envelope: IEnvelope,
    bytes: Uint8Array,
    who: IAcquaintance,
    then: (isGenuine: boolean) => void
  ): void {
    verifyEnvelope(this.ports.crypto, who.sessionKey, envelope, bytes, then);
  }

  private hold(envelope: IEnvelope, bytes: Uint8Array, from: string, then: (verdict: Verdict) => void): void {
    if (this.held + bytes.byteLength > HELD_BYTES) {
      this.deny('unknown-session', from, 'later', then);
      return;
    }
    this.held += bytes.byteLength;
    this.ports.acquaintances.need(envelope.session, from, who => {
      this.held -= bytes.byteLength;
      if (who) {
        this.judge(envelope, bytes, who, from, then);
      } else {
        this.deny('unknown-session', from, 'later', then);
      }
    });
  }

  /** Whose a segment is, and who signed it, once both are known. */
  private introduced(
    segment: ISegment,
    bytes: Uint8Array,
    from: string,
    then: (author: IAcquaintance | null, signer: IAcquaintance | null) => void
  ): void {
    const { acquaintances } = this.ports;
    const [author, signer] = [acquaintances.of(segment.session), acquaintances.of(segment.signer)];
    if (author && signer) {
      then(author, signer);
    } else if (this.held + bytes.byteLength > HELD_BYTES) {
      then(null, null);
    } else {
      this.held += bytes.byteLength;
      acquaintances.need(segment.session, from, first =>
        acquaintances.need(segment.signer, from, second => {
          this.held -= bytes.byteLength;
          then(first, second);
        })
      );
    }
  }

  private judge(
    envelope: IEnvelope,
    bytes: Uint8Array,
    who: IAcquaintance,
    from: string,
    then: (verdict: Verdict) => void
  ): void {
    const standing = this.ports.standing(who, envelope);
    if (standing !== 'may') {
      // Others may know more, or less, of who may what: it is not the neighbour's fault.
      this.deny(standing === 'unknown' ? 'too-early' : 'not-allowed', from, 'later', then);
      return;
    }
    if (this.ports.has(envelope, bytes)) {
      then('pass');
      return;
    }
    this.verify(envelope, bytes, who, isGenuine => {
      if (isGenuine) {
        this.ports.take(envelope, bytes, who, from, then);
      } else {
        this.deny('forged', from, 'drop', then);
      }
    });
  }

  private deny(refusal: Refusal, peer: string, verdict: Verdict, then: (verdict: Verdict) => void): void {
    this.ports.refuse(refusal, peer);
    then(verdict);
  }
}
