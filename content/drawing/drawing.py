"""Pictures made of lines, circles and other shapes, shown in the notebook and saved as SVG files.

A turtle draws by walking:

    from drawing import Turtle
    turtle = Turtle()
    turtle.forward(100)
    turtle.left(90)
    turtle.forward(50)
    turtle

A drawing takes shapes by their coordinates, as in mathematics: x to the right, y upwards:

    from drawing import Drawing
    picture = Drawing()
    picture.circle(0, 0, 50, fill="yellow")
    picture.line(-50, 0, 50, 0, colour="red", width=4)
    picture

Colours are names out of `COLOURS`, or "#rrggbb" for red, green and blue. `mix` and `rainbow` make more of them.
Whatever cannot be drawn raises a TypeError or a ValueError that says so in words.
"""

import math
import re
from colorsys import hls_to_rgb
from difflib import get_close_matches
from html import escape

COLOURS = {
    "white": "#ffffff",
    "paper": "#fbf5e6",
    "cream": "#fff0c9",
    "sand": "#e6d3a7",
    "grey": "#9aa5a0",
    "ink": "#26302c",
    "black": "#0f1513",
    "lime": "#c3db83",
    "leaf": "#86b56b",
    "green": "#1f6f54",
    "forest": "#133f31",
    "yellow": "#f6cf5a",
    "gold": "#e0a52e",
    "orange": "#e58a3a",
    "red": "#c8452f",
    "brick": "#93382a",
    "pink": "#f2b3a7",
    "rose": "#d9627a",
    "violet": "#8a63a8",
    "purple": "#4f3a75",
    "sky": "#a9d5e5",
    "turquoise": "#3fa7a0",
    "blue": "#2f6f9f",
    "navy": "#1b2f4b",
    "brown": "#79553a",
}
"""The colours that have a name. They go well together."""

WIDEST, HIGHEST = 600, 480  # pixels on the screen, so that a picture and the code beside it can be seen together
MARGIN = 12  # around a drawing that fits itself


class Drawing:
    """A sheet of paper.

    Without a size it is always as large as what is on it. `Drawing(600, 400)` is a sheet of that size with (0, 0) at
    the lower left; what reaches over its edge is cut off. `title` describes the picture to those who cannot see it.
    """

    def __init__(self, width=None, height=None, background="paper", title="A drawing"):
        if (width is None) != (height is None):
            raise TypeError("Give a drawing both a width and a height, or neither.")
        if width is not None:
            width, height = _positive("width", width), _positive("height", height)
        self.size = None if width is None else (width, height)
        self.background = colour_code(background)
        self.title = title
        self.shapes = []
        """What is on the paper, in order: (kind, numbers) such as ("circle", (x, y, radius))."""
        self._parts = []
        self._bounds = None

    def line(self, x1, y1, x2, y2, colour="ink", width=2, opacity=1):
        """Draw a straight line from (x1, y1) to (x2, y2)."""
        x1, y1, x2, y2 = (_number(name, n) for name, n in (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)))
        stroke = _stroke(colour, width, opacity)
        self.shapes.append(("line", (x1, y1, x2, y2)))
        self._reach([(x1, y1), (x2, y2)], width / 2)
        # Lines of one kind become one path: a tree of a thousand twigs stays a small file.
        last = self._parts[-1] if self._parts else None
        if opacity == 1 and isinstance(last, _Path) and last.stroke == stroke:
            last.add(x1, y1, x2, y2)
        else:
            self._parts.append(_Path(stroke, x1, y1, x2, y2))

    def circle(self, x, y, radius, fill=None, colour=None, width=2, opacity=1):
        """Draw a circle around (x, y). `fill` colours its inside, `colour` its outline."""
        x, y, radius = _number("x", x), _number("y", y), _positive("radius", radius)
        look = _look(fill, colour, width, opacity)
        self.shapes.append(("circle", (x, y, radius)))
        self._reach([(x, y)], radius + (width / 2 if colour or not fill else 0))
        self._parts.append(f'<circle cx="{_n(x)}" cy="{_n(-y)}" r="{_n(radius)}"{look}/>')

    def rectangle(self, x, y, width, height, fill=None, colour=None, line_width=2, opacity=1):
        """Draw a rectangle with its lower left corner at (x, y)."""
        x, y = _number("x", x), _number("y", y)
        width, height = _positive("width", width), _positive("height", height)
        look = _look(fill, colour, line_width, opacity)
        self.shapes.append(("rectangle", (x, y, width, height)))
        self._reach([(x, y), (x + width, y + height)], line_width / 2 if colour or not fill else 0)
        self._parts.append(f'<rect x="{_n(x)}" y="{_n(-y - height)}" width="{_n(width)}" height="{_n(height)}"{look}/>')

    def polygon(self, points, fill=None, colour=None, width=2, opacity=1):
        """Draw a shape with corners at `points`, a list of (x, y). The last one is joined to the first."""
        points = _points(points)
        look = _look(fill, colour, width, opacity)
        self.shapes.append(("polygon", tuple(points)))
        self._reach(points, width / 2 if colour or not fill else 0)
        corners = " ".join(f"{_n(x)},{_n(-y)}" for x, y in points)
        self._parts.append(f'<polygon points="{corners}"{look}/>')

    def text(self, x, y, words, size=20, colour="ink"):
        """Write `words`, centred on x, standing on the height y."""
        x, y, size = _number("x", x), _number("y", y), _positive("size", size)
        words = str(words)
        self.shapes.append(("text", (x, y, words)))
        half = 0.3 * size * len(words)  # a letter is about 0.6 of its height wide
        self._reach([(x - half, y - 0.3 * size), (x + half, y + size)], 0)
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(-y)}" font-family="system-ui, sans-serif" font-size="{_n(size)}"'
            f' font-weight="600" text-anchor="middle" fill="{colour_code(colour)}">{escape(words)}</text>'
        )

    def svg(self):
        """Give the drawing as text in the SVG format: write it to a file and it is a picture."""
        return self._svg_with([])

    def _repr_svg_(self):
        return self.svg()

    def __repr__(self):
        return f"<a drawing with {len(self.shapes)} shapes>"

    def _reach(self, points, extra):
        for x, y in points:
            left, bottom, right, top = self._bounds or (x, y, x, y)
            self._bounds = (min(left, x - extra), min(bottom, y - extra), max(right, x + extra), max(top, y + extra))

    def _svg_with(self, more):
        if self.size:
            left, bottom, width, height = 0, 0, *self.size
        else:
            left, bottom, right, top = self._bounds or (0, 0, 100, 60)
            left, bottom = left - MARGIN, bottom - MARGIN
            width, height = right + MARGIN - left, top + MARGIN - bottom
        box = f"{_n(left)} {_n(-bottom - height)} {_n(width)} {_n(height)}"
        scale = min(1 if self.size else 1.5, WIDEST / width, HIGHEST / height)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{_n(scale * width)}"'
            f' height="{_n(scale * height)}" stroke-linecap="round" stroke-linejoin="round" role="img">',
            f"<title>{escape(self.title)}</title>",
            f'<rect x="{_n(left)}" y="{_n(-bottom - height)}" width="{_n(width)}" height="{_n(height)}"'
            f' fill="{self.background}"/>',
            *(str(part) for part in [*self._parts, *more]),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"


class Turtle:
    """A turtle with a pen. It begins at (0, 0), looks to the right, and draws wherever it walks.

    Without a drawing to walk on it gets a new one, which is `turtle.drawing`.
    """

    def __init__(self, drawing=None, colour="green", width=2):
        if drawing is not None and not isinstance(drawing, Drawing):
            raise TypeError("A turtle walks on a Drawing: Turtle(picture), or Turtle() for a new one.")
        self.drawing = Drawing() if drawing is None else drawing
        self.x = 0.0
        self.y = 0.0
        self.heading = 0.0
        """Where it looks, in degrees: 0 is right, 90 is up."""
        self.pen = True
        self.shown = True
        self._outline = None
        self.colour(colour)
        self.width(width)

    def forward(self, distance):
        """Walk straight on, drawing a line if the pen is down."""
        distance = _number("distance", distance)
        angle = math.radians(self.heading)
        self._walk(self.x + distance * math.cos(angle), self.y + distance * math.sin(angle))

    def back(self, distance):
        """Walk backwards without turning around."""
        self.forward(-_number("distance", distance))

    def left(self, angle):
        """Turn left on the spot, by an angle in degrees."""
        self.heading = (self.heading + _number("angle", angle)) % 360

    def right(self, angle):
        """Turn right on the spot, by an angle in degrees."""
        self.left(-_number("angle", angle))

    def face(self, heading):
        """Look into a direction in degrees: 0 is right, 90 is up, 180 is left, 270 is down."""
        self.heading = _number("heading", heading) % 360

    def goto(self, x, y):
        """Walk to the point (x, y), drawing a line if the pen is down."""
        self._walk(_number("x", x), _number("y", y))

    def jump(self, x, y):
        """Hop to the point (x, y) without drawing."""
        was, self.pen = self.pen, False
        self.goto(x, y)
        self.pen = was

    def pen_up(self):
        """Lift the pen: walking draws nothing."""
        self.pen = False

    def pen_down(self):
        """Put the pen down: walking draws lines."""
        self.pen = True

    def colour(self, colour):
        """Take a pen of another colour."""
        self._colour = colour_code(colour)

    def width(self, width):
        """Take a pen of another width."""
        self._width = _positive("width", width)

    def dot(self, radius, colour=None):
        """Put a filled circle where the turtle is."""
        self.drawing.circle(self.x, self.y, radius, fill=colour or self._colour)

    def begin_fill(self):
        """From here on, remember the way: `end_fill` colours what it encloses."""
        self._outline = [(self.x, self.y)]

    def end_fill(self, colour):
        """Colour what the turtle has walked around since `begin_fill`."""
        if self._outline is None:
            raise ValueError("end_fill needs a begin_fill before it.")
        self.drawing.polygon(self._outline, fill=colour)
        self._outline = None

    def hide(self):
        """Show only what the turtle has drawn, not the turtle."""
        self.shown = False

    def _walk(self, x, y):
        if self.pen:
            self.drawing.line(self.x, self.y, x, y, colour=self._colour, width=self._width)
        else:
            self.drawing._reach([(x, y)], 0)
        self.x, self.y = x, y
        if self._outline is not None:
            self._outline.append((x, y))

    def _repr_svg_(self):
        if not self.shown:
            return self.drawing.svg()
        arrow = '<path d="M9 0 -6 5.5 -3 0 -6 -5.5Z" fill="{}" stroke="{}" transform="translate({} {}) rotate({})"/>'
        return self.drawing._svg_with(
            [arrow.format(COLOURS["orange"], COLOURS["ink"], _n(self.x), _n(-self.y), _n(-self.heading))]
        )

    def __repr__(self):
        return f"<a turtle at ({_n(self.x)}, {_n(self.y)}), looking to {_n(self.heading)} degrees>"


def mix(first, second, share):
    """Give a colour between two: all of `first` when `share` is 0, all of `second` when it is 1."""
    share = min(1, max(0, _number("share", share)))
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def rainbow(share):
    """Give a colour of the rainbow: 0 is red, and at 1 it is red again."""
    return "#" + "".join(f"{round(255 * c):02x}" for c in hls_to_rgb(_number("share", share) % 1, 0.56, 0.58))


def colour_code(colour):
    """Give "#rrggbb" for a colour. Raises ValueError for one that nobody knows, with the nearest name."""
    if isinstance(colour, str):
        if colour in COLOURS:
            return COLOURS[colour]
        if re.fullmatch("#[0-9a-fA-F]{6}", colour):
            return colour.lower()
        near = get_close_matches(colour, COLOURS, 1, 0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"The names are {', '.join(COLOURS)}."
        raise ValueError(f"There is no colour called {colour!r}. {hint}")
    raise TypeError(f"A colour is a name in quotation marks such as 'green', not {colour!r}.")


class _Path:
    """Lines of one colour and width."""

    def __init__(self, stroke, x1, y1, x2, y2):
        self.stroke = stroke
        self._steps = []
        self._end = None
        self.add(x1, y1, x2, y2)

    def add(self, x1, y1, x2, y2):
        start, end = f"{_n(x1)} {_n(-y1)}", f"{_n(x2)} {_n(-y2)}"
        self._steps.append(f"L{end}" if start == self._end else f"M{start}L{end}")
        self._end = end

    def __str__(self):
        return f'<path d="{"".join(self._steps)}" fill="none"{self.stroke}/>'


def _stroke(colour, width, opacity):
    code, width = colour_code(colour), _positive("width", width)
    return f' stroke="{code}" stroke-width="{_n(width)}"' + _opacity(opacity)


def _look(fill, colour, width, opacity):
    look = f' fill="{"none" if fill is None else colour_code(fill)}"'
    if colour is None and fill is not None:
        return look + _opacity(opacity)
    return look + _stroke("ink" if colour is None else colour, width, opacity)


def _opacity(opacity):
    opacity = _number("opacity", opacity)
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity goes from 0 (invisible) to 1 (solid), so it cannot be {opacity}.")
    return "" if opacity == 1 else f' opacity="{_n(opacity)}"'


def _channels(colour):
    code = colour_code(colour)
    return [int(code[at : at + 2], 16) for at in (1, 3, 5)]


def _points(points):
    try:
        pairs = [(_number("x", x), _number("y", y)) for x, y in points]
    except (TypeError, ValueError):
        pairs = []
    if len(pairs) < 3:
        raise ValueError("A polygon needs a list of at least three points, such as [(0, 0), (50, 0), (25, 40)].")
    return pairs


def _number(name, value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} should be a number, not {value!r}.")
    if not math.isfinite(value):
        raise ValueError(f"{name} should be a number that fits on paper, not {value!r}.")
    return value


def _positive(name, value):
    if _number(name, value) <= 0:
        raise ValueError(f"{name} should be more than 0, not {value!r}.")
    return value


def _n(value):
    """A number as short text; two decimals are finer than any screen."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
