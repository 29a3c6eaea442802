/** Envelopes as a member makes them, with the keys that members have, beside every engine: what forgers begin with. */
import type { Kind } from '../envelope/envelope';
import { SessionKeys } from '../envelope/keys';
import { Sealer } from '../envelope/seal';
import type { IOwnSession } from '../identity/own';
import type { Members } from './members';
import type { Pupil } from './pupil';

/** What is not as it should be. */
export interface ISealedWith {
  readonly room?: Uint8Array;
  readonly session?: string;
  readonly epoch?: number;
  /** Instead of the class's. */
  readonly key?: Uint8Array;
  readonly kind?: Extract<Kind, 'document' | 'outputs' | 'record' | 'awareness'>;
}

/** From sequence 0 on, with the keys that `member` has. */
export function sealBeside(
  { crypto, digest }: Members,
  { society }: Pupil,
  classId: Uint8Array,
  own: IOwnSession,
  document: string,
  changes: readonly Uint8Array[],
  { room = classId, session = own.session, epoch, key, kind = 'document' }: ISealedWith = {}
): Uint8Array[] {
  const made: Uint8Array[] = [];
  const at = epoch ?? society.keyring.newest ?? 0;
  society.keysOf(document, kind, at, ([known]) => {
    const ports = { keys: new SessionKeys(crypto), digest, signer: own.signer };
    const sealer = new Sealer(ports, { room, document, session, kind }, { epoch: at, key: key ?? known! });
    changes.forEach(change => sealer.seal(change, ({ bytes }) => made.push(bytes)));
  });
  return made;
}
