"""The pages of the stored questions: list, forms, forms of the answer, receipt, charts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import rdflib
import reading
from live import Server, running
from markup import Element, Markup

from failuregraph.bank import question_iri
from failuregraph.pages.asking.figures import figure
from failuregraph.pages.linked.context import CONTEXT
from failuregraph.project import Project

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NAME = "organisation-profile"
ASKED = f"/questions/{NAME}?organisation=northwind-group"


def _page(server: Server, path: str, status: int = 200) -> Markup:
    reply = server.get(path, HTML)
    assert (status, "text/html; charset=utf-8") == (reply.status, reply.headers["content-type"])
    return Markup(reply.text)


# --- The list ---


def test_the_list_has_every_question_once_below_who_asks_it(server: Server, corpus: Project) -> None:
    """Headings are the personas, the index leads to each, and no question is missing."""
    page = _page(server, "/questions")
    listed = [each["href"].rpartition("/")[2] for each in page.all("a") if "section" in each.within]
    assert sorted(path.stem for path in corpus.answers.glob("*.rq")) == sorted(listed)
    headings = {each["id"]: each.text for each in page.all("h2")}
    assert "Journalist" == headings["journalist"]
    assert [f"#{name}" for name in headings] == [each["href"] for each in page.all("a") if each["href"][0] == "#"][1:]


def test_words_narrow_the_list(server: Server) -> None:
    """Each word must stand in the question, in any order and case; the form keeps the words."""
    page = _page(server, "/questions?q=VENDOR+exposure")
    names = [each["href"].rpartition("/")[2] for each in page.all("a") if "section" in each.within]
    assert "vendor-exposure" in names
    assert "severity-by-mode" not in names
    assert "VENDOR exposure" == page.one("input", id="q")["value"]


def test_words_that_no_question_has_say_so(server: Server) -> None:
    """An empty list is explained, and what was asked for stays text."""
    page = _page(server, "/questions?q=" + quote('"><script>alert(1)</script>'))
    assert "No question has these words" in page.one("p", class_="empty").text
    assert [] == [each for each in page.all("script") if not each["src"]]


# --- Negotiation ---

TURTLE, RDF_XML = "text/turtle; charset=utf-8", "application/rdf+xml"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
WISHES = [
    (None, TURTLE, "ttl"),
    ("*/*", TURTLE, "ttl"),
    ("text/turtle", TURTLE, "ttl"),
    ("application/ld+json", "application/ld+json", "jsonld"),
    ("application/ld+json, application/json;q=0.9", "application/ld+json", "jsonld"),
    ("application/n-triples,*/*;q=0.9", "application/n-triples", "nt"),
    ("application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09", RDF_XML, "rdf"),
    ("text/csv", "text/csv; charset=utf-8; header=present", "csv"),
    ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", "tsv"),
    ("application/json", JSON, "json"),
    ("application/sparql-results+json,*/*;q=0.9", JSON, "json"),
    ("application/sparql-results+xml", XML, "xml"),
    ("application/xml", XML, "xml"),
    (HTML, "text/html; charset=utf-8", "html"),
    ("text/html;q=0.5, text/csv", "text/csv; charset=utf-8; header=present", "csv"),
]


@pytest.mark.parametrize(("accept", "content_type", "suffix"), WISHES, ids=lambda value: str(value)[:40])
def test_the_address_of_a_question_gives_what_is_asked_for(
    server: Server, accept: str | None, content_type: str, suffix: str
) -> None:
    """Statements by default, the answer for a type of tables, a page for HTML; the fixed address has the same."""
    reply = server.get(ASKED, accept)
    place = f"/questions/{NAME}.{suffix}?organisation=northwind-group"
    assert (200, content_type) == (reply.status, reply.headers["content-type"])
    assert (place, "Accept") == (reply.headers["content-location"], reply.headers["vary"])
    fixed = server.get(place, "image/png")
    assert "vary" not in fixed.headers
    assert (200, reply.body, content_type) == (fixed.status, fixed.body, fixed.headers["content-type"])


def test_two_wishes_are_not_mixed_up_by_the_cache(server: Server) -> None:
    """JSON-LD that also takes JSON, and JSON alone, differ in nothing but what a question makes of them."""
    for _ in range(2):
        linked = server.get(ASKED, "application/ld+json, application/json;q=0.9").headers["content-type"]
        assert ("application/ld+json", JSON) == (linked, server.get(ASKED, "application/json").headers["content-type"])


def test_what_is_in_no_form_is_refused_with_the_forms(server: Server) -> None:
    """406 for a type that there is not, 400 for a format, 404 for a suffix."""
    for path, accept, status in [(ASKED, "image/png", 406), (ASKED + "&format=parquet", None, 400)]:
        assert (status, True) == ((reply := server.get(path, accept)).status, "jsonld" in reply.text)
    assert 404 == server.get(f"/questions/{NAME}.parquet").status


@pytest.mark.parametrize("name", reading.TABLES)
def test_the_answer_reads_back_in_every_format(server: Server, name: str) -> None:
    """Suffix and ``format`` give the same rows, read by parsers that are not the engine's."""
    address = f"/questions/{NAME}.{name}?organisation=northwind-group"
    found = [[term.value for term in row] for row in reading.rows(name, server.get(address).body)]
    expected = list(csv.reader(io.StringIO(server.get(ASKED + "&format=csv").text)))[1:]
    assert expected == found
    assert len(expected) > 2
    assert server.get(address).body == server.get(f"{ASKED}&format={name}").body


@pytest.mark.parametrize("name", reading.GRAPHS)
def test_the_question_reads_back_in_every_format_of_graphs(server: Server, name: str) -> None:
    """The statements are those of the bank, whatever they are written in."""
    found = reading.statements(name, server.get(f"/questions/{NAME}.{name}").body)
    assert reading.statements("nt", server.get(f"/questions/{NAME}.nt").body) == found
    assert rdflib.URIRef(question_iri(NAME)) in {subject for subject, _, _ in found}


def test_links_lead_to_the_other_forms(server: Server) -> None:
    """The header names page, statements and tables, each with its type, and each answers with it."""
    link = server.get(ASKED, "text/csv").headers["link"]
    found = re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', link)
    assert {"text/html", "text/turtle", JSON, "text/tab-separated-values"} <= {kind for _, kind in found}
    assert {} == {path: kind for path, kind in found if not server.get(path).headers["content-type"].startswith(kind)}


# --- Forms ---


def test_a_scheme_is_chosen_from_its_concepts(server: Server) -> None:
    """The concepts stand there with their labels; the one that is asked for is chosen, however it is written."""
    for value in ("chatbot", "surface:chatbot", "https://w3id.org/failuregraph/surface%23chatbot"):
        page = _page(server, f"/questions/precedents-for-a-system?surface={value}")
        options = [each for each in page.all("option") if each["value"] == "chatbot"]
        assert [("Chatbot", True)] == [(each.text, "selected" in each.attributes) for each in options]
    assert "select" == next(each.tag for each in page.elements if each["name"] == "surface")


def test_a_thing_is_suggested_by_identifier_and_label(server: Server) -> None:
    """An organisation is a text with a list of those that there are."""
    page = _page(server, ASKED)
    field = page.one("input", name="organisation")
    assert ("text", "northwind-group") == (field["type"], field["value"])
    assert page.one("datalist", id=field["list"])
    assert ["Northwind Group"] == [each.text for each in page.all("option") if each["value"] == "northwind-group"]


def test_a_number_has_its_type_and_what_is_optional_says_so(server: Server) -> None:
    """Whole numbers step by one; an optional field is named as such, and a page asks without it."""
    page = _page(server, "/questions/growing-modes")
    field = page.one("input", name="min_events")
    assert ("number", "1", "5") == (field["type"], field["step"], field["value"])
    optional = _page(server, "/questions/incidents-as-component")
    assert "(optional)" in optional.one("label", for_="product").text
    assert "" == optional.one("input", name="product")["value"]


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        ("/questions/growing-modes?min_events=many", "min_events", "“many” is not a whole number."),
        ("/questions/unseen-mode-surface-pairs?min_expected=1,5", "min_expected", "“1,5” is not a number."),
        (f"/questions/{NAME}?organisation=a+b%3C", "organisation", "“a b<” is not an IRI"),
    ],
)
def test_a_bad_value_gives_the_form_again(server: Server, path: str, name: str, says: str) -> None:
    """The sentence stands beside the field, which points to it and keeps the value; the summary links to the field."""
    page = _page(server, path, 400)
    field = page.one("input", name=name)
    assert ("true", True) == (field["aria-invalid"], f"fault-{name}" in field["aria-describedby"].split())
    assert says in page.one("p", id=f"fault-{name}").text
    assert f"#{field['id']}" in [each["href"] for each in page.all("a") if "li" in each.within]
    assert [] == page.all("table")
    for other in (None, "text/csv"):
        reply = server.get(path, other)
        assert (400, "text/plain; charset=utf-8", True) == (
            reply.status,
            reply.headers["content-type"],
            says in reply.text,
        )


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("organisatoin=meta", "did you mean “organisation”"),
        ("organisation=meta&organisation=google", "stands more than once"),
    ],
)
def test_a_parameter_that_is_not_meant_is_refused(server: Server, query: str, says: str) -> None:
    """A name that is misspelt, or given twice, would change the answer in silence."""
    assert says in _page(server, f"/questions/{NAME}?{query}", 400).one("div", class_="refusal").text
    assert 400 == server.get(f"/questions/{NAME}.csv?{query}").status


def test_a_question_that_is_not_there_names_the_nearest(server: Server) -> None:
    """404 with the name that was probably meant, as text and as a page."""
    for accept in (None, HTML):
        reply = server.get("/questions/severity-by-mood", accept)
        assert (404, True) == (reply.status, "severity-by-mode" in reply.text)


# --- The answer ---


def test_a_chart_is_one_picture_with_a_name(server: Server) -> None:
    """It has a role, a title and a description, no style, and stands alone under its own address."""
    page = _page(server, "/questions/severity-by-mode")
    picture = page.one("svg", role="img")
    assert "Severity by failure mode" == page.one("title", id=picture["aria-labelledby"]).text
    assert page.one("desc", id=picture["aria-describedby"]).text.endswith("?")
    assert [] == [each.tag for each in page.elements if "style" in each.attributes or each.tag == "style"]
    assert page.all("table")
    alone = server.get("/questions/severity-by-mode.svg")
    assert "image/svg+xml" == alone.headers["content-type"]
    assert alone.text.count("<path") == page.source.count("<path")


CHARTS = [
    "severity-by-mode",
    "growing-modes?min_events=1",
    "control-leverage",
    "headline-counts",
    "time-between-incidents",
]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_in_a_page_takes_the_colours_of_the_page(server: Server, name: str) -> None:
    """It has no ground, and each coloured mark has a class for its colour; the picture alone has its white ground."""
    page = _page(server, f"/questions/{name}")
    marks = [each for each in page.elements if each.tag in ("path", "line", "rect", "stop") and "svg" in each.within]
    coloured = [each for each in marks if _colour(each) not in ("", "none", "#888", "#E4E4E4", "#ddd")]
    assert coloured
    kinds = re.compile(r"\b(tone-\d|unknown|shade|edge)\b")
    assert [] == [each.attributes for each in coloured if not kinds.search(each["class"])]
    assert [] == [each.attributes for each in marks if each["fill"] == "white"]
    plain, mark, given = name.partition("?")
    alone = server.get(f"/questions/{plain}.svg{mark}{given}").text
    assert re.search(r'<rect width="\d+" height="\d+" fill="white"/>', alone)
    assert "tone-" not in alone


def _colour(mark: Element) -> str:
    """Return the colour of a mark; one that a gradient fills has none of its own."""
    return next((found for key in ("fill", "stop-color", "stroke") if (found := mark[key]) and "url" not in found), "")


def test_the_squares_of_a_matrix_are_the_stronger_the_more() -> None:
    """The palest and the darkest blue become the accent, weak and strong; what is not known is grey; text stays."""
    svg = '<svg ><desc>d</desc><rect width="9" height="9" fill="white"/><path d="M0" fill="rgb(234, 242, 250)"/>'
    svg += '<path d="M1" fill="rgb(8, 69, 126)" stroke="white"/><path d="M2" fill="#DADADA"/>'
    svg += "<text>&lt;path fill=&quot;#0072B2&quot;/&gt;</text></svg>"
    shown = str(figure(svg, "t", "/a.svg").svg)
    assert [("shade", "0.08"), ("edge shade", "0.50"), ("shade none", "0.2")] == [
        (each["class"], each["fill-opacity"]) for each in Markup(shown).all("path")
    ]
    assert [] == Markup(shown).all("rect")
    assert "<text>&lt;path fill=&quot;#0072B2&quot;/&gt;</text>" in shown


def test_headings_of_an_answer_begin_with_a_capital_letter_and_name_percentages(server: Server) -> None:
    """Columns are called by words; one that is a percentage has the sign."""
    headings = [each.text for each in _page(server, "/questions/growing-modes?min_events=1").all("th", scope="col")]
    names = server.get("/questions/growing-modes.csv").text.splitlines()[0].split(",")
    assert "percent" in names
    assert "%" == headings[names.index("percent")]
    assert [] == [each for each in headings if not re.match(r"[A-Z%]", each) or "_" in each]


def test_a_table_has_no_chart(server: Server) -> None:
    """The address of a chart that is none says so, and the page offers none."""
    reply = server.get("/questions/completeness.svg")
    assert (404, True) == (reply.status, "is not drawn" in reply.text)
    assert [] == _page(server, "/questions/completeness").all("svg")


def test_an_empty_answer_says_what_is_missing(server: Server) -> None:
    """No table and no chart, but the sentence of the question and the receipt."""
    page = _page(server, f"/questions/{NAME}?organisation=realm-labs")
    assert page.one("p", class_="empty").text.startswith("No rows. ")
    assert [] == page.all("svg") + page.all("table")
    assert "0" in [each.text for each in page.all("code") if "dd" in each.within]


def test_the_page_shows_the_receipt_that_can_be_downloaded(server: Server) -> None:
    """Release, rows and hash are those of the file, and the command that verifies it stands there."""
    page = _page(server, ASKED)
    link = next(each for each in page.all("a") if each["download"].endswith(".receipt.json"))
    stated = json.loads(server.get(link["href"]).text)
    shown = [each.text for each in page.all("code") if "dd" in each.within]
    assert [stated["release"], str(stated["rows"]), stated["sha256"]] == shown[:3]
    assert f"failuregraph verify {link['download']}" in page.source


def test_the_permanent_address_names_every_parameter(server: Server) -> None:
    """Defaults too: they may change, and the answer is to stay the one that was cited."""
    page = _page(server, "/questions/growing-modes")
    link = page.one("pre", aria_label="Permanent address").text
    assert f"{question_iri('growing-modes')}?min_events=5" == link
    assert link in page.one("p", class_="citation").text
    path = urlsplit(link).path.removeprefix("/failuregraph") + "?" + urlsplit(link).query
    assert server.get(path, "text/csv").body == server.get("/questions/growing-modes.csv").body


@pytest.mark.parametrize(("suffix", "starts"), [("bib", "@misc{"), ("ris", "TY  - "), ("csl.json", "[")])
def test_the_citation_of_an_answer_is_there_for_reference_managers(server: Server, suffix: str, starts: str) -> None:
    """Each format has an address, and names the parameters."""
    reply = server.get(f"/questions/{NAME}.{suffix}?organisation=northwind-group")
    assert (200, True) == (reply.status, reply.text.startswith(starts))
    assert "northwind-group" in reply.text


def test_the_chart_can_be_shown_elsewhere(server: Server) -> None:
    """The text to copy is an image with alternative text in a link, as frames are not allowed."""
    page = _page(server, "/questions/severity-by-mode")
    copied = Markup(page.one("pre", aria_label="HTML of the chart").text)
    image, link = copied.one("img"), copied.one("a")
    assert "https://w3id.org/failuregraph/questions/severity-by-mode.svg" == image["src"]
    assert image["alt"].startswith("Severity by failure mode. ")
    assert question_iri("severity-by-mode") == link["href"]
    assert "frame-ancestors 'none'" in server.get(ASKED, HTML).headers["content-security-policy"]


@pytest.mark.parametrize("path", [NAME, "growing-modes", "compare-two-vendors", "step-transitions"])
def test_the_text_of_a_question_can_be_asked_as_it_is(server: Server, path: str) -> None:
    """With its parameters in it, the endpoint gives the rows that the page gives."""
    text = server.get(f"/questions/{path}.rq")
    assert "application/sparql-query; charset=utf-8" == text.headers["content-type"]
    found = list(csv.DictReader(io.StringIO(server.ask(text.text, "text/csv").text)))
    wanted = list(csv.DictReader(io.StringIO(server.get(f"/questions/{path}.csv").text)))
    assert wanted == [{name: row[name] for name in wanted[0]} for row in found] if wanted else found == []


@pytest.mark.slow
def test_every_question_has_a_page(server: Server, corpus: Project) -> None:
    """Each answers with a page that has one heading, a receipt and its code, whatever its view."""
    for path in sorted(corpus.answers.glob("*.rq")):
        page = _page(server, f"/questions/{path.stem}")
        assert (1, 1) == (len(page.all("h1")), len(page.all("h2", id="receipt"))), path.stem
        assert {"curl", "R", "JavaScript"} <= {each.text for each in page.all("summary")}, path.stem


def test_no_question_has_a_parameter_that_addresses_need(corpus: Project, repository: Project) -> None:
    """``format`` says what an answer is written in, and ``example`` which question the query page shows."""
    from failuregraph.query import QueryFile

    questions = [each for project in (corpus, repository) for each in QueryFile.folder(project.answers)]
    assert set() == {each.name for query in questions for each in query.parameters} & {"format", "example", "query"}


def test_hostile_text_stays_text_in_tables_and_charts(copy: Project, tmp_path: Path) -> None:
    """Markup in a label is text in the cell, in the drawing and in the suggestions."""
    evil = "</title><script>alert(1)</script>"
    for path in (copy.data / "organisations").glob("*.ttl"):
        path.write_text(path.read_text(encoding="utf-8").replace('"Northwind', f'"{evil}Northwind'), encoding="utf-8")
    with running(copy, tmp_path / "build") as server:
        for name in (NAME, "incident-concentration", "repeat-incidents-by-organisation"):
            page = _page(server, f"/questions/{name}")
            inline = [each for each in page.all("script") if not each["src"]]
            assert all(each["type"] == "application/ld+json" and json.loads(each.text) for each in inline), name
            assert "<script>alert" not in page.source
            assert "<script>alert" not in server.get(f"/questions/{name}.svg").text
        assert "&lt;script&gt;alert" in server.get("/questions/incident-concentration.svg").text


def test_a_question_is_one_tree_of_json_ld(server: Server) -> None:
    """It has the context of all documents, the question at its root, and says what the Turtle says."""
    reply = server.get(f"/questions/{NAME}.jsonld")
    told = json.loads(reply.text)
    assert CONTEXT == told["@context"]
    assert question_iri(NAME) in json.dumps({name: value for name, value in told.items() if name != "@included"})
    whole = rdflib.Graph().parse(data=server.get(f"/questions/{NAME}.ttl").body, format="turtle")
    tree = rdflib.Graph().parse(data=reading.inlined(reply.body), format="json-ld")
    assert set(whole) == set(tree)
