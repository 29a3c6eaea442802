"""A class with keys that somebody founded: its link, and what makes a page, or Python, its owner."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass

from peerbook.peer.crypto import Signer
from peerbook.peer.founding import found_class, link_of
from peerbook.peer.identity import sha256
from peerbook.peer.keep.own import Own
from peerbook.peer.secret import Secret
from peerbook.peer.statement import Epoch, sign_statement
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
    root, device, recovery, more, key = (os.urandom(size) for size in (32, 32, 32, 16, 32))
    signer = Signer(root)
    founding = found_class(signer.key, Signer(recovery).key, lambda size: more)
    stated = sign_statement(signer, founding.class_id, 1, Epoch(1, "open", sha256(key)))
    known = Known(founding.record, (stated.data,), ((1, key),))
    owner = base64.urlsafe_b64encode(root + device + recovery + more + key).decode()
    code = link_of(founding.class_id, os.urandom(16)).code
    return Founded(code, owner, Own(Secret(root), Secret(device), known))
