import { describe, expect, it } from 'vitest';
import { KeptLost } from './lost';

const notebookOf = (...cells: [string, string][]) => ({
  cells: cells.map(([id, source]) => ({ id, getSource: () => source }))
});

const [ONE, TWO] = [
  { cell: 'a', text: 'the first sentence' },
  { cell: 'b', text: 'the second sentence' }
] as const;

function aDevice() {
  const device = { value: null as string | null, isFull: false };
  const notes = {
    read: () => Promise.resolve(device.value),
    write: async (value: string) => {
      await Promise.resolve();
      if (device.isFull) {
        throw new Error('full');
      }
      device.value = value;
    }
  };
  return { device, open: () => new KeptLost(notes) };
}

describe('what does not count any more', () => {
  it('is offered again on the next page, once for each piece, but for what stands there again', async () => {
    const { open } = aDevice();
    const before = open();
    void before.add([ONE]);
    expect(await before.add([ONE, TWO, { cell: 'c', text: '\n ' }])).toBe(true);
    expect(await open().missing(notebookOf() as never)).toEqual([ONE, TWO]);
    const notebook = notebookOf(['a', 'x'], ['b', `has ${TWO.text} in it`]) as never;
    expect(await open().missing(notebook)).toEqual([ONE]);
    // It stood there again: what is made of it then is nobody's loss.
    expect(await open().missing(notebookOf(['b', 'changed']) as never)).toEqual([ONE]);
  });

  it('is forgotten piece by piece: what else waits for an answer is kept', async () => {
    const { open } = aDevice();
    await open().add([ONE, TWO]);
    await open().forget([{ ...TWO, cell: 'a' }, ONE]);
    expect(await open().missing(notebookOf() as never)).toEqual([TWO]);
  });

  it('what is short is in a cell by chance, unless it is a line of its own there', async () => {
    const { open } = aDevice();
    const short = { cell: 'a', text: '\ni = 1' };
    await open().add([short]);
    expect(await open().missing(notebookOf(['a', 'mini = 10']) as never)).toEqual([short]);
    expect(await open().missing(notebookOf(['a', 'x\n  i = 1\ny']) as never)).toEqual([]);
    expect(await open().missing(notebookOf() as never)).toEqual([]);
  });

  it('where it cannot be written what is missing is told all the same', async () => {
    const { open, device } = aDevice();
    await open().add([ONE, TWO]);
    device.isFull = true;
    expect(await open().missing(notebookOf(['a', ONE.text]) as never)).toEqual([TWO]);
    await expect(open().add([{ cell: 'c', text: 'three' }])).rejects.toThrow('full');
  });

  it('what cannot be read is nothing, and what is longest ago goes first where it is too much', async () => {
    const { device, open } = aDevice();
    for (const value of ['{', '7', '[{"cell": 1}]']) {
      device.value = value;
      expect(await open().missing(notebookOf() as never)).toEqual([]);
    }
    const long = (text: string) => ({ cell: text, text: text.repeat(120_000) });
    expect(await open().add([long('a')])).toBe(true);
    expect(await open().add([long('b')])).toBe(false);
    expect((await open().missing(notebookOf() as never)).map(({ cell }) => cell)).toEqual(['b']);
    // What is too long by itself is not kept, and leaves the others where they are.
    expect(await open().add([ONE, { cell: 'c', text: 'c'.repeat(200_001) }])).toBe(false);
    expect((await open().missing(notebookOf() as never)).map(({ cell }) => cell)).toEqual(['b', 'a']);
  });
});
