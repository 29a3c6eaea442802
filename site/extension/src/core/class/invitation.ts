/**
 * What an invite link carries in its fragment, and what follows from it: `#class=` and 24 characters of base64url, which are
 * 16 secret bytes and 2 that show a cut or mistyped link. A fragment reaches no server. docs/SPEC.md, CLS.
 */
import * as encoding from 'lib0/encoding';
import { type Branch, BRANCHES } from '../document/name';
import type { Digest } from '../session';

export const SECRET_BYTES = 16;
const CHECK_BYTES = 2;
/** `invitation_chars` in docs/protocol.json. */
export const INVITATION_CHARS = 24;
const CODE = /^[A-Za-z0-9_-]{24}$/;
const FIELD = 'class';

export interface IInvitation {
  /** The 24 characters: who knows them may come in. */
  readonly code: string;
  /** The room on the server, which cannot be turned back into the secret. */
  readonly room: string;
  /** The class in every envelope, 16 bytes. */
  readonly id: Uint8Array;
  /** Whom the branch that everybody writes belongs to: 32 hex digits. */
  readonly everyone: string;
}

export type Invited =
  | { readonly kind: 'none' }
  | { readonly kind: 'invited'; readonly invitation: IInvitation }
  /** A link that somebody cut or mistyped. */
  | { readonly kind: 'damaged'; readonly given: string };

/** A new class. `fill` is `crypto.getRandomValues` in a page. */
export function makeInvitation(
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  digest: Digest
): IInvitation {
  const secret = new Uint8Array(SECRET_BYTES);
  fill(secret);
  return invitationOf(secret, digest);
}

/** What a page's fragment (`location.hash`) says. Never throws. */
export function readFragment(fragment: string, digest: Digest): Invited {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get(FIELD);
  return given === null ? { kind: 'none' } : readCode(given, digest);
}

export function readCode(given: string, digest: Digest): Invited {
  const code = given.trim();
  if (CODE.test(code)) {
    const bytes = fromBase64Url(code);
    const invitation = invitationOf(bytes.slice(0, SECRET_BYTES), digest);
    if (invitation.code === code) {
      return { kind: 'invited', invitation };
    }
  }
  return { kind: 'damaged', given: code.slice(0, 100) };
}

/** Which of the class's notebooks a page's fragment leads to. Never throws. */
export function branchIn(fragment: string): Branch {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('branch');
  return BRANCHES.find(branch => branch === given) ?? 'team';
}

/** The fragment of a link into the class, with its `#`. */
export function fragmentOf({ code }: Pick<IInvitation, 'code'>): string {
  return `#${FIELD}=${code}`;
}

function invitationOf(secret: Uint8Array, digest: Digest): IInvitation {
  const derive = (purpose: string, bytes: number): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, `peerbook ${purpose} 1`);
    encoding.writeUint8Array(encoder, secret);
    return digest(encoding.toUint8Array(encoder)).slice(0, bytes);
  };
  return {
    code: toBase64Url(Uint8Array.of(...secret, ...derive('check', CHECK_BYTES))),
    room: toBase64Url(derive('room', 16)),
    id: derive('class', 16),
    everyone: Array.from(derive('everyone', 16), byte => byte.toString(16).padStart(2, '0')).join('')
  };
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
