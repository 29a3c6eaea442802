"""A school's network in miniature: one switch, a server and desks in network namespaces of their own.

Every desk has a default route, to nowhere: without one Chromium gathers no ICE candidates at all, and a test that
meant to block something would pass for the wrong reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SUBNET = "10.99.0"
GATEWAY = f"{SUBNET}.254"
"""Nobody has this address."""


class NoNamespacesError(Exception):
    """This machine cannot make network namespaces; the text says why."""


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Desk:
    """A namespace with one cable to the switch."""

    def __init__(self, name: str, switch: str, number: int) -> None:
        self.name = name
        self.address = f"{SUBNET}.{number}"
        self._in_switch = f"p{number}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", "cable", "netns", name, "type", "veth", "peer", "name", f"p{number}", "netns", switch)
        run("ip", "-n", switch, "link", "set", f"p{number}", "master", "br0", "up")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "addr", "add", f"{self.address}/24", "dev", "cable")
        self.plug()

    def plug(self) -> None:
        run("ip", "-n", self.name, "link", "set", "cable", "up")
        run("ip", "-n", self.name, "route", "replace", "default", "via", GATEWAY, "dev", "cable")
        run("ip", "-n", self.name, "route", "replace", "224.0.0.0/4", "dev", "cable")

    def unplug(self) -> None:
        run("ip", "-n", self.name, "link", "set", "cable", "down")

    def lose_default_route(self) -> None:
        run("ip", "-n", self.name, "route", "del", "default")

    def block(self, rule: str) -> None:
        """Drop, both ways, what matches an nftables ``rule``, such as `meta l4proto udp`."""
        table = "add table inet block\n"
        for hook, way in (("input", "iifname"), ("output", "oifname")):
            table += f"add chain inet block {hook} {{ type filter hook {hook} priority 0; }}\n"
            table += f"add rule inet block {hook} {way} != lo {rule} drop\n"
        subprocess.run(
            ["ip", "netns", "exec", self.name, "nft", "-f", "-"], input=table, text=True, check=True, timeout=10
        )

    def unblock(self) -> None:
        run("ip", "netns", "exec", self.name, "nft", "delete", "table", "inet", "block")

    def wrapper(self, program: str, folder: Path) -> Path:
        """A script that runs ``program`` at this desk: what a browser's driver takes for the browser."""
        script = folder / f"{self.name}-{Path(program).name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n')
        script.chmod(0o755)
        return script


class Lab:
    """Makes desks, and takes everything away at the end."""

    def __init__(self) -> None:
        # Administrators' tools are not on everybody's path.
        os.environ["PATH"] += os.pathsep + "/usr/sbin"
        for tool in ("ip", "nft"):
            if shutil.which(tool) is None:
                raise NoNamespacesError(f"there is no '{tool}' on this machine (iproute2, nftables)")
        self._prefix = f"pb{os.getpid()}"
        self._names: list[str] = []
        self.switch = self._name("switch")
        try:
            run("ip", "netns", "add", self.switch)
            run("ip", "-n", self.switch, "link", "add", "br0", "type", "bridge")
            run("ip", "-n", self.switch, "link", "set", "br0", "up")
            run("ip", "netns", "exec", self.switch, "nft", "list", "ruleset")
        except (OSError, subprocess.TimeoutExpired) as error:
            self.close()
            raise NoNamespacesError(f"this machine makes no network namespaces: {error}") from None

    def desk(self, name: str) -> Desk:
        full = self._name(name)
        return Desk(full, self.switch, len(self._names))

    def close(self) -> None:
        for name in self._names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=10, check=False)
        self._names.clear()

    def _name(self, name: str) -> str:
        full = f"{self._prefix}{name}"
        self._names.append(full)
        return full
