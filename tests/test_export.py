"""The site as files: no link is dead, nothing comes from elsewhere, and two exports are the same bytes."""

from __future__ import annotations

import asyncio
import functools
import http.server
import json
import posixpath
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
from browsing import chromium, visiting
from retired import with_retired
from test_w3id import ACCEPTED, STATIC, follow, lost

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable, WrongUse
from failuregraph.names import BASE
from failuregraph.pages.linked.context import CONTEXT, VERSIONS, published
from failuregraph.project import Project
from failuregraph.serve.addresses import readdressed
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask
from failuregraph.serve.export import MARK, Exported, export, gather
from failuregraph.serve.settings import Place, Settings

LIVE = "https://live.example"


def _gathered(release: Release, project: Project) -> Exported:
    return asyncio.run(gather(Service(release, project, Settings(), Place(LIVE)), LIVE))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the corpus with some identifiers retired."""
    return with_retired(tmp_path_factory.mktemp("retired"))


@pytest.fixture(scope="module")
def release(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the corpus."""
    return build(project, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def gathered(release: Release, project: Project) -> Exported:
    """Return what an export of the corpus writes."""
    return _gathered(release, project)


@pytest.fixture(scope="module")
def site(gathered: Exported, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an export of the corpus."""
    folder = tmp_path_factory.mktemp("export") / "site"
    export(gathered, folder, release.identifier)
    return folder


class _Page(HTMLParser):
    """The addresses of a page and the places in it, read independently of what wrote them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forms: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as in the parent class
        """Note what a tag leads to and what leads to it."""
        given = dict(attrs)
        self.addresses += [given[name] or "" for name in ("href", "src", "xlink:href") if name in given]
        self.forms += [given["action"] or ""] if "action" in given else []
        self.places |= {given["id"] or ""} if "id" in given else set()


def _pages(folder: Path) -> dict[str, _Page]:
    return {
        path.relative_to(folder).as_posix(): _Page(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def _dead(folder: Path) -> list[tuple[str, str]]:
    """Return page and address of every link within the site that leads to no file, or to no place in its page."""
    pages, found = _pages(folder), []
    for name, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            own = not parts.path
            target = name if own else posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            fine = not address.startswith("/") and (folder / target).is_file()
            if fine and parts.fragment and target in pages:
                fine = bool({parts.fragment, unquote(parts.fragment)} & pages[target].places)
            if not fine:
                found.append((name, address))
    return found


def test_no_internal_link_is_dead(site: Path) -> None:
    """Every relative address leads to a file, and every fragment to an element with that id."""
    assert len(_pages(site)) > 100
    assert [] == _dead(site)


def test_the_checker_of_links_sees_a_dead_one(tmp_path: Path) -> None:
    """A missing file, a missing place, an address from the root and one outside are found."""
    (tmp_path / "a").mkdir()
    text = '<a href="b.html#here">1</a><a href="#no">2</a><a href="/a/b.html">3</a><a href="c.html">4</a>'
    (tmp_path / "a" / "a.html").write_text(text, encoding="utf-8")
    (tmp_path / "a" / "b.html").write_text('<p id="here">', encoding="utf-8")
    assert ["#no", "/a/b.html", "c.html"] == [address for _, address in _dead(tmp_path)]


def test_forms_and_searches_lead_to_the_live_service(site: Path) -> None:
    """No form sends to a file, and no link within the site has a query."""
    pages = _pages(site)
    assert {form for page in pages.values() for form in page.forms}
    assert [] == [form for page in pages.values() for form in page.forms if not form.startswith(f"{LIVE}/")]
    assert [] == [each for page in pages.values() for each in page.addresses if "?" in each and "://" not in each]
    assert "These pages are files." in (site / "index.html").read_text(encoding="utf-8")


def test_the_server_says_nothing_of_files(release: Release, project: Project) -> None:
    """What is served has links from its root and not the sentence of an export."""
    text = asyncio.run(ask(Service(release, project, Settings(), Place()), "/")).text
    assert "These pages are files." not in text
    assert 'href="/data"' in text


def test_every_document_is_there_in_every_format(site: Path, release: Release) -> None:
    """Bodies are those of the release, with its permanent IRIs; a thing leads straight to its document."""
    graphs = release.graphs()
    for path in ("record/FI-9001", "ontology", "mode", "doc/organisation/contoso"):
        if BASE + path not in graphs:
            continue
        sets = []
        for suffix, form in (
            ("ttl", ox.RdfFormat.TURTLE),
            ("nt", ox.RdfFormat.N_TRIPLES),
            ("rdf", ox.RdfFormat.RDF_XML),
        ):
            data = ox.Dataset(ox.parse(path=str(site / f"{path}.{suffix}"), format=form))
            data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            sets.append(data)
        assert len(graphs[BASE + path]) == len(sets[0])
        assert sets[0] == sets[1] == sets[2]
        assert (site / f"{path}.jsonld").is_file()
        assert (site / f"{path}.html").is_file()
    for file in sorted((site / "record").glob("*.ttl")):
        assert any(True for _ in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE))


def test_dumps_feeds_and_citations_are_there(site: Path, release: Release) -> None:
    """What stands beside pages and documents is exported too."""
    for name in (*release.manifest["files"], "manifest.json"):
        assert (release.path / name).read_bytes() == (site / "dumps" / release.identifier / name).read_bytes()
    for name in (
        "404.html",
        "CITATION.cff",
        "croissant.json",
        "data.bib",
        "feeds/new.atom",
        "record/FI-9001.bib",
        "robots.txt",
        "sitemap.xml",
        "sitemaps/all-1.xml",
        ".well-known/security.txt",
        "cards/FI-9001.png",
    ):
        assert (site / name).is_file(), name


def test_every_context_is_there(site: Path) -> None:
    """Each JSON-LD of an export is expanded by what the export has, and each version is the published one."""
    named = {name for path in site.rglob("*.jsonld") for name in _contexts(json.loads(path.read_bytes()))}
    assert CONTEXT in named
    assert [] == [name for name in named if not (site / name.removeprefix(BASE)).is_file()]
    for version in VERSIONS:
        assert published(version) == (site / "context" / f"{version}.jsonld").read_bytes()
    assert published() == (site / "context.jsonld").read_bytes()


def _contexts(value: object) -> Iterator[str]:
    """Yield the addresses of the contexts that a JSON-LD document names, at any depth."""
    if isinstance(value, dict):
        given = value.get("@context", [])
        yield from (each for each in (given if isinstance(given, list) else [given]) if isinstance(each, str))
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _contexts(each)


def test_files_stand_for_what_a_server_leads_to(site: Path) -> None:
    """The well-known address of VoID is its document; the list of incidents is there in each form of RDF."""
    assert (site / "graph" / "void.ttl").read_bytes() == (site / ".well-known" / "void").read_bytes()
    forms = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}
    one, *others = (set(ox.parse(path=str(site / f"incidents.{name}"), format=form)) for name, form in forms.items())
    assert len(one) > 10
    assert [one, one] == others
    assert (site / "incidents.jsonld").is_file()


def test_a_retired_identifier_says_what_became_of_it(site: Path) -> None:
    """A browser goes on to what replaced it; every form tells of it, and nothing of what was withdrawn."""
    told = {
        each: (site / "record" / each).read_text(encoding="utf-8") for each in _forms("merged", "divided", "withdrawn")
    }
    assert '<meta http-equiv="refresh" content="0; url=FI-9001.html">' in told["merged.html"]
    assert "dcterms:isReplacedBy record:FI-9001" in told["merged.ttl"]
    assert ["merged.html"] == [each for each, text in told.items() if "http-equiv" in text]
    assert [] == [each for each, text in told.items() if "words that were removed" in text]


def _forms(*names: str) -> Iterator[str]:
    yield from (f"{name}.{suffix}" for name in names for suffix in ("html", "ttl", "jsonld", "nt", "nq", "rdf"))


def test_what_only_a_server_answers_leads_to_the_live_service(site: Path) -> None:
    """The page of the data names the interface and the list of questions, of which there is no file."""
    addresses = _Page((site / "data.html").read_text(encoding="utf-8")).addresses
    assert {f"{LIVE}/openapi.json", f"{LIVE}/.well-known/sparql-examples/"} <= set(addresses)
    assert not (site / "openapi.json").exists()


def test_the_redirects_lead_to_every_file(site: Path) -> None:
    """The name of a file leads to exactly that file, whatever is accepted; what stands for VoID to the document."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()} - {".well-known/void"}
    led = {(each, follow(STATIC, each, accept)) for each in files for accept in ACCEPTED}
    assert [] == sorted((each, target) for each, target in led if target != (302, f"/{each}"))


def test_the_redirects_reach_whatever_is_published(site: Path, release: Release, project: Project) -> None:
    """Site maps, feeds and descriptions name nothing that is lost, and pages and data nothing that a server answers."""
    told = [site / name for name in ("robots.txt", "CITATION.cff", ".well-known/security.txt", "sitemap.xml")]
    assert set() == lost(site, [*told, *site.glob("sitemaps/*"), *site.rglob("*.atom")], LIVE)
    unknown = {each.stem for each in site.glob("doc/incident/*.ttl") if re.match("F[GI]-|[a-z]", each.stem)}
    assert {f"incident/{name}" for name in unknown} == _wanting(
        site, Service(release, project, Settings(), Place(LIVE))
    )


def _wanting(site: Path, service: Service) -> set[str]:
    """Return what pages and data name and a server has, but the rules lose.

    The rules tell a record of ours by its name: they lose an incident that links alone name, as they do in the corpus.
    """
    files = [each for each in site.rglob("*") if each.suffix in (".html", ".json", ".jsonld", ".nq")]
    return {each for each in lost(site, files, LIVE) if asyncio.run(ask(service, f"/{each}")).status != 404}


@pytest.mark.slow
def test_two_exports_are_the_same_bytes(site: Path, release: Release, project: Project, tmp_path: Path) -> None:
    """Another run and another folder change nothing, and nothing names the host or its folders."""
    again = tmp_path / "again"
    export(_gathered(release, project), again, release.identifier)
    one, two = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in (site, again))
    assert sorted(one) == sorted(two)
    assert [] == [name for name in one if one[name] != two[name]]
    hosts = [str(project.root).encode(), str(release.path).encode(), str(Path.home()).encode() + b"/"]
    assert [] == [(name, host) for name, body in one.items() for host in hosts if host in body]


def test_nothing_is_written_outside_of_the_folder(gathered: Exported, tmp_path: Path) -> None:
    """An identifier that climbs out of the folder ends the export, and nothing is left of it."""
    found = Exported(LIVE, {"../out.ttl": gathered.files["mode.ttl"]}, {}, {"../out.ttl": "/../out.ttl"})
    with pytest.raises(Unreadable, match="outside of the export"):
        export(found, tmp_path / "inside" / "site", "r")
    assert ["inside"] == [each.name for each in tmp_path.iterdir()]
    assert [] == list((tmp_path / "inside").iterdir())


def test_an_export_replaces_an_earlier_one_and_nothing_else(release: Release, tmp_path: Path) -> None:
    """A folder with other files is refused and left alone; an old file of an export is gone."""
    found = Exported(LIVE)
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WrongUse, match="no earlier export"):
        export(found, full, release.identifier)
    assert ["letter.txt"] == [path.name for path in full.iterdir()]
    folder = tmp_path / "site"
    export(found, folder, release.identifier)
    (folder / "old.html").write_text("old", encoding="utf-8")
    export(found, folder, release.identifier)
    assert [MARK] == [path.name for path in folder.iterdir()]
    assert ["full", "site"] == sorted(path.name for path in tmp_path.iterdir() if path.name != "project")


@pytest.mark.slow
def test_an_address_that_there_is_not_leads_to_the_live_service(release: Release, project: Project) -> None:
    """It is reported with the page on which it stands, and no link of the export is dead."""
    service = Service(release, project, Settings(), Place())
    template = service.templates.environment.from_string('<a href="/nowhere">x</a>')
    service.templates.environment.get_template("home.html").render = template.render  # type: ignore[method-assign]  # a page with a fault
    found = asyncio.run(gather(service, LIVE))
    assert "/" == found.broken["/nowhere"]
    assert f'<a href="{LIVE}/nowhere">x</a>' == found.body("index.html").decode()


def test_only_what_questions_name_is_missing(gathered: Exported) -> None:
    """Defaults of questions name organisations of the real graph; the pages of the corpus lead nowhere else."""
    assert set() == set(gathered.broken) - {f"/organisation/{name}" for name in ("google", "meta", "openai")}


@pytest.mark.parametrize(
    "text",
    [
        '<p>a &amp; b<!-- <a href="/x"> --></p>',
        "<script>var a = '<a href=\"/x\">';</script>",
        '<p title="href=/x" class=a>é</p>\r\n<br/>',
        '<a href="#here">é</a>',
    ],
)
def test_bytes_that_are_no_address_stay(text: str) -> None:
    """Comments, scripts, texts and other attributes are not touched."""
    assert text == readdressed(text, lambda each: each.value if each.value.startswith("#") else "CHANGED")


def test_the_command_refuses_before_it_builds(corpus: Project, tmp_path: Path) -> None:
    """A folder with files in it: one sentence, and the exit code of wrong use."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    command = [sys.executable, "-m", "failuregraph", "--project", str(corpus.root), "export", "site", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert "no earlier export" in done.stderr


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the parent class
        """Write no line."""


@pytest.fixture
def address(site: Path, tmp_path: Path) -> Iterator[str]:
    """Return where a plain server of files offers the export, in a subfolder."""
    (tmp_path / "sub").symlink_to(site)
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sub"
        server.shutdown()


def test_a_browser_reads_it_from_a_subfolder(address: str) -> None:
    """No error on the console, nothing asked of another host, the style is there, and links lead on."""
    with chromium() as browser, visiting(browser, address) as visit:
        page = visit.page
        for name in ("index.html", "data.html", "record/FI-9001.html", "questions.html", "sparql.html", "404.html"):
            page.goto(f"{address}/{name}")
            assert 0 < page.evaluate("document.styleSheets[0].cssRules.length"), name
        page.goto(f"{address}/index.html")
        page.click("text=Data, licence and citation")
        assert f"{address}/data.html" == page.url
        assert [] == visit.outside
        assert [] == [said for said in visit.said if said.startswith("error")]


@pytest.mark.slow
def test_the_real_site_has_no_dead_link(repository: Project, tmp_path: Path) -> None:
    """The same check over the whole graph."""
    release = build(repository, tmp_path / "build")
    folder = tmp_path / "site"
    found = _gathered(release, repository)
    assert {} == found.broken
    assert 5000 < export(found, folder, release.identifier)
    assert [] == _dead(folder)
    assert set() == _wanting(folder, Service(release, repository, Settings(), Place(LIVE)))
