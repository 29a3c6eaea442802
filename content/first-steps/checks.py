"""Tells you whether an exercise of "First steps in Python" is solved, and if not, what to look at.

Every function looks at what you made and prints one sentence. Reading this file is allowed: it is Python too.
"""


def seconds(answer):
    """1. Hello: how many seconds a week has."""
    if answer == 0:
        _todo("put a calculation in place of the 0.")
    elif answer == 24 * 60 * 60:
        _todo("that is one day. A week has seven of them.")
    elif answer == 7 * 24 * 60:
        _todo("that is a week in minutes. Each of them has 60 seconds.")
    elif answer != 7 * 24 * 60 * 60:
        _todo(f"{answer} is not it. Days times hours times minutes times seconds.")
    else:
        _done("604800 seconds. More than half a million, every week.")


def flag(row):
    """1. Hello: blue, white and red, four tiles each."""
    if not isinstance(row, str):
        _todo("the row must be text, in quotation marks.")
    elif row == "bwr":
        _todo("the colours are in order. Now make each of them four tiles wide.")
    elif len(row) != 12:
        _todo(f"the row has {_count(row, 'tile')}. It should have 12.")
    elif row != "b" * 4 + "w" * 4 + "r" * 4:
        _todo("12 tiles, but not four blue, four white, four red in this order.")
    else:
        _done("vive la France!")


def initials(answer):
    """1. Hello: the first letters of Ada Lovelace."""
    if answer in ("", "?"):
        _todo("join two letters of the name with +.")
    elif answer == "al":
        _todo("initials are capital letters: take them from the name.")
    elif answer == "A ":
        _todo("the last name begins one further. The space has a number as well.")
    elif answer != "AL":
        _todo(f"{answer!r} is not AL. Look at the numbers below the tiles.")
    else:
        _done("AL, for Ada Lovelace, who wrote the first computer program in 1843.")


def sentence(answer):
    """1. Hello: text and a number in one sentence."""
    if answer == "":
        _todo("the sentence is still empty. Read what the error says, and change line 3.")
    elif answer != "I am 10 years old":
        _todo(f"{answer!r} is nearly it. It should be 'I am 10 years old', with spaces.")
    else:
        _done("you have repaired your first error. There will be others; now you know how.")


def picture(rows):
    """1. Hello: a picture of one's own."""
    widths = [len(row) for row in rows]
    colours = set("".join(rows)) - {" "}
    if len(rows) < 6:
        _todo(f"the picture has {_count(rows, 'row')}. Make it at least 6.")
    elif min(widths) != max(widths):
        odd = next(number for number, width in enumerate(widths) if width != widths[0])
        _todo(f"row {odd} has {widths[odd]} letters, row 0 has {widths[0]}. Make all rows the same length.")
    elif len(colours) < 3:
        _todo("use at least three colours.")
    else:
        _done("a picture that nobody made before. Show it to somebody.")


def stairs(rows):
    """2. Loops: eight steps, each one tile wider than the one above."""
    if len(rows) != 8:
        _todo(f"{_count(rows, 'step')} so far. There should be 8: which numbers does range(1, 4) give?")
    elif len(set(rows)) == 1:
        _todo("8 steps, all of the same width. Use number to make each one wider.")
    elif [len(row) for row in rows] != list(range(1, 9)):
        _todo(f"the widths are {[len(row) for row in rows]}. They should go from 1 to 8.")
    else:
        _done("eight steps, and only three lines of Python. It would be three lines for eight hundred.")


def hundred(total):
    """2. Loops: 1 + 2 + ... + 100."""
    if total == 4950:
        _todo("4950 is close: the 100 is missing. Where does range stop?")
    elif total == 100:
        _todo("100 is only the last number. Add each number to what total already is.")
    elif total != 5050:
        _todo(f"total is {total}. Let number run from 1 to 100, and add it each time.")
    else:
        _done("5050, like young Gauss.")


def longest(word):
    """2. Loops: the longest of some words."""
    if word == "":
        _todo("longest is still empty. Put an if into the loop.")
    elif word == "sky":
        _todo("that is the last word, not the longest. Compare lengths before you keep a word.")
    elif word != "hippopotamus":
        _todo(f"{word!r} has {len(word)} letters. There is a longer one.")
    else:
        _done("hippopotamus, and you did not have to count a single letter.")


def chessboard(rows):
    """2. Loops: eight by eight, white in the corner."""
    right = [("wk" * 4, "kw" * 4)[number % 2] for number in range(8)]
    if len(rows) != 8 or any(len(row) != 8 for row in rows):
        _todo("a chessboard has 8 rows of 8 tiles.")
    elif len(set("".join(rows))) == 1:
        _todo("all tiles have one colour. Write the condition that makes every second one black.")
    elif len(set(rows)) == 1:
        _todo("stripes! Each row should begin with the other colour: let down take part in the condition.")
    elif rows == right[::-1]:
        _todo("a fine board, but the tile at the top left should be white.")
    elif rows != right:
        _todo("not yet a chessboard. Which tiles have an even sum of across and down?")
    else:
        _done("64 tiles. Place your pieces.")


def pattern(rows):
    """2. Loops: a pattern by one's own rule."""
    colours = set("".join(rows)) - {" "}
    if len(rows) < 12:
        _todo(f"{_count(rows, 'row')}. Make the pattern at least 12 rows high.")
    elif len(colours) < 3:
        _todo("let the rule choose between at least three colours.")
    elif len(set(rows)) == 1 or all(len(set(row)) == 1 for row in rows):
        _todo("these are stripes. Let both across and down take part in the rule.")
    else:
        _done("your rule, your pattern.")


def celsius(function):
    """3. Functions: from Fahrenheit to Celsius."""
    for fahrenheit, right in ((32, 0), (212, 100), (50, 10)):
        answer = function(fahrenheit)
        if answer is None:
            _todo("the function gives nothing back. Does it say return?")
        elif abs(answer - right) > 0.001:
            _todo(f"celsius({fahrenheit}) gives {answer}. It should give {right}.")
        else:
            continue
        return
    _done("water freezes at 0 and boils at 100.")


def mirror(function):
    """3. Functions: a row and its mirror image."""
    for row, right in (("ry", "ryyr"), ("gl.", "gl..lg")):
        answer = function(row)
        if answer is None:
            _todo("the function gives nothing back. Does it say return?")
        elif answer == row:
            _todo("the row comes back as it was. Join it with its reverse.")
        elif answer != right:
            _todo(f"mirror({row!r}) gives {answer!r}. It should give {right!r}.")
        else:
            continue
        return
    _done("left and right are the same now.")


def morse(function):
    """3. Functions: a word in Morse code."""
    for word, right in (("E", "."), ("SOS", "... --- ..."), ("TEA", "- . .-")):
        answer = function(word)
        if answer is None:
            _todo("the function gives nothing back. Does it say return?")
        elif answer == "":
            _todo("the message is empty. Look up each letter in code, and add what you find.")
        elif answer.strip() != right:
            _todo(f"{word} should become {right!r}, but it became {answer!r}.")
        else:
            continue
        return
    _done("... --- ... received. Help is on its way.")


def quilt(rows):
    """3. Functions: a quilt with two mirrors."""
    colours = set("".join(rows)) - {" "}
    if len(rows) < 12:
        _todo("a quilt needs at least 12 rows.")
    elif rows != rows[::-1] or any(row != row[::-1] for row in rows):
        _todo("the two halves differ. Send your corner through make_quilt.")
    elif len(colours) < 3:
        _todo("use at least three colours.")
    elif hash_of(rows) == EXAMPLE:
        _todo("this is our quilt. Change the rule or the colours and make it yours.")
    else:
        _done("a quilt of your own. Give it a name.")


def hash_of(rows):
    """A short number for a picture: the same rows always give the same one."""
    number = 7
    for letter in "\n".join(rows):
        number = (number * 31 + ord(letter)) % 1_000_003
    return number


EXAMPLE = 656801
"""`hash_of` our own quilt in 3-functions."""


def _count(things, one):
    return f"{len(things)} {one}{'' if len(things) == 1 else 's'}"


def _done(words):
    print("Done:", words)


def _todo(words):
    print("Not yet:", words)
