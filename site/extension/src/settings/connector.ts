/** Reads the settings of every plugin once in a page, where JupyterLite reads the file again for each plugin. */
import type { ISettingConnector, ISettingRegistry } from '@jupyterlab/settingregistry';
import { DataConnector } from '@jupyterlab/statedb';

type Listing = Awaited<ReturnType<ISettingConnector['list']>>;

export class SettingsReadOnce
  extends DataConnector<ISettingRegistry.IPlugin, string>
  implements ISettingConnector
{
  constructor(private readonly _behind: ISettingConnector) {
    super();
  }

  override async fetch(id: string): Promise<ISettingRegistry.IPlugin | undefined> {
    const { values } = await this._read();
    const plugin = values.find(value => value.id === id);
    // The registry writes into what it is given.
    return plugin && structuredClone(plugin);
  }

  /** Everything, whatever is asked: plugins that are disabled are not registered, and the registry leaves those out. */
  override async list(): Promise<Listing> {
    const { ids, values } = await this._read();
    return { ids: [...ids], values: structuredClone(values) };
  }

  override async save(id: string, raw: string): Promise<void> {
    await this._behind.save(id, raw);
    this._listing = null;
  }

  /** A listing that failed is asked for again. */
  private _read(): Promise<Listing> {
    this._listing ??= this._behind.list().catch((error: unknown) => {
      this._listing = null;
      throw error;
    });
    return this._listing;
  }

  private _listing: Promise<Listing> | null = null;
}
