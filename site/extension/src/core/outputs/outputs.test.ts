import { describe, expect, it } from 'vitest';
import { Outputs } from './outputs';

describe('Outputs', () => {
  it('keeps rich output whose parts have no prototype, as JupyterLab hands it over', () => {
    const data = Object.assign(Object.create(null), { 'text/html': '<b>x</b>', 'text/plain': 'x' });
    const metadata = Object.assign(Object.create(null), { isolated: undefined });
    const outputs = new Outputs();
    outputs.splice('a', 0, 0, [{ output_type: 'display_data', data, metadata }]);
    expect(outputs.read('a')).toEqual([
      { output_type: 'display_data', data: { 'text/html': '<b>x</b>', 'text/plain': 'x' }, metadata: {} }
    ]);
  });
});
