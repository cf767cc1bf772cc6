"""Feeds, site map and robots.txt: valid by their standards and dated by records; the history of answers behind them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable
from failuregraph.history.answers import ANSWERS_FILE, HISTORY_FILE, Answered, History
from failuregraph.names import BASE
from failuregraph.pages.published.feeds import Entry, Feed, addresses, write
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T\d{2}:\d{2}:\d{2}Z")


@pytest.fixture(scope="module")
def service(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return what serves the corpus, without workers."""
    release = build(corpus, tmp_path_factory.mktemp("feeds"))
    return Service(release, corpus, Settings(), Place("https://live.example/graph"))


def _get(service: Service, path: str) -> Reply:
    return asyncio.run(ask(service, path))


def _valid(body: bytes) -> ET.Element:
    """Return a feed once it has what RFC 4287 asks for: once each, dates of RFC 3339, entries in order."""
    root = ET.fromstring(body)  # noqa: S314 - what this project wrote
    assert f"{ATOM}feed" == root.tag
    entries = root.findall(f"{ATOM}entry")
    for node in (root, *entries):
        for name in ("id", "title", "updated", "author"):
            assert 1 == len(node.findall(ATOM + name)), name
        assert _DATE.fullmatch(node.findtext(f"{ATOM}updated", ""))
        assert node.findtext(f"{ATOM}id", "").startswith(BASE)
        assert node.findtext(f"{ATOM}title")
        assert node.find(f"{ATOM}author").findtext(f"{ATOM}name")  # type: ignore[union-attr]  # counted above
        assert "alternate" in {link.get("rel") for link in node.findall(f"{ATOM}link")}
    identifiers = [node.findtext(f"{ATOM}id") for node in entries]
    dates = [node.findtext(f"{ATOM}updated", "") for node in entries]
    assert len(set(identifiers)) == len(identifiers)
    assert sorted(dates, reverse=True) == dates
    assert not dates or dates[0] == root.findtext(f"{ATOM}updated")
    return root


def test_every_feed_is_valid_atom(service: Service) -> None:
    """Records, modes, surfaces, organisations and questions: each names itself and its page."""
    paths = addresses(service.site)
    kinds = {path.split("/")[1] for path in paths}
    assert {"new.atom", "changed.atom", "mode", "surface", "organisation", "questions"} == kinds
    for path in paths:
        reply = _get(service, f"/{path}")
        assert (200, "application/atom+xml") == (reply.status, reply.media_type), path
        root = _valid(reply.body)
        own = next(link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self")
        assert BASE + path == own.get("href")


def test_entries_are_records_with_the_dates_that_they_state(service: Service, corpus: Project) -> None:
    """The day of an entry is the indexed date of the file, and no other record is there."""
    found = {
        node.findtext(f"{ATOM}id", "").rpartition("/")[2]: node.findtext(f"{ATOM}updated", "")[:10]
        for node in _valid(_get(service, "/feeds/new.atom").body).findall(f"{ATOM}entry")
    }
    stated = {}
    for path in sorted(corpus.incidents.glob("*.ttl")):
        day = re.search(r'fg:indexedDate "([^"]+)"', path.read_text(encoding="utf-8"))
        if day:
            stated[path.stem] = day[1]
    assert stated
    assert stated == found


def test_a_feed_of_a_mode_has_its_records_alone(service: Service, corpus: Project) -> None:
    """Every record of the feed names the mode in its file."""
    path = next(each for each in addresses(service.site) if each.startswith("feeds/mode/"))
    mode = path.rpartition("/")[2].removesuffix(".atom")
    entries = _valid(_get(service, f"/{path}").body).findall(f"{ATOM}entry")
    names = {node.findtext(f"{ATOM}id", "").rpartition("/")[2] for node in entries}
    wanted = {
        each.stem
        for each in corpus.incidents.glob("*.ttl")
        if re.search(rf"fg:failureMode\b[^;]*mode:{mode}\b", text := each.read_text(encoding="utf-8"))
        and "fg:indexedDate" in text
    }
    assert wanted
    assert wanted == names


@pytest.mark.parametrize("path", ["/feeds/none.atom", "/feeds/mode/none.atom", "/feeds/mode/", "/feeds/party/x.atom"])
def test_what_is_no_feed_is_not_found(service: Service, path: str) -> None:
    """Another address below /feeds/ is 404."""
    assert 404 == _get(service, path).status


def test_text_that_xml_has_not_is_left_out() -> None:
    """Control characters and markup in a title do no harm."""
    entry = Entry(f"{BASE}record/X", f"{BASE}record/X", "a\x00\x0b<b>&", "", "2026-01-02", "A")
    root = _valid(write(Feed("feeds/x.atom", "x", "", "incidents", "2026-01-02", (entry,))))
    assert "a<b>&" == root.findtext(f"{ATOM}entry/{ATOM}title")


def _locations(body: bytes, name: str) -> list[str]:
    root = ET.fromstring(body)  # noqa: S314 - as above
    return [node.findtext(f"{MAP}loc", "") for node in root.findall(MAP + name)]


def test_every_address_of_the_site_map_answers(service: Service) -> None:
    """All are below the public address, none stands twice, and each is a page."""
    maps = _locations(_get(service, "/sitemap.xml").body, "sitemap")
    public = "https://live.example/graph"
    found = [each for one in maps for each in _locations(_get(service, one.removeprefix(public)).body, "url")]
    assert len(set(found)) == len(found) > 100
    assert all(each.startswith(f"{public}/") for each in found)
    assert {f"{public}/", f"{public}/data", f"{public}/record/FI-9001", f"{public}/ontology"} <= set(found)
    dead = []
    for each in found:
        reply = _get(service, unquote(each.removeprefix(public)))
        if (reply.status, reply.media_type) != (200, "text/html"):
            dead.append((each, reply.status))
    assert [] == dead


def test_the_site_map_has_the_day_of_a_record(service: Service) -> None:
    """It is the day that the record states; a document without one has none."""
    text = _get(service, "/sitemaps/all-1.xml").text
    blocks = {re.findall(r"<loc>(.*?)</loc>", each)[0]: each for each in text.split("<url>")[1:]}
    public = "https://live.example/graph"
    assert re.search(r"<lastmod>\d{4}-\d{2}-\d{2}</lastmod>", blocks[f"{public}/record/FI-9001"])
    assert "<lastmod>" not in blocks[f"{public}/mode"]


def test_robots_are_kept_out_of_the_endpoint_alone(service: Service) -> None:
    """One rule, and where the site map is."""
    lines = _get(service, "/robots.txt").text.splitlines()
    assert ["Disallow: /sparql"] == [line for line in lines if line.startswith("Disallow")]
    assert "Sitemap: https://live.example/graph/sitemap.xml" in lines


def test_a_release_states_its_answers(service: Service) -> None:
    """Rows and hash of each question are those that its receipt states."""
    release = service.release
    stated = json.loads((release.path / ANSWERS_FILE).read_text(encoding="utf-8"))["answers"]
    assert len(stated) > 50
    receipt = json.loads(asyncio.run(ask(service, "/questions/severity-by-mode", query="format=receipt")).text)
    told = stated["severity-by-mode"]
    assert (receipt["rows"], receipt["sha256"]) == (told["rows"], told["sha256"])
    assert release.identifier == told["release"]


def _answered(release: str, sha256: str) -> dict[str, Answered]:
    return {"q": Answered(release, "2026-01-01", 1, sha256)}


def test_history_grows_where_an_answer_differs() -> None:
    """The same answer adds nothing; an older one that comes again stands at the end, once."""
    history = History({})
    for release, digest in (("a", "1"), ("a", "1"), ("b", "1"), ("c", "2"), ("a", "1")):
        history = history.with_answers(_answered(release, digest))
    assert [("c", "2"), ("a", "1")] == [(each.release, each.sha256) for each in history.changes["q"]]


def test_a_feed_tells_which_release_changed_an_answer(copy: Project, tmp_path: Path) -> None:
    """An entry more for a question whose answer changed, none for one whose answer did not."""
    out = tmp_path / "out"
    first = build(copy, out)
    path = copy.path_of("record", "FI-9001")
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"fg:severity severity:\w+", "fg:severity severity:low", text), encoding="utf-8")
    second = build(copy, out)
    assert first.identifier != second.identifier
    assert (2, 1) == (_entries(second, copy, "severity-by-mode"), _entries(second, copy, "mappings-by-taxonomy"))
    assert 1 == _entries(first, copy, "severity-by-mode")


def _entries(release: Release, project: Project, name: str) -> int:
    service = Service(release, project, Settings(), Place())
    return len(_valid(_get(service, f"/feeds/questions/{name}.atom").body).findall(f"{ATOM}entry"))


def test_the_history_is_no_part_of_a_release(copy: Project, tmp_path: Path) -> None:
    """A release is the same bytes with a history and without; the same build again changes neither."""
    one = build(copy, tmp_path / "one")
    other = tmp_path / "two"
    other.mkdir()
    History({"q": (Answered("x", "2020-01-01", 3, "0"),)}).write(other / HISTORY_FILE)
    two = build(copy, other)
    assert one.manifest == two.manifest
    kept = (other / HISTORY_FILE).read_bytes()
    build(copy, other)
    assert kept == (other / HISTORY_FILE).read_bytes()
    assert "x" in {each.release for each in History.read(other / HISTORY_FILE).changes["q"]}


def test_a_damaged_history_stops_the_build(copy: Project, tmp_path: Path) -> None:
    """The file is named, with what to do, and the release is not switched to."""
    (tmp_path / HISTORY_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match="move it away"):
        build(copy, tmp_path)
    assert not (tmp_path / "current").exists()
