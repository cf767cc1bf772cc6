"""What is missing: values, pairs without an incident, rules that records break, and who knows least.

Every share says what it is out of.  An empty cell says that nothing is recorded here, never that nothing happened.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE, FG, NAMESPACES, shorten
from failuregraph.pages.document import Link
from failuregraph.pages.panels import Panel, panel
from failuregraph.pages.things.counting import Share, percent
from failuregraph.pages.things.uses import concept_link
from failuregraph.query import QueryFile
from failuregraph.validate.whole import levels, run_check

if TYPE_CHECKING:
    from failuregraph.pages.site import Site
    from failuregraph.pages.things.uses import Uses

__all__ = ["Broken", "Finding", "Gaps", "Grid", "Missing", "Property", "missing"]

#: What incidents should have, as it is counted by year.
_PROPERTIES: Final = (
    "involvement",
    "failureMode",
    "surface",
    "severity",
    "industry",
    "placeOfHarm",
    "system",
    "observedStep",
    "source",
    "publicVisibility",
    "regulatoryExposure",
    "customerImpact",
    "financialImpact",
    "timeToDisclosure",
    "response",
    "proceeding",
)
#: How many publishers are listed.
_LONG: Final = 12
_ORDER: Final = {"error": 0, "warning": 1, "info": 2}
_PANELS: Final = (
    "completeness",
    "unseen-mode-surface-pairs",
    "surfaces-without-observed-path",
    "control-gap-only-from-profile",
    "dead-source-links",
    "retired-ids",
)


@dataclass(frozen=True)
class Property:
    """In how many incidents of each year a property has a value; a value may be Unknown or None, which is stated."""

    name: str
    link: Link
    whole: Share
    years: tuple[Share, ...]


@dataclass(frozen=True)
class Grid:
    """Surfaces and modes: the incidents that have both, empty pairs included."""

    modes: tuple[Link, ...]
    rows: tuple[tuple[Link, tuple[Share, ...]], ...]
    filled: int
    pairs: int
    both: int
    all: int

    @property
    def percent_filled(self) -> str:
        """The share of pairs with an incident."""
        return percent(self.filled, self.pairs)


@dataclass(frozen=True)
class Finding:
    """Something that breaks a rule, and how."""

    link: Link
    detail: str


@dataclass(frozen=True)
class Broken:
    """A rule with what it finds in this release."""

    rule: str
    level: str
    problem: str
    remedy: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Gaps:
    """How much is unknown in the records of a registry, or among the sources of a publisher."""

    name: Link
    count: int
    missing: Share


@dataclass(frozen=True)
class Missing:
    """Everything that the page shows."""

    all: int
    dated: Share
    properties: tuple[Property, ...]
    years: tuple[tuple[str, int], ...]
    grid: Grid
    rules: tuple[Broken, ...]
    kept: tuple[str, ...]
    registries: tuple[Gaps, ...]
    sources: tuple[Gaps, ...]
    panels: tuple[Panel, ...]

    @property
    def found(self) -> int:
        """How many findings there are."""
        return sum(len(rule.findings) for rule in self.rules)


def missing(site: Site) -> Missing:
    """Return what is missing in a release; the check queries run on its store."""
    uses = site.uses
    rules = _rules(site)
    dated = sum(1 for case in uses.cases.values() if case.date)
    return Missing(
        len(uses.cases),
        Share(Link("incident date"), dated, len(uses.cases)),
        tuple(_property(site, name) for name in _PROPERTIES),
        tuple((year, len(found)) for year, found in _by_year(uses).items()),
        _grid(uses),
        tuple(rule for rule in rules if rule.findings),
        tuple(rule.rule for rule in rules if not rule.findings),
        _registries(site),
        _sources(site),
        tuple(panel(site, name) for name in _PANELS if name in site.questions),
    )


def _by_year(uses: Uses) -> dict[str, set[str]]:
    """Return year → incidents, the newest first; those without a date are in none."""
    found: dict[str, set[str]] = defaultdict(set)
    for iri, case in uses.cases.items():
        if case.year:
            found[case.year].add(iri)
    return dict(sorted(found.items(), reverse=True))


def _property(site: Site, name: str) -> Property:
    uses = site.uses
    having = uses.with_any(FG + name)
    label = site.labels.get(FG + name, name)
    shares = tuple(Share(Link(year), len(found & having), len(found)) for year, found in _by_year(uses).items())
    return Property(name, Link(label, f"/ontology#{name}"), Share(Link(label), len(having), len(uses.cases)), shares)


def _grid(uses: Uses) -> Grid:
    """Return all surfaces but their wings, and all modes, by number of incidents."""
    modes, surfaces = (
        _ordered(uses, scheme, name) for scheme, name in (("mode", "failureMode"), ("surface", "surface"))
    )
    surfaces = [each for each in surfaces if not uses.narrower(each)]
    rows = tuple(
        (concept_link(each, uses.labels), tuple(_pair(uses, each, mode) for mode in modes)) for each in surfaces
    )
    both = uses.with_any(FG + "failureMode") & uses.with_any(FG + "surface")
    filled = sum(1 for _, cells in rows for cell in cells if cell.count)
    links = tuple(concept_link(mode, uses.labels) for mode in modes)
    return Grid(links, rows, filled, len(modes) * len(surfaces), len(both), len(uses.cases))


def _ordered(uses: Uses, scheme: str, name: str) -> list[str]:
    concepts = uses.beside.get(BASE + scheme, {}).get(NAMESPACES["skos"] + "inScheme", set())
    return sorted(concepts, key=lambda each: (-len(uses.incidents(each, [FG + name])), uses.labels.get(each, each)))


def _pair(uses: Uses, surface: str, mode: str) -> Share:
    found = uses.incidents(surface, [FG + "surface"]) & uses.incidents(mode, [FG + "failureMode"])
    local = [each.rpartition("#")[2] for each in (mode, surface)]
    return Share(
        Link(uses.labels.get(mode, mode)), len(found), len(uses.cases), "/incidents?mode={}&surface={}".format(*local)
    )


def _rules(site: Site) -> list[Broken]:
    """Return the rules of the check queries with what each finds, the gravest first."""
    level = levels(site.project)
    rules = [_broken(site, query, level[query.said("rule")]) for query in QueryFile.folder(site.project.checks)]
    return sorted(rules, key=lambda rule: (_ORDER[rule.level], -len(rule.findings), rule.rule))


def _broken(site: Site, query: QueryFile, level: str) -> Broken:
    findings = [Finding(_subject(site, subject), detail) for subject, detail in run_check(site.store, query)]
    return Broken(query.said("rule"), level, query.said("problem"), query.said("solution"), tuple(findings))


def _subject(site: Site, iri: str) -> Link:
    """Return the link to what breaks a rule; a part of an incident leads into its record."""
    whole, _, part = iri.partition("#")
    case = site.uses.cases.get(whole.replace(NAMESPACES["record"], NAMESPACES["incident"], 1))
    if case is not None:
        return Link(f"{case.identifier}: {case.title}", case.href + (f"#{part}" if part.startswith("source-") else ""))
    link = concept_link(iri, site.labels)
    return Link(link.text or shorten(iri), link.href)


def _registries(site: Site) -> tuple[Gaps, ...]:
    """Return the registries with records, those of whose records most is not known first."""
    uses, found = site.uses, []
    attributed = NAMESPACES["prov"] + "wasAttributedTo"
    for name in sorted(site.graphs):
        iri = BASE + name.removeprefix(BASE + "doc/")
        records = uses.incidents(iri, [attributed]) if name.startswith(BASE + "doc/registry/") else set()
        if records:
            lacking = sum(len(records - uses.with_any(FG + each)) for each in _PROPERTIES)
            whole = len(records) * len(_PROPERTIES)
            found.append(Gaps(concept_link(iri, site.labels), len(records), Share(Link(""), lacking, whole)))
    return tuple(sorted(found, key=lambda gaps: (-gaps.missing.count * 1000 // gaps.missing.of, gaps.name.text)))


def _sources(site: Site) -> tuple[Gaps, ...]:
    """Return the publishers with most sources without a date."""
    found = []
    for iri, citations in site.uses.citations.items():
        undated = sum(1 for citation in citations if not citation.issued)
        if undated:
            share = Share(Link(""), undated, len(citations))
            found.append(Gaps(concept_link(iri, site.labels), len(citations), share))
    found.sort(key=lambda gaps: (-gaps.missing.count, gaps.name.text))
    return tuple(found[:_LONG])
