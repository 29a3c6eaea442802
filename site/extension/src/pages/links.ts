/** The addresses of a class, as they are handed out. `home` is the site's root with its slash, wherever it lies. Pure. */
import { fragmentOf, type IInvitation } from '../core/class/invitation';

type Class = Pick<IInvitation, 'code'>;

/** What the students open. */
export function inviteLink(home: string, workshop: string, invited: Class): string {
  return new URL(`workshops/${encodeURIComponent(workshop)}/index.html${fragmentOf(invited)}`, home).href;
}

/** What the teacher keeps. */
export function teacherLink(home: string, workshop: string, invited: Class): string {
  return new URL(`class.html?workshop=${encodeURIComponent(workshop)}${fragmentOf(invited)}`, home).href;
}

/** `path` is `<workshop>/<notebook>.ipynb`. */
export function notebookLink(home: string, path: string, invited: Class): string {
  const named = encodeURIComponent(path).replaceAll('%2F', '/');
  return new URL(`notebooks/index.html?path=${named}${fragmentOf(invited)}`, home).href;
}

/** A team's page of it. */
export function teamLink(home: string, path: string, invited: Class, team: string): string {
  return `${notebookLink(home, path, invited)}&branch=team&team=${team}`;
}

/** The same address in the class, or alone when there is none. */
export function linkInto(link: string, invited: Class | null): string {
  const url = new URL(link);
  url.hash = invited ? fragmentOf(invited) : '';
  return url.href;
}

/** Whether an address leads nowhere on anybody else's device. */
export function isOnlyHere(link: string): boolean {
  const { hostname, protocol } = new URL(link);
  const isLoopback = /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]';
  return protocol === 'file:' || isLoopback || /(^|\.)localhost$/.test(hostname);
}
