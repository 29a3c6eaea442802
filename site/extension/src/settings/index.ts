/** The setting registry, without code made at run time: a strict Content-Security-Policy lets it start. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingConnector, ISettingRegistry } from '@jupyterlab/settingregistry';

import { SettingsReadOnce } from './connector';
import { PatientRegistry } from './registry';
import { InterpretingValidator } from './validator';

/** Stands in for `@jupyterlab/apputils-extension:settings`, and does as it does but for the validator. */
const registry: JupyterFrontEndPlugin<ISettingRegistry> = {
  id: 'peerbook:settings',
  description: 'Provides the setting registry, with a validator that compiles nothing.',
  autoStart: true,
  requires: [ISettingConnector],
  provides: ISettingRegistry,
  activate: async (app: JupyterFrontEnd, behind: ISettingConnector) => {
    const connector = new SettingsReadOnce(behind);
    const { values } = await connector.list();
    const settings = new PatientRegistry({
      connector,
      plugins: values.filter(plugin => app.hasPlugin(plugin.id)),
      validator: new InterpretingValidator()
    });
    void app.restored.then(async () => {
      const { ids } = await connector.list();
      const late = ids.filter(id => app.hasPlugin(id) && !(id in settings.plugins));
      for (const id of late) {
        await settings
          .load(id)
          .catch(error => console.warn(`The settings of ${id} could not be read`, error));
      }
    });
    return settings;
  }
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [registry];

export default plugins;
