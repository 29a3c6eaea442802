"""A class on poor ground, in full notebook pages: no direct connections, no storage, and it is said in words."""

from __future__ import annotations

import time

from .classmates import WITHOUT_WEBRTC
from .conftest import AClassWith

WITHOUT_STORAGE = """
Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('blocked', 'SecurityError'); } });
"""
RELAYED = "Live with 1, through the server"


def test_a_browser_without_webrtc_and_without_storage_is_in_the_class(a_class_with: AClassWith) -> None:
    """[CON15, STO7] Relayed within seconds, in memory only, both said; what is written arrives on both sides."""
    together = a_class_with("Ada")
    (ada,) = together.people
    ben = together.comes("Ben", WITHOUT_WEBRTC + WITHOUT_STORAGE)
    began = time.monotonic()
    for person in (ada, ben):
        person.expect_words(RELAYED)
    print(f"relayed, and said so, {time.monotonic() - began:.1f} s after the notebook of the second was there")
    ben.expect_words("This browser keeps nothing")
    ben.types(1, "\n# by Ben")
    ada.sees("# by Ben")
    ada.types(1, "\n# by Ada")
    together.agree_on("# by Ben", "# by Ada")
    ben.reloads()
    ben.expect_words(RELAYED)
    together.agree_on("# by Ben", "# by Ada")
