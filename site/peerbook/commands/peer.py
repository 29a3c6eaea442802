"""`peer`: a class's notebooks on this computer's disk, by somebody without a browser."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from peerbook.errors import PeerbookError
from peerbook.peer.keep.folder import Folder, unwritable
from peerbook.peer.keep.keeper import Keeper
from peerbook.peer.peer import Peer
from peerbook.peer.site import Site, Unreached, fetch_site, kept_site, read_link, workshop_of
from peerbook.progress import Progress


def peer(options: argparse.Namespace, progress: Progress) -> int:
    """Join a class and keep its notebooks: until Ctrl-C with ``--follow``, else once. 0 when all is written.

    Raises :class:`PeerbookError` for a folder that cannot be written, a site that cannot be reached, a class nobody is
    in.
    """
    if options.direct and importlib.util.find_spec("aiortc") is None:
        raise PeerbookError(
            "direct connections need the package aiortc, which is not installed",
            where="--direct",
            remedy="Install it, or leave out --direct: the class is reached through the server then.",
        )
    return asyncio.run(_keep(options, progress))


async def _keep(options: argparse.Namespace, progress: Progress) -> int:
    say: Callable[[str], None] = lambda line: progress.say(f"{time.strftime('%H:%M')}  {line}")  # noqa: E731
    _end_on_signals()
    root: Path = options.save.absolute()
    class_id = read_link(options.link).id.hex()
    folder = Folder.open(root, class_id)
    try:
        noted = folder.about()
        with progress.task("Joining the class"):
            site = await _site(options.link, noted, say)
            me = await Peer.join(
                options.link,
                options.name,
                own=folder.own(),
                learned=folder.keep_own,
                direct=not options.relay,
                site=site,
            )
            folder.note(**{"class": class_id}, participant=me.participant, site=asdict(site))
    except asyncio.CancelledError:
        folder.close()
        say("Stopped before the class was reached.")
        return 0
    except OSError as error:
        folder.close()
        raise unwritable(root, error) from None
    except BaseException:
        folder.close()
        raise
    keeper = Keeper(me, folder, options.link, workshop_of(options.link), say)
    try:
        keeper.restore()
        await (keeper.run() if options.follow else keeper.take_copy())
    except asyncio.CancelledError:
        say("Stopping ...")
    finally:
        await keeper.finish()
    count = len(keeper.files)
    say(f"Everything is written: {count} notebook{'' if count == 1 else 's'} in {options.save}.")
    return 0


async def _site(link: str, noted: dict[str, object], say: Callable[[str], None]) -> Site:
    """The site, or what it was when this class was kept last."""
    try:
        return await fetch_site(link)
    except Unreached as error:
        site = kept_site(noted.get("site"))
        if site is None:
            raise
        say(f"{error.where}: {error.what}. Going on with what is kept, and trying again.")
        return site


def _end_on_signals() -> None:
    """A service's stop and a closed terminal end it as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), task.cancel)
