// @vitest-environment jsdom
import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { drawLink, svgOf, type IDrawing } from './qr';

/** The drawing as a camera has it: our path, filled, at `scale` pixels a module. */
function photograph({ size, path }: IDrawing, scale: number) {
  const side = size * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(width)) * scale; column += 1) {
        data.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
      }
    }
  }
  return { width: side, height: side, data };
}

describe('the code of a link', () => {
  it.each([
    'http://192.168.1.7:8000/workshops/first-steps/index.html#class=AAECAwQFBgcICQoLDA0OD6P_',
    `https://school.example/${'a-long-path/'.repeat(12)}workshops/x/index.html#class=_____________________9T3`
  ])('is read back as that link: %s', link => {
    const drawing = drawLink(link);
    expect(decodeQR(photograph(drawing, 4))).toBe(link);
  });

  it('is black on white with an empty frame, and says what it is', () => {
    const drawing = drawLink('https://school.example/');
    const xs = [...drawing.path.matchAll(/M(\d+) (\d+)h(\d+)/g)].flatMap(([, x, , width]) => [
      Number(x),
      Number(x) + Number(width)
    ]);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([4, drawing.size - 4]);
    const svg = svgOf(drawing, 'The link "as" a <code>');
    expect(svg.getAttribute('aria-label')).toBe('The link "as" a <code>');
    expect([...svg.children].map(child => child.getAttribute('fill'))).toEqual(['#fff', '#000']);
  });
});
