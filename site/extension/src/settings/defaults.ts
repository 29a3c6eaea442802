/** Fills in what a JSON schema calls default, as Ajv's `useDefaults` does, by walking: nothing is compiled. */
import type {
  PartialJSONValue,
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';

type Schema = ReadonlyPartialJSONObject;

/** A schema that refers to itself with a default inside would never end; real ones are three deep. */
const DEEPEST = 32;

/**
 * Puts the defaults of `schema` into `value`, in place, where a property is missing.
 *
 * Like Ajv, looks into properties, items, additional and pattern properties, `$ref` and `allOf`;
 * not into `anyOf`, `oneOf`, `not` and `if`, where a default would depend on which branch is taken.
 *
 * @param root the whole schema, which `$ref` points into
 */
export function fillDefaults(
  value: PartialJSONValue | undefined,
  schema: ReadonlyPartialJSONValue | undefined,
  root: Schema,
  depth = 0
): void {
  if (!isObject(schema) || depth > DEEPEST) {
    return;
  }
  if (typeof schema.$ref === 'string') {
    fillDefaults(value, pointed(root, schema.$ref), root, depth + 1);
  }
  if (isList(schema.allOf)) {
    for (const part of schema.allOf) {
      fillDefaults(value, part, root, depth + 1);
    }
  }
  if (isList(value)) {
    value.forEach((item, index) => {
      const own = isList(schema.items) ? schema.items[index] : schema.items;
      fillDefaults(item, own, root, depth + 1);
    });
  } else if (isObject(value)) {
    fillProperties(value, schema, root, depth);
  }
}

function fillProperties(
  value: Record<string, PartialJSONValue | undefined>,
  schema: Schema,
  root: Schema,
  depth: number
): void {
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const [name, own] of Object.entries(properties)) {
    if (value[name] === undefined && isObject(own) && own.default !== undefined) {
      value[name] = JSONExt.deepCopy(own.default as PartialJSONValue);
    }
    fillDefaults(value[name], own, root, depth + 1);
  }
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  for (const name of Object.keys(value)) {
    const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name));
    for (const [, own] of matching) {
      fillDefaults(value[name], own, root, depth + 1);
    }
    if (!(name in properties) && matching.length === 0) {
      fillDefaults(value[name], schema.additionalProperties, root, depth + 1);
    }
  }
}

/** What `#/definitions/layout` points to in `root`, or undefined: other kinds of address are not used by settings. */
function pointed(root: Schema, reference: string): ReadonlyPartialJSONValue | undefined {
  if (!reference.startsWith('#')) {
    return undefined;
  }
  let found: ReadonlyPartialJSONValue | undefined = root;
  for (const part of reference.slice(1).split('/').filter(Boolean)) {
    found = isObject(found) ? found[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return found;
}

function isObject(value: unknown): value is ReadonlyPartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` makes every element an `any`. */
function isList(value: PartialJSONValue | undefined): value is PartialJSONValue[];
function isList(value: ReadonlyPartialJSONValue | undefined): value is readonly ReadonlyPartialJSONValue[];
function isList(value: unknown): boolean {
  return Array.isArray(value);
}
