"""The site in a real browser: a walk with and without scripts, axe on every template, narrow screens, hostile text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Visit, chromium, visiting
from live import Server, running
from playwright.sync_api import Browser
from retired import with_retired

from failuregraph.project import Project

#: One address for each template, and the states of it that differ most.
PAGES = [
    "/",
    "/incidents",
    "/incidents?q=court&mode=hallucination&sort=date",
    "/record/FG-0055",
    "/doc/organisation/meta",
    "/doc/publisher/wsj-com",
    "/doc/system/chatgpt",
    "/doc/control/prism",
    "/doc/registry/ai-failure-index",
    "/graph/dcat",
    "/mode",
    "/mode/hallucination",
    "/step/no-legal-basis",
    "/ontology",
    "/shapes",
    "/missing",
    "/data",
    "/problem",
    "/questions",
    "/questions/severity-by-mode",
    "/questions/disclosure-trend-by-mode",
    "/questions/compare-two-vendors",
    "/questions/organisation-profile?organisation=realm-labs",
    "/questions/organisation-profile?organisation=a+b+%3C",
    "/sparql",
    "/sparql?query=SELECT+%3Fs+%3Flabel+WHERE+%7B+%3Fs+%3Chttp%3A%2F%2Fwww.w3.org%2F2000%2F01%2Frdf-schema%23label%3E+%3Flabel+%7D+LIMIT+5&format=html",
    "/sparql?query=SELECT+%3Fs+WHERE+%7B+%3Fs+a+%3Fc+%7D+LIMIT+5&format=html",
    "/sparql?query=SELECT+%3Fs+WHERE+%7B+&format=html",
    "/nothing-has-this-address",
]
#: Further states of templates that stand above.
FURTHER = [
    "/incidents?q=zzzzzz",
    "/record/FI-0351",
    "/doc/incident/AIID-1158",
    "/severity/high",
    "/surface/recommender",
    "/questions/growing-modes",
    "/questions/modes-close-in-time",
    "/questions/time-between-incidents",
]
#: The status of the pages that are no success.
REFUSED = {
    "/questions/organisation-profile?organisation=a+b+%3C": 400,
    "/sparql?query=SELECT+%3Fs+WHERE+%7B+&format=html": 400,
    "/nothing-has-this-address": 404,
}
#: The tags of WCAG 2.2 AA, by which axe chooses its rules.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}

#: How a page is looked at: its width, and whether it is dark.
LOOKS = [
    pytest.param(1280, False, id="wide and light"),
    pytest.param(360, True, id="narrow and dark", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def site(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run the server on the real graph."""
    with running(repository, tmp_path_factory.mktemp("site") / "build") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run Chromium for all tests of this file."""
    with chromium() as found:
        yield found


def _quiet(visit: Visit) -> None:
    """Nothing went wrong in the console, and nothing was asked of another host."""
    wrong = [said for said in visit.said if said.startswith(("error", "warning"))]
    assert [] == [said for said in wrong if "the server responded with a status of 4" not in said]
    assert [] == visit.outside


@pytest.mark.parametrize("path", [*PAGES, *(pytest.param(path, marks=pytest.mark.slow) for path in FURTHER)])
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_axe_finds_nothing(site: Server, browser: Browser, path: str, width: int, *, dark: bool) -> None:
    """No page breaks a rule of WCAG 2.2 AA that can be tested, in both schemes and widths."""
    with visiting(browser, site.url, width=width, dark=dark) as visit:
        reply = visit.page.goto(path)
        assert REFUSED.get(path, 200) == (reply and reply.status)
        found = Axe().run(visit.page, options=RULES).response["violations"]
        told = [
            (each["id"], node["target"], node.get("failureSummary", "")) for each in found for node in each["nodes"]
        ]
        assert [] == told, json.dumps(told[:5], indent=1)
        _quiet(visit)


@pytest.mark.slow
@pytest.mark.parametrize("path", [*PAGES, *FURTHER])
def test_nothing_runs_over_the_edge_of_a_narrow_screen(site: Server, browser: Browser, path: str) -> None:
    """At 320 px no page scrolls sideways (WCAG 2.2, 1.4.10 Reflow); tables scroll in themselves."""
    with visiting(browser, site.url, width=320) as visit:
        visit.page.goto(path)
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert 320 >= width


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_walk_through_the_site(site: Server, browser: Browser, tmp_path: Path, *, scripts: bool) -> None:
    """Home, facet, incident, path, source, organisation, question, chart, SPARQL and a download, by links and forms."""
    with visiting(browser, site.url, scripts=scripts) as visit:
        page = visit.page
        page.goto("/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Incidents").click()
        page.get_by_role("link", name="Hallucination").first.click()
        assert "mode=hallucination" in page.url
        page.get_by_role("link", name="High Court in London").first.click()
        assert "High Court in London" in page.get_by_role("heading", level=1).inner_text()
        steps = page.locator("ol.path > li")
        assert 4 <= steps.count()
        assert 1 == page.locator("main svg[role=img]").first.count()
        steps.first.locator("a.ref").first.click()
        assert "#source-" in page.url
        page.get_by_role("link", name="Qatar National Bank").first.click()
        assert "Qatar National Bank" in page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Questions").click()
        page.locator('a[href$="/questions/severity-by-mode"]').first.click()
        assert 1 == page.locator("main figure svg[role=img]").count()
        assert 3 <= page.locator("main table tbody tr").count()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="CSV", exact=True).first.click()
        fetched.value.save_as(tmp_path / "answer.csv")
        assert "mode" in (tmp_path / "answer.csv").read_text(encoding="utf-8").splitlines()[0]
        page.get_by_role("navigation", name="Main").get_by_role("link", name="SPARQL").click()
        page.get_by_role("button", name="Run").click()
        page.locator("main table tbody tr").first.wait_for()
        assert 10 <= page.locator("main table tbody tr").count()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Data", exact=True).click()
        assert page.get_by_role("link", name="failuregraph.nq", exact=True).count()
        _quiet(visit)


def test_axe_finds_nothing_on_what_is_left_of_an_identifier(browser: Browser, tmp_path: Path) -> None:
    """The pages of withdrawn and of divided records are as good as others."""
    with running(with_retired(tmp_path), tmp_path / "build") as server, visiting(browser, server.url) as visit:
        for path, status in {"/record/withdrawn": 410, "/record/divided": 300}.items():
            reply = visit.page.goto(path)
            assert status == (reply and reply.status)
            assert [] == Axe().run(visit.page, options=RULES).response["violations"]


def test_the_keyboard_reaches_the_content_first(site: Server, browser: Browser) -> None:
    """The first stop of Tab is the way past the menu, it is seen, and it leads to the content."""
    with visiting(browser, site.url) as visit:
        visit.page.goto("/record/FG-0055")
        visit.page.keyboard.press("Tab")
        focused = visit.page.locator(":focus")
        assert "Skip to the content" == focused.inner_text()
        box = focused.bounding_box()
        assert box is not None
        assert 0 <= box["x"]
        visit.page.keyboard.press("Enter")
        assert "main" == visit.page.evaluate("document.activeElement.id")


def test_every_stop_of_the_keyboard_is_seen(site: Server, browser: Browser) -> None:
    """Whatever Tab reaches on a record has an outline."""
    with visiting(browser, site.url) as visit:
        visit.page.goto("/record/FG-0055")
        for _ in range(40):
            visit.page.keyboard.press("Tab")
            style = "getComputedStyle(document.activeElement).outlineStyle"
            name = visit.page.evaluate("document.activeElement.outerHTML.slice(0, 80)")
            assert "none" != visit.page.evaluate(style), name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/incidents", "Incidents"),
        ("/questions", "Questions"),
        ("/questions/severity-by-mode", "Questions"),
        ("/sparql", "SPARQL"),
        ("/ontology", "Ontology"),
        ("/missing", "What is missing"),
        ("/data", "Data"),
    ],
)
def test_the_menu_says_where_one_is(site: Server, browser: Browser, path: str, name: str) -> None:
    """The part of the site that a page belongs to is marked, for eyes and for screen readers."""
    with visiting(browser, site.url) as visit:
        visit.page.goto(path)
        menu = visit.page.get_by_role("navigation", name="Main")
        assert [name] == menu.locator("[aria-current]").all_inner_texts()


#: Charts of every kind: squares, lines, bars in two tones and in three, and spans of time.
CHARTS = ["severity-by-mode", "growing-modes", "control-leverage", "headline-counts", "modes-close-in-time"]
#: How far text and marks of a chart stand out from what is behind them, as WCAG counts it: the least of each.
CONTRAST = """() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const over = (colour, share, ground) => colour.map((part, place) => part * share + ground[place] * (1 - share));
  const light = (colour) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const paper = parts(getComputedStyle(document.body).backgroundColor).slice(0, 3);
  const found = (selector) => Array.from(document.querySelectorAll(`figure.chart svg ${selector}`));
  const all = (selector) => found(selector).map((each) => getComputedStyle(each));
  const grounds = [paper, ...all("path.shade").map((s) => over(parts(s.fill), Number(s.fillOpacity), paper))];
  const texts = all("text").map((s) => ratio(parts(s.fill), paper));
  texts.push(...all(".role-mark text").flatMap((s) => grounds.map((ground) => ratio(parts(s.fill), ground))));
  const marks = all(".filled:not(.pale), .drawn").map((s) => {
    const drawn = s.stroke !== "none";
    return ratio(over(parts(drawn ? s.stroke : s.fill), Number(drawn ? s.strokeOpacity : s.fillOpacity), paper), paper);
  });
  return { texts: Math.min(...texts), marks: Math.min(99, ...marks), grounds: grounds.length, seen: marks.length };
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_charts_can_be_read_on_the_ground_of_the_page(site: Server, browser: Browser, *, dark: bool) -> None:
    """Nothing white is behind a chart; its text has a contrast of 4.5, each mark one of 3, and on squares too."""
    with visiting(browser, site.url, dark=dark) as visit:
        for name in CHARTS:
            visit.page.goto(f"/questions/{name}")
            found = visit.page.evaluate(CONTRAST)
            assert 4.5 <= found["texts"], name
            assert 3 <= found["marks"], name
            assert found["grounds"] > 1 or found["seen"], name
            ground = visit.page.locator("figure.chart").evaluate("each => getComputedStyle(each).backgroundColor")
            assert "rgba(0, 0, 0, 0)" == ground


def test_what_scrolls_sideways_shows_it(site: Server, browser: Browser) -> None:
    """A region has shades at its edges that stay, under covers that move with what it holds; without scripts."""
    with visiting(browser, site.url, width=360, scripts=False) as visit:
        for path in ("/questions/severity-by-mode", "/ontology", "/missing"):
            visit.page.goto(path)
            region = visit.page.locator(".scroll").first
            style = "each => [each.scrollWidth > each.clientWidth, getComputedStyle(each).backgroundAttachment]"
            assert [True, "local, local, scroll, scroll"] == region.evaluate(style), path


def test_tables_use_the_room_that_there_is(site: Server, browser: Browser) -> None:
    """The grids of what is missing fit a wide page; on a narrow one names stay, and the tables of the data stack."""
    wider = "each => each.scrollWidth - each.clientWidth"
    with visiting(browser, site.url) as visit:
        visit.page.goto("/missing")
        assert [0, 0] == [visit.page.locator(f".scroll:has({kind})").evaluate(wider) for kind in (".heat", ".crossing")]
        visit.page.goto("/ontology")
        assert 0 == visit.page.locator(".scroll:has(.diagram)").evaluate(wider)
    with visiting(browser, site.url, width=360) as visit:
        visit.page.goto("/missing")
        for kind in (".heat", ".crossing"):
            region = visit.page.locator(f".scroll:has({kind})")
            region.evaluate("each => { each.scrollLeft = 120; }")
            name, edge = region.locator("tbody th").first.bounding_box(), region.bounding_box()
            assert name, kind
            assert edge, kind
            assert name["x"] == edge["x"], kind
        visit.page.goto("/data")
        for place in ("#files", "#addresses"):
            assert 0 == visit.page.locator(f"{place} .scroll").evaluate(wider), place


@pytest.mark.parametrize("width", [360, 1280])
def test_the_rules_of_a_page_are_as_wide_as_its_content(site: Server, browser: Browser, width: int) -> None:
    """Header and footer begin and end with what is between them."""
    with visiting(browser, site.url, width=width) as visit:
        visit.page.goto("/missing")
        found = [visit.page.locator(each).bounding_box() for each in (".masthead", ".foot", "main .scroll >> nth=0")]
        assert 1 == len({(each["x"], each["width"]) for each in found if each})
