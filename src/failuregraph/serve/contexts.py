"""The JSON-LD contexts: a published version is kept for good, and the address without a version leads to the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from failuregraph.pages.linked.context import CURRENT, VERSIONS, published

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["Contexts"]

_READING: Final = ["GET", "HEAD"]
_HEADERS: Final = {"Content-Type": "application/ld+json", "Cache-Control": "public, max-age=31536000, immutable"}


class Contexts:
    """Answers ``/context/v1.jsonld``, and ``/context`` and ``/context.jsonld`` with a redirect."""

    def __init__(self, root: str = "") -> None:
        self.root = root

    def routes(self) -> list[Route]:
        """Return the routes of all versions."""
        versions = [Route(f"/context/{each}.jsonld", self.version, methods=_READING) for each in VERSIONS]
        return versions + [Route(path, self.newest, methods=_READING) for path in ("/context", "/context.jsonld")]

    async def version(self, request: Request) -> Response:
        """Return a published version."""
        name = request.url.path.rpartition("/")[2].removesuffix(".jsonld")
        return Response(published(name), headers=_HEADERS)

    async def newest(self, _: Request) -> Response:
        """Lead to the newest version."""
        return RedirectResponse(f"{self.root}/context/{CURRENT}.jsonld", 302)
