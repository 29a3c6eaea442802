/**
 * The invite link of a class that has keys: `#class=` and 46 characters of base64url, which are the class's id, the join
 * secret (the right to knock) and 2 bytes that show a cut or mistyped link. A fragment reaches no server.
 */
import { joinBytes } from '../bytes';
import type { Digest } from '../session';
import { tagged } from '../tagged';
import { CLASS_BYTES, everyoneOf } from './founding';

export const JOIN_SECRET_BYTES = 16;
const CHECK_BYTES = 2;
/** `link_chars` in docs/protocol.json. */
export const LINK_CHARS = 46;
const CODE = /^[A-Za-z0-9_-]{46}$/;

export interface IClassLink {
  /** The 46 characters: who knows them may knock. */
  readonly code: string;
  /** The class in every envelope, 16 bytes. */
  readonly id: Uint8Array;
  /** What a knock proves to know, 16 bytes. */
  readonly joinSecret: Uint8Array;
  /** The room on the server, which cannot be turned back into the secret nor into the class. */
  readonly room: string;
  /** Whom the branch that everybody writes belongs to: 32 hex digits. */
  readonly everyone: string;
}

export type Linked =
  | { readonly kind: 'linked'; readonly link: IClassLink }
  /** A link that somebody cut or mistyped. */
  | { readonly kind: 'damaged'; readonly given: string };

/** The link into a class [CLS7]; another join secret is another room and another link. */
export function linkOf(digest: Digest, classId: Uint8Array, joinSecret: Uint8Array): IClassLink {
  const derive = (what: string, bytes: number): Uint8Array =>
    digest(tagged(what, classId, joinSecret)).subarray(0, bytes);
  return {
    code: toBase64Url(joinBytes([classId, joinSecret, derive('link', CHECK_BYTES)])),
    id: classId.slice(),
    joinSecret: joinSecret.slice(),
    room: toBase64Url(derive('room', 16)),
    everyone: everyoneOf(digest, classId)
  };
}

/** What the code of a link says. Never throws. */
export function readLink(given: string, digest: Digest): Linked {
  const code = given.trim();
  if (CODE.test(code)) {
    const bytes = fromBase64Url(code);
    const secret = bytes.slice(CLASS_BYTES, CLASS_BYTES + JOIN_SECRET_BYTES);
    const link = linkOf(digest, bytes.slice(0, CLASS_BYTES), secret);
    if (link.code === code) {
      return { kind: 'linked', link };
    }
  }
  return { kind: 'damaged', given: code.slice(0, 100) };
}

/** The fragment of a link into the class, with its `#`. */
export function linkFragment({ code }: Pick<IClassLink, 'code'>): string {
  return `#class=${code}`;
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character =>
    character.charCodeAt(0)
  );
}
