"""The test corpus with some identifiers retired: merged, divided, renamed, and withdrawn with and without a reason."""

from __future__ import annotations

import shutil
from pathlib import Path

from failuregraph.project import Project

__all__ = ["with_retired"]

CORPUS = Path(__file__).parent / "corpus"
RETIRED = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX fg: <https://w3id.org/failuregraph/ontology#>
PREFIX incident: <https://w3id.org/failuregraph/incident/>
PREFIX organisation: <https://w3id.org/failuregraph/organisation/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX recordstatus: <https://w3id.org/failuregraph/record-status#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

incident:merged dcterms:isReplacedBy incident:FI-9001 .
incident:divided dcterms:isReplacedBy incident:FI-9001 , incident:FI-9002 .
organisation:renamed dcterms:isReplacedBy organisation:northwind-group .
incident:withdrawn
    fg:recordStatus recordstatus:withdrawn ;
    dcterms:modified "2026-01-05"^^xsd:date ;
    skos:editorialNote "No source says that a system of this kind was in use."@en ;
    rdfs:label "The words that were removed"@en ;
    dcterms:description "The words that were removed"@en .
incident:withdrawn-in-silence fg:recordStatus recordstatus:withdrawn .
"""


def with_retired(folder: Path) -> Project:
    """Return a copy of the test corpus in a folder, with retired identifiers."""
    root = shutil.copytree(CORPUS, folder / "project", ignore=shutil.ignore_patterns(".cache"))
    (root / "data" / "withdrawn.ttl").write_text(RETIRED, encoding="utf-8")
    return Project.at(root)
