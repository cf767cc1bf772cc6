"""Parameters of stored questions: a name is one that the graph has, a number lies in its range, or both are refused."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from engines import Engine
from test_cli import Run, run

from failuregraph.bank import bank_quads, question_iri
from failuregraph.cli.graph import whole_graph
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import BASE, FG, NAMESPACES, RDF_TYPE
from failuregraph.pages.published import openapi
from failuregraph.project import Project
from failuregraph.query import Parameter, QueryFile, answer_with, nearest, settled
from failuregraph.remote import loading
from failuregraph.remote.store import SparqlStore
from failuregraph.store import OxigraphStore, RdflibStore, Store

__all__ = ["run"]
ROOT = Path(__file__).parent.parent
QUESTIONS = QueryFile.folder(ROOT / "queries" / "answers")
PARAMETERS = [pytest.param(each, id=f"{query.name}-{each.name}") for query in QUESTIONS for each in query.parameters]
NAME = "organisation-profile"
ELSEWHERE = "https://example.org/"
#: An organisation, two that differ by case alone, a party of a registry, and a thing that only a link leads to.
QUADS = [
    ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value), ox.NamedNode(ELSEWHERE + "graph"))
    for subject, predicate, value in [
        (BASE + "organisation/nodlake", RDF_TYPE, FG + "Organisation"),
        (BASE + "organisation/twin", RDF_TYPE, FG + "Organisation"),
        (BASE + "organisation/Twin", RDF_TYPE, FG + "Organisation"),
        (BASE + "party/abc-nodlake", RDF_TYPE, FG + "Party"),
        (BASE + "incident/ZZ-1", RDF_TYPE, FG + "Hazard"),
        (BASE + "incident/ZZ-1", FG + "system", ELSEWHERE + "linked"),
        (BASE + "surface#kiosk", NAMESPACES["skos"] + "inScheme", BASE + "surface"),
        (BASE + "surface", RDF_TYPE, NAMESPACES["skos"] + "ConceptScheme"),
        (BASE + "scheme/abc", RDF_TYPE, FG + "OutsideScheme"),
    ]
]
EMBEDDED: dict[str, Callable[[], Store]] = {
    "oxigraph": lambda: OxigraphStore.of(QUADS),
    "rdflib": lambda: RdflibStore.of(QUADS),
}
ORGANISATION = Parameter("who", "iri", "Who", kind="organisation")
SURFACE = Parameter("where", "iri", "Where", scheme="surface")
INCIDENT = Parameter("which", "iri", "Which", kind="incident")
SCHEME = Parameter("scheme", "iri", "Scheme", kind="scheme")


@contextlib.contextmanager
def _holding(engine: Engine) -> Iterator[Engine]:
    """Have the few things in a running server while the block lasts: other tests share it."""
    list(loading.update(engine.update, loading.by_graph(QUADS)))
    yield engine
    engine.update.update(f"DROP SILENT GRAPH <{ELSEWHERE}graph>")


@pytest.fixture(scope="module")
def elsewhere(oxigraph_server: Engine) -> Iterator[Engine]:
    """Return an Oxigraph server that has the few things, until the tests of this file are done."""
    with _holding(oxigraph_server) as engine:
        yield engine


@pytest.fixture(scope="module")
def virtuoso_elsewhere(virtuoso_server: Engine) -> Iterator[Engine]:
    """Return a Virtuoso that has them."""
    with _holding(virtuoso_server) as engine:
        yield engine


@pytest.fixture(scope="module", params=[*EMBEDDED, "elsewhere", "virtuoso_elsewhere"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return each kind of store with the same few things; those elsewhere may hold others too."""
    if request.param in EMBEDDED:
        return EMBEDDED[request.param]()
    engine: Engine = request.getfixturevalue(request.param)
    return SparqlStore(engine.query)


def _question(parameter: Parameter) -> QueryFile:
    return QueryFile(Path("q.rq"), "", {}, (parameter,))


def _settled(store: Store, parameter: Parameter, text: str) -> str:
    term = settled(store, _question(parameter), {parameter.name: text})[parameter.name]
    return getattr(term, "value", "")


# --- Names ---


@pytest.mark.parametrize(
    ("parameter", "text", "iri"),
    [
        (ORGANISATION, "nodlake", "organisation/nodlake"),
        (ORGANISATION, "organisation:nodlake", "organisation/nodlake"),
        (ORGANISATION, BASE + "organisation/nodlake", "organisation/nodlake"),
        (ORGANISATION, "party:abc-nodlake", "party/abc-nodlake"),
        (ORGANISATION, "NodLake", "organisation/nodlake"),
        (ORGANISATION, "twin", "organisation/twin"),
        (ORGANISATION, "Twin", "organisation/Twin"),
        (SURFACE, "kiosk", "surface#kiosk"),
        (SURFACE, "Kiosk", "surface#kiosk"),
        (INCIDENT, "zz-1", "incident/ZZ-1"),
        (SCHEME, "surface", "surface"),
        (SCHEME, "Surface", "surface"),
        (SCHEME, "abc", "scheme/abc"),
    ],
)
def test_a_name_that_the_graph_has_is_taken(store: Store, parameter: Parameter, text: str, iri: str) -> None:
    """Short, with a prefix or in full; case does not count where one thing is left."""
    assert BASE + iri == _settled(store, parameter, text)


@pytest.mark.parametrize(
    ("parameter", "text", "says"),
    [
        (ORGANISATION, "nodlaken", "parameter who: the graph has no organisation “nodlaken”, did you mean “nodlake”."),
        (ORGANISATION, BASE + "organisation/nodlaken", "no organisation “nodlaken”, did you mean “nodlake”"),
        (ORGANISATION, "party:abc-nodlaken", "did you mean “party:abc-nodlake”"),
        (ORGANISATION, "TWIN", "no organisation “TWIN”, did you mean “twin”"),
        (ORGANISATION, "incident:ZZ-1", "no organisation “incident:ZZ-1”"),
        (ORGANISATION, "q" * 5000, "…”; write an identifier that it has, or an IRI in full"),
        (SURFACE, "kiosks", "the graph has no surface “kiosks”, did you mean “kiosk”"),
        (INCIDENT, "ZZ-2", "the graph has no incident “ZZ-2”, did you mean “ZZ-1”"),
        (SCHEME, "sürface", "the graph has no scheme “sürface”, did you mean “surface”"),
        (SCHEME, "mode", "the graph has no scheme “mode”"),
        (ORGANISATION, "", "parameter who: the value is empty; give one, or leave the parameter out."),
        (SURFACE, "", "the value is empty"),
        (Parameter("any", "iri", "Any"), "", "the value is empty"),
    ],
)
def test_a_name_that_the_graph_has_not_is_refused_with_the_nearest(
    store: Store, parameter: Parameter, text: str, says: str
) -> None:
    """Parameter, kind and name are said; two that differ by case alone are not chosen between."""
    with pytest.raises(WrongUse) as refused:
        _settled(store, parameter, text)
    assert says in str(refused.value)
    assert len(str(refused.value)) < 250


def test_an_iri_of_others_needs_only_to_be_in_the_graph(store: Store) -> None:
    """It is taken where a statement leads to it, and refused where none does; any other IRI is not looked up."""
    assert ELSEWHERE + "linked" == _settled(store, ORGANISATION, ELSEWHERE + "linked")
    with pytest.raises(WrongUse, match=r"the graph has no organisation “https://example\.org/unlinked”"):
        _settled(store, ORGANISATION, ELSEWHERE + "unlinked")
    assert ELSEWHERE + "unlinked" == _settled(store, Parameter("any", "iri", "Any"), ELSEWHERE + "unlinked")


def test_a_default_is_not_looked_up() -> None:
    """A graph without it is answered as before, however the default is written; another name is refused there."""
    empty = OxigraphStore.of([])
    parameter = Parameter("who", "iri", "Who", "meta", kind="organisation")
    assert BASE + "organisation/meta" == _settled(empty, parameter, "meta")
    assert BASE + "organisation/meta" == _settled(empty, parameter, "organisation:meta")
    assert {"who": ox.NamedNode(BASE + "organisation/meta")} == settled(empty, _question(parameter), {})
    with pytest.raises(WrongUse, match="the graph has no organisation “google”"):
        _settled(empty, parameter, "google")


def test_what_is_optional_may_be_left_out_and_not_be_wrong() -> None:
    """Without it there is no term; a name for it must be there like any other."""
    parameter = Parameter("who", "iri", "Who", optional=True, kind="organisation")
    assert {} == settled(OxigraphStore.of([]), _question(parameter), {})
    with pytest.raises(WrongUse, match="the graph has no organisation"):
        _settled(OxigraphStore.of([]), parameter, "nodlake")


def test_terms_are_looked_up_as_well(corpus: Project) -> None:
    """Whoever comes with terms, as a receipt does, is told too."""
    question = QueryFile.named(corpus.answers, NAME)
    store = whole_graph(corpus)
    known, unknown = (ox.NamedNode(f"{BASE}organisation/{name}") for name in ("northwind-group", "northwind-grup"))
    assert answer_with(store, question, {"organisation": known}).rows
    with pytest.raises(WrongUse, match="did you mean “northwind-group”"):
        answer_with(store, question, {"organisation": unknown})


def test_the_nearest_word_is_found_in_another_case() -> None:
    """The word is said as it is written there."""
    assert ", did you mean “FI-0351”" == nearest("fi-0352", ["FI-0351", "other"])
    assert ", did you mean “Severity”" == nearest("SEVERTY", ["Severity", "mode"])


def test_hostile_names_are_never_syntax(corpus: Project) -> None:
    """A name that looks like SPARQL is no IRI or names nothing; the same question answers before and after."""
    question, store = QueryFile.named(corpus.answers, NAME), whole_graph(corpus)
    for value in ('x" } #', "x> . ?s ?p ?o . <y", "https://a.example/?x=}#", "a" * 10_000, "x)FILTER(true)#", "\x00"):
        with pytest.raises(WrongUse):
            settled(store, question, {"organisation": value})


def test_the_command_asks_a_store_elsewhere_for_the_name(run: Run, elsewhere: Engine) -> None:
    """What that store has counts, not what the files here have."""
    url = elsewhere.query.url
    assert 0 == run("ask", NAME, "-p", "organisation=nodlake", "--store", url).code
    assert 2 == run("ask", NAME, "-p", "organisation=nodlake").code
    done = run("ask", NAME, "-p", "organisation=nodlaken", "--store", url)
    assert (2, "", True) == (done.code, done.out, "did you mean “nodlake”" in done.err)


# --- Numbers ---


@pytest.mark.parametrize(
    ("kind", "least", "most", "good", "bad", "range_"),
    [
        ("integer", 1, 4, ["1", "4", "+2", "02"], ["0", "5", "-1", "9" * 5000], "a number from 1 to 4"),
        ("integer", 1, None, ["1", "9" * 30], ["0"], "a number from 1 on"),
        ("integer", None, 4, ["4", "-9"], ["5"], "a number up to 4"),
        ("decimal", 0, "0.5", ["0", "0.50", ".5"], ["-0.1", "0.51"], "a number from 0 to 0.5"),
    ],
)
def test_a_number_lies_in_its_range(  # noqa: PLR0913, PLR0917 - a table
    kind: str, least: int | None, most: int | str | None, good: list[str], bad: list[str], range_: str
) -> None:
    """The ends belong to it; what is outside is refused with the range."""
    bounds = [None if each is None else Decimal(each) for each in (least, most)]
    parameter = Parameter("x", kind, "X", minimum=bounds[0], maximum=bounds[1])
    assert good == [getattr(parameter.term(text), "value", "") for text in good]
    assert range_ == parameter.range
    for text in bad:
        with pytest.raises(WrongUse, match=f"parameter x: “.*” is out of range; give {range_}\\."):
            parameter.term(text)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("integer", "٣", "is not a whole number"),
        ("integer", "1.0", "is not a whole number"),
        ("decimal", "1,5", "is not a number"),
        ("decimal", "NaN", "is not a number"),
        ("date", "2024-02-30", "is no day of the calendar"),
        ("boolean", "yes", "is neither true nor false"),
    ],
)
def test_a_value_of_another_type_says_what_is_wanted(kind: str, text: str, says: str) -> None:
    """One sentence for the command line and the page; digits of other scripts are no lexical form of a number."""
    with pytest.raises(WrongUse, match=f"parameter x: “{text}” {says}"):
        Parameter("x", kind, "X").term(text)
    assert Parameter("x", "date", "X").term("2024-02-29")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('type = "integer"\nminimum = "one"', "parameter x has the bound 'one'; write a number"),
        ('type = "integer"\nmaximum = nan', "parameter x has the bound nan; write a number"),
        ('type = "iri"\nminimum = 1', "parameter x has a minimum or a maximum; only a number has one"),
    ],
)
def test_a_header_with_a_bound_that_is_none_is_unreadable(tmp_path: Path, lines: str, says: str) -> None:
    """A number of TOML or a text that is one is a bound of a number."""
    path = tmp_path / "q.rq"
    path.write_text("".join(f"#+ {line}\n" for line in f"[params.x]\n{lines}".splitlines()), encoding="utf-8")
    with pytest.raises(Unreadable, match=says):
        QueryFile.load(path)
    path.write_text('#+ [params.x]\n#+ type = "decimal"\n#+ minimum = 1\n#+ maximum = "2.5"\n', encoding="utf-8")
    (parameter,) = QueryFile.load(path).parameters
    assert (Decimal(1), Decimal("2.5")) == (parameter.minimum, parameter.maximum)


# --- The bank ---


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_parameter_says_what_it_may_be(parameter: Parameter) -> None:
    """A number has both bounds with its default between them, an IRI has a scheme or a class."""
    if parameter.type in {"integer", "decimal"}:
        assert parameter.minimum is not None
        assert parameter.maximum is not None
    if parameter.type == "iri":
        assert (parameter.scheme is None) != (parameter.kind is None)
    assert parameter.default is None or parameter.term(parameter.default)


def test_every_default_is_in_the_graph(repository: Project) -> None:
    """A default is not looked up when a question is asked, so it is looked up here."""
    store = whole_graph(repository)
    for question in QUESTIONS:
        for each in question.parameters:
            if each.default is not None:
                asked = Parameter(each.name, each.type, each.label, scheme=each.scheme, kind=each.kind)
                assert each.term(each.default) == settled(store, _question(asked), {each.name: each.default})[each.name]


def test_the_bank_states_the_range_as_shacl(corpus: Project) -> None:
    """Both ends, typed as the parameter is; a name has none."""
    iri = question_iri("control-leverage") + "#min_rank"
    stated = {q.predicate.value.rpartition("#")[2]: str(q.object) for q in bank_quads(corpus) if iri in str(q.subject)}
    assert f'"1"^^<{NAMESPACES["xsd"]}integer>' == stated["minInclusive"]
    assert f'"4"^^<{NAMESPACES["xsd"]}integer>' == stated["maxInclusive"]
    other = {q.predicate.value for q in bank_quads(corpus) if "organisation-profile#" in str(q.subject)}
    assert set() == {each for each in other if each.endswith("Inclusive")}


def test_the_interface_states_the_range() -> None:
    """A whole number is one in JSON; where there is no bound nothing is stated."""
    given = Parameter("x", "decimal", "X", minimum=Decimal(0), maximum=Decimal("0.5"))
    schema = openapi._typed(given)["schema"]  # noqa: SLF001 - one parameter
    assert {"type": "number", "minimum": 0, "maximum": 0.5} == schema
    assert isinstance(schema["minimum"], int)
    assert {"type": "integer"} == openapi._typed(Parameter("x", "integer", "X"))["schema"]  # noqa: SLF001 - as above
