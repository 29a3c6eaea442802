/** The sentences of the class as they are: the pages around the notebooks are written in English, like their templates. */
import type { connectionInWords } from '../class/words';

type Bundle = Parameters<typeof connectionInWords>[2];

const fill = (words: string, given: readonly unknown[]): string =>
  words.replace(/%(\d)/g, (place, at: string) => {
    const value = given[Number(at) - 1];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : place;
  });

export const english: Bundle = {
  __: (words, ...given) => fill(words, given),
  gettext: (words, ...given) => fill(words, given),
  _n: (one, many, n, ...given) => fill(n === 1 ? one : many, given),
  ngettext: (one, many, n, ...given) => fill(n === 1 ? one : many, given),
  _p: (_, words, ...given) => fill(words, given),
  pgettext: (_, words, ...given) => fill(words, given),
  _np: (_, one, many, n, ...given) => fill(n === 1 ? one : many, given),
  dcnpgettext: (_domain, _, one, many, n, ...given) => fill(n === 1 ? one : many, given),
  npgettext: (_, one, many, n, ...given) => fill(n === 1 ? one : many, given)
};
