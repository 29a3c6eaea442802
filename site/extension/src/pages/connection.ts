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
