/** Our mark: a cell's brackets with two people between them, which in Python is `[:]`, "take all of it". */

const SVG = 'http://www.w3.org/2000/svg';

/** The shapes of `templates/_mark.html`, colours by the style sheet. */
const SHAPES: readonly [tag: string, className: string, attributes: Readonly<Record<string, string>>][] = [
  ['rect', 'pb-Mark-tile', { width: '16', height: '16', rx: '3.5' }],
  ['path', 'pb-Mark-chalk', { d: 'M6 3H3v10h3v-2H5V5h1zM10 3h3v10h-3v-2h1V5h-1z' }],
  ['circle', 'pb-Mark-chalk', { cx: '8', cy: '6', r: '1.25' }],
  ['circle', 'pb-Mark-warm', { cx: '8', cy: '10', r: '1.25' }]
];

export function drawMark(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'pb-Mark');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const [tag, className, attributes] of SHAPES) {
    const shape = document.createElementNS(SVG, tag);
    shape.setAttribute('class', className);
    for (const [name, value] of Object.entries(attributes)) {
      shape.setAttribute(name, value);
    }
    svg.append(shape);
  }
  return svg;
}
