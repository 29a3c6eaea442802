"""Tells you whether an exercise of "A taste of data science" is solved, and if not, what to look at.

The right answers are worked out from the same data. If you read on, you will see how.
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent


def _weather():
    days = pd.read_csv(FOLDER / "weather.csv", parse_dates=["date"])
    days.loc[days["high"] > 50, "high"] = float("nan")
    return days


def _loans():
    return pd.read_csv(FOLDER / "loans.csv").merge(pd.read_csv(FOLDER / "books.csv"), left_on="book", right_on="id")


def swing(days, answer):
    """1. Tables: the day with the largest difference between high and low."""
    right = _weather()
    right = right.loc[(right["high"] - right["low"]).idxmax()]
    if "swing" not in days:
        _todo('make the column: days["swing"] = ...')
    elif days["swing"].min() < 0:
        _todo("a swing should not be negative. Which one is larger, high or low?")
    elif days["swing"].max() > 50:
        _todo("the impossible day is still in. Run the boxes above again.")
    elif answer is None:
        _todo("the column is there. Now find the row with the largest swing.")
    elif pd.Timestamp(answer["date"]) != right["date"]:
        _todo(f"{answer['date']} is not the day with the largest swing.")
    else:
        _done(f"{right['date']:%d %B}: from {right['low']} to {right['high']} degrees.")


def clear_frost(answer):
    """1. Tables: days with frost and without rain."""
    days = _weather()
    if answer is None:
        _todo("select the days, and count them with len.")
    elif answer == int((days["low"] < 0).sum()):
        _todo("these are all days with frost. Keep only the dry ones of them.")
    elif answer != int(((days["low"] < 0) & (days["rain"] == 0)).sum()):
        _todo(f"{answer} is not it. Put round brackets around each condition, and & between them.")
    else:
        _done(f"{answer} days for a walk with gloves.")


def warmest(answer):
    """1. Tables: the month with the highest mean temperature."""
    days = _weather()
    order = list(days.groupby(days["date"].dt.month)["high"].mean().sort_values(ascending=False).index)
    if answer is None:
        _todo("group by month, take the mean of high, and find where it is largest.")
    elif answer not in order:
        _todo("give the number of the month, 1 to 12.")
    elif answer != order[0]:
        _todo(f"month {answer} is number {order.index(answer) + 1}. idxmax finds the first.")
    else:
        _done(f"month {answer}.")


def crime(answer):
    """1. Tables: the class with the largest share of crime novels."""
    loans = _loans()
    shares = pd.crosstab(loans["class"], loans["genre"], normalize="index")["Crime"]
    if answer is None:
        _todo("look at the column Crime of shares.")
    elif answer == shares.idxmin():
        _todo("that class reads least of it.")
    elif answer != shares.idxmax():
        _todo(f"not class {answer}. Look for the darkest field in the column Crime.")
    else:
        _done(f"class {answer}: {shares.max():.0%} of what they borrow is crime.")


def heads(answer):
    """2. Chance: how often ten coins show eight heads or more."""
    right = 56 / 1024  # (45 + 10 + 1) of 2 ** 10 ways
    if answer is None:
        _todo("count the games with 8 or more heads, and divide by the number of games.")
    elif answer > 1:
        _todo("that is a number of games. Divide it by how many games there were.")
    elif abs(answer - 9 / 1024 - 2 / 1024) < 0.003:
        _todo("that looks like more than 8. Eight counts, too: >=")
    elif abs(answer - right) > 0.012:
        _todo(f"{answer} is too far from what mathematics says.")
    else:
        _done(f"{answer:.3f}, and mathematics says 0.055: about once in 18 games.")


def mondays(observed, differences):
    """2. Chance: are Mondays different?"""
    loans = pd.read_csv(FOLDER / "loans.csv", parse_dates=["date"])
    per_day = loans.groupby("date").size()
    monday = per_day.index.day_of_week == 0
    right = per_day[monday].mean() - per_day[~monday].mean()
    if observed is None:
        _todo("make a column that is true on Mondays, and compare the means.")
    elif abs(observed + right) < 0.05:
        _todo("the other way round: Mondays minus other days.")
    elif abs(observed - right) > 0.05:
        _todo(f"{observed:.2f} is not the difference between Mondays and other days.")
    elif differences is None or len(differences) < 500:
        _todo("the difference is right. Now shuffle at least 500 times.")
    elif abs(np.mean(differences)) > 0.2:
        _todo("shuffled groups should differ by about 0. Is it the shuffled column that you compare?")
    else:
        share = np.mean(np.abs(differences) >= abs(right))
        _done(f"{observed:.1f} more on Mondays. Chance alone does that in {share:.1%} of the shuffles.")


def forecast(answer):
    """2. Chance: how long a book of 250 pages is kept."""
    loans = _loans()
    slope, start = np.polyfit(loans["pages"], loans["days"], 1)
    if answer is None:
        _todo("put 250 into the equation of the line.")
    elif abs(answer - slope * 250) < 0.2 and abs(start) > 0.2:
        _todo("you forgot to add start.")
    elif abs(answer - (slope * 250 + start)) > 0.2:
        _todo(f"{answer} is not on the line. It is slope * pages + start.")
    else:
        _done(f"about {answer:.0f} days.")


def own(question, answer):
    """2. Chance: a question of one's own."""
    if not question.strip().endswith("?"):
        _todo("write your question as text, with a question mark.")
    elif answer is None:
        _todo("a good question. Now find the answer.")
    else:
        _done(f"{question} {answer}")


def _done(words):
    print("Done:", words)


def _todo(words):
    print("Not yet:", words)
