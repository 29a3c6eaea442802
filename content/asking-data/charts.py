"""Our look for charts made with leather: warm paper, calm colours, letters that every computer has.

    import leather
    from charts import show

    chart = leather.Chart("Comics are borrowed most")
    chart.add_bars([(230, "Comic"), (28, "Poetry")])
    show(chart)

Long titles are written smaller, so that they can be whole sentences.
"""

import re
from html import escape
from io import StringIO

from leather import theme

GREEN = "#1f6f54"
ORANGE = "#e08a3c"
BLUE = "#35739b"
RED = "#c4513a"
YELLOW = "#e3b23c"

INK = "#26302c"
FONT = "system-ui, sans-serif"
LOOK = {
    "background_color": "#fbf5e6",
    "margin": 0.06,
    "default_series_colors": [GREEN, ORANGE, BLUE, RED, YELLOW],
    "default_line_width": 3,
    "default_dot_radius": 4,
    "title_color": INK,
    "title_font_char_height": 30,
    "legend_color": INK,
    "legend_font_char_height": 20,
    "legend_gap": 8,
    "axis_title_color": INK,
    "label_color": "#55615b",
    "tick_color": "#e6dcc4",
    "zero_color": "#8d968f",
}
for _name, _value in LOOK.items():
    setattr(theme, _name, _value)
for _part in ("title", "legend", "axis_title", "tick"):
    setattr(theme, f"{_part}_font_family", FONT)


class Picture:
    """A finished chart. `str()` of it is the SVG text, ready for a file."""

    def __init__(self, svg):
        self._svg = svg

    def __str__(self):
        return self._svg

    def __repr__(self):
        return "<a chart>"

    def _repr_svg_(self):
        return self._svg


def show(chart, width=720, height=480):
    """Give a leather chart as a Picture of this size in pixels, which the notebook shows."""
    title = chart._title or "A chart"
    theme.title_font_size = min(22, round(1.5 * width / len(title)))  # a title may be a whole sentence
    paper = StringIO()  # without one, leather gives text or an object, depending on where it runs
    chart.to_svg(paper, width=width, height=height)
    text = paper.getvalue()
    # What leather leaves out: a box, so that the picture can shrink, and a title for those who cannot see it.
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img">\n<title>{escape(title)}</title>\n'
    )
    body = text[text.index(">", text.index("<svg")) + 1 :]
    return Picture(head + re.sub(r"\d+\.\d{3,}", lambda number: _short(number[0]), body) + "\n")


def _short(number):
    return f"{float(number):.2f}".rstrip("0").rstrip(".")
