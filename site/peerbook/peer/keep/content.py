"""A document's notebook as the bytes of a file that nbformat takes, whatever anybody wrote into the document. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

import nbformat

from ..document.notebook import Notebook


def notebook_bytes(notebook: Notebook) -> bytes:
    """The file, without outputs, as Jupyter writes one: indented, a line feed at the end.

    Metadata that nbformat has no place for is left out, cell by cell; no text of a cell ever is.
    """
    content = _json(notebook.to_file())
    if not _is_valid(content):
        for cell in content["cells"]:
            if not _is_valid({**content, "metadata": {}, "cells": [cell]}):
                cell["metadata"] = {}
                cell.pop("attachments", None)
        if not _is_valid({**content, "cells": []}):
            content["metadata"] = {}
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _is_valid(content: dict[str, Any]) -> bool:
    try:
        nbformat.validate(nbformat.from_dict(content))  # type: ignore[no-untyped-call]
    except nbformat.ValidationError:
        return False
    return True


def _json(value: Any) -> Any:
    """The same with nothing in it that JSON cannot say: a document may hold bytes and numbers that are none."""
    if isinstance(value, dict):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else None
