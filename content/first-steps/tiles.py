"""Pictures made of square tiles. A row of tiles is a string, a picture is a list of rows.

    from tiles import letters, mosaic

    mosaic("gg..gg")                 # one row
    mosaic(["g.g", ".g.", "g.g"])    # a picture
    letters("Ada")                   # a word, with the number of each letter

The notebook shows what comes back. `str()` of it is the text of an SVG file.
"""

from html import escape

COLOURS = {
    ".": "#f8f1e1",  # paper
    "w": "#ffffff",  # white
    "k": "#26302c",  # black, like a blackboard's frame
    "g": "#1f6f54",  # green
    "l": "#9bc48b",  # leaf
    "y": "#f2c14e",  # yellow
    "o": "#e08a3c",  # orange
    "r": "#c4513a",  # red
    "p": "#efb8a8",  # pink
    "v": "#76589c",  # violet
    "b": "#35739b",  # blue
    "s": "#a8d1de",  # sky
    "n": "#79553a",  # nut brown
}
"""The colour of each letter, as red, green and blue in hexadecimal."""

PAPER = "#ece2cc"  # a little darker than its tiles, so that also white ones show
INK = "#26302c"
SIDE = 24  # pixels of one tile on the screen
GAP = 1  # pixels left free around a tile, so that the joints show
WIDEST = 640  # pixels; a larger picture is shown with smaller tiles


class Tiles:
    """A picture the notebook can show."""

    def __init__(self, columns, rows, below, title, shapes):
        """`columns` and `rows` count tiles, `below` is extra room in pixels, `shapes` is SVG text."""
        self.columns = columns
        self.rows = rows
        width = columns * SIDE + SIDE
        height = rows * SIDE + SIDE + below
        shown = min(width, WIDEST)
        self._svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{shown}" height="{round(shown * height / width)}" role="img">\n'
            f"<title>{escape(title)}</title>\n"
            f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n' + "\n".join(shapes) + "\n</svg>\n"
        )

    def __str__(self):
        return self._svg

    def __repr__(self):
        return f"<{self.columns} by {self.rows} tiles>"

    def _repr_svg_(self):
        return self._svg


def mosaic(rows, colours=None, title=None):
    """Show `rows` as coloured tiles.

    `rows` is one string or a list of strings, `colours` a dictionary from letter to colour (else `COLOURS`).
    A letter without a colour is shown as itself. Raises TypeError, in words, for anything that is not text.
    """
    rows = _rows(rows)
    if colours is None:
        colours = COLOURS
    columns = max((len(row) for row in rows), default=1)
    squares = {}  # colour -> the outlines of all its tiles: one path a colour keeps the file small
    signs = []
    for down, row in enumerate(rows):
        for across, letter in enumerate(row):
            x = SIDE // 2 + across * SIDE + GAP
            y = SIDE // 2 + down * SIDE + GAP
            side = SIDE - 2 * GAP
            if letter in colours:
                squares.setdefault(colours[letter], []).append(f"M{x} {y}h{side}v{side}h-{side}z")
            elif letter != " ":
                signs.append(_sign(x + side // 2, y + 17, letter, 15))
    shapes = [f'<path fill="{escape(colour)}" d="{"".join(parts)}"/>' for colour, parts in squares.items()]
    return Tiles(columns, len(rows), 0, title or f"{columns} by {len(rows)} tiles", shapes + signs)


def letters(text):
    """Show `text` as one tile for each letter, with the letter's number below it."""
    text = _rows(text)[0]
    shapes = []
    for number, letter in enumerate(text):
        x = SIDE // 2 + number * SIDE
        shapes.append(
            f'<rect x="{x + GAP}" y="{SIDE // 2 + GAP}" width="{SIDE - 2 * GAP}" height="{SIDE - 2 * GAP}"'
            f' rx="2" fill="{COLOURS["g"]}"/>'
        )
        shapes.append(_sign(x + SIDE // 2, 30, letter, 15, COLOURS["w"]))
        shapes.append(_sign(x + SIDE // 2, 50, str(number), 11))
    return Tiles(max(len(text), 1), 1, SIDE // 2, f"The letters of {text}, numbered from 0", shapes)


def _rows(rows):
    if isinstance(rows, str):
        return rows.splitlines() or [""]
    if not isinstance(rows, list | tuple) or not all(isinstance(row, str) for row in rows):
        raise TypeError('Tiles are made from text: give a string such as "gg.gg", or a list of strings.')
    return list(rows) or [""]


def _sign(x, y, letter, size, colour=INK):
    return (
        f'<text x="{x}" y="{y}" font-family="system-ui, sans-serif" font-size="{size}" font-weight="600"'
        f' text-anchor="middle" fill="{colour}">{escape(letter)}</text>'
    )
