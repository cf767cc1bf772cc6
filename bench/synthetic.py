"""Synthetic incidents that are shaped like the complete ones of the real records, some 60 statements each.

The same seed gives the same graph: no clock and no network.  Concepts, organisations and publishers are those of the
project, and made-up ones beside them until there are as many as a large registry would have.
The shares are those of the seed records and of the AIID snapshot of July 2026, rounded.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from failuregraph.names import BASE, CC_BY, GRAPH, NAMESPACES, RDF_TYPE, XSD
from failuregraph.store import project_quads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from failuregraph.project import Project
    from failuregraph.store import Term

__all__ = ["Sizes", "synthetic"]

SHARE_ALIKE: Final = "https://creativecommons.org/licenses/by-sa/4.0/"
WORDS: Final = (
    "agent answer assistant bank chatbot claim clinic court customer data driver filter forecast image invoice "
    "letter loan model patient police price record refund report school score search tenant ticket voice worker"
)
LONGEST_PATH: Final = 5


@dataclass(frozen=True)
class Sizes:
    """How much is made."""

    incidents: int = 10_000
    aiid: int = 1_500
    postmortems: int = 500
    organisations: int = 800
    publishers: int = 150
    systems: int = 200
    parties: int = 1_200


def synthetic(project: Project, sizes: Sizes, seed: int = 7) -> list[ox.Quad]:
    """Return what the project says without its incidents, and synthetic incidents of three registries."""
    rest = [quad for quad in project_quads(project) if not _is_incident(quad.graph_name)]
    made = _Maker(rest, sizes, random.Random(seed))  # noqa: S311 - a bench needs chance, not secrecy
    made.everything()
    return [*rest, *made.quads]


def _is_incident(graph: object) -> bool:
    name = str(graph)
    return "/shapes" in name or "/record/" in name or name.startswith(f"<{GRAPH}links/")


def _iri(name: str) -> ox.NamedNode:
    """Return the IRI of a prefixed name, or of an IRI that is written in full."""
    prefix, colon, local = name.partition(":")
    return ox.NamedNode(NAMESPACES[prefix] + local if colon and prefix in NAMESPACES else name)


def _day(value: dt.date) -> ox.Literal:
    return ox.Literal(value.isoformat(), datatype=ox.NamedNode(XSD + "date"))


def _subjects(quads: Iterable[ox.Quad], kind: str) -> list[str]:
    wanted, is_a = _iri(kind), ox.NamedNode(RDF_TYPE)
    return sorted({str(q.subject)[1:-1] for q in quads if q.predicate == is_a and q.object == wanted})


class _Maker:
    """Makes the statements; every choice is drawn from one source of chance."""

    def __init__(self, rest: list[ox.Quad], sizes: Sizes, chance: random.Random) -> None:
        self.sizes, self.chance, self.quads = sizes, chance, list[ox.Quad]()
        self.graph, self.words = _iri(GRAPH + "synthetic"), WORDS.split()
        self.schemes = _concepts(rest)
        self.stages = _by_stage(rest)
        self.outside = _mapped(rest)
        self.organisations = self._filled(_subjects(rest, "fg:Organisation"), "organisation", sizes.organisations)
        self.publishers = self._filled(_subjects(rest, "fg:Publisher"), "publisher", sizes.publishers)
        self.systems = self._filled(_subjects(rest, "fg:System"), "system", sizes.systems)
        self.known = {*_subjects(rest, "fg:Organisation"), *_subjects(rest, "fg:Publisher")}
        self.parties = [f"{BASE}party/aiid-{number}" for number in range(sizes.parties)]
        self.index = [f"FI-{number:04}" for number in range(1, min(sizes.incidents, 9_999) + 1)]
        self.index += [f"incident-{number}" for number in range(10_000, sizes.incidents + 1)]
        for names in (self.organisations, self.publishers, self.parties):
            chance.shuffle(names)

    @staticmethod
    def _filled(known: list[str], kind: str, size: int) -> list[str]:
        return known + [f"{BASE}{kind}/synthetic-{number}" for number in range(size - len(known))]

    # --- Small choices ---

    def add(self, subject: str | ox.NamedNode, **values: Term | str | int | bool | list[str] | None) -> ox.NamedNode:
        """Add statements about a subject: ``fg_severity="severity:high"`` is an IRI, an ``ox.Literal`` a literal."""
        node = subject if isinstance(subject, ox.NamedNode) else _iri(subject)
        for name, value in values.items():
            predicate = ox.NamedNode(RDF_TYPE) if name == "a" else _iri(name.replace("_", ":", 1))
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    self.quads.append(ox.Quad(node, predicate, _term(each), self.graph))
        return node

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def skewed(self, names: list[str]) -> str:
        """Return one name; a few are drawn often and many seldom, as organisations and outlets are."""
        return names[int(len(names) * self.chance.random() ** 3)]

    def concept(self, scheme: str, absent: float = 0.0, unlike: str = "") -> str | None:
        """Return a concept of a scheme, or none for that share of incidents."""
        if self.often(absent):
            return None
        return self.chance.choice([each for each in self.schemes[scheme] if each != unlike])

    def prose(self, words: int) -> ox.Literal:
        text = " ".join(self.chance.choice(self.words) for _ in range(words))
        return ox.Literal(text.capitalize(), language="en")

    def date(self) -> dt.date:
        years = 9 * self.chance.random() ** 0.5
        return dt.date(2017, 1, 1) + dt.timedelta(days=int(365 * years))

    def incident_date(self, day: dt.date) -> Term:
        """Return a date of the precision that the records have: most are days, some months or years."""
        kind = self.chance.choices(("date", "gYearMonth", "gYear"), (80, 12, 8))[0]
        text = day.isoformat()[: {"date": 10, "gYearMonth": 7, "gYear": 4}[kind]]
        return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))

    # --- What incidents share ---

    def everything(self) -> None:
        """Make all things, all incidents and the links between them."""
        self._organisations()
        self._publishers()
        self._systems()
        self._parties()
        for number, name in enumerate(self.index):
            self._index_incident(name, number)
        for number in range(1, self.sizes.aiid + 1):
            self._aiid_incident(f"AIID-{number}")
        for number in range(1, self.sizes.postmortems + 1):
            self._postmortem(f"APM-synthetic-{number}")
        self._links()

    def _made_up(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in self.known]

    def _organisations(self) -> None:
        names = self._made_up(self.organisations)
        for place, name in enumerate(names):
            parent = self.chance.choice(names[:place]) if place and self.often(0.15) else None
            label = f"{self.prose(2).value} {place}"
            self.add(
                name, a="fg:Organisation", rdfs_label=ox.Literal(label, language="en"), org_subOrganizationOf=parent
            )
            self.add(name, skos_closeMatch=f"https://incidentdatabase.ai/entities/synthetic-{place}")

    def _publishers(self) -> None:
        owners = [name for name in self.organisations if self.often(0.05)]
        for place, name in enumerate(self._made_up(self.publishers)):
            kind = self.concept("publisher-kind", absent=0.94)
            owner = self.chance.choice(owners) if self.often(0.2) else None
            self.add(name, a="fg:Publisher", rdfs_label=self.prose(2), fg_publisherKind=kind, fg_owner=owner)
            self.add(name, fg_domain=ox.Literal(f"outlet{place}.example"))

    def _systems(self) -> None:
        for name in self._made_up(self.systems):
            self.add(name, a="fg:System", rdfs_label=self.prose(2), fg_developer=self.skewed(self.organisations))

    def _parties(self) -> None:
        """Make the names of AIID: a third leads to an organisation, of the others two thirds were decided on."""
        for place, name in enumerate(self.parties):
            page = f"https://incidentdatabase.ai/entities/synthetic-{place}"
            self.add(name, a="fg:Party", skos_notation=ox.Literal(f"synthetic-{place}"), foaf_page=page)
            self.add(page, fg_partyKind=self.concept("party-kind", absent=0.35))

    # --- One incident ---

    def _record(self, name: str, registry: str, licence: str, **more: Term | str | int | bool | None) -> None:
        self.add(
            f"record:{name}",
            a="fg:Record",
            dcterms_identifier=ox.Literal(name),
            prov_wasAttributedTo=f"registry:{registry}",
            foaf_primaryTopic=f"incident:{name}",
            foaf_page=f"https://example.org/{name}",
            dcterms_license=licence,
            fg_recordStatus="recordstatus:withdrawn" if self.often(0.01) else "recordstatus:live",
            fg_completeness=self.concept("completeness"),
            **more,
        )

    def _index_incident(self, name: str, number: int) -> None:
        day = self.date()
        sources = self.chance.choices((1, 2, 3, 4, 5), (15, 30, 25, 18, 12))[0]
        self.graph = _iri(f"record:{name}")
        indexed = _day(day + dt.timedelta(days=400))
        listed = ox.Literal(self.often(0.7)) if self.often(0.8) else None
        registry = "ai-failure-index" if number % 10 else "failure-graph"
        self._record(
            name, registry, CC_BY, fg_indexedDate=indexed, fg_sourceCount=sources, fg_sourceListComplete=listed
        )
        self.add(
            f"record:{name}",
            fg_namedParty=ox.Literal(self.prose(1).value),
            fg_printedPathBasis="basis:profile",
            fg_confidence=self.concept("confidence", absent=0.7),
            dcterms_bibliographicCitation=ox.Literal(self.prose(12).value),
        )
        self._told(name, day)
        self._assessed(name)
        self._involvements(name)
        self._sources(name, sources, day)
        self._consequences(name, day)
        if self.often(0.15):
            self._steps(name, mapped=False)

    def _told(self, name: str, day: dt.date) -> None:
        date = self.incident_date(day) if self.often(0.97) else None
        caveat = self.concept("date-caveat", absent=0.95)
        self.add(f"incident:{name}", a="fg:Incident", rdfs_label=self.prose(7), dcterms_description=self.prose(25))
        self.add(f"incident:{name}", fg_incidentDate=date, fg_dateCaveat=caveat)

    def _assessed(self, name: str) -> None:
        self.add(
            f"incident:{name}",
            fg_failureMode=self.concept("mode", absent=0.05),
            fg_surface=self.concept("surface", absent=0.04),
            fg_severity=self.concept("severity", absent=0.06),
            fg_industry=self.concept("industry", absent=0.4),
            fg_publicVisibility=self.concept("public-visibility", absent=0.3),
            fg_regulatoryExposure=self.concept("regulatory-exposure", absent=0.3),
            fg_customerImpact=self.concept("customer-impact", absent=0.3),
            fg_financialImpact=self.concept("financial-impact", absent=0.3),
            fg_timeToDisclosure=self.concept("time-to-disclosure", absent=0.3),
            fg_placeOfHarm=self.concept("place", absent=0.7),
            fg_system=self.skewed(self.systems) if self.often(0.3) else None,
        )

    def _involvements(self, name: str) -> None:
        for number in range(self.chance.choices((1, 2, 3, 4), (50, 30, 14, 6))[0]):
            self._involvement(name, number, fg_organisation=self.skewed(self.organisations))

    def _involvement(self, name: str, number: int, **who: str) -> None:
        part = f"{BASE}incident/{name}#involvement-{number}"
        status = "claimstatus:confirmed" if self.often(0.1) else "claimstatus:alleged"
        self.add(f"incident:{name}", fg_involvement=part)
        role = self.concept("role", absent=0.6)
        self.add(part, a="fg:Involvement", fg_claimStatus=status, fg_role=role, **who)

    def _sources(self, name: str, count: int, day: dt.date, *, by_host: bool = False) -> None:
        for number in range(1, count + 1):
            part = f"{BASE}incident/{name}#source-{number}"
            seen = _day(day + dt.timedelta(days=int(700 * self.chance.random() ** 3) - 5))
            publisher = self.skewed(self.publishers) if self.often(0.92) and not by_host else None
            host = f"outlet{self.chance.randrange(self.sizes.publishers)}.example" if by_host else None
            self.add(f"incident:{name}", fg_source=part)
            self.add(part, a="fg:Source", dcterms_title=self.prose(8), fg_order=number, fg_publisher=publisher)
            self.add(
                part,
                fg_sourceType=self.concept("source-type", absent=0.1),
                dcterms_issued=seen if self.often(0.4) else None,
                foaf_page=f"https://example.org/{name}/{number}" if self.often(0.6) else None,
                fg_linkStatus=self.concept("link-status", absent=0.5),
                fg_host=ox.Literal(host) if host else None,
                prov_wasDerivedFrom=f"{BASE}incident/{name}#source-1" if number > 1 and self.often(0.04) else None,
            )

    def _consequences(self, name: str, day: dt.date) -> None:
        """Make what few records have: a proceeding, an answer of the organisation, a sum of money."""
        evidence = f"{BASE}incident/{name}#source-1"
        later = _day(day + dt.timedelta(days=self.chance.randrange(1, 900)))
        for kind, share in (("Proceeding", 0.06), ("Response", 0.08), ("MonetaryAmount", 0.04)):
            if not self.often(share):
                continue
            part = f"{BASE}incident/{name}#{kind.lower()}-1"
            self.add(part, a=f"fg:{kind}", fg_evidence=evidence)
            if kind == "Proceeding":
                self.add(f"incident:{name}", fg_proceeding=part)
                self.add(part, rdfs_label=self.prose(3), fg_filingDate=later, fg_jurisdiction=self.concept("place"))
            elif kind == "Response":
                gap = self.chance.choice(self.stages["control-gap"]) if self.often(0.6) else None
                who = self.skewed(self.organisations)
                self.add(f"incident:{name}", fg_response=part)
                self.add(part, fg_text=self.prose(9), dcterms_issued=later, fg_controlClaimed=gap)
                self.add(part, prov_wasAttributedTo=who)
            else:
                value = ox.Literal(str(1000 * self.chance.randrange(1, 9000)), datatype=ox.NamedNode(XSD + "decimal"))
                self.add(f"incident:{name}", fg_amount=part)
                self.add(part, fg_text=self.prose(6), fg_value=value, fg_currency=ox.Literal("USD"))

    def _steps(self, name: str, *, mapped: bool) -> None:
        """Make a path: one step for each of some stages, in order, most of them with a concept of the stage."""
        stages = sorted(self.chance.sample(range(LONGEST_PATH), self.chance.randrange(2, LONGEST_PATH + 1)))
        order = ("trigger", "model-step", "control-gap", "failure", "consequence")
        for number, stage in enumerate((order[place] for place in stages), start=1):
            part = f"{BASE}incident/{name}#step-{number}"
            concept = self.chance.choice(self.stages[stage]) if self.often(0.8) and not mapped else None
            outside = self.chance.choice(self.outside["apm"]) if mapped else None
            self.add(f"incident:{name}", fg_observedStep=part)
            self.add(part, a="fg:ObservedStep", fg_order=number, fg_text=self.prose(10), fg_stepConcept=concept)
            self.add(
                part, fg_stage=f"stage:{stage}" if self.often(0.8) or not mapped else None, fg_outsideConcept=outside
            )
            self.add(part, fg_evidence=f"{BASE}incident/{name}#source-1")

    # --- Two other registries ---

    def _aiid_incident(self, name: str) -> None:
        day = self.date()
        self.graph = _iri(f"record:{name}")
        self._record(name, "aiid", SHARE_ALIKE, fg_sourceCount=self.chance.randrange(1, 9), fg_rowCreated=_day(day))
        date = self.incident_date(day)
        self.add(f"incident:{name}", a="fg:Incident", rdfs_label=self.prose(8), fg_incidentDate=date)
        for number in range(self.chance.randrange(2, 9)):
            self._involvement(name, number, fg_party=self.skewed(self.parties))
        if self.often(0.4):
            self._classification(name, "aiid", "csetv1", self.chance.sample(self.outside["aiid"], 3))

    def _postmortem(self, name: str) -> None:
        day = self.date()
        self.graph = _iri(f"record:{name}")
        self._record(name, "agent-postmortems", CC_BY)
        self._told(name, day)
        self._involvement(name, 0, fg_organisation=self.skewed(self.organisations))
        self._sources(name, self.chance.randrange(1, 4), day, by_host=True)
        self._classification(name, "agent-postmortems", "apm", self.chance.sample(self.outside["apm"], 3))
        self._steps(name, mapped=True)

    def _classification(self, name: str, registry: str, title: str, concepts: list[str]) -> None:
        part = f"{BASE}incident/{name}#classification-{title}"
        status = "publication:published" if self.often(0.9) else "publication:draft"
        self.add(f"incident:{name}", fg_classification=part)
        self.add(part, a="fg:Classification", dcterms_title=ox.Literal(title), fg_publicationStatus=status)
        self.add(part, prov_wasAttributedTo=f"registry:{registry}", fg_annotatorKind=self.concept("annotator-kind"))
        self.add(part, fg_assigns=concepts[:2], fg_assignsPotential=concepts[2:] if self.often(0.3) else None)

    def _links(self) -> None:
        """Link two of a hundred index incidents to each other, a fifth of AIID and of the postmortems to the index."""
        self.graph = _iri(GRAPH + "links/synthetic")
        within = self.chance.sample(self.index, 2 * (self.sizes.incidents // 100))
        pairs = list(zip(within[::2], within[1::2], strict=True))
        pairs += [(f"AIID-{n}", self.chance.choice(self.index)) for n in range(1, self.sizes.aiid, 5)]
        pairs += [(f"APM-synthetic-{n}", self.chance.choice(self.index)) for n in range(1, self.sizes.postmortems, 5)]
        for one, other in pairs:
            self.add(f"incident:{one}", fg_sameEventAs=f"incident:{other}")
        for number in range(1, self.sizes.aiid, 90):
            self.add(f"record:AIID-{number}", dcterms_isReplacedBy=f"record:AIID-{number + 1}")
        for scheme, concepts in self.outside.items():
            self.add(f"scheme:{scheme}", a="fg:OutsideScheme", rdfs_label=ox.Literal(scheme, language="en"))
            for each in concepts:
                home = each.partition("#")[0]
                self.add(home, a="fg:OutsideScheme", rdfs_label=ox.Literal(home.rpartition("/")[2], language="en"))
                label = ox.Literal(each.partition("#")[2], language="en")
                self.add(each, a="fg:OutsideConcept", skos_prefLabel=label, skos_inScheme=home)


def _term(value: Term | str | float) -> Term:
    if isinstance(value, ox.NamedNode | ox.Literal | ox.BlankNode):
        return value
    return _iri(value) if isinstance(value, str) else ox.Literal(value)


def _concepts(quads: list[ox.Quad]) -> dict[str, list[str]]:
    """Return the concepts of each scheme of ours; those that gather others (wings, uses) are left out."""
    found = defaultdict(set)
    broader = {quad.object for quad in quads if quad.predicate == _iri("skos:broader")}
    for quad in quads:
        if quad.predicate == _iri("skos:inScheme") and quad.subject not in broader:
            found[str(quad.object)[1:-1].removeprefix(BASE)].add(str(quad.subject)[1:-1])
    return {scheme: sorted(concepts) for scheme, concepts in found.items()}


def _by_stage(quads: list[ox.Quad]) -> dict[str, list[str]]:
    """Return the step concepts of each stage."""
    steps = set(_subjects(quads, "fg:StepConcept"))
    found = defaultdict(list)
    for quad in quads:
        if quad.predicate == _iri("fg:stage") and str(quad.subject)[1:-1] in steps:
            found[str(quad.object)[1:-1].partition("#")[2]].append(str(quad.subject)[1:-1])
    return dict(found)


def _mapped(quads: list[ox.Quad]) -> dict[str, list[str]]:
    """Return the concepts of other registries that a reviewed mapping leads from; MIT's are used by AIID."""
    sources = {str(quad.object)[1:-1] for quad in quads if quad.predicate == _iri("owl:annotatedSource")}
    apm = sorted(each for each in sources if "/scheme/apm-" in each)
    aiid = sorted(each for each in sources if "/scheme/aiid-" in each or "/scheme/mit-" in each)
    return {"aiid": aiid, "apm": apm}
