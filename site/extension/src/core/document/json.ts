/** JSON as documents hold it: the same value, and the same bytes, whichever language wrote it. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** UTF-16 order, which is what `sort()` does; Python sorts by the same. */
export function sortedKeys(value: object): string[] {
  return Object.keys(value).sort();
}

/** Lone surrogates become U+FFFD: they cannot be written as UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, part =>
    part.length === 2 ? part : '\uFFFD'
  );
}

/**
 * A copy with sorted keys, well-formed strings, no negative zero and no `__proto__`.
 *
 * @throws Error for what JSON cannot say (NaN, undefined, functions).
 */
export function normalJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'string') {
    return wellFormed(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return value === 0 ? 0 : value;
  }
  if (Array.isArray(value)) {
    return value.map(normalJson);
  }
  if (typeof value === 'object') {
    return normalObject(value);
  }
  throw new Error(`A ${typeof value} is not JSON`);
}

/** The same for an object; keys in `without` are left out. */
export function normalObject(value: object, without: ReadonlySet<string> = new Set()): JsonObject {
  const entries = sortedKeys(value)
    .filter(key => key !== '__proto__' && !without.has(key))
    .map(key => [wellFormed(key), normalJson((value as Record<string, unknown>)[key])] as const);
  return Object.fromEntries<Json>(entries);
}

/** JSON in JSON that a change may have: a chart's description has some twenty; the stack has an end. `json_depth` [PER1]. */
export const JSON_DEPTH = 64;

/**
 * A copy that a change may have [PER1]: what JSON does not have is left out of objects and null elsewhere, lists and
 * objects beyond `depth` are empty, and nothing is called `__proto__`.
 */
export function writableJson(value: unknown, depth = JSON_DEPTH): Json {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? (value === 0 ? 0 : value) : null;
  }
  if (Array.isArray(value)) {
    return depth > 0 ? value.map(each => writableJson(each, depth - 1)) : [];
  }
  if (isObject(value)) {
    const entries = depth > 0 ? Object.entries(value) : [];
    return Object.fromEntries(
      entries
        .filter(([key, each]) => key !== '__proto__' && each !== undefined)
        .map(([key, each]) => [key, writableJson(each, depth - 1)])
    );
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
