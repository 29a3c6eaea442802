import { describe, expect, it } from 'vitest';
import { readSignaling } from './signaling';

const HOME = 'https://school.example/py/';
const says = (text: string, status = 200) => readSignaling(HOME, async () => new Response(text, { status }));

describe("what peerbook.json says of the site's server", () => {
  it.each([
    ['{"signaling": "signal"}', { kind: 'address', url: 'wss://school.example/py/signal' }],
    ['{"signaling": "https://other.example/signal"}', { kind: 'address', url: 'wss://other.example/signal' }],
    ['{"signaling": ""}', { kind: 'alone' }],
    ['{}', { kind: 'alone' }],
    ['{"signaling": 7}', { kind: 'wrong', given: 'number' }],
    ['{"signaling": "mailto:x"}', { kind: 'wrong', given: 'mailto:x' }],
    ['{"signaling": ', { kind: 'wrong', given: '{"signaling": ' }],
    ['[]', { kind: 'wrong', given: '[]' }],
    ['null', { kind: 'wrong', given: 'null' }]
  ])('%s', async (text, named) => {
    expect(await says(text)).toEqual(named);
  });

  it('is asked for again each time, and missing it is said', async () => {
    const asked: unknown[] = [];
    const read = async (...request: unknown[]) => {
      asked.push(...request);
      return new Response('{}');
    };
    await readSignaling(HOME, read);
    expect(asked).toEqual([new URL(`${HOME}peerbook.json`), { cache: 'no-cache' }]);
    expect(await says('<h1>Not here</h1>', 404)).toEqual({ kind: 'missing' });
    expect(await readSignaling(HOME, () => Promise.reject(new TypeError('offline')))).toEqual({
      kind: 'missing'
    });
  });
});
