/**
 * Checks settings without compiling anything.
 *
 * JupyterLab's own validator (Ajv) turns every schema into code with `new Function`, which a page without
 * `'unsafe-eval'` refuses, so that nothing at all would start. This one interprets.
 */
import { Validator } from '@cfworker/json-schema';
import type { ISchemaValidator, ISettingRegistry } from '@jupyterlab/settingregistry';
import type { PartialJSONObject } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import * as json5 from 'json5';

import { fillDefaults } from './defaults';

export class InterpretingValidator implements ISchemaValidator {
  /**
   * Checks what the user set for a plugin and puts it, with the defaults, into `plugin.data`.
   *
   * The schemas themselves come with the build and are not checked again in every visit.
   *
   * @param populate whether `plugin.data` is written
   * @returns null when all is well
   */
  validateData(plugin: ISettingRegistry.IPlugin, populate = true): ISchemaValidator.IError[] | null {
    if (plugin.schema.type !== 'object') {
      return [oneError('schema', 'The schema of a plugin describes an object; this one does not.')];
    }
    let user: PartialJSONObject;
    try {
      // Nearly everybody has '{}', and the reader of the platform is faster than the one that knows comments.
      user = plugin.raw === '{}' ? {} : json5.parse(plugin.raw);
    } catch (error) {
      return [oneError('syntax', error instanceof Error ? error.message : String(error))];
    }
    const wrong = Object.keys(user).length === 0 ? [] : check(plugin.schema, user);
    if (wrong.length > 0) {
      return wrong;
    }
    if (populate) {
      const composite = JSONExt.deepCopy(user);
      fillDefaults(composite, plugin.schema, plugin.schema);
      // Both are filled by the schema, which the interface cannot say in types.
      plugin.data = { composite, user };
    }
    return null;
  }
}

function check(schema: ISettingRegistry.ISchema, user: PartialJSONObject): ISchemaValidator.IError[] {
  // The same JSON, described by two packages.
  const result = new Validator(schema, '7').validate(user);
  return result.valid
    ? []
    : result.errors.map(error => ({
        instancePath: error.instanceLocation.replace(/^#/, ''),
        keyword: error.keyword,
        message: error.error,
        schemaPath: error.keywordLocation
      }));
}

function oneError(keyword: string, message: string): ISchemaValidator.IError {
  return { instancePath: '', keyword, message, schemaPath: '' };
}
