"""The page that says what is missing; it is made at the first request, as the checks of all rules take their time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from starlette.routing import Route

from failuregraph.pages.things.missing import Missing, missing

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from failuregraph.serve.desk import Desk

__all__ = ["MissingRoute"]


class MissingRoute:
    """Answers ``/missing``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[Route]:
        """Return the one route."""
        return [Route("/missing", self.missing, methods=["GET", "HEAD"])]

    @cached_property
    def _view(self) -> Missing:
        return missing(self.desk.site)

    def missing(self, _: Request) -> Response:
        """Return the page."""
        return self.desk.page("missing.html", self._view)
