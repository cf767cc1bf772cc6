"""Share cards, the head of a page and its markup: what others show of a record, compared with the graph."""

from __future__ import annotations

import asyncio
import json
import struct
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from pagetext import PageText, read

from failuregraph.catalog.saying import DATASET, iri
from failuregraph.forms import content_type
from failuregraph.names import BASE, FG, RDF_TYPE
from failuregraph.pages import markup
from failuregraph.pages.cards import Card, card_of, picture, share_of
from failuregraph.pages.document import Document
from failuregraph.pages.incident.record import record_page
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask

SCHEMA = "https://schema.org/"


def _page(service: Service, name: str) -> PageText:
    return read(asyncio.run(ask(service, f"/record/{name}")).text)


def _statements(block: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return what a block says, read as JSON-LD that needs no other document."""
    quads = ox.parse(json.dumps(block).encode(), format=ox.RdfFormat.JSON_LD)
    return {(_text(quad.subject), _text(quad.predicate), _text(quad.object)) for quad in quads}


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _said(found: set[tuple[str, str, str]], subject: str, name: str) -> set[str]:
    return {value for each, predicate, value in found if each == subject and predicate == SCHEMA + name}


def _svg(card: Card) -> str:
    return Templates("0123").environment.get_template("card.svg").render(card=card)


# Cards


def test_a_card_is_a_picture_of_the_size_that_is_stated(corpus_service: Service) -> None:
    """1200 by 630, and the same bytes when it is drawn again."""
    reply = asyncio.run(ask(corpus_service, "/cards/FI-9003.png", "*/*"))
    assert (200, "image/png") == (reply.status, reply.media_type)
    assert b"\x89PNG\r\n\x1a\n" == reply.body[:8]
    assert (1200, 630) == struct.unpack(">II", reply.body[16:24])
    page = _page(corpus_service, "FI-9003")
    assert ("1200", "630") == (page.metas["og:image:width"], page.metas["og:image:height"])
    assert reply.body == picture(_svg(card_of(record_page(corpus_service.site, "FI-9003"))))


def test_a_card_shows_what_the_record_says(corpus_service: Service) -> None:
    """Title, identifier, mode, surface, severity with its rank, and the date."""
    svg = _svg(card_of(record_page(corpus_service.site, "FI-9003")))
    told = ("Fabrikam agent deletes ledgers", "FI-9003", "Agentic Action Error", "Agentic Workflow", "Failure Graph")
    for text in (*told, "Catastrophic, 4 of 4", "1 July 2025"):
        assert f">{text}</text>" in svg


@pytest.mark.parametrize(("name", "sentence"), [("FI-9003", "is alleged"), ("FI-9007", "What sources report")])
def test_an_allegation_does_not_read_as_a_verdict(corpus_service: Service, name: str, sentence: str) -> None:
    """A card without its page still says on what footing organisations are named."""
    card = card_of(record_page(corpus_service.site, name))
    assert sentence in card.note
    assert "Being named is not an accusation." in card.note
    assert card.note in share_of(record_page(corpus_service.site, name)).alternative


@pytest.mark.parametrize(
    "title", ["short", "word " * 60, "x" * 400, "株" * 200, "<b>&\"'</b>" * 40], ids=lambda title: str(title)[:5]
)
def test_a_title_of_any_length_fits(corpus_service: Service, title: str) -> None:
    """It is broken into lines within the card, and a cut is shown; markup in it is text."""
    card = card_of(replace(record_page(corpus_service.site, "FI-9003"), label=title))
    assert 100 + card.size * (1 + 1.2 * (len(card.lines) - 1)) < 424
    whole = "".join("".join(card.lines).split())
    assert whole == "".join(title.split()) or whole.endswith("…")
    widest = max(card.lines, key=len)
    assert card.size * len(widest) * (1 if "株" in title else 0.3) <= 1140
    assert "<b>" not in _svg(card)
    assert b"\x89PNG" == picture(_svg(card))[:4]


def test_there_is_no_card_of_what_is_not_there(corpus_service: Service) -> None:
    """Neither for an unknown record nor for an address that is no name."""
    for path in ("/cards/FI-0000.png", "/cards/..%2fx.png", "/cards/FI-9003.svg"):
        assert 404 == asyncio.run(ask(corpus_service, path, "*/*")).status


# Heads


def test_the_head_tells_where_the_page_belongs(corpus_service: Service) -> None:
    """Permanent address, type, title, description and picture, as Open Graph and Twitter read them."""
    page = _page(corpus_service, "FI-9003")
    metas = page.metas
    assert BASE + "record/FI-9003" == page.relations["canonical"] == metas["og:url"]
    assert BASE + "cards/FI-9003.png" == metas["og:image"] == metas["twitter:image"]
    assert ("article", "summary_large_image") == (metas["og:type"], metas["twitter:card"])
    assert "Fabrikam agent deletes ledgers" == metas["og:title"] == metas["twitter:title"]
    assert metas["description"] == metas["og:description"] == "An agent of a bank deleted ledgers that it was to tidy."


def test_a_description_is_never_empty_or_long(real_site: Site) -> None:
    """A record without a summary is described by its facts."""
    for incident in real_site.facts.incidents.values():
        share = share_of(record_page(real_site, incident.identifier))
        assert 20 < len(share.description) <= 200


# Markup


def test_the_markup_of_a_record_is_what_the_graph_says(real_site: Site) -> None:
    """Read back as RDF, title, sources, licence, dates and places are those of the record, for every record."""
    for incident in real_site.facts.incidents.values():
        record = f"{BASE}record/{incident.identifier}"
        doc = Document(real_site.graphs[record], real_site.labels)
        found = _statements(markup.of_record(record_page(real_site, incident.identifier)))
        assert {SCHEMA + "WebPage"} == {o for s, p, o in found if (s, p) == (record, RDF_TYPE)}
        assert {incident.iri} == _said(found, record, "mainEntity")
        assert {DATASET} == _said(found, record, "isPartOf")
        assert set(doc.texts(record, "dcterms:license")) == _said(found, record, "license")
        names = set(doc.texts(incident.iri, "rdfs:label"))
        assert names == _said(found, incident.iri, "name") == _said(found, record, "name")
        sources = set(doc.texts(incident.iri, "fg:source"))
        assert sources == _said(found, record, "citation") == _said(found, incident.iri, "subjectOf")
        for source in sources:
            assert set(doc.texts(source, "dcterms:title")) == _said(found, source, "name")
            assert set(doc.texts(source, "foaf:page")) == _said(found, source, "url")
            assert set(doc.texts(source, "dcterms:issued")) == _said(found, source, "datePublished")
        types = {o for s, p, o in found if (s, p) == (incident.iri, RDF_TYPE)}
        placed = bool(doc.texts(incident.iri, "fg:incidentDate") and doc.texts(incident.iri, "fg:placeOfHarm"))
        assert {FG + "Incident"} | ({SCHEMA + "Event"} if placed else set()) == types
        places = set(doc.texts(incident.iri, "fg:placeOfHarm")) if placed else set()
        assert places == _said(found, incident.iri, "location")
        dates = set(doc.texts(incident.iri, "fg:incidentDate")) if placed else set()
        assert dates == _said(found, incident.iri, "startDate")


def test_a_record_without_a_title_has_no_name(real_site: Site) -> None:
    """What the page says in place of a title is nowhere in the markup."""
    untitled = [each for each in real_site.facts.incidents.values() if each.iri not in real_site.labels]
    assert untitled
    for incident in untitled:
        page = record_page(real_site, incident.identifier)
        block = markup.of_record(page)
        assert "name" not in block
        assert page.title not in json.dumps(block)


def test_the_markup_stands_in_the_page_and_is_no_claim_review(corpus_service: Service) -> None:
    """One block of data, the same as the builder makes; an allegation is not given out as a verdict."""
    (block,) = _page(corpus_service, "FI-9003").blocks
    assert markup.of_record(record_page(corpus_service.site, "FI-9003")) == block
    assert "ClaimReview" not in str(block)


def test_a_script_in_a_title_ends_no_block(corpus_service: Service) -> None:
    """What would close the element is escaped, and read back it is the title."""
    evil = "</script><script>alert(1)</script><!--"
    site, templates = corpus_service.site, Templates("0123")
    view = replace(record_page(site, "FI-9003"), label=evil)
    view = replace(view, markup=markup.of_record(view), share=share_of(view))
    text = templates.environment.get_template("record.html").render(view=view)
    page = read(text)
    assert [evil] == [block["name"] for block in page.blocks]
    assert evil == page.metas["og:title"]
    assert "<script>alert" not in text


def test_the_catalogue_names_every_file(corpus_service: Service) -> None:
    """Address, size, hash and licence of each file are those of the manifest."""
    manifest = corpus_service.site.release.manifest
    block = markup.of_catalogue(corpus_service.site)
    found = _statements(block)
    stated = block["dataset"]
    assert manifest["release"] == stated["version"]
    assert {manifest["licence"]} == _said(found, DATASET, "license")
    assert [
        (name, manifest["files"][name]["sha256"], f"{manifest['files'][name]['bytes']} B") for name in manifest["files"]
    ] == [(each["name"], each["sha256"], each["contentSize"]) for each in stated["distribution"]]
    assert [f"{BASE}dumps/{manifest['release']}/{name}" for name in manifest["files"]] == [
        each["contentUrl"]["@id"] for each in stated["distribution"]
    ]
    assert set(manifest["dumps"]) <= {each["name"] for each in stated["distribution"]}
    types = {each["name"]: each["encodingFormat"] for each in stated["distribution"]}
    assert {name: content_type(name).partition(";")[0] for name in types} == types
    assert ("application/gzip", "application/n-quads") == (types["failuregraph.nq.gz"], types["failuregraph.nq"])
    first, last = stated["temporalCoverage"].split("/")
    dates = sorted(each.date for each in corpus_service.site.facts.incidents.values() if each.date)
    assert (dates[0][:4], dates[-1][:4]) == (first, last)


@pytest.mark.parametrize("scheme", ["mode", "severity", "surface"])
def test_a_scheme_is_a_set_of_terms(corpus_service: Service, scheme: str) -> None:
    """Each concept of the scheme is a term with its label and definition, and nothing else is."""
    site = corpus_service.site
    found = _statements(markup.of_scheme(site, scheme))
    doc = Document(site.graphs[BASE + scheme], site.labels)
    concepts = {each for each in doc.subjects if doc.texts(each, "skos:inScheme") == [BASE + scheme]}
    assert concepts == _said(found, BASE + scheme, "hasDefinedTerm")
    for each in concepts:
        assert set(doc.texts(each, "skos:prefLabel")) == _said(found, each, "name")
        assert set(doc.texts(each, "skos:definition")) == _said(found, each, "description")
    with pytest.raises(KeyError):
        markup.of_scheme(site, "record/FI-9001")


def test_an_answer_is_a_data_set_with_its_columns(corpus_service: Service) -> None:
    """It is based on the data set, and its files keep the parameters."""
    site = corpus_service.site
    question = site.questions["organisation-profile"]
    block = markup.of_answer(site, question, ("event", "value_of_one"), "organisation=meta")
    found = _statements(block)
    address = f"{BASE}questions/organisation-profile?organisation=meta"
    assert {"event", "value of one"} == _said(found, address, "variableMeasured")
    assert {DATASET} == _said(found, address, "isBasedOn")
    files = {value for _, predicate, value in found if predicate == SCHEMA + "contentUrl"}
    assert {f"{BASE}questions/organisation-profile.{form}?organisation=meta" for form in ("csv", "json")} == files


def test_terms_of_the_markup_stand_under_one_name(corpus_service: Service) -> None:
    """Every property is one of schema.org, and every class one of schema.org or the ontology."""
    found = _statements(markup.of_record(record_page(corpus_service.site, "FG-9001")))
    assert {p for _, p, _ in found if not p.startswith(SCHEMA)} == {RDF_TYPE}
    assert {o for _, p, o in found if p == RDF_TYPE} <= {
        iri("fg:Incident"),
        *(SCHEMA + name for name in ("WebPage", "Event", "Dataset", "CreativeWork", "Organization", "Place")),
    }
