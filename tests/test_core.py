"""The lower layers: errors, names, project, Turtle, stores, stored queries and derived facts."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from engines import Engine
from hypothesis import given
from hypothesis import strategies as st

from failuregraph import turtle
from failuregraph.derive import DERIVED, derive
from failuregraph.errors import FailureGraphError, Unreadable, Unsupported, WrongUse
from failuregraph.names import BASE, FORMATS, NAMESPACES, format_named, shorten
from failuregraph.project import Project, is_identifier
from failuregraph.query import Parameter, QueryFile, nearest, serialise
from failuregraph.remote import loading
from failuregraph.remote.store import SparqlStore
from failuregraph.store import OxigraphStore, QueryInvalid, RdflibStore, Statements, Store, Table, Truth

HERE = Path("file.ttl")
EX = "https://example.org/"


EXAMPLES = ["names", "project", "store", "remote.transport", "remote.values", "ingest.vocabulary", "serve.negotiate"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """The doctests of a module run and hold."""
    result = doctest.testmod(importlib.import_module(f"failuregraph.{name}"))
    assert result.attempted > 0
    assert 0 == result.failed


@pytest.mark.parametrize(("error", "code"), [(WrongUse("x"), 2), (Unreadable("x"), 3), (Unsupported("e", "f"), 2)])
def test_an_error_has_its_exit_code(error: FailureGraphError, code: int) -> None:
    """The code of a command that ends with the error is part of it."""
    assert code == error.exit_code


def test_an_unreadable_file_is_named_with_its_line() -> None:
    """The message begins with path and line."""
    assert "a.ttl:3: broken" == str(Unreadable("broken", Path("a.ttl"), 3))


def test_the_base_is_spelt_once() -> None:
    """No other module of the package holds the base IRI in its code."""
    package = Path(turtle.__file__).parent
    holders = [path.name for path in package.rglob("*.py") if f'"{BASE}' in path.read_text(encoding="utf-8")]
    assert ["names.py"] == holders


def test_format_names_are_unique() -> None:
    """One name is one format."""
    assert len(FORMATS) == len({each.name for each in FORMATS})


def test_a_name_means_the_format_that_fits() -> None:
    """``xml`` is RDF/XML for a graph and the results format for a table."""
    graph, table = format_named("xml", graph=True), format_named("xml", graph=False)
    assert graph is not None
    assert table is not None
    assert ("rdf", "xml") == (graph.name, table.name)
    assert format_named("nothing", graph=True) is None


def test_an_iri_with_more_than_a_local_name_stays_whole() -> None:
    """Parts of an incident have no prefix."""
    part = NAMESPACES["incident"] + "FI-0351#source-1"
    assert part == shorten(part)


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        ("record", "FI-0351", True),
        ("record", "FG-0001", True),
        ("record", "a-slug-2", True),
        ("record", "FI-X-some-title", True),
        ("record", "FI-351", False),
        ("record", "A-Slug", False),
        ("record", "a--b", False),
        ("record", "a" * 61, False),
        ("organisation", "meta", True),
        ("organisation", "Meta", False),
        ("organisation", "FI-0351", False),
    ],
)
def test_identifiers_follow_their_pattern(kind: str, text: str, good: bool) -> None:  # noqa: FBT001 - a table
    """Numbers, slugs and placeholders for records; lower case with hyphens for all else."""
    assert good == is_identifier(kind, text)


def test_a_file_knows_its_graph_and_its_subjects(corpus: Project) -> None:
    """The path leads to identifier, graph and subjects, and back."""
    path = corpus.path_of("incident", "FI-9001")
    source = corpus.source_of(path)
    assert source is not None
    assert ("record", "FI-9001", BASE + "record/FI-9001") == (source.kind, source.identifier, source.graph)
    assert (BASE + "record/FI-9001", BASE + "incident/FI-9001") == source.subjects
    assert corpus.source_of(corpus.root / "x.ttl") is None


def test_every_file_is_a_graph_of_its_own_but_for_shapes_and_ontology(repository: Project) -> None:
    """Two files share a graph only where several files are one document."""
    shared = ("shapes", "imported-shapes", "ontology")
    graphs = [source.graph for source in repository.sources() if source.kind not in shared]
    assert sorted(set(graphs)) == sorted(graphs)


def test_a_project_is_found_from_below(corpus: Project) -> None:
    """Any folder inside leads to the root; elsewhere there is none."""
    assert corpus.root == Project.find(corpus.incidents).root
    with pytest.raises(WrongUse, match="no Failure Graph project here or above"):
        Project.find(Path("/"))


def test_a_checkout_is_its_own_bundle(repository: Project) -> None:
    """Without a bundled copy the package uses the project that it stands in."""
    assert repository.root == Project.bundled().root


MESSY = """# head
PREFIX fg: <https://w3id.org/failuregraph/ontology#>
PREFIX x: <https://example.org/>
PREFIX unused: <https://example.org/unused#>
<https://w3id.org/failuregraph/incident/FI-9001#source-10> a fg:Source ; fg:order 10 .
<https://w3id.org/failuregraph/incident/FI-9001#source-2> fg:order 2 ; a fg:Source ; fg:text "b"@en, "a"@en .
<https://w3id.org/failuregraph/incident/FI-9001> fg:severity x:y ; a fg:Incident . # gone
"""


def test_the_canonical_form_is_known() -> None:
    """Header kept, prefixes sorted and only those used, main subject first, parts in natural order."""
    first = ("https://w3id.org/failuregraph/incident/FI-9001",)
    assert (
        "# head\n\n"
        "PREFIX fg: <https://w3id.org/failuregraph/ontology#>\n"
        "PREFIX incident: <https://w3id.org/failuregraph/incident/>\n\n"
        "incident:FI-9001\n    a fg:Incident ;\n    fg:severity <https://example.org/y> ;\n.\n\n"
        "<https://w3id.org/failuregraph/incident/FI-9001#source-2>\n    a fg:Source ;\n    fg:order 2 ;\n"
        '    fg:text\n        "a"@en ,\n        "b"@en ;\n.\n\n'
        "<https://w3id.org/failuregraph/incident/FI-9001#source-10>\n    a fg:Source ;\n    fg:order 10 ;\n.\n"
    ) == turtle.format_text(MESSY, HERE, first)


def test_formatting_twice_changes_nothing() -> None:
    """The canonical form is its own canonical form."""
    once = turtle.format_text(MESSY, HERE)
    assert once == turtle.format_text(once, HERE)


@pytest.fixture
def _normalising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave rdflib's switch as other libraries set it."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", True)


@pytest.mark.usefixtures("_normalising")
@pytest.mark.parametrize(
    "literal",
    [
        '"007"^^xsd:integer',
        '"1.10"^^xsd:decimal',
        '"2024-01-01T00:00:00.000Z"^^xsd:dateTime',
        '"2024-02-31"^^xsd:date',
        '"TRUE"^^xsd:boolean',
        '"a\\"b\\\\c"',
        '"two\\nlines"@en',
        '"x"@en-US',
        "1.50",
        "true",
    ],
)
def test_lexical_forms_are_kept(literal: str) -> None:
    """What is written is what is read back, character for character."""
    text = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n<{EX}s> <{EX}p> {literal} .\n"
    before = [quad.object for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
    after = [quad.object for quad in ox.parse(turtle.format_text(text, HERE), format=ox.RdfFormat.TURTLE)]
    assert before == after


def test_formatting_never_changes_a_literal_in_silence() -> None:
    """Rdflib reads 01 as 1; instead of writing that, formatting refuses."""
    with pytest.raises(Unreadable, match="formatting would change a literal"):
        turtle.format_text("<https://example.org/s> <https://example.org/p> 01 .", HERE)


LITERALS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
STATEMENTS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("pqr"), st.one_of(st.sampled_from("xyz").map(rdflib.URIRef), LITERALS)
    ),
    min_size=1,
    max_size=12,
)


@given(STATEMENTS)
def test_any_graph_survives_formatting(statements: list[tuple[str, str, object]]) -> None:
    """Write, read, write: the same graph, and the same text."""
    graph = rdflib.Graph()
    for subject, predicate, value in statements:
        node = rdflib.URIRef(EX + value) if isinstance(value, rdflib.URIRef) else rdflib.Literal(str(value), lang="en")
        graph.add((rdflib.URIRef(EX + subject), rdflib.URIRef(EX + predicate), node))
    text = turtle.write(graph)
    assert set(graph) == set(turtle.parse(text, HERE))
    assert text == turtle.format_text(text, HERE)


def test_saving_leaves_no_other_file(tmp_path: Path) -> None:
    """A file is written whole under its name."""
    turtle.save(tmp_path / "a" / "x.ttl", "text\n")
    assert [("x.ttl", "text\n")] == [(path.name, path.read_text()) for path in (tmp_path / "a").iterdir()]


QUADS = [
    ox.Quad(ox.NamedNode(EX + name), ox.NamedNode(EX + "p"), ox.Literal(number), ox.NamedNode(EX + f"graph-{number}"))
    for number, name in enumerate("abc", 1)
]


EMBEDDED: dict[str, Callable[[], Store]] = {
    "oxigraph": lambda: OxigraphStore.of(QUADS),
    "rdflib": lambda: RdflibStore.of(QUADS),
}


@pytest.fixture(params=[*EMBEDDED, "oxigraph_server", "virtuoso_server"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return each implementation of the Protocol, with three statements in three graphs.

    Those elsewhere hold other graphs as well, Virtuoso its own; only these statements have the predicate ``p``.
    """
    if request.param in EMBEDDED:
        return EMBEDDED[request.param]()
    engine: Engine = request.getfixturevalue(request.param)
    list(loading.update(engine.update, loading.by_graph(QUADS)))
    return SparqlStore(engine.query)


def _table(store: Store, text: str, **bindings: ox.NamedNode | ox.Literal) -> list[tuple[str, ...]]:
    answer = store.query(text, bindings)
    assert isinstance(answer, Table)
    return [tuple("" if term is None else term.value for term in row) for row in answer.rows]


def test_the_default_graph_is_the_union(store: Store) -> None:
    """Statements of all named graphs are seen without GRAPH."""
    text = "SELECT ?s WHERE { ?s <https://example.org/p> ?o } ORDER BY ?s"
    assert [EX + "a", EX + "b", EX + "c"] == [row[0] for row in _table(store, text)]


ONE_GRAPH = "SELECT (COUNT(*) AS ?n) FROM <https://example.org/graph-1> WHERE { ?s ?p ?o }"


def test_from_narrows_the_data_set() -> None:
    """A query that names its graphs sees them alone."""
    assert [("1",)] == _table(OxigraphStore.of(QUADS), ONE_GRAPH)


def test_the_second_engine_refuses_from() -> None:
    """The store refuses what rdflib would fetch."""
    with pytest.raises(Unsupported, match="rdflib does not support FROM"):
        RdflibStore.of(QUADS).query(ONE_GRAPH)


def test_bindings_are_terms(store: Store) -> None:
    """A bound variable has the value in the answer, and an IRI is no text."""
    text = "SELECT ?s ?o WHERE { ?s <https://example.org/p> ?o }"
    assert [(EX + "b", "2")] == _table(store, text, s=ox.NamedNode(EX + "b"))
    assert [] == _table(store, text, s=ox.Literal(EX + "b"))


def test_ask_and_construct_have_their_answers(store: Store) -> None:
    """ASK is a truth, CONSTRUCT are statements."""
    assert Truth(value=True) == store.query("ASK { ?s <https://example.org/p> 1 }")
    found = store.query("CONSTRUCT { ?s <https://example.org/p> ?o } WHERE { ?s <https://example.org/p> ?o }")
    assert isinstance(found, Statements)
    assert {str(quad.triple) for quad in QUADS} == {str(triple) for triple in found.triples}


def test_bad_text_is_query_invalid(store: Store) -> None:
    """Text that does not parse is one exception for every engine."""
    with pytest.raises(QueryInvalid, match="not valid SPARQL"):
        store.query("SELECT ?s WHERE { ?s ?p }")


def test_an_update_is_no_query(store: Store) -> None:
    """A store that is asked never writes."""
    with pytest.raises(QueryInvalid):
        store.query("INSERT DATA { <a:b> <a:b> <a:b> }")
    assert [("3",)] == _table(store, "SELECT (COUNT(*) AS ?n) WHERE { ?s <https://example.org/p> ?o }")


def test_a_term_that_is_a_triple_is_refused() -> None:
    """An answer has terms of RDF 1.1 alone: the embedded engine knows more, and says so rather than passing it on."""
    triple = ox.Triple(QUADS[0].subject, QUADS[0].predicate, ox.Literal("x"))
    store = OxigraphStore.of([ox.Quad(QUADS[0].subject, QUADS[0].predicate, triple, QUADS[0].graph_name)])
    with pytest.raises(Unsupported, match="a term that is a triple"):
        store.query("SELECT ?o WHERE { ?s ?p ?o }")


def test_the_second_engine_calls_nobody() -> None:
    """Rdflib would follow SERVICE; the store refuses it."""
    with pytest.raises(Unsupported, match="rdflib does not support SERVICE"):
        RdflibStore.of(QUADS).query("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


@pytest.mark.parametrize(
    ("kind", "text", "term"),
    [
        ("integer", "7", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("date", "2024-02-14", '"2024-02-14"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("string", 'x" }', '"x\\" }"'),
        ("iri", "fg:Incident", "<https://w3id.org/failuregraph/ontology#Incident>"),
        ("iri", "https://example.org/x", "<https://example.org/x>"),
    ],
)
def test_a_parameter_becomes_a_term(kind: str, text: str, term: str) -> None:
    """The text of a person becomes a typed RDF term."""
    assert term == str(Parameter("x", kind, "X").term(text))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "seven"),
        ("boolean", "yes"),
        ("date", "14.2.2024"),
        ("iri", "no iri"),
        ("iri", "a:<b>"),
        ("decimal", "x"),
    ],
)
def test_a_value_of_the_wrong_type_is_wrong_use(kind: str, text: str) -> None:
    """Parameter and value are named."""
    with pytest.raises(WrongUse, match=f"parameter x: “{text}”"):
        Parameter("x", kind, "X").term(text)


def test_a_local_name_is_completed() -> None:
    """A concept or thing may be written by its local name."""
    assert NAMESPACES["mode"] + "x" == Parameter("m", "iri", "M", scheme="mode").term("x").value
    assert NAMESPACES["incident"] + "x" == Parameter("m", "iri", "M", kind="incident").term("x").value


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("#+ title = ", "the header is not TOML"),
        ('#+ [params.x]\n#+ type = "colour"', "parameter x has the type 'colour'"),
    ],
)
def test_a_bad_header_is_unreadable(tmp_path: Path, header: str, says: str) -> None:
    """The file is named."""
    path = tmp_path / "q.rq"
    path.write_text(header + "\nASK {}", encoding="utf-8")
    with pytest.raises(Unreadable, match=says):
        QueryFile.load(path)


def test_a_missing_parameter_is_asked_for(tmp_path: Path) -> None:
    """A parameter without a default must be given."""
    path = tmp_path / "q.rq"
    path.write_text('#+ [params.x]\n#+ type = "string"\n#+ label = "The x"\nASK {}', encoding="utf-8")
    with pytest.raises(WrongUse, match=r"q needs the parameter x \(The x\)"):
        QueryFile.load(path).bind({})


def test_the_nearest_word_is_a_hint_or_nothing() -> None:
    """A far word brings no suggestion."""
    assert ", did you mean “severity”" == nearest("severty", ["severity", "mode"])
    assert "" == nearest("zzz", ["severity", "mode"])


HOSTILE = Table(("t",), ((ox.Literal('a,"b"\n<c>&\t', language="en"),), (None,), (ox.NamedNode(EX),)))


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
def test_hostile_text_survives_every_table_format(name: str) -> None:
    """What is written reads back the same, unbound cells too."""
    form = format_named(name, graph=False)
    assert form is not None
    formats = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}
    results = ox.parse_query_results(serialise(HOSTILE, form), format=formats[name])
    assert isinstance(results, ox.QuerySolutions)
    assert [str(row[0]) for row in HOSTILE.rows] == [str(row["t"]) for row in results]


def _incident(date: str) -> list[ox.Quad]:
    text = (
        "PREFIX fg: <https://w3id.org/failuregraph/ontology#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
        f"<{EX}i> a fg:Incident ; fg:incidentDate {date} ."
    )
    graph = ox.NamedNode(EX + "g")
    return [ox.Quad(q.subject, q.predicate, q.object, graph) for q in ox.parse(text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("date", "earliest", "latest"),
    [
        ('"2021-05-03"^^xsd:date', "2021-05-03", "2021-05-03"),
        ('"2021-05"^^xsd:gYearMonth', "2021-05-01", "2021-05-31"),
        ('"2021-06"^^xsd:gYearMonth', "2021-06-01", "2021-06-30"),
        ('"2021-02"^^xsd:gYearMonth', "2021-02-01", "2021-02-28"),
        ('"2024-02"^^xsd:gYearMonth', "2024-02-01", "2024-02-29"),
        ('"2000-02"^^xsd:gYearMonth', "2000-02-01", "2000-02-29"),
        ('"1900-02"^^xsd:gYearMonth', "1900-02-01", "1900-02-28"),
        ('"2021"^^xsd:gYear', "2021-01-01", "2021-12-31"),
    ],
)
def test_a_date_has_its_bounds(repository: Project, date: str, earliest: str, latest: str) -> None:
    """First and last day follow from the precision, leap years counted."""
    bounds = {q.predicate.value.rpartition("#")[2]: str(q.object) for q in derive(_incident(date), repository)}
    day = "http://www.w3.org/2001/XMLSchema#date"
    assert (f'"{earliest}"^^<{day}>', f'"{latest}"^^<{day}>') == (bounds["earliestDate"], bounds["latestDate"])


def test_without_a_date_there_are_no_bounds(repository: Project) -> None:
    """Nothing is derived from nothing."""
    quads = [quad for quad in _incident('"2021"^^xsd:gYear') if "Date" not in quad.predicate.value]
    assert ["event"] == [quad.predicate.value.rpartition("#")[2] for quad in derive(quads, repository)]


def _linked(*pairs: tuple[str, str]) -> list[ox.Quad]:
    text = "PREFIX fg: <https://w3id.org/failuregraph/ontology#> PREFIX e: <https://example.org/> "
    text += "".join(f"e:{name} a fg:Incident . " for name in "abcd")
    text += "".join(f"e:{left} fg:sameEventAs e:{right} . " for left, right in pairs)
    graph = ox.NamedNode(EX + "g")
    return [ox.Quad(q.subject, q.predicate, q.object, graph) for q in ox.parse(text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    ("pairs", "events"),
    [((), "abcd"), ((("b", "a"),), "aacd"), ((("a", "b"),), "aacd"), ((("c", "b"), ("a", "c")), "aaad")],
)
def test_linked_incidents_are_one_event(repository: Project, pairs: tuple[tuple[str, str], ...], events: str) -> None:
    """The smallest IRI stands for all that are linked, in either direction and over several links."""
    derived = derive(_linked(*pairs), repository)
    assert {ox.NamedNode(DERIVED)} == {quad.graph_name for quad in derived}
    found = {str(quad.subject): str(quad.object) for quad in derived}
    assert {f"<{EX}{name}>": f"<{EX}{event}>" for name, event in zip("abcd", events, strict=True)} == found


def test_a_rule_that_constructs_nothing_is_refused(copy: Project) -> None:
    """A SELECT among the rules is an error, not an empty graph."""
    (copy.derivations / "30-select.rq").write_text("SELECT ?s WHERE { ?s ?p ?o }", encoding="utf-8")
    with pytest.raises(Unreadable, match="a rule must be a CONSTRUCT query"):
        derive([], copy)
