"""The pages of concepts and of their schemes: what a concept means, where it was observed, and what is not known.

Steps that were observed and steps of a profile stand in separate lists and are never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, FG, NAMESPACES, SCHEMES, STAGES, shorten
from failuregraph.pages.document import Link
from failuregraph.pages.markup import of_scheme
from failuregraph.pages.things.concept_questions import QUESTIONS
from failuregraph.pages.things.counting import Cases, Tally, cases, named, percent, spread, years
from failuregraph.pages.things.steps import Crossing, ProfileLine, Stage, crossing, linked, profile, stages
from failuregraph.pages.things.thing import Asked, Fact, asked, facts_of, more, places_of
from failuregraph.pages.things.uses import concept_link

if TYPE_CHECKING:
    from failuregraph.pages.markup import Markup
    from failuregraph.pages.site import Site
    from failuregraph.pages.things.matches import Match
    from failuregraph.pages.things.uses import Case

__all__ = ["Beside", "ConceptPage", "Entry", "SchemePage", "Use", "concept_page", "concepts_of", "scheme_page"]

#: What the page of a concept says in its own way.
_TOLD: Final = (
    "skos:prefLabel",
    "skos:definition",
    "skos:scopeNote",
    "skos:example",
    "skos:editorialNote",
    "skos:broader",
    "skos:inScheme",
    "skos:topConceptOf",
    "fg:rank",
    "fg:stage",
    "fg:profileStep",
)
#: The facet of the list of incidents that chooses by a concept of a scheme.
_FACETS: Final = {
    "mode": "mode",
    "surface": "surface",
    "severity": "severity",
    "source-type": "source",
    "confidence": "stated",
}
_DIMENSIONS: Final = {"mode": "failureMode", "surface": "surface", "severity": "severity", "industry": "industry"}
#: The schemes of which a note of the editors may say that a value does not fit.
_JUDGED: Final = ("mode", "surface", "severity")
_CLAIMED: Final = FG + "controlClaimed"
#: What leads from things beside the records to a concept without using it.
_NO_USE: Final = frozenset(NAMESPACES["skos"] + name for name in ("inScheme", "topConceptOf", "broader", "definition"))
_PROFILE: Final = FG + "profileStep"


@dataclass(frozen=True)
class Use:
    """In how many incidents a concept stands under a property, how many have any value of it, and how many none."""

    name: str
    count: int
    events: int
    mapped: int
    valued: int
    all: int

    @property
    def percent(self) -> str:
        """The share of all incidents."""
        return percent(self.count, self.all)

    @property
    def unknown(self) -> int:
        """How many incidents have no value here."""
        return self.all - self.valued

    @property
    def percent_unknown(self) -> str:
        """The share of those without a value here."""
        return percent(self.unknown, self.all)


@dataclass(frozen=True)
class Beside:
    """Things that have a concept, and by which property."""

    name: str
    things: tuple[Link, ...]


@dataclass(frozen=True)
class ConceptPage:
    """Everything that the page of a concept shows; ``noted`` are its incidents on which the editors remark."""

    scheme: Link
    local: str
    iri: str
    title: str
    definition: str
    scope: tuple[str, ...]
    notes: tuple[str, ...]
    rank: str
    stage: Link | None
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    examples: tuple[Link, ...]
    facts: tuple[Fact, ...]
    uses: tuple[Use, ...]
    incidents: Cases
    noted: tuple[Case, ...]
    claimed: Cases
    profile: tuple[ProfileLine, ...]
    observed: int
    stages: tuple[Stage, ...]
    crossing: Crossing | None
    tallies: tuple[Tally, ...]
    organisations: Tally
    years: Tally
    beside: tuple[Beside, ...]
    matches: tuple[Match, ...]
    asked: Asked


@dataclass(frozen=True)
class Entry:
    """A concept in the list of its scheme."""

    local: str
    link: Link
    definition: str
    rank: str
    incidents: int
    events: int
    with_narrower: int
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    scope: tuple[str, ...]
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]
    stage: Link | None
    examples: tuple[Link, ...]
    profile: tuple[ProfileLine, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class SchemePage:
    """A scheme and its concepts; ``uses`` says how many incidents have no value of it."""

    name: str
    title: str
    description: str
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]
    entries: tuple[Entry, ...]
    ranked: bool
    nested: bool
    all: int
    uses: tuple[Use, ...]
    path: str
    markup: Markup


def concepts_of(site: Site, scheme: str) -> tuple[str, ...]:
    """Return the local names of the concepts of a scheme, sorted."""
    inside = site.uses.beside.get(BASE + scheme, {}).get(NAMESPACES["skos"] + "inScheme", set())
    return tuple(sorted(each.partition("#")[2] for each in inside))


def concept_page(site: Site, scheme: str, local: str) -> ConceptPage:
    """Return the view of a concept, which must be in the scheme."""
    doc, iri, uses = site.everything, NAMESPACES[SCHEMES[scheme]] + local, site.uses
    family = (iri, *uses.narrower(iri))
    incidents = {each for one in family for each in uses.incidents(one, _counted(site, one))}
    observed = incidents & uses.with_any(FG + "observedStep") if scheme == "mode" else set()
    chosen = _facet(scheme, local, len(family))
    return ConceptPage(
        scheme=Link(site.labels.get(BASE + scheme, scheme), f"/{scheme}#{local}"),
        local=local,
        iri=iri,
        title=site.labels.get(iri, local),
        definition=doc.text(iri, "skos:definition"),
        scope=tuple(doc.texts(iri, "skos:scopeNote")),
        notes=tuple(doc.texts(iri, "skos:editorialNote")),
        rank=doc.text(iri, "fg:rank"),
        stage=next(iter(linked(site, iri, "fg:stage")), None),
        broader=linked(site, iri, "skos:broader"),
        narrower=places_of(site, iri, "skos:broader"),
        examples=doc.links(iri, "skos:example"),
        facts=facts_of(doc, iri, *_TOLD),
        uses=_uses(site, family),
        incidents=_listed(site, family, incidents, chosen),
        noted=_noted(site, scheme, incidents),
        claimed=cases(uses, uses.incidents(iri, [_CLAIMED])),
        profile=profile(site, iri),
        observed=len(observed),
        stages=stages(site, observed),
        crossing=crossing(site, scheme, incidents, chosen),
        tallies=spread(uses, incidents, chosen, _DIMENSIONS.get(scheme, "")),
        organisations=named(uses, incidents, chosen),
        years=years(uses, incidents),
        beside=_beside(site, iri),
        matches=site.matches.of(iri),
        asked=asked(site, iri, QUESTIONS.get(scheme, ()), more(site, scheme, local)),
    )


def _noted(site: Site, scheme: str, incidents: set[str]) -> tuple[Case, ...]:
    """Return the incidents with an editorial note, for schemes by which incidents are judged."""
    return tuple(case for case in site.uses.listed(incidents) if case.notes) if scheme in _JUDGED else ()


def _facet(scheme: str, local: str, family: int) -> str:
    """Return how the list of incidents is asked for those of a concept, or nothing where it cannot be."""
    facet = _FACETS.get(scheme, "")
    if family > 1:
        facet = "wing" if scheme == "surface" else ""
    return f"{facet}={local}" if facet else ""


def _counted(site: Site, concept: str) -> list[str]:
    """Return the properties by which incidents use a concept; a control that is claimed to be there is none."""
    return sorted(name for name in site.uses.of.get(concept, {}) if name != _CLAIMED)


def _uses(site: Site, family: tuple[str, ...]) -> tuple[Use, ...]:
    names = sorted({name for concept in family for name in _counted(site, concept)})
    return tuple(_use(site, name, family) for name in names)


def _use(site: Site, name: str, concepts: tuple[str, ...]) -> Use:
    uses = site.uses
    found = {incident for each in concepts for incident in uses.incidents(each, [name])}
    mapped = {incident for each in concepts for incident in uses.mapped.get(each, {}).get(name, ())}
    label = site.labels.get(name) or shorten(name)
    return Use(label, len(found), uses.events(found), len(mapped & found), len(uses.with_any(name)), len(uses.cases))


def _listed(site: Site, family: tuple[str, ...], incidents: set[str], chosen: str) -> Cases:
    """Return the list of incidents; where there are narrower concepts, each says which of them it has."""
    address = f"/incidents?{chosen}" if chosen else ""
    if len(family) == 1:
        return cases(site.uses, incidents, address=address)
    found: dict[str, list[Link]] = {}
    for concept in family:
        for incident in site.uses.incidents(concept, _counted(site, concept)):
            found.setdefault(incident, []).append(concept_link(concept, site.labels))
    return cases(site.uses, incidents, lambda iri: tuple(found[iri]), note="As", address=address)


def _beside(site: Site, iri: str) -> tuple[Beside, ...]:
    """Return the things that have a concept: steps of a stage, publishers of a kind, claims about a mode."""
    found = []
    for name, subjects in sorted(site.uses.beside.get(iri, {}).items()):
        if name not in _NO_USE:
            links = {_thing(site, subject) for subject in subjects}
            label = site.labels.get(name) or shorten(name)
            found.append(Beside(label, tuple(sorted(links, key=lambda link: link.text))))
    return tuple(found)


def _thing(site: Site, iri: str) -> Link:
    """Return the link to a thing; a part without a name of its own is called after what it is a part of."""
    modes = site.uses.beside.get(iri, {}).get(_PROFILE, set())
    if modes:
        mode = concept_link(min(modes), site.labels)
        return Link(f"profile of {mode.text}", f"{mode.href}#profile")
    if iri in site.labels:
        return concept_link(iri, site.labels)
    whole = iri.partition("#")[0]
    return Link(site.labels.get(whole) or shorten(iri), "/" + iri.removeprefix(BASE))


def scheme_page(site: Site, path: str) -> SchemePage:
    """Return the view of the scheme whose document stands at a path."""
    doc, iri = site.everything, BASE + path
    entries = [_entry(site, path, local) for local in concepts_of(site, path)]
    ranked = any(entry.rank for entry in entries)
    order = {local: place for place, local in enumerate(STAGES)}
    entries.sort(key=lambda entry: (-int(entry.rank or 0), order.get(entry.local, 0), entry.link.text))
    names = sorted({name for each in entries for name in _counted(site, NAMESPACES[SCHEMES[path]] + each.local)})
    every = tuple(NAMESPACES[SCHEMES[path]] + entry.local for entry in entries)
    return SchemePage(
        name=path,
        title=site.labels.get(iri, path),
        description=doc.text(iri, "dcterms:description"),
        notes=tuple(doc.texts(iri, "skos:editorialNote")),
        facts=facts_of(doc, iri, "dcterms:title", "dcterms:description", "skos:editorialNote"),
        entries=tuple(entries),
        ranked=ranked,
        nested=any(entry.narrower for entry in entries),
        all=len(site.uses.cases),
        uses=tuple(_use(site, name, every) for name in names),
        path=path,
        markup=of_scheme(site, path),
    )


def _entry(site: Site, scheme: str, local: str) -> Entry:
    doc, iri, uses = site.everything, NAMESPACES[SCHEMES[scheme]] + local, site.uses
    own = uses.incidents(iri, _counted(site, iri))
    family = {each for one in uses.narrower(iri) for each in uses.incidents(one, _counted(site, one))}
    return Entry(
        local=local,
        link=concept_link(iri, site.labels),
        definition=doc.text(iri, "skos:definition"),
        rank=doc.text(iri, "fg:rank"),
        incidents=len(own),
        events=uses.events(own),
        with_narrower=len(own | family),
        broader=linked(site, iri, "skos:broader"),
        narrower=places_of(site, iri, "skos:broader"),
        scope=tuple(doc.texts(iri, "skos:scopeNote")),
        notes=tuple(doc.texts(iri, "skos:editorialNote")),
        facts=facts_of(doc, iri, *_TOLD),
        stage=next(iter(linked(site, iri, "fg:stage")), None),
        examples=doc.links(iri, "skos:example"),
        profile=profile(site, iri),
        matches=site.matches.of(iri),
    )
