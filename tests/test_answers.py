"""The question bank: headers, golden tables, two engines, honest emptiness.

The golden tables in ``answers/`` were worked out by hand from the ten incidents of the corpus, those of questions
across registries together with the five small registries in ``data/answers/``.
"""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, Quad
from rdflib.plugins.sparql.parser import parseQuery

from failuregraph.cli.graph import whole_graph
from failuregraph.derive import derive
from failuregraph.errors import WrongUse
from failuregraph.names import NAMESPACES
from failuregraph.project import Project
from failuregraph.query import QueryFile, run
from failuregraph.store import OxigraphStore, RdflibStore, Store, Table, Term, project_quads

ROOT = Path(__file__).parent.parent
QUESTIONS = QueryFile.folder(ROOT / "queries" / "answers")
FOLDERS = [ROOT / "queries" / name for name in ("checks", "derive", "mine", "pages")]
OTHERS = [query for folder in FOLDERS for query in QueryFile.folder(folder)]
GOLDEN = Path(__file__).parent / "answers"
#: What the golden tables were asked with, where the default is meant for the real data: NAME.json beside NAME.csv.
GIVEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")}
HOSTILE = ['x" } #', 'https://a.example/"x', "x)FILTER(true)#", "a" * 10_000]
Engines = dict[bool, tuple[OxigraphStore, RdflibStore]]
VIEWS = ("table", "bar", "line", "matrix", "timeline", "graph", "tree")


def _name(query: QueryFile) -> str:
    return query.name


def _is_across(question: QueryFile) -> bool:
    """Say whether a question needs other registries than the project's own."""
    return bool(question.header.get("registries"))


def _second(project: Project) -> RdflibStore:
    quads = [quad for quad in project_quads(project) if "/shapes" not in str(quad.graph_name)]
    return RdflibStore.of([*quads, *derive(quads, project)])


@pytest.fixture(scope="module")
def oxigraph(corpus: Project) -> OxigraphStore:
    """Return the corpus in the embedded engine, derived facts included."""
    return whole_graph(corpus)


@pytest.fixture(scope="module")
def engines(corpus: Project, together: Project) -> Engines:
    """Return both engines with the corpus, and, under True, with the corpus and five registries."""
    return {across: (whole_graph(project), _second(project)) for across, project in ((False, corpus), (True, together))}


@pytest.fixture(scope="module")
def real(repository: Project) -> OxigraphStore:
    """Return the real graph in the embedded engine."""
    return whole_graph(repository)


@pytest.fixture(scope="module")
def all_real(everything: Project) -> OxigraphStore:
    """Return the real graph and the real registries in the embedded engine."""
    return whole_graph(everything)


def _texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple("" if term is None else term.value for term in row) for row in table.rows]


def _comparable(term: Term | None) -> object:
    if isinstance(term, Literal) and term.datatype.value.endswith(("integer", "decimal")):
        return Decimal(term.value)
    return None if term is None else str(term)


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_the_answer_is_the_golden_table(question: QueryFile, engines: Engines) -> None:
    """The rows on the corpus are those that were worked out by hand, in that order."""
    with (GOLDEN / f"{question.name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    table = run(engines[_is_across(question)][0], question, GIVEN.get(question.name))
    assert (header, [tuple(row) for row in rows]) == (list(table.columns), _texts(table))


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_both_engines_agree(question: QueryFile, engines: Engines) -> None:
    """Oxigraph and rdflib give the same rows in the same order."""
    first, other = (run(store, question, GIVEN.get(question.name)) for store in engines[_is_across(question)])
    assert first.columns == other.columns
    assert [[_comparable(term) for term in row] for row in first.rows] == [
        [_comparable(term) for term in row] for row in other.rows
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_an_empty_graph_gives_no_rows_and_a_reason(question: QueryFile) -> None:
    """Where there is nothing to count there is no row, and the header says which facts are missing."""
    empty: Store = OxigraphStore.of([])
    assert () == run(empty, question, GIVEN.get(question.name)).rows
    assert question.said("empty").endswith(".")


@pytest.mark.parametrize("question", [each for each in QUESTIONS if not _is_across(each)], ids=_name)
def test_the_real_graph_answers(question: QueryFile, real: OxigraphStore) -> None:
    """With its defaults each question has rows on the real data, or says what it waits for."""
    assert bool(run(real, question).rows) != bool(question.said("awaits"))


@pytest.mark.parametrize("question", [each for each in QUESTIONS if not each.said("awaits")], ids=_name)
def test_the_real_registries_answer(question: QueryFile, all_real: OxigraphStore) -> None:
    """With its defaults each question has rows on the real data of all registries."""
    assert run(all_real, question).rows


@pytest.mark.parametrize("question", [each for each in QUESTIONS if _is_across(each)], ids=_name)
def test_a_question_across_registries_says_which_it_needs(question: QueryFile, repository: Project) -> None:
    """The header names registries that have an entry, or says that it needs two or more."""
    known = {path.stem for path in (repository.data / "registries").glob("*.ttl")}
    assert set() == set(question.header["registries"]) - known - {"two or more"}


def test_ten_questions_need_two_registries_or_more() -> None:
    """What one registry cannot answer is what the graph is for."""
    assert 10 <= sum(_is_across(question) for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_the_header_is_complete(question: QueryFile) -> None:
    """Title of at most eight words, one question, a description, a known view, a persona."""
    assert 0 < len(question.said("title").split()) <= 8
    assert re.fullmatch(r"[A-Z][^?]*\?", question.said("question"))
    assert question.said("description")
    assert question.said("view") in VIEWS
    assert question.said("persona")


@pytest.mark.parametrize("query", [*QUESTIONS, *OTHERS], ids=_name)
def test_prefixes_are_written_out_and_used(query: QueryFile) -> None:
    """Each query declares the prefixes that it uses, as the one table has them, and no others."""
    body = "\n".join(line for line in query.text.splitlines() if not line.startswith("#+"))
    declared = dict(re.findall(r"PREFIX ([a-z]*): <([^>]*)>", body))
    rest = re.sub(r"\"[^\"]*\"", "", re.sub(r"PREFIX .*", "", body))
    used = set(re.findall(r"(?<![\w?:])([a-z]+):[A-Za-z]", rest))
    assert used == set(declared)
    assert {} == {prefix: iri for prefix, iri in declared.items() if NAMESPACES[prefix] != iri}


@pytest.mark.parametrize("query", [*QUESTIONS, *OTHERS], ids=_name)
def test_the_text_is_standard_and_plain(query: QueryFile) -> None:
    """Rdflib parses it too; no SERVICE, no SELECT *, and no NOT EXISTS over two patterns or more."""
    parseQuery(query.text)
    assert "SERVICE" not in query.text
    assert not re.search(r"SELECT\s+(DISTINCT\s+)?\*", query.text)
    assert not re.search(r"NOT EXISTS\s*\{[^}]*[.;][^}]*\S[^}]*\}", query.text)


@pytest.mark.parametrize("query", [q for q in [*QUESTIONS, *OTHERS] if "CONSTRUCT" not in q.text], ids=_name)
def test_rows_have_an_order(query: QueryFile) -> None:
    """Every SELECT ends with an ORDER BY, so that its answer is stable."""
    assert re.search(r"\nORDER BY .*\n?$", query.text)


@pytest.mark.parametrize("question", [q for q in [*QUESTIONS, *OTHERS] if q.parameters], ids=_name)
def test_parameters_stand_where_engines_bind_them(question: QueryFile) -> None:
    """A parameter is projected, and never in a sub-select, in MINUS or under BOUND (decision 0004)."""
    body = question.text.split("SELECT", 1)[1]
    for parameter in question.parameters:
        variable = f"?{parameter.name}"
        assert variable in body.split("WHERE")[0]
        assert not re.search(rf"BOUND\(\{variable}\)", body)
        assert not re.search(rf"MINUS\s*\{{[^}}]*\{variable}\b", body)
        assert not re.search(rf"\{{\s*SELECT[^}}]*\{variable}\b", body)


def test_a_parameter_changes_the_answer(oxigraph: OxigraphStore) -> None:
    """A value is bound as a term: a higher threshold leaves fewer rows."""
    question = QueryFile.named(ROOT / "queries" / "answers", "repeat-incidents-by-organisation")
    assert 2 == len(run(oxigraph, question, {"min_events": "2"}).rows)
    assert 0 == len(run(oxigraph, question, {"min_events": "3"}).rows)


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each.parameters], ids=_name)
@pytest.mark.parametrize("value", HOSTILE, ids=["braces", "quote", "filter", "long"])
def test_a_hostile_value_is_a_value_or_an_error(question: QueryFile, value: str, oxigraph: OxigraphStore) -> None:
    """A value that looks like SPARQL is refused as such, or is a name that nothing has: never more rows than before."""
    for parameter in question.parameters:
        try:
            rows = run(oxigraph, question, {parameter.name: value}).rows
        except WrongUse:
            continue
        assert parameter.type in {"iri", "string"}
        assert len(rows) <= len(run(oxigraph, question).rows) or parameter.optional


def test_what_a_person_mapped_is_counted_apart(corpus: Project) -> None:
    """One mapping that was made by hand instead of by a model counts under by_hand, and no other does."""
    quads = [*project_quads(corpus), *derive(project_quads(corpus), corpus)]
    made = [quad for quad in quads if str(quad.object) == '"semapv:LLMBasedMatching"' and "alignments" in str(quad)]
    one = Quad(made[0].subject, made[0].predicate, Literal("semapv:ManualMappingCuration"), made[0].graph_name)
    question = QueryFile.named(ROOT / "queries" / "answers", "mappings-by-taxonomy")
    table = run(OxigraphStore.of([one, *(quad for quad in quads if quad != made[0])]), question)
    assert 1 == sum(int(row[table.columns.index("by_hand")]) for row in _texts(table))


def test_the_second_engine_is_another_one(engines: Engines) -> None:
    """The agreement of engines is not that of one engine with itself."""
    for first, second in engines.values():
        assert isinstance(second.inner, rdflib.Dataset)
        assert not isinstance(second, type(first))
