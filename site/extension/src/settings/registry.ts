/** A setting registry that waits a moment for a plugin that has not said yet how its settings are made. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { SettingRegistry } from '@jupyterlab/settingregistry';
import type { IDisposable } from '@lumino/disposable';
import { PromiseDelegate } from '@lumino/coreutils';
import type { Signal } from '@lumino/signaling';

/**
 * Upstream refuses settings whose plugin "has no transformers yet", and only its slow reading of files hid that one plugin
 * may ask for the settings of another that starts a few milliseconds later. Two seconds outlast any start (seen: 0.05 s);
 * after them upstream's refusal stands.
 */
const PATIENCE_MS = 2000;

/** Private members of the registry used below; a test fails when they are gone. */
interface IUpstream {
  _load(plugin: ISettingRegistry.IPlugin): Promise<void>;
  _transform(phase: 'fetch', plugin: ISettingRegistry.IPlugin): Promise<ISettingRegistry.IPlugin>;
  readonly _pluginChanged: Signal<SettingRegistry, string>;
}

export class PatientRegistry extends SettingRegistry {
  constructor(options: SettingRegistry.IOptions) {
    super(options);
    for (const plugin of options.plugins ?? []) {
      if (plugin.schema['jupyter.lab.transform']) {
        this._awaited.set(plugin.id, new PromiseDelegate());
      }
    }
  }

  override async load(plugin: string, forceTransform = false): Promise<ISettingRegistry.ISettings> {
    const awaited = this._awaited.get(plugin);
    if (awaited) {
      await Promise.race([awaited.promise, new Promise(resolve => setTimeout(resolve, PATIENCE_MS))]);
    }
    const loaded = this.plugins[plugin];
    if (forceTransform && loaded) {
      // Upstream empties what it has before it makes it anew, and who reads in between finds no defaults at all.
      const upstream = this as unknown as IUpstream;
      await upstream._load(
        await upstream._transform('fetch', { ...loaded, data: { composite: {}, user: {} } })
      );
      upstream._pluginChanged.emit(plugin);
    }
    return super.load(plugin);
  }

  override transform(
    plugin: string,
    transforms: { [phase in ISettingRegistry.IPlugin.Phase]?: ISettingRegistry.IPlugin.Transform }
  ): IDisposable {
    const done = super.transform(plugin, transforms);
    this._awaited.get(plugin)?.resolve();
    this._awaited.delete(plugin);
    return done;
  }

  private readonly _awaited = new Map<string, PromiseDelegate<void>>();
}
