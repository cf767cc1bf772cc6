"""Citations of records as files, and their share cards as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from failuregraph.names import BASE
from failuregraph.pages.cards import card_of, picture
from failuregraph.pages.citations import FORMATS
from failuregraph.pages.incident.record import record_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from failuregraph.pages.citations import CitationFormat
    from failuregraph.pages.incident.record import RecordPage
    from failuregraph.serve.desk import Desk

__all__ = ["Citing"]

_READING: Final = ["GET", "HEAD"]


class Citing:
    """Answers ``/record/ID.bib``, ``.ris`` and ``.csl.json``, and ``/cards/ID.png``."""

    def __init__(self, desk: Desk) -> None:
        self.site, self.templates = desk.site, desk.templates

    def routes(self) -> list[Route]:
        """Return one route for each format, and one for cards."""
        cited = [Route(f"/record/{{name}}.{form.suffix}", self._answer(form), methods=_READING) for form in FORMATS]
        return [*cited, Route("/cards/{name}.png", self.card, methods=_READING)]

    def _answer(self, form: CitationFormat) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return self.cited(str(request.path_params["name"]), form)

        return answer

    def cited(self, name: str, form: CitationFormat) -> Response:
        """Return the citation of a record as a file."""
        body = self.page(name).citation.form(form.suffix)
        kept = f'attachment; filename="{name}.{form.suffix}"'
        return Response(body, headers={"Content-Type": form.media_type, "Content-Disposition": kept})

    def card(self, request: Request) -> Response:
        """Return the share card of a record."""
        card = card_of(self.page(str(request.path_params["name"])))
        svg = self.templates.environment.get_template("card.svg").render(card=card)
        return Response(picture(svg), media_type="image/png")

    def page(self, name: str) -> RecordPage:
        """Return the view of a record; raises 404 where there is none of that name."""
        if f"{BASE}record/{name}" not in self.site.graphs:
            raise HTTPException(404)
        return record_page(self.site, name)
