"""What programs find beside pages: signposts of the front page and of concepts, and refusals as RDF."""

from __future__ import annotations

import asyncio
import html.parser
import json
import re

import pyoxigraph as ox
import pytest

from failuregraph.history.answers import ANSWERS_FILE, read_answers
from failuregraph.names import BASE, CC_BY, NAMESPACES, RDF_TYPE
from failuregraph.pages.home import home
from failuregraph.pages.site import Site
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask

PARSED = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def _get(service: Service, path: str, accept: str = "text/html") -> Reply:
    return asyncio.run(ask(service, path, accept))


class _Head(html.parser.HTMLParser):
    """Reads the typed links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        told = dict(attrs)
        if tag == "link":
            self.found.add((told.get("rel") or "", told.get("href") or ""))


def _signs(reply: Reply) -> set[tuple[str, str]]:
    """Return relation and target of each link in the header; each stands in the head of the page too."""
    parts = [each.partition(">; rel=") for each in reply.headers["link"].split(", ")]
    found = {(rest.split('"')[1], address.lstrip("<")) for address, _, rest in parts}
    assert found <= _Head(reply.text).found
    return found


def test_the_front_page_stands_for_the_data_set(corpus_service: Service) -> None:
    """Name, licence, types, what describes it, and each dump, which answers."""
    found = _signs(_get(corpus_service, "/"))
    assert {("cite-as", BASE), ("license", CC_BY), ("describedby", "/graph/dcat.ttl")} <= found
    assert ("type", "https://schema.org/Dataset") in found
    items = [href for rel, href in found if rel == "item"]
    assert len(corpus_service.release.manifest["dumps"]) == len(items)
    assert {200} == {_get(corpus_service, each).status for each in items}


def test_a_concept_names_its_iri_and_its_scheme(corpus_service: Service) -> None:
    """The page of a concept leads to the IRI that it is about, and to the RDF that tells of it."""
    found = _signs(_get(corpus_service, "/mode/hallucination"))
    iri = f"{BASE}mode#hallucination"
    assert {("cite-as", iri), ("collection", f"{BASE}mode"), ("describedby", "/mode.ttl")} <= found
    told = ox.parse(_get(corpus_service, "/mode.ttl").body, format=ox.RdfFormat.TURTLE)
    assert ("type", NAMESPACES["skos"] + "Concept") in found
    assert any(quad.subject == ox.NamedNode(iri) for quad in told)


@pytest.mark.parametrize("media", sorted(PARSED))
@pytest.mark.parametrize(("path", "near"), [("/record/FI-9O03", "record/FI-9003"), ("/zzz/zzz", "")])
def test_a_refusal_is_rdf_for_who_asks_for_rdf(corpus_service: Service, path: str, near: str, media: str) -> None:
    """404 has its kind, its sentence and the IRI that may have been meant; nothing else does."""
    reply = _get(corpus_service, path, media)
    assert (404, media, "Accept") == (reply.status, reply.media_type, reply.headers["vary"])
    told = {(quad.predicate.value, quad.object) for quad in ox.parse(reply.body, format=PARSED[media])}
    assert (RDF_TYPE, ox.NamedNode(f"{BASE}problem#not-found")) in told
    seen = [value for predicate, value in told if predicate == NAMESPACES["rdfs"] + "seeAlso"]
    assert ([ox.NamedNode(BASE + near)] if near else []) == seen


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "text/plain"),
        ("*/*", "text/plain"),
        ("text/turtle;q=0.5, application/problem+json", "application/problem+json"),
        ("text/turtle;q=0.5, text/plain", "text/plain"),
        ("text/html, text/turtle;q=0.9", "text/html"),
    ],
)
def test_rdf_is_sent_only_where_it_is_liked_best(corpus_service: Service, accept: str, media: str) -> None:
    """Who names no RDF type, or likes another form more, gets that."""
    reply = _get(corpus_service, "/zzz/zzz", accept)
    assert (404, media) == (reply.status, reply.media_type)


def test_a_refusal_that_is_kept_is_that_of_who_asks(corpus_service: Service) -> None:
    """Headers that choose the same document choose different refusals where only one of them names RDF."""
    wishes = {"*/*": "text/plain", "text/turtle, */*;q=0.1": "text/turtle"}
    for accept, media in [*wishes.items(), *reversed(wishes.items())]:
        assert media == _get(corpus_service, "/record/never-was", accept).media_type


def test_the_questions_to_begin_with_have_answers(real_site: Site) -> None:
    """For each kind of reader one that has rows in this release, where there is any."""
    rows = {name: each.rows for name, each in read_answers(real_site.release.path / ANSWERS_FILE).items()}
    begun = [link.href.rpartition("/")[2] for _, link in home(real_site).questions]
    assert len(begun) == len({query.said("persona") for query in real_site.questions.values()})
    assert [] == [name for name in begun if not rows[name]]


def test_the_list_says_which_questions_have_no_rows(corpus_service: Service) -> None:
    """As many as the release states; the others say nothing of it."""
    answered = read_answers(corpus_service.release.path / ANSWERS_FILE)
    empty = [name for name, each in answered.items() if not each.rows]
    assert 0 < len(empty) < len(answered)
    lines = _get(corpus_service, "/questions").text.split("<li>")
    marked = [line.partition('href="/questions/')[2].partition('"')[0] for line in lines if "no rows in" in line]
    assert sorted(empty) == sorted(marked)


@pytest.mark.parametrize(
    ("path", "kind", "address"),
    [
        ("/", "DataCatalog", f"{BASE}graph/dcat"),
        ("/questions/severity-by-mode", "Dataset", f"{BASE}questions/severity-by-mode"),
        (
            "/questions/organisation-profile?organisation=contoso-health",
            "Dataset",
            f"{BASE}questions/organisation-profile?organisation=contoso-health",
        ),
    ],
)
def test_pages_have_markup_of_what_they_are(corpus_service: Service, path: str, kind: str, address: str) -> None:
    """The front page is the catalogue; the page of a question is the data of its answer, with its downloads."""
    place, _, query = path.partition("?")
    page = asyncio.run(ask(corpus_service, place, query=query)).text
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    (told,) = (json.loads(each) for each in blocks)
    assert (kind, address) == (told["@type"], told["url"]["@id"])
    files = told["distribution"] if kind == "Dataset" else told["dataset"]["distribution"]
    assert len(files) > 1
    assert all(each["contentUrl"]["@id"].startswith(BASE) for each in files)
