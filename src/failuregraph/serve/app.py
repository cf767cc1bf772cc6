"""The application of one release: a list of routes, and how refusals of pages look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from failuregraph.catalog.saying import DCAT
from failuregraph.pages.rendering import Templates
from failuregraph.pages.site import Site
from failuregraph.serve import well_known
from failuregraph.serve.asked import Questions
from failuregraph.serve.browse import Browse
from failuregraph.serve.cache import FOREVER, last_modified
from failuregraph.serve.citing import Citing
from failuregraph.serve.concepts import Concepts
from failuregraph.serve.contexts import Contexts
from failuregraph.serve.data import Data
from failuregraph.serve.desk import Desk
from failuregraph.serve.documents import Documents
from failuregraph.serve.endpoint import Endpoint, preflight
from failuregraph.serve.feeds import Feeds
from failuregraph.serve.kept import Kept
from failuregraph.serve.missing import MissingRoute
from failuregraph.serve.pool import Pool
from failuregraph.serve.problems import Refused
from failuregraph.serve.screens import Screens

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from failuregraph.build import Release
    from failuregraph.project import Project
    from failuregraph.serve.settings import Place, Settings

__all__ = ["Service"]

_READING: Final = ["GET", "HEAD"]
#: What every address but the endpoint takes.
_ALLOW: Final = "GET, HEAD, OPTIONS"
_ENDPOINT: Final = ("/sparql", "/sparql/")


class Service:
    """Everything that serves one release: endpoint, documents and pages, and the workers behind them."""

    def __init__(self, release: Release, project: Project, settings: Settings, place: Place) -> None:
        self.release, self.place = release, place
        self.site = Site.open(release, project)
        self.pool = Pool(release.store_path, settings)
        self.templates = Templates(release.identifier, place.root, place.contact)
        self.desk = Desk(self.site, self.templates, place, settings)
        self.endpoint = Endpoint(self.site, self.pool, settings, self.templates, place.endpoint)
        self.pages = Kept(self._starlette(), settings.cache, place.root, last_modified(self.site.graphs[DCAT]))
        self.options = Response(status_code=204, headers=preflight(_ALLOW))
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the endpoint stands before the routes, as it is asked most."""
        self.running += 1
        try:
            path = str(scope["path"]).removeprefix(self.place.root)
            await self._answers(path, str(scope["method"]))(scope, receive, send)
        finally:
            self.running -= 1

    def _answers(self, path: str, method: str) -> ASGIApp:
        """Return what answers; what is offered is the same at each address but the endpoint, which says it itself."""
        if path in _ENDPOINT:
            return self.endpoint
        return self.options if method == "OPTIONS" else self.pages

    def _starlette(self) -> Starlette:
        screens = Screens(self.desk, self.pool)
        documents = Documents(self.desk)
        routes = [
            *screens.routes(),
            *Browse(self.desk).routes(),
            *Questions(self.desk).routes(),
            *Citing(self.desk).routes(),
            *Contexts(self.place.root).routes(),
            *Concepts(self.desk).routes(),
            *MissingRoute(self.desk).routes(),
            *Data(self.desk).routes(),
            *Feeds(self.desk).routes(),
            *well_known.routes(self.desk),
            Route("/assets/{file}", self._asset, methods=_READING),
            Route("/{path:path}", documents.handle, methods=_READING),
        ]
        handlers = {HTTPException: self._refuse, Exception: self._refuse}
        return Starlette(routes=routes, exception_handlers=handlers)

    async def _asset(self, request: Request) -> Response:
        """Return a style sheet or a script; its address carries its hash, so it is kept for good."""
        found = self.templates.assets.at(f"assets/{request.path_params['file']}")
        if found is None:
            raise HTTPException(404)
        return Response(found.body, headers={"Content-Type": found.content_type, "Cache-Control": FOREVER})

    async def _refuse(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if status == 405:  # noqa: PLR2004 - HTTP
            headers["Allow"] = _ALLOW
        words = {404: "Nothing has this address.", 405: "This method is not offered here."}
        sentence = words.get(status, "The server failed; the fault is ours.")
        return self.desk.refuse(request.headers.get("accept"), Refused(status, sentence, headers))
