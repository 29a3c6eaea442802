/** A link as a QR code, drawn as one path. Black on white in every light: some readers know no other. */
import encodeQR from 'qr';

const SVG = 'http://www.w3.org/2000/svg';
/** The empty frame the standard asks for, in modules. */
const FRAME = 4;

export interface IDrawing {
  /** Modules on a side, with the frame. */
  readonly size: number;
  /** A path of the dark modules, in modules. */
  readonly path: string;
}

/** Pure. The least error correction: a code on a screen is whole, and fewer modules are larger ones across the room. */
export function drawLink(link: string): IDrawing {
  const rows = encodeQR(link, 'raw', { ecc: 'low', border: FRAME });
  const runs = rows.flatMap((row, y) =>
    row.map((dark, x) => {
      const starts = dark && !row[x - 1];
      const end = row.indexOf(false, x);
      return starts ? `M${x} ${y}h${(end < 0 ? row.length : end) - x}v1H${x}z` : '';
    })
  );
  return { size: rows.length, path: runs.join('') };
}

/** The drawing as an element. `title` is what it is for who cannot see it; the link stands beside it as text. */
export function svgOf({ size, path }: IDrawing, title: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const paper = document.createElementNS(SVG, 'rect');
  paper.setAttribute('width', String(size));
  paper.setAttribute('height', String(size));
  paper.setAttribute('fill', '#fff');
  const dark = document.createElementNS(SVG, 'path');
  dark.setAttribute('d', path);
  dark.setAttribute('fill', '#000');
  svg.append(paper, dark);
  return svg;
}
