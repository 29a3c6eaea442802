import { describe, expect, it } from 'vitest';
import { KeptLost } from './lost';

const notebookOf = (...cells: [string, string][]) => ({
  cells: cells.map(([id, source]) => ({ id, getSource: () => source }))
});

function aDevice() {
  const device = { value: null as string | null };
  const notes = {
    read: () => Promise.resolve(device.value),
    write: (value: string) => Promise.resolve(void (device.value = value))
  };
  return { device, open: () => new KeptLost(notes) };
}

describe('what does not count any more', () => {
  it('is offered again on the next page, once for each piece, but for what stands there again', async () => {
    const { open } = aDevice();
    const before = open();
    void before.add([{ cell: 'a', text: 'one' }]);
    await before.add([
      { cell: 'a', text: 'one' },
      { cell: 'b', text: 'two' }
    ]);
    const notebook = notebookOf(['a', 'x'], ['b', 'has two in it']) as never;
    expect(await open().missing(notebook)).toEqual([{ cell: 'a', text: 'one' }]);
    expect((await open().missing(notebookOf() as never)).length).toBe(2);
    await open().forget();
    expect(await open().missing(notebookOf() as never)).toEqual([]);
  });

  it('what cannot be read is nothing, and what is longest ago goes first where it is too much', async () => {
    const { device, open } = aDevice();
    for (const value of ['{', '7', '[{"cell": 1}]']) {
      device.value = value;
      expect(await open().missing(notebookOf() as never)).toEqual([]);
    }
    const long = (text: string) => ({ cell: text, text: text.repeat(120_000) });
    await open().add([long('a')]);
    await open().add([long('b')]);
    expect((await open().missing(notebookOf() as never)).map(({ cell }) => cell)).toEqual(['b']);
  });
});
