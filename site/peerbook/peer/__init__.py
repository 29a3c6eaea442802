"""A participant without a browser: the protocol of docs/SPEC.md in Python, held to the same golden vectors."""
