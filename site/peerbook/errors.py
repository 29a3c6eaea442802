"""The one error a user of the command line is meant to see: what happened, where, and what to do."""

from __future__ import annotations


class PeerbookError(Exception):
    """Something in the user's files or on the user's machine stops the work.

    ``where`` names the file, line or field (``content/loops/workshop.toml, line 5, field 'minutes'``); ``what`` says
    in one sentence what is wrong; ``remedy`` says what to do about it. Printed by the command line without a
    traceback, exit code 1.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  {self.remedy}" if self.remedy else text
