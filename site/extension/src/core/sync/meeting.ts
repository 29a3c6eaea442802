/** Acquaintances as introductions make them. */
import { readIntroduction } from '../identity/introduction';
import type { Neighbours } from '../overlay/neighbours';
import { Acquaintances } from './acquaintances';
import type { IEngineOptions } from './options';

export function meetPeople(
  options: IEngineOptions,
  neighbours: Neighbours,
  isNeeded: (session: string) => boolean
): Acquaintances {
  const { clock, random, crypto, digest, room } = options;
  return new Acquaintances({
    ...{ clock, random, digest, neighbours, isNeeded },
    verify: (bytes, then) =>
      readIntroduction(crypto, digest, room, bytes, read => then(read.kind === 'read' ? read.value : null)),
    met: who => options.onIntroduced?.(who)
  });
}
