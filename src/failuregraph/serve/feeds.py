"""Feeds, site map and robots.txt: what programs follow instead of reading pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from failuregraph.names import BASE
from failuregraph.pages.published import sitemap
from failuregraph.pages.published.feeds import feed_at, write
from failuregraph.serve.asking import ask

if TYPE_CHECKING:
    from starlette.requests import Request

    from failuregraph.pages.published.sitemap import Location
    from failuregraph.serve.desk import Desk

__all__ = ["Feeds"]

_READING: Final = ["GET", "HEAD"]
_XML: Final = "application/xml"
#: Addresses without a page; what has a dot in it is a file.
_NO_PAGE: Final = ("/health", "/rdf-graphs", "/sparql")


class Feeds:
    """Answers ``/feeds/``, ``/sitemap.xml`` with the maps that it names, and ``/robots.txt``."""

    def __init__(self, desk: Desk) -> None:
        self.site, self.root = desk.site, desk.place.root
        self.public = desk.place.public.rstrip("/") or BASE.rstrip("/")

    def routes(self) -> list[Route]:
        """Return the routes of these files."""
        found = {
            "/feeds/{path:path}": self.feed,
            "/robots.txt": self.robots,
            "/sitemap.xml": self.index,
            "/sitemaps/{name}.xml": self.map,
        }
        return [Route(path, answer, methods=_READING) for path, answer in found.items()]

    def feed(self, request: Request) -> Response:
        """Return a feed as Atom."""
        found = feed_at(self.site, f"feeds/{request.path_params['path']}")
        if found is None:
            raise HTTPException(404)
        return Response(write(found), headers={"Content-Type": "application/atom+xml"})

    def robots(self, _: Request) -> Response:
        """Keep crawlers out of the endpoint alone, and tell them of the site map."""
        lines = ["User-agent: *", f"Disallow: {self.root}/sparql", "", f"Sitemap: {self.public}/sitemap.xml"]
        return PlainTextResponse("\n".join(lines) + "\n")

    async def index(self, request: Request) -> Response:
        """Return the index of the site maps; each is as new as the newest record in it."""
        maps = await self._maps(request)
        named = [(f"sitemaps/{name}.xml", max(day for _, day in found)) for name, found in maps.items() if found]
        return Response(sitemap.write_index(self.public, named), headers={"Content-Type": _XML})

    async def map(self, request: Request) -> Response:
        """Return one site map."""
        found = (await self._maps(request)).get(str(request.path_params["name"]))
        if found is None:
            raise HTTPException(404)
        return Response(sitemap.write_map(self.public, found), headers={"Content-Type": _XML})

    async def _maps(self, request: Request) -> dict[str, list[Location]]:
        """Return name → addresses, no more in each than the protocol allows."""
        found = sitemap.pages(self.site, await self._pages(request)) + sitemap.documents(self.site)
        size = sitemap.LARGEST
        return {f"all-{start // size + 1}": found[start : start + size] for start in range(0, len(found), size)}

    async def _pages(self, request: Request) -> list[str]:
        """Return the paths of the pages of the application, by asking for each route that has no parameter."""
        routes = (each.path for each in request.app.routes if isinstance(each, Route))
        paths = [path for path in routes if not any(sign in path for sign in "{.") and path not in _NO_PAGE]
        replies = [(path, await ask(request.app, path)) for path in paths]
        whole = [path for path, reply in replies if reply.status == 200 and reply.media_type == "text/html"]  # noqa: PLR2004 - HTTP
        return sorted({path.removeprefix("/") for path in whole} | {"sparql"})
