"""Who can read what: as ``site/extension/src/core/keys``. Pure. The rules are KEY in docs/SPEC.md, the golden vectors
``tests/protocol/keys.json``.
"""
