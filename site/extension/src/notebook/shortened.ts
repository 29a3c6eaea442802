/** Names that are longer than there is room for. */

/** JupyterLab shows so many letters of a notice, and no more: what is behind them nobody reads. */
export const SHOWN = 140;

/**
 * A name without its middle: how it begins tells which one it is, and how it ends which kind, or which of several.
 *
 * @param most UTF-16 units, as `SHOWN` counts
 */
export function shortened(name: string, most: number): string {
  if (name.length <= most) {
    return name;
  }
  const end = Math.floor((most - 1) / 2);
  // Half of a character is none.
  const first = name.slice(0, most - 1 - end).replace(/[\ud800-\udbff]$/, '');
  return `${first}…${name.slice(-end).replace(/^[\udc00-\udfff]/, '')}`;
}
