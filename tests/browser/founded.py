"""A class that somebody founded: its link, and what makes a page, or Python, its owner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from peerbook.peer.founding import JOIN_SECRET_BYTES, link_of
from peerbook.peer.keep.own import Own
from peerbook.peer.owner import make_owner
from peerbook.peer.sync.society import Known


@dataclass(frozen=True)
class Founded:
    code: str
    """Of the invite link."""
    owner: str
    """What the owner's link carries besides [CLS9]."""
    own: Own
    """The owner, for Python."""

    @property
    def fragment(self) -> str:
        return f"#class={self.code}"

    @property
    def everyones(self) -> str:
        """Into everyone's notebook, which all may write."""
        return f"{self.fragment}&branch=team"

    @property
    def owners(self) -> str:
        """The same for who is to be the owner: the first who comes, for only members hand over keys."""
        return f"{self.everyones}&owner={self.owner}"


def found() -> Founded:
    """A new class, its door open."""
    owner = make_owner(secrets.token_bytes)
    known = Known(owner.founding.record, (owner.statement.data,), ((1, owner.key),))
    code = link_of(owner.founding.class_id, secrets.token_bytes(JOIN_SECRET_BYTES)).code
    return Founded(code, owner.payload.reveal().decode(), Own(owner.root, owner.device, known))
