"""Candidates for the table of aliases: names of other registries that are like those of reviewed organisations."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from failuregraph.link.candidates import Candidate, rows, similarity
from failuregraph.names import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from failuregraph.project import Project
    from failuregraph.store import Store

__all__ = ["organisation_candidates"]

#: What a company's name may end with and be the same name without.
_FORMS = re.compile(r"\b(?:inc|incorporated|corp|corporation|co|company|llc|ltd|limited|plc|gmbh|ag|sa|nv|the)\b")
_LEAST: Final = 0.85
#: In how many names a word stands that is common.
_OFTEN: Final = 4


def organisation_candidates(
    project: Project, store: Store, progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Candidate]:
    """Return statements that would bring a party of a registry to a reviewed organisation, for review.

    A party with a page would match it by ``skos:closeMatch``, one that is only printed by ``fg:filedUnder``.
    """
    names = [(shorten(iri), name) for iri, name in rows(project, store, "organisations")]
    common = _common(name for _, name in names)
    known = [(iri, name, _plain(name, common)) for iri, name in names]
    reviewed = {(shorten(one), other) for one, other in rows(project, store, "reviewed")}
    parties = list(rows(project, store, "parties"))
    found: list[Candidate] = []
    for place, (_, name, page, incidents) in enumerate(parties, 1):
        progress("parties", place, len(parties))
        for iri, known_name, score in _alike(_plain(name, common), known):
            predicate, target = ("skos:closeMatch", page) if page else ("fg:filedUnder", name)
            evidence = f"“{name}” is like “{known_name}”; incidents that name it: {incidents}"
            if (iri, target) not in reviewed:
                found.append(Candidate(iri, known_name, predicate, target, name, score, evidence))
    return found


def _common(names: Iterable[str]) -> frozenset[str]:
    """Return the words that stand in so many names that they tell none from another, such as “department”."""
    counts = Counter(word for name in set(names) for word in _words(name))
    return frozenset(word for word, count in counts.items() if count >= _OFTEN)


def _alike(plain: str, known: list[tuple[str, str, str]]) -> list[tuple[str, str, float]]:
    """Return organisation, name and score of the names that are alike, one for each organisation."""
    best: dict[str, tuple[str, float]] = {}
    for iri, known_name, known_plain in known:
        score = _score(plain, known_plain)
        if score >= _LEAST and score > best.get(iri, ("", 0.0))[1]:
            best[iri] = (known_name, score)
    return [(iri, known_name, score) for iri, (known_name, score) in best.items()]


def _words(name: str) -> list[str]:
    return _FORMS.sub(" ", re.sub(r"[^\w\s]", " ", name.casefold())).split()


def _plain(name: str, common: frozenset[str] = frozenset()) -> str:
    """Return a name without case, marks, legal form and common words; with them where nothing else is left.

    >>> _plain("Open AI, Inc."), _plain("OpenAI"), _plain("Troy Police Department", frozenset({"police", "department"}))
    ('open ai', 'openai', 'troy')
    """
    words = _words(name)
    return " ".join([word for word in words if word not in common] or words)


def _score(one: str, other: str) -> float:
    """Return how alike two plain names are, from 0 to 1; spaces and the order of words do not count."""
    fuzz = similarity()
    tight: float = fuzz.ratio(one.replace(" ", ""), other.replace(" ", ""))
    sorted_: float = fuzz.token_sort_ratio(one, other)
    return max(tight, sorted_) / 100
