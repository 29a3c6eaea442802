import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COLOURS, personColour } from './colours';

type Triple = readonly [number, number, number];

const sheet = readFileSync('style/people.css', 'utf8');
const base = readFileSync('style/base.css', 'utf8');

function palette(selector: string): { ink: Triple; colours: Triple[] } {
  const block = sheet.slice(sheet.indexOf(`\n${selector} {`)).split('}', 1)[0]!;
  const value = (name: string) => linear(new RegExp(`--pb-person-${name}: (#[0-9a-f]{6});`).exec(block)![1]!);
  return {
    ink: value('ink'),
    colours: Array.from({ length: COLOURS }, (_, index) => value(String(index)))
  };
}

/** `#rrggbb` as light, 0 to 1. */
function linear(hex: string): Triple {
  return [1, 3, 5].map(at => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

const times = (matrix: readonly Triple[], [a, b, c]: Triple) =>
  matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Triple;

/** As WCAG has it. */
function contrast(one: Triple, other: Triple): number {
  const [dark, light] = [one, other]
    .map(colour => times([[0.2126, 0.7152, 0.0722]], colour)[0])
    .sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0, on light. */
const EYES: Record<string, readonly Triple[]> = {
  'all three kinds of cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1]
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039]
  ]
};

/** Ottosson's OKLab, where equal distances look equally far. */
function oklab(colour: Triple): Triple {
  const clipped = colour.map(share => Math.min(1, Math.max(0, share))) as unknown as Triple;
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005]
    ],
    clipped
  ).map(Math.cbrt) as unknown as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766]
    ],
    cones
  );
}

/** Some three times what one just notices side by side (0.02); ten colours dark enough for white letters reach no more. */
const APART = 0.07;
const THEMES = [
  ['light', 'body', '#ffffff', '#fbf8f1'],
  ['dark', "body[data-jp-theme-light='false']", '#0e1a15', '#1a2c24']
] as const;

describe('the colours of people', () => {
  it.each(THEMES)('pass 4.5:1 with what is written on them, %s', (_, selector) => {
    const { ink, colours } = palette(selector);
    const worst = Math.min(...colours.map(colour => contrast(colour, ink)));
    expect(worst).toBeGreaterThanOrEqual(4.5);
  });

  it.each(THEMES)('are seen on the page, 3:1, %s', (_, selector, ...papers) => {
    for (const paper of papers) {
      expect(base).toContain(paper);
      const worst = Math.min(...palette(selector).colours.map(colour => contrast(colour, linear(paper))));
      expect(worst).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(THEMES)('are told apart with every kind of eyes, %s', (_, selector) => {
    const { colours } = palette(selector);
    for (const [eyes, matrix] of Object.entries(EYES)) {
      const seen = colours.map(colour => oklab(times(matrix, colour)));
      seen.forEach((one, index) => {
        for (const other of seen.slice(index + 1)) {
          const distance = Math.hypot(...one.map((share, axis) => share - other[axis]!));
          expect(distance, `${eyes}: ${index} and ${seen.indexOf(other)}`).toBeGreaterThan(APART);
        }
      });
    }
  });

  it('are named once', () => {
    expect(personColour(3)).toBe('var(--pb-person-3)');
    expect(personColour(10)).toBe('var(--pb-person-0)');
    expect(sheet).toContain('--pb-person-ink:');
  });
});
