"""A notebook in a CRDT document, by the DOC rules of docs/SPEC.md. Pure: chance is passed in."""
