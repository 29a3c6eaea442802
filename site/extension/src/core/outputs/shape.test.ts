import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { HOSTILE, hostileDocument } from './hostile.testing';
import { Outputs } from './outputs';
import { settleText, shapeOf } from './shape';

describe('the shape of outputs', () => {
  it('[OUT5] what is an output stays as it is', () => {
    const outputs = [
      { output_type: 'stream', name: 'stderr', text: 'a\n' },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['a', 'b'] },
      {
        output_type: 'execute_result',
        execution_count: 3,
        data: { 'text/plain': 'x', 'application/vnd.x+json': { a: [1] } },
        metadata: { 'image/png': { width: 3 } }
      },
      { output_type: 'display_data', data: { 'image/png': 'AAAA' }, metadata: {} }
    ];
    expect(outputs.map(shapeOf)).toEqual(outputs);
    expect(shapeOf({ output_type: 'stream', name: 'stdout', text: ['a', 'b'] }).text).toBe('ab');
  });

  it.each(HOSTILE)('[OUT5] %s becomes an output, or a display of nothing', (_, output) => {
    const shaped = shapeOf(output) as Record<string, unknown>;
    expect(['stream', 'error', 'execute_result', 'display_data']).toContain(shaped.output_type);
    if (shaped.output_type === 'stream') {
      expect([typeof shaped.text, ['stdout', 'stderr'].includes(shaped.name as string)]).toEqual([
        'string',
        true
      ]);
    } else if (shaped.output_type === 'error') {
      expect([typeof shaped.ename, typeof shaped.evalue, Array.isArray(shaped.traceback)]).toEqual([
        'string',
        'string',
        true
      ]);
    } else {
      const values = Object.entries(shaped.data as object).filter(([type]) => !type.endsWith('json'));
      expect(values.every(([, value]) => typeof value === 'string')).toBe(true);
      expect(typeof shaped.metadata).toBe('object');
    }
  });

  it('[OUT5] a document with anything in it is read, never an exception', () => {
    const doc = hostileDocument(['a', 'b']);
    const outputs = new Outputs();
    Y.applyUpdate(outputs.doc, Y.encodeStateAsUpdate(doc));
    for (const id of [...outputs.ids, 'not a run', '__proto__', 'c']) {
      outputs.read(id);
      expect([outputs.countOf(id), outputs.stateOf(id), outputs.isFull(id)]).toEqual([null, 'idle', false]);
      outputs.clear(id);
      outputs.splice(id, 0, 0, [{ output_type: 'stream', name: 'stdout', text: 'mine' }]);
      expect(outputs.read(id)).toEqual([{ output_type: 'stream', name: 'stdout', text: 'mine' }]);
    }
  });

  it('[OUT5] carriage returns and backspaces are done with, however many', () => {
    expect(settleText('10%\r20%\r100%\nab\bc\r\n')).toBe('100%\nac\n');
    expect(settleText(`${'x'.repeat(9)}\r\r\r${'\b'.repeat(20)}y`)).toBe(`y${'x'.repeat(8)}`);
    expect(settleText('x\r'.repeat(500_000))).toBe('x');
  });
});
