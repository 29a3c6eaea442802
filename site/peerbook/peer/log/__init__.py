"""The logs of documents: pieces that authors signed, in order, with what proves a fork. LOG in docs/SPEC.md."""
