/** Which secret a document's key follows from [KEY1]. */
import type { ICrypto } from '../crypto';
import { parseName, parseOutputsName } from '../document/name';
import type { Secret } from '../secret';

/** Whose secret: every member's, which is the epoch's key, or the document's own, handed to those who may read it. */
export type SecretKind = 'class' | 'own';

const utf8 = new TextEncoder();

/** `everyone` is the owner of the branch that all members write. */
export function secretKindOf(document: string, everyone: string): SecretKind {
  const outputs = parseOutputsName(document);
  if (outputs) {
    return secretKindOf(outputs.document, everyone);
  }
  const name = namedIn(document);
  const isOwn = name?.branch === 'mine' || (name?.branch === 'team' && name.owner !== everyone);
  return isOwn ? 'own' : 'class';
}

/** Who makes the secret of a document that has one of its own: a participant, or for a team whoever founded it. */
export function keeperOf(document: string): string | null {
  return parseOutputsName(document)?.participant ?? namedIn(document)?.owner ?? null;
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
