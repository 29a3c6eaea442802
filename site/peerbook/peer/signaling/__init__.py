"""A participant's side of the signaling server, by the SIG rules of docs/SPEC.md. Pure; sockets are passed in."""
