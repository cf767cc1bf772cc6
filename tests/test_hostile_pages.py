"""Hostile text in every place of the data and of a request: nothing of it becomes markup, and nothing runs."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from browsing import chromium, visiting
from live import running
from playwright.sync_api import Dialog

from failuregraph.build import build
from failuregraph.names import BASE, NAMESPACES, XSD
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

#: What ends a tag, an attribute, a script, a CDATA section, a template, a comment and a line, and says when it runs.
EVIL = (
    "<img src=x onerror=alert(1)>\"'><svg onload=alert(1)></script><script>alert(1)</script>]]>-->"
    "</title></textarea></style>{{7*7}}\u2028<a href=javascript:alert(1)>x</a>"
)
#: Elements that text from outside would be let in by; pages have none but the scripts and data blocks of their own.
FORBIDDEN = {"base", "embed", "frame", "iframe", "img", "object", "style"}
TEXTS = {XSD + "string", NAMESPACES["rdf"] + "langString"}
KEPT = {NAMESPACES["dcterms"] + "identifier", NAMESPACES["fg"] + "currency"}


@dataclass
class Markup(HTMLParser):
    """What a page has that could run: elements, handlers, addresses and the text of its scripts."""

    elements: set[str] = field(default_factory=set)
    handlers: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    scripts: list[dict[str, str | None]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__(convert_charrefs=True)
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element with its attributes."""
        self.elements.add(tag)
        self.handlers += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        """Note the text of a script."""
        if self._in_script:
            self.blocks.append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser calls it so
        """Leave a script."""
        self._in_script = False


def _harmless(reply: Reply, address: str) -> None:
    """Nothing of a page can run but the bundle of the project, and its blocks of data are data."""
    assert "text/html" == reply.media_type, address
    page = Markup()
    page.feed(reply.text)
    page.close()
    assert set() == page.elements & FORBIDDEN, address
    assert [] == page.handlers, address
    wrong = [each for each in page.addresses if re.match(r"\s*[a-z][a-z0-9+.-]*:", each, re.IGNORECASE)]
    assert [] == [each for each in wrong if not each.startswith(("http://", "https://", "mailto:"))], address
    for script in page.scripts:
        own = (script.get("src") or "").startswith("/assets/")
        assert own or "application/ld+json" == script.get("type"), address
    for block in page.blocks:
        json.loads(block)
    assert "49" not in re.findall(r"\{\{7\*7\}\}|\b49\b(?=\u2028)", reply.text), address


def _spoilt(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple) -> ox.NamedNode | ox.Literal | ox.BlankNode:
    assert not isinstance(term, ox.Triple)
    if isinstance(term, ox.Literal) and term.datatype.value in TEXTS:
        return ox.Literal(EVIL + term.value, language=term.language) if term.language else ox.Literal(EVIL + term.value)
    return term


def _spoil(path: Path) -> None:
    """Put the hostile text before every text of a file, and a script in the place of every page."""
    page, kept = ox.NamedNode(NAMESPACES["foaf"] + "page"), []
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        value = quad.object if quad.predicate.value in KEPT else _spoilt(quad.object)
        value = ox.NamedNode("javascript:alert(1)") if quad.predicate == page else value
        kept.append(ox.Triple(quad.subject, quad.predicate, value))
    path.write_bytes(bytes(ox.serialize(kept, format=ox.RdfFormat.TURTLE) or b""))


#: Queries that are refused, and quoted in the refusal.
REFUSED = [EVIL, f"SELECT ?x {{ # {EVIL}", f"SELECT * {{ ?s <{quote(EVIL, safe='(=)')}:x ?o }}"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, corpus: Project) -> Project:
    """Return a copy of the test corpus of which every text is hostile; no gate would let it through."""
    root = tmp_path_factory.mktemp("hostile") / "project"
    shutil.copytree(corpus.root, root)
    for path in sorted((root / "data").rglob("*.ttl")):
        _spoil(path)
    return Project.at(root)


@pytest.fixture(scope="module")
def service(hostile: Project, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return the application of the hostile project, asked without a network."""
    return Service(build(hostile, tmp_path_factory.mktemp("release")), hostile, Settings(), Place())


def _asked(service: Service, address: str) -> Reply:
    path, _, query = address.partition("?")
    return asyncio.run(ask(service, path, query=query))


def _pages(service: Service) -> Iterator[str]:
    """Yield the address of every document, and of every page that the sitemaps name."""
    yield from ("/", "/incidents", "/questions", "/missing", "/data", "/sparql")
    yield from ("/" + name.removeprefix(BASE) for name in service.site.graphs)
    for sitemap in re.findall("<loc>([^<]+)</loc>", _asked(service, "/sitemap.xml").text):
        places = re.findall("<loc>([^<]+)</loc>", _asked(service, "/" + sitemap.removeprefix(BASE)).text)
        yield from ("/" + place.removeprefix(BASE) for place in places)


def test_the_hostile_text_is_on_the_pages(service: Service) -> None:
    """What the other tests look for is really there, escaped."""
    assert "&lt;img src=x onerror=alert(1)&gt;" in _asked(service, "/record/FI-9001").text


def test_no_text_of_the_data_becomes_markup(service: Service) -> None:
    """Every page of a graph in which every text is hostile has the elements of its templates alone."""
    addresses = sorted(set(_pages(service)))
    assert 100 < len(addresses)
    for address in addresses:
        reply = _asked(service, address)
        assert 200 == reply.status, address
        _harmless(reply, address)


@pytest.mark.parametrize(
    "address",
    [
        "/" + quote(EVIL, safe=""),
        "/record/" + quote(EVIL, safe=""),
        "/questions/" + quote(EVIL, safe=""),
        "/mode/" + quote(EVIL, safe=""),
        "/incidents?" + urlencode({"q": EVIL}),
        "/incidents?" + urlencode({"mode": EVIL, "organisation": EVIL, "sort": EVIL, "page": EVIL}),
        "/incidents?" + urlencode({EVIL: EVIL}),
        "/questions?" + urlencode({"q": EVIL}),
        "/questions/organisation-profile?" + urlencode({"organisation": EVIL}),
        "/questions/organisation-profile?" + urlencode({"organisation": "http://a/'onmouseover='alert(1)"}),
        "/sparql?" + urlencode({"query": "ASK {}", "format": EVIL}),
        "/release/" + quote(EVIL, safe=""),
        "/feeds/" + quote(EVIL, safe=""),
        "/cards/" + quote(EVIL, safe=""),
    ],
    ids=lambda address: str(address).partition("?")[0][:24],
)
def test_no_text_of_a_request_becomes_markup(service: Service, address: str) -> None:
    """A path, a search, a parameter, a query and the sentence that refuses it are text."""
    reply = _asked(service, address)
    assert 500 > reply.status
    if "text/html" == reply.media_type:
        _harmless(reply, address)
    else:
        assert reply.media_type in ("text/plain", "application/problem+json")


#: Terms of an answer that would be dangerous as markup: literal, IRI, language tag and name of a variable.
ANSWERS = [
    f"SELECT ({json.dumps(EVIL)} AS ?text) {{}}",
    "SELECT (<javascript:alert(1)> AS ?iri) (<http://a/'onmouseover='alert(1)> AS ?other) {}",
    f"SELECT (STRLANG({json.dumps(EVIL)}, 'en') AS ?text) {{}}",
    "SELECT ?onload ?script ?Ω {}",
    f"CONSTRUCT {{ <http://a/> <http://b/> {json.dumps(EVIL)} }} {{}}",
]


def _dismissed(dialog: Dialog, opened: list[str]) -> None:
    opened.append(dialog.message)
    dialog.dismiss()


def test_nothing_runs_in_a_browser(hostile: Project, tmp_path: Path) -> None:
    """Chromium opens pages full of hostile text, also of answers, and no dialog opens and no request leaves."""
    with chromium() as browser, running(hostile, tmp_path / "build") as server, visiting(browser, server.url) as visit:
        opened: list[str] = []
        visit.page.on("dialog", lambda dialog: _dismissed(dialog, opened))
        asked = ["/sparql?" + urlencode({"query": query, "format": "html"}) for query in ANSWERS]
        searched = "/incidents?" + urlencode({"q": EVIL})
        refused = ["/sparql?" + urlencode({"query": query, "format": "html"}) for query in REFUSED]
        fixed = ("/", "/record/FI-9001", "/incidents", searched, "/mode", "/missing", "/data")
        expected = dict.fromkeys((*fixed, *asked), 200) | dict.fromkeys(refused, 400)
        for address, status in expected.items():
            reply = visit.page.goto(address)
            assert status == (reply and reply.status), address
            visit.page.wait_for_timeout(50)
        assert [] == opened
        assert [] == visit.outside
        assert [] == [said for said in visit.said if said.startswith("error") and "status of 400" not in said]
