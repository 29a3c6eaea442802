"""JupyterLite's build, run in this process on a stage of its own, with our addons behind its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from jupyterlite_core.addons.base import BaseAddon
from jupyterlite_core.manager import LiteManager

from peerbook.builder.plan import Plan
from peerbook.errors import PeerbookError


class PeerbookAddon(BaseAddon):  # type: ignore[misc]
    """An addon with the build's plan at hand. Sub-classes name a method for each hook they take part in."""

    __all__: ClassVar[list[str]] = ["post_build"]

    @property
    def plan(self) -> Plan:
        plan: Plan = self.manager.plan
        return plan

    def step(self, name: str, action: Callable[[Plan], None]) -> dict[str, Any]:
        """One task of the build system that runs ``action``; its exception is kept whole for who started the build."""

        def run() -> bool:
            try:
                action(self.plan)
            except BaseException as error:
                self.plan.failure = error
                return False
            return True

        return dict(self.task(name=name, actions=[run]))


class PeerbookManager(LiteManager):  # type: ignore[misc]
    """JupyterLite's manager with our addons after its own."""

    def __init__(self, plan: Plan, addons: dict[str, type[PeerbookAddon]], **settings: Any) -> None:
        self.plan = plan
        self._ours = addons
        super().__init__(**settings)

    def create_addons(self) -> dict[str, Any]:
        return {**super().create_addons(), **{name: addon(manager=self) for name, addon in self._ours.items()}}


def build_lite(plan: Plan, work: Path, addons: dict[str, type[PeerbookAddon]]) -> None:
    """Build JupyterLite with our ``addons`` into ``plan.site``; ``work`` takes the build system's own files.

    Raises the addon's own exception, or :class:`PeerbookError` with the place of the log.
    """
    log_path = plan.workspace.cache / "jupyterlite.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    (work / "lite").mkdir(parents=True)
    output = io.StringIO()
    logger = logging.getLogger("peerbook.lite")
    logger.propagate = False
    logger.handlers = [logging.StreamHandler(output)]
    config = plan.workspace.root / "jupyter_lite_config.json"
    settings = json.loads(config.read_text(encoding="utf-8"))["LiteBuildConfig"]
    manager = PeerbookManager(
        plan,
        addons,
        log=logger,
        lite_dir=work / "lite",
        output_dir=plan.site,
        cache_dir=work / "cache",
        **settings,
        # The stock kernel's extension is not shipped: ours brings its own, and no other extension
        # that happens to be installed on this machine belongs into the site either.
        ignore_sys_prefix=("federated_extensions",),
    )
    manager._doit_config = {
        **manager._doit_config,
        "dep_file": str(work / "doit.db"),
        "outfile": str(work / "doit.log"),
    }
    with _written_to(output, log_path):
        manager.initialize()
        failed = manager.doit_run("pre_build", "build", "post_build")
    if plan.failure is not None:
        raise plan.failure
    if failed:
        raise PeerbookError(
            "JupyterLite's build failed", where=str(log_path), remedy="The whole output is in that file."
        )


@contextlib.contextmanager
def _written_to(output: io.StringIO, path: Path) -> Iterator[None]:
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hints to install parts of Jupyter that a static site has no use for
            yield
    finally:
        path.write_text(output.getvalue(), encoding="utf-8")
