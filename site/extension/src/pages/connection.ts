/** The connection in INTERFACE.md's words, which stand in the page. */
import type { ISummary } from '../connection/summary';
import { wordsOf } from './words';

/** @param people others who are here, by name: one person may have several tabs, which the server counts */
export function sayConnection(place: HTMLElement, { kind }: ISummary, people: number): void {
  const name = kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const words = wordsOf(place, name, { others: people });
  if (place.textContent !== words) {
    place.textContent = words;
  }
}

/** What keeps everybody new out, and can be helped: the server does not answer, or it is of another version. */
export function troubleOf({ server }: ISummary): 'away' | 'version' | null {
  if (server?.kind === 'refused') {
    return server.reason === 'version' || server.reason === 'garbled' ? 'version' : null;
  }
  return server?.kind === 'away' && server.reason === 'unreachable' ? 'away' : null;
}
