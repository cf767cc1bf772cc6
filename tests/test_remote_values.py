"""Parameters over the SPARQL protocol: where the row of VALUES stands, and where it is refused."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from failuregraph.cli.graph import whole_graph
from failuregraph.errors import Unsupported
from failuregraph.project import Project
from failuregraph.query import QueryFile
from failuregraph.remote.values import bound
from failuregraph.store import Term

EX = "https://example.org/"
IRI = ox.NamedNode(EX)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?x ?p ?o }", "ASK { VALUES (?x) { (<>) } ?x ?p ?o }"),
        ("# {\nASK { ?x ?p '{' }", "# {\nASK { VALUES (?x) { (<>) } ?x ?p '{' }"),
        ("SELECT (EXISTS { ?s ?p ?o } AS ?e) ?x { ?x ?p ?o }", None),
        ("CONSTRUCT { ?x ?p ?o } WHERE { ?x ?p ?o }", "CONSTRUCT { ?x ?p ?o } WHERE { VALUES (?x) { (<>) } ?x ?p ?o }"),
        ("ASK { { ?s ?p ?x } UNION { ?x ?p ?o } }", "ASK { VALUES (?x) { (<>) } { ?s ?p ?x } UNION { ?x ?p ?o } }"),
        (
            "ASK { { ?s ?p ?o FILTER(?o = ?x) } UNION { ?s ?p 1 } }",
            "ASK { VALUES (?x) { (<>) } { VALUES (?x) { (<>) } ?s ?p ?o FILTER(?o = ?x) } UNION { ?s ?p 1 } }",
        ),
        ("ASK { ?s ?p ?o OPTIONAL { ?s ?q ?x } }", "ASK { VALUES (?x) { (<>) } ?s ?p ?o OPTIONAL { ?s ?q ?x } }"),
    ],
)
def test_parameters_stand_where_they_are_joined(text: str, expected: str | None) -> None:
    """One row at the head of the outer group, and of a nested group with an expression that reads it."""
    made = bound(text, {"x": IRI})
    if expected is not None:
        assert expected.replace("<>", f"<{EX}>") == made
    assert made.replace(f" VALUES (?x) {{ (<{EX}>) }}", "") == text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x WHERE { { SELECT ?s WHERE { ?s ?p ?x } } }",
        "SELECT ?x WHERE { ?s ?p ?o MINUS { ?s ?q ?x } }",
        "SELECT ?s (COUNT(?x) AS ?n) WHERE { ?s ?p ?x } GROUP BY ?s",
        "SELECT ?s WHERE { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?x ?p ?o }",
        "DESCRIBE ?x",
        "SELECT ?x WHERE { ?s ?p ?o OPTIONAL { ?s ?q ?r OPTIONAL { ?r ?q ?x } } }",
        "PREFIX e: <x:> SELECT ?x WHERE { ?x e:a\\#b ?o }",
    ],
)
def test_parameters_are_refused_where_they_would_mean_another_thing(text: str) -> None:
    """Nothing is sent that could be silently wrong."""
    with pytest.raises(Unsupported, match="A store over the SPARQL protocol does not support"):
        bound(text, {"x": IRI})


HOSTILE = ['x" } #', "x\\", "\\u0022 } DROP ALL #", "'''", "a\nb\r\tc", '"""', "}", "\u0000\u202e"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_a_value(value: str) -> None:
    """The text of a person comes back as the one value of the row."""
    store = ox.Store()
    text = bound("SELECT ?x WHERE { FILTER(isLiteral(?x)) }", {"x": ox.Literal(value)})
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    assert [ox.Literal(value)] == [row["x"] for row in found]


def test_a_blank_node_is_no_parameter() -> None:
    """It has no name outside of its own data set."""
    with pytest.raises(Unsupported, match="a blank node as a parameter"):
        bound("ASK { ?x ?p ?o }", {"x": ox.BlankNode()})


def test_every_stored_query_means_the_same_with_its_row(repository: Project) -> None:
    """On the real graph the row of VALUES gives what substitution gives, for each stored query with parameters."""
    embedded = whole_graph(repository)
    folders = [repository.queries / name for name in ("answers", "pages", "mine")]
    asked = [each for folder in folders for each in QueryFile.folder(folder) if each.parameters]
    for question in asked:
        record = ox.NamedNode("https://w3id.org/failuregraph/record/FI-0351")
        terms: dict[str, Term] = {each.name: record for each in question.parameters if each.default is None}
        terms |= question.bind({name: term.value for name, term in terms.items()})
        assert embedded.query(question.text, terms) == embedded.query(bound(question.text, terms)), question.name
    assert 35 <= len(asked)
