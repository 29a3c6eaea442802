"""Choosing versions that fit together, by resolvelib. Pure: all that it learns comes through `Offers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver
from resolvelib.structs import RequirementInformation

from peerbook.environment import words
from peerbook.environment.errors import Blame
from peerbook.environment.offers import Candidate, Offer, Offers, by_version
from peerbook.environment.target import Target
from peerbook.environment.wheels import normalise

VERSIONS_TRIED = 10
"""How far back to look for a version whose own needs can be met. Further back lies software nobody meant to install."""
ROUNDS = 2000
"""resolvelib's bound on its work; the largest real environment seen needed 60."""


@dataclass(frozen=True)
class Need:
    """A requirement and who has it."""

    requirement: Requirement
    by: Candidate | None
    """None: the workshop itself."""

    @property
    def name(self) -> str:
        return normalise(self.requirement.name)


@dataclass(frozen=True)
class Chosen:
    """One package of the answer, with the names of those of the answer that it needs."""

    candidate: Candidate
    depends: tuple[str, ...]


def resolve(
    requirements: Sequence[str], *, offers: Offers, target: Target, blame: Blame, preferred: Mapping[str, str]
) -> tuple[Chosen, ...]:
    """Choose every package that ``requirements`` need, the settled base among them, sorted by name.

    ``preferred`` gives versions by name that are kept when they still fit (a former lock's). Raises PackageUnavailable
    with words on the first package that cannot be had, or on requirements that contradict each other.
    """
    provider = _Provider(offers, target, preferred)
    needs = [need for text in requirements if provider.applies((need := Need(Requirement(text), None)).requirement, "")]
    resolver: Resolver[Need, Candidate, str] = Resolver(provider, BaseReporter())
    try:
        result = resolver.resolve(needs, max_rounds=ROUNDS)
    except ResolutionImpossible as impossible:
        raise words.impossible(_causes(impossible.causes, provider), blame, target) from impossible
    except ResolutionTooDeep as error:
        raise blame.unavailable(
            "no set of versions that fit together was found in reasonable time",
            "Say more exactly which versions you want, for example 'name==1.2'.",
        ) from error
    return _answer(result.mapping.values(), provider)


def _answer(pinned: Iterable[Candidate], provider: _Provider) -> tuple[Chosen, ...]:
    """Extras are candidates of their own while resolving; here they are folded into their package."""
    found: dict[str, Candidate] = {}
    depends: dict[str, set[str]] = {}
    for candidate in pinned:
        found.setdefault(candidate.name, candidate)
        needs = {need.name for need in provider.get_dependencies(candidate)}
        depends.setdefault(candidate.name, set()).update(needs - {candidate.name})
    return tuple(Chosen(found[name], tuple(sorted(depends[name]))) for name in sorted(found))


def _causes(causes: Iterable[RequirementInformation[Need, Candidate]], provider: _Provider) -> list[words.Cause]:
    """What stood in the way, put so that words can be made of it."""
    needs = [cause.requirement for cause in causes]
    listed = [words.Cause(need.requirement, _who(need.by), provider.offers.offer(need.name)) for need in needs]
    names = {need.name for need in needs}
    dead = [end for name, end in provider.dead_ends.items() if name in names]
    if not dead and len(names) == 1 and len({str(cause.requirement) for cause in listed}) == 1:
        # One requirement that could be met by itself: every version of it failed for what it needs in turn.
        alone = needs[0]
        if any(provider.is_satisfied_by(alone, candidate) for candidate in listed[0].offer.candidates):
            dead = list(provider.dead_ends.values())
    return dead[:1] or listed


def _who(by: Candidate | None) -> str | None:
    return str(by) if by else None


class _Provider(AbstractProvider[Need, Candidate, str]):
    def __init__(self, offers: Offers, target: Target, preferred: Mapping[str, str]) -> None:
        self.offers = offers
        self.dead_ends: dict[str, words.Cause] = {}
        self._target = target
        self._keeps = by_version(preferred)

    def identify(self, requirement_or_candidate: Need | Candidate) -> str:
        if isinstance(requirement_or_candidate, Candidate):
            return _identity(requirement_or_candidate.name, requirement_or_candidate.extras)
        return _identity(requirement_or_candidate.name, requirement_or_candidate.requirement.extras)

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Candidate],
        candidates: Mapping[str, Iterator[Candidate]],
        information: Mapping[str, Iterator[RequirementInformation[Need, Candidate]]],
        backtrack_causes: Any,
    ) -> tuple[bool, bool, str]:
        """What failed before is settled first, then what is asked for exactly; names make the order total."""
        failed = any(
            identifier in (cause.requirement.name, cause.parent and cause.parent.name) for cause in backtrack_causes
        )
        pinned = any(
            spec.operator in ("==", "===")
            for info in information[identifier]
            for spec in info.requirement.requirement.specifier
        )
        return (not failed, not pinned, identifier)

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> Any:
        needs = list(requirements[identifier])
        refused = {candidate.version for candidate in incompatibilities[identifier]}
        name, extras = needs[0].name, frozenset(needs[0].requirement.extras)
        # An extra is the package itself and more: what is asked of the package holds for it too.
        needs += [need for need in requirements.get(name, iter(())) if name != identifier]
        offer = self.offers.offer(name)
        if not offer.candidates:
            self.dead_ends.setdefault(name, words.Cause(needs[0].requirement, _who(needs[0].by), offer))
        fitting = [
            candidate for candidate in offer.candidates if all(self._satisfies(need, candidate) for need in needs)
        ]
        # Pyodide's lock says what its builds need, but not which versions: those that it has itself are tried together.
        among = any(need.by and need.by.source == "pyodide" for need in needs)
        fitting.sort(key=lambda one: (not self._keeps(one), not (among and one.version == offer.built)))
        usable = [candidate for candidate in fitting[:VERSIONS_TRIED] if candidate.version not in refused]

        def matches() -> Iterator[Candidate]:
            for candidate in usable:
                wanted = Candidate(
                    candidate.name, candidate.version, candidate.file_name, candidate.source, candidate.origin, extras
                )
                if self._readable(wanted, offer):
                    yield wanted

        return matches

    def is_satisfied_by(self, requirement: Need, candidate: Candidate) -> bool:
        return self._satisfies(requirement, candidate)

    def get_dependencies(self, candidate: Candidate) -> list[Need]:
        found = [
            Need(requirement, candidate)
            for requirement in self.offers.metadata(candidate).requires
            if any(self.applies(requirement, extra) for extra in candidate.extras or {""})
        ]
        if candidate.extras:
            found.append(Need(Requirement(f"{candidate.name}=={candidate.version}"), candidate))
        return found

    def applies(self, requirement: Requirement, extra: str) -> bool:
        """Whether a requirement's marker holds in Pyodide."""
        return not requirement.marker or requirement.marker.evaluate({**self._target.markers, "extra": extra})

    @staticmethod
    def _satisfies(need: Need, candidate: Candidate) -> bool:
        """Pre-releases count only where the requirement itself names one, or where the package is settled already."""
        asked = bool(need.requirement.specifier.prereleases) or candidate.source == "base"
        return need.requirement.specifier.contains(candidate.version, prereleases=asked)

    def _readable(self, candidate: Candidate, offer: Offer) -> bool:
        """A version whose metadata is broken, or that wants another Python after all, is passed over."""
        try:
            return self._target.fits_python(self.offers.metadata(candidate).requires_python)
        except ValueError:
            return False


def _identity(name: str, extras: Iterable[str]) -> str:
    asked = ",".join(sorted(normalise(extra) for extra in extras))
    return f"{name}[{asked}]" if asked else name
