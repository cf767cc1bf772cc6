"""The editor of the query page in a real browser: what it adds, and that the page is whole without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsing import Visit, chromium, visiting
from live import Server
from playwright.sync_api import Browser, Page, Route, expect

from failuregraph.pages.assets import Assets

BUNDLE = Path(__file__).parent.parent / "src" / "failuregraph" / "pages" / "static" / "sparql.js"
COUNT = """PREFIX fg: <https://w3id.org/failuregraph/ontology#>
SELECT ?severity (COUNT(?i) AS ?n) WHERE { ?i a fg:Incident ; fg:severity ?severity }
GROUP BY ?severity ORDER BY ?severity"""
#: What Chromium itself says of an answer with status 400, which is how a query is refused.
REFUSED = "error: Failed to load resource: the server responded with a status of 400 (Bad Request)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium, or skip."""
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Return a visit to the query page with its editor; in the end the console has been silent and nothing left."""
    if not BUNDLE.exists():
        pytest.skip("the script is not bundled: make assets, which needs Node and npm")
    with visiting(browser, server.url) as found:
        found.page.goto("/sparql")
        expect(found.page.locator(".cm-content")).to_be_visible()
        yield found
        assert [] == [each for each in found.said if each != REFUSED]
        assert [] == found.outside


def _write(page: Page, text: str) -> None:
    """Put a text in the place of what stands in the editor, as pasting does, and leave it there."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def _run(page: Page, text: str) -> None:
    _write(page, text)
    page.keyboard.press("Control+Enter")


def test_the_editor_stands_in_for_the_text_area(visit: Visit) -> None:
    """The text area is hidden and holds what is typed; the editor has a name of its own, and the label leads to it."""
    page = visit.page
    expect(page.locator("#query")).to_be_hidden()
    _write(page, "ASK { ?s ?p ?o }")
    expect(page.locator("#query")).to_have_value("ASK { ?s ?p ?o }")
    assert "SPARQL query" in str(page.locator(".cm-content").get_attribute("aria-label"))
    page.locator("h1").click()
    page.locator("label[for=query]").click()
    expect(page.locator(".cm-content")).to_be_focused()


def test_keywords_and_variables_look_different(visit: Visit) -> None:
    """The style sheet of the editor is there, which the policy of the page would block outside of a shadow root."""
    page = visit.page
    weight = "each => getComputedStyle(each).fontWeight"
    assert "700" == page.locator(".cm-line span", has_text="SELECT").first.evaluate(weight)
    assert 0 < page.evaluate("document.querySelector('.editor').shadowRoot.adoptedStyleSheets.length")
    assert 0 == page.evaluate("document.querySelectorAll('style, [style]').length")


def test_a_class_is_completed_with_its_prefix(visit: Visit) -> None:
    """The label and the count stand beside the name; what is chosen brings the PREFIX line that it needs, once."""
    page = visit.page
    _write(page, "SELECT ?i WHERE { ?i a ")
    page.keyboard.type("fg:Inci")
    first = page.locator(".cm-tooltip-autocomplete li").first
    expect(first).to_contain_text("fg:Incident")
    expect(first).to_contain_text("10")
    page.wait_for_timeout(150)  # the list ignores keys for a moment, so that it does not swallow what is typed
    page.keyboard.press("Enter")
    prefix = "PREFIX fg: <https://w3id.org/failuregraph/ontology#>\n"
    expect(page.locator("#query")).to_have_value(f"{prefix}SELECT ?i WHERE {{ ?i a fg:Incident")
    page.keyboard.type(" ; fg:sever")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("fg:severity")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    expect(page.locator("#query")).to_have_value(f"{prefix}SELECT ?i WHERE {{ ?i a fg:Incident ; fg:severity")


def test_a_label_finds_a_concept(visit: Visit) -> None:
    """Values of schemes are completed too."""
    page = visit.page
    _write(page, "ASK { ?i ?p ")
    page.keyboard.type("mode:halluc")
    expect(page.locator(".cm-tooltip-autocomplete li").first).to_contain_text("Hallucination")


def test_nothing_is_completed_in_a_comment(visit: Visit) -> None:
    """Prose is not SPARQL."""
    page = visit.page
    _write(page, "# ")
    page.keyboard.type("fg:Inci")
    page.wait_for_timeout(400)
    expect(page.locator(".cm-tooltip-autocomplete")).to_have_count(0)


def test_a_query_runs_in_the_page(visit: Visit) -> None:
    """A table with links, a chart, downloads that answer, and the query in the address of the page."""
    page = visit.page
    _run(page, COUNT)
    rows = page.locator("#outcome tbody tr")
    expect(page.locator("#status")).to_have_text(f"{rows.count() or 4} rows.")
    assert "/severity#" in str(rows.first.locator("a").get_attribute("href"))
    page.locator("details.bars summary").click()
    expect(page.locator("svg.bars rect")).to_have_count(rows.count())
    assert COUNT == parse_qs(urlsplit(page.url).query)["query"][0]
    link = str(page.locator("#outcome a", has_text="TSV").get_attribute("href"))
    assert page.request.get(link).text().startswith("?severity\t?n\n")


def test_the_address_shows_the_same_answer_to_others(visit: Visit, server: Server, browser: Browser) -> None:
    """The share link is the page, with and without scripts."""
    _run(visit.page, COUNT)
    expect(visit.page.locator("#share")).to_be_visible()
    shown = visit.page.locator("#outcome tbody").inner_text().split()
    link = str(visit.page.locator("#share").get_attribute("href"))
    assert urlsplit(link).query == urlsplit(visit.page.url).query
    with visiting(browser, server.url, scripts=False) as other:
        other.page.goto(link)
        assert shown == other.page.locator("#outcome tbody").inner_text().split()


def test_yes_or_no_and_statements_are_shown(visit: Visit) -> None:
    """An ASK has a word, a CONSTRUCT its Turtle, each with its own downloads."""
    page = visit.page
    _run(page, "ASK { ?s ?p ?o }")
    expect(page.locator("#outcome .lead")).to_have_text("yes")
    _run(page, "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 2")
    expect(page.locator("#outcome pre")).to_contain_text(" a ")
    expect(page.locator("#outcome a", has_text="JSON-LD")).to_have_count(1)


def test_a_refused_query_is_marked_at_its_line(visit: Visit) -> None:
    """The line has a mark and the sentence an address; the button leads there, and the next run takes the mark away."""
    page = visit.page
    _run(page, "SELECT ?s WHERE {\n ?s ?p }\nLIMIT 3")
    expect(page.locator("#fault")).to_contain_text("line 3, column 1")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    expect(page.locator(".cm-line", has=page.locator(".cm-lintRange-error"))).to_have_text("LIMIT 3")
    page.get_by_role("button", name="Go to line 3").click()
    expect(page.locator(".cm-content")).to_be_focused()
    expect(page.locator(".cm-activeLine")).to_have_text("LIMIT 3")
    _run(page, "ASK {}")
    expect(page.locator("#outcome .lead")).to_have_text("yes")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)
    assert [REFUSED] == visit.said


def test_a_page_that_was_refused_opens_with_the_mark(visit: Visit) -> None:
    """What the server found is marked in the editor as well."""
    visit.page.goto("/sparql?" + urlencode({"query": "ASK {\n?s ?p }", "format": "html"}))
    expect(visit.page.locator(".cm-lint-marker-error")).to_have_count(1)
    expect(visit.page.locator("li.marked")).to_have_text("?s ?p } here, at column 8")


def test_a_suggestion_is_told(visit: Visit) -> None:
    """A prefix that is not declared brings the line that declares it."""
    _run(visit.page, "ASK { ?s a fg:Incident }")
    expect(visit.page.locator("#fault")).to_contain_text("PREFIX fg: <https://w3id.org/failuregraph/ontology#>")


def test_a_query_can_be_called_off(visit: Visit) -> None:
    """While it runs the seconds are counted; the button ends it, and the page can ask again."""
    page = visit.page
    _run(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    expect(page.locator("#clock")).to_contain_text("of 10 seconds")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status")).to_contain_text("Cancelled after")
    expect(page.locator("#cancel")).to_be_hidden()
    _run(page, "ASK {}")
    expect(page.locator("#outcome .lead")).to_have_text("yes")


def test_an_example_replaces_the_query_and_can_be_undone(visit: Visit) -> None:
    """The question comes with its parameters; undoing brings back what was there."""
    page = visit.page
    _write(page, "ASK { ?mine ?p ?o }")
    page.locator("#examples summary").click()
    page.locator("#examples a", has_text="Growing failure modes").click()
    expect(page.locator("#query")).to_have_value(
        page.request.get("/questions/growing-modes.rq").text().rstrip(), timeout=10_000
    )
    page.keyboard.press("Control+z")
    expect(page.locator("#query")).to_have_value("ASK { ?mine ?p ?o }")


def test_the_keyboard_can_leave_the_editor(visit: Visit) -> None:
    """Tab indents; after Escape it goes on to the next field."""
    page = visit.page
    _write(page, "ASK {}")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    expect(page.locator("#query")).to_have_value("  ASK {}")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#format")).to_be_focused()


def test_another_format_is_left_to_the_form(visit: Visit) -> None:
    """Who wants CSV gets the file of the endpoint."""
    page = visit.page
    _write(page, COUNT)
    page.locator("#format").select_option("csv")
    with page.expect_download() as waiting:
        page.locator("#run").click()
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith("severity,n")


def test_hostile_results_are_text(visit: Visit) -> None:
    """Markup in an answer is no element, and a script address no link."""
    page = visit.page
    evil = "<img src=x onerror=alert(1)>"
    _run(page, f'SELECT (<javascript:alert(1)> AS ?iri) ("{evil}" AS ?text) (1 AS ?n) WHERE {{ VALUES ?x {{ 1 2 }} }}')
    expect(page.locator("#outcome td").nth(1)).to_have_text(evil)
    expect(page.locator("#outcome img, #outcome a[href^=javascript]")).to_have_count(0)
    expect(page.locator("svg.bars rect")).to_have_count(2)


def test_without_completion_the_editor_still_asks(browser: Browser, server: Server) -> None:
    """Where the terms cannot be had the console says so, and everything else works."""
    if not BUNDLE.exists():
        pytest.skip("the script is not bundled: make assets, which needs Node and npm")
    with visiting(browser, server.url) as visit:
        visit.page.route("**/sparql-editor.json", _lost)
        visit.page.goto("/sparql")
        _run(visit.page, "ASK {}")
        expect(visit.page.locator("#outcome .lead")).to_have_text("yes")
        assert 1 == len([each for each in visit.said if "There is no completion" in each])


def _lost(route: Route) -> None:
    route.fulfill(status=404, body="")


def test_the_page_is_whole_without_scripts(browser: Browser, server: Server) -> None:
    """With scripts off the text area is there, a query is answered, and a fault is shown at its line."""
    with visiting(browser, server.url, scripts=False) as visit:
        page = visit.page
        page.goto("/sparql")
        page.locator("#query").fill(COUNT)
        page.locator("#run").click()
        expect(page.locator("#outcome tbody tr").first).to_be_visible()
        page.locator("#query").fill("ASK {\n?s ?p }")
        page.locator("#run").click()
        expect(page.locator("li.marked")).to_contain_text("?s ?p }")
        expect(page.locator("#query")).to_have_value("ASK {\n?s ?p }")
        assert [] == visit.outside


def test_the_bundle_asks_nobody_else(server: Server) -> None:
    """It has no code from text, names no other host to fetch from, and its licences are there."""
    if not BUNDLE.exists():
        pytest.skip("the script is not bundled: make assets, which needs Node and npm")
    text = BUNDLE.read_text(encoding="utf-8")
    assert [] == [word for word in ("eval(", "new Function", "innerHTML", "importScripts") if word in text]
    licences = server.get("/" + Assets().address("sparql.licences.txt")).text
    lock = json.loads((BUNDLE.parent.parent / "script" / "package-lock.json").read_text(encoding="utf-8"))
    for name in ("@codemirror/view", "codemirror-lang-sparql"):
        assert f"{name} {lock['packages'][f'node_modules/{name}']['version']} (MIT)" in licences


def test_the_lock_names_no_host() -> None:
    """Each package has one version and a hash, and comes from wherever the client is told to get it."""
    path = BUNDLE.parent.parent / "script" / "package-lock.json"
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    assert [] == [name for name, each in packages.items() if name and not each["integrity"].startswith("sha512-")]
    assert [] == [name for name, each in packages.items() if "resolved" in each]
    assert "node_modules/codemirror" not in packages
