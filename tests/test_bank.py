"""The question bank as data: each question is there, its text runs, and its page answers as RDF."""

from __future__ import annotations

import pyoxigraph as ox
import rdflib
from live import Server
from rdflib import RDF, SH, Literal, URIRef

from failuregraph.bank import QUESTIONS, bank_quads, question_iri
from failuregraph.cli.graph import whole_graph
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.store import Table

NAME = "organisation-profile"


def _values(project: Project, subject: str, local: str) -> list[str]:
    found = [q.object for q in bank_quads(project) if q.subject == ox.NamedNode(subject)]
    wanted = [
        q for q in bank_quads(project) if q.subject == ox.NamedNode(subject) and q.predicate.value == f"{SH}{local}"
    ]
    assert found
    return [q.object.value for q in wanted if not isinstance(q.object, ox.Triple)]


def test_every_question_is_an_executable_in_one_graph(corpus: Project) -> None:
    """As many as there are files, each with its text."""
    quads = bank_quads(corpus)
    executable = {
        q.subject.value
        for q in quads
        if isinstance(q.subject, ox.NamedNode) and q.object == ox.NamedNode(f"{SH}SPARQLSelectExecutable")
    }
    assert {question_iri(each.name) for each in QueryFile.folder(corpus.answers)} == executable
    assert {ox.NamedNode(QUESTIONS)} == {quad.graph_name for quad in quads}


def test_the_text_in_the_graph_is_that_of_the_file(corpus: Project) -> None:
    """Header lines are left out, and the rest runs as it is."""
    (text,) = _values(corpus, question_iri("modes-by-surface"), "select")
    answer = whole_graph(corpus).query(text)
    assert isinstance(answer, Table)
    assert 10 == len(answer.rows)
    assert "#+" not in text


def test_a_parameter_has_its_name_kind_and_default(corpus: Project) -> None:
    """The path ends in the name of the variable."""
    (parameter,) = _values(corpus, question_iri("control-gap-recurrence"), "parameter")
    assert parameter.endswith("#min_events")
    assert [parameter] == _values(corpus, parameter, "path")
    assert ["http://www.w3.org/2001/XMLSchema#integer"] == _values(corpus, parameter, "datatype")
    assert ["1"] == _values(corpus, parameter, "defaultValue")


def test_the_bank_can_be_asked(corpus: Project) -> None:
    """Which questions take an incident is a question itself."""
    text = """PREFIX sh: <http://www.w3.org/ns/shacl#>
    SELECT ?question WHERE { ?question sh:parameter ?p . FILTER(STRENDS(STR(?p), "#incident")) } ORDER BY ?question"""
    answer = whole_graph(corpus).query(text)
    assert isinstance(answer, Table)
    assert question_iri("similar-incidents") in [getattr(row[0], "value", "") for row in answer.rows]


def test_the_page_of_a_question_answers_as_rdf(server: Server) -> None:
    """The IRI of a question is the address of its page; Turtle is there for who asks for it."""
    reply = server.get(f"/questions/{NAME}", "text/turtle")
    graph = rdflib.Graph().parse(data=reply.body, format="turtle")
    assert "text/turtle; charset=utf-8" == reply.headers["content-type"]
    assert (URIRef(question_iri(NAME)), RDF.type, SH.SPARQLSelectExecutable) in graph
    assert Literal("Profile of an organisation", lang="en") in set(graph.objects())
    assert "text/html" in server.get(f"/questions/{NAME}", "text/html").headers["content-type"]
    assert (
        "text/csv" in server.get(f"/questions/{NAME}?organisation=northwind-group&format=csv").headers["content-type"]
    )
