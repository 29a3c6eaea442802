import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Outputs } from './outputs';

describe('outputs of a document that is built anew', () => {
  it('are those of the new one, told of; what this page was running goes on in it', () => {
    const outputs = new Outputs();
    const next = new Y.Doc();
    outputs.setState('a', 'running');
    outputs.splice('a', 0, 0, [{ output_type: 'stream', name: 'stdout', text: 'one ' }]);
    Y.applyUpdate(next, Y.encodeStateAsUpdate(outputs.doc));
    outputs.splice('gone', 0, 0, [{ output_type: 'stream', name: 'stdout', text: 'does not count' }]);
    const heard: string[] = [];
    const seen: unknown[] = [];
    outputs.listenAll(id => heard.push(id));
    const end = outputs.watch((_, origin) => seen.push(origin));
    outputs.rebuild(next);
    expect(heard.sort()).toEqual(['a', 'gone']);
    expect([outputs.ids, outputs.stateOf('a')]).toEqual([['a'], 'running']);
    outputs.appendText('a', 0, 'two', 'me');
    expect(outputs.read('a')[0]).toMatchObject({ text: 'one two' });
    expect(seen).toEqual(['me']);
    end();
    outputs.appendText('a', 0, '.', 'me');
    expect(seen).toHaveLength(1);
  });
});
