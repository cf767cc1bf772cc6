"""The query page without scripts: form, examples, answer, refusals at their line, and what the editor is told."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from live import Server, running
from markup import Markup

from failuregraph.names import ENDPOINT, NAMESPACES
from failuregraph.project import Project

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
COUNT = """PREFIX fg: <https://w3id.org/failuregraph/ontology#>
SELECT ?incident (1 AS ?n) WHERE { ?incident a fg:Incident } ORDER BY ?incident"""


def _asked(server: Server, query: str, status: int = 200) -> Markup:
    reply = server.get("/sparql?" + urlencode({"query": query, "format": "html"}), HTML)
    assert (status, "text/html; charset=utf-8") == (reply.status, reply.headers["content-type"])
    return Markup(reply.text)


def _written(page: Markup) -> str:
    """Return what a browser puts into the text area: without the first line feed."""
    return page.one("textarea").text.removeprefix("\n")


def test_the_form_works_alone(server: Server) -> None:
    """It is sent by GET to the endpoint, its fields have labels, and its own query has an answer."""
    page = Markup(server.get("/sparql", HTML).text)
    form, area = page.one("form", id="ask"), page.one("textarea", name="query")
    assert ("get", "/sparql") == (form["method"], form["action"])
    assert {"query", "format"} <= {each["for"] for each in page.all("label")}
    assert _asked(server, area.text).all("td")
    assert [] == [each.tag for each in page.elements for name in each.attributes if name.startswith("on")]


def test_the_answer_says_how_much_and_how_long(server: Server) -> None:
    """Rows, seconds, limits, the link to the query; IRIs of the graph lead to pages here."""
    page = _asked(server, COUNT)
    line = next(each for each in page.all("p", class_="sources") if "seconds of processing" in each.text)
    assert line.text.startswith("10 rows, ")
    links = {each.text: each["href"] for each in page.all("a")}
    assert "/incident/FI-9001" == links["incident:FI-9001"]
    assert {"query": [COUNT], "format": ["html"]} == parse_qs(urlsplit(links["Link to this query"]).query)
    assert ["number"] == [each["class"] for each in page.all("th", scope="col") if each.text == "n"]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        (COUNT, {"json", "xml", "csv", "csv-excel", "tsv"}),
        ("ASK { ?s a ?c }", {"json", "xml"}),
        ("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3", {"ttl", "nt", "jsonld", "rdf"}),
    ],
)
def test_the_same_query_is_there_in_each_format_of_its_kind(server: Server, query: str, kinds: set[str]) -> None:
    """Every download answers, and no other is offered."""
    page = _asked(server, query)
    links = [each["href"] for each in page.all("a") if each["href"].startswith("/sparql?query=")]
    found = {parse_qs(urlsplit(each).query)["format"][0]: each for each in links}
    assert kinds | {"html"} == set(found)
    assert {200} == {server.get(each).status for each in found.values()}
    assert {"curl", "R", "JavaScript"} <= {each.text for each in page.all("summary")}


def test_an_answer_without_rows_says_so(server: Server) -> None:
    """Nothing fits is an answer, and no empty table."""
    page = _asked(server, "SELECT * WHERE { ?s a <http://example.org/Nothing> }")
    assert page.one("p", class_="empty").text.startswith("No rows")


def test_a_refused_query_is_shown_at_its_line(server: Server) -> None:
    """Status 400, the query in the form and with numbered lines, one of them marked."""
    query = 'SELECT ?s\nWHERE {\n  ?s a "</textarea><script>" ; ?p }\nLIMIT 3'
    page = _asked(server, query, 400)
    assert query == _written(page)
    (marked,) = page.all("li", class_="marked")
    number = [each["class"] for each in page.all("li") if "ol" in each.within].index("marked") + 1
    assert query.splitlines()[number - 1] in marked.text
    assert f"line {number}, column" in page.one("div", id="fault").text
    assert str(number) == page.one("form", id="ask")["data-line"]
    assert "fault" == page.one("textarea")["aria-describedby"]
    assert [] == [each for each in page.all("script") if not each["src"]]


def test_a_refusal_without_a_place_keeps_the_query(server: Server) -> None:
    """A query that is not run at all stands in the form with the reason."""
    query = "ASK { SERVICE <http://example.org/> { ?s ?p ?o } }"
    page = _asked(server, query, 400)
    assert (query, True) == (_written(page), "SERVICE" in page.one("div", id="fault").text)
    assert [] == page.all("li", class_="marked")


def test_a_line_feed_at_the_start_of_a_query_is_kept(server: Server) -> None:
    """HTML drops the first line feed of a text area, so that one more stands there."""
    page = _asked(server, "\n\nASK { ?s ?p ?o }")
    assert "\n\nASK { ?s ?p ?o }" == _written(page)


def test_every_stored_question_is_an_example(server: Server, corpus: Project) -> None:
    """The link brings the question into the form, with its parameters in it."""
    page = Markup(server.get("/sparql", HTML).text)
    links = [each["href"] for each in page.all("a") if "example=" in each["href"]]
    assert sorted(path.stem for path in corpus.answers.glob("*.rq")) == sorted(each.split("=")[1] for each in links)
    given = Markup(server.get("/sparql?example=growing-modes&min_events=2", HTML).text).one("textarea").text
    assert '"2"^^' in given
    assert _asked(server, given).all("table")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("example=growing-mode", "did you mean “growing-modes”"),
        ("example=growing-modes&min_events=x", "“x” is not a whole number"),
    ],
)
def test_an_example_that_there_is_not_is_refused_with_the_form(server: Server, query: str, says: str) -> None:
    """The form stands there with its own query, and says why."""
    reply = server.get(f"/sparql?{query}", HTML)
    assert (400, True) == (reply.status, says in Markup(reply.text).one("div", id="fault").text)


def test_links_to_other_editors_name_the_endpoint(server: Server) -> None:
    """They are links and load nothing; the endpoint is the public one."""
    page = Markup(server.get("/sparql", HTML).text)
    links = {each.text: each["href"] for each in page.all("a")}
    for name in ("SIB SPARQL editor", "YASGUI"):
        assert links[name].endswith(urlencode({"endpoint": ENDPOINT}))
    assert [] == [each["src"] for each in page.elements if each["src"] and not each["src"].startswith("/")]


def test_a_page_says_how_long_it_took_under_a_weak_tag(server: Server) -> None:
    """The page is the same in what it means and not to the byte; data have a strong tag."""
    path = "/sparql?" + urlencode({"query": COUNT, "format": "html"})
    tag = server.get(path, HTML).headers["etag"]
    assert (True, 304) == (tag.startswith('W/"'), server.send("GET", path, Accept=HTML, if_none_match=tag).status)
    assert server.ask(COUNT, format="csv").headers["etag"].startswith('"')


def test_a_public_address_is_the_one_in_the_code(corpus: Project, tmp_path: Path) -> None:
    """Where the server stands elsewhere, programs ask it there."""
    with running(corpus, tmp_path / "build", "--public-url", "https://graph.example.org") as server:
        assert "https://graph.example.org/sparql" in _asked(server, COUNT).one("pre", aria_label="curl").text
        page = Markup(server.get("/questions/severity-by-mode", HTML).text)
        assert "https://graph.example.org/questions/severity-by-mode.csv" in page.one("pre", aria_label="curl").text


def test_below_a_path_every_link_has_it(corpus: Project, tmp_path: Path) -> None:
    """A proxy that shows the server below a path gets links that lead there."""
    with running(corpus, tmp_path / "build", "--root-path", "/fg") as server:
        for path in ("/sparql?" + urlencode({"query": COUNT, "format": "html"}), "/questions/severity-by-mode"):
            page = Markup(server.get(path, HTML).text)
            local = [each["href"] for each in page.all("a") + page.all("link") if each["href"].startswith("/")]
            assert [] == [each for each in local if not each.startswith("/fg/")]
            asked = [each.removeprefix("/fg") for each in local if "severity-by-mode" in each]
            assert {200} == {server.get(each, HTML).status for each in asked}


def test_the_editor_is_told_from_one_address(server: Server) -> None:
    """Prefixes, classes and properties with label and count, concepts and questions; the counts are right."""
    reply = server.get("/sparql-editor.json")
    told = json.loads(reply.text)
    assert ("application/json", NAMESPACES) == (reply.headers["content-type"], told["prefixes"])
    classes = {name: (label, count) for name, label, count in told["classes"]}
    assert ("Incident", 10) == classes["fg:Incident"]
    properties = {name: count for name, _, count in told["properties"]}
    query = f"{COUNT.partition('SELECT')[0]}SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s fg:severity ?o }} }}"
    found = json.loads(server.ask(query).text)["results"]["bindings"][0]["n"]["value"]
    assert int(found) == properties["fg:severity"]
    assert ["mode:hallucination", "Hallucination"] in told["concepts"]
    assert 304 == server.send("GET", "/sparql-editor.json", if_none_match=reply.headers["etag"]).status


def test_hostile_results_are_text(server: Server) -> None:
    """A script address is no link, and markup is no element, in the table and in the code."""
    evil = "<img src=x onerror=alert(1)>"
    page = _asked(server, f'SELECT (<javascript:alert(1)> AS ?iri) ("{evil}" AS ?text) WHERE {{}}')
    assert [] == page.all("img") + [each for each in page.all("a") if each["href"].startswith("javascript:")]
    assert evil in [each.text for each in page.all("td")]
    assert 200 == server.get("/sparql?example=" + quote("severity-by-mode"), HTML).status
