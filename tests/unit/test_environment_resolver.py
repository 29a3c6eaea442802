"""Choosing versions: what fits Pyodide's Python, what is preferred, and the words when nothing fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from peerbook.environment import PackageUnavailable
from peerbook.environment.distribution import read_distribution
from peerbook.environment.errors import Blame
from peerbook.environment.lock import LockedPackage
from peerbook.environment.offers import Offers
from peerbook.environment.resolver import Chosen, resolve
from tests.unit.environment_kit import INFO, PLATFORM, TARGET, Shelf, built

BLAME = Blame("content/loops/workshop.toml: field 'packages' of [environment]", "workshop 'loops'")


class Choose:
    """Resolves against a shelf; gives `{name: version}`."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder / "shelf")
        self.folder = folder
        self.chosen: tuple[Chosen, ...] = ()

    def __call__(
        self,
        *requirements: str,
        packages: Iterable[dict[str, Any]] = (),
        base: Iterable[LockedPackage] = (),
        preferred: dict[str, str] | None = None,
    ) -> dict[str, str]:
        lock = {"info": INFO, "packages": {entry["name"]: entry for entry in packages}}
        offers = Offers(
            self.shelf.registry(self.folder / "store"),
            read_distribution("314.0.6", lock),
            kernel={},
            base={package.name: package for package in base},
        )
        self.chosen = resolve(requirements, offers=offers, target=TARGET, blame=BLAME, preferred=preferred or {})
        return {one.candidate.name: str(one.candidate.version) for one in self.chosen}

    def source(self, name: str) -> str:
        return next(one.candidate.source for one in self.chosen if one.candidate.name == name)


@pytest.fixture
def choose(tmp_path: Path) -> Choose:
    return Choose(tmp_path)


def settled(name: str, version: str) -> LockedPackage:
    return LockedPackage(name, version, f"{name}-{version}-py3-none-any.whl", "0" * 64, "pypi", "pure", (), (name,))


def test_the_newest_version_and_all_that_it_needs(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0")
    choose.shelf.add("loop", "2.0", requires=["knot>=1"])
    choose.shelf.add("knot", "1.5")

    assert choose("loop") == {"knot": "1.5", "loop": "2.0"}
    assert [one.depends for one in choose.chosen] == [(), ("knot",)]


def test_markers_are_those_of_the_browser(choose: Choose) -> None:
    choose.shelf.add(
        "loop",
        "1.0",
        requires=[
            "here; sys_platform == 'emscripten' and platform_machine == 'wasm32'",
            "there; sys_platform == 'linux'",
            "old; python_version < '3.14'",
        ],
    )
    choose.shelf.add("here", "1.0")

    assert choose("loop", "nowhere; platform_system == 'Windows'") == {"here": "1.0", "loop": "1.0"}


def test_extras_bring_what_they_need_and_no_more(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0", requires=["paint; extra == 'colour'", "sing; extra == 'sound'"])
    choose.shelf.add("paint", "1.0")

    assert choose("loop[colour]") == {"loop": "1.0", "paint": "1.0"}
    assert choose("loop") == {"loop": "1.0"}


def test_yanked_files_do_not_count(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0")
    choose.shelf.add("loop", "2.0", yanked=True)

    assert choose("loop") == {"loop": "1.0"}


def test_prereleases_count_only_when_asked_for(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0")
    choose.shelf.add("loop", "2.0rc1")

    assert choose("loop") == {"loop": "1.0"}
    assert choose("loop>=2.0rc1") == {"loop": "2.0rc1"}
    assert choose("loop>=2.0.dev0") == {"loop": "2.0rc1"}


@pytest.mark.parametrize("where", ["page_python", "python"])
def test_a_version_for_another_python_is_passed_over(choose: Choose, where: str) -> None:
    choose.shelf.add("loop", "1.0")
    choose.shelf.add("loop", "2.0", **{where: ">=3.15"})

    assert choose("loop") == {"loop": "1.0"}


def test_a_wheel_compiled_for_this_pyodide_is_taken_a_pure_one_of_the_same_version_first(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0", tag=PLATFORM)
    choose.shelf.add("loop", "1.1", tag="cp314-cp314-manylinux_2_17_x86_64")
    choose.shelf.add("both", "1.0", tag=PLATFORM)
    choose.shelf.add("both", "1.0", tag="py3-none-any")

    assert choose("loop", "both") == {"both": "1.0", "loop": "1.0"}
    assert [one.candidate.file_name for one in choose.chosen] == [
        "both-1.0-py3-none-any.whl",
        f"loop-1.0-{PLATFORM}.whl",
    ]


def test_what_only_pyodide_compiles_comes_from_its_distribution_in_exactly_its_version(choose: Choose) -> None:
    choose.shelf.add("array", "3.0", tag="cp314-cp314-manylinux_2_17_x86_64")
    choose.shelf.add("six", "1.17")
    distribution = [built("array", "2.4", b"array", depends=["six"])]

    assert choose("array>=2", packages=distribution) == {"array": "2.4", "six": "1.17"}
    assert (choose.source("array"), choose.source("six")) == ("pyodide", "pypi")


def test_a_pure_wheel_as_new_as_pyodides_build_is_preferred(choose: Choose) -> None:
    choose.shelf.add("tool", "2.0")
    distribution = [built("tool", "2.0", b"tool", tag="py3-none-any")]

    assert choose("tool", packages=distribution) == {"tool": "2.0"}
    assert choose.source("tool") == "pypi"


def test_a_very_old_pure_wheel_does_not_stand_in_for_pyodides_build(choose: Choose) -> None:
    choose.shelf.add("array", "0.1")
    distribution = [built("array", "2.4", b"array")]

    assert choose("array", packages=distribution) == {"array": "2.4"}


def test_beside_a_package_of_the_distribution_its_own_versions_of_what_it_needs_are_preferred(choose: Choose) -> None:
    choose.shelf.add("dates", "4.0")
    choose.shelf.add("dates", "2.9")
    distribution = [
        built("frame", "3.0", b"frame", depends=["dates"]),
        built("dates", "2.9", b"dates", tag="py3-none-any"),
    ]

    assert choose("frame", packages=distribution) == {"dates": "2.9", "frame": "3.0"}
    assert choose("dates", packages=distribution) == {"dates": "4.0"}


def test_the_base_is_settled_and_not_chosen_again(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0", requires=["pygments>=2"])
    choose.shelf.add("pygments", "9.0")

    assert choose("loop", base=[settled("pygments", "2.21")]) == {"loop": "1.0", "pygments": "2.21"}
    assert choose.source("pygments") == "base"


def test_versions_of_a_former_lock_stay_while_they_fit(choose: Choose) -> None:
    for version in ("1.0", "1.1", "2.0"):
        choose.shelf.add("loop", version)

    assert choose("loop", preferred={"loop": "1.1"}) == {"loop": "1.1"}
    assert choose("loop>=2", preferred={"loop": "1.1"}) == {"loop": "2.0"}


def test_an_older_version_is_taken_when_the_newest_needs_what_cannot_be_had(choose: Choose) -> None:
    choose.shelf.add("loop", "1.0")
    choose.shelf.add("loop", "2.0", requires=["native"])
    choose.shelf.add("native", "1.0", tag="cp314-cp314-manylinux_2_17_x86_64")

    assert choose("loop") == {"loop": "1.0"}


def sources_only(shelf: Shelf) -> None:
    shelf.put("loop", "loop-1.0.tar.gz", b"")


def other_platforms(shelf: Shelf) -> None:
    shelf.add("loop", "1.0", tag="cp314-cp314-manylinux_2_17_x86_64")
    shelf.add("loop", "1.0", tag="cp313-cp313-pyemscripten_2025_0_wasm32")


def another_python(shelf: Shelf) -> None:
    shelf.add("loop", "1.0", page_python=">=3.15")


def a_need_that_cannot_be_met(shelf: Shelf) -> None:
    shelf.add("loop", "1.0", requires=["native"])
    sources_only(shelf)
    shelf.put("native", "native-1.0.tar.gz", b"")


def other_versions(shelf: Shelf) -> None:
    for version in ("1.0", "1.1"):
        shelf.add("loop", version)


def a_contradiction(shelf: Shelf) -> None:
    shelf.add("loop", "1.0", requires=["knot<2"])
    shelf.add("lace", "1.0", requires=["knot>=2"])
    shelf.add("knot", "1.0")
    shelf.add("knot", "2.0")


def nothing(_shelf: Shelf) -> None:
    return None


@pytest.mark.parametrize(
    ("publish", "asked", "words"),
    [
        (nothing, ["loop"], "workshop 'loops': there is no package named 'loop'"),
        (
            sources_only,
            ["loop"],
            "'loop' is published as source only, and nothing can be compiled for the browser here",
        ),
        (
            other_platforms,
            ["loop"],
            "'loop' is compiled code: it has wheels for pyemscripten_2025_0_wasm32, but none for "
            "pyemscripten_2026_0_wasm32, and Pyodide's distribution does not have it either",
        ),
        (another_python, ["loop"], "'loop' does not run on Python 3.14.2 (it wants >=3.15)"),
        (
            a_need_that_cannot_be_met,
            ["loop"],
            "'native' is published as source only, and nothing can be compiled for "
            "the browser here (needed by loop 1.0)",
        ),
        (other_versions, ["loop>=2"], "no version of loop for Pyodide 314.0.6 satisfies 'loop>=2'; there is 1.1, 1.0"),
        (a_contradiction, ["loop", "lace"], "requirements contradict each other: "),
    ],
)
def test_what_cannot_be_had_is_said_with_the_reason(
    choose: Choose, publish: Callable[[Shelf], None], asked: list[str], words: str
) -> None:
    publish(choose.shelf)

    with pytest.raises(PackageUnavailable) as raised:
        choose(*asked)
    assert words in raised.value.what
    assert raised.value.where == BLAME.where
    assert raised.value.remedy


def test_a_contradiction_names_who_needs_what(choose: Choose) -> None:
    a_contradiction(choose.shelf)

    with pytest.raises(PackageUnavailable) as raised:
        choose("loop", "lace")
    assert "loop 1.0 needs 'knot<2'" in raised.value.what
    assert "lace 1.0 needs 'knot>=2'" in raised.value.what


def test_asking_for_another_version_than_the_base_has_says_what_every_notebook_runs_on(choose: Choose) -> None:
    with pytest.raises(PackageUnavailable, match=r"every notebook runs on pygments 2\.21"):
        choose("pygments<2", base=[settled("pygments", "2.21")])
