"""Pages that are made in process, without a server: a site, the routes of pages, and what a page is made of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.routing import Route

from failuregraph.build import Release
from failuregraph.names import BASE, NAMESPACES, SCHEMES
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site
from failuregraph.pages.things.concepts import concepts_of
from failuregraph.project import Project
from failuregraph.serve.asking import ask
from failuregraph.serve.browse import Browse
from failuregraph.serve.concepts import Concepts
from failuregraph.serve.desk import Desk
from failuregraph.serve.documents import Documents
from failuregraph.serve.missing import MissingRoute
from failuregraph.serve.settings import Place, Settings

__all__ = ["Dump", "Pages", "Parsed", "parsed"]

#: Addresses that lead to pages which are no documents.
_PAGES = {"", "incidents", "questions", "sparql", "ontology", "missing", "data", "opensearch.xml", "feeds/new.atom"}
_PAGES |= {"records", "problem"}


@dataclass
class Parsed(HTMLParser):
    """A page: its title, its headings with their levels, its anchors, its links and its text."""

    title: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to parse."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take anchors, links and headings."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.append(given["id"])
        if "style" in given or tag == "style":
            self.styles.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((int(tag[1]), ""))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those inside that have no end tag."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take text, also as a part of the title or of a heading."""
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif self._open and self._open[-1] in ("h1", "h2", "h3", "h4"):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        self.words.append(data)

    @property
    def text(self) -> str:
        """The text with single spaces."""
        return " ".join(" ".join(self.words).split())

    @property
    def faults(self) -> list[str]:
        """What is wrong with the bones of the page."""
        levels = [level for level, _ in self.headings]
        jumps = [self.headings[i][1] for i in range(1, len(levels)) if levels[i] > levels[i - 1] + 1]
        twice = sorted({each for each in self.anchors if self.anchors.count(each) > 1})
        found = [f"a heading is skipped before {each}" for each in jumps]
        found += [f"the anchor {each} stands twice" for each in twice]
        if levels.count(1) != 1 or levels[:1] != [1]:
            found.append("there is not one first heading")
        if not self.title.strip():
            found.append("there is no title")
        return found + [f"a style stands in {each}" for each in self.styles]


def parsed(page: str) -> Parsed:
    """Return what a page is made of."""
    found = Parsed()
    found.feed(page)
    found.close()
    return found


class Pages:
    """The pages of one release, made in process."""

    def __init__(self, release: Release, project: Project) -> None:
        self.site = Site.open(release, project)
        self.templates = Templates(release.identifier)
        desk = Desk(self.site, self.templates, Place(), Settings())
        routes = [*Browse(desk).routes(), *Concepts(desk).routes(), *MissingRoute(desk).routes()]
        self.app = Starlette(routes=[*routes, Route("/{path:path}", Documents(desk).handle)])
        self._kept: dict[str, Parsed] = {}
        self._anchors: dict[str, set[str]] = {}

    def ask(self, path: str, accept: str = "text/html") -> tuple[int, dict[str, str], str]:
        """Return status, headers and body of a GET that never leaves the process."""
        parts = urlsplit(path)
        reply = asyncio.run(ask(self.app, unquote(parts.path), accept, query=parts.query))
        return reply.status, reply.headers, reply.text

    def page(self, path: str) -> Parsed:
        """Return the page at a path, which must be there."""
        if path not in self._kept:
            status, headers, body = self.ask("/" + path)
            assert (200, "text/html; charset=utf-8") == (status, headers["content-type"]), path
            self._kept[path] = parsed(body)
        return self._kept[path]

    def things(self, *kinds: str) -> list[str]:
        """Return the paths of the documents of things of some kinds."""
        starts = tuple(f"{BASE}doc/{kind}/" for kind in kinds)
        return sorted(name.removeprefix(BASE) for name in self.site.graphs if name.startswith(starts))

    def concepts(self) -> list[str]:
        """Return the paths of the pages of all concepts."""
        return [f"{scheme}/{local}" for scheme in SCHEMES for local in concepts_of(self.site, scheme)]

    def astray(self, path: str) -> list[str]:
        """Return the links of a page that lead nowhere on this host."""
        page = self.page(path)
        return [link for link in dict.fromkeys(page.links) if not self._leads(link, page)]

    def _leads(self, link: str, page: Parsed) -> bool:
        if link.startswith(("http://", "https://")):
            return True
        if link.startswith("#"):
            return link[1:] in page.anchors
        parts = urlsplit(link)
        path = unquote(parts.path).removeprefix("/")
        if parts.query:
            return self._chooses(path, parts.query)
        return self._is(path, unquote(parts.fragment))

    def _chooses(self, path: str, query: str) -> bool:
        """Say whether the parameters of a list or of a question are known, and their values too."""
        given = dict(parse_qsl(query, strict_parsing=True))
        kind, _, name = path.partition("/")
        if kind == "questions":
            known = {each.name for each in self.site.questions[name.rpartition(".")[0] or name].parameters}
            return given.keys() <= known
        facets = {"mode": "mode", "surface": "surface", "wing": "surface", "severity": "severity"}
        facets |= {"source": "source-type", "stated": "confidence"}
        for facet, value in given.items():
            inside = concepts_of(self.site, facets[facet]) if facet in facets else ()
            if not (value in inside or f"{BASE}doc/{facet}/{value}" in self.site.graphs):
                return False
        return path == "incidents"

    def _is(self, path: str, fragment: str) -> bool:
        stem, _, suffix = path.rpartition(".")
        if path.startswith("questions/"):
            name = path.removeprefix("questions/")
            return name in self.site.questions or name.rpartition(".")[0] in self.site.questions
        target = self.site.document_of(path) or path
        if suffix in ("ttl", "jsonld", "nt", "rdf") and BASE + stem in self.site.graphs:
            return True
        if path.partition("/")[0] in SCHEMES and "/" in path:
            return path in self.concepts() and (not fragment or fragment in self.page(path).anchors)
        if BASE + target not in self.site.graphs:
            return path in _PAGES or path in self.site.gone
        return not fragment or fragment in self._of(target)

    def _of(self, path: str) -> set[str]:
        if path not in self._anchors:
            self._anchors[path] = set(self.page(path).anchors)
        return self._anchors[path]


class Dump:
    """The statements of a release as its dumps have them, each once; nothing here uses the index of the pages."""

    def __init__(self, release: Release) -> None:
        self.of: dict[str, list[tuple[str, str]]] = {}
        self.graphs: dict[str, list[tuple[str, str, str]]] = {}
        files = [path for path in sorted(release.path.glob("*.nq")) if path.name != "metadata.nq"]
        for quad in (quad for path in files for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.N_QUADS)):
            subject, value = _text(quad.subject), _text(quad.object)
            self.of.setdefault(quad.predicate.value, []).append((subject, value))
            self.graphs.setdefault(_text(quad.graph_name), []).append((subject, quad.predicate.value, value))
        self.of = {name: sorted(set(pairs)) for name, pairs in self.of.items()}

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return subject and object of all statements of a property, by its prefixed name."""
        prefix, _, local = name.partition(":")
        return self.of.get(NAMESPACES[prefix] + local, [])

    def incidents(self) -> set[str]:
        """Return the incidents and hazards of live records."""
        live = {s for s, o in self.pairs("fg:recordStatus") if o == NAMESPACES["recordstatus"] + "live"}
        return {o for s, o in self.pairs("foaf:primaryTopic") if s in live}

    def using(self, name: str, *values: str) -> set[str]:
        """Return the live incidents that have one of the values in any part, or any value where none is named."""
        found = {s.partition("#")[0] for s, o in self.pairs(name) if o in values or not values}
        return {each.replace(NAMESPACES["record"], NAMESPACES["incident"], 1) for each in found} & self.incidents()

    def below(self, name: str, top: str) -> set[str]:
        """Return a thing and all that lead to it by a property, over any number of steps."""
        found = {top}
        while more := {s for s, o in self.pairs(name) if o in found} - found:
            found |= more
        return found


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
