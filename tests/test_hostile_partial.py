"""No answer of 200 is cut: at the deadline, the caps of rows and bytes and of memory, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest
from hostile.case import CUT, HONEST, Case
from hostile.heavy import NEVER, PRODUCT, grown
from hostile.target import Answer, Target, attacked
from reading import GRAPHS, TABLES, rows

from failuregraph.project import Project

#: The most rows of an answer.
ROWS = 100_000
DIGITS = " ".join(str(number) for number in range(10))
#: A hundred thousand rows, in which ?s is a different address each time.
EVERY = (
    " ".join(f"VALUES ?{name} {{ {DIGITS} }}" for name in "abcde")
    + " BIND(IRI(CONCAT('x:', "
    + (", ".join(f"STR(?{name})" for name in "abcde") + ")) AS ?s)")
)
#: Rows that come at once, then a branch that never gives one.
STALLED = f"{{ ?s ?p ?o }} UNION {{ {PRODUCT} {NEVER} BIND(?a AS ?s) BIND(?b AS ?p) BIND(?c AS ?o) }}"
#: Rows that come at once, then one that needs more memory than there is.
SWOLLEN = f"{{ ?s ?p ?o }} UNION {{ {grown(10)} BIND(<x:s> AS ?s) BIND(<x:p> AS ?p) BIND(?s10 AS ?o) }}"
LONG = "y" * 20_000
#: A thousand rows of twenty thousand letters.
WIDE = " ".join(f"VALUES ?{name} {{ {DIGITS} }}" for name in "abc") + (
    f" BIND(IRI(CONCAT('x:', STR(?a), STR(?b), STR(?c))) AS ?s) BIND('{LONG}' AS ?o)"
)
PARSED = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD} | {
    "rdf": ox.RdfFormat.RDF_XML
}


@pytest.fixture(scope="module")
def target(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Return a server with a short deadline."""
    with attacked(corpus, tmp_path_factory.mktemp("partial")) as found:
        yield found


@pytest.fixture(scope="module")
def patient(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Return a server with the usual deadline, so that large answers are ready in time."""
    with attacked(corpus, tmp_path_factory.mktemp("patient"), deadline=10) as found:
        yield found


def _asked(target: Target, query: str, form: str) -> Answer:
    return target.send(Case(form, query, HONEST, f"/sparql?format={form}"))


def _in_every_format(target: Target, pattern: str) -> dict[str, Answer]:
    """Ask for a pattern as a table and as a graph, in every format, four at a time."""
    queries = dict.fromkeys(TABLES, f"SELECT ?s ?p ?o {{ {pattern} }}")
    queries |= dict.fromkeys(GRAPHS, f"CONSTRUCT {{ ?s <x:p> ?o }} WHERE {{ {pattern} }}")
    with ThreadPoolExecutor(4) as clients:
        answers = clients.map(lambda item: _asked(target, item[1], item[0]), queries.items())
        return dict(zip(queries, answers, strict=True))


def _statuses(answers: dict[str, Answer], expected: frozenset[int]) -> dict[str, int]:
    return {form: answer.status for form, answer in answers.items() if answer.status not in expected}


def test_the_deadline_cuts_no_answer(target: Target) -> None:
    """Rows that were there before the deadline are not sent without those that were not."""
    assert {} == _statuses(_in_every_format(target, STALLED), frozenset({504}))


def test_the_cap_of_memory_cuts_no_answer(target: Target) -> None:
    """Rows that were there before memory ran out are not sent alone."""
    assert {} == _statuses(_in_every_format(target, SWOLLEN), CUT)


def test_the_cap_of_bytes_cuts_no_answer(patient: Target) -> None:
    """Twenty megabytes are too much in every format."""
    assert {} == _statuses(_in_every_format(patient, WIDE), frozenset({413}))


@pytest.mark.parametrize("form", TABLES)
def test_one_row_too_many_is_refused(patient: Target, form: str) -> None:
    """A hundred thousand rows are answered, all of them; one more is 413."""
    most = _asked(patient, f"SELECT ?s {{ {EVERY} }}", form)
    assert (200, ROWS) == (most.status, len(rows(form, most.body)))
    one_more = _asked(patient, f"SELECT ?s {{ {{ {EVERY} }} UNION {{ BIND(<x:more> AS ?s) }} }}", form)
    assert 413 == one_more.status


@pytest.mark.parametrize("form", GRAPHS)
def test_one_statement_too_many_is_refused(patient: Target, form: str) -> None:
    """A graph of a hundred thousand statements is answered, all of them; one more is 413."""
    most = _asked(patient, f"CONSTRUCT {{ ?s a <x:c> }} WHERE {{ {EVERY} }}", form)
    assert (200, ROWS) == (most.status, sum(1 for _ in ox.parse(most.body, format=PARSED[form])))
    pattern = f"{{ {EVERY} }} UNION {{ BIND(<x:more> AS ?s) }}"
    assert 413 == _asked(patient, f"CONSTRUCT {{ ?s a <x:c> }} WHERE {{ {pattern} }}", form).status
