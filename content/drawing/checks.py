"""Tells you whether an exercise of "Drawing with code" is solved, and if not, what to look at.

A drawing remembers its shapes, so these functions can measure what you drew: how many lines, how long, how far apart.
"""

import math
from itertools import pairwise
from pathlib import Path


def square(turtle):
    """1. Turtle: four sides of one length, back at the start."""
    lines = _lines(turtle)
    if len(lines) != 4:
        _todo(f"the turtle drew {_count(lines, 'line')}. A square has 4.")
    elif not _same(map(_length, lines)):
        _todo("the sides have different lengths.")
    elif not _closed(lines):
        _todo("the turtle did not come back to where it began. Which corner is wrong?")
    elif not _same(_turns(lines), 90):
        _todo("it is closed, but the corners are not all 90 degrees.")
    else:
        _done("four equal sides, four right angles.")


def hexagon(turtle):
    """1. Turtle: six sides, by a loop."""
    lines = _lines(turtle)
    if len(lines) != 6:
        _todo(f"the turtle drew {_count(lines, 'line')}. A hexagon has 6.")
    elif not _closed(lines):
        _todo("six lines, but they do not close. All the turns together make 360 degrees.")
    elif not _same(_turns(lines), 60):
        _todo(f"closed, but it turns by {round(_turns(lines)[0])} degrees and goes round more than once.")
    else:
        _done("a hexagon. Bees would be pleased.")


def dashes(turtle):
    """1. Turtle: eight dashes with gaps."""
    lines = _lines(turtle)
    gaps = [math.dist(one[2:], two[:2]) for one, two in pairwise(lines)]
    if len(lines) != 8:
        _todo(f"{_count(lines, 'dash', 'dashes')} so far. There should be 8.")
    elif min(gaps) < 1:
        _todo("the dashes touch. Lift the pen, walk on a little, and put the pen down again.")
    elif not _same(gaps) or not _same(map(_length, lines)):
        _todo("make all dashes of one length, and all gaps too.")
    else:
        _done("eight dashes. Like the line in the middle of a road.")


def spiral(turtle):
    """1. Turtle: a six-sided spiral."""
    lines = _lines(turtle)
    lengths = [_length(line) for line in lines]
    turns = _turns(lines)
    if len(lines) < 50:
        _todo(f"{_count(lines, 'line')}. Let the loop go on to at least 50.")
    elif any(two <= one for one, two in pairwise(lengths)):
        _todo("every line should be longer than the one before it.")
    elif not all(55 <= min(turn, 360 - turn) <= 65 for turn in turns):
        _todo(f"it turns by {round(turns[0])} degrees. For six sides it should be about 60.")
    elif len(_colours(turtle)) < 3:
        _todo("a spiral indeed. Now use at least three colours: try mix or rainbow.")
    else:
        _done("that could go on for ever. Try 59 or 61 degrees, too.")


def rosette(turtle):
    """1. Turtle: an ornament of one's own."""
    lines = _lines(turtle)
    if len(lines) < 100:
        _todo(f"{_count(lines, 'line')} so far. A rich ornament has at least 100; loops make them.")
    elif len(_colours(turtle)) < 3:
        _todo("use at least three colours.")
    else:
        _done(f"{len(lines)} lines, {len(_colours(turtle))} colours, and it is yours.")


def snowman(picture):
    """2. Trees: three balls on top of each other."""
    balls = sorted((shape for shape in _shapes(picture, "circle") if shape[2] >= 15), key=lambda ball: ball[1])
    if len(balls) < 3:
        _todo(f"{_count(balls, 'ball')} of radius 15 or more. A snowman has three.")
        return
    for lower, upper in pairwise(balls[:3]):
        reach = lower[2] + upper[2]
        if upper[0] != lower[0]:
            _todo("the balls are not above each other: give them all the same x.")
        elif upper[2] >= lower[2]:
            _todo("each ball should be smaller than the one it stands on.")
        elif upper[1] - lower[1] > reach + 1:
            _todo(f"the ball at height {upper[1]} hangs in the air. Both radii together are {reach}.")
        elif upper[1] - lower[1] < 0.7 * reach:
            _todo(f"the ball at height {upper[1]} sinks too deep into the one below.")
        else:
            continue
        return
    if len(picture.shapes) < 6:
        _todo("it stands! Now give it eyes, and a nose or buttons.")
    else:
        _done("it stands, and it looks at you.")


def polygon(function, turtle_class):
    """2. Trees: a function that draws any regular polygon."""
    for corners, side in ((3, 50), (5, 30), (8, 20)):
        turtle = turtle_class()
        function(turtle, corners, side)
        lines = _lines(turtle)
        if len(lines) != corners:
            _todo(f"polygon(turtle, {corners}, {side}) drew {_count(lines, 'line')} instead of {corners}.")
        elif not _closed(lines) or not _same(_turns(lines), 360 / corners):
            _todo(f"with {corners} corners it should turn by 360 / {corners} degrees at each.")
        elif not _same(map(_length, lines), side):
            _todo(f"the sides should be {side} long when side is {side}.")
        else:
            continue
        return
    _done("triangles, octagons and everything in between, from one function.")


def leaves(turtle, twigs):
    """2. Trees: a leaf at the end of every twig."""
    dots = _shapes(turtle.drawing, "circle")
    if not dots:
        _todo("no leaves yet. Where does the function know that it is at the end of a twig?")
    elif len(dots) != twigs:
        _todo(f"{_count(dots, 'leaf', 'leaves')} for {twigs} twigs. Only where the tree stops growing is there a leaf.")
    else:
        _done(f"{twigs} leaves. Spring has come.")


def koch(function, turtle_class):
    """2. Trees: Koch's curve."""
    for depth in (0, 1, 3):
        turtle = turtle_class()
        function(turtle, 270, depth)
        lines = _lines(turtle)
        if len(lines) != 4**depth:
            _todo(
                f"at depth {depth} the curve should have {_count(range(4**depth), 'line')}, and yours has {len(lines)}."
            )
        elif math.dist((turtle.x, turtle.y), (270, 0)) > 0.01:
            _todo("the curve should end where the straight line would end. Check the angles: 60, 120, 60.")
        elif depth and max(line[3] for line in lines) < 50:
            _todo("the tip should point to the left of the turtle: first left, then right, then left.")
        else:
            continue
        return
    _done("with every step the curve gets longer by a third, and still fits on the paper.")


def stars(picture):
    """3. Chance: a night sky."""
    dots = _shapes(picture, "circle")
    if len(dots) < 100:
        _todo(f"{_count(dots, 'star')}. A clear night shows at least 100.")
    elif len({(round(x), round(y)) for x, y, _ in dots}) < 90:
        _todo("many stars are at the same place. Ask random for a new x and y in every round.")
    elif max(x for x, _, _ in dots) < 400 or max(y for _, y, _ in dots) < 130:
        _todo("they crowd in one corner. The sheet is 600 wide and 200 high.")
    elif len({round(radius, 1) for _, _, radius in dots}) < 3:
        _todo("all stars have one size. Let chance choose the radius as well.")
    else:
        _done(f"{len(dots)} stars. Can you see a bear among them?")


def poster(picture, file):
    """3. Chance: the poster and its file."""
    kinds = {kind for kind, _ in picture.shapes}
    if len(picture.shapes) < 30:
        _todo(f"{_count(picture.shapes, 'shape')} so far. Use loops until there are at least 30.")
    elif len(kinds) < 2:
        _todo(f"only shapes of one kind ({', '.join(kinds)}). Add another: circle, rectangle, polygon, line, text.")
    elif not _written(file, picture.svg()):
        _todo(f"the picture is not in {file} yet. Write it as you did in the box above.")
    else:
        _done(f"your poster is in {file}. Print it, and sign it.")


def _written(file, text):
    path = Path(file)
    return path.exists() and path.read_text() == text


def _shapes(picture, kind):
    return [numbers for name, numbers in picture.shapes if name == kind]


def _lines(turtle):
    return [line for line in _shapes(turtle.drawing, "line") if _length(line) > 0]


def _colours(turtle):
    text = turtle.drawing.svg()
    return {piece[:7] for piece in text.split('stroke="')[1:]} | {piece[:7] for piece in text.split('fill="#')[2:]}


def _length(line):
    return math.dist(line[:2], line[2:])


def _turns(lines):
    headings = [math.degrees(math.atan2(y2 - y1, x2 - x1)) for x1, y1, x2, y2 in lines]
    turns = [(two - one) % 360 for one, two in pairwise(headings)]
    return [min(turn, 360 - turn) for turn in turns]


def _closed(lines):
    return math.dist(lines[0][:2], lines[-1][2:]) < 0.01


def _same(numbers, value=None):
    numbers = list(numbers)
    return all(abs(number - (numbers[0] if value is None else value)) < 0.01 for number in numbers)


def _count(things, one, many=None):
    return f"{len(things)} {one if len(things) == 1 else many or one + 's'}"


def _done(words):
    print("Done:", words)


def _todo(words):
    print("Not yet:", words)
