"""What documents without a page of their own kind are called, and what they hold in one sentence.

Graphs, outside schemes and releases have IRIs for names; a reader needs a title, and where people look instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from failuregraph.names import BASE
from failuregraph.pages.document import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Outline", "outline"]


@dataclass(frozen=True)
class Outline:
    """The kind of a document, its title, what it holds, and the page for people, where there is one."""

    kind: str
    title: str
    sentence: str = ""
    see: Link | None = None


_OUTLINES: Final = {
    "graph/dcat": Outline(
        "Graph about the data",
        "Catalogue of the data",
        "It describes the data set, its files and its service in DCAT, for programs that collect catalogues.",
        Link("the data, its files and how to cite them", "/data"),
    ),
    "graph/derived": Outline(
        "Graph",
        "What the rules derive",
        "Rules work these statements out from the records: days, origins of sources, paths, confidence and matches."
        " No editor writes them, and each build makes them anew.",
        Link("the ontology, which defines the terms", "/ontology"),
    ),
    "graph/links/events": Outline(
        "Graph of links",
        "Links between records of one event",
        "Each row says that two records, here or in another registry, tell of the same event or of different ones.",
    ),
    "graph/links/party-kinds": Outline(
        "Graph of links",
        "What names in the AI Incident Database stand for",
        "Each row says whether a name stands for an organisation, a group of people, a technology or something else,"
        " so that no person is listed as an organisation.",
    ),
    "graph/links/same-event": Outline(
        "Graph of links",
        "Index records of one event",
        "Each row names two records of the AI Failure Index that tell of the same event.",
    ),
    "graph/prefixes": Outline(
        "Graph about the data",
        "Prefixes of Failure Graph",
        "The short names that stand for namespaces here, in queries and in the files.",
        Link("the query form, which knows them all", "/sparql"),
    ),
    "graph/questions": Outline(
        "Graph about the data",
        "The stored questions as data",
        "Every stored question with its SPARQL, its parameters and whom it is for, for programs that offer queries.",
        Link("the questions with their answers", "/questions"),
    ),
    "graph/void": Outline(
        "Graph about the data",
        "Numbers about the graph",
        "It counts the statements, classes, properties and links of the whole and of each part in VoID, for programs"
        " that plan queries.",
        Link("the data, its files and how to cite them", "/data"),
    ),
}
#: What mappings are to, by the last part of the address of their graph.
_OTHERS: Final = {
    "agent-incident-log": "the Agent Incident Log",
    "agent-postmortems": "agent-postmortems",
    "ai-incident-law": "AI Incident Law",
    "aiid": "the AI Incident Database",
    "airo": "AIRO, the AI Risk Ontology",
    "atlas": "MITRE ATLAS",
    "cito": "CiTO, the Citation Typing Ontology",
    "dcterms": "DCMI Metadata Terms",
    "dpv": "DPV, the Data Privacy Vocabulary",
    "fabio": "FaBiO, an ontology of publications",
    "owasp": "the OWASP Top 10 lists",
    "prov": "PROV-O, the Provenance Ontology",
    "schema": "Schema.org",
    "vair": "VAIR, a vocabulary of AI risks",
}
#: Schemes of others whose own title is in the graph only where their registry is imported.
_SCHEMES: Final = {
    "agl-root-cause": "Root causes of the Agent Incident Log",
    "agl-surface": "Surfaces of the Agent Incident Log",
    "aiid-csetv0-severity": "Severity in the CSETv0 taxonomy of the AI Incident Database",
    "ail-error-type": "Error types of AI Incident Law",
    "apm-failure-class": "Failure classes of agent-postmortems",
    "apm-failure-subclass": "Failure subclasses of agent-postmortems",
    "apm-severity": "Severity in agent-postmortems",
    "atlas-tactic": "Tactics of MITRE ATLAS",
    "atlas-technique": "Techniques of MITRE ATLAS",
    "mit-ai-risk-subdomain": "Subdomains of the MIT AI Risk Repository",
}
_OF_OTHERS: Final = "Its concepts belong to their makers; here stands how they match concepts of this graph."


def outline(path: str, labels: Mapping[str, str]) -> Outline:
    """Return the outline of the document at a path; a document that is not foreseen is called by its label or path.

    >>> outline("graph/alignments/owasp", {}).title
    'Mappings to the OWASP Top 10 lists'
    >>> outline("graph/news", {}).title
    'graph/news'
    """
    if path in _OUTLINES:
        return _OUTLINES[path]
    kind, _, name = path.partition("/")
    label = labels.get(BASE + path, "")
    if path.startswith("graph/alignments/"):
        return _alignment(name.rpartition("/")[2])
    if kind == "scheme":
        return Outline("Scheme of another registry or standard", label or _SCHEMES.get(name, name), _OF_OTHERS)
    if kind == "release":
        sentence = "A release is one state of the data, which never changes after it was made: what a citation names."
        return Outline("Release of the data", label or path, sentence, Link("all about the newest data", "/data"))
    called = "Graph" if kind == "graph" else name.partition("/")[0].capitalize()
    return Outline(called, labels.get(BASE + path.removeprefix("doc/")) or label or path)


def _alignment(name: str) -> Outline:
    other = _OTHERS.get(name, name)
    sentence = f"How terms and concepts of {other} stand to those of this graph, as Failure Graph judges it."
    return Outline("Graph of mappings", f"Mappings to {other}", sentence, Link("the ontology", "/ontology"))
