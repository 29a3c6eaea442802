// @vitest-environment jsdom
import { KernelSpecs } from '@jupyterlite/services';
import { describe, expect, it } from 'vitest';

import { type IKernelClientPrivates, PeerKernelClient, PeerSessionClient } from './client';

describe('the private members of JupyterLite that Stop leans on', () => {
  it('are still there', () => {
    const client = new PeerKernelClient({
      kernelSpecs: new KernelSpecs()
    }) as unknown as IKernelClientPrivates;
    expect(client._mutexMap).toBeInstanceOf(Map);
    expect(client._cancelReason).toBeInstanceOf(WeakMap);
  });

  it('answer the cells behind an error, which upstream leaves without a reply', () => {
    const { _cancelReason } = new PeerKernelClient({
      kernelSpecs: new KernelSpecs()
    }) as unknown as IKernelClientPrivates;
    const mutex = {};
    _cancelReason.set(mutex, 'error');
    expect(_cancelReason.get(mutex)).toBe('interrupt-subsequent');
  });
});

describe('sessions', () => {
  it('are one for each path, also when two notebooks have one name', async () => {
    const specs = new KernelSpecs();
    const client = new PeerKernelClient({ kernelSpecs: specs });
    let made = 0;
    client.startNew = () => Promise.resolve({ id: String(++made), name: 'python' });
    const sessions = new PeerSessionClient({ kernelClient: client });
    const open = (path: string) => sessions.startNew({ path, name: 'start.ipynb', type: 'notebook' });
    const one = await open('one/start.ipynb');
    const two = await open('two/start.ipynb');
    expect(one.kernel?.id).not.toBe(two.kernel?.id);
    expect((await open('one/start.ipynb')).kernel?.id).toBe(one.kernel?.id);
  });
});
