import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Outputs } from '../outputs/outputs';
import { checkChange } from '../permissions/change';
import { OUTPUTS_LIMITS } from '../permissions/limits';
import { JSON_DEPTH, writableJson } from './json';

/** As JSON.parse gives it: with keys that nobody types. */
const strange = (): unknown => {
  const deep = '['.repeat(JSON_DEPTH + 40) + ']'.repeat(JSON_DEPTH + 40);
  return JSON.parse(`{"__proto__": {"x": 1}, "a": {"__proto__": 2, "b": 3}, "deep": ${deep}, "zero": -0}`);
};

describe('JSON that is written', () => {
  it('[PER2] has nothing that a change may not have, and is otherwise what it was', () => {
    const plain = { a: [1, 2.5, 'é', null, true, { b: [] }] };
    expect(writableJson(plain)).toEqual(plain);
    expect(writableJson({ a: undefined, b: NaN, c: [undefined], d: -0 })).toEqual({
      b: null,
      c: [null],
      d: 0
    });
    const written = writableJson(strange()) as Record<string, unknown>;
    expect(Object.keys(written)).toEqual(['a', 'deep', 'zero']);
    expect(written.a).toEqual({ b: 3 });
    expect(JSON.stringify(written.deep).length).toBe(2 * JSON_DEPTH);
  });

  it('[PER2] whatever a program puts out, its author’s change passes', () => {
    const doc = new Y.Doc();
    const outputs = new Outputs(doc);
    const faults: string[] = [];
    doc.on('update', (bytes: Uint8Array) => {
      const read = checkChange(bytes, doc.clientID, OUTPUTS_LIMITS);
      faults.push(read.kind === 'fault' ? read.fault : 'read');
    });
    const data = { 'application/json': strange(), __proto__x: '\ud800', 'text/plain': ['\udc00'] };
    const output = { output_type: 'display_data', data, metadata: strange() };
    outputs.splice('a', 0, 0, [
      output as never,
      strange() as never,
      { output_type: 'stream', text: '\ud83d' }
    ]);
    outputs.appendText('a', 2, '\ude00 more');
    outputs.setCount('a', 3);
    expect(faults).toEqual(['read', 'read', 'read']);
  });
});
