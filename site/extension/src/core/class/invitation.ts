/**
 * What a page's fragment says of a class: the invite link (`core/class/link.ts`), and which of the class's notebooks the
 * page shows. A fragment reaches no server. docs/SPEC.md, CLS.
 */
import { type Branch, BRANCHES } from '../document/name';
import type { Digest } from '../session';
import { CLASS_BYTES } from './founding';
import { type IClassLink, JOIN_SECRET_BYTES, linkFragment, linkOf, readLink } from './link';

const FIELD = 'class';

/** The 46 characters, and what follows from them. */
export type IInvitation = IClassLink;

export type Invited =
  | { readonly kind: 'none' }
  | { readonly kind: 'invited'; readonly invitation: IInvitation }
  /** A link that somebody cut or mistyped. */
  | { readonly kind: 'damaged'; readonly given: string };

/** An invitation to a class that nobody founded: for tests, where nobody is let in. */
export function makeInvitation(
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  digest: Digest
): IInvitation {
  const random = new Uint8Array(CLASS_BYTES + JOIN_SECRET_BYTES);
  fill(random);
  return linkOf(digest, random.slice(0, CLASS_BYTES), random.slice(CLASS_BYTES));
}

/** What a page's fragment (`location.hash`) says. Never throws. */
export function readFragment(fragment: string, digest: Digest): Invited {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get(FIELD);
  return given === null ? { kind: 'none' } : readCode(given, digest);
}

export function readCode(given: string, digest: Digest): Invited {
  const read = readLink(given, digest);
  return read.kind === 'linked' ? { kind: 'invited', invitation: read.link } : read;
}

/** Which of the class's notebooks a page's fragment leads to. Never throws. */
export function branchIn(fragment: string): Branch {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('branch');
  return BRANCHES.find(branch => branch === given) ?? 'lecture';
}

/** Whose own page a page's fragment leads to, where it is not one's own: a participant, or null. Never throws. */
export function pageOwnerIn(fragment: string): string | null {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('of') ?? '';
  return /^[0-9a-f]{32}$/.test(given) ? given : null;
}

/** The team whose page a page's fragment leads to: an id, or null for everyone's page. Never throws. */
export function teamIn(fragment: string): string | null {
  const given = new URLSearchParams(fragment.replace(/^#/, '')).get('team') ?? '';
  return branchIn(fragment) === 'team' && /^[0-9a-f]{32}$/.test(given) ? given : null;
}

/** What makes whoever opens the link the owner of the class, or null. Never throws. */
export function ownerIn(fragment: string): string | null {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('owner');
}

/** A page's address without what makes one the owner: it is in the address only until it was read. */
export function withoutOwner(address: string): string {
  const [page = '', fragment] = address.split('#', 2);
  const kept = (fragment ?? '').split('&').filter(part => !part.startsWith('owner='));
  return fragment === undefined ? page : `${page}#${kept.join('&')}`;
}

/** The fragment of a link into the class, with its `#`. */
export const fragmentOf = linkFragment;
