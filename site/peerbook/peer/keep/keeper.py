"""Keeps a class on disk for as long as it runs: takes up every notebook the class has, writes each as it changes, and
says in words what goes on. A shell around :mod:`.folder` and a :class:`~peerbook.peer.peer.Peer`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from ...errors import PeerbookError
from ..loop import Background
from ..peer import Followed, Peer
from ..site import Published, fetch_genesis, fetch_site
from ..sync.options import Keepable
from .content import notebook_bytes
from .folder import Folder, Written, unwritable
from .names import file_of
from .news import KeptNews, News, View
from .state import Kept

_log = logging.getLogger(__name__)

TICK_S = 0.25
EVERY_S = 1.0
"""A notebook is written at most so often: a disk is not worn by every key, and a crash costs a second."""
_AGAIN_S = 5.0
"""A write that failed, a beginning that could not be fetched: tried again after this."""
_SITE_S = 600.0
"""How often a running class looks for new notebooks in the site; besides whenever the server is back."""
_MOST_STRANGE = 64
"""Documents kept that the site has no notebook for: anybody in the class can name new ones."""
_IN_S = 20.0
"""How long somebody who takes a copy waits for the server, and for others to be reached."""
_EQUAL_S = 60.0
"""And until what is here is what they have."""


@dataclass(slots=True)
class _Entry:
    """A document that is kept."""

    document: str
    path: str
    file: str
    """Empty where nobody here has what the document begins with: its log is kept, for those who have."""
    genesis: bytes
    followed: Followed | None
    pending: list[Keepable] = field(default_factory=list)
    """Of its log, not written yet."""
    version: int = -1
    """The replica's, as it was written last."""
    due: float = -math.inf
    """Not written again before."""
    is_odd: bool = False
    """That it cannot be read as a notebook was said."""

    @property
    def now(self) -> int:
        """The replica's version."""
        return self.followed.replica.version if self.followed else 0

    @property
    def is_due(self) -> bool:
        return bool(self.pending) or self.version != self.now


class Keeper:
    def __init__(self, peer: Peer, folder: Folder, link: str, slug: str, say: Callable[[str], None]) -> None:
        """``slug``: of the workshop whose notebooks are kept from the start; of others as soon as somebody has one."""
        self._peer, self._folder, self._link, self._slug, self._say = peer, folder, link, slug, say
        self._entries: dict[str, _Entry] = {}
        peer.on_keep = self._keep
        self._background = Background()
        self._discovery: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._news = News()
        self._kept_news = KeptNews()
        self._trouble = ""
        self._early: dict[str, list[Keepable]] = {}
        """Of logs that the class carries, and that are about to be taken up."""
        self._later: dict[str, float] = {}
        """Documents whose beginning could not be had, and when to try again."""
        self._was_in = False
        self._site_due = time.monotonic() + _SITE_S

    @property
    def files(self) -> list[str]:
        """The notebooks that are on disk, relative to the folder."""
        return sorted(entry.file for entry in self._entries.values() if entry.file and entry.version >= 0)

    def restore(self) -> None:
        """Goes on from what was kept before."""
        for kept in list(self._folder.kept()):
            if isinstance(kept, str):
                self._say(f"{kept} is damaged and set aside. The class has what was in it, if somebody is here.")
                continue
            pieces, aside = self._folder.log(kept.document)
            if aside:
                self._say(
                    f"{aside} is damaged in places and set aside. The rest goes on; the class has what is missing."
                )
            self._begin(_Entry(kept.document, kept.path, kept.file, kept.genesis, None), pieces)
        if self.files_kept:
            count = self.files_kept
            self._say(f"{count} notebook{'' if count == 1 else 's'} kept from before.")

    @property
    def files_kept(self) -> int:
        """Notebooks that are kept, written yet or not."""
        return sum(bool(entry.file) for entry in self._entries.values())

    async def run(self) -> None:
        """Until it is cancelled. PeerbookError where going on makes no sense."""
        while True:
            await self.turn()
            await asyncio.sleep(TICK_S)

    async def turn(self) -> None:
        """One look at everything."""
        self._refuse_if_refused()
        if self._discovery is None or self._discovery.done():
            self._discovery = self._background.start(self._discover())
        await self._write_due()
        peer, now = self._peer, time.monotonic()
        people = {each.participant: each.name or "Somebody" for each in peer.people() if not each.is_me}
        roads = tuple(peer.roads.values())
        view = View(peer.server, peer.is_in, peer.others, roads, people, peer.door, peer.is_removed, peer.costly)
        for line in [*self._news.look(view, now), *self._kept_news.look(now)]:
            self._say(line)

    async def take_copy(self) -> None:
        """Waits until everything the class has is here. PeerbookError where nobody is in it, or is reached."""
        peer = self._peer
        if not await self._becomes(lambda: peer.is_in, _IN_S):
            raise PeerbookError(
                "the server that introduces people to each other does not answer",
                where=peer.site.signal,
                remedy="See whether it runs. With --follow this waits until it does.",
            )
        if not await self._becomes(lambda: bool(peer.roads), _IN_S if peer.others else 2.0):
            if peer.others:
                raise PeerbookError(
                    f"{peer.others} in the class, and none of them can be reached", remedy="Try again, or --follow."
                )
            raise PeerbookError(
                "nobody is in this class at the moment, so nobody can hand out its notebooks",
                remedy="Ask somebody to open the link, or use --follow, which waits for them.",
            )
        if not await self._becomes(lambda: peer.door == "inside" or peer.is_removed, _IN_S) or peer.is_removed:
            raise PeerbookError(
                "whoever teaches has put us out of this class"
                if peer.is_removed
                else "nobody has let us in: the door of this class is closed"
                if peer.door == "waiting"
                else "we are not let into this class"
                if peer.door == "refused"
                else "nobody in the class answers the knock at its door",
                remedy="Ask whoever teaches to let you in, or wait with --follow.",
            )
        deadline = time.monotonic() + _EQUAL_S
        rounds = 0
        while rounds < 2 and time.monotonic() < deadline:
            rounds = rounds + 1 if await self._is_equal() else 0
        if rounds < 2:
            self._say("Somebody in the class goes on writing: what came in the last moment may be missing.")

    async def finish(self) -> None:
        """Writes what is not written yet, leaves the class, lets go of the folder. PeerbookError when something could
        not be written.
        """
        try:
            await self._background.finish(0)
            await self._write_all()
            await self._peer.leave()
            await self._write_all()
        finally:
            self._folder.close()

    def _refuse_if_refused(self) -> None:
        """Ends where coming back would end the same way."""
        peer = self._peer
        self._was_in = self._was_in or peer.is_in
        if peer.not_let_in and not self._was_in:
            raise PeerbookError(f"the server does not let us in: {peer.not_let_in.words}", where=peer.site.signal)
        if peer.server.kind == "refused":
            raise PeerbookError(
                f"the server refuses this program ({peer.server.reason})",
                where=peer.site.signal,
                remedy="Use the same version of Peerbook as the site.",
            )

    async def _becomes(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether it is so within this time."""
        deadline = time.monotonic() + seconds
        while not holds() and time.monotonic() < deadline:
            await self.turn()
            await asyncio.sleep(0.05)
        return holds()

    async def _is_equal(self) -> bool:
        """Whether everything is here that neighbours have, as far as they say in a second."""
        before = set(self._entries)
        engine = self._peer.engine
        for name in before:
            engine.compare(name)
        await self._becomes(lambda: False, 1.0)
        return set(self._entries) == before and all(
            replica is None
            or (
                not replica.is_incomplete
                and all(digest == replica.reaches.digest for digest in engine.said(name).values())
            )
            for name in before
            for replica in [engine.replica(name)]
        )

    # Which notebooks there are.

    async def _discover(self) -> None:
        """Takes up the workshop's notebooks, and all that anybody in the class has."""
        await self._look_at_site()
        peer, now = self._peer, time.monotonic()
        is_ours: Callable[[Published], bool] = lambda each: not self._slug or each.path.startswith(f"{self._slug}/")  # noqa: E731
        # The same notebook at two paths is one document: it has the name it has in the class's own workshop.
        notebooks = sorted(peer.site.notebooks, key=is_ours)
        published = {peer.name_of(each): each for each in notebooks}
        wanted = peer.documents() | {name for name, each in published.items() if is_ours(each)}
        # What is taught in them as soon as somebody has it.
        published |= {peer.name_of(each, "lecture"): each for each in notebooks}
        for name in sorted(wanted - self._entries.keys()):
            if self._later.get(name, 0) <= now:
                await self._take_up(name, published)

    async def _take_up(self, name: str, published: dict[str, Published]) -> None:
        # A copy begins as its original does.
        notebook = published.get(".".join(name.split(".")[:3])) or self._by_genesis(name)
        if name not in published and sum(each not in published for each in self._entries) >= _MOST_STRANGE:
            return
        try:
            genesis = await fetch_genesis(notebook) if notebook else b""
        except PeerbookError as error:
            _log.info("not taken up yet: %s: %s", name, error)
            self._later[name] = time.monotonic() + _AGAIN_S
            return
        path = notebook.path if notebook else ""
        taken = [entry.file for entry in self._entries.values()]
        file = file_of(name, path, taken, self._peer.invitation.everyone) if path else ""
        self._begin(_Entry(name, path, file, genesis, None, self._early.pop(name, [])))

    def _by_genesis(self, name: str) -> Published | None:
        """The notebook a document of another branch is of."""
        return next((each for each in self._peer.site.notebooks if each.genesis == name.split(".")[0]), None)

    def _begin(self, entry: _Entry, pieces: Sequence[Keepable] = ()) -> None:
        """Keeps a document from now on. ``pieces``: of its log, as they were written before."""
        self._entries[entry.document] = entry
        if entry.genesis:
            entry.followed = self._peer.keep(entry.document, entry.genesis, pieces, entry.path)
        else:
            self._peer.engine.carry_kept(entry.document, pieces)

    def _keep(self, document: str, kept: Keepable) -> None:
        """Something of a log is to be written."""
        entry = self._entries.get(document)
        if entry:
            entry.pending.append(kept)
        elif self._peer.is_shared(document):
            self._early.setdefault(document, []).append(kept)

    async def _look_at_site(self) -> None:
        """What the site has now: it may have been built anew while the server was away."""
        if self._peer.server.kind == "away":
            self._site_due = 0
        if self._peer.server.kind != "open" or time.monotonic() < self._site_due:
            return
        self._site_due = time.monotonic() + _SITE_S
        try:
            self._peer.site = await fetch_site(self._link)
            self._folder.note(site=asdict(self._peer.site))
        except (PeerbookError, OSError) as error:
            _log.info("the site was not read again: %s", error)

    # Writing.

    async def _write_due(self) -> None:
        for entry in list(self._entries.values()):
            if entry.is_due and time.monotonic() >= entry.due:
                try:
                    await self._write(entry)
                except OSError as error:
                    self._failed(entry, error)

    async def _write_all(self) -> None:
        """All that is not written yet, whatever its turn."""
        if self._writing:
            await asyncio.wait([self._writing])
        missing: list[str] = []
        for entry in self._entries.values():
            if entry.is_due:
                try:
                    await self._write(entry)
                except OSError as error:
                    missing.append(entry.file or entry.document)
                    self._failed(entry, error)
        if missing:
            raise PeerbookError(
                f"the last changes to {', '.join(missing)} could not be written: {self._trouble}",
                where=str(self._folder.root),
                remedy="They are still in the class, on the devices of those who are in it.",
            )

    async def _write(self, entry: _Entry) -> None:
        version = entry.now
        data = self._content(entry)
        # In a thread, as a slow disk is no reason to be deaf; and to its end, also when the program is to end.
        self._writing = asyncio.create_task(self._put(entry, data))
        await asyncio.shield(self._writing)
        entry.version = version
        entry.due = time.monotonic() + EVERY_S

    def _content(self, entry: _Entry) -> bytes | None:
        """The notebook's file as it is now; None where there is none, or none that can be read."""
        if entry.followed is None:
            return None
        try:
            return notebook_bytes(entry.followed.notebook)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # yrs says no in exceptions that are no Exception, too
            _log.warning("not to be read as a notebook: %s", entry.document, exc_info=True)
            if not entry.is_odd:
                self._say(f"{entry.file} cannot be read as a notebook at the moment. The file stays as it was.")
            entry.is_odd = True
            return None

    async def _put(self, entry: _Entry, data: bytes | None) -> None:
        pieces = list(entry.pending)
        kept = Kept(entry.document, entry.path, entry.file, (), entry.genesis)

        def write() -> Written:
            if pieces:
                self._folder.append(entry.document, pieces)
                del entry.pending[: len(pieces)]
            return self._folder.write(kept, data)

        written = await asyncio.to_thread(write)
        if written.aside:
            self._say(f"{entry.file} was changed here by somebody else: what they wrote is {written.aside} now.")
        if self._trouble:
            self._say("It can be written again.")
            self._trouble = ""
        if written.is_new:
            self._kept_news.written(entry.file, time.monotonic())

    def _failed(self, entry: _Entry, error: OSError) -> None:
        entry.due = time.monotonic() + _AGAIN_S
        said = unwritable(self._folder.root, error)
        if said.what != self._trouble:
            self._trouble = said.what
            what = entry.file or "What the class wrote"
            self._say(f"{what} cannot be written: {said.what}. It is tried again every {_AGAIN_S:.0f} seconds.")
