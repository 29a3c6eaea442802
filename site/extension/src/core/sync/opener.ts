/** Opens what is sealed, with the keys that are here. */
import { decodeEnvelope, type IEnvelope } from '../envelope/envelope';
import type { SessionKeys } from '../envelope/keys';
import { openEnvelope } from '../envelope/seal';
import type { IPiece } from '../log/piece';
import type { IKeys } from './options';
import type { Opened } from './reading';

export class Opener {
  constructor(
    private readonly keys: IKeys,
    private readonly sessionKeys: SessionKeys
  ) {}

  envelope(envelope: IEnvelope, bytes: Uint8Array, then: (opened: Opened) => void): void {
    const { document, kind, epoch, part, parts } = envelope;
    this.keys.keysOf(document, kind, epoch, keys => {
      const attempt = (index: number): void => {
        const key = keys[index];
        if (!key) {
          then({ kind: keys.length > 0 ? 'wrong' : 'locked' });
          return;
        }
        openEnvelope(this.sessionKeys, key, envelope, bytes, plain =>
          plain ? then({ kind: 'open', plain, part, parts }) : attempt(index + 1)
        );
      };
      attempt(0);
    });
  }

  /** A piece of a log. */
  piece(piece: IPiece, then: (opened: Opened) => void): void {
    const read = decodeEnvelope(piece.bytes);
    if (read.kind === 'read') {
      this.envelope(read.value, piece.bytes, then);
    } else {
      then({ kind: 'wrong' });
    }
  }
}
