"""The style sheets of a notebook's page: what they ask of the browser whenever something changes."""

from __future__ import annotations

import re

from peerbook import pages

SHEETS = sorted((*pages.HERE.glob("extension/style/*.css"), *pages.HERE.glob("static/app/*.css")))


def test_no_rule_styles_what_is_in_the_body_by_what_the_body_has() -> None:
    """With every key something comes into the body or leaves it: each time everything in it would be styled anew."""
    text = "".join(re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL) for sheet in SHEETS)
    selectors = [each.strip() for found in re.findall(r"[^{};]+(?=\{)", text) for each in found.split(",\n")]
    assert "#peerbook-opening:has(~ .pb-Card) > *" in selectors
    assert [each for each in selectors if re.search(r"(^|\s)(html|body|:root)\S*:has\([^)]*\)[^,]*\s", each)] == []
