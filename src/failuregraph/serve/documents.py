"""Linked-data documents: a thing answers 303 to its document, a document in the format that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from failuregraph.names import BASE, format_named
from failuregraph.pages import views
from failuregraph.query import write_graph
from failuregraph.serve.negotiate import DOCUMENT_FORMATS, choose

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.serve.desk import Desk

__all__ = ["Documents"]

_SUFFIXES: Final = ("html", *DOCUMENT_FORMATS)


class Documents:
    """Handles every address that is not a page of its own, by exact look-up."""

    def __init__(self, desk: Desk) -> None:
        self.site, self.templates, self.root = desk.site, desk.templates, desk.place.root

    async def handle(self, request: Request) -> Response:
        """Return a document, a redirect to one, or a refusal that helps."""
        path = str(request.path_params["path"])
        thing = self.site.document_of(path)
        if thing is not None:
            return RedirectResponse(f"{self.root}/{quote(thing)}", 303, {"Vary": "Accept"})
        stem, _, suffix = path.rpartition(".")
        if suffix in _SUFFIXES and BASE + stem in self.site.graphs:
            return self._document(request, stem, suffix, fixed=True)
        if BASE + path in self.site.graphs:
            return self._negotiated(request, path)
        return self._retired(request, path)

    def _negotiated(self, request: Request, path: str) -> Response:
        name = choose(request.headers.get("accept"), "graph", html=True)
        if name is None:
            choices = ", ".join(f"/{path}.{suffix}" for suffix in _SUFFIXES)
            sentence = f"This document is there as {choices}; none of them was asked for.\n"
            return PlainTextResponse(sentence, 406, {"Vary": "Accept"})
        return self._document(request, path, name, fixed=False)

    def _document(self, request: Request, path: str, name: str, *, fixed: bool) -> Response:
        tag = f'"{self.site.release.identifier}-{name}"'
        headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
        if not fixed:
            headers |= {"Vary": "Accept", "Content-Location": f"{self.root}/{quote(path)}.{name}"}
        headers["Link"] = ", ".join(
            f'<{self.root}/{quote(path)}.{each}>; rel="alternate"; type="{_media_type(each)}"'
            for each in _SUFFIXES
            if each != name
        )
        if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        if name == "html":
            template, view = views.document(self.site, path)
            page = self.templates.page(template, view)
            page.headers.update(headers)
            return page
        body = write_graph(self.site.graphs[BASE + path], name)
        return Response(body, headers=headers | {"Content-Type": _content_type(name)})

    def _retired(self, request: Request, path: str) -> Response:
        successors = self.site.successors(path)
        if len(successors) == 1:
            return RedirectResponse(f"{self.root}/{quote(successors[0])}", 301)
        page = "text/html" in request.headers.get("accept", "")
        if successors:
            status, sentence = 300, f"It was divided: {', '.join('/' + each for each in successors)}."
        elif BASE + path in self.site.gone:
            status, sentence = 410, "This record was withdrawn; its identifier is not used again."
        else:
            status, sentence = 404, "Nothing has this address; /records lists every record."
        if page:
            return self.templates.error(status, sentence, {"Vary": "Accept"})
        return PlainTextResponse(sentence + "\n", status, {"Vary": "Accept"})


def _media_type(name: str) -> str:
    found = format_named(name, graph=True)
    return found.media_type if found else "text/html"


def _content_type(name: str) -> str:
    found = format_named(name, graph=True)
    return found.content_type if found else "text/html; charset=utf-8"
