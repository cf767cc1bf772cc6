"""Rules: each derives its fact from a small graph, and not from the twin that differs by one fact."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from failuregraph.derive import DERIVED, derive
from failuregraph.names import NAMESPACES
from failuregraph.project import Project
from failuregraph.query import QueryFile

PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in NAMESPACES.items())
SCHEME = "https://w3id.org/failuregraph/scheme/"
RULES = QueryFile.folder(Path(__file__).parent.parent / "queries" / "derive")

MAPPING = f"""<#m> a fg:Mapping ; owl:annotatedSource <{SCHEME}a#x> ; owl:annotatedProperty skos:closeMatch ;
    owl:annotatedTarget mode:hallucination .
    mode:hallucination skos:inScheme <https://w3id.org/failuregraph/mode> ."""
ALIGNED = """<#m> a fg:Mapping ; owl:annotatedSource fg:Incident ; owl:annotatedProperty rdfs:subClassOf ;
    owl:annotatedTarget risk:Incident ."""
CLASSIFIED = f"""incident:A a fg:Incident ; fg:classification <#c> .
    <#c> fg:publicationStatus publication:published ; fg:assigns <{SCHEME}a#x> . {MAPPING}"""
STEP = f"""<#s> a fg:ObservedStep ; fg:outsideConcept <{SCHEME}a#x> .
    <{SCHEME}a#x> skos:broadMatch stage:model-step .
    stage:model-step skos:inScheme <https://w3id.org/failuregraph/stage> ."""
PROCEDURE = f"""incident:A a fg:Incident ; fg:procedureStep <#p> ; fg:source <#source> .
    <#p> a fg:ProcedureStep ; fg:tactic <{SCHEME}a#t> ; fg:technique <{SCHEME}a#x.1> .
    <{SCHEME}a#x.1> skos:broader <{SCHEME}a#x> .
    <{SCHEME}a#t> skos:broadMatch stage:trigger . stage:trigger skos:inScheme <https://w3id.org/failuregraph/stage> ."""
MITIGATION = f"<#m> a fg:Mitigation ; fg:addressesTechnique <{SCHEME}a#x> . {PROCEDURE}"
EVENT = """incident:A a fg:Incident . incident:B a fg:Incident . <#m> a fg:Mapping ; owl:annotatedSource incident:B ;
    owl:annotatedProperty fg:sameEventAs ; owl:annotatedTarget incident:A ."""
PARTY = """<#i> fg:party party:p . party:p rdfs:label "Acme"@en ; foaf:page <https://registry.example/acme> .
    organisation:acme a fg:Organisation ; rdfs:label "Acme Corporation"@en ;
        skos:closeMatch <https://registry.example/acme> ."""
PRINTED = """<#i> fg:party party:p . party:p rdfs:label "Acme / Northwind"@en .
    organisation:acme a fg:Organisation ; rdfs:label "Acme"@en ; fg:filedUnder "Acme / Northwind" ."""
NAMED = """organisation:acme a fg:Organisation ; rdfs:label "Acme"@en .
    <#i> fg:party party:p . party:p rdfs:label "Acme"@en ."""
UNRESOLVED = """<#i> fg:party party:p .
    party:p skos:notation "acme-robotics" ; fg:partyKind partykind:organisation ."""
SOURCE = """<#s> a fg:Source ; fg:host "daily.example" .
    publisher:daily a fg:Publisher ; fg:domain "daily.example" ."""

GROUP = """incident:A a fg:Incident ; fg:involvement <#i> .
    <#i> fg:organisation organisation:part ; fg:role role:deployer .
    organisation:part org:subOrganizationOf organisation:whole ."""

SOURCES = """incident:A a fg:Incident ; fg:severity severity:high ; fg:source <#one>, <#two> .
    severity:high fg:rank 3 . <#record> a fg:Record ; foaf:primaryTopic incident:A ; fg:sourceListComplete true .
    <#one> a fg:Source ; fg:publisher publisher:daily ; fg:sourceType sourcetype:primary .
    <#two> a fg:Source ; fg:publisher publisher:weekly ."""
REPORTED = """incident:A a fg:Incident . incident:B a fg:Incident ; fg:sameEventAs incident:A ; fg:source <#s> .
    <#s> a fg:Source ."""
ONE_OWNER = f"{SOURCES} publisher:daily fg:owner organisation:acme . publisher:weekly fg:owner organisation:acme ."
MODE = """incident:A a fg:Incident ; fg:failureMode mode:hallucination . mode:hallucination fg:profileStep <#s>, <#t> .
    <#s> fg:order 1 ; fg:stepConcept step:model-generates . <#t> fg:order 2 ; fg:stepConcept step:output-acted-on ."""
LAG = """incident:A a fg:Incident ; fg:incidentDate "2024-02-28"^^xsd:date ; fg:source <#s> .
    <#s> a fg:Source ; dcterms:issued "2024-03-01"^^xsd:date ."""
RARE = """incident:A a fg:Incident ; fg:failureMode mode:hallucination . incident:B a fg:Incident .
    incident:C a fg:Incident . incident:D a fg:Incident ."""
ORIGIN = "<#one> fg:sameOriginAs <#two>"
TWO = "<#two> a fg:Source ; fg:publisher publisher:other"
TRANSITION = "<https://w3id.org/failuregraph/incident/A#transition-profile-hallucination-1-2>"

#: Rule, the facts, what replaces one of them so that nothing follows, and what follows from the facts.
TWINS = [
    ("05-matches", MAPPING, ("a fg:Mapping", "a skos:Concept"), f"<{SCHEME}a#x> skos:closeMatch mode:hallucination"),
    (
        "05-matches",
        MAPPING,
        ("skos:closeMatch", "owl:differentFrom"),
        f"<{SCHEME}a#x> skos:closeMatch mode:hallucination",
    ),
    (
        "05-matches",
        ALIGNED,
        ("rdfs:subClassOf", "rdfs:seeAlso"),
        "fg:Incident rdfs:subClassOf risk:Incident",
    ),
    (
        "10-date-bounds",
        'incident:A a fg:Incident ; fg:incidentDate "2024-02"^^xsd:gYearMonth .',
        ("2024-02", "2023-02"),
        'incident:A fg:latestDate "2024-02-29"^^xsd:date',
    ),
    ("11-day-numbers", LAG, ('issued "2024-03-01"', 'issued "2024-02-29"'), "<#s> fg:earliestDay 2460371"),
    (
        "11-day-numbers",
        'incident:A a fg:Incident ; fg:incidentDate "2024-02"^^xsd:gYearMonth .',
        ("2024-02", "2023-02"),
        "incident:A fg:latestDay 2460370",
    ),
    ("15-reviewed-events", EVENT, ("fg:sameEventAs", "skos:closeMatch"), "incident:B fg:sameEventAs incident:A"),
    (
        "15-reviewed-events",
        EVENT,
        ("incident:B a fg:Incident", "incident:B a fg:Hazard"),
        "incident:B fg:sameEventAs incident:A",
    ),
    ("20-event", EVENT, ("fg:sameEventAs", "owl:differentFrom"), "incident:B fg:event incident:A"),
    ("21-reported-events", REPORTED, ("fg:sameEventAs", "owl:differentFrom"), "<#s> fg:reportsOn incident:A"),
    (
        "30-parties",
        PARTY,
        ("registry.example/acme> .\n", "registry.example/other> .\n"),
        "<#i> fg:organisation organisation:acme",
    ),
    ("30-parties", PRINTED, ('filedUnder "Acme /', 'filedUnder "Acme and'), "<#i> fg:organisation organisation:acme"),
    (
        "30-parties",
        NAMED,
        ('party:p rdfs:label "Acme"', 'party:p rdfs:label "Acne"'),
        "<#i> fg:organisation organisation:acme",
    ),
    (
        "31-unresolved-organisations",
        UNRESOLVED,
        ("partykind:organisation", "partykind:group"),
        "<#i> fg:organisation party:p",
    ),
    (
        "31-unresolved-organisations",
        UNRESOLVED,
        ("acme-robotics", "acme-robots"),
        'party:p rdfs:label "acme robotics"@en',
    ),
    ("32-publishers", SOURCE, ('fg:host "daily', 'fg:host "weekly'), "<#s> fg:publisher publisher:daily"),
    (
        "32-concerned-organisations",
        GROUP,
        ("org:subOrganizationOf", "fg:supplier"),
        "<#i> fg:concerns organisation:whole",
    ),
    ("33-outlets", SOURCE, ('fg:host "daily', 'dcterms:title "daily'), '<#s> fg:outlet "daily.example"'),
    (
        "33-outlets",
        f'{SOURCE} publisher:daily rdfs:label "The Daily"@en .',
        ("rdfs:label", "skos:altLabel"),
        '<#s> fg:outlet "The Daily"',
    ),
    ("33-same-origin", ONE_OWNER, ("weekly fg:owner organisation:acme", "weekly a fg:Publisher"), ORIGIN),
    (
        "33-same-origin",
        SOURCES.replace("weekly", "daily", 1),
        ("<#two> a fg:Source ; fg:publisher publisher:daily", TWO),
        ORIGIN,
    ),
    (
        "34-clusters",
        ONE_OWNER,
        ("weekly fg:owner organisation:acme", "weekly a fg:Publisher"),
        "<#two> fg:inCluster <#one>",
    ),
    ("34-clusters", SOURCES, ("<#two> a fg:Source", "<#two> a fg:Passage"), "<#two> fg:inCluster <#two>"),
    (
        "34-independent-origins",
        SOURCES,
        ("fg:publisher publisher:weekly", "dcterms:creator publisher:weekly"),
        "<#two> fg:independentOrigin <#two>",
    ),
    (
        "34-independent-origins",
        f"{SOURCES} publisher:weekly rdfs:seeAlso publisherkind:registry .",
        ("rdfs:seeAlso", "fg:publisherKind"),
        "<#two> fg:independentOrigin <#two>",
    ),
    (
        "35-independent-sources",
        SOURCES,
        ("fg:publisher publisher:weekly", "fg:publisher publisher:daily"),
        "incident:A fg:independentSourceCount 2",
    ),
    (
        "35-independent-sources",
        f"{SOURCES} publisher:weekly a fg:Publisher .",
        ("weekly a fg:Publisher", "weekly fg:publisherKind publisherkind:registry"),
        "incident:A fg:independentSourceCount 2",
    ),
    (
        "36-confidence",
        SOURCES,
        (" ; fg:sourceType sourcetype:primary", ""),
        "<#record> fg:computedConfidence confidence:high",
    ),
    (
        "36-confidence",
        SOURCES.replace("publisher:weekly", "publisher:daily"),
        ("sourceListComplete true", "sourceListComplete false"),
        "<#record> fg:computedConfidence confidence:low",
    ),
    ("37-headline", SOURCES, ("fg:rank 3", "fg:rank 2"), "<#record> fg:headlineEligible true"),
    (
        "37-headline",
        SOURCES,
        ("fg:publisher publisher:weekly", "fg:publisher publisher:daily"),
        "<#record> fg:headlineEligible true",
    ),
    (
        "40-mapped-concepts",
        CLASSIFIED,
        ("skos:closeMatch", "skos:relatedMatch"),
        "incident:A fg:failureMode mode:hallucination",
    ),
    (
        "40-mapped-concepts",
        CLASSIFIED,
        ("publication:published", "publication:draft"),
        "incident:A fg:failureMode mode:hallucination",
    ),
    (
        "40-mapped-concepts",
        CLASSIFIED,
        ("fg:assigns", "fg:assignsPotential"),
        "incident:A fg:failureMode mode:hallucination",
    ),
    ("41-mapped-steps", STEP, ("skos:broadMatch", "skos:relatedMatch"), "<#s> fg:stage stage:model-step"),
    ("42-procedure-steps", PROCEDURE, (" ; fg:source <#source>", ""), "incident:A fg:observedStep <#p>"),
    ("42-procedure-steps", PROCEDURE, ("skos:broadMatch", "skos:narrowMatch"), "<#p> fg:stage stage:trigger"),
    ("45-mitigations", MITIGATION, ("skos:broader", "skos:related"), "incident:A fg:mitigation <#m>"),
    (
        "38-named-groups",
        GROUP,
        ("org:subOrganizationOf", "fg:supplier"),
        "incident:A fg:namedGroup organisation:whole",
    ),
    ("38-named-groups", GROUP, ("role:deployer", "role:affected"), "incident:A fg:namedGroup organisation:whole"),
    (
        "50-effective-path",
        MODE,
        ("fg:failureMode mode:hallucination", "fg:failureMode mode:hallucination ; fg:observedStep <#own>"),
        "incident:A fg:effectivePath <https://w3id.org/failuregraph/incident/A#path-profile-hallucination>",
    ),
    (
        "50-effective-path",
        f"{MODE} <#a> fg:about incident:A .",
        ("<#a> fg:about incident:A", "incident:A fg:observedStep <#own>"),
        "<https://w3id.org/failuregraph/incident/A#path-profile-hallucination> fg:basis basis:profile",
    ),
    ("51-transitions", MODE, ("fg:order 2", "fg:order 1"), f"{TRANSITION} fg:toConcept step:output-acted-on"),
    (
        "51-transitions",
        f"{MODE} <#u> fg:order 4 .",
        ("<#u> fg:order 4", "mode:hallucination fg:profileStep <#u> . <#u> fg:order 1.5"),
        f"{TRANSITION} fg:toConcept step:output-acted-on",
    ),
    ("60-disclosure-lag", LAG, ("2024-03-01", "2024-02-27"), "incident:A fg:disclosureLagDays 2"),
    (
        "60-disclosure-lag",
        LAG,
        ("fg:source <#s>", 'fg:source <#s> ; fg:dateCaveat "The day of the report."@en'),
        "incident:A fg:disclosureLagDays 2",
    ),
    (
        "70-rarity",
        RARE,
        ("incident:B a fg:Incident", "incident:B a fg:Hazard"),
        'mode:hallucination fg:informationContent "2"^^xsd:decimal',
    ),
    (
        "70-rarity",
        RARE,
        ("incident:B a fg:Incident", "incident:B a fg:Incident ; fg:failureMode mode:hallucination"),
        "mode:hallucination fg:conceptFrequency 1",
    ),
]


def _facts(turtle: str) -> list[ox.Quad]:
    graph = ox.NamedNode("https://example.org/graph")
    parsed = ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, base_iri="https://example.org/")
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in parsed]


def _derived(turtle: str, project: Project) -> set[ox.Triple]:
    return {quad.triple for quad in derive(_facts(turtle), project)}


@pytest.mark.parametrize(
    ("rule", "facts", "change", "expected"), TWINS, ids=[f"{t[0]}: {t[2][1] or 'nothing'}" for t in TWINS]
)
def test_a_rule_derives_its_fact_and_the_twin_does_not(
    rule: str, facts: str, change: tuple[str, str], expected: str, corpus: Project
) -> None:
    """The fact follows from the graph, and no longer once one statement is another."""
    assert rule in {each.name for each in RULES}
    (wanted,) = (quad.triple for quad in _facts(f"{expected} ."))
    assert 1 == facts.count(change[0])
    assert wanted in _derived(facts, corpus)
    assert wanted not in _derived(facts.replace(*change), corpus)


def test_every_rule_has_twins() -> None:
    """No rule is without a graph from which its fact follows."""
    assert {rule.name for rule in RULES} == {twin[0] for twin in TWINS}


def test_what_is_derived_stands_in_its_graph(corpus: Project) -> None:
    """A derived fact can be told from an asserted one."""
    assert {ox.NamedNode(DERIVED)} == {quad.graph_name for quad in derive(_facts(EVENT), corpus)}


def test_what_is_asserted_is_not_derived_once_more(corpus: Project) -> None:
    """A statement in two graphs would count twice in a sum over the union of all graphs."""
    (fact,) = _facts("incident:B fg:event incident:A .")
    assert fact.triple in _derived(EVENT, corpus)
    assert fact.triple not in _derived(f"{EVENT} incident:B fg:event incident:A .", corpus)


def test_a_narrow_match_carries_nothing_over(corpus: Project) -> None:
    """MIT's misinformation is wider than hallucination: the incident does not get the mode."""
    narrow = CLASSIFIED.replace("skos:closeMatch", "skos:narrowMatch")
    assert not [each for each in _derived(narrow, corpus) if each.predicate.value.endswith("failureMode")]


def test_no_rule_states_identity() -> None:
    """Nothing says that a thing of ours is a thing of another registry."""
    assert [] == [rule.name for rule in RULES if "owl:sameAs" in rule.text]
