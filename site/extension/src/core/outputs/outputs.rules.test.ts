import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type IOutputsEvent, OUTPUT_LIMIT, Outputs } from './outputs';

const stream = (text: string): { output_type: string; name: string; text: string } => ({
  output_type: 'stream',
  name: 'stdout',
  text
});

function copyOf(outputs: Outputs): Outputs {
  const copy = new Outputs();
  Y.applyUpdate(copy.doc, Y.encodeStateAsUpdate(outputs.doc));
  return copy;
}

describe('outputs', () => {
  it('[OUT1] two sessions that ran one cell end with one of the runs, never with both', () => {
    const a = new Outputs();
    a.splice('c', 0, 0, [stream('before')]);
    const b = copyOf(a);
    for (const [outputs, text, count] of [
      [a, 'from a', 2],
      [b, 'from b', 3]
    ] as const) {
      outputs.clear('c');
      outputs.splice('c', 0, 0, [stream(text)]);
      outputs.setCount('c', count);
    }
    const [forA, forB] = [Y.encodeStateAsUpdate(b.doc), Y.encodeStateAsUpdate(a.doc)];
    Y.applyUpdate(a.doc, forA);
    Y.applyUpdate(b.doc, forB);
    expect(a.read('c')).toEqual(b.read('c'));
    expect(['from a', 'from b']).toContain(a.read('c')[0]!.text);
    expect(a.read('c')).toHaveLength(1);
  });

  it('[OUT2] beyond the limit the rest is left out, and said to be', () => {
    const outputs = new Outputs(new Y.Doc(), 1000);
    outputs.splice('c', 0, 0, [stream('x'.repeat(500))]);
    expect(outputs.isFull('c')).toBe(false);
    for (let line = 0; line < 100; line += 1) {
      outputs.appendText('c', 0, 'y'.repeat(50));
    }
    outputs.splice('c', 1, 1, [stream('z'.repeat(50))]);
    expect(outputs.isFull('c')).toBe(true);
    expect(JSON.stringify(outputs.read('c')).length).toBeLessThan(1100);
    outputs.clear('c');
    expect([outputs.isFull('c'), outputs.read('c')]).toEqual([false, []]);
    outputs.splice('c', 0, 0, [stream('again')]);
    expect(outputs.read('c')).toEqual([stream('again')]);
  });

  it('[OUT2] the limit is the one of docs/protocol.json', () => {
    const url = new URL('../../../../../docs/protocol.json', import.meta.url);
    expect(OUTPUT_LIMIT).toBe(
      (JSON.parse(readFileSync(url, 'utf8')) as Record<string, number>).output_bytes_per_cell
    );
  });

  it('[OUT1] a run is written by the page that began it, and by no other', () => {
    const a = new Outputs();
    a.setState('c', 'running');
    a.splice('c', 0, 0, [stream('from a')]);
    const b = copyOf(a);
    b.appendText('c', 0, 'not mine');
    b.splice('c', 1, 1, [stream('not mine')]);
    b.setCount('c', 9);
    expect([b.read('c'), b.countOf('c')]).toEqual([[stream('from a')], null]);
    // A second tab takes the cell over: what the first one's loop still prints is not mixed into it.
    b.clear('c');
    b.setState('c', 'running');
    b.splice('c', 0, 0, [stream('from b')]);
    Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc));
    a.appendText('c', 0, ' and a');
    a.setState('c', 'idle');
    a.splice('c', 1, 1, [stream('late')]);
    expect(a.read('c')).toEqual([stream('from b')]);
    expect(b.stateOf('c')).toBe('running');
  });

  it('[OUT3] what was running is idle when it is opened again', () => {
    const outputs = new Outputs();
    outputs.setState('c', 'running');
    expect([outputs.stateOf('c'), copyOf(outputs).stateOf('c')]).toEqual(['running', 'idle']);
    const again = copyOf(outputs);
    again.clear('c');
    expect(again.stateOf('c')).toBe('idle');
  });

  it('[OUT3] it runs for others while the page that runs it is here', () => {
    const outputs = new Outputs();
    outputs.setState('c', 'running');
    const theirs = copyOf(outputs);
    const told: string[] = [];
    theirs.listen('c', () => told.push(theirs.stateOf('c')));
    theirs.setLive(new Set([outputs.doc.clientID]));
    theirs.setLive(new Set([outputs.doc.clientID, 7]));
    theirs.setLive(new Set([7]));
    expect(told).toEqual(['running', 'idle']);
  });

  it('tells what became different, with its origin', () => {
    const outputs = new Outputs();
    const events: IOutputsEvent[] = [];
    outputs.splice('c', 0, 0, [stream('a')]);
    const end = outputs.listen('c', event => events.push(event));
    outputs.appendText('c', 0, 'b', 'silent');
    outputs.splice('c', 1, 1, [stream('c')]);
    outputs.setCount('c', 4);
    outputs.clear('c');
    end();
    outputs.splice('c', 0, 0, [stream('unheard')]);
    expect(
      events.map(event => [event.origin, event.replaced, Boolean(event.text), Boolean(event.outputs)])
    ).toEqual([
      ['silent', false, true, false],
      [null, false, false, true],
      [null, false, false, false],
      [null, true, false, false]
    ]);
  });

  it('does nothing at places that are not kept', () => {
    const outputs = new Outputs();
    outputs.appendText('c', 3, 'x');
    outputs.truncateText('c', 3, 0);
    outputs.splice('c', 5, 9, [stream('a')]);
    outputs.splice('c', 7, 9, []);
    expect(outputs.read('c')).toEqual([stream('a')]);
  });
});
