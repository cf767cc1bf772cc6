"""Incidents to browse: counts that agree with the records, roll-up, pages, one result in each format, addresses."""

from __future__ import annotations

import csv
import html.parser
import io
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live import Server, running

from failuregraph.build import build
from failuregraph.names import BASE, CC_BY, NAMESPACES
from failuregraph.pages.browsing.browse import browse
from failuregraph.pages.browsing.facets import ABSENT, FACETS, Catalogue, Entry, Value
from failuregraph.pages.browsing.query import selection_query
from failuregraph.pages.browsing.results import Result
from failuregraph.pages.browsing.selection import SORTS, Selection
from failuregraph.pages.document import Link
from failuregraph.pages.site import Site
from failuregraph.project import Project
from failuregraph.search import Index, Words, write_index
from failuregraph.store import RdflibStore, Table

FG = NAMESPACES["fg"]
LISTED = {"mode": "failureMode", "surface": "surface", "severity": "severity"}


class Shelf:
    """A release with its catalogue and index, and what the page shows of a selection."""

    def __init__(self, project: Project, out: Path) -> None:
        release = build(project, out)
        self.site = Site.open(release, project)
        self.catalogue = Catalogue.read(self.site)
        self.index = Index(release.index_path)

    def result(self, text: str) -> Result:
        """Return the result of an address."""
        return Result(self.catalogue, self.index, Selection.of(parse_qsl(text)))

    def found(self, text: str) -> list[str]:
        """Return the identifiers of the records of an address, in order."""
        return [entry.identifier for entry in self.result(text).entries]


@pytest.fixture(scope="module")
def shelf(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return the small project together with five registries."""
    return Shelf(together, tmp_path_factory.mktemp("browse"))


@pytest.fixture(scope="module")
def real(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Return the real graph."""
    return Shelf(repository, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def wide(together: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of the small project with five registries."""
    with running(together, tmp_path_factory.mktemp("wide")) as found:
        yield found


# --- Facets ---


@pytest.mark.parametrize("facet", LISTED)
def test_counts_are_those_of_the_records(real: Shelf, facet: str) -> None:
    """Each value counts the incidents whose own document, or a mapping, says it; the rest is not known."""
    store = real.site.store.inner
    told: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(FG + LISTED[facet]), None, None):
        if isinstance(quad.object, ox.NamedNode):
            told.setdefault(quad.object.value.rpartition("#")[2], set()).add(str(quad.subject))
    expected = {name: len(incidents) for name, incidents in told.items()}
    rest = len(real.catalogue.entries) - len(set().union(*told.values()))
    assert expected | ({ABSENT: rest} if rest else {}) == real.result("").counts[facet]
    assert len(expected) > 2


def test_an_organisation_stands_for_its_parts(shelf: Shelf) -> None:
    """The parent finds the records that name its part, which finds its own alone."""
    assert {"FG-9001", "FI-9001"} == set(shelf.found("organisation=northwind-assist")) & {
        "FG-9001",
        "FI-9001",
        "FI-9002",
    }
    assert {"FG-9001", "FI-9001", "FI-9002"} <= set(shelf.found("organisation=northwind-group"))
    assert "FI-9002" not in shelf.found("organisation=northwind-assist")


def test_several_values_are_or_and_facets_are_and(real: Shelf) -> None:
    """Within a facet sets are joined, between facets they are cut."""
    one, two = set(real.found("mode=hallucination")), set(real.found("mode=data-leakage"))
    severe = set(real.found("severity=high"))
    assert one
    assert two
    assert one.isdisjoint(two)
    assert one | two == set(real.found("mode=hallucination&mode=data-leakage"))
    assert (one | two) & severe == set(real.found("severity=high&mode=data-leakage&mode=hallucination"))


@pytest.mark.parametrize(
    "chosen", ["mode=hallucination", "severity=low&wing=generative", "q=court&year=2023&path=profile"]
)
def test_a_count_is_what_choosing_gives(real: Shelf, chosen: str) -> None:
    """The number beside a value is that of the records with this value and the other facets as they are."""
    result = real.result(chosen)
    for facet in FACETS:
        others = result.selection.without(facet).query
        for name, count in result.counts[facet].items():
            assert count == len(real.found(f"{others}&{facet}={quote(name)}")), (facet, name)


def test_every_facet_says_what_is_absent(shelf: Shelf) -> None:
    """The values of a facet and the absent one cover all records."""
    for facet, values in shelf.catalogue.values.items():
        assert shelf.catalogue.everything == frozenset().union(*(value.records for value in values.values())), facet
        rest = values[ABSENT].records if ABSENT in values else frozenset()
        named = frozenset().union(*(value.records for name, value in values.items() if name != ABSENT))
        assert rest.isdisjoint(named)


def test_a_name_that_is_no_value_leaves_nothing(shelf: Shelf) -> None:
    """It stays a choice that can be taken back, and is not dropped in silence."""
    assert [] == shelf.found("mode=no-such-mode")
    view = browse(Link(""), shelf.result("mode=no-such-mode"))
    assert ["no-such-mode (no record has it)"] == [chip.label for chip in view.chips]
    assert ["/incidents"] == [chip.href for chip in view.chips]


def test_the_paths_of_the_page_are_those_of_records(real: Shelf) -> None:
    """Observed are the records whose incident has observed steps of its own."""
    quads = real.site.store.inner.quads_for_pattern(None, ox.NamedNode(FG + "observedStep"), None, None)
    told = {str(quad.subject).strip("<>") for quad in quads}
    assert told == {entry.incident for entry in real.result("path=observed").entries}


# --- Order and pages ---


def test_pages_hold_every_record_once(real: Shelf) -> None:
    """Twenty-five a page, in order, with links to the page before and after."""
    identifiers, address, pages = [], "/incidents?sort=identifier", 0
    while address:
        view = browse(Link(""), real.result(urlsplit(address).query))
        assert len(view.lines) == 25 or not view.following
        identifiers += [line.identifier for line in view.lines]
        address, pages = view.following, pages + 1
    assert sorted(entry.identifier for entry in real.catalogue.entries) == identifiers
    assert view.pages == pages == -(-len(identifiers) // 25)
    assert view.previous.endswith(f"page={pages - 1}")


def test_a_page_after_the_last_is_the_last(real: Shelf) -> None:
    """Nonsense is the first page."""
    last = browse(Link(""), real.result("page=999"))
    assert last.page == last.pages
    assert 1 == browse(Link(""), real.result("page=-3")).page == browse(Link(""), real.result("page=x")).page


def test_orders(real: Shelf) -> None:
    """Newest and oldest by the first possible day, the undated last; gravest by rank; by identifier."""
    entries = {entry.identifier: entry for entry in real.catalogue.entries}
    newest = [entries[name].earliest for name in real.found("sort=date")]
    oldest = [entries[name].earliest for name in real.found("sort=oldest")]
    dated = sorted(filter(None, newest))
    assert dated[::-1] == newest[: len(dated)]
    assert dated == oldest[: len(dated)]
    assert "" in newest
    assert [] == [day for day in newest[len(dated) :] + oldest[len(dated) :] if day]
    grave = [entries[name].values.get("severity", ("none",))[0] for name in real.found("sort=severity")]
    assert ["catastrophic", "high", "medium", "low", "none"] == [name for name, _ in itertools.groupby(grave)]
    assert sorted(entries) == real.found("sort=identifier")


def test_the_best_match_stands_first_where_there_are_words(real: Shelf) -> None:
    """The order of the index is kept, cut by the facets; without words there is no best match."""
    best = real.index.find(Words.of("court"))
    assert best == real.found("q=court")
    assert [name for name in best if name in real.found("mode=hallucination")] == real.found(
        "q=court&mode=hallucination"
    )
    assert real.found("sort=relevance") == real.found("")


# --- The address ---

VALUES = st.sampled_from([(facet, name) for facet in FACETS for name in ("a", "b c", "é&=?#", ABSENT)])
OTHERS = st.sampled_from(
    [("q", "words “here” & there"), ("q", ""), ("sort", "oldest"), ("sort", "x"), ("page", "3"), ("z", "1")]
)


@given(st.lists(st.one_of(VALUES, OTHERS), max_size=12))
def test_an_address_says_it_all(pairs: list[tuple[str, str]]) -> None:
    """Reading what was written gives the same selection, whatever the order of the parameters was."""
    selection = Selection.of(pairs)
    assert selection == Selection.of(parse_qsl(selection.query))
    facets = [pair for pair in pairs if pair[0] in FACETS]
    assert Selection.of(facets) == Selection.of(reversed(facets))
    for facet, names in selection.chosen:
        for name in names:
            assert selection.at(1) == selection.toggled(facet, name).toggled(facet, name)
            assert 1 == selection.toggled(facet, name).page


def test_every_link_of_the_page_keeps_the_state(real: Shelf) -> None:
    """A value is added to what was chosen, a chip takes away one thing, and the data are of all of it."""
    text = "q=court&mode=hallucination&sort=oldest&page=2"
    view = browse(Link(""), real.result(text))
    mode = next(facet for facet in view.facets if facet.name == "mode")
    other = next(choice for choice in mode.choices if not choice.chosen)
    assert {("q", "court"), ("mode", "hallucination"), ("sort", "oldest")} < set(parse_qsl(urlsplit(other.href).query))
    assert "page" not in dict(parse_qsl(urlsplit(other.href).query))
    assert ["/incidents?mode=hallucination&sort=oldest", "/incidents?q=court&sort=oldest"] == [
        c.href for c in view.chips
    ]
    assert [("CSV", "/incidents.csv?q=court&mode=hallucination&sort=oldest")] == list(view.formats[:1])


# --- An empty result ---


def test_an_empty_result_says_what_to_take_away(real: Shelf) -> None:
    """Each suggestion leads to as many records as it says; a misspelt word is mended."""
    view = browse(Link(""), real.result("severity=low&year=2011&path=profile"))
    assert not view.lines
    assert view.suggestions
    for each in view.suggestions:
        assert 0 < each.count == len(real.found(urlsplit(each.href).query))
    spelt = browse(Link(""), real.result("q=halucination"))
    assert "Search for “hallucination”" == spelt.suggestions[0].text


# --- SPARQL ---


def selections(shelf: Shelf) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return addresses of up to six values, some of them no values at all, and words."""
    values = [(facet, name) for facet in FACETS for name in [*list(shelf.catalogue.values[facet])[:9], ABSENT, "none"]]
    words = [("q", text) for text in ("court", "agent*", "zeppelin", '"of the"', "the")]
    return st.lists(st.sampled_from([*values, *words]), max_size=6)


@pytest.mark.parametrize("name", ["shelf", "real"])
def test_the_query_finds_what_the_page_shows(name: str, request: pytest.FixtureRequest) -> None:
    """For any selection the SPARQL query has the records of the page, run by nobody but the reader and this test."""
    shelf: Shelf = request.getfixturevalue(name)

    @given(selections(shelf))
    @settings(max_examples=120, deadline=None)
    def agree(pairs: list[tuple[str, str]]) -> None:
        result = shelf.result(urlencode(pairs))
        table = shelf.site.store.query(selection_query(result))
        assert isinstance(table, Table)
        assert {entry.record for entry in result.entries} == {str(row[0]).strip("<>") for row in table.rows}

    agree()


def test_the_query_is_standard(shelf: Shelf) -> None:
    """The second engine reads it and finds the same."""
    lines = (shelf.site.release.path / name for name in shelf.site.release.manifest["dumps"])
    quads = [quad for path in lines for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)]
    second = RdflibStore.of(quads)
    for text in (
        "mode=hallucination&mode=not-known&year=2023&year=2024",
        "organisation=northwind-group",
        "q=agent&wing=not-known",
    ):
        table = second.query(selection_query(shelf.result(text)))
        assert isinstance(table, Table)
        assert set(shelf.found(text)) == {str(row[0]).strip("<>").rpartition("/")[2] for row in table.rows}
        assert shelf.found(text)


def test_values_cannot_end_the_query(shelf: Shelf) -> None:
    """A name that is no value never becomes text of the query."""
    for evil in ("x> } DROP ALL", '"} #', "mode#a\n}"):
        assert "DROP" not in selection_query(shelf.result(urlencode({"mode": evil, "q": evil})))
        assert [] == shelf.found(urlencode({"mode": evil}))


# --- One result in every format ---

ASKED = [
    "",
    "q=agent",
    "mode=hallucination&severity=high&severity=medium",
    "registry=aiid",
    "organisation=northwind-group",
]


@pytest.mark.parametrize("text", ASKED)
def test_formats_agree_with_the_page(shelf: Shelf, wide: Server, text: str) -> None:
    """CSV, JSON and Turtle have all rows of the result; the query that is offered finds them over HTTP."""
    expected = shelf.found(text)
    rows = list(csv.DictReader(io.StringIO(wide.get(f"/incidents.csv?{text}").text)))
    told = json.loads(wide.get(f"/incidents.json?{text}").text)
    assert expected == [row["identifier"] for row in rows] == [row["identifier"] for row in told["rows"]]
    assert told["total"] == len(expected) > 0
    triples = list(ox.parse(wide.get(f"/incidents.ttl?{text}").body, format=ox.RdfFormat.TURTLE))
    topics = {t.subject.value for t in triples if t.predicate.value == NAMESPACES["foaf"] + "primaryTopic"}
    assert {f"{BASE}record/{name}" for name in expected} == topics
    query = wide.get(f"/incidents.rq?{text}").text
    found = list(csv.DictReader(io.StringIO(wide.ask(query, "text/csv").text)))
    assert set(expected) == {row["record"].rpartition("/")[2] for row in found}


def test_every_row_states_its_licence(shelf: Shelf, wide: Server) -> None:
    """Share-alike records are told from the others, in each format, with whom their registry wants named."""
    rows = {row["identifier"]: row for row in csv.DictReader(io.StringIO(wide.get("/incidents.csv").text))}
    assert CC_BY == rows["FI-9001"]["licence"]
    assert "by-sa" in rows["AIID-9002"]["licence"]
    told = json.loads(wide.get("/incidents.json?registry=aiid").text)
    assert {row["licence"] for row in told["rows"]} == {each["licence"] for each in told["licences"]}
    assert all(each["attribution"] for each in told["licences"])
    licensed = NAMESPACES["dcterms"] + "license"
    triples = list(ox.parse(wide.get("/incidents.ttl").body, format=ox.RdfFormat.TURTLE))
    stated = {str(t.subject).strip("<>"): str(t.object).strip("<>") for t in triples if t.predicate.value == licensed}
    assert {entry.record: entry.licence for entry in shelf.catalogue.entries} == stated
    assert "share alike" in wide.get("/incidents?registry=aiid", "text/html").text


def test_json_has_the_counts_of_the_page(shelf: Shelf, wide: Server) -> None:
    """Facets, values and their numbers, and the release."""
    text = "severity=high"
    told = json.loads(wide.get(f"/incidents.json?{text}").text)
    counts = {each["name"]: {value["value"]: value["records"] for value in each["values"]} for each in told["facets"]}
    assert shelf.result(text).counts == counts
    assert {"severity": ["high"]} == told["query"]["facets"]
    assert wide.get("/incidents").headers["x-release"] == told["release"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv", "text/csv"),
        ("text/csv, text/html;q=0.5", "text/csv"),
        ("application/json", "application/json"),
        ("text/turtle", "text/turtle"),
        ("text/turtle, text/html;q=0.5", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("*/*", "text/turtle"),
        (None, "text/turtle"),
    ],
)
def test_the_page_is_negotiated(server: Server, accept: str | None, kind: str) -> None:
    """One address, many formats, each with an address of its own."""
    reply = server.get("/incidents?mode=hallucination", accept)
    assert (200, kind) == (reply.status, reply.headers["content-type"].partition(";")[0])
    assert "Accept" in reply.headers["vary"]
    fixed = server.get(reply.headers["content-location"], "text/html")
    assert reply.body == fixed.body
    assert "?mode=hallucination" in reply.headers["content-location"]


def test_what_is_not_offered_is_refused(server: Server) -> None:
    """406 names what there is, 404 an unknown suffix; the old list of records leads here for good."""
    refused = server.get("/incidents", "image/png")
    assert 406 == refused.status
    assert "/incidents.csv" in refused.text
    assert 404 == server.get("/incidents.exe").status
    moved = server.get("/records")
    assert (301, "/incidents") == (moved.status, moved.headers["location"])


# --- The page ---


class _Tree(html.parser.HTMLParser):
    """Elements with their attributes in order, and the text of headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of the elements of a name with these attributes."""
        return [own for name, own in self.found if name == tag and wanted.items() <= own.items()]


def test_the_page_is_well_built(server: Server) -> None:
    """One heading, levels in order, labels for inputs, a form that keeps what was chosen, links with counts."""
    tree = _Tree(server.get("/incidents?mode=hallucination&q=refund", "text/html").text)
    levels = [int(name[1]) for name, _ in tree.found if name in ("h1", "h2", "h3", "h4")]
    assert [1] == [level for level in levels if level == 1] == levels[:1]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    labels = {own["for"] for own in tree.all("label")}
    assert {own["id"] for own in tree.all("input") + tree.all("select") if own.get("type") != "hidden"} <= labels
    assert tree.all("input", type="hidden", name="mode", value="hallucination")
    assert tree.all("input", name="q", value="refund")
    assert tree.all("a", **{"class": "chosen", "aria-current": "true"})
    ids = [own["id"] for _, own in tree.found if "id" in own]
    assert len(ids) == len(set(ids))
    assert tree.all("mark")


def test_pages_are_linked_in_head_and_body(tmp_path: Path, repository: Project) -> None:
    """Both rel=prev and rel=next, for crawlers and for people."""
    with running(repository, tmp_path / "build") as found:
        tree = _Tree(found.get("/incidents?page=2", "text/html").text)
        assert ["/incidents"] * 2 == [own["href"] for own in tree.all("link", rel="prev") + tree.all("a", rel="prev")]
        assert ["/incidents?page=3"] * 2 == [
            o["href"] for o in tree.all("link", rel="next") + tree.all("a", rel="next")
        ]
        small = found.get("/incidents?organisation=meta", "text/html").text
        assert "alleged)" in small
        assert "observed path" in small
        assert "profile only" in small


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        '"',
        "NEAR(",
        "*",
        "title:",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\x00\x01\x02",
        "a\x01b",
        "x" * 10_240,
        "word " * 2_000,
        "\u202e\u2028",
        "{{ 7*7 }}",
        "%00%ff",
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_hostile_words_are_text(server: Server, text: str) -> None:
    """Whatever is looked for, the page is whole, nothing of it is markup, and all formats answer."""
    for suffix in ("", ".csv", ".json", ".ttl", ".rq"):
        reply = server.get(f"/incidents{suffix}?" + urlencode({"q": text, "mode": text, "sort": text}), "text/html")
        assert 200 == reply.status
        assert len(reply.body) < 200_000
    page = server.get("/incidents?" + urlencode({"q": text}), "text/html").text
    tree = _Tree(page)
    assert [] == tree.all("script") + tree.all("img")
    assert [] == [name for _, own in tree.found for name in own if name.startswith("on") or name == "style"]
    assert set() == {"\x00", "\x01", "\x02"} & set(page)
    assert "49" not in tree.all("input", name="q")[0]["value"]


def test_bytes_that_are_no_text_are_answered(server: Server) -> None:
    """A query string that is no UTF-8 is searched for as well as can be."""
    assert 200 == server.get("/incidents?q=%ff%fe&mode=%c3", "text/html").status


# --- Speed ---


def _made(number: int, own: dict[str, tuple[str, ...]]) -> Entry:
    """Return a record of no registry."""
    name = f"X-{number:05}"
    date = (f"20{number % 20:02}", "gYear", f"20{number % 20:02}-01-01")
    whole = {"partial": False, "licence": CC_BY, "summary": "Text " * 20, "values": own, "named": ()}
    return Entry(name, f"{BASE}record/{name}", "", f"Record {number}", *date, kind="incident", **whole)  # type: ignore[arg-type]  # a mapping of mixed values


def _many(size: int, folder: Path) -> tuple[Catalogue, Index]:
    """Return a catalogue and an index of made records."""
    counts = {"mode": 8, "surface": 12, "wing": 2, "severity": 4, "organisation": 2000, "year": 15, "source": 5}
    counts |= {"path": 2, "confidence": 3, "stated": 3, "registry": 6}
    own: list[dict[str, tuple[str, ...]]]
    own = [{facet: (f"{facet}-{n * 7 % many}",) for facet, many in counts.items()} for n in range(size)]
    sets: dict[str, dict[str, set[int]]] = {facet: {} for facet in FACETS}
    for place, told in enumerate(own):
        for facet, (name,) in told.items():
            sets[facet].setdefault(name, set()).add(place)
    values = {
        facet: {name: Value(name, name, "", ox.Literal(name), frozenset(found)) for name, found in of.items()}
        for facet, of in sets.items()
    }
    entries = tuple(_made(place, own[place]) for place in range(size))
    texts: dict[str, dict[str, tuple[str, ...]]]
    texts = {
        entry.identifier: {"identifier": (entry.identifier,), "title": (entry.title,), "summary": (entry.summary,)}
        for entry in entries
    }
    write_index(folder / "many.sqlite", texts)
    return Catalogue(entries, values, {e.identifier: n for n, e in enumerate(entries)}), Index(folder / "many.sqlite")


def test_a_long_query_is_a_file(tmp_path: Path) -> None:
    """The records that words find are named in it; where these are many the page stays small and says so."""
    result = Result(*_many(1_000, tmp_path), Selection.of([("q", "record")]))
    view = browse(Link(""), result)
    assert ("", "") == (view.query, view.open_query)
    assert 1_000 == selection_query(result).count("/record/X-")
    few = browse(Link(""), Result(result.catalogue, result.index, Selection.of([("q", "X-00007")])))
    assert 1 == few.query.count("/record/X-")
    assert few.query == dict(parse_qsl(urlsplit(few.open_query).query))["query"]


@pytest.mark.slow
def test_ten_thousand_records_are_browsed_at_once(tmp_path: Path) -> None:
    """A view takes well under half a second, with words that all records have and with values."""
    catalogue, index = _many(10_000, tmp_path)
    taken = []
    for text in ("", "q=record", "mode=mode-7&organisation=organisation-7", "q=text&severity=severity-1&page=7"):
        started = time.perf_counter()
        assert browse(Link(""), Result(catalogue, index, Selection.of(parse_qsl(text)))).lines
        taken.append(time.perf_counter() - started)
    assert statistics.median(taken) < 0.5


def test_orders_have_names() -> None:
    """Each order of the form is one that results know."""
    assert {"date", "oldest", "relevance", "severity", "identifier"} == set(SORTS)
