"""Numbers and codes in the words that people use for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LEVELS = {"beginner": "For beginners", "intermediate": "Some Python needed", "advanced": "For experienced people"}

LANGUAGES = {
    "ar": "العربية", "bn": "বাংলা", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά",
    "en": "English", "es": "Español", "eu": "Euskara", "fa": "فارسی", "fi": "Suomi", "fr": "Français", "gl": "Galego",
    "he": "עברית", "hi": "हिन्दी", "hu": "Magyar", "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語",
    "ko": "한국어", "nb": "Norsk", "nl": "Nederlands", "pl": "Polski", "pt": "Português", "ro": "Română",
    "ru": "Русский", "sv": "Svenska", "sw": "Kiswahili", "th": "ไทย", "tr": "Türkçe", "uk": "Українська", "ur": "اردو",
    "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""Languages in their own words, by the first part of their BCP 47 code."""


def minutes_in_words(minutes: int) -> str:
    """`45 minutes`, `1 hour`, `1 hour 30 minutes`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((hours, "hour"), (rest, "minute")) if n]
    return " ".join(parts) or "0 minutes"


def bytes_in_words(size: int) -> str:
    """Megabytes as people count them: `12 MB`, `under 1 MB`."""
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else "under 1 MB"


def fingerprint_in_words(fingerprint: str) -> str:
    """The first eight hex digits in two groups of four."""
    return f"{fingerprint[:4]}-{fingerprint[4:8]}"


def language_in_words(code: str) -> str:
    """A language in its own words, with its region where the code names one: `Português (BR)`."""
    language, _, region = code.partition("-")
    name = LANGUAGES.get(language.lower(), language)
    return f"{name} ({region})" if region else name


def names_in_words(names: Sequence[str]) -> str:
    """`Ada`, `Ada and Alan`, `Ada, Alan and Grace`."""
    *first, last = names or ("an unknown author",)
    return f"{', '.join(first)} and {last}" if first else last


def python_in_words(lock_info: Mapping[str, str]) -> str:
    """`Python 3.14`, of the `info` of Pyodide's lock."""
    version = lock_info.get("python", "")
    return f"Python {'.'.join(version.split('.')[:2])}" if version else "Python"
