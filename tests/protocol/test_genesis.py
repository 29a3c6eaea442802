"""The genesis of a notebook: the same bytes on every machine, read the same by pycrdt."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from peerbook.errors import PeerbookError
from peerbook.genesis import even_positions, genesis, genesis_hash, read_genesis

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "protocol" / "genesis.json").read_text(encoding="utf-8")
)
ROOT = Path(__file__).parents[2]
HASHES = """
import json, sys
from peerbook.genesis import genesis, genesis_hash
print([genesis_hash(genesis(vector["notebook"])) for vector in json.load(sys.stdin)])
"""


def shuffled(value: Any, random: random.Random) -> Any:
    """The same JSON with every object's keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["title"])
def test_doc5_a_notebook_gives_the_golden_bytes(vector: dict[str, Any]) -> None:
    update = genesis(vector["notebook"])
    assert update.hex() == vector["bytes"]
    assert genesis_hash(update) == vector["hash"]
    assert read_genesis(update) == vector["reads"]


@pytest.mark.parametrize("seed", range(20))
def test_doc5_the_order_of_keys_in_the_file_does_not_matter(seed: int) -> None:
    for vector in VECTORS:
        assert genesis(shuffled(vector["notebook"], random.Random(seed))).hex() == vector["bytes"]


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_doc5_another_process_gives_the_same_bytes(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "site")}
    result = subprocess.run(
        [sys.executable, "-c", HASHES],
        input=json.dumps(VECTORS),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout.strip() == str([vector["hash"] for vector in VECTORS])


def test_doc5_another_word_is_another_genesis() -> None:
    notebook = json.loads(json.dumps(VECTORS[2]["notebook"]))
    notebook["cells"][0]["source"] += "!"
    assert genesis_hash(genesis(notebook)) != VECTORS[2]["hash"]


def test_doc6_outputs_and_trust_are_no_part_of_it() -> None:
    notebook = next(vector for vector in VECTORS if "trust" in vector["title"])["notebook"]
    text = json.dumps(read_genesis(genesis(notebook)))
    assert "trusted" not in text
    assert "stdout" not in text


def test_doc4_positions_are_even_and_ascend() -> None:
    for count in (0, 1, 2, 61, 62, 1000):
        positions = even_positions(count)
        assert len(positions) == count
        assert positions == sorted(set(positions))
        assert not any(position.endswith("0") or not position for position in positions)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([{"cell_type": "code", "source": "", "metadata": {}}], "id is None"),
        ([{"id": "a b", "cell_type": "code", "source": ""}], "id is 'a b'"),
        ([{"id": "a", "cell_type": "code", "source": ""}] * 2, "another cell has the id 'a'"),
        ([{"id": "a", "cell_type": "sketch", "source": ""}], "no known 'cell_type'"),
        ([{"id": "a", "cell_type": "code", "source": 3}], "source is no text"),
    ],
)
def test_a_broken_cell_is_named(cells: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(PeerbookError, match=words) as caught:
        genesis({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    assert "cell " in caught.value.where


def test_another_format_is_refused() -> None:
    with pytest.raises(PeerbookError, match="format 4"):
        genesis({"nbformat": 3, "worksheets": []})
