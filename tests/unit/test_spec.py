"""docs/SPEC.md against the tests and the limits: no rule without a test, no test of a rule that is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
LIMITS: dict[str, int] = json.loads((ROOT / "docs" / "protocol.json").read_text(encoding="utf-8"))
RULE = re.compile(r"^- \*\*\[([A-Z]+\d+)\]\*\*", re.MULTILINE)
PYTHON_TITLE = re.compile(r"^\s*(?:async )?def test_([a-z]+\d+)_", re.MULTILINE)
TITLE = re.compile(r"""['"`]\[([A-Z]+\d+(?:, [A-Z]+\d+)*)\] """)
"""`[DOC4] what it shows`: a test of the page's part, or a case of a contract that both languages run."""


def sources(*patterns: str) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for pattern in patterns for path in ROOT.glob(pattern)}


def held() -> dict[str, Path]:
    """Rule ids that titles of tests begin with, each with one of the files."""
    ids: dict[str, Path] = {}
    for path, text in sources("tests/**/test_*.py").items():
        ids |= {found.upper(): path for found in PYTHON_TITLE.findall(text)}
    pages = sources("site/extension/src/**/*.test.ts", "site/extension/src/**/contract.ts", "tests/**/test_*.py")
    for path, text in pages.items():
        ids |= {rule: path for found in TITLE.findall(text) for rule in found.split(", ")}
    return ids


def test_every_rule_has_one_number_and_a_test() -> None:
    rules = RULE.findall(SPEC)
    assert len(rules) > 80, "the rules are no longer written as this test reads them"
    assert len(set(rules)) == len(rules), "a number is used twice"
    assert sorted(set(rules) - held().keys()) == [], "rules that no test's title begins with"


def test_every_rule_that_a_test_names_is_there() -> None:
    rules = set(RULE.findall(SPEC))
    prefixes = {re.sub(r"\d", "", rule) for rule in rules}
    named = {rule: path for rule, path in held().items() if re.sub(r"\d", "", rule) in prefixes}
    unknown = {rule: str(path.relative_to(ROOT)) for rule, path in named.items() if rule not in rules}
    assert unknown == {}, "tests of rules that docs/SPEC.md does not have"


def test_the_threat_model_leans_on_rules_that_are_there() -> None:
    named = re.findall(r"\b[A-Z]{3,4}\d+\b", (ROOT / "docs" / "THREATS.md").read_text(encoding="utf-8"))
    assert len(named) > 30
    assert sorted(set(named) - set(RULE.findall(SPEC))) == []


def test_every_limit_is_in_the_specification_and_held_by_a_test() -> None:
    tests = "\n".join(
        sources("tests/unit/test_*.py", "tests/protocol/test_*.py", "site/extension/src/**/*.test.ts").values()
    )
    assert [name for name in LIMITS if f"`{name}`" not in SPEC] == [], "limits that docs/SPEC.md does not name"
    assert [name for name in LIMITS if not re.search(rf"\b{name}\b", tests)] == [], "limits that no test compares"
