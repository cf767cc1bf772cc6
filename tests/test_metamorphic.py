"""Metamorphic relations: changes of a question or of the graph that must leave every answer as it is.

A golden table says that an answer is right on ten incidents; a relation says that it does not hang on names of
variables, on the order of patterns, on data that has nothing to do with it, or on how often a file is read.
Where an engine plans a query otherwise after such a change and answers otherwise, one of the two answers is wrong.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.sparql.parser import parseQuery

from failuregraph.derive import derive
from failuregraph.names import NAMESPACES, RDF_TYPE
from failuregraph.project import Project
from failuregraph.query import QueryFile, run
from failuregraph.store import OxigraphStore, Table, project_quads

ROOT = Path(__file__).parent.parent
QUESTIONS = QueryFile.folder(ROOT / "queries" / "answers")
GIVEN = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "answers").glob("*.json")
}
Stores = dict[bool, OxigraphStore]


# --- The text of a query, token by token ---

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<iri><[^<>"{}|^`\\\s]*>)
    |(?P<string>(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
        (?:@[A-Za-z-]+|\^\^(?:<[^<>\s]*>|[\w-]*:[\w.-]*))?)
    |(?P<variable>[?$]\w+)
    |(?P<name>[A-Za-z][\w-]*:(?:[\w-]+(?:\.[\w-]+)*)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z]\w*)
    |(?P<mark>[^\s\w])""",
    re.DOTALL | re.VERBOSE,
)


@dataclasses.dataclass(frozen=True)
class Token:
    """One token of a query: its kind, its text and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query without its comments."""
    found = _TOKEN.finditer(text)
    return [Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in found if m.lastgroup != "comment"]


def renamed(text: str, kept: Iterable[str] = ()) -> str:
    """Return the query with other names for its variables, in the opposite alphabetical order; some are kept."""
    names = sorted({token.text[1:] for token in tokens(text) if token.kind == "variable"} - set(kept))
    new = {name: f"other{len(names) - place:03}" for place, name in enumerate(names)}
    return _replaced(
        text,
        (
            (token.start, token.end, "?" + new[token.text[1:]])
            for token in tokens(text)
            if token.kind == "variable" and token.text[1:] in new
        ),
    )


def permuted(text: str) -> str:
    """Return the query with each run of plain triple patterns written out one by one, in the opposite order."""
    return _replaced(
        text, ((run[0].start, run[-1].end, _written(reversed(_triples(run)))) for run in _runs(tokens(text)))
    )


def _replaced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    parts, place = [], 0
    for start, end, new in changes:
        parts += [text[place:start], new]
        place = end
    return "".join([*parts, text[place:]])


def _written(triples: Iterable[tuple[str, str, str]]) -> str:
    return "\n".join(f"{' '.join(triple)} ." for triple in triples)


def _runs(found: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each run of triple patterns, from its first subject to its last dot or object."""
    place = next(number for number, token in enumerate(found) if token.text == "{")
    while place < len(found):
        token = found[place]
        if token.kind in ("variable", "iri", "name"):
            end = _end_of_run(found, place)
            yield found[place:end]
            place = end
        else:
            place = _after_element(found, place)


def _end_of_run(found: list[Token], place: int) -> int:
    """Return where a run ends: before a keyword or a brace; ``a`` is a predicate and no keyword."""
    while found[place].text not in ("{", "}") and (found[place].kind != "word" or found[place].text == "a"):
        place += 1
    return place


def _after_element(found: list[Token], place: int) -> int:
    """Return the place after a brace, or after a keyword with all that belongs to it outside of groups."""
    word = found[place].text
    if word == "FILTER" and found[place + 1].text in ("NOT", "EXISTS"):
        return place + 1
    if word in ("FILTER", "BIND"):
        return _after_brackets(found, place)
    if word == "VALUES":
        return _closing(found, next(n for n in range(place, len(found)) if found[n].text == "{"), "{", "}") + 1
    if word == "GRAPH":
        return place + 2
    if word in ("SELECT", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"):
        return next((n for n in range(place, len(found)) if found[n].text in ("{", "}")), len(found))
    return place + 1


def _after_brackets(found: list[Token], place: int) -> int:
    """Return the place after the first pair of brackets from here, so that ``FILTER REGEX(…)`` is passed as well."""
    start = next(n for n in range(place, len(found)) if found[n].text == "(")
    return _closing(found, start, "(", ")") + 1


def _closing(found: list[Token], place: int, opening: str, closing: str) -> int:
    depth = 0
    for number in range(place, len(found)):
        depth += (found[number].text == opening) - (found[number].text == closing)
        if depth == 0:
            return number
    message = f"{opening} is not closed."
    raise ValueError(message)


def _triples(run: list[Token]) -> list[tuple[str, str, str]]:
    """Return the triple patterns of a run, its lists of predicates and objects written out."""
    found = []
    for statement in _split(run, "."):
        subject, rest = statement[0], statement[1:]
        for part in _split(rest, ";"):
            first, *others = _split(part, ",")
            predicate = "".join(token.text for token in first[:-1])
            found += [(subject.text, predicate, _object(each)) for each in (first[-1:], *others)]
    return found


def _object(given: list[Token]) -> str:
    if len(given) != 1 or given[0].text in (")", "]"):
        message = f"{' '.join(token.text for token in given)} is no plain object; write it as a pattern of its own."
        raise ValueError(message)
    return given[0].text


def _split(given: list[Token], mark: str) -> list[list[Token]]:
    """Return the parts between marks; those inside brackets do not count, and an empty last part is left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in given:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == mark and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


# --- The graphs ---


def unrelated() -> list[ox.Quad]:
    """Return a named graph that uses none of our terms: people, places and labels of example.org."""
    home, graph = "https://example.org/", ox.NamedNode("https://example.org/graph")
    label = (NAMESPACES["skos"] + "prefLabel", NAMESPACES["rdfs"] + "label")
    found: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = []
    for number in range(40):
        thing, other = (ox.NamedNode(f"{home}thing/{each}") for each in (number, (number + 1) % 40))
        found += [
            (thing, RDF_TYPE, ox.NamedNode(f"{home}Thing")),
            (thing, f"{home}knows", other),
            (thing, f"{home}day", ox.Literal("2024-01-01", datatype=ox.NamedNode(NAMESPACES["xsd"] + "date"))),
            (thing, label[number % 2], ox.Literal(f"Thing {number}", language="en")),
        ]
    return [ox.Quad(thing, ox.NamedNode(predicate), value, graph) for thing, predicate, value in found]


def _store(quads: list[ox.Quad], project: Project) -> OxigraphStore:
    """Return a store with the quads and what the rules of the project derive from them."""
    return OxigraphStore.of([*quads, *derive(quads, project)])


def _both(make: Callable[[Project], OxigraphStore], corpus: Project, together: Project) -> Stores:
    return {False: make(corpus), True: make(together)}


@pytest.fixture(scope="module")
def plain(corpus: Project, together: Project) -> Stores:
    """Return the corpus, and under True the corpus with five registries."""
    return _both(lambda project: _store(project_quads(project), project), corpus, together)


@pytest.fixture(scope="module")
def beside(corpus: Project, together: Project) -> Stores:
    """Return the same with an unrelated graph beside it, which the rules see as well."""
    return _both(lambda project: _store([*project_quads(project), *unrelated()], project), corpus, together)


@pytest.fixture(scope="module")
def twice(corpus: Project, together: Project) -> Stores:
    """Return the same with every file read twice and everything derived twice; blank nodes are then new ones."""

    def make(project: Project) -> OxigraphStore:
        quads = [*project_quads(project), *project_quads(project)]
        return _store([*quads, *derive(quads, project)], project)

    return _both(make, corpus, together)


def _rows(stores: Stores, question: QueryFile, text: str | None = None) -> tuple[object, ...]:
    """Return the rows of a question, in their order, with another text where one is given."""
    asked = question if text is None else dataclasses.replace(question, text=text)
    table: Table = run(stores[bool(question.header.get("registries"))], asked, GIVEN.get(question.name))
    return table.rows


def _kept(question: QueryFile) -> list[str]:
    return [parameter.name for parameter in question.parameters]


def _name(question: QueryFile) -> str:
    return question.name


def _named(name: str) -> QueryFile:
    return QueryFile.named(ROOT / "queries" / "answers", name)


# --- The relations ---


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_other_names_of_variables_change_nothing(question: QueryFile, plain: Stores) -> None:
    """The names of variables have no meaning; columns are compared by position."""
    assert _rows(plain, question) == _rows(plain, question, renamed(question.text, _kept(question)))


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_the_order_of_patterns_changes_nothing(question: QueryFile, plain: Stores) -> None:
    """Triple patterns that stand together are a set."""
    assert _rows(plain, question) == _rows(plain, question, permuted(question.text))


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_an_unrelated_graph_changes_nothing(question: QueryFile, plain: Stores, beside: Stores) -> None:
    """What uses none of our terms is in no answer."""
    assert _rows(plain, question) == _rows(beside, question)


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_data_that_is_read_twice_changes_nothing(question: QueryFile, plain: Stores, twice: Stores) -> None:
    """A graph is a set of statements."""
    assert _rows(plain, question) == _rows(twice, question)


# --- That the relations can fail, and the rewriting rewrites ---


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_every_question_is_really_rewritten(question: QueryFile) -> None:
    """Both texts parse and are other texts: no variable keeps its name, and patterns stand in another order."""
    other = renamed(question.text, _kept(question))
    left = {token.text[1:] for token in tokens(question.text) if token.kind == "variable"} - set(_kept(question))
    assert set() == left & {token.text[1:] for token in tokens(other) if token.kind == "variable"}
    before, after = _patterns(question.text), _patterns(permuted(question.text))
    assert before != after
    assert sorted(before) == sorted(after)
    parseQuery(other)
    parseQuery(permuted(question.text))


def _patterns(text: str) -> list[tuple[str, str, str]]:
    return [triple for run in _runs(tokens(text)) for triple in _triples(run)]


QUERY = """#+ title = "?not a variable"
PREFIX fg: <https://example.org/?x#>
SELECT ?b ?a (COUNT(?c) AS ?n)
WHERE {
  ?a a fg:A ;
     fg:p/(fg:q|^fg:r)* ?b , "?a. ; {"@en .
  ?b fg:s 1.5 .
  FILTER(?a != ?b)  # ?c . ?d
  VALUES ?v {
    fg:x
  }
  ?c fg:t ?v .
  OPTIONAL {
    ?c fg:u ?d .
    ?d fg:w ?given
  }
}
GROUP BY ?b ?a
"""


def test_renaming_takes_variables_alone() -> None:
    """Strings, IRIs, comments and the names that are kept stay; every other variable gets one new name."""
    changed = renamed(QUERY, ["given"])
    assert '#+ title = "?not a variable"' in changed
    assert "<https://example.org/?x#>" in changed
    assert '"?a. ; {"@en' in changed
    assert "SELECT ?other005 ?other006 (COUNT(?other004) AS ?other002)" in changed
    assert "?other003 fg:w ?given" in changed
    assert "# ?c . ?d" in changed


def test_permuting_writes_out_and_turns_round() -> None:
    """Lists of predicates and objects become patterns, in the opposite order, and no run is left by a pattern."""
    changed = permuted(QUERY)
    assert _flat(
        """WHERE {
  ?b fg:s 1.5 .
  ?a fg:p/(fg:q|^fg:r)* "?a. ; {"@en .
  ?a fg:p/(fg:q|^fg:r)* ?b .
  ?a a fg:A .
  FILTER(?a != ?b)"""
    ) in _flat(changed)
    assert _flat("}\n ?c fg:t ?v . OPTIONAL { ?d fg:w ?given . ?c fg:u ?d . }") in _flat(changed)
    parseQuery(changed)


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_patterns_of_inner_groups_stay_there() -> None:
    """Sub-selects, GRAPH, UNION and NOT EXISTS are groups of their own; what follows them is another run."""
    text = """SELECT ?a WHERE {
      { SELECT ?a (MAX(?z) AS ?m) WHERE { ?a ?p ?z . ?a a ?k . } GROUP BY ?a HAVING (MAX(?z) > 1) (MAX(?z) < 9) }
      ?a ?q ?r ; ?s ?t .
      { GRAPH ?g { ?a ?u ?v . ?v ?u ?a . } } UNION { BIND(STR(?a) AS ?w) ?a ?x ?y . }
      FILTER NOT EXISTS { ?a ?gone ?h . }
      FILTER EXISTS { ?a ?there ?h . }
      FILTER REGEX(STR(?a), "x")
      ?a ?last ?one .
    } ORDER BY ?a LIMIT 3"""
    found = [_triples(run) for run in _runs(tokens(text))]
    assert [
        [("?a", "?p", "?z"), ("?a", "a", "?k")],
        [("?a", "?q", "?r"), ("?a", "?s", "?t")],
        [("?a", "?u", "?v"), ("?v", "?u", "?a")],
        [("?a", "?x", "?y")],
        [("?a", "?gone", "?h")],
        [("?a", "?there", "?h")],
        [("?a", "?last", "?one")],
    ] == found


def test_an_object_that_is_a_list_is_refused() -> None:
    """What the rewriting does not know it does not touch in silence."""
    with pytest.raises(ValueError, match="no plain object"):
        permuted("ASK { ?a ?b (1 2) . }")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("severity-by-mode", "fg:severity ?level", "fg:severity ?other"),
        ("modes-by-surface", "fg:failureMode/skos:prefLabel", "fg:surface/skos:prefLabel"),
        ("repeat-incidents-by-organisation", "OPTIONAL {\n    ?involvement", "{\n    ?involvement"),
    ],
)
def test_a_change_of_meaning_is_noticed(name: str, before: str, after: str, plain: Stores) -> None:
    """A variable that is renamed in one place, another property, a pattern that is no longer optional: other rows."""
    question = _named(name)
    changed = question.text.replace(before, after, 1)
    assert changed != question.text
    assert _rows(plain, question) != _rows(plain, question, changed)
    assert _rows(plain, question, changed) == _rows(plain, question, permuted(changed))


def test_a_related_graph_is_noticed(corpus: Project, plain: Stores) -> None:
    """One more incident in another graph is in the answers: the unrelated graph is not merely out of reach."""
    new = ox.NamedNode(NAMESPACES["incident"] + "one-more")
    quad = ox.Quad(new, ox.NamedNode(RDF_TYPE), ox.NamedNode(NAMESPACES["fg"] + "Incident"), unrelated()[0].graph_name)
    more: Stores = {False: _store([*project_quads(corpus), quad], corpus)}
    assert _rows(plain, _named("severity-by-mode")) != _rows(more, _named("severity-by-mode"))


def test_the_unrelated_graph_is_there_and_unrelated(beside: Stores) -> None:
    """All of it is in the store, and no subject or predicate of ours is in it."""
    assert 160 == len(unrelated())
    assert all(quad in beside[False].inner for quad in unrelated())
    assert not any("failuregraph" in str(quad) for quad in unrelated())


def test_reading_twice_makes_new_blank_nodes(plain: Stores, twice: Stores) -> None:
    """The second reading is no mere repetition: what has no name is in the store a second time."""
    assert len(plain[False].inner) < len(twice[False].inner)
