"""The page of the data, and what stands beside it for programs: citations, Croissant, OpenAPI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from failuregraph.pages.citations import FORMATS, of_release
from failuregraph.pages.published.croissant import croissant
from failuregraph.pages.published.data import citation_file, data_page
from failuregraph.pages.published.openapi import openapi

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from failuregraph.pages.citations import CitationFormat
    from failuregraph.serve.desk import Desk

__all__ = ["Data"]

_READING: Final = ["GET", "HEAD"]
_OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.1"


class Data:
    """Answers ``/data`` with its citations, descriptions for programs, and ``/CITATION.cff``."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.site = desk, desk.site

    def routes(self) -> list[Route]:
        """Return the routes of the page and of the files beside it."""
        found: dict[str, Callable[[Request], Response]] = {
            "/data": self.page,
            "/croissant.json": self.croissant,
            "/openapi.json": self.openapi,
            "/CITATION.cff": self.citation,
        }
        found |= {f"/data.{form.suffix}": self._cited(form) for form in FORMATS}
        return [Route(path, answer, methods=_READING) for path, answer in found.items()]

    def page(self, _: Request) -> Response:
        """Return the page of the data."""
        return self.desk.page("data.html", data_page(self.site))

    def croissant(self, _: Request) -> Response:
        """Return the description of the tables; it is JSON-LD."""
        text = json.dumps(croissant(self.site), indent=1, ensure_ascii=False) + "\n"
        return Response(text, headers={"Content-Type": "application/ld+json"})

    def openapi(self, _: Request) -> Response:
        """Return the description of the interface, with the public address of this server."""
        text = json.dumps(openapi(self.site, self.desk.place.home), indent=1, ensure_ascii=False) + "\n"
        return Response(text, headers={"Content-Type": _OPENAPI})

    def citation(self, _: Request) -> Response:
        """Return the citation of the release as CITATION.cff."""
        return Response(citation_file(self.site), headers={"Content-Type": "application/yaml"})

    def _cited(self, form: CitationFormat) -> Callable[[Request], Response]:
        def answer(_: Request) -> Response:
            name = f'attachment; filename="failuregraph.{form.suffix}"'
            headers = {"Content-Type": form.media_type, "Content-Disposition": name}
            return Response(of_release(self.site).form(form.suffix), headers=headers)

        return answer
