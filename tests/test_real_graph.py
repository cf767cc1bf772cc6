"""The real graph: what it must say, compared with the index's own file where that file is at hand."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from failuregraph.cli.graph import whole_graph
from failuregraph.store import OxigraphStore, Table

if TYPE_CHECKING:
    from pathlib import Path

    from failuregraph.project import Project

PREFIXES = """
PREFIX fg: <https://w3id.org/failuregraph/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX incident: <https://w3id.org/failuregraph/incident/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX record: <https://w3id.org/failuregraph/record/>
PREFIX registry: <https://w3id.org/failuregraph/registry/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@pytest.fixture(scope="module")
def graph(repository: Project) -> OxigraphStore:
    """Return the real graph with what is derived from it."""
    return whole_graph(repository)


def _rows(graph: OxigraphStore, pattern: str) -> list[tuple[str, ...]]:
    answer = graph.query(PREFIXES + pattern)
    assert isinstance(answer, Table)
    return [tuple("" if term is None else term.value for term in row) for row in answer.rows]


@pytest.mark.parametrize(
    ("dimension", "field"),
    [("fg:failureMode", "failure_mode"), ("fg:surface", "ai_surface"), ("fg:severity", "severity")],
)
def test_the_counts_are_those_of_the_index_file(
    graph: OxigraphStore, index_file: Path, dimension: str, field: str
) -> None:
    """Each value is counted as often as in the file, and a null there is “not known” here."""
    records = json.loads(index_file.read_text(encoding="utf-8"))
    expected = Counter(record[field] or "not known" for record in records)
    pattern = f"""
    SELECT ?value (COUNT(DISTINCT ?record) AS ?records) WHERE {{
      ?record prov:wasAttributedTo registry:ai-failure-index ;
              foaf:primaryTopic ?incident .
      OPTIONAL {{ ?incident {dimension}/skos:prefLabel ?label . }}
      BIND(COALESCE(STR(?label), "not known") AS ?value)
    }} GROUP BY ?value"""
    assert dict(expected) == {value: int(n) for value, n in _rows(graph, pattern)}


def test_there_are_seventy_five_index_records(graph: OxigraphStore) -> None:
    """The index's records are all there, each attributed and licensed."""
    pattern = """
    SELECT (COUNT(DISTINCT ?record) AS ?n) WHERE {
      ?record a fg:Record ;
              prov:wasAttributedTo <https://w3id.org/failuregraph/registry/ai-failure-index> ;
              dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
    }"""
    assert [("75",)] == _rows(graph, pattern)


def test_the_seed_record_carries_every_fact_of_its_page(graph: OxigraphStore) -> None:
    """FI-0351 has title, who, date, mode, surface, wing, severity, five impact values and its citation."""
    pattern = """
    SELECT ?title ?who ?date ?mode ?surface ?wing ?severity ?visibility ?exposure ?customers ?money ?time ?indexed
           ?page ?citation
    WHERE {
      record:FI-0351 foaf:primaryTopic ?incident ;
                     fg:namedParty ?who ;
                     fg:indexedDate ?indexed ;
                     foaf:page ?page ;
                     dcterms:bibliographicCitation ?citation .
      ?incident rdfs:label ?title ;
                fg:incidentDate ?date ;
                fg:failureMode/skos:prefLabel ?mode ;
                fg:surface ?place ;
                fg:severity/skos:prefLabel ?severity ;
                fg:publicVisibility/skos:prefLabel ?visibility ;
                fg:regulatoryExposure/skos:prefLabel ?exposure ;
                fg:customerImpact/skos:prefLabel ?customers ;
                fg:financialImpact/skos:prefLabel ?money ;
                fg:timeToDisclosure/skos:prefLabel ?time .
      ?place skos:prefLabel ?surface ;
             skos:broader/skos:prefLabel ?wing .
    }"""
    title = "Instagram AI moderation fails to block global paedophile network"
    page = "https://failureindex.ai/failures/instagram-moderation-fails-block-global-paedophile"
    expected = (
        title,
        "Instagram",
        "2021",
        "Brand & Safety Incident",
        "Recommender",
        "Predictive",
        "High",
        "High",
        "None",
        "Class-wide",
        "Unknown",
        "Months",
        "2026-06-09",
        page,
        f'AI Failure Index. "{title}" (FI-0351). Realm Labs. {page} (indexed Jun 9, 2026).',
    )
    assert [expected] == _rows(graph, pattern)


def test_the_seed_record_has_its_two_sources(graph: OxigraphStore) -> None:
    """Each source of FI-0351 has its type, title and domain."""
    pattern = """
    SELECT ?type ?title ?domain WHERE {
      incident:FI-0351 fg:source ?source .
      ?source fg:order ?order ;
              fg:sourceType/skos:prefLabel ?type ;
              dcterms:title ?title ;
              fg:publisher/fg:domain ?domain .
    } ORDER BY ?order"""
    assert [
        ("Reader-Submitted", "Instagram's AI Moderation Fails to Remove Child Exploitation Content", "oecd.ai"),
        ("Press", "Instagram Connects Vast Pedophile Network", "wsj.com"),
    ] == _rows(graph, pattern)


def test_the_seed_record_has_the_path_of_its_mode_and_none_of_its_own(graph: OxigraphStore) -> None:
    """The five steps of FI-0351 are the profile of its mode, in the order of the stages."""
    pattern = """
    SELECT ?stage WHERE {
      incident:FI-0351 fg:failureMode/fg:profileStep ?step .
      ?step fg:order ?order ;
            fg:stage/skos:prefLabel ?stage .
      OPTIONAL { incident:FI-0351 fg:observedStep ?own }
      FILTER(!BOUND(?own))
    } ORDER BY ?order"""
    stages = ["Trigger", "Model step", "Control gap", "Failure", "Consequence"]
    assert [(stage,) for stage in stages] == _rows(graph, pattern)


def test_instagram_rolls_up_to_meta(graph: OxigraphStore) -> None:
    """The organisation of FI-0351 is Instagram, alleged, and its parent is Meta."""
    pattern = """
    SELECT ?label ?claim ?parent WHERE {
      incident:FI-0351 fg:involvement ?involvement .
      ?involvement fg:organisation ?organisation ;
                   fg:claimStatus/skos:prefLabel ?claim .
      ?organisation rdfs:label ?label ;
                    org:subOrganizationOf/rdfs:label ?parent .
    }"""
    assert [("Instagram", "Alleged", "Meta")] == _rows(graph, pattern)


def test_five_events_stand_twice_in_the_index(graph: OxigraphStore) -> None:
    """Five pairs of records of the index are linked as one event, and seventy events remain of its 75 incidents."""
    pattern = "SELECT (COUNT(*) AS ?n) WHERE { ?a fg:sameEventAs ?b . FILTER(!CONTAINS(STR(?a), 'FG-')) }"
    assert [("5",)] == _rows(graph, pattern)
    pattern = """
    SELECT (COUNT(DISTINCT ?event) AS ?n) WHERE {
      ?record prov:wasAttributedTo registry:ai-failure-index ;
              foaf:primaryTopic/fg:event ?event .
    }"""
    assert [("70",)] == _rows(graph, pattern)


def test_no_profile_step_stands_on_an_incident(graph: OxigraphStore) -> None:
    """Profile steps belong to modes; one record of the index has observed steps, with evidence."""
    assert [] == _rows(graph, "SELECT ?i WHERE { ?i a fg:Incident ; fg:profileStep ?step }")
    pattern = """
    SELECT ?i (COUNT(DISTINCT ?s) AS ?n) WHERE {
      ?record prov:wasAttributedTo registry:ai-failure-index ;
              foaf:primaryTopic ?i .
      ?i fg:observedStep ?s .
      ?s fg:evidence ?e .
    } GROUP BY ?i"""
    assert ["5"] == [n for _, n in _rows(graph, pattern)]


OWN = """
?record prov:wasAttributedTo registry:failure-graph ;
        foaf:primaryTopic ?incident .
"""


def test_our_own_records_are_spread(graph: OxigraphStore) -> None:
    """At least sixty, three on each of the twelve surfaces, of every mode, from eight industries and fifteen places."""
    counts = "SELECT ?value (COUNT(DISTINCT ?incident) AS ?n) WHERE { %s ?incident %s ?value } GROUP BY ?value"
    surfaces = [int(n) for _, n in _rows(graph, counts % (OWN, "fg:surface"))]
    assert 12 == len(surfaces)
    assert 3 <= min(surfaces)
    assert 60 <= sum(surfaces)
    modes = "SELECT ?mode WHERE { ?mode a fg:FailureMode }"
    assert len(_rows(graph, modes)) == len(_rows(graph, counts % (OWN, "fg:failureMode")))
    assert 8 <= len(_rows(graph, counts % (OWN, "fg:industry")))
    assert 15 <= len(_rows(graph, counts % (OWN, "fg:placeOfHarm|fg:proceeding/fg:jurisdiction")))


def test_our_own_records_rest_on_two_origins(graph: OxigraphStore) -> None:
    """By the clusters that are computed, and not by the number of links."""
    assert [] == _rows(
        graph, f"SELECT ?incident ?n WHERE {{ {OWN} ?incident fg:independentSourceCount ?n . FILTER(?n < 2) }}"
    )
    counted = _rows(graph, f"SELECT ?incident WHERE {{ {OWN} ?incident fg:independentSourceCount ?n }}")
    assert len(_rows(graph, f"SELECT ?incident WHERE {{ {OWN} }}")) == len(counted)


def test_our_own_paths_have_three_to_five_steps_with_evidence(graph: OxigraphStore) -> None:
    """Each step has a concept and a source of its own incident."""
    pattern = f"""
    SELECT ?incident (COUNT(DISTINCT ?step) AS ?steps) (COUNT(DISTINCT ?proved) AS ?with) WHERE {{
      {OWN}
      OPTIONAL {{ ?incident fg:observedStep ?step . }}
      OPTIONAL {{ ?incident fg:source ?source . ?step fg:stepConcept ?concept ; fg:evidence ?source . }}
      BIND(IF(BOUND(?source), ?step, ?nothing) AS ?proved)
    }} GROUP BY ?incident"""
    assert [] == [row for row in _rows(graph, pattern) if row[1] != row[2] or not 3 <= int(row[1]) <= 5]


def test_every_example_of_a_step_concept_is_an_incident(graph: OxigraphStore) -> None:
    """The check query compares only incidents that are there, as a project may have others."""
    pattern = """
    SELECT ?concept ?incident WHERE {
      ?concept a fg:StepConcept ; skos:example ?incident .
      OPTIONAL { ?incident a ?class . }
      FILTER(!BOUND(?class))
    }"""
    assert [] == _rows(graph, pattern)
