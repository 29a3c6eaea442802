import { describe, expect, it } from 'vitest';

import { parse, toMessages } from './outputs';

const messages = (items: unknown) => toMessages(items, 7, sentence => `said: ${sentence.type}`);

describe('what a cell shows', () => {
  it('becomes messages in the order it was shown', () => {
    const types = messages([
      { type: 'stream', name: 'stdout', text: 'a' },
      { type: 'clear', wait: true },
      { type: 'display', data: {}, metadata: {} },
      { type: 'error', name: 'E', value: '', traceback: [] }
    ]).map(message => message.msgType);
    expect(types).toEqual(['stream', 'clear_output', 'display_data', 'error']);
  });

  it('carries the number of the run with its result, and the id of a display', () => {
    const [result] = messages([
      { type: 'result', data: { 'text/plain': '1' }, metadata: {}, transient: { display_id: 'x', other: 1 } }
    ]);
    expect(result?.content).toEqual({
      data: { 'text/plain': '1' },
      metadata: {},
      transient: { display_id: 'x' },
      execution_count: 7
    });
  });

  it('speaks the sentences that the worker only names', () => {
    expect(messages([{ type: 'limit', what: 'text' }])[0]?.content).toEqual({
      name: 'stderr',
      text: '\nsaid: limit\n'
    });
  });

  it.each([null, 'text', {}, [null], [1], [{ type: 'unknown' }], [{}]])(
    'leaves out what is no output: %j',
    items => {
      expect(messages(items)).toEqual([]);
    }
  );

  it('survives broken items', () => {
    expect(
      messages([{ type: 'error' }, { type: 'display' }, { type: 'stream', name: 'other' }])
    ).toHaveLength(3);
    expect(parse('{')).toBeNull();
    expect(parse(undefined)).toBeNull();
  });
});
