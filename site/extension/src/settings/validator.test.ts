// @vitest-environment jsdom
import { readFileSync } from 'node:fs';

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { SettingRegistry } from '@jupyterlab/settingregistry';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { SettingsReadOnce } from './connector';
import { fillDefaults } from './defaults';
import { PatientRegistry } from './registry';
import { InterpretingValidator } from './validator';

type Plugin = ISettingRegistry.IPlugin;

const schema = {
  type: 'object',
  additionalProperties: false,
  definitions: {
    item: {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, rank: { type: 'number', default: 50 } }
    }
  },
  properties: {
    toolbar: { type: 'array', items: { $ref: '#/definitions/item' }, default: [] },
    cell: { type: 'object', default: {}, properties: { lineWrap: { type: 'boolean', default: true } } },
    themes: { type: 'object', additionalProperties: { properties: { dark: { default: false } } } },
    size: { type: 'number', minimum: 8, default: 14 }
  }
};

function plugin(raw: string, own: object = schema): Plugin {
  return {
    id: 'peerbook:test',
    raw,
    schema: structuredClone(own) as ISettingRegistry.ISchema,
    data: { composite: {}, user: {} },
    version: '1'
  };
}

describe('validating settings', () => {
  it('fills in the defaults, also inside lists, references and nested objects, and leaves the user part alone', () => {
    const one = plugin('{"toolbar": [{"name": "run"}], "themes": {"ours": {}}}');
    expect(new InterpretingValidator().validateData(one)).toBeNull();
    expect(one.data.composite).toEqual({
      toolbar: [{ name: 'run', rank: 50 }],
      cell: { lineWrap: true },
      themes: { ours: { dark: false } },
      size: 14
    });
    expect(one.data.user).toEqual({ toolbar: [{ name: 'run' }], themes: { ours: {} } });
  });

  it('reads the comments and hanging commas people write', () => {
    const one = plugin('{\n // smaller\n "size": 12,\n}');
    expect(new InterpretingValidator().validateData(one)).toBeNull();
    expect(one.data.composite.size).toBe(12);
  });

  it('names the field that is wrong and keeps what was there', () => {
    const one = plugin('{"size": 3}');
    const errors = new InterpretingValidator().validateData(one);
    expect(errors?.some(error => error.instancePath === '/size' && error.keyword === 'minimum')).toBe(true);
    expect(one.data.composite).toEqual({});
  });

  it('refuses a field nobody knows, text that is no JSON, and a schema that is no object', () => {
    const validator = new InterpretingValidator();
    expect(validator.validateData(plugin('{"sise": 3}'))).not.toBeNull();
    expect(validator.validateData(plugin('{"size": '))?.[0]?.keyword).toBe('syntax');
    expect(validator.validateData(plugin('{}', { type: 'array' }))?.[0]?.keyword).toBe('schema');
  });

  it('writes nothing when it is only asked to check', () => {
    const one = plugin('{"size": 12}');
    expect(new InterpretingValidator().validateData(one, false)).toBeNull();
    expect(one.data.composite).toEqual({});
  });

  it('ends on a schema that refers to itself with a default inside', () => {
    const loop = { properties: { next: { $ref: '#', default: {} } } };
    const value = {};
    fillDefaults(value, loop, loop);
    expect(value).toHaveProperty('next.next');
  });
});

describe('without code made at run time', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('the setting registry works where new Function is refused', async () => {
    const refused = vi.fn(() => {
      throw new EvalError('refused by the Content-Security-Policy');
    });
    vi.stubGlobal('Function', refused);
    const behind = connector([plugin('{"size": 12}')]);
    const registry = new SettingRegistry({
      connector: new SettingsReadOnce(behind),
      validator: new InterpretingValidator()
    });
    expect((await registry.load('peerbook:test')).composite.size).toBe(12);
    await registry.set('peerbook:test', 'size', 20);
    expect((await registry.load('peerbook:test')).composite.size).toBe(20);
    expect(behind.saved).toEqual(['peerbook:test']);
    expect(refused).not.toHaveBeenCalled();
  });
});

describe('reading settings', () => {
  it('asks once for all of them, and again after one was saved or the reading failed', async () => {
    const behind = connector([plugin('{}')]);
    const once = new SettingsReadOnce(behind);
    await Promise.all([once.fetch('peerbook:test'), once.fetch('peerbook:none'), once.list()]);
    expect(behind.reads).toBe(1);
    await once.save('peerbook:test', '{}');
    behind.failing = true;
    await expect(once.list()).rejects.toThrow('away');
    behind.failing = false;
    await once.list();
    expect(behind.reads).toBe(3);
  });

  it('hands out copies', async () => {
    const once = new SettingsReadOnce(connector([plugin('{}')]));
    const first = await once.fetch('peerbook:test');
    first!.raw = 'changed';
    expect((await once.fetch('peerbook:test'))?.raw).toBe('{}');
  });
});

function connector(plugins: Plugin[]) {
  return {
    reads: 0,
    saved: [] as string[],
    failing: false,
    async fetch(id: string) {
      return plugins.find(one => one.id === id);
    },
    async list() {
      this.reads += 1;
      if (this.failing) {
        throw new Error('away');
      }
      return { ids: plugins.map(one => one.id), values: plugins };
    },
    async save(id: string, raw: string) {
      this.saved.push(id);
      plugins.find(one => one.id === id)!.raw = raw;
    },
    async remove() {}
  };
}

it('a plugin may ask for settings before the plugin that makes them has started', async () => {
  const own = plugin('{"size": 12}', { ...schema, 'jupyter.lab.transform': true });
  const registry = new PatientRegistry({
    connector: new SettingsReadOnce(connector([own])),
    plugins: [own],
    validator: new InterpretingValidator()
  });
  const asked = registry.load('peerbook:test');
  registry.transform('peerbook:test', { fetch: made => ({ ...made, raw: '{"size": 30}' }) });
  expect((await asked).composite.size).toBe(30);
});

it('who reads settings while they are made anew finds those of before', async () => {
  const own = plugin('{}', { ...schema, 'jupyter.lab.transform': true });
  const registry = new PatientRegistry({
    connector: new SettingsReadOnce(connector([own])),
    plugins: [own],
    validator: new InterpretingValidator()
  });
  let raw = '{"size": 30}';
  registry.transform('peerbook:test', { fetch: made => ({ ...made, raw }) });
  const settings = await registry.load('peerbook:test');
  raw = '{"size": 31}';
  const changed: string[] = [];
  registry.pluginChanged.connect((_, id) => changed.push(id));
  const again = registry.load('peerbook:test', true);
  for (let turn = 0; turn < 20; turn++) {
    expect([30, 31]).toContain(settings.composite.size);
    await Promise.resolve();
  }
  expect((await again).composite.size).toBe(31);
  expect(changed).toEqual(['peerbook:test']);
});

it('upstream still makes its own validator only when none is given', () => {
  const source = readFileSync('node_modules/@jupyterlab/settingregistry/lib/settingregistry.js', 'utf8');
  expect(source).toContain('options.validator || new DefaultSchemaValidator()');
});
