"""Entry: makes `.venv` on first use, then hands over to the command line in `site/peerbook/`.

Needs Python 3.11 or newer and nothing else. Tried on Linux; written for macOS and Windows too, and untried there.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
OLDEST_PYTHON = (3, 11)


def stop(what: str, remedy: str) -> None:
    """Say what is wrong and what to do, and end."""
    sys.exit(f"\nerror: {what}\n  {remedy}")


def requirements_for(arguments: list[str]) -> list[Path]:
    """The hashed lists a command needs: running a class takes less than testing."""
    names = ["run.txt", "test.txt"] if "test" in arguments[:1] else ["run.txt"]
    return [ROOT / "requirements" / name for name in names]


def make_venv() -> None:
    """Create `.venv`; Debian and Ubuntu leave out the part of Python that does."""
    print("Setting up: a virtual environment in .venv", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode or not PYTHON.exists():
        if "ensurepip" in done.stdout + done.stderr or "No module named venv" in done.stderr:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            stop(
                "this Python has no 'venv' (Debian and Ubuntu keep it in a package of its own)",
                f"Run: sudo apt install python{version}-venv   Then delete the folder .venv and try again.",
            )
        stop(
            f"the virtual environment could not be made: {(done.stderr or done.stdout).strip()[-400:]}",
            "Check that there is room on the disk and that you may write here, delete .venv and try again.",
        )


def install(wanted: list[Path]) -> None:
    """Install what is not installed yet, held to the hashes in the lists."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()
    stamps = {path.stem: VENV / f"peerbook-{path.stem}.stamp" for path in wanted}
    stamp = stamps[wanted[-1].stem]
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("Setting up: fetching Python packages (about 30 MB, once)", file=sys.stderr, flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    for path in wanted:
        command += ["-r", str(path)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["pip said nothing"]
        telling = next((line for line in lines if line.startswith("ERROR")), lines[-1])
        stop(
            f"the Python packages could not be installed: {telling}",
            "Connect this machine to the package registry once, then try again. What is there already is kept.",
        )
    stamp.write_text(digest)


def show_sources() -> None:
    """Make `peerbook` and `signaling` importable from the checkout itself, without building a wheel."""
    query = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    path = Path(packages) / "peerbook-checkout.pth"
    lines = f"{ROOT / 'site'}\n{ROOT}\n"
    if not path.exists() or path.read_text(encoding="utf-8") != lines:
        path.write_text(lines, encoding="utf-8")


def main() -> int:
    """Set up what is missing, then run the command line in the virtual environment."""
    if sys.version_info < OLDEST_PYTHON:
        stop(
            f"Python {sys.version.split()[0]} is too old: Peerbook needs 3.11 or newer",
            "Install a newer Python, then run this with it: python3.12 build.py ...",
        )
    arguments = sys.argv[1:]
    if not PYTHON.exists():
        make_venv()
    install(requirements_for(arguments))
    show_sources()
    command = [str(PYTHON), "-m", "peerbook", *arguments]
    if os.name != "nt":
        # Become the command line: Ctrl-C and the exit code are then its own.
        sys.stdout.flush()
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it reached the command line too, which ends by itself


if __name__ == "__main__":
    sys.exit(main())
