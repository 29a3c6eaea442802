"""placeholder, never committed"""

import hashlib
import json
from typing import Any


def genesis(notebook: dict[str, Any]) -> bytes:
    return json.dumps(notebook, sort_keys=True).encode()


def genesis_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
