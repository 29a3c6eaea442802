// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { HOSTILE } from '../../core/outputs/hostile.testing';
import { cleaned } from './sanitizer';
import { MOST_HTML, MOST_OUTPUTS, MOST_TEXT, showable } from './strangers';

const WORDS = { more: 'more', hidden: 'hidden' };
const TYPES = new Set([
  ...['text/html', 'text/markdown', 'text/latex', 'text/plain'],
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/svg+xml']
]);

describe("somebody else's outputs", () => {
  it('[OUT6] what is text, a table or a picture is shown', () => {
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: '\u001b[31mred\u001b[0m\n' },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['a', 'b'] },
      {
        output_type: 'display_data',
        data: { 'text/html': '<table></table>', 'text/plain': 't', 'image/png': 'AAAA' },
        metadata: { 'image/png': { width: 40, needs_background: 'x' }, isolated: true }
      }
    ];
    expect(showable(outputs, WORDS)).toEqual([
      outputs[0],
      outputs[1],
      { ...outputs[2], metadata: { 'image/png': { width: 40 } } }
    ]);
  });

  it.each(HOSTILE)('[OUT6] %s is shown as text, a table or a picture, or not at all', (_, output) => {
    let length = 0;
    for (const shown of showable([output], WORDS)) {
      length += JSON.stringify(shown).length;
      expect(['stream', 'error', 'display_data']).toContain(shown.output_type);
      const data = (shown.data ?? {}) as Record<string, unknown>;
      expect(
        Object.entries(data).every(([type, value]) => TYPES.has(type) && typeof value === 'string')
      ).toBe(true);
    }
    expect(length).toBeLessThan(2 * (MOST_TEXT + MOST_HTML));
  });

  it('[OUT6] what needs a program is not shown, and said to be', () => {
    const widget = { 'application/vnd.jupyter.widget-view+json': { model_id: 'x' } };
    const shown = (data: object): unknown =>
      showable([{ output_type: 'display_data', data }], WORDS)[0]?.data;
    expect(shown(widget)).toEqual({ 'text/plain': 'hidden' });
    expect(shown({ ...widget, 'text/plain': 'Slider()' })).toEqual({ 'text/plain': 'hidden' });
    expect(shown({ ...widget, 'text/html': 'x' })).toEqual({ 'text/html': 'x' });
    expect(shown({ 'application/javascript': 'x' })).toEqual({ 'text/plain': 'hidden' });
    expect(shown({})).toBeUndefined();
  });

  it('[OUT6] of too many and too long outputs a part is shown, and said to be one', () => {
    const line = { output_type: 'stream', name: 'stdout', text: 'x' };
    const many = showable(Array(500).fill(line), WORDS);
    expect([many.length, many.at(-1)!.data]).toEqual([MOST_OUTPUTS + 1, { 'text/plain': 'more' }]);
    const long = showable([{ ...line, text: 'y'.repeat(1_000_000) }, line], WORDS);
    expect([(long[0]!.text as string).length, long.length]).toEqual([MOST_TEXT, 2]);
    const colourful = showable([{ ...line, text: '\u001b[31ma\u001b[0m'.repeat(20_000) }], WORDS)[0]!
      .text as string;
    expect(colourful).not.toContain('\u001b');
  });

  it('[OUT6] of HTML only what shows something stays', () => {
    for (const [, output] of HOSTILE) {
      const html = (output as { data?: Record<string, unknown> } | null)?.data?.['text/html'];
      // jsdom nests a hundred thousand elements for minutes, which browsers do not: tests/browser has that one.
      if (typeof html !== 'string' || html.length > 100_000) {
        continue;
      }
      const template = document.createElement('template');
      template.innerHTML = cleaned(html);
      const { content } = template;
      const left = 'script,style,iframe,object,embed,base,meta,link,form,button,input,svg,[id],[name]';
      expect(content.querySelector(left)).toBeNull();
      for (const element of content.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          expect(name).not.toMatch(/^on|^data-|^src$|^action$|^formaction$|^class$/);
          expect(value).not.toMatch(/javascript:|url\(|position|z-index/i);
        }
      }
      expect(content.textContent!.includes('kept')).toBe(true);
    }
    expect(cleaned('<a href="https://x.test/a">x</a>')).toBe(
      '<a href="https://x.test/a" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    );
    const table =
      '<table class="dataframe x" border="1"><tbody><tr style="text-align: right;"><th>a</th></tr></tbody></table>';
    expect(cleaned(table)).toBe(
      table.replace(' class="dataframe x" border="1"', ' border="1" class="dataframe"')
    );
    expect(cleaned('<img src="data:image/png;base64,AA" onerror="x">')).toBe(
      '<img src="data:image/png;base64,AA">'
    );
    expect(cleaned('<img src="../x.png"><img src="//x.test/a.png">')).toBe('<img><img>');
  });
});
