"""Tells you whether an exercise of "Asking questions of data" is solved, and if not, what to look at.

The right answers are asked from the same data. If you read on, you will see them.
"""

from html import unescape
from pathlib import Path

from library import connect

_database = connect()


def frost(answer):
    """1. Days: how often it froze."""
    right = _rows("SELECT COUNT(*) FROM weather WHERE low < 0")[0][0]
    with_zero = _rows("SELECT COUNT(*) FROM weather WHERE low <= 0")[0][0]
    if answer == 0:
        _todo("count the measured days with a low below 0.")
    elif answer == _rows("SELECT COUNT(*) FROM weather WHERE high < 0")[0][0]:
        _todo("these are the days that stayed below 0 all day. Use low instead of high.")
    elif answer == with_zero != right:
        _todo("below 0 means less than 0, not less or equal.")
    elif answer != right:
        _todo(f"{answer} is not it. Did you turn the text into a number before you compared?")
    else:
        _done(f"{right} days with frost.")


def hottest(day, believable):
    """1. Days: the hottest day that can be believed."""
    right, high = _rows("SELECT date, high FROM weather WHERE high < 50 ORDER BY high DESC")[0]
    if day["date"] == "2025-06-19":
        _todo("99.9 degrees is nearly boiling. Keep only the days with a high below 50.")
    elif len(believable) != 358:
        _todo(f"{len(believable)} days are left. Only the one impossible day should go: 358 remain.")
    elif day["date"] != right:
        _todo(f"{day['date']} was warm, but not the hottest day.")
    else:
        _done(f"{right}, with {high} degrees. That one can be believed.")


def sunniest(month):
    """1. Days: the month with the most sun."""
    order = [name for name, _ in _rows("SELECT substr(date, 6, 2), SUM(sun) FROM weather GROUP BY 1 ORDER BY 2 DESC")]
    if month == "?":
        _todo("add the sun of every measured day to its month.")
    elif month not in order:
        _todo(f"{month!r} is not one of the months '01' to '12'.")
    elif month != order[0]:
        _todo(f"month {month} is number {order.index(month) + 1} in hours of sun. Did you take sums, not means?")
    else:
        _done(f"month {month}, with most hours of sun.")


def own(question, answer):
    """1. Days: a question of one's own."""
    if not question.strip().endswith("?"):
        _todo("write your question as text, with a question mark.")
    elif answer is None:
        _todo("a good question. Now let Python find the answer.")
    else:
        _done(f"{question} {answer}")


def thin(answer):
    """2. Library: short books that are no comics."""
    right = _rows("SELECT title, pages FROM books WHERE pages < 100 AND genre <> 'Comic' ORDER BY pages")
    if len(answer) == 36:
        _todo("these are all books. Keep some of them with WHERE.")
    elif any("Captain" in row[0] for row in answer):
        _todo("there are still comics in the list.")
    elif sorted(answer.rows) == sorted(right) and answer.rows != right:
        _todo("the right books. Now put the thinnest first.")
    elif answer.rows != right:
        _todo(f"{len(answer)} rows; there are {len(right)} such books, with the columns title and pages.")
    else:
        _done("four small books, all of them poetry.")


def classes(answer):
    """2. Library: loans of each class."""
    right = _rows("SELECT class, COUNT(*) FROM loans GROUP BY class ORDER BY 2 DESC")
    if len(answer) > 5:
        _todo(f"{len(answer)} rows. With GROUP BY there is one for each of the 5 classes.")
    elif len(answer.columns) != 2:
        _todo("show two columns: class, and how many loans.")
    elif answer.rows == right[::-1]:
        _todo("the numbers are right. Put the class with most loans first.")
    elif answer.rows != right:
        _todo("not these numbers. COUNT(*) counts the rows of each group.")
    else:
        _done(f"class {right[0][0]} borrowed {right[0][1]} books.")


def favourites(answer):
    """2. Library: the five books borrowed most."""
    right = _rows(
        "SELECT title, COUNT(*) FROM loans JOIN books ON loans.book = books.id GROUP BY title ORDER BY 2 DESC LIMIT 5"
    )
    if len(answer.columns) != 2:
        _todo("show two columns: title, and how many loans. That needs a GROUP BY.")
    elif len(answer) != 5:
        _todo(f"{len(answer)} rows. Show the first 5.")
    elif answer.rows[0] != right[0]:
        _todo(f"{answer.rows[0][0]} is not the favourite. Sort by the number of loans, the largest first.")
    elif {row[1] for row in answer} != {row[1] for row in right}:
        _todo("the favourite is right, but not what follows it.")
    else:
        _done(f"{right[0][0]}, {right[0][1]} times.")


def rain(answer):
    """2. Library: loans per day, in rainy and in dry weather."""
    by_name = {row[0]: row[-1] for row in answer}
    if set(by_name) != {"rainy", "dry"}:
        _todo("keep two rows, one for rainy and one for dry weather.")
    elif len(answer.columns) < 4:
        _todo("add a column: COUNT(*) divided by COUNT(DISTINCT loans.date).")
    elif by_name == {"rainy": 6, "dry": 4}:
        _todo("the remainder was dropped. Write 1.0 * in front.")
    elif abs(by_name["rainy"] - 518 / 76) > 0.01 or abs(by_name["dry"] - 515 / 115) > 0.01:
        _todo("the last column should be the loans divided by the dates.")
    else:
        _done("6.8 loans on a rainy day, 4.5 on a dry one. The librarian was right.")


def own_sql(question, answer):
    """2. Library: a question of one's own."""
    if not question.strip().endswith("?"):
        _todo("write your question as text, with a question mark.")
    elif len(answer) == 1 and answer.rows[0] == (1,):
        _todo("a good question. Now ask it in SQL.")
    elif len(answer) == 0:
        _todo("no row fits. Is a condition too strict, or a name misspelt?")
    else:
        _done(f"{question} You have found out.")


def bars(chart, answer):
    """3. Charts: how long the books of a genre are kept."""
    right = _rows("SELECT AVG(days), genre FROM loans JOIN books ON loans.book = books.id GROUP BY 2 ORDER BY 1 DESC")
    if [row[1] for row in answer if isinstance(row[1], str)] != [row[1] for row in right]:
        by_loans = answer.rows and isinstance(answer.rows[0][0], int)
        _todo("these are numbers of loans. Take AVG(days)." if by_loans else "put the longest first.")
    elif any(abs(one[0] - two[0]) > 0.01 for one, two in zip(answer, right, strict=True)):
        _todo("the order is right, but the numbers are not the mean of days.")
    elif not _titled(chart):
        _todo("the bars are right. Now write a title that says what one sees.")
    else:
        _done("a chart that speaks for itself.")


def dots(chart, answer):
    """3. Charts: pages and days."""
    right = _rows("SELECT pages, days FROM loans JOIN books ON loans.book = books.id")
    if sorted(answer.rows) == sorted((days, pages) for pages, days in right):
        _todo("the other way round: the first number goes to the right.")
    elif sorted(answer.rows) != sorted(right):
        _todo("ask for pages and days. The pages are in the table books, so join it.")
    elif not all(axis and axis._name for axis in chart._axes):
        _todo("the cloud is right. Now name both axes.")
    elif not _titled(chart):
        _todo("what does the cloud say? Write it as the title.")
    else:
        _done("thick books are kept longer, and by how much differs more and more.")


def own_chart(chart, file):
    """3. Charts: a chart of one's own, saved."""
    path = Path(file)
    if not _titled(chart):
        _todo("write a title that says what there is to see.")
    elif not path.exists():
        _todo(f"save the picture as {file}: open it with 'w', and write str(picture).")
    elif chart._title not in unescape(path.read_text(encoding="utf-8")):
        _todo(f"{file} holds an older chart. Save this one.")
    else:
        _done(f"your chart is in {file}.")


def _titled(chart):
    return bool(chart._title) and chart._title != "TITLE"


def _rows(question):
    return _database.execute(question).fetchall()


def _done(words):
    print("Done:", words)


def _todo(words):
    print("Not yet:", words)
