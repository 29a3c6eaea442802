"""The command line: what each command takes, and errors in words. The work is done elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from peerbook import __version__
from peerbook.errors import PeerbookError
from peerbook.progress import Terminal
from peerbook.workspace import this_workspace

EPILOG = """\
examples:
  python3 build.py serve                  build the sample workshops and open them to this computer, with a class
  python3 build.py serve my-workshops     the same for your own folder
  python3 build.py serve --lan            for everybody on this network, with a QR code
  python3 build.py build --output public  a folder of static files for any web host
"""


PEER_EPILOG = """\
With --follow the class has somebody who keeps it while nobody else is there: who comes later gets everything. Started
again with the same folder, it goes on where it was, with or without a network. The files are copies for reading: what
you change in them does not reach the class.
"""


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="python3 build.py",
        description="Peerbook: a folder of notebooks becomes a site with Python in every browser.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"Peerbook {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="build what changed and serve it, on one port, until Ctrl-C")
    _add_build_options(serve)
    serve.add_argument("--port", type=_port, default=8000, help="port (default: 8000; 0 takes any free one)")
    serve.add_argument("--lan", action="store_true", help="open it to this network and show a QR code for the class")
    serve.add_argument("--prefix", type=_prefix, default="", help="serve under a path such as /school/py")
    serve.add_argument("--no-build", action="store_true", help="serve what was built last, as it is")

    build = commands.add_parser("build", help="build the static site")
    _add_build_options(build)
    build.add_argument(
        "--signaling",
        type=_signaling,
        default="",
        metavar="URL",
        help="server that introduces browsers to each other, written into peerbook.json (default: none)",
    )

    check = commands.add_parser("check", help="check workshops, locks and the built site without changing anything")
    _add_content(check)
    check.add_argument(
        "--output", type=Path, metavar="DIST", help="built site to check (default: dist, when it exists)"
    )

    new = commands.add_parser("new", help="write a workshop.toml for a folder of notebooks")
    new.add_argument("folder", type=Path, metavar="FOLDER")

    peer = commands.add_parser(
        "peer",
        help="keep a class's notebooks on this computer, without a browser",
        description="Join a class by its invite link and keep its notebooks in a folder, as files Jupyter opens.",
        epilog=PEER_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    peer.add_argument("link", type=_link, metavar="LINK", help="the class's invite link, in quotes")
    peer.add_argument("--save", type=Path, required=True, metavar="FOLDER", help="where the notebooks go")
    peer.add_argument("--follow", action="store_true", help="stay in the class until Ctrl-C (default: one copy, now)")
    peer.add_argument("--name", type=_name, default="Keeper", help="what the class sees (default: Keeper)")
    road = peer.add_mutually_exclusive_group()
    road.add_argument("--direct", action="store_true", help="insist on direct connections being possible (aiortc)")
    road.add_argument("--relay", action="store_true", help="go through the server only: nobody learns this address")

    lock = commands.add_parser("lock", help="resolve the packages of workshops anew and write their locks")
    _add_content(lock)
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions, also where the lock still fits")
    _add_mirror(lock)

    test = commands.add_parser("test", help="run the tests: all, or the parts you name")
    test.add_argument(
        "parts", nargs="*", metavar="PART", help="lint, types, unit, protocol, ts, site, browser (default: all)"
    )
    test.epilog = "Whatever the command does not know is passed on to pytest: python3 build.py test unit -k lock -x"

    fuzz = commands.add_parser("fuzz", help="simulate whole lessons, with forgers and crashes, under many seeds")
    fuzz.add_argument("--seeds", type=_count, default=100, metavar="N", help="how many (default: 100)")
    fuzz.add_argument("--first", type=_count, default=1, metavar="SEED", help="from which on (default: 1)")
    fuzz.add_argument("--ops", type=_count, metavar="N", help="things that happen in each (default: 60)")
    fuzz.add_argument("--people", type=_count, metavar="N", help="people in each (default: 3 to 7)")
    fuzz.add_argument("--jobs", type=_count, metavar="N", help="lessons at a time (default: one for each core)")
    fuzz.add_argument(
        "--forge", type=_count, metavar="N", help="instead: so many forged edits against one class of 30 (--people)"
    )
    fuzz.add_argument("--real", action="store_true", help="with real cryptography, which is some fifty times slower")
    fuzz.add_argument("--trace", action="store_true", help="print all that happened in a lesson that failed")

    clean = commands.add_parser("clean", help="delete what was built; --all also what was fetched")
    clean.add_argument("--all", action="store_true", dest="everything", help="also caches, node_modules and .venv")
    return top


def _add_content(command: argparse.ArgumentParser) -> None:
    words = "folder of workshops (default: content)"
    command.add_argument("content", nargs="?", type=Path, metavar="FOLDER", help=words)


def _add_build_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "content", nargs="?", type=Path, metavar="FOLDER", help="folder of workshops (default: content)"
    )
    command.add_argument("--output", type=Path, metavar="DIST", help="where the site goes (default: dist)")
    command.add_argument("--again", action="store_true", help="build although nothing changed")
    _add_mirror(command)


def _add_mirror(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--pyodide-mirror",
        metavar="URL-or-FOLDER",
        help="where the build fetches Pyodide's compiled packages (default: the Pyodide project's address)",
    )


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port: give a number from 0 to 65535")
    return int(text)


def _signaling(text: str) -> str:
    """As pages read it (`signaling/address.ts`): a whole address, or one relative to the site."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("http", "https", "ws", "wss") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not an address") from None
    if text and not is_whole and (parts.scheme or parts.netloc or text != text.strip()):
        raise argparse.ArgumentTypeError(f"'{text}' is not an address such as https://school.example/signal")
    return text


def _link(text: str) -> str:
    from peerbook.peer.site import read_link  # only now: no other command needs it

    try:
        read_link(text)
    except PeerbookError as error:
        raise argparse.ArgumentTypeError(f"{error.what}. {error.remedy}") from None
    return text


def _name(text: str) -> str:
    from peerbook.peer.sync.record import NAME_CHARS, whole_name

    name = whole_name(text)
    if not name:
        raise argparse.ArgumentTypeError("a name needs a letter or a number at least")
    if len(name) > NAME_CHARS:
        raise argparse.ArgumentTypeError(f"a name has at most {NAME_CHARS} characters, this one has {len(name)}")
    return name


def _prefix(text: str) -> str:
    if not text:  # the default, which argparse also passes through here
        return ""
    trimmed = text.strip("/")
    if not all(part and part not in (".", "..") for part in trimmed.split("/")):
        raise argparse.ArgumentTypeError(f"'{text}' is not a path such as /school/py")
    return f"/{trimmed}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: an error that was said in words; 2: wrong usage; 130: Ctrl-C."""
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "test":
        parser().error(f"not understood: {' '.join(rest)}")
    progress = Terminal()
    workspace = this_workspace()
    # Each command imports its own part: `--help` and `serve --no-build` need neither JupyterLite nor a compiler.
    try:
        if options.command == "serve":
            from peerbook.commands.serve import serve

            return serve(workspace, options, progress)
        if options.command == "test":
            from peerbook.commands.test import test

            return test(workspace, options.parts, rest, progress)
        if options.command == "build":
            from peerbook.commands.build import build

            build(workspace, options, progress)
        elif options.command == "check":
            from peerbook.commands.check import check

            check(workspace, options, progress)
        elif options.command == "new":
            from peerbook.commands.new import new

            new(options.folder, progress)
        elif options.command == "peer":
            from peerbook.commands.peer import peer

            return peer(options, progress)
        elif options.command == "lock":
            from peerbook.commands.lock import lock

            lock(workspace, options, progress)
        elif options.command == "fuzz":
            from peerbook.commands.fuzz import fuzz

            return fuzz(workspace, options, progress)
        elif options.command == "clean":
            from peerbook.commands.clean import clean

            clean(workspace, everything=options.everything, progress=progress)
    except PeerbookError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nerror: {_in_words(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was built before is untouched.", file=sys.stderr)
        return 130
    return 0


def _in_words(error: OSError) -> str:
    """A system error with its file and what to do: a full disk, no permission."""
    import errno

    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{where}the disk is full\n  Free about 1 GB and try again. What was built before is untouched."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where}{error.strerror}\n  Give yourself permission to write there, or choose another --output."
    return f"{where}{error.strerror or error}"
