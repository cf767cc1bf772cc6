"""How our terms stand to those of others: each end of a mapping exists, and is of the kind that the mapping says."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import DCTERMS, OWL, PROV, RDF, RDFS, SDO, SKOS, URIRef
from rdflib.namespace import DefinedNamespace

from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE
from failuregraph.turtle import read

ROOT = Path(__file__).parent.parent
#: Vocabularies whose terms rdflib knows, and those of which FAILUREGRAPH_DATA has a copy.
KNOWN: dict[str, type[DefinedNamespace]] = {"dcterms": DCTERMS, "prov": PROV, "schema": SDO}
COPIED = {
    "ai": "dpv-2.3-ai",
    "airo": "airo",
    "cito": "cito",
    "dpv": "dpv-2.3-dpv",
    "eu-aiact": "dpv-2.3-eu-aiact",
    "fabio": "fabio",
    "risk": "dpv-2.3-risk",
    "tech": "dpv-2.3-tech",
    "vair": "vair",
}
VOCABULARIES = ("airo", "cito", "dcterms", "dpv", "fabio", "prov", "schema", "vair")
#: What both ends of a statement are; all other properties are matches, which end at a concept or term of ours.
AXIOMS = {RDFS.subClassOf: {OWL.Class, RDFS.Class}, RDFS.subPropertyOf: {OWL.ObjectProperty, OWL.DatatypeProperty}}


def _mappings() -> set[tuple[URIRef, URIRef, URIRef]]:
    """Return subject, property and object of each mapping to a vocabulary."""
    graph = rdflib.Graph(bind_namespaces="none")
    for name in VOCABULARIES:
        graph += read(ROOT / "ontology" / "alignments" / f"{name}.ttl")
    ends = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
    found = {tuple(URIRef(str(graph.value(node, end))) for end in ends) for node in graph.subjects(OWL.annotatedTarget)}
    return {(source, match, target) for source, match, target in found}


def _outside(prefix: str) -> set[str]:
    """Return the local names of a vocabulary that mappings name."""
    namespace = NAMESPACES[prefix]
    ends = {str(end) for source, _, target in _mappings() for end in (source, target)}
    locals_ = {end.removeprefix(namespace) for end in ends if end.startswith(namespace)}
    return {local for local in locals_ if "/" not in local and "#" not in local}


def test_every_outside_term_is_of_a_vocabulary_that_is_looked_up() -> None:
    """No mapping leads to a namespace of which these tests know nothing."""
    ends = {str(end) for source, _, target in _mappings() for end in (source, target)}
    spaces = tuple(NAMESPACES[prefix] for prefix in (*KNOWN, *COPIED))
    assert set() == {end for end in ends if not end.startswith((BASE, *spaces))}
    assert set() == {prefix for prefix in (*KNOWN, *COPIED) if not _outside(prefix)}


@pytest.mark.parametrize("prefix", KNOWN)
def test_a_term_that_rdflib_knows_exists(prefix: str) -> None:
    """A class or property of PROV, Dublin Core or schema.org is one of theirs."""
    assert set() == {local for local in _outside(prefix) if URIRef(NAMESPACES[prefix] + local) not in KNOWN[prefix]}


@pytest.mark.parametrize("prefix", COPIED)
def test_a_term_of_another_vocabulary_exists(prefix: str, data_folder: Path) -> None:
    """A term is defined in the copy of its vocabulary, as a class where ours is a kind of it, else as a property."""
    copy = rdflib.Graph(bind_namespaces="none").parse(data_folder / "ontologies" / f"{COPIED[prefix]}.jsonld")
    namespace = NAMESPACES[prefix]
    assert set() == {local for local in _outside(prefix) if (URIRef(namespace + local), RDF.type, None) not in copy}
    wrong = {
        target
        for _, match, target in _mappings()
        if match in AXIOMS and str(target).removeprefix(namespace) in _outside(prefix)
        if not AXIOMS[match] & set(copy.objects(target, RDF.type))
    }
    assert set() == wrong


def test_no_incident_is_an_event_of_schema_org() -> None:
    """Pages call an incident an Event only where date and place are known, so the graph states no subclass."""
    event = URIRef(NAMESPACES["schema"] + "Event")
    assert {SKOS.relatedMatch} == {match for source, match, target in _mappings() if event in (source, target)}


def test_every_end_of_ours_exists_and_fits() -> None:
    """Our classes are kinds of classes, our properties narrower than properties; a match ends at what we define."""
    ours = rdflib.Graph(bind_namespaces="none")
    for path in [*(ROOT / "ontology").glob("*.ttl"), *(ROOT / "ontology" / "schemes").glob("*.ttl")]:
        ours += read(path)
    axioms = {(source, match) for source, match, _ in _mappings() if match in AXIOMS}
    assert set() == {
        source for source, match in axioms if not AXIOMS[match] & set(ours.objects(source, URIRef(RDF_TYPE)))
    }
    assert all(str(source).startswith(FG) for source, _ in axioms)
    matched = {target for _, match, target in _mappings() if match not in AXIOMS}
    assert set() == {target for target in matched if (target, URIRef(RDF_TYPE), None) not in ours}
