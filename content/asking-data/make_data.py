"""How the data of this workshop was made up: run `python make_data.py` in this folder to make it again.

The school, its weather and its library are invented, and chance is seeded, so that everybody gets the same year.
What can be found in it was put there on purpose: seasons, rain that comes in spells, comics that are read fast,
more loans on rainy days, six days on which the station had no battery, and one sensor left in the sun.
"""

import csv
import math
import random
from datetime import date, timedelta
from pathlib import Path

YEAR = 2025
HOLIDAYS = [("01-01", "01-05"), ("02-08", "02-23"), ("04-12", "04-27"), ("05-29", "06-01"), ("07-12", "08-17"),
            ("10-04", "10-19"), ("12-20", "12-31")]  # fmt: skip
NO_BATTERY = {f"{YEAR}-{day}" for day in ("02-11", "02-12", "02-13", "08-03", "11-20", "11-21")}
IN_THE_SUN = f"{YEAR}-06-19"

BOOKS = [
    ("The Lighthouse at the End of the Bus Line", "Adventure", 212),
    ("Eleven Ways to Cross a River", "Adventure", 186),
    ("The Cook of the Good Ship Marmalade", "Adventure", 240),
    ("North of the Last Map", "Adventure", 324),
    ("A Tent for Nobody", "Adventure", 158),
    ("The Girl Who Walked to Lisbon", "Adventure", 276),
    ("Captain Cardboard", "Comic", 64),
    ("Captain Cardboard Gets Wet", "Comic", 64),
    ("Captain Cardboard and the Scissors", "Comic", 72),
    ("My Neighbour Is a Volcano", "Comic", 96),
    ("The Cat Who Ate Tuesday", "Comic", 80),
    ("Robots Have Feelings Too", "Comic", 112),
    ("The Vanished Violin", "Crime", 198),
    ("Murder at the Model Railway", "Crime", 256),
    ("Inspector Plum Is Not Amused", "Crime", 304),
    ("Who Stole the School Bell?", "Crime", 144),
    ("The Eighth Alibi", "Crime", 288),
    ("A Very Quiet Burglar", "Crime", 176),
    ("The Moss Dragon", "Fantasy", 384),
    ("The Moss Dragon Wakes", "Fantasy", 428),
    ("The Moss Dragon's Daughter", "Fantasy", 512),
    ("A Wardrobe Full of Weather", "Fantasy", 296),
    ("The Clockmaker's Owl", "Fantasy", 348),
    ("Seven Doors, Six Keys", "Fantasy", 402),
    ("Poems for People in a Hurry", "Poetry", 48),
    ("The Dictionary of Rain", "Poetry", 72),
    ("A Pocket of Small Words", "Poetry", 56),
    ("Frost, Fog and Other Friends", "Poetry", 88),
    ("How to Count a Forest", "Science", 168),
    ("The Secret Life of Yeast", "Science", 144),
    ("Why the Moon Does Not Fall Down", "Science", 192),
    ("Inside the Ant Hill", "Science", 128),
    ("Bridges, and How They Stay Up", "Science", 224),
    ("A Short History of Zero", "Science", 208),
    ("Clouds: A Field Guide", "Science", 176),
    ("The Octopus Has Three Hearts", "Science", 152),
]
TASTE = {  # how much each school year, 5 to 9, likes a genre
    "Adventure": (3, 3, 3, 2, 2),
    "Comic": (6, 5, 4, 3, 2),
    "Crime": (1, 2, 3, 4, 5),
    "Fantasy": (2, 3, 4, 4, 3),
    "Poetry": (0.4, 0.4, 0.5, 0.8, 1.2),
    "Science": (2, 2, 1.5, 1.5, 2),
}


def noise(chance, size):
    """A number around 0, seldom farther away than `size`."""
    return size * (sum(chance.random() for _ in range(6)) - 3)


def days():
    """Every day of the year, as a date."""
    first = date(YEAR, 1, 1)
    return [first + timedelta(days=number) for number in range(365)]


def weather(chance):
    """Rows of date, low, high (degrees Celsius), rain (millimetres), sun (hours); empty where nothing was measured."""
    spell = 0.0
    wet = False
    rows = []
    for number, day in enumerate(days()):
        season = math.cos(2 * math.pi * (number - 199) / 365)
        spell = 0.78 * spell + noise(chance, 1.9)
        wet = chance.random() < (0.58 if wet else 0.25)
        rain = round(0.2 + 6.5 * -math.log(1 - chance.random()), 1) if wet else 0.0
        daylight = 12 + 3.6 * season
        sun = round(daylight * (0.28 * chance.random() ** 2 if wet else 0.25 + 0.65 * chance.random()), 1)
        middle = 9.8 + 9.6 * season + spell
        low = round(middle - 3.6 - (0 if wet else 1.2) + noise(chance, 0.6), 1)
        high = round(middle + 2.2 + 0.45 * sun + noise(chance, 0.6), 1)
        row = [day.isoformat(), low, high, rain, sun]
        if row[0] in NO_BATTERY:
            row[1:] = ["", "", "", ""]
        if row[0] == IN_THE_SUN:
            row[2] = 99.9
        rows.append(row)
    return rows


def is_school_day(day):
    """Monday to Friday, outside the holidays."""
    text = day.strftime("%m-%d")
    return day.weekday() < 5 and not any(first <= text <= last for first, last in HOLIDAYS)


def loans(chance, measured):
    """Rows of date, book (its number), class (school year, 5 to 9), days (how long it was kept)."""
    rain = {row[0]: row[3] for row in measured}
    fame = [1 / (1 + 0.18 * chance.randrange(len(BOOKS))) for _ in BOOKS]
    rows = []
    for day in days():
        if not is_school_day(day):
            continue
        many = (6.4 if (rain[day.isoformat()] or 0) > 0 else 4.1) + (1.5 if day.weekday() == 0 else 0)
        for _ in range(max(0, round(many + noise(chance, 1.6)))):
            year = chance.choice([5, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9])
            liked = [TASTE[genre][year - 5] * known for (_, genre, _), known in zip(BOOKS, fame, strict=True)]
            book = chance.choices(range(len(BOOKS)), liked)[0]
            kept = BOOKS[book][2] / 22 * (0.6 + 0.9 * chance.random()) + noise(chance, 1)
            rows.append([day.isoformat(), book + 1, year, min(42, max(1, round(kept)))])
    return rows


def write(name, heads, rows):
    """Write a CSV file beside this one, the same bytes on every machine."""
    with (Path(__file__).parent / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)


if __name__ == "__main__":
    measured = weather(random.Random(314))
    write("weather.csv", ["date", "low", "high", "rain", "sun"], measured)
    write("books.csv", ["id", "title", "genre", "pages"], [[n, *book] for n, book in enumerate(BOOKS, 1)])
    write("loans.csv", ["date", "book", "class", "days"], loans(random.Random(2025), measured))
