/** Opens what is sealed, with the keys that are here. */
import { sameBytes } from '../bytes';
import { openSegment } from '../envelope/compact';
import type { IEnvelope } from '../envelope/envelope';
import type { SessionKeys } from '../envelope/keys';
import { openEnvelope } from '../envelope/seal';
import type { ISegment } from '../envelope/segment';
import type { IPiece } from '../log/piece';
import { checkChange } from '../permissions/change';
import { forSegments, type IChangeLimits } from '../permissions/limits';
import type { IKeys } from './options';
import { readPiece } from './pieces';
import type { Opened } from './reading';

export class Opener {
  constructor(
    private readonly keys: IKeys,
    private readonly sessionKeys: SessionKeys
  ) {}

  /** Segments found to be in their one spelling: that is most of the work of opening one, and pieces do not change. */
  private readonly spelled = new WeakSet<IPiece>();

  envelope(envelope: IEnvelope, bytes: Uint8Array, then: (opened: Opened) => void): void {
    const { part, parts } = envelope;
    this.attempt(
      envelope,
      (key, opened) => openEnvelope(this.sessionKeys, key, envelope, bytes, opened),
      plain => ({ kind: 'open', plain, part, parts }),
      then
    );
  }

  segment(segment: ISegment, then: (opened: Opened) => void, isSpelled = false): void {
    this.attempt(
      segment,
      (key, opened) => openSegment(this.sessionKeys, key, segment, opened, isSpelled),
      plain => ({ kind: 'open', plain, part: 0, parts: 1 }),
      then
    );
  }

  /** A piece of a log. */
  piece(piece: IPiece, then: (opened: Opened) => void): void {
    const read = readPiece(piece.bytes);
    if (!read) {
      then({ kind: 'wrong' });
    } else if (read.form === 'segment') {
      this.segment(
        read.value,
        opened => {
          if (opened.kind === 'open') {
            this.spelled.add(piece);
          }
          then(opened);
        },
        this.spelled.has(piece)
      );
    } else {
      this.envelope(read.value, piece.bytes, then);
    }
  }

  /**
   * With one key after the other. Opening may take a while, in which keys come, or are stated that are not here: they are
   * asked for again before it is said to be wrong, or locked.
   */
  private attempt(
    place: Pick<IEnvelope, 'document' | 'kind' | 'epoch'>,
    open: (key: Uint8Array, opened: (plain: Uint8Array | null) => void) => void,
    found: (plain: Uint8Array) => Opened,
    then: (opened: Opened) => void,
    tried: readonly Uint8Array[] = []
  ): void {
    this.keys.keysOf(place.document, place.kind, place.epoch, (keys, areAll = true) => {
      const key = keys.find(each => !tried.some(one => sameBytes(one, each)));
      if (!key) {
        then({ kind: keys.length > 0 && areAll ? 'wrong' : 'locked' });
        return;
      }
      open(key, plain =>
        plain ? then(found(plain)) : this.attempt(place, open, found, then, [...tried, key])
      );
    });
  }
}

/** Whether nothing speaks against a piece by itself; `client`: its session's clientID. */
export function isFit(piece: IPiece, opened: Opened, client: number, limits: IChangeLimits): boolean {
  if (opened.kind !== 'open' || opened.parts > 1) {
    return opened.kind !== 'wrong';
  }
  const ofForm = piece.form === 'segment' ? forSegments(limits) : limits;
  return checkChange(opened.plain, client, ofForm).kind === 'read';
}
