/** Which secret a document's key follows from [KEY1]. */
import type { ICrypto } from '../crypto';
import { formatName, parseName, parseOutputsName } from '../document/name';
import type { Secret } from '../secret';
import { toHex } from '../tagged';

/**
 * Whose secret: every member's, which is the epoch's key; the document's own, handed to those who may read it; or a
 * team's, which follows from the team's key and the epoch's.
 */
export type SecretKind = 'class' | 'own' | 'team';

const utf8 = new TextEncoder();

/** `everyone` is the owner of the branch that all members write. */
export function secretKindOf(document: string, everyone: string): SecretKind {
  const outputs = parseOutputsName(document);
  if (outputs) {
    return secretKindOf(outputs.document, everyone);
  }
  const name = namedIn(document);
  if (name?.branch === 'team' && name.owner !== everyone) {
    return 'team';
  }
  return name?.branch === 'mine' ? 'own' : 'class';
}

/** Who makes the secret of a document that has one of its own: a participant. */
export function keeperOf(document: string): string | null {
  return parseOutputsName(document)?.participant ?? namedIn(document)?.owner ?? null;
}

/** The team of a document of the branch `team`, or of outputs in it. */
export function teamOf(document: string): string | null {
  const name = namedIn(parseOutputsName(document)?.document ?? document);
  return name?.branch === 'team' ? name.owner : null;
}

/** Under what a team's key is wrapped: as the branch `team` of a document whose genesis is the key's SHA-256 [KEY11]. */
export function teamKeyName(keyHash: Uint8Array, team: string): string {
  return formatName({ genesis: toHex(keyHash), branch: 'team', owner: team });
}

/** The secret of a team's documents in an epoch: who has but one of the two keys, reads nothing [KEY11]. */
export function teamSecret(
  crypto: ICrypto,
  teamKey: Uint8Array,
  epochKey: Uint8Array,
  epoch: number,
  then: (secret: Uint8Array) => void
): void {
  crypto.derive(teamKey, epochKey, `peerbook team 1 ${epoch}`, 32, then);
}

/** The key that a document's sessions derive theirs from [ENV2]. */
export function documentKey(
  crypto: ICrypto,
  secret: Uint8Array,
  document: string,
  then: (key: Uint8Array) => void
): void {
  crypto.derive(secret, utf8.encode(document), 'peerbook document 1', 32, then);
}

/**
 * The secret of one's own document in an epoch. It follows from the root seed, so all devices of a participant have the
 * same one without asking each other, and there is nothing to store.
 */
export function ownSecret(
  crypto: ICrypto,
  root: Secret,
  classId: Uint8Array,
  document: string,
  epoch: number,
  then: (secret: Uint8Array) => void
): void {
  const salt = Uint8Array.of(...classId, ...utf8.encode(document));
  crypto.derive(root.reveal(), salt, `peerbook own document 1 ${epoch}`, 32, then);
}

function namedIn(document: string): ReturnType<typeof parseName> | null {
  try {
    return parseName(document);
  } catch {
    return null;
  }
}
