"""Linked-data documents: a thing answers 303 to its document, a document in the format that is asked for.

A retired identifier says what replaces it or that it is gone, in the same formats; bodies name things by their
permanent IRIs, whatever host answers.  A suffix fixes the format; else ``format`` says which, and else ``Accept``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from failuregraph.errors import Unsupported
from failuregraph.names import BASE, format_named
from failuregraph.pages import views
from failuregraph.pages.linked.gathered import release_graph, release_path
from failuregraph.pages.linked.jsonld import write_tree
from failuregraph.pages.linked.retired import tomb
from failuregraph.pages.linked.signposts import Sign, header, main_of, signs
from failuregraph.query import closest, write_graph
from failuregraph.serve.negotiate import DOCUMENT_FORMATS, OVERRIDES, UnknownFormatError, choose, override
from failuregraph.serve.problems import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyoxigraph as ox
    from starlette.requests import Request

    from failuregraph.pages.site import Site
    from failuregraph.serve.desk import Desk

__all__ = ["Documents"]

_SUFFIXES: Final = ("html", *DOCUMENT_FORMATS)
#: Pages that are no documents, as far as a wrong address may have meant them.
_PAGES: Final = ("questions", "records", "sparql")


@dataclass(frozen=True)
class _Wish:
    """How a client wants documents: by parameters that name a format, or else by ``Accept``."""

    accept: str | None
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request) -> _Wish:
        """Return the wish of a request."""
        named = [value for name in OVERRIDES for value in request.query_params.getlist(name) if value.strip()]
        return cls(request.headers.get("accept"), tuple(named))

    @property
    def format(self) -> str | None:
        """The name of the format, None where none fits; raises UnknownFormatError for a name that is none."""
        return override(self.named, "graph", html=True) if self.named else choose(self.accept, "graph", html=True)

    @property
    def query(self) -> str:
        """What an address is given that this one leads to, so that the wish holds there."""
        return f"?{urlencode({'format': ','.join(self.named)})}" if self.named else ""


class Documents:
    """Handles every address that is not a page of its own, by exact look-up."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site, self.templates, self.root = desk, desk.site, desk.templates, desk.place.root

    def handle(self, request: Request) -> Response:
        """Return a document, a redirect to one, or a refusal that helps."""
        path, wish = str(request.path_params["path"]), _Wish.of(request)
        try:
            return self._found(path, wish)
        except UnknownFormatError as error:
            known = ", ".join(_SUFFIXES)
            sentence = (
                f"There is no format “{str(error)[:40]}”, or it differs from another; a document is there as {known}."
            )
            return self.desk.refuse(wish.accept, Refused(400, sentence))

    def _found(self, path: str, wish: _Wish) -> Response:
        thing = self.site.document_of(path)
        if thing is not None:
            links = header([Sign("describedby", f"/{quote(thing)}")], self.root)
            return RedirectResponse(f"{self.root}/{quote(thing)}{wish.query}", 303, {"Vary": "Accept", "Link": links})
        stem, _, suffix = path.rpartition(".")
        for name, fixed in ((path, ""), (stem if suffix in _SUFFIXES else path, suffix)):
            if BASE + name in self.site.graphs:
                return self._document(self.site, wish, name, fixed)
            if BASE + name in self.site.tombs:
                return self._retired(wish, name, fixed)
        return self._earlier(wish, path) or self._missing(wish.accept, path)

    def _earlier(self, wish: _Wish, path: str) -> Response | None:
        """Return the document of a release that stands beside the one that is served; None for any other address."""
        identifier, _, suffix = path.removeprefix("release/").partition(".")
        release = self.site.release.beside(identifier)
        if release is None or not path.startswith("release/") or suffix not in ("", *_SUFFIXES):
            return None
        name = release_path(identifier)
        known = self.site.graphs | {BASE + name: release_graph(release.catalogue(), identifier)}
        return self._document(replace(self.site, graphs=known), wish, name, suffix)

    def _document(self, site: Site, wish: _Wish, path: str, fixed: str) -> Response:
        """Return a document in its fixed format, or in the one that is negotiated."""
        name = fixed or wish.format
        if name is None:
            return self._unfit(
                wish.accept, path, "This document has none of the types that are asked for; it is there as follows."
            )
        links = signs(site, path, name, _SUFFIXES)
        headers = {"Link": header(links, self.root)}
        if not fixed:
            headers |= {"Vary": "Accept", "Content-Location": f"{self.root}/{quote(path)}.{name}"}
        if name == "html":
            page = self.templates.page(*views.document(site, path), links)
            del page.headers["Vary"]
            page.headers.update(headers)
            return page
        try:
            body = _written(site.graphs[BASE + path], name, main_of(path))
        except Unsupported as error:
            return self._unfit(wish.accept, path, str(error), without=name)
        return Response(body, headers=headers | {"Content-Type": _content_type(name)})

    def _unfit(self, accept: str | None, path: str, sentence: str, without: str = "") -> Response:
        """Refuse with the formats that there are, each with its address."""
        choices = [(_media_type(each), f"{self.root}/{quote(path)}.{each}") for each in _SUFFIXES if each != without]
        return self.desk.refuse(accept, Refused(406, sentence), choices)

    def _retired(self, wish: _Wish, path: str, fixed: str) -> Response:
        """Return 301 to what replaces an identifier, 300 with the list of several, or 410, each with a body."""
        view = tomb(self.site.tombs[BASE + path], path, self.site.labels)
        targets = [f"/{quote(each)}" for each in self.site.successors(path)]
        headers = {"Link": header((Sign("successor-version", each) for each in targets), self.root)} if targets else {}
        if len(targets) == 1:
            headers["Location"] = self.root + targets[0] + (f".{fixed}" if fixed else wish.query)
        if not fixed:
            headers["Vary"] = "Accept"
        name = fixed or wish.format
        if name is None:
            sentence = "This identifier is not in use any more; a page or an RDF type says what became of it."
            return self.desk.refuse(wish.accept, Refused(view.status, sentence, headers))
        if name == "html":
            page = self.templates.page("tombstone.html", view)
            del page.headers["Vary"]
            page.status_code = view.status
            page.headers.update(headers)
            return page
        body = _written(self.site.tombs[BASE + path], name, BASE + path)
        return Response(body, view.status, headers | {"Content-Type": _content_type(name)})

    def _missing(self, accept: str | None, path: str) -> Response:
        """Say that nothing is here, and what is nearest."""
        sentence = "Nothing has this address; /incidents lists every record."
        return self.desk.refuse(accept, Refused(404, sentence), near=self._near(path))

    def _near(self, path: str) -> str:
        """Return the path of the same kind that is nearest, whatever its letters' case; empty where none is near."""
        kind, mark, name = path.rpartition("/")
        known = {each.lower(): each for each in self._known.get(kind, ())}
        found = known.get(name.lower()) or known.get(closest(name.lower(), known), "")
        return kind + mark + found if found else ""

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        """The last parts of the paths of all documents and things, by what stands before them."""
        found: dict[str, list[str]] = {"": list(_PAGES)}
        for name in self.site.graphs:
            path = name.removeprefix(BASE)
            for each in (path, *_things_of(path)):
                kind, _, last = each.rpartition("/")
                found.setdefault(kind, []).append(last)
        return found


def _things_of(path: str) -> list[str]:
    """Return the paths of the things that a document is about.

    >>> _things_of("record/FI-0351")
    ['incident/FI-0351']
    """
    kind, _, rest = path.partition("/")
    return {"record": [f"incident/{rest}"], "doc": [rest]}.get(kind, [])


def _written(triples: Iterable[ox.Triple], name: str, main: str) -> bytes:
    return write_tree(triples, main) if name == "jsonld" else write_graph(triples, name)


def _media_type(name: str) -> str:
    found = format_named(name, graph=True)
    return found.media_type if found else "text/html"


def _content_type(name: str) -> str:
    found = format_named(name, graph=True)
    return found.content_type if found else "text/html; charset=utf-8"
