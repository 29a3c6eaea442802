"""The school's tables in a database, and a way to ask it.

    from library import ask
    ask("SELECT title, pages FROM books")

The database lives in memory: whatever you do to it, the files stay as they are.
"""

import csv
import sqlite3
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent
TABLES = {
    "weather": "date TEXT, low REAL, high REAL, rain REAL, sun REAL",
    "books": "id INTEGER, title TEXT, genre TEXT, pages INTEGER",
    "loans": "date TEXT, book INTEGER, class INTEGER, days INTEGER",
}
SHOWN = 12  # rows of a long answer


def connect():
    """Give a new database with the tables `weather`, `books` and `loans`. Empty fields become NULL."""
    database = sqlite3.connect(":memory:")
    for name, columns in TABLES.items():
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        places = ", ".join("?" for _ in columns.split(","))
        database.execute(f"CREATE TABLE {name} ({columns})")
        database.executemany(f"INSERT INTO {name} VALUES ({places})", [[v or None for v in row] for row in rows])
    return database


class Answer:
    """The rows that a question gave, shown as a table."""

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def __repr__(self):
        return "\n".join(" | ".join(_text(value) for value in row) for row in [self.columns, *self.rows])

    def _repr_html_(self):
        words = [isinstance(value, str) for value in self.rows[0]] if self.rows else [True] * len(self.columns)
        heads = _line("th", self.columns, words)
        body = "".join(_line("td", row, words) for row in self.rows[:SHOWN])
        more = f"<p>{len(self.rows)} rows, the first {SHOWN} are shown.</p>" if len(self.rows) > SHOWN else ""
        return f"<table><thead>{heads}</thead><tbody>{body}</tbody></table>{more}"


def _line(tag, values, words):
    """One line of a table: words begin at the left, numbers end at the right."""
    cells = ""
    for value, is_word in zip(values, words, strict=True):
        side = "left" if is_word else "right"
        cells += f'<{tag} style="text-align: {side}">{escape(_text(value))}</{tag}>'
    return f"<tr>{cells}</tr>"


def _text(value):
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def ask(question):
    """Ask a question in SQL and give the Answer. What SQL does not understand is said by sqlite3.OperationalError."""
    found = _database.execute(question)
    return Answer([column[0] for column in found.description or []], found.fetchall())


_database = connect()
